package org.robustmqtt.client.link;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.robustmqtt.ConnectionState;
import org.robustmqtt.ProblemKind;
import org.robustmqtt.ReasonCode;
import org.robustmqtt.client.testing.Clause;
import org.robustmqtt.codec.Disconnect;
import org.robustmqtt.codec.Properties;

/** Seed row M08: every row of {@code docs/reason-codes.md}, played. */
class ReasonCodesTest {
  private static final Pattern ROW =
      Pattern.compile(
          "\\| 0x(..) \\| ([^|]+) \\| (?:`([A-Z_]+)`, ([a-z ]+)|-) \\| (?:`([A-Z_]+)`, ([a-z ]+)|-) \\|");

  /** What the page says of one code in one packet. */
  private record Row(int code, boolean connack, ProblemKind kind, String schedule) {}

  private static List<MatchResult> lines() throws IOException {
    return ROW.matcher(Files.readString(Path.of("../../docs/reason-codes.md"))).results().toList();
  }

  static Stream<Row> rows() throws IOException {
    List<Row> rows = new ArrayList<>();
    for (MatchResult line : lines()) {
      int code = Integer.parseInt(line.group(1), 16);
      if (line.group(3) != null) {
        rows.add(new Row(code, true, ProblemKind.valueOf(line.group(3)), line.group(4)));
      }
      if (line.group(5) != null) {
        rows.add(new Row(code, false, ProblemKind.valueOf(line.group(5)), line.group(6)));
      }
    }
    return rows.stream();
  }

  @Test
  void the_page_has_every_code_by_its_name() throws IOException {
    assertEquals(50, rows().count());
    for (MatchResult line : lines()) {
      int code = Integer.parseInt(line.group(1), 16);
      String name = code == 0 ? line.group(2) : ReasonCode.of(code).orElseThrow().text();
      assertEquals(name, line.group(2));
    }
  }

  @ParameterizedTest
  @MethodSource("rows")
  @Clause(v5 = {"MQTT-4.13.2-1", "section 3.14.4", "MQTT-3.2.2-7"})
  void every_code_is_told_and_followed_by_the_wait_of_its_schedule(Row row) {
    Peer peer = Peer.of(Peer.V5, shape -> shape.jitter = false);
    List<Double> waits = new ArrayList<>();
    if (row.connack) {
      peer.connack(false, row.code);
    }
    peer.it.start();
    for (int i = 0; i < 6; i++) {
      if (row.connack) {
        int dialled = peer.it.world.net().dialled().size();
        peer.it.world.advanceUntil(
            Duration.ofHours(1), () -> peer.it.world.net().dialled().size() > dialled);
        peer.it.world.run();
      } else {
        peer.awaitOnline().sends(new Disconnect(row.code, Properties.NONE));
      }
      assertEquals(row.kind, peer.it.problem());
      assertEquals(row.code, peer.it.status().problem().orElseThrow().reasonCode());
      assertEquals(ConnectionState.WAITING, peer.it.state());
      assertEquals(0, peer.it.world.net().open());
      waits.add(peer.it.world.nanosToNextTimer() / 1e9);
    }
    double least = waits.get(1);
    double last = waits.get(5);
    switch (row.schedule) {
      case "healing" -> assertTrue(least >= 1 && last == 4, waits.toString());
      case "busy" -> assertTrue(least >= 5 && last >= 30 && last <= 60, waits.toString());
      case "slow" -> assertTrue(least >= 60 && last >= 300 && last <= 600, waits.toString());
      case "taken over" -> assertTrue(least >= 5 && last >= 80 && last <= 300, waits.toString());
      default -> throw new AssertionError("no schedule: " + row.schedule);
    }
  }

  /** A stable link that ends with one of these is met again soon, unless the broker is busy. */
  @Test
  void after_a_stable_link_a_broker_that_shuts_down_is_met_soon_and_a_busy_one_later() {
    assertTrue(waitAfterStable(0x8B) <= 1);
    assertTrue(waitAfterStable(0x9D) <= 1);
    assertTrue(waitAfterStable(0x89) >= 2.5);
  }

  private static double waitAfterStable(int code) {
    Peer peer = Peer.online(Peer.V5).passes(Duration.ofSeconds(31));
    peer.sends(new Disconnect(code, Properties.NONE));
    return peer.it.world.nanosToNextTimer() / 1e9;
  }
}
