package org.robustmqtt.shell;

import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.apache.karaf.shell.api.action.Argument;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.Completion;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.apache.karaf.shell.support.CommandException;
import org.apache.karaf.shell.support.completers.FileCompleter;
import org.robustmqtt.ConnectionDirectory;
import org.robustmqtt.shell.runtime.HubFiles;

/** {@code mqtt:check}. */
@Service
@Command(
    scope = "mqtt",
    name = "check",
    description =
        "Reads the file of a configuration, compares it with what the hub made of it, and says what"
            + " is wrong with what is not in force yet; without a file all of them. Shows no"
            + " secret.")
public final class CheckCommand extends MqttAction {
  @Argument(name = "file", description = "The file; a name without a folder is in the hub's.")
  @Completion(FileCompleter.class)
  String file;

  @Override
  void run(Hub hub, Console out) throws Exception {
    Optional<Path> etc = folder("karaf.etc", "");
    Optional<Path> services = folder("openhab.conf", "services");
    if (file != null) {
      Path path = path(file, etc, services);
      Optional<String> wrong = FileNames.wrong(path.getFileName(), services.isPresent());
      if (wrong.isPresent()) {
        out.println(wrong.get());
        return;
      }
    }
    List<Path> files =
        file == null ? HubFiles.configurations(etc, services) : List.of(path(file, etc, services));
    hub.directory(directory -> print(directory, files, out));
    if (file == null && etc.isPresent()) {
      for (String name : HubFiles.names(etc.get())) {
        FileNames.nearMiss(name).ifPresent(out::println);
      }
    }
    if (file == null && services.isPresent()) {
      HubFiles.firstLines(services.get())
          .forEach((name, line) -> FileNames.nearMiss(name, line).ifPresent(out::println));
    }
  }

  private static boolean print(ConnectionDirectory directory, List<Path> files, Console out)
      throws CommandException {
    if (files.isEmpty()) {
      out.println("There is no file of a connection. mqtt:list says where to put one.");
    }
    for (Path each : files) {
      check(directory, each).forEach(out::println);
    }
    return true;
  }

  static List<String> check(ConnectionDirectory directory, Path file) throws CommandException {
    try {
      String name = file.getFileName().toString();
      List<String> lines = directory.check(name, HubFiles.read(file));
      return lines.isEmpty() ? List.of(name + ": all has arrived as it is written") : lines;
    } catch (NoSuchFileException e) {
      throw new CommandException(file + ": there is no such file");
    } catch (FileSystemException e) {
      throw new CommandException(
          file + ": " + Optional.ofNullable(e.getReason()).orElse("cannot be read"));
    } catch (IOException e) {
      throw new CommandException(file + ": cannot be read: " + e.getMessage());
    }
  }

  private static Optional<Path> folder(String property, String below) {
    return Optional.ofNullable(System.getProperty(property))
        .filter(text -> !text.isEmpty())
        .map(text -> Path.of(text).resolve(below));
  }

  private static Path path(String text, Optional<Path> etc, Optional<Path> services) {
    Path path = Path.of(text);
    if (path.isAbsolute() || path.getNameCount() > 1) {
      return path;
    }
    Optional<Path> folder =
        text.startsWith("org.robustmqtt.connection") ? etc : services.or(() -> etc);
    return folder.map(in -> in.resolve(path)).orElse(path);
  }
}
