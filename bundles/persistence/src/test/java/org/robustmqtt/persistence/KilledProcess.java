package org.robustmqtt.persistence;

import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import org.robustmqtt.Durability;
import org.robustmqtt.Stored;
import org.robustmqtt.journal.Journal;
import org.robustmqtt.journal.JournalSettings;
import org.robustmqtt.persistence.door.SharedMemory;
import org.robustmqtt.persistence.journal.DiskJournal;
import org.robustmqtt.persistence.runtime.FileDisk;
import org.robustmqtt.persistence.runtime.JournalThread;
import org.robustmqtt.persistence.runtime.MappedMemory;
import org.robustmqtt.persistence.runtime.NoMemory;
import org.robustmqtt.persistence.runtime.SystemClock;

/**
 * A program that publishes {@code sync} from several threads and prints each id that is on disk,
 * until it has printed enough or is killed. Arguments: folder, threads, number of messages; with a
 * fourth, it publishes {@code group} and prints what was accepted.
 *
 * <p>Also what {@code strace -f -c -e trace=fsync,fdatasync} is run on, to count the forces.
 */
final class KilledProcess {
  private KilledProcess() {}

  public static void main(String[] arguments) throws Exception {
    Path folder = Path.of(arguments[0]);
    int threads = Integer.parseInt(arguments[1]);
    int messages = Integer.parseInt(arguments[2]);
    PrintStream out =
        new PrintStream(new java.io.FileOutputStream(java.io.FileDescriptor.out), true);
    boolean accepted = arguments.length > 3;
    JournalSettings settings =
        accepted ? new JournalSettings(Optional.empty(), Duration.ofHours(1), 0) : settings();
    Journals journals = accepted ? staged(folder) : journals(folder);
    Journal journal = journals.open("home", settings, () -> {});
    Thread[] producers = new Thread[threads];
    for (int i = 0; i < threads; i++) {
      producers[i] =
          new Thread(
              () -> {
                if (accepted) {
                  accept(journal, messages / threads, out);
                } else {
                  produce(journal, messages / threads, out);
                }
              });
      producers[i].start();
    }
    for (Thread producer : producers) {
      producer.join();
    }
    out.println("forces " + journal.status().forces());
    journal.close();
  }

  static Journals journals(Path folder) {
    return journals(folder, new NoMemory("the test has none"));
  }

  /** With staging buffers beside the journals. */
  static Journals staged(Path folder) {
    return journals(folder, MappedMemory.of(Optional.of(folder)));
  }

  private static Journals journals(Path folder, SharedMemory memory) {
    return new Journals(
        new FileDisk(),
        memory,
        new SystemClock(),
        JournalThread::new,
        StorePath.of(Map.of("directory", folder.toString()), Optional.empty()),
        DiskJournal.Shape.STANDARD);
  }

  static JournalSettings settings() {
    return new JournalSettings(Optional.empty(), Duration.ofMillis(200), 0);
  }

  private static void accept(Journal journal, int count, PrintStream out) {
    for (int i = 0; i < count; i++) {
      long sequence = journal.nextSequence();
      try {
        while (!journal.offer(Rig.message(sequence, Durability.GROUP, 1, 20), stored -> {})) {
          journal.awaitRoom(Duration.ofSeconds(1));
        }
      } catch (InterruptedException e) {
        return;
      }
      out.println(sequence);
    }
  }

  /** Each producer waits for its message to be on disk before it publishes the next. */
  private static void produce(Journal journal, int count, PrintStream out) {
    Semaphore told = new Semaphore(0);
    for (int i = 0; i < count; i++) {
      long sequence = journal.nextSequence();
      Rig.offer(
          journal,
          Rig.message(sequence, Durability.SYNC, 1, 200),
          stored -> {
            if (stored == Stored.ON_DISK) {
              out.println(sequence);
            }
            told.release();
          });
      told.acquireUninterruptibly();
    }
  }
}
