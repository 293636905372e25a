package org.robustmqtt.benchmarks;

import java.util.List;

/** Some lines of the table. */
public interface Lines {
  /** Returns the word that chooses them on the command line. */
  String name();

  /** Measures. */
  List<Row> measure(Scale scale) throws Exception;
}
