package org.robustmqtt.itests.simulator;

import java.util.LinkedHashMap;
import java.util.Map;

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
  boolean acknowledged;

  /** Whether it may be acknowledged without having been heard. */
  boolean excused;

  int packetId;
  boolean released;
  boolean sentBefore;

  Received(String key, int number, String topic, int qos, int session) {
    this.key = key;
    this.number = number;
    this.topic = topic;
    this.qos = qos;
    this.session = session;
  }

  @Override
  public String toString() {
    return key + " (" + topic + ", QoS " + qos + ", #" + packetId + ", session " + session + ")";
  }
}
