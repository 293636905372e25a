package org.robustmqtt.itests.hub;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.ref.WeakReference;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.osgi.framework.Bundle;
import org.osgi.framework.ServiceReference;
import org.osgi.framework.wiring.BundleWiring;
import org.robustmqtt.ConnectionDirectory;
import org.robustmqtt.ConnectionState;
import org.robustmqtt.Durability;
import org.robustmqtt.Message;
import org.robustmqtt.NotAcceptedException;
import org.robustmqtt.RobustMqttConnection;
import org.robustmqtt.Stored;
import org.robustmqtt.Ticket;
import org.robustmqtt.codec.Publish;
import org.robustmqtt.itests.testkit.Await;
import org.robustmqtt.itests.testkit.Manners;
import org.robustmqtt.itests.testkit.Patience;
import org.robustmqtt.itests.testkit.ScriptedBroker;
import org.robustmqtt.itests.testkit.Threads;
import org.robustmqtt.journal.JournalProvider;
import org.robustmqtt.whiteboard.MessageListener;

/**
 * Nothing of ours is left after a stop: no thread, socket, lock, service or class loader, however
 * often, while others publish; and no message that was on disk.
 */
class LeakTest {
  private static final int ROUNDS = Integer.getInteger("leak.rounds", 100);
  private static final int PUBLISHERS = 3;
  private static final int PAUSE_EVERY = 10;

  @TempDir Path folder;

  /** What the broker got. */
  private final Set<String> arrived = ConcurrentHashMap.newKeySet();

  /** What was told to be on disk. */
  private final Set<String> onDisk = ConcurrentHashMap.newKeySet();

  private final AtomicLong published = new AtomicLong();
  private final AtomicReference<Exception> failure = new AtomicReference<>();
  private volatile boolean publishing = true;

  private Manners recording() {
    Manners polite = Manners.polite();
    return packet -> {
      if (packet instanceof Publish publish) {
        arrived.add(new String(publish.payload(), StandardCharsets.UTF_8));
      }
      return polite.answer(packet);
    };
  }

  /** One of those who publish all the time, through whatever service there is. */
  private Thread publisher(Hub hub, int number) {
    Thread thread =
        new Thread(
            () -> {
              for (int i = 0; publishing; i++) {
                publish(hub, "p" + number + "-" + i, i % PAUSE_EVERY == 0);
              }
            },
            "publisher " + number);
    thread.start();
    return thread;
  }

  /** Publishes; returns once the service, if there was none, is there again. */
  private void publish(Hub hub, String text, boolean pause) {
    Await.until(
        "there is a service, or nothing more to do",
        () -> !publishing || hub.reference("home").isPresent());
    Optional<RobustMqttConnection> home =
        hub.reference("home")
            .flatMap(found -> Optional.ofNullable(hub.context().getService(found)));
    if (home.isEmpty()) {
      return;
    }
    try {
      Message message = Message.text("load/" + text.charAt(1), text);
      Ticket ticket = home.get().publish(pause ? message.withDurability(Durability.SYNC) : message);
      published.incrementAndGet();
      var stored = ticket.stored().thenAccept(how -> note(text, how));
      if (pause) {
        stored.toCompletableFuture().get(Patience.millis(), TimeUnit.MILLISECONDS);
      }
    } catch (NotAcceptedException refused) {
      // It is stopping, or its store is; nothing was kept.
      Thread.yield();
    } catch (Exception broken) {
      failure.compareAndSet(null, broken);
      publishing = false;
    }
  }

  private void note(String text, Stored how) {
    if (how == Stored.ON_DISK) {
      onDisk.add(text);
    }
  }

  private static void assertNoService(Hub hub, Class<?> type) {
    ServiceReference<?> left = hub.context().getServiceReference(type);
    assertTrue(left == null, () -> "still registered: " + left);
  }

  private static void assertNoLock(Path stores) throws IOException {
    List<Path> locks;
    try (Stream<Path> files = Files.walk(stores)) {
      locks = files.filter(file -> file.endsWith("lock")).toList();
    }
    assertEquals(1, locks.size(), () -> "one store: " + locks);
    try (FileChannel file = FileChannel.open(locks.get(0), StandardOpenOption.WRITE);
        FileLock lock = file.tryLock()) {
      assertTrue(lock != null && lock.isValid(), () -> "held: " + locks);
    }
  }

