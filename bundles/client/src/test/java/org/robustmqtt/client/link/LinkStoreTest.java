package org.robustmqtt.client.link;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.robustmqtt.Place;
import org.robustmqtt.ProblemKind;

/** What of the store is a problem although messages can be sent. */
class LinkStoreTest {
  private final LinkWorld it = new LinkWorld(LinkWorld.settings()).withBroker();

  @Test
  void damage_of_the_journal_is_a_problem_and_a_line_until_a_person_has_seen_it() {
    it.journal.damaged(List.of("00000001.seg.00000200.damaged", "00000007.seg.damaged"));
    it.online();
    assertEquals(ProblemKind.STORE_DAMAGED, it.problem());
    assertEquals(Place.STORE, it.status().problem().orElseThrow().place());
    assertEquals(
        List.of(
            "the journal is damaged: 2 parts, 200 bytes, could not be read, the messages in them"
                + " are lost; see mqtt:store verify, then mqtt:store acknowledge"),
        it.status().faults());
    it.journal.damaged(List.of());
    assertEquals(List.of(), it.status().faults());
    assertTrue(it.status().problem().isEmpty());
  }

  @Test
  void a_newer_problem_is_shown_before_the_damage_which_stays_a_line() {
    it.journal.damaged(List.of("00000001.seg.00000200.damaged"));
    it.online();
    it.broker.line().channel().reset();
    it.world.run();
    assertEquals(ProblemKind.CONNECTION_LOST, it.problem());
    assertEquals(1, it.status().faults().size());
  }
}
