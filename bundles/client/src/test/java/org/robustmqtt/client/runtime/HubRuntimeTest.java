package org.robustmqtt.client.runtime;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.robustmqtt.client.door.Helpers;
import org.robustmqtt.client.door.Loop;
import org.robustmqtt.client.door.Net;

/** The doors of a real hub: threads and sockets. */
@Timeout(60)
class HubRuntimeTest {
  private static final long LONG = TimeUnit.MINUTES.toNanos(10);

  private final List<Throwable> defects = new CopyOnWriteArrayList<>();
  private final HubRuntime runtime = new HubRuntime(defects::add);
  private final Loop loop = runtime.doors().loop();

  @AfterEach
  void close() {
    runtime.close();
  }

  @Test
  void starts_no_thread_before_there_is_work() {
    assertEquals(List.of(), threads());
  }

  @Test
  void runs_tasks_in_order_on_one_daemon_thread() throws Exception {
    List<Integer> order = new ArrayList<>();
    CompletableFuture<Thread> last = new CompletableFuture<>();
    for (int i = 0; i < 1_000; i++) {
      int number = i;
      loop.execute(() -> order.add(number));
    }
    loop.execute(() -> last.complete(Thread.currentThread()));

    Thread thread = last.get();
    assertEquals("robust-mqtt/loop", thread.getName());
    assertTrue(thread.isDaemon());
    for (int i = 0; i < 1_000; i++) {
      assertEquals(i, order.get(i));
    }
    assertFalse(loop.isCurrent());
  }

  @Test
  void a_timer_runs_on_the_loop_and_not_when_cancelled() throws Exception {
    List<String> ran = new CopyOnWriteArrayList<>();
    CompletableFuture<Boolean> done = new CompletableFuture<>();
    loop.execute(
        () -> {
          loop.schedule(0, () -> ran.add("never")).cancel();
          loop.schedule(0, () -> loop.schedule(2_000_000, () -> done.complete(loop.isCurrent())));
        });
    assertTrue(done.get());
    assertEquals(List.of(), ran);
  }

  @Test
  void what_a_task_throws_is_reported_and_the_loop_goes_on() throws Exception {
    Error error = new NoClassDefFoundError("gone");
    CompletableFuture<Boolean> after = new CompletableFuture<>();
    loop.execute(
        () -> {
          throw error;
        });
    loop.execute(() -> loop.schedule(0, () -> after.complete(loop.isCurrent())));
    assertTrue(after.get());
    assertEquals(List.of(error), defects);
  }

  @Test
  void an_interrupt_does_not_disturb_the_loop() throws Exception {
    CompletableFuture<Thread> thread = new CompletableFuture<>();
    loop.execute(() -> thread.complete(Thread.currentThread()));
    thread.get().interrupt();
    CompletableFuture<Boolean> after = new CompletableFuture<>();
    loop.execute(
        () -> loop.schedule(5_000_000, () -> after.complete(Thread.currentThread().isAlive())));
    assertTrue(after.get());
  }

