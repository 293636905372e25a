package org.robustmqtt.benchmarks.wire;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.robustmqtt.benchmarks.store.Folders;

/** Eclipse Mosquitto in a process of its own, without a limit that a client could meet. */
public final class Mosquitto implements Broker {
  /** The system property that says where it is, if that is none of the usual places. */
  public static final String PROPERTY = "benchmarks.mosquitto";

  private static final List<String> PLACES =
      List.of("/usr/sbin/mosquitto", "/usr/local/sbin/mosquitto", "/opt/homebrew/sbin/mosquitto");
  private static final long START_SECONDS = 10;

  private final Path folder = Folders.make("mosquitto");
  private final Process process;
  private final int port;

  private Mosquitto(Path program) throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = socket.getLocalPort();
    }
    Path configuration = folder.resolve("mosquitto.conf");
    Files.write(
        configuration,
        List.of(
            "listener " + port + " 127.0.0.1",
            "allow_anonymous true",
            "persistence false",
            "log_type none",
            "set_tcp_nodelay true",
            "max_inflight_messages 2000",
            "max_queued_messages 0"));
    process =
        new ProcessBuilder(program.toString(), "-c", configuration.toString())
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start();
    Runtime.getRuntime().addShutdownHook(new Thread(process::destroyForcibly));
    awaitListening();
  }

  private void awaitListening() throws IOException {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(START_SECONDS);
    while (true) {
      try (Socket socket = new Socket()) {
        socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 1000);
        return;
      } catch (IOException e) {
        if (!process.isAlive() || System.nanoTime() - end > 0) {
          throw new IOException("mosquitto does not listen on " + port, e);
        }
        pause();
      }
    }
  }

  private static void pause() throws IOException {
    try {
      TimeUnit.MILLISECONDS.sleep(20);
    } catch (InterruptedException e) {
      throw new IOException(e);
    }
  }

  /** Starts one, if it is installed. */
  public static Optional<Broker> start() throws IOException {
    Optional<Path> program = program();
    return program.isPresent() ? Optional.of(new Mosquitto(program.get())) : Optional.empty();
  }

  /** Returns what it says about itself, empty if it is not installed. */
  public static Optional<String> version() throws IOException {
    Optional<Path> program = program();
    if (program.isEmpty()) {
      return Optional.empty();
    }
    Process help =
        new ProcessBuilder(program.get().toString(), "-h").redirectErrorStream(true).start();
    try (BufferedReader lines =
        new BufferedReader(new InputStreamReader(help.getInputStream(), StandardCharsets.UTF_8))) {
      Optional<String> first = lines.lines().findFirst();
      help.destroy();
      return first;
    }
  }

  private static Optional<Path> program() {
    String told = System.getProperty(PROPERTY);
    Stream<String> places = told == null ? PLACES.stream() : Stream.of(told);
    return places.map(Path::of).filter(Files::isExecutable).findFirst();
  }

  @Override
  public String name() {
    return "Mosquitto";
  }

  @Override
  public int port() {
    return port;
  }

  @Override
  public long cpuNanos() {
    return 0;
  }

  @Override
  public boolean owns(long threadId) {
    return false;
  }

  @Override
  public void close() {
    process.destroy();
    try {
      if (!process.waitFor(5, TimeUnit.SECONDS)) {
        process.destroyForcibly().waitFor();
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
    try {
      Folders.delete(folder);
    } catch (UncheckedIOException e) {
      // the temporary folder keeps a small file
      folder.toFile().deleteOnExit();
    }
  }
}
