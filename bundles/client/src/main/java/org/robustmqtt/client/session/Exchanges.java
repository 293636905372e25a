package org.robustmqtt.client.session;

/** A list of exchanges, linked through them: an exchange leaves it without a search. */
final class Exchanges {
  private Exchange first;
  private Exchange last;
  private int size;

  /** Returns the first exchange, or null. */
  Exchange first() {
    return first;
  }

  /** Returns the last exchange, or null. */
  Exchange last() {
    return last;
  }

  int size() {
    return size;
  }

  boolean isEmpty() {
    return first == null;
  }

  /** Returns the exchange of the message with this number, or null. */
  Exchange find(long sequence) {
    for (Exchange exchange = first; exchange != null; exchange = exchange.next) {
      if (exchange.sequence == sequence) {
        return exchange;
      }
    }
    return null;
  }

  /** Puts an exchange that is in no list at the end. */
  void add(Exchange exchange) {
    assert exchange.list == null;
    exchange.list = this;
    exchange.previous = last;
    exchange.next = null;
    if (last == null) {
      first = exchange;
    } else {
      last.next = exchange;
    }
    last = exchange;
    size++;
  }

  /** Takes an exchange out. */
  void remove(Exchange exchange) {
    assert exchange.list == this;
    if (exchange.previous == null) {
      first = exchange.next;
    } else {
      exchange.previous.next = exchange.next;
    }
    if (exchange.next == null) {
      last = exchange.previous;
    } else {
      exchange.next.previous = exchange.previous;
    }
    exchange.list = null;
    exchange.previous = null;
    exchange.next = null;
    size--;
  }

  /** Takes the first exchange out; there is one. */
  Exchange poll() {
    Exchange exchange = first;
    remove(exchange);
    return exchange;
  }

  /** Moves all of another list, in their order, behind the last of this one. */
  void addAll(Exchanges other) {
    while (!other.isEmpty()) {
      add(other.poll());
    }
  }
}
