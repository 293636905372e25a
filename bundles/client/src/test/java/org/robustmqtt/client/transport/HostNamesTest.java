package org.robustmqtt.client.transport;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.robustmqtt.itests.authority.Authority;

/** Which certificate is for which name. */
class HostNamesTest {
  @ParameterizedTest
  @CsvSource({
    "my_broker.test, my_broker.test",
    "MY_Broker.Test, my_broker.test",
    "my_broker.test, My_Broker.TEST",
    "my_broker.test., my_broker.test",
    "my_broker, my_broker",
    "my_broker.test, *.test",
    "my_broker.home.test, *.home.test",
    "a.my_home.test, *.my_home.test",
    "my_broker.home.test, my_*.home.test",
    "broker-.test, broker-.test",
    "BROKER.test, broker.test",
    "broker.test., broker.test",
    "br\u00f6ker.test, xn--brker-kua.test",
    "br\u00f6_ker.test, xn--br_ker-xxa.test",
  })
  void a_certificate_for_the_name_is_accepted(String host, String certified) {
    assertEquals(List.of("opened"), dial(host, certified).told);
  }

  @ParameterizedTest
  @CsvSource({
    "my_broker.test, my-broker.test",
    "my_broker.test, broker.test",
    "my_broker.test, *",
    "my_broker, *",
    "my_broker.test, my_broker.*",
    "my_broker.home.test, *.test",
    "a.my_broker.test, *.*.test.x",
    "x.my_broker.test, my_broker.test",
    "my_broker.test, x.my_broker.test",
    "my_broker.test, evil.test",
  })
  void a_certificate_for_another_name_is_refused(String host, String certified) {
    String failure = dial(host, certified).failure();
    assertTrue(failure.startsWith("TLS TLS_WRONG_HOST "), failure);
    assertTrue(failure.contains(", not for " + host), failure);
  }

  @Test
  void an_unusual_name_does_not_make_a_foreign_certificate_trusted() {
    TlsWorld tls = new TlsWorld();
    tls.world.net().name("my_broker.test", TlsWorld.IP);
    tls.shown = Authority.selfSigned("my_broker.test");
    tls.dial("my_broker.test");
    assertTrue(tls.failure().startsWith("TLS TLS_UNTRUSTED "), tls.failure());
  }

  @Test
  void without_validation_any_name_will_do() {
    TlsWorld tls = new TlsWorld();
    tls.settings.hostnameValidated = false;
    tls.world.net().name("my_broker.test", TlsWorld.IP);
    tls.shown = tls.authority.issue("other.test");
    tls.dial("my_broker.test");
    assertEquals(List.of("opened"), tls.told);
  }

  @Test
  void an_address_with_a_zone_is_certified_without_it() {
    assertEquals("fe80::1%lo", HostNames.ascii("fe80::1%lo"));
    assertTrue(!HostNames.unusual("fe80::1"));
    assertTrue(!HostNames.unusual("10.0.0.1"));
  }

  @Test
  void a_name_of_mdns_is_looked_up_as_it_is_written() {
    assertEquals("br\u00f6ker.local", HostNames.ascii("br\u00f6ker.local"));
    assertEquals("xn--brker-kua.test", HostNames.ascii("br\u00f6ker.test"));
  }

  private static TlsWorld dial(String host, String certified) {
    TlsWorld tls = new TlsWorld();
    tls.world.net().name(HostNames.ascii(host), TlsWorld.IP);
    tls.shown = tls.authority.issue(certified);
    return tls.dial(host);
  }
}
