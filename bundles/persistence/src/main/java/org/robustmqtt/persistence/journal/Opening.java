package org.robustmqtt.persistence.journal;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Optional;
import org.robustmqtt.journal.Level;
import org.robustmqtt.journal.WrittenCallback;

/**
 * Which opening of which journal it is. Kept as one of the journal's values, under a key that
 * connections do not see: programs that do not know it pass it over.
 *
 * @param id 16 random bytes, for the life of the journal
 * @param number rises each time it is opened
 * @param staged whether it has a place for a staging buffer
 */
record Opening(byte[] id, long number, boolean staged) {
  /** The key of the value. */
  static final String KEY = "\u0001opening";

  private static final int ID = 16;

  /** Returns the opening that a value says; empty if it is none. */
  static Optional<Opening> decode(byte[] value) {
    if (value.length < ID + 9) {
      return Optional.empty();
    }
    ByteBuffer in = ByteBuffer.wrap(value, ID, 9);
    return Optional.of(new Opening(Arrays.copyOf(value, ID), in.getLong(), in.get() != 0));
  }

  /** Returns the record that says it. */
  Entry entry() {
    byte[] value = new byte[ID + 9];
    ByteBuffer.wrap(value).put(id).putLong(number).put((byte) (staged ? 1 : 0));
    return Entry.value(KEY, value, Level.APPENDED, WrittenCallback.NONE);
  }
}
