package org.robustmqtt.client.session;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What fuzzing has found so far, again and again, without a fuzzer. */
class SessionFuzzTest {
  @Test
  void each_input_that_led_somewhere_new_keeps_the_promises()
      throws IOException, URISyntaxException {
    Path folder = Path.of(SessionFuzzTest.class.getResource("/fuzz/session").toURI());
    try (Stream<Path> files = Files.list(folder)) {
      List<Path> corpus = files.sorted().toList();
      assertTrue(corpus.size() > 100, corpus.size() + " inputs");
      assertAll(corpus.stream().map(input -> () -> SessionFuzz.fuzzerTestOneInput(read(input))));
    }
  }

  private static byte[] read(Path input) throws IOException {
    return Files.readAllBytes(input);
  }
}
