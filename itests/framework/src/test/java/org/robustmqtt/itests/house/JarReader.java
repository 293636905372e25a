package org.robustmqtt.itests.house;

import java.io.IOException;
import java.io.InputStream;
import java.util.function.BiConsumer;
import java.util.jar.JarEntry;
import java.util.jar.JarInputStream;

/** Goes through the files of a jar. */
final class JarReader implements AutoCloseable {
  private final JarInputStream in;

  JarReader(InputStream jar) throws IOException {
    in = new JarInputStream(jar);
  }

  void forEach(BiConsumer<String, byte[]> file) throws IOException {
    for (JarEntry entry = in.getNextJarEntry(); entry != null; entry = in.getNextJarEntry()) {
      if (!entry.isDirectory()) {
        file.accept(entry.getName(), in.readAllBytes());
      }
    }
  }

  @Override
  public void close() throws IOException {
    in.close();
  }
}
