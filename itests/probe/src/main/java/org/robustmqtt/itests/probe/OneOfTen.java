package org.robustmqtt.itests.probe;

import java.util.concurrent.atomic.AtomicLong;
import org.osgi.service.component.annotations.Component;
import org.robustmqtt.ConnectionState;
import org.robustmqtt.spi.Admission;
import org.robustmqtt.spi.AdmissionPolicy;
import org.robustmqtt.spi.AdmissionRequest;

/** Offline, keeps one of ten messages below {@code sensor/}: {@code admission = one-of-ten}. */
@Component(property = AdmissionPolicy.NAME + "=one-of-ten")
public class OneOfTen implements AdmissionPolicy {
  private final AtomicLong seen = new AtomicLong();

  @Override
  public Admission admit(AdmissionRequest r) {
    if (r.state() == ConnectionState.ONLINE || !r.message().topic().startsWith("sensor/")) {
      return Admission.keep();
    }
    return seen.getAndIncrement() % 10 == 0 ? Admission.keep() : Admission.drop();
  }
}
