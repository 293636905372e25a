package org.robustmqtt.codec;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What fuzzing has found so far, again and again, without a fuzzer. */
class DecoderFuzzTest {
  @Test
  void each_input_that_led_somewhere_new_keeps_the_promises()
      throws IOException, URISyntaxException {
    Path folder = Path.of(DecoderFuzzTest.class.getResource("/fuzz/decoder").toURI());
    try (Stream<Path> files = Files.list(folder)) {
      List<Path> corpus = files.sorted().toList();
      assertTrue(corpus.size() > 100, corpus.size() + " inputs");
      assertAll(corpus.stream().map(input -> () -> DecoderFuzz.fuzzerTestOneInput(read(input))));
    }
  }

  private static byte[] read(Path input) throws IOException {
    return Files.readAllBytes(input);
  }

  @ParameterizedTest
  @MethodSource("goldens")
  void golden_bytes_keep_the_promises_in_either_version_and_from_either_side(Golden golden) {
    byte[] bytes = Hex.bytes(golden.hex());
    for (int choice = 0; choice < 8; choice++) {
      for (int maximum = 0; maximum < 8; maximum++) {
        byte[] input = new byte[DecoderFuzz.CHOICES + bytes.length];
        input[0] = (byte) choice;
        input[1] = (byte) maximum;
        System.arraycopy(bytes, 0, input, DecoderFuzz.CHOICES, bytes.length);
        DecoderFuzz.fuzzerTestOneInput(input);
      }
    }
  }

  static List<Golden> goldens() {
    return Golden.ALL;
  }
}
