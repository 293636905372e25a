package org.robustmqtt.client.link;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.robustmqtt.QoS;
import org.robustmqtt.SubscriptionStatus;
import org.robustmqtt.client.session.SessionChange;
import org.robustmqtt.client.session.SessionRecord;
import org.robustmqtt.client.session.SessionRecord.Held;
import org.robustmqtt.client.testing.MemoryJournal;
import org.robustmqtt.journal.Recovery;
import org.robustmqtt.journal.WrittenCallback;

/** The session record in the journal: what is found after each value that may be the last. */
class SessionStoreTest {
  private static final Held ASKED = new Held(QoS.AT_LEAST_ONCE, 0, false);
  private static final Held GRANTED = new Held(QoS.EXACTLY_ONCE, 0, true);

  /** As it was written by the versions before subscription identifiers: {@code f} and {@code g}. */
  private static final byte[] ALL_IN_ONE = {
    1, 0, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 1, 'b', 0, 0, 0, 1, 'c', 0, 0, 0, 2, 0, 0, 0, 1, 'f', 6, 0,
    0, 0, 1, 'g', 6
  };

  private final MemoryJournal journal = new MemoryJournal();
  private SessionStore store = new SessionStore("test", journal, Map.of());

  private static SessionChange change(long epoch, boolean begins, Object... filtersWithHeld) {
    Map<String, Optional<Held>> filters = new LinkedHashMap<>();
    for (int i = 0; i < filtersWithHeld.length; i += 2) {
      filters.put((String) filtersWithHeld[i], Optional.ofNullable((Held) filtersWithHeld[i + 1]));
    }
    return new SessionChange("b", "c", epoch, begins, filters);
  }

  private static SessionRecord record(long epoch, Map<String, Held> filters) {
    return new SessionRecord("b", "c", epoch, filters);
  }

  private Map<String, byte[]> values() {
    Recovery found = journal.reopened().recovery();
    return found.values();
  }

  private Optional<SessionRecord> found() {
    return new SessionStore("test", journal, values()).found();
  }

  private void write(SessionChange change) {
    store.write(change, WrittenCallback.NONE);
  }

  @Test
  void what_was_written_by_differences_is_found_as_a_whole() {
    write(change(1, true, "a", ASKED, "b", ASKED));
    write(change(1, false, "a", GRANTED, "c", ASKED));
    write(change(1, false, "b", null));
    assertEquals(Optional.of(record(1, Map.of("a", GRANTED, "c", ASKED))), found());
    store = new SessionStore("test", journal, values());
    write(change(1, false, "d", ASKED));
    assertEquals(4, values().size(), "the number of b is used again");
  }

  @Test
  void of_a_session_that_is_lost_nothing_is_left() {
    write(change(1, true, "a", GRANTED, "b", GRANTED));
    write(change(2, true, "b", ASKED));
    assertEquals(Optional.of(record(2, Map.of("b", ASKED))), found());
    assertEquals(2, values().size());
  }

  /** The session is forced first: filters of before do not count, whichever are still there. */
  @Test
  void a_session_that_begins_counts_from_its_first_value_on() {
    write(change(1, true, "a", GRANTED, "b", GRANTED));
    Map<String, byte[]> before = values();
    write(change(2, true, "a", ASKED, "b", ASKED));
    Map<String, byte[]> cut = new LinkedHashMap<>(before);
    cut.put(SessionStore.KEY, values().get(SessionStore.KEY));
    assertEquals(Optional.of(record(2, Map.of())), new SessionStore("test", journal, cut).found());
  }

  @Test
  void the_one_record_of_an_older_version_counts_until_all_of_it_is_written_anew() {
    Map<String, byte[]> old = Map.of(SessionStore.KEY, ALL_IN_ONE);
    store = new SessionStore("test", journal, old);
    SessionRecord whole = record(2, Map.of("f", GRANTED, "g", GRANTED));
    assertEquals(Optional.of(whole), store.found());
    write(change(2, false, "h", ASKED));
    Map<String, Held> more = new LinkedHashMap<>(whole.filters());
    more.put("h", ASKED);
    assertEquals(Optional.of(record(2, more)), found());
    Map<String, byte[]> cut = new LinkedHashMap<>(values());
    cut.put(SessionStore.KEY, ALL_IN_ONE);
    assertEquals(Optional.of(whole), new SessionStore("test", journal, cut).found());
  }

  @Test
  void a_filter_that_cannot_be_read_costs_itself_only() {
    write(change(1, true, "a", GRANTED, "b", GRANTED));
    Map<String, byte[]> values = new LinkedHashMap<>(values());
    values.put("session.0", new byte[] {7, 7});
    assertEquals(
        Optional.of(record(1, Map.of("b", GRANTED))),
        new SessionStore("test", journal, values).found());
  }

  /** Was the whole list each time: 63 MB for a thousand. */
  @Test
  void filters_that_come_one_after_another_write_the_difference() {
    Peer peer = Peer.of(Peer.V5).start();
    for (int i = 0; i < 1000; i++) {
      peer.it.listen("house/floor/room/device-" + i, QoS.AT_LEAST_ONCE, message -> {});
    }
    assertEquals(1000, peer.it.status().subscriptions().size());
    assertTrue(
        peer.it.status().subscriptions().stream()
            .allMatch(one -> one.state() == SubscriptionStatus.State.ACTIVE));
    long bytes = peer.it.journal.valueBytes();
    assertTrue(bytes < 256 * 1000, bytes + " bytes for a thousand filters, session included");
  }
}
