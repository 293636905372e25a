package org.robustmqtt.itests.karaf;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.robustmqtt.itests.testkit.Progress;

/**
 * A Karaf in a folder of its own and a JVM of its own, without console. It uses free ports of
 * 127.0.0.1 only, looks into no Maven repository but its own {@code system} folder, and keeps a
 * second one, for what it would fetch, empty in its data folder.
 *
 * <p>Confined to one thread.
 */
public final class KarafProcess implements AutoCloseable {

  private static final long STOP_SECONDS = 20;
  private static final Duration COMMAND_STALLED = Duration.ofSeconds(60);
  private static final String PASSWORD = "itest";

  private final Path home;
  private int sshPort;
  private Process process;

  private KarafProcess(Path home) {
    this.home = home;
  }

  /**
   * Copies an unpacked Karaf and settles its ports, its repositories and its user.
   *
   * @param unpacked a Karaf that was never started, not changed
   * @param home folder to make; must not be there
   * @return a Karaf that does not run yet
   * @throws IOException if it cannot be copied
   */
  public static KarafProcess copyOf(Path unpacked, Path home) throws IOException {
    copy(unpacked, home);
    KarafProcess karaf = new KarafProcess(home);
    karaf.sshPort = freePort();
    karaf.set("org.apache.karaf.shell.cfg", "sshPort", Integer.toString(karaf.sshPort));
    karaf.set("org.apache.karaf.shell.cfg", "sshHost", "127.0.0.1");
    karaf.set("org.apache.karaf.management.cfg", "rmiRegistryPort", Integer.toString(freePort()));
    karaf.set("org.apache.karaf.management.cfg", "rmiServerPort", Integer.toString(freePort()));
    karaf.write(
        "etc/org.ops4j.pax.url.mvn.cfg",
        "org.ops4j.pax.url.mvn.repositories=\n"
            + "org.ops4j.pax.url.mvn.settings=\n"
            + "org.ops4j.pax.url.mvn.localRepository=${karaf.data}/repository\n"
            + "org.ops4j.pax.url.mvn.defaultRepositories="
            + "${karaf.home.uri}system@id=system.repository@snapshots,"
            + "${karaf.data.uri}kar@id=kar.repository@multi@snapshots\n");
    karaf.write(
        "etc/users.properties",
        "karaf = "
            + PASSWORD
            + ",_g_:admingroup\n"
            + "_g_\\:admingroup = group,admin,manager,viewer,systembundles,ssh\n");
    return karaf;
  }

  /**
   * Its folder.
   *
   * @return what Karaf calls {@code karaf.home}
   */
  public Path home() {
    return home;
  }

  /**
   * Writes a file of it.
   *
   * @param path relative to its folder, for example {@code etc/org.robustmqtt.connection-home.cfg}
   * @param text the whole content, in UTF-8
   * @throws IOException if it cannot be written
   */
  public void write(String path, String text) throws IOException {
    Path file = home.resolve(path);
    Files.createDirectories(file.getParent());
    Files.writeString(file, text, StandardCharsets.UTF_8);
  }

  /**
   * Puts a bundle or a KAR into the folder that it watches; whole at once, never half.
   *
   * @param artifact the file
   * @throws IOException if it cannot be copied
   */
  public void deploy(Path artifact) throws IOException {
    Path name = artifact.getFileName();
    Path aside = home.resolve(name);
    Files.copy(artifact, aside, StandardCopyOption.REPLACE_EXISTING);
    Files.move(aside, home.resolve("deploy").resolve(name), StandardCopyOption.REPLACE_EXISTING);
  }

