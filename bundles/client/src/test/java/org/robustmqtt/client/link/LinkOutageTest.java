package org.robustmqtt.client.link;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The log of the tests goes to the standard error stream, which is read here. */
class LinkOutageTest {
  private final PrintStream before = System.err;
  private final ByteArrayOutputStream log = new ByteArrayOutputStream();
  private final LinkWorld it = new LinkWorld(LinkWorld.settings());

  @BeforeEach
  void read() {
    System.setErr(new PrintStream(log, true, StandardCharsets.UTF_8));
  }

  @AfterEach
  void giveBack() {
    System.setErr(before);
  }

  @Test
  void a_link_that_is_back_after_each_cut_is_never_told_as_a_long_outage() {
    it.withBroker().online();
    for (int cut = 0; cut < 100; cut++) {
      it.broker.line().channel().reset();
      it.online();
      // Shorter than what makes it stable.
      it.world.advance(Duration.ofSeconds(20));
    }
    assertEquals(List.of(), warnings());
  }

  @Test
  void each_outage_is_told_once_when_it_lasts() {
    it.withBroker().online();
    for (int outage = 0; outage < 2; outage++) {
      it.broker.line().channel().reset();
      it.world.net().refuse(LinkWorld.IP, LinkWorld.PORT);
      it.world.advance(Duration.ofSeconds(299));
      assertEquals(List.of(), warnings());
      it.world.advance(Duration.ofSeconds(900));
      assertEquals(1, warnings().size());
      log.reset();
      it.withBroker().online();
      it.world.advance(Duration.ofSeconds(20));
    }
  }

  private List<String> warnings() {
    return log.toString(StandardCharsets.UTF_8)
        .lines()
        .filter(line -> line.contains("offline for"))
        .toList();
  }
}
