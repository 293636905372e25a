package org.robustmqtt.itests.testkit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A harness waits as long as there is progress, and no longer. */
class ProgressTest {
  private long nanos;

  private final Progress.Time time =
      new Progress.Time() {
        @Override
        public long nanos() {
          return nanos;
        }

        @Override
        public void pass(long millis) {
          nanos += TimeUnit.MILLISECONDS.toNanos(millis);
        }
      };

  private long seconds() {
    return TimeUnit.NANOSECONDS.toSeconds(nanos);
  }

  @Test
  void a_start_that_takes_an_hour_is_waited_for_while_something_changes() throws Exception {
    Progress progress = new Progress(() -> seconds() / 59, Duration.ofSeconds(60), time);
    assertTrue(progress.await(() -> seconds() >= 3600));
    assertEquals(3600, seconds());
  }

  @Test
  void what_does_not_get_on_any_more_is_given_up() throws Exception {
    Progress progress = new Progress(() -> Math.min(seconds(), 100), Duration.ofSeconds(60), time);
    assertFalse(progress.await(() -> false));
    assertEquals(160, seconds());
  }

  @Test
  void what_holds_at_once_takes_no_time() throws Exception {
    assertTrue(new Progress(() -> 1, Duration.ZERO, time).await(() -> true));
    assertEquals(0, nanos);
  }

  @Test
  void the_size_of_a_folder_that_is_not_there_is_nothing(@TempDir Path folder) throws Exception {
    assertEquals(0, Progress.size(folder.resolve("none")));
    Files.writeString(folder.resolve("a"), "12345");
    assertEquals(5, Progress.size(folder));
  }
}
