package org.robustmqtt.itests.broker;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;

/**
 * The broker in a JVM of its own.
 *
 * <p>Arguments: host, port, data folder, and optionally the id of a process: when that one ends,
 * the broker ends too, so that a killed script leaves nothing behind. Prints one line, {@code READY
 * port}, when it answers; ends by SIGTERM, with status 1 and a reason on standard error if it
 * cannot start.
 */
public final class BrokerMain {

  private BrokerMain() {}

  /**
   * Runs the broker until the process is told to end.
   *
   * @param args host, port, data folder, optionally the id of the process to end with
   * @throws InterruptedException never in practice: nobody interrupts the main thread
   */
  public static void main(String[] args) throws InterruptedException {
    System.exit(run(args, System.out, System.err));
  }

  private static int run(String[] args, PrintStream out, PrintStream err)
      throws InterruptedException {
    if (args.length < 3 || args.length > 4) {
      err.println("Usage: BrokerMain HOST PORT DATA [PID]");
      return 2;
    }
    CountDownLatch ended = new CountDownLatch(1);
    if (args.length == 4) {
      Optional<ProcessHandle> owner = ProcessHandle.of(Long.parseLong(args[3]));
      if (owner.isEmpty()) {
        err.println("Process " + args[3] + " is not there");
        return 2;
      }
      owner.get().onExit().thenRun(ended::countDown);
    }
    try (EmbeddedBroker broker =
        EmbeddedBroker.start(args[0], Integer.parseInt(args[1]), Path.of(args[2]))) {
      out.println("READY " + broker.port());
      out.flush();
      ended.await();
      return 0;
    } catch (IOException e) {
      err.println(e.getMessage() + (e.getCause() == null ? "" : ": " + e.getCause().getMessage()));
      return 1;
    }
  }
}
