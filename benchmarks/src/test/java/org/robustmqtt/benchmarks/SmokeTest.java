package org.robustmqtt.benchmarks;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Whether there are numbers; not which. */
class SmokeTest {
  @TestFactory
  Stream<DynamicTest> every_line_starts_and_yields_a_number() {
    return Table.all().stream()
        .map(lines -> DynamicTest.dynamicTest(lines.name(), () -> yieldsNumbers(lines)));
  }

  private static void yieldsNumbers(Lines lines) throws Exception {
    List<Row> rows = lines.measure(Scale.SMOKE);
    assertFalse(rows.isEmpty());
    for (Row row : rows) {
      boolean built = !row.measured().contains("not found");
      assertTrue(!built || row.measured().matches(".*\\d.*"), row.toString());
    }
  }
}