  @Test
  void connects_reads_and_writes() throws Exception {
    try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      Client client = new Client();
      client.connect(server.getLocalPort());
      try (Socket peer = server.accept()) {
        client.connected.get();
        assertTrue(peer.getInetAddress().isLoopbackAddress());
        client.write(new byte[] {1, 2, 3});
        assertArrayEquals(new byte[] {1, 2, 3}, peer.getInputStream().readNBytes(3));
        peer.getOutputStream().write(new byte[] {4, 5});
        assertEquals(4, client.read.take());
        assertEquals(5, client.read.take());
        peer.shutdownOutput();
        assertEquals(-1, client.read.take());
      }
    }
  }

  @Test
  void what_is_not_taken_can_be_written_when_there_is_room_again() throws Exception {
    try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      Client client = new Client();
      client.connect(server.getLocalPort());
      try (Socket peer = server.accept()) {
        int size = 20 << 20;
        client.connected.get();
        client.write(new byte[size]);
        assertEquals(size, peer.getInputStream().readNBytes(size).length);
      }
    }
  }

  @Test
  void no_more_than_a_bounded_amount_is_taken_ahead_of_a_peer_that_does_not_read()
      throws Exception {
    try (ServerSocket server = new ServerSocket()) {
      server.setReceiveBufferSize(16 * 1024);
      server.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 1);
      Client client = new Client();
      client.connect(server.getLocalPort());
      try (Socket peer = server.accept()) {
        client.connected.get();
        int size = 20 << 20;
        client.write(new byte[size]);
        CompletableFuture<Integer> left = new CompletableFuture<>();
        loop.execute(() -> left.complete(client.writing.remaining()));
        int taken = size - left.get();
        assertTrue(taken <= Net.BUFFERED + 64 * 1024, "taken " + taken);
        assertEquals(size, peer.getInputStream().readNBytes(size).length);
      }
    }
  }

  @Test
  void a_refused_connection_fails_on_the_loop() throws Exception {
    int port;
    try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = server.getLocalPort();
    }
    Client client = new Client();
    client.connect(port);
    IOException cause = client.failed.get();
    assertTrue(cause.getMessage().contains("refused"), cause.toString());
    assertTrue(client.onLoop);
  }

  @Test
  void a_closed_channel_tells_nothing_any_more() throws Exception {
    try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      Client client = new Client();
      CompletableFuture<Void> closed = new CompletableFuture<>();
      client.connect(server.getLocalPort());
      client.connected.get();
      loop.execute(
          () -> {
            client.channel.close();
            client.channel.close();
            client.channel.wantWrite(true);
            closed.complete(null);
          });
      closed.get();
      try (Socket peer = server.accept()) {
        assertEquals(-1, peer.getInputStream().read());
      }
      assertTrue(client.read.isEmpty());
      assertEquals(List.of(), defects);
    }
  }

  @Test
  void a_helper_answers_once_on_the_loop() throws Exception {
    CompletableFuture<String> answer = new CompletableFuture<>();
    call(() -> Thread.currentThread().getName(), LONG, answer);
    assertEquals("robust-mqtt/helper-1 tls task", answer.get());

    CompletableFuture<String> failed = new CompletableFuture<>();
    IOException thrown = new IOException("no");
    call(
        () -> {
          throw thrown;
        },
        LONG,
        failed);
    assertSame(thrown, failed.handle((ok, cause) -> cause).get());
  }

  @Test
  void stuck_helpers_are_late_and_do_not_keep_the_next_from_its_turn() throws Exception {
    CountDownLatch hold = new CountDownLatch(1);
    List<CompletableFuture<String>> late = new ArrayList<>();
    for (int i = 0; i < HelperThreads.size(Helpers.Work.TLS).inTime(); i++) {
      CompletableFuture<String> answer = new CompletableFuture<>();
      late.add(answer);
      call(
          () -> {
            while (hold.getCount() > 0) {
              try {
                hold.await();
              } catch (InterruptedException e) {
                // A resolver in the operating system does not hear it either.
                continue;
              }
            }
            return "too late";
          },
          1_000_000,
          answer);
    }
    for (CompletableFuture<String> answer : late) {
      assertInstanceOf(
          TimeoutException.class, answer.handle((ok, cause) -> cause).get(), "late is late");
    }
    CompletableFuture<String> next = new CompletableFuture<>();
    call(() -> "here", LONG, next);
    assertEquals("here", next.get());
    hold.countDown();
  }

  @Test
  void a_lane_runs_its_tasks_in_order_one_at_a_time_whatever_they_throw() throws Exception {
    Executor lane = runtime.doors().lanes().lane();
    List<Integer> order = new ArrayList<>();
    CompletableFuture<Boolean> last = new CompletableFuture<>();
    for (int i = 0; i < 500; i++) {
      int number = i;
      lane.execute(
          () -> {
            order.add(number);
            if (number % 100 == 7) {
              throw new NoClassDefFoundError("of a bundle that is gone");
            }
          });
    }
    lane.execute(() -> last.complete(runtime.doors().lanes().isCurrent()));
    assertTrue(last.get());
    assertEquals(500, order.size());
    for (int i = 0; i < 500; i++) {
      assertEquals(i, order.get(i));
    }
    assertEquals(5, defects.size());
    assertFalse(runtime.doors().lanes().isCurrent());
  }

  @Test
  void lanes_do_not_wait_for_each_other() throws Exception {
    CountDownLatch hold = new CountDownLatch(1);
    CompletableFuture<Void> other = new CompletableFuture<>();
    Executor stuck = runtime.doors().lanes().lane();
    stuck.execute(() -> await(hold));
    runtime.doors().lanes().lane().execute(() -> other.complete(null));
    other.get();
    hold.countDown();
    assertTrue(other.isDone());
  }

  @Test
  void closing_runs_what_was_given_before_and_drops_the_rest() throws Exception {
    List<String> ran = new CopyOnWriteArrayList<>();
    loop.execute(() -> ran.add("loop"));
    runtime.doors().lanes().lane().execute(() -> ran.add("lane"));
    runtime.close();
    loop.execute(() -> ran.add("too late"));
    runtime.doors().lanes().pool().execute(() -> ran.add("too late"));
    runtime.close();
    assertEquals(2, ran.size());
    assertTrue(ran.containsAll(List.of("loop", "lane")));
  }

  @Test
  void a_hundred_starts_and_ends_leave_no_thread_and_no_socket() throws Exception {
    try (ServerSocket server = new ServerSocket(0, 200, InetAddress.getLoopbackAddress())) {
      for (int i = 0; i < 100; i++) {
        try (HubRuntime one = new HubRuntime(defects::add)) {
          CompletableFuture<Void> connected = new CompletableFuture<>();
          CompletableFuture<Void> heard = new CompletableFuture<>();
          one.doors()
              .loop()
              .execute(
                  () ->
                      one.doors()
                          .net()
                          .connect(
                              new InetSocketAddress(
                                  InetAddress.getLoopbackAddress(), server.getLocalPort()),
                              new Quiet(connected)));
          one.doors().lanes().lane().execute(() -> heard.complete(null));
          connected.get();
          heard.get();
        }
        try (Socket peer = server.accept()) {
          assertEquals(-1, peer.getInputStream().read(), "the socket was closed");
        }
      }
    }
    assertEquals(List.of(), threads());
    assertEquals(List.of(), defects);
  }

  private void call(Callable<String> work, long deadline, CompletableFuture<String> answer) {
    loop.execute(
        () ->
            runtime
                .doors()
                .helpers()
                .call(
                    Helpers.Work.TLS,
                    "test",
                    work,
                    deadline,
                    new Helpers.Answer<String>() {
                      @Override
                      public void done(String value) {
                        assert loop.isCurrent();
                        answer.complete(value);
                      }

                      @Override
                      public void failed(Throwable cause) {
                        assert loop.isCurrent();
                        answer.completeExceptionally(cause);
                      }
                    }));
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static List<String> threads() {
    return Thread.getAllStackTraces().keySet().stream()
        .map(Thread::getName)
        .filter(name -> name.startsWith("robust-mqtt/"))
        .toList();
  }

  private record Quiet(CompletableFuture<Void> whenConnected) implements Net.Events {
    @Override
    public void connected() {
      whenConnected.complete(null);
    }

    @Override
    public void readable() {}

    @Override
    public void writable() {}

    @Override
    public void failed(IOException cause) {
      whenConnected.completeExceptionally(cause);
    }
  }

  /** Writes what it is given and reads what is there, byte by byte. */
  private final class Client implements Net.Events {
    private CompletableFuture<Void> connected = new CompletableFuture<>();
    private CompletableFuture<IOException> failed = new CompletableFuture<>();
    private final LinkedBlockingQueue<Integer> read = new LinkedBlockingQueue<>();
    private ByteBuffer writing = ByteBuffer.allocate(0);
    private Net.Channel channel;
    private volatile boolean onLoop;

    void connect(int port) {
      loop.execute(
          () ->
              channel =
                  runtime
                      .doors()
                      .net()
                      .connect(
                          new InetSocketAddress(InetAddress.getLoopbackAddress(), port), this));
    }

    void write(byte[] bytes) {
      loop.execute(
          () -> {
            writing = ByteBuffer.wrap(bytes);
            writable();
          });
    }

    @Override
    public void connected() {
      connected.complete(null);
    }

    @Override
    public void readable() {
      ByteBuffer one = ByteBuffer.allocate(1);
      try {
        int count = channel.read(one);
        if (count < 0) {
          channel.wantRead(false);
          read.add(-1);
        } else if (count == 1) {
          read.add((int) one.get(0));
        }
      } catch (IOException e) {
        failed.complete(e);
      }
    }

    @Override
    public void writable() {
      try {
        while (writing.hasRemaining() && channel.write(writing) > 0) {
          assert loop.isCurrent();
        }
        channel.wantWrite(writing.hasRemaining());
      } catch (IOException e) {
        failed.complete(e);
      }
    }

    @Override
    public void failed(IOException cause) {
      onLoop = loop.isCurrent();
      failed.complete(cause);
    }
  }
}
