package org.robustmqtt.persistence.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Optional;
import org.junit.jupiter.api.Test;

/** When memory is believed to outlive our process. */
class OutlivingTest {
  private static final String FIRST = "pid:[4026531836]";
  private static final String OWN = mounts("0:23");

  private static String mounts(String device) {
    return "22 27 0:21 / /proc rw,relatime - proc proc rw\n"
        + "24 22 0:9 / /dev/shm rw - tmpfs tmpfs rw\n"
        + "25 24 "
        + device
        + " / /dev/shm rw,relatime - tmpfs tmpfs rw,size=2468k\n";
  }

  private static Optional<String> fault(
      String numbers, String mounts, Optional<String> first, boolean marked) {
    return Outliving.fault("/dev/shm", numbers, mounts, first, marked);
  }

  @Test
  void on_the_machine_itself_it_does() {
    assertEquals(Optional.empty(), fault(FIRST, OWN, Optional.of(OWN), false));
    assertEquals(
        Optional.empty(),
        fault(FIRST, OWN, Optional.of(OWN), true),
        "a machine that was made of an image of a container");
    assertEquals(Optional.empty(), fault(FIRST, OWN, Optional.empty(), false));
  }

  @Test
  void in_a_container_it_does_not() {
    assertTrue(fault("pid:[4026532201]", OWN, Optional.of(OWN), false).isPresent());
    assertTrue(
        fault(FIRST, mounts("0:51"), Optional.of(OWN), false).isPresent(),
        "one that shares the numbers of processes has its own /dev/shm");
    assertTrue(fault(FIRST, OWN, Optional.empty(), true).isPresent(), "and may not look");
    assertTrue(
        fault("pid:[4026532201]", OWN, Optional.of(OWN), true)
            .orElseThrow()
            .contains("stagingDirectory"));
  }
}
