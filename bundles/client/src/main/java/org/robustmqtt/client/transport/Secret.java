package org.robustmqtt.client.transport;

import java.util.Arrays;

/** Bytes that are never shown. Equal by content, so that a changed secret is noticed. */
public final class Secret {
  private final byte[] bytes;

  /** Keeps the bytes, not copied. */
  public Secret(byte[] bytes) {
    this.bytes = bytes;
  }

  /** Returns the bytes; not to be changed, logged or kept. */
  public byte[] reveal() {
    return bytes;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Secret secret && Arrays.equals(bytes, secret.bytes);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(bytes);
  }

  /** Returns four stars. */
  @Override
  public String toString() {
    return "****";
  }
}
