package org.robustmqtt.itests.house;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The doors to the world (delivery-rules 11): only the {@code runtime} rooms touch threads,
 * sockets, files, clocks and chance. Read from the class files, so that no way of writing it hides
 * it.
 */
class DoorsTest {
  /** Types that may not even be named. */
  private static final Pattern TYPES =
      Pattern.compile(
          "java/nio/channels/.*"
              + "|java/net/(Socket|ServerSocket|DatagramSocket|URLConnection|HttpURLConnection)"
              + "|java/io/(RandomAccessFile|FileInputStream|FileOutputStream|FileDescriptor"
              + "|FileReader|FileWriter)"
              + "|java/nio/file/Files"
              + "|java/nio/Mapped.*"
              + "|java/util/(Timer|TimerTask|Random|ServiceLoader)"
              + "|java/security/SecureRandom"
              + "|java/util/concurrent/(Executors|ForkJoinPool|ForkJoinTask|ThreadPoolExecutor"
              + "|ScheduledThreadPoolExecutor|ScheduledExecutorService|ThreadLocalRandom)");

  /** Methods that may not be called: {@code owner.name descriptor}. */
  private static final Pattern MEMBERS =
      Pattern.compile(
          "java/lang/System\\.(nanoTime|currentTimeMillis|exit) .*"
              + "|java/lang/Thread\\.(?!currentThread |interrupt |isInterrupted |interrupted ).*"
              + "|java/io/File\\.(?!toPath |getPath |getAbsolutePath |toString ).*"
              + "|java/lang/Math\\.random .*"
              + "|java/lang/Runtime\\..*"
              + "|java/lang/Class\\.forName .*"
              + "|java/util/UUID\\.randomUUID .*"
              + "|java/time/(Instant|LocalDateTime|LocalDate|LocalTime|ZonedDateTime"
              + "|OffsetDateTime)\\.now .*"
              + "|java/time/Clock\\.(system|tick).*"
              + "|java/net/InetAddress\\.(getByName|getAllByName|getLocalHost).*"
              + "|java/util/concurrent/\\w+\\.(orTimeout|completeOnTimeout|delayedExecutor) .*"
              + "|java/util/\\w+\\.parallelStream .*"
              + "|java/util/stream/\\w+\\.parallel .*"
              + "|java/util/concurrent/(CompletableFuture|CompletionStage)\\.\\w+Async"
              + " (?!.*Ljava/util/concurrent/Executor;\\)).*");

  /**
   * What may be named all the same: the interfaces of TLS have methods for sockets, which throw or
   * say no here, and one parameter for a source of chance, which is left to the JDK.
   */
  private static final Set<String> NAMED_ONLY =
      Set.of(
          "org/robustmqtt/client/transport/BrokerTrust.class: java/net/Socket",
          "org/robustmqtt/client/transport/OwnIdentity.class: java/net/Socket",
          "org/robustmqtt/client/transport/TlsParty.class: java/security/SecureRandom");

  @ParameterizedTest
  @ValueSource(strings = {"api", "codec", "client", "persistence", "shell"})
  void only_runtime_rooms_touch_the_world(String module) throws IOException {
    Set<String> wrong = new TreeSet<>();
    for (Map.Entry<String, byte[]> entry : Artifacts.classes(Artifacts.OURS + module).entrySet()) {
      if (!entry.getKey().contains("/runtime/")) {
        breaches(ClassFile.read(entry.getValue()))
            .forEach(breach -> wrong.add(entry.getKey() + ": " + breach));
      }
    }
    wrong.removeAll(NAMED_ONLY);
    assertEquals(Set.of(), wrong);
  }

  private static Set<String> breaches(ClassFile file) {
    Set<String> found = new TreeSet<>();
    file.types().stream().filter(TYPES.asMatchPredicate()).forEach(found::add);
    file.members().stream().filter(MEMBERS.asMatchPredicate()).forEach(found::add);
    return found;
  }

  @Test
  void the_scan_sees_what_it_is_there_for() throws IOException {
    byte[] offender;
    try (var in = Offender.class.getResourceAsStream("DoorsTest$Offender.class")) {
      offender = in.readAllBytes();
    }
    Set<String> found = breaches(ClassFile.read(offender));
    for (String expected :
        Set.of("System.nanoTime", "Thread.<init>", "runAsync", "java/nio/file/Files", "sleep")) {
      assertTrue(found.stream().anyMatch(breach -> breach.contains(expected)), expected);
    }
    assertTrue(found.stream().noneMatch(breach -> breach.contains("currentThread")));
    assertTrue(found.stream().noneMatch(breach -> breach.contains("supplyAsync")));
  }

  /** Does what is forbidden, to be found; and what is not, to be left alone. */
  static final class Offender {
    private Offender() {}

    static long offend(java.util.concurrent.Executor own) throws Exception {
      Thread.currentThread().interrupt();
      java.util.concurrent.CompletableFuture.supplyAsync(() -> 1, own);
      java.util.concurrent.CompletableFuture.runAsync(() -> {});
      new Thread(() -> {}).start();
      Thread.sleep(0);
      java.nio.file.Files.exists(java.nio.file.Path.of("."));
      return System.nanoTime();
    }
  }
}
