package org.robustmqtt.client.component;

import java.util.Optional;

/** Passes on that a journal's status has changed, to a journal that is known only afterwards. */
final class StatusHook implements Runnable {
  private volatile Optional<SwitchableJournal> told = Optional.empty();

  /** Says who is told. */
  void tell(SwitchableJournal journal) {
    told = Optional.of(journal);
  }

  @Override
  public void run() {
    told.ifPresent(SwitchableJournal::statusChanged);
  }
}
