package org.robustmqtt.itests.exam;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.apache.karaf.features.Feature;
import org.junit.Test;
import org.osgi.framework.Bundle;
import org.osgi.framework.Constants;

/** What is there after the one feature was installed. */
public class InstallationIT extends KarafTest {
  private List<Bundle> named(String prefix) {
    return Arrays.stream(context.getBundles())
        .filter(bundle -> String.valueOf(bundle.getSymbolicName()).startsWith(prefix))
        .collect(Collectors.toList());
  }

  @Test
  public void the_feature_is_installed_and_its_five_bundles_are_active() throws Exception {
    Feature feature = features.getFeature("robust-mqtt");
    assertTrue(features.isInstalled(feature));
    Map<String, Integer> states = new TreeMap<>();
    for (String module : List.of("api", "codec", "persistence", "client", "shell")) {
      named("org.robustmqtt." + module)
          .forEach(bundle -> states.put(bundle.getSymbolicName(), bundle.getState()));
    }
    assertEquals(
        Map.of(
            "org.robustmqtt.api", Bundle.ACTIVE,
            "org.robustmqtt.codec", Bundle.ACTIVE,
            "org.robustmqtt.persistence", Bundle.ACTIVE,
            "org.robustmqtt.client", Bundle.ACTIVE,
            "org.robustmqtt.shell", Bundle.ACTIVE),
        states);
  }

  @Test
  public void exactly_one_declarative_services_runtime_is_active() {
    List<Bundle> runtimes = named("org.apache.felix.scr");
    assertEquals(runtimes.toString(), 1, runtimes.size());
    assertEquals(Bundle.ACTIVE, runtimes.get(0).getState());
  }

  @Test
  public void the_framework_is_the_one_that_this_run_is_for() {
    String vendor = context.getBundle(Constants.SYSTEM_BUNDLE_LOCATION).getSymbolicName();
    String expected =
        System.getProperty("itests.framework").equals("equinox")
            ? "org.eclipse.osgi"
            : "org.apache.felix.framework";
    assertEquals(expected, vendor);
  }

  @Test
  public void the_queue_lives_outside_the_bundle_cache() {
    String shown = shell("config:list \"(service.pid=org.robustmqtt.persistence)\"");
    String expected = "directory = " + System.getProperty("karaf.data") + "/robust-mqtt";
    assertTrue(shown, shown.contains(expected));
  }
}
