package org.robustmqtt.journal;

import java.util.List;
import java.util.Objects;
import java.util.Optional;

/** The state of a journal at one moment. Immutable. */
public final class JournalStatus {
  private final Builder is;

  private JournalStatus(Builder values) {
    is = new Builder(values);
  }

  /**
   * Begins with an empty journal that can be written.
   *
   * @param path the folder it is in
   */
  public static Builder builder(String path) {
    return new Builder(path);
  }

  /** Returns a builder of the same state, to be changed. */
  public Builder but() {
    return new Builder(is);
  }

  /** Returns the folder it is in. */
  public String path() {
    return is.path;
  }

  /** Returns whether that is the bundle data area, which a hub may delete. */
  public boolean inDataArea() {
    return is.inDataArea;
  }

  /** Returns why it cannot be written, one line; empty while it can. */
  public Optional<String> degraded() {
    return is.degraded;
  }

  /** Returns the number of segment files. */
  public int segments() {
    return is.segments;
  }

  /** Returns their size together, in bytes. */
  public long bytes() {
    return is.bytes;
  }

  /** Returns the number of messages on disk that are not settled. */
  public int liveMessages() {
    return is.liveMessages;
  }

  /** Returns the bytes written since it was opened. */
  public long bytesWritten() {
    return is.bytesWritten;
  }

  /** Returns the forces since it was opened. */
  public long forces() {
    return is.forces;
  }

  /** Returns the number of messages found when it was opened. */
  public int recovered() {
    return is.recovered;
  }

  /** Returns the bytes of a torn tail that were cut when it was opened. */
  public long cutBytes() {
    return is.cutBytes;
  }

  /**
   * Returns the bytes that could not be read at this or an earlier opening, until a person has
   * acknowledged it; of a segment that is missing they count at the opening that finds it.
   */
  public long damagedBytes() {
    return is.damagedBytes;
  }

  /** Returns the files that stand for the damage, one for each part, until then. */
  public List<String> damagedFiles() {
    return is.damagedFiles;
  }

  /**
   * Returns the number of messages that are in memory only, because the disk takes none; they are
   * written when it does.
   */
  public int memoryMessages() {
    return is.memoryMessages;
  }

  /** Returns the bytes of their topics and payloads. */
  public long memoryBytes() {
    return is.memoryBytes;
  }

  /**
   * Returns the number of messages on disk that have their outcome, which the disk could not be
   * told: if the process ends before it can be, they are sent once more.
   */
  public int possibleDuplicates() {
    return is.possibleDuplicates;
  }

  /**
   * Returns what the disk cannot read, one line that names files and counts of messages; empty
   * while it can read all. The journal can be written all the same.
   */
  public Optional<String> unreadable() {
    return is.unreadable;
  }

  /**
   * Returns why a message that was accepted does not survive the end of the process before it is on
   * disk, a part of a sentence; empty if it does, because a staging buffer holds it.
   */
  public Optional<String> unstaged() {
    return is.unstaged;
  }

  /** Returns the path, the messages, and what is wrong. */
  @Override
  public String toString() {
    return "JournalStatus["
        + is.path
        + ", "
        + is.liveMessages
        + " messages, degraded "
        + is.degraded
        + ", unreadable "
        + is.unreadable
        + ", damaged "
        + is.damagedFiles
        + "]";
  }

  /**
   * Collects the values; what is not said is zero, empty or false. Not safe for several threads.
   */
  public static final class Builder {
    private final String path;
    private boolean inDataArea;
    private Optional<String> degraded = Optional.empty();
    private int segments;
    private long bytes;
    private int liveMessages;
    private long bytesWritten;
    private long forces;
    private int recovered;
    private long cutBytes;
    private long damagedBytes;
    private List<String> damagedFiles = List.of();
    private int memoryMessages;
    private long memoryBytes;
    private int possibleDuplicates;
    private Optional<String> unreadable = Optional.empty();
    private Optional<String> unstaged = Optional.empty();

    private Builder(String path) {
      this.path = Objects.requireNonNull(path);
    }

    private Builder(Builder other) {
      path = other.path;
      inDataArea = other.inDataArea;
      degraded = other.degraded;
      segments = other.segments;
      bytes = other.bytes;
      liveMessages = other.liveMessages;
      bytesWritten = other.bytesWritten;
      forces = other.forces;
      recovered = other.recovered;
      cutBytes = other.cutBytes;
      damagedBytes = other.damagedBytes;
      damagedFiles = other.damagedFiles;
      memoryMessages = other.memoryMessages;
      memoryBytes = other.memoryBytes;
      possibleDuplicates = other.possibleDuplicates;
      unreadable = other.unreadable;
      unstaged = other.unstaged;
    }

    /** Sets {@link JournalStatus#inDataArea()}. */
    public Builder inDataArea(boolean now) {
      inDataArea = now;
      return this;
    }

    /** Sets {@link JournalStatus#degraded()}. */
    public Builder degraded(Optional<String> why) {
      degraded = Objects.requireNonNull(why);
      return this;
    }

    /** Sets {@link JournalStatus#segments()} and {@link JournalStatus#bytes()}. */
    public Builder files(int count, long size) {
      segments = count;
      bytes = size;
      return this;
    }

    /** Sets {@link JournalStatus#liveMessages()}. */
    public Builder liveMessages(int count) {
      liveMessages = count;
      return this;
    }

    /** Sets {@link JournalStatus#bytesWritten()} and {@link JournalStatus#forces()}. */
    public Builder written(long size, long times) {
      bytesWritten = size;
      forces = times;
      return this;
    }

    /** Sets {@link JournalStatus#recovered()}. */
    public Builder recovered(int count) {
      recovered = count;
      return this;
    }

    /** Sets {@link JournalStatus#cutBytes()}. */
    public Builder cutBytes(long size) {
      cutBytes = size;
      return this;
    }

    /** Sets {@link JournalStatus#damagedBytes()} and {@link JournalStatus#damagedFiles()}. */
    public Builder damaged(long size, List<String> files) {
      damagedBytes = size;
      damagedFiles = List.copyOf(files);
      return this;
    }

    /** Sets {@link JournalStatus#memoryMessages()} and {@link JournalStatus#memoryBytes()}. */
    public Builder inMemory(int count, long size) {
      memoryMessages = count;
      memoryBytes = size;
      return this;
    }

    /** Sets {@link JournalStatus#possibleDuplicates()}. */
    public Builder possibleDuplicates(int count) {
      possibleDuplicates = count;
      return this;
    }

    /** Sets {@link JournalStatus#unreadable()}. */
    public Builder unreadable(Optional<String> what) {
      unreadable = Objects.requireNonNull(what);
      return this;
    }

    /** Sets {@link JournalStatus#unstaged()}. */
    public Builder unstaged(Optional<String> why) {
      unstaged = Objects.requireNonNull(why);
      return this;
    }

    /** Returns the status. */
    public JournalStatus build() {
      return new JournalStatus(this);
    }
  }
}