  /**
   * Sets a property of one of its configuration files.
   *
   * @param file name in {@code etc}
   * @param key the key; must be in the file
   * @param value the value
   * @throws IOException if the file cannot be read or written, or has no such key
   */
  public void set(String file, String key, String value) throws IOException {
    Path path = home.resolve("etc").resolve(file);
    String before = Files.readString(path, StandardCharsets.ISO_8859_1);
    String after =
        before.replaceFirst("(?m)^" + key.replace(".", "\\.") + " *=.*$", key + " = " + value);
    if (after.equals(before) && !before.contains(key + " = " + value)) {
      throw new IOException("No key " + key + " in " + path);
    }
    Files.writeString(path, after, StandardCharsets.ISO_8859_1);
  }

  /**
   * Adds system properties for all later starts.
   *
   * @param properties names and values; neither may hold a line end
   * @throws IOException if they cannot be written
   */
  public void properties(Map<String, String> properties) throws IOException {
    StringBuilder lines = new StringBuilder("\n");
    properties.forEach(
        (key, value) ->
            lines.append(key).append('=').append(value.replace("\\", "\\\\")).append('\n'));
    Files.writeString(
        home.resolve("etc/system.properties"),
        lines,
        StandardCharsets.ISO_8859_1,
        StandardOpenOption.APPEND);
  }

