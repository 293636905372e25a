package org.robustmqtt.persistence.journal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.robustmqtt.persistence.door.Disk;
import org.robustmqtt.persistence.door.DiskFile;
import org.robustmqtt.persistence.door.SharedMemory;
import org.robustmqtt.persistence.format.BufferFormat;
import org.robustmqtt.persistence.format.Output;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What callers have put into a journal and the journal's files do not hold yet, in memory that
 * survives the process. Drawn in {@link BufferFormat}.
 *
 * <p>It is made with the first message and given back when it was empty for a minute. What needs
 * the system ({@link #provide}, {@link #tend}, {@link #end}) is called without any lock; all else
 * only touches memory, and may be called inside the monitor of {@link Intake}, never around it.
 *
 * <p>A slot says where a record is; {@link #NONE} means that it is not in here. Slots of a buffer
 * that was given up mean nothing to the next one.
 */
final class StagingBuffer {
  static final int NONE = -1;

  private static final Logger LOG = LoggerFactory.getLogger(StagingBuffer.class);
  private static final int SMALLEST = 64 << 10;
  private static final int LARGEST = 4 << 20;
  private static final int OFFSET = 23;
  private static final long LOOK = TimeUnit.SECONDS.toNanos(1);
  private static final long IDLE = TimeUnit.MINUTES.toNanos(1);
  private static final long RETRY = TimeUnit.SECONDS.toNanos(10);
  private static final String ABSENT = "{}: accepted does not survive our process, because {}";
  private static final String DAMAGED = "staging.damaged";

  /** So many parts may wait for the system to take their memory back; then none is given back. */
  private static final int LINGERING = 64;

  private final SharedMemory memory;
  private final Path folder;

  /** What the machine and the folder are told by, and the name; from {@link #recover} on. */
  private volatile String place = "";

  private volatile String name = "";
  private Recovered.Report damage = Recovered.Report.NOTHING;

  // Guarded by this.
  private Optional<SharedMemory.Part> part = Optional.empty();
  private Optional<BufferFormat.Owner> owner = Optional.empty();
  private Optional<String> fault = Optional.empty();
  private boolean busy;
  private boolean ended;

  /** How large it is wanted, because something did not fit in; 0 if it is large enough. */
  private int wanted;

  /** Whether it could not be made larger. */
  private boolean stuck;

  private boolean touched;
  private long retryAt;
  private int incarnation;
  private int headAt;
  private int headNumber;
  private int tailAt;
  private int tailNumber;
  private final Output out = new Output();

  /** Records that the journal's files hold only when the disk is back. */
  private int[] late = {};

  private int lateCount;

  /** The journal thread's own: when its place was looked at, and since when it is not used. */
  private long lookedAt;

  private long idleSince;

  StagingBuffer(SharedMemory memory, Path folder) {
    this.memory = memory;
    this.folder = folder;
  }

  // Before the rounds begin.

  /**
   * Opens what the process before has left.
   *
   * @param disk where a buffer is set aside that is not to be believed
   * @param known what the journal's files say; empty if they know no opening
   * @param clean whether they say that it was closed
   * @return the records that count, in their order; none if there is no buffer
   * @param hidden whether the disk cannot read all of the journal: what is known of its opening may
   *     be old
   */
  List<Entry> recover(Disk disk, Optional<Opening> known, boolean clean, boolean hidden) {
    if (memory.absent().isPresent()) {
      sayMissing(known, clean);
      return List.of();
    }
    Optional<SharedMemory.Part> found;
    try {
      place = memory.boot() + " " + memory.folder(folder);
      name = name(memory, folder);
      found = memory.open(name, LARGEST);
    } catch (IOException e) {
      say(e.getMessage());
      retryAt = Long.MAX_VALUE;
      sayMissing(known, clean);
      return List.of();
    }
    if (found.isEmpty()) {
      sayMissing(known, clean);
      return List.of();
    }
    boolean kept = false;
    try {
      byte[] bytes = found.get().bytes();
      List<Entry> entries = new ArrayList<>();
      Optional<BufferFormat.Owner> expected = known.map(this::owner);
      if (hidden) {
        expected = newest(bytes, expected);
      }
      Optional<String> wrong =
          expected
              .map(one -> BufferFormat.fault(bytes, one))
              .orElse(Optional.of("the journal has never had one"));
      if (wrong.isPresent() && !BufferFormat.isUsed(bytes)) {
        memory.delete(name);
        return List.of();
      }
      if (wrong.isPresent()) {
        setAside(disk, bytes, wrong.get(), known.isPresent());
        return List.of();
      }
      BufferFormat.Owner whose = expected.get();
      BufferFormat.End end =
          BufferFormat.read(
              bytes,
              whose,
              (type, offset, size, array, start, stop) -> {
                Optional<Entry> entry = Entry.decoded(type, array, start, stop);
                entry.ifPresent(one -> one.slot = offset);
                entry.ifPresent(entries::add);
                return entry.isPresent();
              });
      kept = !entries.isEmpty();
      if (kept) {
        part = found;
        owner = Optional.of(whose);
        headAt = end.headAt();
        headNumber = end.headNumber();
        tailAt = end.tailAt();
        tailNumber = end.tailNumber();
      } else {
        memory.delete(name);
      }
      return entries;
    } catch (IOException e) {
      say(e.getMessage());
      retryAt = Long.MAX_VALUE;
      return List.of();
    } finally {
      if (!kept) {
        found.get().close();
      }
    }
  }

  /**
   * Returns whose a buffer is: of a later opening than is known, or of one that could not read that
   * the journal had an id, and gave it another.
   */
  private Optional<BufferFormat.Owner> newest(byte[] bytes, Optional<BufferFormat.Owner> known) {
    Optional<BufferFormat.Owner> newest = known;
    for (BufferFormat.Owner owner : BufferFormat.owners(bytes)) {
      boolean older =
          newest
              .filter(one -> Arrays.equals(one.journal(), owner.journal()))
              .filter(one -> one.opening() >= owner.opening())
              .isPresent();
      newest = owner.place().equals(place) && !older ? Optional.of(owner) : newest;
    }
    return newest;
  }

  /** Returns the opening whose buffer was found, empty if none was. */
  synchronized Optional<Opening> found() {
    return owner.map(one -> new Opening(one.journal(), one.opening(), true));
  }

  private void sayMissing(Optional<Opening> known, boolean clean) {
    if (!clean && known.map(Opening::staged).orElse(false)) {
      LOG.warn(
          "{}: it was not closed, and its staging buffer is not there: the machine was restarted,"
              + " or it was written on another host or in a container. What was accepted in the"
              + " last moments, and not told to be on disk, may be lost",
          folder);
    }
  }

  /**
   * Keeps the bytes of a buffer that is not believed.
   *
   * @param ours whether it should have been; else it may be that of a folder that is no more, whose
   *     inode ours has got: no damage
   */
  private void setAside(Disk disk, byte[] bytes, String why, boolean ours) throws IOException {
    String file = ours ? DAMAGED : DAMAGED + ".seen";
    keep(disk, folder.resolve(file), bytes);
    memory.delete(name);
    if (ours) {
      damage = new Recovered.Report(0, bytes.length, List.of(DAMAGED));
      LOG.error(
          "{}: its staging buffer is not used, {}; it is set aside as {}. What was accepted in the"
              + " last moments, and not told to be on disk, may be lost",
          folder,
          why,
          file);
    } else {
      LOG.info("{}: a staging buffer of an earlier journal is set aside as {}", folder, file);
    }
  }

  private void keep(Disk disk, Path aside, byte[] bytes) throws IOException {
    try (DiskFile file = disk.open(aside)) {
      file.truncate(0);
      file.write(ByteBuffer.wrap(bytes), 0);
      file.force();
    }
    disk.forceDirectory(folder);
  }

  /** Returns what was set aside at this start. */
  Recovered.Report damage() {
    return damage;
  }

  /** Says in the log if there is no place for one. */
  void sayAbsent() {
    memory.absent().ifPresent(why -> LOG.info(ABSENT, folder, why));
  }

  /** Returns the opening that is to be forced now. */
  Optional<Opening> next(Optional<Opening> known) {
    if (known.isEmpty() && memory.absent().isPresent()) {
      return Optional.empty();
    }
    byte[] id = known.map(Opening::id).orElseGet(memory::id);
    long number = known.map(Opening::number).orElse(0L) + 1;
    return Optional.of(new Opening(id, number, memory.absent().isEmpty()));
  }

  /**
   * The files hold all of it: prepares the next opening. Until that is forced the one before
   * counts, and nothing is put in.
   */
  synchronized void prepare(Opening next) {
    part.ifPresent(to -> begin(to, owner(next)));
    owner = Optional.empty();
  }

  /** An opening was forced, and this is the buffer of it from here on. */
  synchronized void opened(Opening now) {
    BufferFormat.Owner next = owner(now);
    if (owner.filter(known -> known.opening() == next.opening()).isPresent()) {
      return;
    }
    owner = Optional.of(next);
    incarnation = (incarnation + 1) & 0xff;
    empty();
    lateCount = 0;
  }

  private void begin(SharedMemory.Part to, BufferFormat.Owner whose) {
    to.put(BufferFormat.headAt(whose), BufferFormat.head(BufferFormat.RING, 0));
    byte[] header = BufferFormat.header(whose);
    to.put(BufferFormat.headerAt(whose), header, 0, header.length);
  }

  private void empty() {
    headAt = BufferFormat.RING;
    tailAt = BufferFormat.RING;
    headNumber = 0;
    tailNumber = 0;
  }

  private BufferFormat.Owner owner(Opening opening) {
    return new BufferFormat.Owner(opening.id(), opening.number(), place);
  }

  private static String name(SharedMemory memory, Path folder) throws IOException {
    return memory.folder(folder).replaceAll("[^A-Za-z0-9]+", "-") + ".buffer";
  }

  /** Deletes the buffer of a journal that is deleted or was taken over; its folder is locked. */
  static void delete(SharedMemory memory, Path folder) throws IOException {
    if (memory.absent().isEmpty()) {
      memory.delete(name(memory, folder));
    }
  }

  /** Returns whether there is a buffer of a journal in a folder, which is locked. */
  static boolean isThere(SharedMemory memory, Path folder) throws IOException {
    if (memory.absent().isPresent()) {
      return false;
    }
    Optional<SharedMemory.Part> found = memory.open(name(memory, folder), LARGEST);
    found.ifPresent(SharedMemory.Part::close);
    return found.isPresent();
  }

  // What callers put in.

  /**
   * Returns why what is accepted does not survive the process, a part of a sentence; empty if it
   * does.
   */
  synchronized Optional<String> unstaged() {
    return memory
        .absent()
        .or(() -> fault)
        .or(
            () ->
                owner.isEmpty() ? Optional.of("the journal cannot be written") : Optional.empty());
  }

  /** Returns whether it takes records: it is made. */
  synchronized boolean isActive() {
    return part.isPresent() && owner.isPresent();
  }

  /** Returns whether {@link #provide} would make it, or make it larger for a message. */
  synchronized boolean isWanting(long now) {
    return !ended
        && owner.isPresent()
        && memory.absent().isEmpty()
        && now >= retryAt
        && (part.isEmpty() || wanted > part.get().size());
  }

  /** Returns whether a message of so many bytes fits in, once what is in here has left it. */
  synchronized boolean mayFit(int bytes, long now) {
    return fits(bytes, part.isPresent() && now < retryAt ? part.get().size() : LARGEST);
  }

  private static boolean fits(int bytes, int size) {
    return bytes < size / 4 * 3 - BufferFormat.RING;
  }

  /** Says that it has to be so large, or as large as a message of so many bytes needs it. */
  private void want(int least, int bytes) {
    int size = least;
    while (size < LARGEST && !fits(bytes, size)) {
      size *= 4;
    }
    wanted = Math.max(wanted, Math.min(LARGEST, size));
  }

  /** Puts in a record; returns its slot. */
  synchronized int put(Entry entry) {
    if (part.isEmpty() || owner.isEmpty()) {
      want(SMALLEST, entry.bound);
      return NONE;
    }
    out.clear();
    entry.encode(out);
    int size = BufferFormat.seal(out, owner.get(), tailNumber) + 1;
    SharedMemory.Part to = part.get();
    int at = place(size, entry.isMessage() ? to.size() / 4 * 3 : to.size(), to.size());
    if (at < 0) {
      want(4 * to.size(), size);
      return NONE;
    }
    if (at != tailAt) {
      to.put(tailAt, BufferFormat.WRAP);
    }
    to.put(at + 1, out.buffer().array(), 0, size - 1);
    to.put(at, BufferFormat.LIVE);
    tailAt = at + size;
    tailNumber++;
    touched = true;
    return incarnation << OFFSET | at;
  }

  /** Returns where a record goes, -1 if there is no room. */
  private int place(int size, int most, int end) {
    if (used(end) + size > most - BufferFormat.RING) {
      return -1;
    }
    if (headAt > tailAt) {
      return tailAt + size < headAt ? tailAt : -1;
    }
    if (tailAt + size < end) {
      return tailAt;
    }
    return BufferFormat.RING + size < headAt ? BufferFormat.RING : -1;
  }

  private int used(int end) {
    return headAt <= tailAt ? tailAt - headAt : end - headAt + tailAt - BufferFormat.RING;
  }

  /** A record does not count any more. */
  synchronized void leave(int slot) {
    boolean here = slot != NONE && slot >>> OFFSET == incarnation;
    if (!here || !isActive()) {
      return;
    }
    SharedMemory.Part in = part.get();
    int at = slot & (1 << OFFSET) - 1;
    in.put(at, BufferFormat.DEAD);
    if (at == headAt) {
      advance(in);
    }
  }

  private void advance(SharedMemory.Part in) {
    while (headAt != tailAt) {
      byte state = in.get(headAt);
      if (state == BufferFormat.WRAP) {
        headAt = BufferFormat.RING;
      } else if (state == BufferFormat.DEAD) {
        headAt += size(in, headAt);
        headNumber++;
      } else {
        break;
      }
    }
    if (headAt == tailAt) {
      headAt = BufferFormat.RING;
      tailAt = BufferFormat.RING;
    }
    in.put(BufferFormat.headAt(owner.orElseThrow()), BufferFormat.head(headAt, headNumber));
  }

  private static int size(SharedMemory.Part in, int at) {
    int length = 0;
    int next = at + 1;
    for (int shift = 0; ; shift += 7) {
      byte each = in.get(next++);
      length |= (each & 0x7f) << shift;
      if (each >= 0) {
        return next - at + 4 + length;
      }
    }
  }

  /** A record stays until {@link #leaveLate}: the disk does not take what it says. */
  synchronized void late(int slot) {
    if (slot != NONE) {
      if (lateCount == late.length) {
        late = Arrays.copyOf(late, Math.max(16, 2 * lateCount));
      }
      late[lateCount++] = slot;
    }
  }

  /** The disk has taken what was late. */
  synchronized void leaveLate() {
    for (int i = 0; i < lateCount; i++) {
      leave(late[i]);
    }
    lateCount = 0;
    late = new int[0];
  }

  /** Returns whether there is room for another half of what may wait. */
  synchronized boolean hasRoom() {
    return part.isEmpty()
        || used(part.get().size()) <= part.get().size() / 2
        || part.get().size() < LARGEST && !stuck;
  }

  synchronized boolean isEmpty() {
    return part.isEmpty() || headAt == tailAt;
  }

  // What needs the system.

  /**
   * Makes it, or makes it larger, if somebody wants that. Waits for nothing but others who do the
   * same, also if the caller is interrupted.
   */
  void provide(long now) {
    boolean interrupted = false;
    synchronized (this) {
      while (busy) {
        try {
          wait();
        } catch (InterruptedException e) {
          interrupted = true;
        }
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
    provideNow(now);
  }

  private void provideNow(long now) {
    Optional<SharedMemory.Part> old;
    int size;
    synchronized (this) {
      if (busy || !isWanting(now)) {
        return;
      }
      busy = true;
      old = part;
      size = wanted;
    }
    Optional<SharedMemory.Part> made = Optional.empty();
    Optional<String> failed = Optional.empty();
    try {
      if (old.isEmpty()) {
        made = Optional.of(memory.make(name, SMALLEST, LARGEST));
      }
      SharedMemory.Part to = old.isPresent() ? old.get() : made.get();
      if (to.size() < size) {
        to.grow(size);
      }
    } catch (IOException e) {
      failed = Optional.of(e.getMessage());
    } finally {
      provided(now, made, failed);
    }
  }

  private synchronized void provided(
      long now, Optional<SharedMemory.Part> made, Optional<String> failed) {
    busy = false;
    wanted = 0;
    if (made.isPresent()) {
      part = made;
      incarnation = (incarnation + 1) & 0xff;
      empty();
      begin(made.get(), owner.orElseThrow());
      touched = true;
      fault = Optional.empty();
    }
    stuck = failed.isPresent() && part.isPresent();
    if (failed.isPresent()) {
      retryAt = now + RETRY;
      if (part.isEmpty()) {
        say(failed.get());
      }
    }
    notifyAll();
  }

  private void say(String why) {
    if (fault.isEmpty()) {
      LOG.warn(ABSENT, folder, why);
    }
    fault = Optional.of(why);
  }

  /**
   * Looks after it: is it still found, is it large enough, is it still needed. On the journal
   * thread.
   *
   * @return whether what it holds has to be written at once: its place was lost
   */
  boolean tend(long now) {
    boolean lost = false;
    if (now - lookedAt >= LOOK || now < lookedAt) {
      lookedAt = now;
      lost = look();
    }
    synchronized (this) {
      if (part.isPresent() && used(part.get().size()) > part.get().size() / 2) {
        want(4 * part.get().size(), 0);
      }
      if (touched || !isEmpty()) {
        touched = false;
        idleSince = now;
      }
    }
    boolean larger;
    synchronized (this) {
      larger = part.isPresent() && isWanting(now);
    }
    if (larger) {
      provideNow(now);
    }
    if (now - idleSince >= IDLE) {
      giveBack();
    }
    return lost;
  }

  /** Returns when it wants to be looked after; never if there is none. */
  synchronized long due(long now) {
    return part.isPresent() ? now + LOOK : Long.MAX_VALUE;
  }

  private boolean look() {
    SharedMemory.Part old;
    synchronized (this) {
      if (part.isEmpty() || busy) {
        return false;
      }
      busy = true;
      old = part.get();
    }
    boolean lost = false;
    try {
      lost = !old.isInPlace();
      if (lost) {
        remake(old);
      }
    } finally {
      synchronized (this) {
        busy = false;
        notifyAll();
      }
    }
    return lost;
  }

  /** Its file was deleted: the bytes are still there, for us. */
  private void remake(SharedMemory.Part old) {
    Optional<SharedMemory.Part> made = Optional.empty();
    Optional<String> failed = Optional.empty();
    try {
      made = Optional.of(memory.make(name, old.size(), LARGEST));
      LOG.warn("{}: its staging buffer was deleted, and is made anew", folder);
    } catch (IOException e) {
      failed = Optional.of(e.getMessage());
    }
    synchronized (this) {
      if (made.isPresent()) {
        byte[] all = old.bytes();
        made.get().put(0, all, 0, BufferFormat.RING);
        made.get().put(BufferFormat.RING, all, BufferFormat.RING, all.length - BufferFormat.RING);
        part = made;
      } else {
        part = Optional.empty();
        incarnation = (incarnation + 1) & 0xff;
        retryAt = lookedAt + RETRY;
        failed.ifPresent(this::say);
      }
    }
    old.close();
  }

  private void giveBack() {
    SharedMemory.Part old;
    synchronized (this) {
      if (part.isEmpty() || busy || touched || !isEmpty() || memory.lingering() >= LINGERING) {
        return;
      }
      busy = true;
      old = part.get();
      part = Optional.empty();
      incarnation = (incarnation + 1) & 0xff;
    }
    try {
      delete(old);
    } finally {
      synchronized (this) {
        busy = false;
        notifyAll();
      }
    }
  }

  private void delete(SharedMemory.Part old) {
    try {
      memory.delete(name);
    } catch (IOException e) {
      LOG.debug("{}: its staging buffer could not be deleted: {}", folder, e.toString());
    } finally {
      old.close();
    }
  }

  /**
   * Ends it.
   *
   * @param clean whether the journal's files hold everything; else it stays for the next start
   */
  void end(boolean clean) {
    Optional<SharedMemory.Part> old;
    synchronized (this) {
      ended = true;
      old = part;
      part = Optional.empty();
    }
    if (clean) {
      old.ifPresent(this::delete);
    } else {
      old.ifPresent(SharedMemory.Part::close);
    }
  }
}
