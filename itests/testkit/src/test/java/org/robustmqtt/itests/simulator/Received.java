package org.robustmqtt.itests.simulator;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A message that the broker has for the hub. */
final class Received {
  final String key;
  final int number;
  final String topic;
  final int qos;
  final int session;

  /** How often each listener heard it in the run of the last time. */
  final Map<Integer, Integer> heardBy = new LinkedHashMap<>();

  int heardRun;
  boolean heard;

  /** The filters of the session that it is for. */
  List<String> filters = List.of();

  /** Of a broker that sends a copy for each filter: whether each copy named its filter. */
  boolean told = true;

  private final Optional<Received> original;

  boolean acknowledged;

  /** Whether it may be acknowledged without having been heard. */
  boolean excused;

  int packetId;
  boolean released;

  /** Bytes of its payload; 0: just its key. */
  int size;

  boolean sentBefore;

  Received(String key, int number, String topic, int qos, int session) {
    this.key = key;
    this.number = number;
    this.topic = topic;
    this.qos = qos;
    this.session = session;
    this.original = Optional.empty();
  }

  private Received(Received original, int qos, String filter) {
    this.key = original.key;
    this.number = original.number;
    this.topic = original.topic;
    this.qos = qos;
    this.session = original.session;
    this.original = Optional.of(original);
    this.filters = List.of(filter);
  }

  /** Returns a copy of it for one filter. */
  Received copy(int granted, String filter) {
    return new Received(this, granted, filter);
  }

  /** Returns what the broker was given: what listeners hear. */
  Received original() {
    return original.orElse(this);
  }

  boolean isCopy() {
    return original.isPresent();
  }

  @Override
  public String toString() {
    return key + " (" + topic + ", QoS " + qos + ", #" + packetId + ", session " + session + ")";
  }
}