  /**
   * Starts its JVM, with assertions for our bundles, and does not wait for anything.
   *
   * @throws IOException if the JVM cannot be started
   */
  public void start() throws IOException {
    ProcessBuilder builder =
        new ProcessBuilder(List.of(home.resolve("bin/karaf").toString(), "daemon"))
            .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(home.resolve("console.log").toFile()));
    Map<String, String> environment = builder.environment();
    environment.keySet().removeIf(name -> name.startsWith("KARAF") || name.startsWith("JAVA"));
    environment.put("JAVA_HOME", System.getProperty("java.home"));
    environment.put("EXTRA_JAVA_OPTS", "-Xmx256m -ea:org.robustmqtt...");
    process = builder.start(); // the script replaces itself by the JVM, so this is the JVM
  }

  /**
   * Whether its JVM is there.
   *
   * @return false before the first start and after its end
   */
  public boolean isRunning() {
    return process != null && process.isAlive();
  }

  /**
   * Ends its JVM at once, as kill -9 does, and waits until it is gone. Nothing if it is not there.
   */
  public void kill() {
    if (process != null) {
      process.destroyForcibly();
      process.onExit().join();
    }
  }

  /** Stops the hub in good order, within 20 s; else as {@link #kill()}. */
  @Override
  public void close() {
    if (process == null) {
      return;
    }
    process.destroy();
    try {
      if (!process.waitFor(STOP_SECONDS, TimeUnit.SECONDS)) {
        kill();
      }
    } catch (InterruptedException e) {
      kill();
      Thread.currentThread().interrupt();
    }
  }

  /**
   * Runs console commands through the hub's own SSH client.
   *
   * @param commands one line each
   * @return what the client printed, and whether it ended well
   * @throws IOException if the client cannot be started
   * @throws InterruptedException if the thread is interrupted; the client is ended then
   */
  public Answer command(String commands) throws IOException, InterruptedException {
    Path output = Files.createTempFile(home, "command", ".txt");
    ProcessBuilder builder =
        new ProcessBuilder(
                List.of(
                    home.resolve("bin/client").toString(),
                    "-b", // commands from standard input
                    "-h",
                    "127.0.0.1",
                    "-a",
                    Integer.toString(sshPort),
                    "-u",
                    "karaf",
                    "-p",
                    PASSWORD))
            .redirectErrorStream(true)
            .redirectOutput(output.toFile());
    builder.environment().keySet().removeIf(name -> name.startsWith("KARAF"));
    builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
    Process client = builder.start();
    try {
      client.getOutputStream().write((commands + "\n").getBytes(StandardCharsets.UTF_8));
      client.getOutputStream().close();
      Progress running =
          Progress.of(
              () -> List.of(Progress.size(output), Progress.cpu(client.toHandle()), sign()),
              COMMAND_STALLED);
      boolean ended = running.await(() -> !client.isAlive());
      return new Answer(
          ended && client.exitValue() == 0, Files.readString(output, StandardCharsets.UTF_8));
    } finally {
      client.destroyForcibly();
      Files.delete(output);
    }
  }

  /** Returns what changes while it gets on: its logs, and the processor time that it had. */
  public Object sign() {
    return List.of(
        Progress.size(home.resolve("data/log")),
        Progress.size(home.resolve("console.log")),
        process == null ? 0L : Progress.cpu(process.toHandle()));
  }

  /**
   * Waits until a bundle is active.
   *
   * @param patience how long to wait without any progress
   * @param symbolicName of the bundle to wait for
   * @return the state of every bundle by symbolic name, as {@code bundle:list} says it; two bundles
   *     of one name give a state like {@code Active+Active}
   * @throws IOException if it is not active in time, or the hub has ended
   * @throws InterruptedException if the thread is interrupted meanwhile
   */
  public Map<String, String> awaitActive(Duration patience, String symbolicName)
      throws IOException, InterruptedException {
    AtomicReference<Map<String, String>> states = new AtomicReference<>(Map.of());
    boolean active =
        ask(
            patience,
            "bundle:list -t 0 -s --no-format",
            answer -> {
              states.set(states(answer.text()));
              return answer.good() && "Active".equals(states.get().get(symbolicName));
            });
    if (!active) {
      throw new IOException(
          symbolicName + " is " + states.get().get(symbolicName) + ", hub running: " + isRunning());
    }
    return states.get();
  }

  /**
   * Gives a command, about once a second, until its answer is right.
   *
   * @param patience how long to go on without any progress
   * @return whether it was right; if not, there was no progress any more, or the hub has ended
   * @throws IOException if the client cannot be started
   * @throws InterruptedException if the thread is interrupted meanwhile
   */
  public boolean ask(Duration patience, String command, Predicate<Answer> right)
      throws IOException, InterruptedException {
    AtomicReference<Answer> last = new AtomicReference<>(new Answer(false, ""));
    AtomicReference<Optional<IOException>> failure = new AtomicReference<>(Optional.empty());
    boolean told =
        Progress.of(() -> List.of(last.get(), sign()), patience)
            .await(
                () -> {
                  try {
                    last.set(command(command));
                  } catch (IOException e) {
                    failure.set(Optional.of(e));
                  } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                  }
                  return failure.get().isPresent() || !isRunning() || right.test(last.get());
                });
    if (failure.get().isPresent()) {
      throw failure.get().get();
    }
    return told && right.test(last.get());
  }

  private static Map<String, String> states(String table) {
    Map<String, String> states = new TreeMap<>();
    table
        .lines()
        .map(line -> line.split("\t"))
        .filter(cells -> cells.length >= 5 && cells[0].strip().matches("\\d+"))
        .forEach(
            cells ->
                states.merge(cells[4].strip(), cells[1].strip(), (one, two) -> one + "+" + two));
    return states;
  }

  /**
   * What a command printed.
   *
   * @param good whether the client ended well
   * @param text all that it printed
   */
  public record Answer(boolean good, String text) {}

  private static int freePort() throws IOException {
    try (ServerSocket probe = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
      return probe.getLocalPort();
    }
  }

  private static void copy(Path from, Path to) throws IOException {
    if (Files.exists(to, LinkOption.NOFOLLOW_LINKS)) {
      throw new IOException(to + " is there already");
    }
    try (Stream<Path> all = Files.walk(from)) {
      all.forEach(path -> copyOne(path, to.resolve(from.relativize(path).toString())));
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
  }

  private static void copyOne(Path from, Path to) {
    try {
      if (Files.isDirectory(from)) {
        Files.createDirectories(to);
      } else {
        Files.createDirectories(to.getParent());
        Files.copy(from, to, StandardCopyOption.COPY_ATTRIBUTES);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
