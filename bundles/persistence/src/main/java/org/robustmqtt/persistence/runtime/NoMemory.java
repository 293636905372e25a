package org.robustmqtt.persistence.runtime;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import org.robustmqtt.persistence.door.SharedMemory;

/**
 * There is no memory that outlives the process.
 *
 * @param why a part of a sentence
 */
public record NoMemory(String why) implements SharedMemory {
  @Override
  public Optional<String> absent() {
    return Optional.of(why);
  }

  @Override
  public String boot() {
    return "";
  }

  @Override
  public byte[] id() {
    return new byte[16];
  }

  @Override
  public String folder(Path folder) {
    return "";
  }

  @Override
  public Part make(String name, int size, int most) throws IOException {
    throw new IOException(why);
  }

  @Override
  public Optional<Part> open(String name, int most) {
    return Optional.empty();
  }

  @Override
  public void delete(String name) {
    // there is none
  }

  @Override
  public int lingering() {
    return 0;
  }
}
