package org.robustmqtt.itests.soak;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.robustmqtt.QoS;

/** What one connection was promised and what became of it. Safe for several threads. */
final class Account {
  private static final int SHOWN = 5;

  /** A message that was accepted. */
  private static final class Sent {
    private final int number;
    private final int qos;
    private final int run;
    private boolean onDisk;
    private boolean killed;
    private Optional<String> outcome = Optional.empty();

    private Sent(int number, int qos, int run) {
      this.number = number;
      this.qos = qos;
      this.run = run;
    }

    private boolean acknowledged() {
      return outcome.filter(one -> one.startsWith("ACKNOWLEDGED")).isPresent();
    }
  }

  /** The sums of an account, as the table shows them. */
  record Sums(
      long accepted,
      long refused,
      Map<String, Long> outcomes,
      long pending,
      long atRisk,
      long untold,
      long heardIn,
      long missingIn,
      long givenUp,
      Map<QoS, Long> twiceOut,
      Map<QoS, Long> twiceIn) {}

  private final String name;
  private final Map<Long, Sent> open = new HashMap<>();
  private final BitSet heard = new BitSet();
  private final BitSet mayBeTwice = new BitSet();
  private final BitSet sentIn = new BitSet();
  private final BitSet heardIn = new BitSet();
  private final Map<String, Long> outcomes = new TreeMap<>();
  private final Map<QoS, Long> twiceOut = new EnumMap<>(QoS.class);
  private final Map<QoS, Long> twiceIn = new EnumMap<>(QoS.class);
  private final List<String> wrong = new ArrayList<>();
  private final BitSet again = new BitSet();
  private long accepted;
  private long refused;
  private long atRisk;
  private long untold;
  private long givenUp;
  private int run;
  private int begun;
  private boolean wasKilled;
  private int nextIn = 1;

  Account(String name) {
    this.name = name;
  }

  /** Reads a line of the notes of its hub. */
  synchronized void note(String[] words) {
    switch (words[0]) {
      case "A" -> accept(Long.parseLong(words[2]), Integer.parseInt(words[3]), words[4]);
      case "S" -> stored(Long.parseLong(words[2]), words[3]);
      case "O" -> outcome(Long.parseLong(words[2]), words[3]);
      case "R" -> refused++;
      case "H" -> heardIn(Integer.parseInt(words[2]));
      case "C" -> connected(words[2].equals("kept"));
      default -> throw new IllegalArgumentException(String.join(" ", words));
    }
  }

  private void accept(long id, int number, String qos) {
    accepted++;
    Sent sent = open.get(id);
    if (sent == null) {
      open.put(id, new Sent(number, Integer.parseInt(qos), run));
    } else if (sent.number < 0) {
      // It was settled before publish had returned.
      Sent known = new Sent(number, Integer.parseInt(qos), run);
      known.outcome = sent.outcome;
      open.put(id, known);
    } else {
      wrong.add(name + ": id " + id + " was given out twice");
    }
  }

  private void stored(long id, String stored) {
    Sent sent = open.get(id);
    if (sent != null) {
      sent.onDisk |= stored.equals("ON_DISK");
    }
  }

  private void outcome(long id, String outcome) {
    outcomes.merge(outcome, 1L, Long::sum);
    Sent sent = open.computeIfAbsent(id, none -> new Sent(-1, 0, run));
    if (sent.outcome.isPresent() && !sent.killed) {
      wrong.add(name + ": a second outcome of id " + id + ": " + outcome);
    }
    sent.outcome = Optional.of(outcome);
    sent.killed = false;
    if (outcome.endsWith("+") && sent.number >= 0) {
      mayBeTwice.set(sent.number);
    }
  }

  private void heardIn(int number) {
    // the first one is sent again and again until somebody listens
    if (number > 0 && heardIn.get(number)) {
      twiceIn.merge(QoS.of(number % 3), 1L, Long::sum);
    }
    heardIn.set(number);
  }

  private void connected(boolean kept) {
    if (!kept && begun++ > 0) {
      // The broker held nothing for us any more: what it had not passed on is lost by its rules.
      for (int i = sentIn.nextSetBit(0); i >= 0; i = sentIn.nextSetBit(i + 1)) {
        if (!heardIn.get(i)) {
          sentIn.clear(i);
          givenUp++;
        }
      }
    }
  }

