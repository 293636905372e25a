package org.robustmqtt.persistence.journal;

import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class LeaseTest {
  @Test
  void a_blind_start_is_above_an_earlier_one_that_knew_more_from_its_staging_buffer() {
    long wall = 1_700_000_000_000L;
    long earlier = Lease.beyond(1_000 + Lease.BY_TIME, wall, 13);
    long later = Lease.beyond(1_000, wall, 14);
    assertTrue(later - earlier > 1L << 29, later + " after " + earlier);
  }
}
