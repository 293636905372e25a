package org.robustmqtt.shell;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.robustmqtt.BrokerCapabilities;
import org.robustmqtt.ConnectionState;
import org.robustmqtt.ConnectionStatus;
import org.robustmqtt.Counters;
import org.robustmqtt.DropReason;
import org.robustmqtt.Pending;
import org.robustmqtt.Place;
import org.robustmqtt.Problem;
import org.robustmqtt.ProblemKind;
import org.robustmqtt.QoS;
import org.robustmqtt.QueueStatus;
import org.robustmqtt.SubscriptionStatus;
import org.robustmqtt.TlsStatus;
import org.robustmqtt.journal.JournalStatus;

/** What a person reads of a status. */
class StatusRenderingTest {
  private static final Instant NOW = Instant.parse("2026-01-02T03:04:05Z");

  private static JournalStatus journal(boolean inDataArea, Optional<String> degraded) {
    return JournalStatus.builder("/hub/robust-mqtt/home")
        .inDataArea(inDataArea)
        .degraded(degraded)
        .files(2, 4096)
        .liveMessages(3)
        .written(8192, 7)
        .recovered(5)
        .cutBytes(12)
        .damaged(100, List.of("/hub/robust-mqtt/home/0001.damaged"))
        .build();
  }

  private static ConnectionStatus.Builder status(ConnectionState state) {
    return ConnectionStatus.builder("home")
        .state(state, NOW.minusSeconds(133))
        .broker("mqtt://b:1883");
  }

  private static Optional<Problem> problem() {
    return Optional.of(
        new Problem(
            Place.CONNECT,
            ProblemKind.BAD_CREDENTIALS,
            0x86,
            "the broker refused user name or password",
            NOW.minusSeconds(5)));
  }

  private static List<String> lines(ConnectionStatus status) {
    return StatusText.lines(status, Optional.of(new Pending(3, 1, 2, 4)), NOW, ZoneOffset.UTC);
  }

  @Test
  void a_row_of_the_list_says_what_is_there_and_what_waits() {
    ConnectionStatus online =
        status(ConnectionState.ONLINE)
            .queue(new QueueStatus(3, 100, 1, 10, 1000, Optional.of(NOW.minusSeconds(61))))
            .problem(problem())
            .build();

    assertEquals(
        List.of("home", "ONLINE", "2m 13s", "mqtt://b:1883", "3", "1", "1m 1s", ""),
        StatusTable.row(online, NOW));
    assertEquals(StatusTable.HEADINGS.size(), StatusTable.row(online, NOW).size());
  }

  @Test
  void a_row_of_one_that_waits_says_why_and_how_long() {
    ConnectionStatus waiting =
        status(ConnectionState.WAITING)
            .problem(problem())
            .attempt(2, Optional.of(NOW.plusSeconds(4)))
            .build();

    assertEquals(
        "the broker refused user name or password; next try in 4s",
        StatusTable.row(waiting, NOW).get(7));
  }

  @Test
  void the_next_try_is_shown_however_long_the_problem_is() {
    Problem endless =
        new Problem(Place.CONNECT, ProblemKind.NOT_AUTHORIZED, 0x87, "x".repeat(1_000), NOW);
    String remark =
        StatusTable.row(
                status(ConnectionState.WAITING)
                    .problem(Optional.of(endless))
                    .attempt(2, Optional.of(NOW.plusSeconds(4)))
                    .build(),
                NOW)
            .get(7);

    assertTrue(remark.endsWith("...; next try in 4s"), remark);
  }

  @Test
  void a_name_that_is_taken_is_said_before_a_warning() {
    Problem taken =
        new Problem(Place.CONFIG, ProblemKind.NAME_TAKEN, 0, "b.cfg: the name is used", NOW);
    ConnectionStatus faulted =
        status(ConnectionState.FAULTED)
            .problem(Optional.of(taken))
            .faults(List.of("unknown key"))
            .build();

    assertEquals("b.cfg: the name is used", StatusTable.row(faulted, NOW).get(7));
  }

  @Test
  void a_row_of_one_that_waits_for_the_hub_says_so() {
    ConnectionStatus waiting =
        status(ConnectionState.WAITING)
            .waitsFor(Optional.of("the hub to reach start level 100"))
            .attempt(0, Optional.of(NOW.plusSeconds(99)))
            .build();

    assertEquals(
        "waits for the hub to reach start level 100", StatusTable.row(waiting, NOW).get(7));
  }

