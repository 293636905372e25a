package org.robustmqtt.itests.house;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The picture of the way of a message in docs/architecture.md, against the class files. */
class WayTest {
  private static final Path ROOT = Path.of(System.getProperty("robust.sources")).resolve("..");
  private static final Pattern STATION =
      Pattern.compile("( +)(\\w+)\\.(\\w+) +(\\w+)(?: +<- (\\w+))?(?:  .*)?");

  private record Station(int depth, String owner, String method, String room, String through) {}

  private static Map<String, ClassFile> classes() throws IOException {
    Map<String, ClassFile> all = new TreeMap<>();
    for (String bundle : List.of("api", "codec", "persistence", "client")) {
      for (Map.Entry<String, byte[]> file :
          Artifacts.classes("org.robustmqtt." + bundle).entrySet()) {
        all.put(file.getKey(), ClassFile.read(file.getValue()));
      }
    }
    return all;
  }

  private static List<Station> picture() throws IOException {
    List<Station> stations = new ArrayList<>();
    boolean inside = false;
    for (String line : Files.readAllLines(ROOT.resolve("docs/architecture.md"))) {
      if (line.startsWith("```")) {
        inside = line.equals("```way");
      } else if (inside && line.startsWith(" ")) {
        Matcher station = STATION.matcher(line);
        assertTrue(station.matches(), line);
        String through = station.group(5) == null ? station.group(2) : station.group(5);
        stations.add(
            new Station(
                station.group(1).length(),
                station.group(2),
                station.group(3),
                station.group(4),
                through));
      }
    }
    return stations;
  }

  /** Returns whether one of the classes of a file refers to a method. */
  private static boolean calls(Map<String, ClassFile> classes, Station from, Station to) {
    Pattern call = Pattern.compile("(?:.*[/$])?" + to.through + "\\." + to.method + " .*");
    return classes.entrySet().stream()
        .filter(file -> isOf(file.getKey(), from))
        .flatMap(file -> file.getValue().members().stream())
        .anyMatch(member -> call.matcher(member).matches());
  }

  private static boolean isOf(String name, Station station) {
    return name.matches(".*/" + station.room + "/" + station.owner + "(\\$.*)?(\\.class)?");
  }

  @Test
  void each_station_is_there_and_is_called_from_the_one_above_it() throws IOException {
    Map<String, ClassFile> classes = classes();
    List<String> wrong = new ArrayList<>();
    Deque<Station> above = new ArrayDeque<>();
    List<Station> picture = picture();
    assertTrue(picture.size() > 40, "stations: " + picture.size());
    for (Station station : picture) {
      String name = station.owner + "." + station.method + " in " + station.room;
      boolean there =
          classes.entrySet().stream()
              .anyMatch(
                  file ->
                      isOf(file.getKey(), station)
                          && file.getValue().names().contains(station.method));
      if (!there) {
        wrong.add(name + " is not there");
      }
      while (!above.isEmpty() && above.peek().depth >= station.depth) {
        above.pop();
      }
      if (!above.isEmpty() && !calls(classes, above.peek(), station)) {
        wrong.add(name + " is not called from " + above.peek().owner);
      }
      above.push(station);
    }
    assertEquals(List.of(), wrong);
  }
}
