package org.robustmqtt.itests.broker;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * A broker in a JVM of its own, to be killed and started again; ends with this JVM at the latest.
 */
public final class BrokerProcess implements AutoCloseable {

  private static final long START_SECONDS = 60;

  private final int port;
  private final Path folder;
  private final String classPath;
  private Process process;

  private BrokerProcess(int port, Path folder, String classPath) {
    this.port = port;
    this.folder = folder;
    this.classPath = classPath;
  }

  /**
   * Starts a broker on 127.0.0.1 and waits until it answers.
   *
   * @param port port to listen on
   * @param folder for its data and for {@code broker.log}, its standard error; made if not there
   * @param classPath class path with this class and what it needs
   * @return the running broker
   * @throws IOException if it does not answer within a minute; it is not running then
   */
  public static BrokerProcess start(int port, Path folder, String classPath) throws IOException {
    BrokerProcess broker = new BrokerProcess(port, folder, classPath);
    broker.start();
    return broker;
  }

  /**
   * Starts it again after {@link #kill()}, on the same port and data.
   *
   * @throws IOException if it does not answer within a minute; it is not running then
   */
  public void start() throws IOException {
    Files.createDirectories(folder);
    process =
        new ProcessBuilder(
                List.of(
                    Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                    "-Xmx192m",
                    "-XX:+UseSerialGC",
                    "-XX:TieredStopAtLevel=1",
                    "-cp",
                    classPath,
                    BrokerMain.class.getName(),
                    "127.0.0.1",
                    Integer.toString(port),
                    folder.resolve("data").toString(),
                    Long.toString(ProcessHandle.current().pid())))
            .redirectError(ProcessBuilder.Redirect.appendTo(folder.resolve("broker.log").toFile()))
            .start();
    process.getOutputStream().close();
    try {
      awaitReady();
    } catch (IOException e) {
      kill();
      throw e;
    }
  }

  /**
   * Ends the process at once, as kill -9 does, and waits until it is gone. Nothing if it is not
   * there.
   */
  public void kill() {
    process.destroyForcibly();
    process.onExit().join();
  }

  /**
   * Its address as the {@code broker} key of a connection wants it.
   *
   * @return for example {@code mqtt://127.0.0.1:40123}
   */
  public String uri() {
    return "mqtt://127.0.0.1:" + port;
  }

  /** Ends the process; what it keeps stays in its folder. */
  @Override
  public void close() {
    kill();
  }

  private void awaitReady() throws IOException {
    BufferedReader out = process.inputReader(StandardCharsets.UTF_8);
    CompletableFuture<String> line = CompletableFuture.supplyAsync(() -> firstLine(out));
    try {
      String said = line.get(START_SECONDS, TimeUnit.SECONDS);
      if (!said.equals("READY " + port)) {
        throw new IOException("The broker did not start, see " + folder.resolve("broker.log"));
      }
    } catch (TimeoutException | ExecutionException e) {
      throw new IOException("The broker does not answer, see " + folder.resolve("broker.log"), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("Interrupted while the broker started", e);
    }
  }

  private static String firstLine(BufferedReader out) {
    try {
      String line = out.readLine();
      return line == null ? "" : line;
    } catch (IOException e) {
      return "";
    }
  }
}