  @Test
  void a_fault_is_shown_whole_for_its_end_says_what_to_write() {
    String fault = "a".repeat(290);
    ConnectionStatus faulted = status(ConnectionState.FAULTED).faults(List.of(fault)).build();

    assertEquals(fault, StatusTable.row(faulted, NOW).get(7));
  }

  @Test
  void a_row_of_a_faulted_one_says_the_first_fault() {
    ConnectionStatus faulted =
        status(ConnectionState.FAULTED).faults(List.of("broker is missing", "x")).build();

    assertEquals("broker is missing", StatusTable.row(faulted, NOW).get(7));
  }

  @Test
  void a_row_tells_a_degraded_store() {
    ConnectionStatus degraded =
        status(ConnectionState.ONLINE)
            .journal(Optional.of(journal(false, Optional.of("disk full"))))
            .build();

    assertEquals("disk full", StatusTable.row(degraded, NOW).get(7));
  }

  @Test
  void the_info_shows_the_certificates_of_both_sides() {
    ConnectionStatus status =
        status(ConnectionState.ONLINE)
            .tls(
                Optional.of(
                    new TlsStatus(
                        "TLSv1.3",
                        "TLS_AES_256_GCM_SHA384",
                        false,
                        new TlsStatus.Certificate(
                            "CN=broker.lan", List.of("broker.lan", "10.0.0.1"), "CN=Home CA", NOW),
                        Optional.of(
                            new TlsStatus.Certificate(
                                "CN=hub", List.of(), "CN=Home CA", NOW.plusSeconds(60))))))
            .build();
    List<String> lines = StatusText.lines(status, Optional.empty(), NOW, ZoneOffset.UTC);
    int at =
        lines.indexOf(
            "TLS              TLSv1.3, TLS_AES_256_GCM_SHA384; the broker's name is NOT CHECKED");

    assertTrue(at > 0, lines.toString());
    assertEquals(
        List.of(
            "                 Broker's certificate: CN=broker.lan",
            "                   for broker.lan, 10.0.0.1",
            "                   by CN=Home CA",
            "                   until 2026-01-02 03:04:05",
            "                 Our certificate: CN=hub",
            "                   by CN=Home CA",
            "                   until 2026-01-02 03:05:05"),
        lines.subList(at + 1, at + 8));
  }

  @Test
  void the_info_says_everything() {
    ConnectionStatus status =
        status(ConnectionState.WAITING)
            .clientId("robust-home-12345678")
            .protocolVersion("5")
            .sessionPresent(Optional.of(true))
            .problem(problem())
            .attempt(2, Optional.of(NOW.plusSeconds(4)))
            .queue(new QueueStatus(3, 1536, 1, 10_000, 64L << 20, Optional.of(NOW.minusSeconds(9))))
            .journal(Optional.of(journal(false, Optional.empty())))
            .counters(
                new Counters(
                    10, 2, 7, 1, Map.of(DropReason.EXPIRED, 1L), 4, 20, 1, 5, 7, 2, 3, 6, 0))
            .capabilities(
                Optional.of(
                    new BrokerCapabilities(
                        20, QoS.EXACTLY_ONCE, true, 1 << 20, true, false, true, 60, 604_800)))
            .subscriptions(
                List.of(
                    new SubscriptionStatus(
                        "a/#", QoS.AT_LEAST_ONCE, SubscriptionStatus.State.ACTIVE, 1, 1),
                    new SubscriptionStatus(
                        "b", QoS.AT_LEAST_ONCE, SubscriptionStatus.State.REFUSED, 0x87, 2)))
            .faults(List.of("unknown key", "another"))
            .build();

    assertEquals(
        List.of(
            "Connection       home",
            "State            WAITING since 2026-01-02 03:01:52, 2m 13s",
            "Broker           mqtt://b:1883",
            "Client id        robust-home-12345678",
            "Protocol         MQTT 5",
            "Session          the broker had kept it",
            "Next try         in 4s, after 2 failed",
            "Last problem     BAD_CREDENTIALS (45) at CONNECT, 2026-01-02 03:04:00, 5s ago",
            "                 the broker refused user name or password",
            "                 reason code 0x86 bad user name or password",
            "Queue            3 of 10000 messages, 1.5 kB of 64 MB, 1 in flight, oldest 9s",
            "To do            3 messages, 1 subscription, 2 unsubscriptions, 4 received",
            "Journal          /hub/robust-mqtt/home",
            "                 3 messages on disk, 2 segments, 4 kB; written 8 kB, 7 forces",
            "                 at the start 5 messages found, torn tail of 12 B",
            "                 DAMAGED: 1 part, 100 B, could not be read; see mqtt:store verify,"
                + " then mqtt:store acknowledge",
            "                 set aside: /hub/robust-mqtt/home/0001.damaged",
            "Accepted         10, recovered 2, refused 4",
            "Outcomes         acknowledged 7, sent 1, expired 1",
            "Received         20, unclaimed 1, overflowed 5, stale 7, handlers failed 2, late 3",
            "Connects         6",
            "Broker can       QoS up to 2, retain yes, wildcards yes, shared no, identifiers yes",
            "                 receive maximum 20, packets up to 1 MB, keep alive 60s, session kept"
                + " 604800s",
            "Subscriptions    a/#  QoS 1  ACTIVE  1 listener",
            "                 b  QoS 1  REFUSED 0x87 not authorized  2 listeners",
            "Faults           unknown key",
            "                 another"),
        lines(status));
  }