  /** The open sockets and selectors of this process, where the system shows them. */
  private static List<String> descriptors() {
    List<String> found = new ArrayList<>();
    try (Stream<Path> all = Files.list(Path.of("/proc/self/fd"))) {
      for (Path one : all.toList()) {
        try {
          String target = Files.readSymbolicLink(one).toString();
          if (target.startsWith("socket:") || target.startsWith("anon_inode:")) {
            found.add(target);
          }
        } catch (IOException closedMeanwhile) {
          // The one that this listing itself had open, or another that is gone.
          continue;
        }
      }
    } catch (IOException notShown) {
      return List.of();
    }
    return found;
  }

  private static WeakReference<ClassLoader> loader(Bundle bundle) {
    return new WeakReference<>(bundle.adapt(BundleWiring.class).getClassLoader());
  }

  /** Linked once, after everything else. */
  private record Another(Path component) {}

  /**
   * JDK 17 keeps the types of the record whose methods were linked last, whoever that was: in the
   * {@code asTypeCache} of the handles of {@code java.lang.runtime.ObjectMethods}.
   */
  private void linkAnotherRecord() {
    assertEquals(new Another(folder), new Another(folder.resolve("")));
    assertEquals(new Another(folder).hashCode(), new Another(folder.resolve("")).hashCode());
  }

  @Test
  void a_hundred_installations_under_load_leave_no_thread_socket_lock_service_or_class_loader()
      throws Exception {
    List<WeakReference<ClassLoader>> loaders = new ArrayList<>();
    Path stores = folder.resolve("stores");
    try (ScriptedBroker broker = ScriptedBroker.start().serve(recording());
        Hub hub = Hub.start(folder.resolve("hub"))) {
      hub.register(MessageListener.class, message -> {}, java.util.Map.of("mqtt.topics", "any/#"));
      hub.bundle(Hub.CLIENT).stop();
      hub.bundle(Hub.PERSISTENCE).stop();
      Threads.awaitNone(Hub.THREADS);
      int before = descriptors().size();
      hub.configure(
          "home", Hub.with(Hub.settings(broker.uri()), "storeDirectory", stores.toString()));
      List<Thread> publishers = new ArrayList<>();
      for (int i = 0; i < PUBLISHERS; i++) {
        publishers.add(publisher(hub, i));
      }
      for (int round = 1; round <= ROUNDS; round++) {
        hub.startBundles(List.of(Hub.PERSISTENCE, Hub.CLIENT));
        hub.await("home", ConnectionState.ONLINE);
        long enough = published.get() + 2L * PAUSE_EVERY;
        Await.until("some are published", () -> published.get() >= enough || failure.get() != null);
        assertNull(failure.get(), () -> "a publisher failed: " + failure.get());
        loaders.add(loader(hub.bundle(Hub.CLIENT)));
        loaders.add(loader(hub.bundle(Hub.PERSISTENCE)));
        // Each order of going has its turn.
        List<String> order =
            round % 2 == 0
                ? List.of(Hub.CLIENT, Hub.PERSISTENCE)
                : List.of(Hub.PERSISTENCE, Hub.CLIENT);
        for (String name : order) {
          hub.bundle(name).stop();
        }
        Threads.awaitNone(Hub.THREADS);
        assertNoService(hub, RobustMqttConnection.class);
        assertNoService(hub, ConnectionDirectory.class);
        assertNoService(hub, JournalProvider.class);
        assertNoLock(stores);
        Await.until(
            () -> "no more sockets than before: " + descriptors(),
            () -> descriptors().size() <= before);
        hub.reinstall(order);
      }
      hub.startBundles(List.of(Hub.PERSISTENCE, Hub.CLIENT));
      publishing = false;
      for (Thread publisher : publishers) {
        publisher.join(Patience.millis());
        assertTrue(!publisher.isAlive(), publisher::getName);
      }
      Await.until(
          () -> "what was on disk has arrived, of " + onDisk.size(),
          () -> arrived.containsAll(onDisk));
      assertTrue(onDisk.size() >= 2 * ROUNDS, () -> "on disk: " + onDisk.size());
    }
    linkAnotherRecord();
    Await.until(
        () -> "class loaders left: " + loaders.stream().filter(l -> l.get() != null).count(),
        () -> {
          System.gc();
          return loaders.stream().allMatch(loader -> loader.get() == null);
        });
  }
}
