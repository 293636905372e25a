package org.robustmqtt.itests.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.robustmqtt.itests.authority.Authority;

/**
 * The Mosquitto of this machine, as a process of its own on a free loopback port, with a folder
 * that outlives a kill. Tests ask {@link #installed} first, and skip loudly where it is not.
 */
public final class Mosquitto implements AutoCloseable {
  private static final List<Path> PLACES =
      List.of(
          Path.of("/usr/sbin/mosquitto"),
          Path.of("/usr/local/sbin/mosquitto"),
          Path.of("/usr/bin/mosquitto"),
          Path.of("/usr/local/bin/mosquitto"),
          Path.of("/opt/homebrew/sbin/mosquitto"));

  private static final String IN_MEMORY = "persistence false";

  private final Path program;
  private final Path folder;
  private final int port;
  private final List<String> lines;
  private final boolean secured;
  private final boolean asInstalled;
  private Optional<Process> process = Optional.empty();

  private Mosquitto(
      Path program,
      Path folder,
      int port,
      List<String> lines,
      boolean secured,
      boolean asInstalled) {
    this.program = program;
    this.folder = folder;
    this.port = port;
    this.lines = List.copyOf(lines);
    this.secured = secured;
    this.asInstalled = asInstalled;
  }

  /** Returns the program, empty where none is installed. */
  public static Optional<Path> installed() {
    return PLACES.stream().filter(Files::isExecutable).findFirst();
  }

  /**
   * Starts Mosquitto.
   *
   * @param folder for its settings, its store and its log; made if it is not there
   * @param more lines for its settings, as {@code max_qos 1}
   * @throws IOException if none is installed, or it does not listen in time
   */
  public static Mosquitto start(Path folder, String... more)
      throws IOException, InterruptedException {
    return start(folder, List.of(more), false, false);
  }

  /**
   * Starts Mosquitto with its own defaults, as a distribution installs it: nothing but where it
   * listens, who may come, and the user is set. Limits and store are its own.
   *
   * @param more what is changed all the same
   */
  public static Mosquitto startAsInstalled(Path folder, String... more)
      throws IOException, InterruptedException {
    return start(folder, List.of(more), false, true);
  }

  /**
   * Starts Mosquitto without a store, for runs of hours: with one it writes all it has after each
   * message. It must not be killed.
   */
  public static Mosquitto startInMemory(Path folder, String... more)
      throws IOException, InterruptedException {
    List<String> lines = new ArrayList<>(List.of(more));
    lines.add(IN_MEMORY);
    return start(folder, lines, false, false);
  }

  /**
   * Starts Mosquitto with TLS.
   *
   * @param shown its certificate and key
   * @param authority in whose name clients must have a certificate; empty: they need none
   * @param more lines for the listener, as {@code tls_version tlsv1.2}
   */
  public static Mosquitto startSecured(
      Path folder, Authority.Issued shown, Optional<Authority> authority, String... more)
      throws IOException, InterruptedException {
    Files.createDirectories(folder);
    Path certificate = Files.write(folder.resolve("broker.pem"), shown.certificatePem());
    Path key = Files.write(folder.resolve("broker.key"), shown.keyPem());
    List<String> lines = new ArrayList<>(List.of(more));
    lines.add("certfile " + certificate);
    lines.add("keyfile " + key);
    if (authority.isPresent()) {
      lines.add("cafile " + Files.write(folder.resolve("clients.pem"), authority.get().pem()));
      lines.add("require_certificate true");
    }
    return start(folder, lines, true, false);
  }

  private static Mosquitto start(
      Path folder, List<String> lines, boolean secured, boolean asInstalled)
      throws IOException, InterruptedException {
    Path program =
        installed().orElseThrow(() -> new IOException("mosquitto is not installed: " + PLACES));
    Mosquitto broker =
        new Mosquitto(
            program, Files.createDirectories(folder), freePort(), lines, secured, asInstalled);
    broker.start();
    return broker;
  }

  /** Returns a port that was free a moment ago. */
  public static int freePort() throws IOException {
    try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return free.getLocalPort();
    }
  }

  /** Starts it again after a kill, with what its folder holds. Returns when it listens. */
  public void start() throws IOException, InterruptedException {
    Path settings = folder.resolve("mosquitto.conf");
    Files.writeString(settings, settings());
    Process started =
        new ProcessBuilder(program.toString(), "-c", settings.toString())
            .redirectErrorStream(true)
            .redirectOutput(
                ProcessBuilder.Redirect.appendTo(folder.resolve("mosquitto.log").toFile()))
            .start();
    process = Optional.of(started);
    awaitListening(started);
  }

  private String settings() {
    String user = "root".equals(System.getProperty("user.name")) ? "user root" : "";
    String least =
        String.join(
            "\n",
            "listener " + port + " 127.0.0.1",
            String.join("\n", lines),
            "allow_anonymous true",
            user,
            "");
    return asInstalled ? least : least + ours();
  }

  private String ours() {
    return String.join(
        "\n",
        lines.contains(IN_MEMORY) ? "" : store(),
        "set_tcp_nodelay true",
        "max_queued_messages 0",
        "");
  }

  private String store() {
    return String.join(
        "\n",
        "persistence true",
        "persistence_location " + folder.toAbsolutePath() + "/",
        "autosave_interval 1",
        "autosave_on_changes true");
  }

  private void awaitListening(Process started) throws IOException, InterruptedException {
    long end = System.nanoTime() + Patience.LIMIT.toNanos();
    while (System.nanoTime() < end) {
      try (Socket probe = new Socket()) {
        probe.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
        return;
      } catch (IOException notYet) {
        if (started.waitFor(20, TimeUnit.MILLISECONDS)) {
          break;
        }
      }
    }
    throw new IOException("mosquitto does not listen, see " + folder.resolve("mosquitto.log"));
  }

  /** Returns the port; it stays the same over {@link #kill} and {@link #start}. */
  public int port() {
    return port;
  }

  /** Returns the address as it is written into a configuration. */
  public String uri() {
    return (secured ? "mqtts" : "mqtt") + "://127.0.0.1:" + port;
  }

  /** Returns what it has logged so far; with {@code log_type all} that has each packet. */
  public String log() {
    try {
      return Files.readString(folder.resolve("mosquitto.log"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Kills the process as {@code kill -9} does, and waits until it is gone. */
  public void kill() throws InterruptedException {
    if (process.isPresent()) {
      process.get().destroyForcibly().waitFor();
      process = Optional.empty();
    }
  }

  /** Ends the process. */
  @Override
  public void close() {
    process.ifPresent(Process::destroyForcibly);
    process = Optional.empty();
  }
}
