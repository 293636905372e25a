package org.robustmqtt.itests.simulator;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.robustmqtt.Durability;
import org.robustmqtt.Outcome;
import org.robustmqtt.Stored;

/** A message that the application published and that was accepted: what is known of it. */
final class Sent {
  /** That the broker passed it on, once. */
  record Arrival(int session, int qos, int run, long at) {}

  final String key;
  final long id;

  /** Its place in the order of acceptance, over all runs: ids begin lower after a broken disk. */
  long order;

  final String topic;
  final int qos;
  final boolean retain;
  final Durability durability;
  final long acceptedAt;
  final int acceptedRun;

  Optional<Stored> stored = Optional.empty();

  /** In which run the settlement was given to the journal last; 0: in none. */
  int settledRun;

  /** Whether it was abandoned or quarantined, so that its settlement is still to come. */
  boolean decidedEarly;

  /** Whether it had its outcome when publish returned: the journal has never heard of it. */
  boolean droppedAtOnce;

  /** What the journal said of that settlement. */
  Optional<Boolean> settleWritten = Optional.empty();

  /** The run in which it is pending, 0 if it is not. */
  int pendingRun;

  Optional<Outcome> outcome = Optional.empty();
  int outcomeRun;
  boolean vanished;

  /** Whether there was a staging buffer when it was accepted. */
  boolean staged;

  /** Whether a power cut came after it was accepted. */
  boolean powerCut;

  /** Whether it was found on disk although it had an outcome. */
  boolean repeated;

  /** Whether it was ever told that it is in memory only, or not stored, by a store that failed. */
  boolean notStored;

  /** Whether a record of it could not be written. */
  boolean recordFailed;

  final List<Arrival> arrivals = new ArrayList<>(1);

  /** Whether it may be in a segment that the disk could not read at the last start. */
  boolean hidden;

  /** Whether the last start could not read all, and did not find it, whatever became of it. */
  boolean unseen;

  /** Whether that process had stopped in good order, and its disk had done all it was told. */
  boolean hiddenWhole;

  /**
   * Whether it was found at a later start than the one that could not read it: behind newer ones.
   */
  boolean late;

  /** Whether the disk could not read it when it was to be sent. */
  boolean unreadable;

  /** Whether the broker has read a PUBLISH of it. */
  boolean read;

  /** Whether the broker refused it, or hung up on it. */
  boolean refused;

  /** How often its PUBLISH was written in the run. */
  int writtenRun;

  int writtenTimes;

  /** Whether its PUBLISH was written in an earlier run. */
  boolean writtenBefore;

  Sent(
      String key,
      long id,
      String topic,
      int qos,
      boolean retain,
      Durability durability,
      long acceptedAt,
      int acceptedRun) {
    this.key = key;
    this.id = id;
    this.topic = topic;
    this.qos = qos;
    this.retain = retain;
    this.durability = durability;
    this.acceptedAt = acceptedAt;
    this.acceptedRun = acceptedRun;
    pendingRun = acceptedRun;
  }

  boolean onDisk() {
    return stored.equals(Optional.of(Stored.ON_DISK));
  }

  /** Whether it was told that it is in memory only, or not stored. */
  boolean inMemory() {
    return stored.filter(how -> how == Stored.MEMORY_ONLY || how == Stored.FAILED).isPresent();
  }

  @Override
  public String toString() {
    return key
        + " (id "
        + id
        + ", "
        + topic
        + ", QoS "
        + qos
        + (retain ? ", retain, " : ", ")
        + durability
        + ", run "
        + acceptedRun
        + ", stored "
        + stored.map(Object::toString).orElse("-")
        + ", settled in run "
        + settledRun
        + " "
        + settleWritten.map(Object::toString).orElse("-")
        + ", outcome "
        + outcome.map(Object::toString).orElse("-")
        + " in run "
        + outcomeRun
        + ", arrivals "
        + arrivals
        + ")";
  }
}
