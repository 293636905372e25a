package org.robustmqtt.itests.soak;

import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStreamWriter;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.robustmqtt.itests.testkit.FaultProxy;

/** A hub in a process of its own, which may be killed and started again, and its accounts. */
final class HubProcess {
  /** Numbers that a killed process may have used without a note. */
  private static final int GAP = 1_000;

  private static final int CHUNK = 1 << 20;

  final String name;
  final List<FaultProxy> lines = new ArrayList<>();
  final Map<String, Account> accounts = new LinkedHashMap<>();
  final SmallDisk disk;
  private final Path folder;
  private final Path notes;
  private Optional<Process> process = Optional.empty();
  private BufferedReader answers = new BufferedReader(java.io.Reader.nullReader());
  private BufferedWriter orders = new BufferedWriter(java.io.Writer.nullWriter());
  private byte[] half = {};
  private long read;
  private long next = 1;
  private int unreadableSegments;

  HubProcess(String name, Path folder, int connections, int broker) throws IOException {
    this.name = name;
    this.folder = Files.createDirectories(folder);
    notes = folder.resolve("notes.txt");
    disk = SmallDisk.mount(folder.resolve("disk"));
    for (int i = 0; i < connections; i++) {
      lines.add(FaultProxy.forgetful(broker));
      accounts.put(name + i, new Account(name + i));
    }
  }

  void start() throws IOException {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx128m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn",
                "-Dorg.slf4j.simpleLogger.showDateTime=true",
                "-Dorg.slf4j.simpleLogger.dateTimeFormat=HH:mm:ss",
                "-cp",
                System.getProperty("java.class.path"),
                HubMain.class.getName(),
                name,
                notes.toString(),
                disk.folder().toString(),
                Long.toString(next)));
    lines.forEach(line -> command.add(Integer.toString(line.port())));
    Process started =
        new ProcessBuilder(command)
            .redirectError(ProcessBuilder.Redirect.appendTo(log().toFile()))
            .start();
    answers =
        new BufferedReader(
            new InputStreamReader(started.getInputStream(), StandardCharsets.US_ASCII));
    orders =
        new BufferedWriter(
            new OutputStreamWriter(started.getOutputStream(), StandardCharsets.US_ASCII));
    process = Optional.of(started);
  }

  private Path log() {
    return folder.resolve("hub.log");
  }

  /** Returns how many defects and errors its log tells of. */
  long defects() throws IOException {
    if (!Files.exists(log())) {
      return 0;
    }
    try (var all = Files.lines(log())) {
      return all.filter(line -> line.contains("Defect, please report")).count();
    }
  }

  boolean isUp() {
    return process.filter(Process::isAlive).isPresent();
  }

  /** Kills it as {@code kill -9} does. */
  void kill() throws IOException, InterruptedException {
    if (process.isPresent()) {
      process.get().destroyForcibly().waitFor();
      process = Optional.empty();
      readNotes();
      half = new byte[0];
      next += GAP;
      accounts.values().forEach(Account::killed);
    }
  }

  /** Gives an order; one to a process that is down is not heard. */
  void order(String order) throws IOException {
    if (isUp()) {
      orders.write(order + "\n");
      orders.flush();
    }
  }

  /** Asks what it uses; empty while it is down. */
  Optional<Growth.Sample> measure(long second) throws IOException {
    if (!isUp()) {
      return Optional.empty();
    }
    order("measure");
    String answer = answers.readLine();
    if (answer == null) {
      return Optional.empty();
    }
    String[] words = answer.split(" ");
    return Optional.of(
        new Growth.Sample(
            second,
            Long.parseLong(words[1]),
            Long.parseLong(words[2]),
            Long.parseLong(words[3]),
            Long.parseLong(words[4])));
  }

  int unreadableSegments() {
    return unreadableSegments;
  }

  /** Reads what it has noted since the last time. */
  void readNotes() throws IOException {
    if (!Files.exists(notes)) {
      return;
    }
    try (RandomAccessFile file = new RandomAccessFile(notes.toFile(), "r")) {
      file.seek(read);
      byte[] chunk = new byte[CHUNK];
      for (int n = file.read(chunk); n > 0; n = file.read(chunk)) {
        read += n;
        take(chunk, n);
      }
    }
    accounts.values().forEach(Account::tidy);
  }

  private void take(byte[] chunk, int length) {
    byte[] all = new byte[half.length + length];
    System.arraycopy(half, 0, all, 0, half.length);
    System.arraycopy(chunk, 0, all, half.length, length);
    int from = 0;
    for (int i = 0; i < all.length; i++) {
      if (all[i] == '\n') {
        line(new String(all, from, i - from, StandardCharsets.US_ASCII));
        from = i + 1;
      }
    }
    half = java.util.Arrays.copyOfRange(all, from, all.length);
  }

  private void line(String line) {
    String[] words = line.split(" ");
    if (words[0].equals("U")) {
      unreadableSegments += words[1].equals("failed") ? 1 : 0;
      return;
    }
    if (words[0].equals("A")) {
      next = Math.max(next, Long.parseLong(words[3]) + 1);
    }
    accounts.get(words[1]).note(words);
  }

  /** Ends it at once. */
  void giveUp() {
    process.ifPresent(Process::destroyForcibly);
    disk.close();
  }

  /** Stops it in good order. */
  void close() throws IOException, InterruptedException {
    if (isUp()) {
      order("stop");
      if (!process.get().waitFor(90, TimeUnit.SECONDS)) {
        process.get().destroyForcibly().waitFor();
      }
    }
    lines.forEach(FaultProxy::close);
    disk.close();
  }
}