  @Test
  void the_info_of_a_connection_that_never_connected_has_no_gaps() {
    List<String> lines =
        StatusText.lines(
            ConnectionStatus.builder("home").state(ConnectionState.CLOSED, NOW).build(),
            Optional.empty(),
            NOW,
            ZoneOffset.UTC);

    assertTrue(lines.contains("Broker           -"), lines.toString());
    assertTrue(lines.contains("Last problem     -"), lines.toString());
    assertTrue(lines.contains("Journal          none is open"), lines.toString());
    assertTrue(lines.contains("Subscriptions    -"), lines.toString());
    assertTrue(lines.contains("Faults           -"), lines.toString());
  }

  @Test
  void a_journal_in_the_data_area_says_what_would_delete_it() {
    List<String> lines =
        lines(
            status(ConnectionState.ONLINE)
                .journal(Optional.of(journal(true, Optional.of("read-only"))))
                .build());
    String text = String.join("\n", lines);

    assertTrue(text.contains("in the bundle data area. These delete it"), text);
    assertTrue(text.contains("a replaced KAR"), text);
    assertTrue(text.contains("clean-cache"), text);
    assertTrue(text.contains("DEGRADED: read-only"), text);
  }

  @Test
  void without_a_connection_both_paths_and_six_lines_to_paste_are_printed() {
    List<String> lines = FirstSteps.lines("/opt/karaf/etc");

    assertEquals(
        List.of(
            "No connection is configured. Create one of these files:",
            "  Karaf:   /opt/karaf/etc/org.robustmqtt.connection-home.cfg",
            "  openHAB: conf/services/robustmqtt.cfg",
            "with these lines (the first is for openHAB, Karaf does not mind it):",
            "",
            "pid:org.robustmqtt.connection#home",
            "broker = mqtt://localhost:1883",
            "# username = hub",
            "# password = secret",
            "presenceTopic = hub/state",
            "keepAlive = 60s",
            "",
            "The connection \"home\" is there a second or two after the file was saved."),
        lines);
  }

  @Test
  void a_full_disk_is_told_with_what_is_in_memory_and_what_may_be_repeated() {
    JournalStatus full =
        JournalStatus.builder("/hub/home")
            .degraded(Optional.of("disk full: 3 MB free, storeMinFree is 50 MB"))
            .files(2, 4096)
            .liveMessages(3)
            .written(8192, 7)
            .recovered(5)
            .inMemory(12, 34_567)
            .possibleDuplicates(2)
            .unreadable(
                Optional.of("the disk cannot read 00000002.seg (Input/output error, 9 messages)"))
            .unstaged(Optional.of("/dev/shm ends with the container"))
            .build();
    String text =
        String.join(
            "\n",
            StatusText.lines(
                status(ConnectionState.ONLINE).journal(Optional.of(full)).build(),
                Optional.empty(),
                NOW,
                ZoneOffset.UTC));
    assertTrue(text.contains("DEGRADED: disk full: 3 MB free, storeMinFree is 50 MB"), text);
    assertTrue(text.contains("12 messages (33.8 kB) in memory only"), text);
    assertTrue(text.contains("DEGRADED: the disk cannot read 00000002.seg"), text);
    assertTrue(text.contains("2 messages will be sent once more if the hub ends"), text);
    assertTrue(text.contains("does not survive our process, because"), text);
    assertTrue(text.contains("/dev/shm ends with the container."), text);
  }
}
