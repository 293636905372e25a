package org.robustmqtt.itests.tour;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.util.List;

/** {@code ./hub tour}. Exit status 0 if the promise was kept, 1 if not, 2 if there was no tour. */
public final class TourMain {

  private TourMain() {}

  /**
   * Runs the tour and ends the JVM.
   *
   * @param args see {@code ./hub help}; besides {@code --distribution}, {@code --publisher}, {@code
   *     --work}
   */
  public static void main(String[] args) {
    System.exit(run(List.of(args), System.out, System.err));
  }

  private static int run(List<String> args, PrintStream out, PrintStream err) {
    try {
      Options options = Options.of(args);
      Report report = new Tour(options, out::println).run();
      out.println();
      report.lines().forEach(out::println);
      if (options.json().isPresent()) {
        Files.writeString(options.json().get(), report.json());
      }
      return report.verdict().kept() ? 0 : 1;
    } catch (IllegalArgumentException e) {
      err.println("hub tour: " + e.getMessage());
      return 2;
    } catch (IOException e) {
      err.println("hub tour: it could not be held: " + e.getMessage());
      return 2;
    } catch (InterruptedException e) {
      err.println("hub tour: interrupted");
      return 2;
    }
  }
}