  /** Whether the broker has our filter. */
  synchronized boolean subscribed() {
    return !heardIn.isEmpty();
  }

  /** The broker passed on a message of ours. */
  synchronized void heard(int number) {
    if (heard.get(number)) {
      int qos = number % 10 == 0 ? 0 : number % 10 < 6 ? 1 : 2;
      twiceOut.merge(QoS.of(qos), 1L, Long::sum);
      again.set(number);
    }
    heard.set(number);
  }

  /** Returns the number of the next message for it; its QoS is the rest by three. */
  synchronized int nextIn() {
    return nextIn++;
  }

  /** A message for it was given to the broker. */
  synchronized void sentIn(int number) {
    if (number % 3 > 0) {
      sentIn.set(number);
    }
  }

  /** Its hub was killed; all of its notes are read. */
  synchronized void killed() {
    tidy();
    run++;
    wasKilled = true;
    Iterator<Sent> all = open.values().iterator();
    while (all.hasNext()) {
      Sent sent = all.next();
      sent.killed = true;
      if (sent.number < 0) {
        all.remove();
      } else if (sent.outcome.isEmpty() && !sent.onDisk) {
        atRisk++;
        all.remove();
      }
    }
  }

  /** Forgets what is finished. */
  synchronized void tidy() {
    open.values()
        .removeIf(
            sent ->
                sent.number >= 0
                    && sent.outcome.isPresent()
                    && (!sent.acknowledged() || sent.qos == 0 || heard.get(sent.number)));
  }

  /** Returns a number that changes as long as something goes on. */
  synchronized long progress() {
    return outcomes.values().stream().mapToLong(Long::longValue).sum()
        + heard.cardinality()
        + heardIn.cardinality();
  }

  synchronized Sums sums() {
    long pending =
        open.values().stream().filter(one -> one.outcome.isEmpty() && one.number >= 0).count();
    return new Sums(
        accepted,
        refused,
        new TreeMap<>(outcomes),
        pending,
        atRisk,
        untold,
        heardIn.cardinality(),
        missingIn().cardinality(),
        givenUp,
        new EnumMap<>(twiceOut),
        new EnumMap<>(twiceIn));
  }

  private BitSet missingIn() {
    BitSet missing = (BitSet) sentIn.clone();
    missing.andNot(heardIn);
    return missing;
  }

  /** Returns whether nothing is to be waited for. */
  synchronized boolean done() {
    tidy();
    return missingIn().isEmpty() && open.values().stream().allMatch(this::ended);
  }

  private boolean ended(Sent sent) {
    return sent.number < 0
        || sent.outcome.isPresent()
            && (!sent.acknowledged() || sent.qos == 0 || heard.get(sent.number));
  }

  /** Everything was left alone long enough: returns what is wrong, a line each. */
  synchronized List<String> end() {
    List<String> lines = new ArrayList<>(wrong);
    List<Integer> lost = new ArrayList<>();
    List<Integer> without = new ArrayList<>();
    for (Sent sent : open.values()) {
      if (sent.number < 0 || ended(sent)) {
        continue;
      }
      if (sent.acknowledged()) {
        lost.add(sent.number);
      } else if (sent.run < run && heard.get(sent.number)) {
        // Its outcome was recorded, and the process ended before somebody heard of it.
        untold++;
      } else {
        without.add(sent.number);
      }
    }
    report(lines, "acknowledged and never heard", lost);
    report(lines, "without an outcome", without);
    report(lines, "for the hub and never heard", missingIn().stream().boxed().toList());
    if (!wasKilled) {
      BitSet broken = (BitSet) again.clone();
      broken.andNot(mayBeTwice);
      report(
          lines,
          "of QoS 2 heard twice, unannounced",
          broken.stream().filter(number -> number % 10 >= 6).boxed().toList());
    }
    return lines;
  }

  private void report(List<String> lines, String what, List<Integer> numbers) {
    if (!numbers.isEmpty()) {
      lines.add(
          name
              + ": "
              + numbers.size()
              + " "
              + what
              + ", as "
              + numbers.subList(0, Math.min(SHOWN, numbers.size())));
    }
  }
}
