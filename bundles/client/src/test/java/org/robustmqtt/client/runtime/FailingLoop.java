package org.robustmqtt.client.runtime;

import java.io.IOException;
import java.net.ProtocolFamily;
import java.nio.channels.DatagramChannel;
import java.nio.channels.Pipe;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.channels.spi.AbstractSelectableChannel;
import java.nio.channels.spi.AbstractSelector;
import java.nio.channels.spi.SelectorProvider;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.robustmqtt.client.door.Clock;

/** A loop around which everything fails on demand: as if the heap were full at that moment. */
final class FailingLoop {
  /** What a round does that may fail. */
  enum Step {
    CLOCK,
    ADD,
    POLL,
    IS_EMPTY,
    SELECT,
    SELECTED_KEYS,
    REPORT
  }

  private final List<Throwable> defects = new CopyOnWriteArrayList<>();
  private final AtomicInteger left = new AtomicInteger();
  private final AtomicInteger unstartable = new AtomicInteger();
  private final AtomicInteger stillborn = new AtomicInteger();
  private volatile String unstartableName = "";
  private volatile boolean anywhere;
  private volatile Step step = Step.CLOCK;

  LoopThread loop(long lookNanos) {
    return new LoopThread(
        new FailingClock(), new Selectors(), this::thread, new Tasks(), lookNanos, this::report);
  }

  /** The next so many times that the loop does this, it fails. */
  void fail(Step what, int times) {
    step = what;
    left.set(times);
  }

  /** The next so many times that any thread does this with the loop, it fails. */
  void failAnywhere(Step what, int times) {
    anywhere = true;
    fail(what, times);
  }

  int left() {
    return left.get();
  }

  void heal() {
    left.set(0);
    unstartable.set(0);
  }

  /** The next so many threads cannot be started. */
  void unstartable(int count) {
    unstartable("", count);
  }

  /** The next so many threads of this name cannot be started. */
  void unstartable(String name, int count) {
    unstartableName = name;
    unstartable.set(count);
  }

  /** The next so many threads end at once. */
  void stillborn(int count) {
    stillborn.set(count);
  }

  List<Throwable> defects() {
    return defects;
  }

  private void report(Throwable defect) {
    defects.add(defect);
    at(Step.REPORT);
  }

  Thread thread(String name, Runnable work) {
    boolean meant = unstartableName.isEmpty() || name.equals(unstartableName);
    if (meant && unstartable.getAndUpdate(count -> Math.max(0, count - 1)) > 0) {
      return new Unstartable(name);
    }
    boolean dead =
        name.equals("robust-mqtt/loop")
            && stillborn.getAndUpdate(count -> Math.max(0, count - 1)) > 0;
    return Threads.daemon(name, dead ? () -> {} : work);
  }

  /** A thread that the system does not give out: it is made, and fails when it is started. */
  private static final class Unstartable extends Thread {
    Unstartable(String name) {
      super(name);
    }

    @Override
    public void start() {
      throw new OutOfMemoryError("unable to create native thread");
    }
  }

  private void at(Step now) {
    if (step == now
        && (anywhere || Thread.currentThread().getName().equals("robust-mqtt/loop"))
        && left.getAndUpdate(count -> Math.max(0, count - 1)) > 0) {
      throw new OutOfMemoryError("at " + now);
    }
    if (step == Step.REPORT && now == Step.SELECT && left.get() > 0) {
      // Something to be reported.
      throw new OutOfMemoryError("at " + now);
    }
  }

  private final class FailingClock implements Clock {
    @Override
    public long nanos() {
      at(Step.CLOCK);
      return System.nanoTime();
    }

    @Override
    public long wallMillis() {
      return 0;
    }
  }

  private final class Tasks extends ConcurrentLinkedQueue<Runnable> {
    private static final long serialVersionUID = 1;

    @Override
    public boolean add(Runnable task) {
      at(Step.ADD);
      return super.add(task);
    }

    @Override
    public Runnable poll() {
      at(Step.POLL);
      return super.poll();
    }

    @Override
    public boolean isEmpty() {
      at(Step.IS_EMPTY);
      return super.isEmpty();
    }
  }

  private final class Selectors extends SelectorProvider {
    @Override
    public AbstractSelector openSelector() throws IOException {
      return new FailingSelector(this, Selector.open());
    }

    @Override
    public DatagramChannel openDatagramChannel() {
      throw new UnsupportedOperationException();
    }

    @Override
    public DatagramChannel openDatagramChannel(ProtocolFamily family) {
      throw new UnsupportedOperationException();
    }

    @Override
    public Pipe openPipe() {
      throw new UnsupportedOperationException();
    }

    @Override
    public ServerSocketChannel openServerSocketChannel() {
      throw new UnsupportedOperationException();
    }

    @Override
    public SocketChannel openSocketChannel() {
      throw new UnsupportedOperationException();
    }
  }

  private final class FailingSelector extends AbstractSelector {
    private final Selector real;

    FailingSelector(SelectorProvider provider, Selector real) {
      super(provider);
      this.real = real;
    }

    @Override
    protected void implCloseSelector() throws IOException {
      real.close();
    }

    @Override
    protected SelectionKey register(
        AbstractSelectableChannel channel, int operations, Object attachment) {
      throw new UnsupportedOperationException();
    }

    @Override
    public Set<SelectionKey> keys() {
      return real.keys();
    }

    @Override
    public Set<SelectionKey> selectedKeys() {
      at(Step.SELECTED_KEYS);
      return real.selectedKeys();
    }

    @Override
    public int selectNow() throws IOException {
      at(Step.SELECT);
      return real.selectNow();
    }

    @Override
    public int select(long timeout) throws IOException {
      at(Step.SELECT);
      return real.select(timeout);
    }

    @Override
    public int select() throws IOException {
      at(Step.SELECT);
      return real.select();
    }

    @Override
    public Selector wakeup() {
      real.wakeup();
      return this;
    }
  }
}
