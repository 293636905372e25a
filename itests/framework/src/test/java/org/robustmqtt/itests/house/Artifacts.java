package org.robustmqtt.itests.house;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.jar.JarFile;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;

/** The bundles on the test's class path, as jars or as folders of classes, by symbolic name. */
public final class Artifacts {
  /** What every bundle of ours is called, before its module. */
  public static final String OURS = "org.robustmqtt.";

  private static final String MANIFEST = "META-INF/MANIFEST.MF";
  private static final Map<String, Path> BY_NAME = scan();
  private static final Map<String, byte[]> ZIPPED = new ConcurrentHashMap<>();

  private Artifacts() {}

  /** Returns the manifest of a bundle. */
  public static Manifest manifest(String symbolicName) {
    return readManifest(path(symbolicName)).orElseThrow();
  }

  /** Returns the bundle as a jar. */
  public static InputStream jar(String symbolicName) throws IOException {
    Path path = path(symbolicName);
    if (!Files.isDirectory(path)) {
      return Files.newInputStream(path);
    }
    byte[] bytes = ZIPPED.get(symbolicName);
    if (bytes == null) {
      bytes = zip(path);
      ZIPPED.put(symbolicName, bytes);
    }
    return new ByteArrayInputStream(bytes);
  }

  /** Returns the class files of a bundle, by their name in the jar. */
  public static Map<String, byte[]> classes(String symbolicName) throws IOException {
    Map<String, byte[]> found = new HashMap<>();
    try (JarReader in = new JarReader(jar(symbolicName))) {
      in.forEach(
          (name, bytes) -> {
            if (name.endsWith(".class") && !name.endsWith("package-info.class")) {
              found.put(name, bytes);
            }
          });
    }
    return found;
  }

  private static Path path(String symbolicName) {
    Path path = BY_NAME.get(symbolicName);
    if (path == null) {
      throw new IllegalArgumentException(symbolicName + " is not among " + BY_NAME.keySet());
    }
    return path;
  }

  private static Map<String, Path> scan() {
    Map<String, Path> found = new HashMap<>();
    Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
        .map(Path::of)
        .filter(Files::exists)
        .forEach(path -> symbolicName(path).ifPresent(name -> found.putIfAbsent(name, path)));
    return found;
  }

  private static Optional<String> symbolicName(Path path) {
    return readManifest(path)
        .map(manifest -> manifest.getMainAttributes().getValue("Bundle-SymbolicName"))
        .map(value -> value.split(";")[0].trim());
  }

  private static Optional<Manifest> readManifest(Path path) {
    try {
      if (!Files.isDirectory(path)) {
        try (JarFile jar = new JarFile(path.toFile())) {
          return Optional.ofNullable(jar.getManifest());
        }
      }
      Path file = path.resolve(MANIFEST);
      if (!Files.exists(file)) {
        return Optional.empty();
      }
      try (InputStream in = Files.newInputStream(file)) {
        return Optional.of(new Manifest(in));
      }
    } catch (IOException broken) {
      throw new IllegalStateException(path.toString(), broken);
    }
  }

  private static byte[] zip(Path folder) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (InputStream in = Files.newInputStream(folder.resolve(MANIFEST));
        JarOutputStream jar = new JarOutputStream(bytes, new Manifest(in));
        Stream<Path> tree = Files.walk(folder)) {
      List<Path> files = tree.filter(Files::isRegularFile).sorted().toList();
      for (Path file : files) {
        String name = folder.relativize(file).toString().replace(File.separatorChar, '/');
        if (!name.equals(MANIFEST)) {
          jar.putNextEntry(new ZipEntry(name));
          Files.copy(file, jar);
        }
      }
    }
    return bytes.toByteArray();
  }
}
