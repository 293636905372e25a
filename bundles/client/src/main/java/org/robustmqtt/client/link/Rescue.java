package org.robustmqtt.client.link;

import org.robustmqtt.client.door.Loop;

/**
 * Looks after a link when something happened to the loop that should not: if another thread took
 * over, the connection begins anew; if an Error left the link in a state without a deadline, too.
 * On the loop only.
 */
final class Rescue implements Loop.Accidents {
  private final Life life;

  Rescue(Life life) {
    this.life = life;
  }

  @Override
  public void taskFailed() {
    if (!life.over() && !life.hasDeadline()) {
      life.defect(new IllegalStateException("no deadline is left in state " + life.state()));
    }
  }

  @Override
  public void replaced(Throwable why) {
    life.defect(why);
  }
}
