package org.robustmqtt.itests.hub;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Hashtable;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.service.cm.Configuration;
import org.osgi.service.cm.ConfigurationAdmin;

/**
 * Loads {@code conf/services/*.cfg} by the rules that are known of openHAB's own loader: the very
 * first line {@code pid:FACTORY#NAME} decides where a file goes and makes it exclusive, UTF-8, no
 * escapes and no continued lines, {@code [a, b]} is a collection, a colon in a key sends what
 * follows elsewhere, a file that is gone takes its configuration along. It stands for openHAB here
 * as far as these rules go.
 */
final class ConfServices {
  private static final String CONTEXT = "openhab.servicecontext";

  private final ConfigurationAdmin admin;
  private final Path folder;

  ConfServices(ConfigurationAdmin admin, Path folder) {
    this.admin = admin;
    this.folder = folder;
  }

  /** Looks at all files, as at the start and after each change. */
  void scan() throws IOException {
    Map<String, Map<String, Object>> found = new TreeMap<>();
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.sorted().toList()) {
        if (file.toString().endsWith(".cfg")) {
          read(file, found);
        }
      }
    }
    for (Configuration old : configurations("(" + CONTEXT + "=*)")) {
      if (!found.containsKey(old.getFactoryPid() + "#" + old.getProperties().get(CONTEXT))) {
        old.delete();
      }
    }
    for (Map.Entry<String, Map<String, Object>> entry : found.entrySet()) {
      update(entry.getKey(), entry.getValue());
    }
  }

  private static void read(Path file, Map<String, Map<String, Object>> found) throws IOException {
    List<String> lines = Files.readAllLines(file, StandardCharsets.UTF_8);
    String name = file.getFileName().toString().replaceFirst("\\.cfg$", "");
    boolean first = !lines.isEmpty() && lines.get(0).startsWith("pid:");
    String pid = first ? lines.get(0).substring(4).strip() : "org.openhab." + name;
    for (String raw : lines.subList(first ? 1 : 0, lines.size())) {
      String line = raw.strip();
      int equals = line.indexOf('=');
      if (line.isEmpty() || line.startsWith("#") || equals < 0) {
        continue;
      }
      String key = line.substring(0, equals).strip();
      int colon = key.indexOf(':');
      if (colon >= 0) {
        pid = key.substring(0, colon);
        key = key.substring(colon + 1);
      }
      found
          .computeIfAbsent(pid, none -> new TreeMap<>())
          .put(key, value(line.substring(equals + 1).strip()));
    }
  }

  private static Object value(String text) {
    return text.startsWith("[") && text.endsWith("]")
        ? Arrays.stream(text.substring(1, text.length() - 1).split(",")).map(String::strip).toList()
        : text;
  }

  private void update(String pid, Map<String, Object> properties) throws IOException {
    int hash = pid.indexOf('#');
    Configuration target;
    if (hash < 0) {
      target = admin.getConfiguration(pid, null);
    } else {
      String factory = pid.substring(0, hash);
      String context = pid.substring(hash + 1);
      Optional<Configuration> present =
          configurations("(&(service.factoryPid=" + factory + ")(" + CONTEXT + "=" + context + "))")
              .stream()
              .findFirst();
      target =
          present.isPresent() ? present.get() : admin.createFactoryConfiguration(factory, null);
      properties.put(CONTEXT, context);
    }
    target.update(new Hashtable<>(properties));
  }

  private List<Configuration> configurations(String filter) throws IOException {
    try {
      Configuration[] found = admin.listConfigurations(filter);
      return found == null ? List.of() : List.of(found);
    } catch (InvalidSyntaxException wrong) {
      throw new IllegalArgumentException(filter, wrong);
    }
  }
}
