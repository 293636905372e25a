package org.robustmqtt.client.door;

import org.robustmqtt.PlainText;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The way to the log. Every value goes through {@link PlainText}, so that nothing that a broker or
 * a publisher says can end a line or begin a forged one; a test finds those that go another way. A
 * last argument that was thrown is logged with its trace, as usual. Safe for several threads.
 */
public final class Log {
  private final Logger logger;

  private Log(Logger logger) {
    this.logger = logger;
  }

  /** Returns the log with the name of a class. */
  public static Log of(Class<?> type) {
    return new Log(LoggerFactory.getLogger(type));
  }

  /** Returns the log with this name. */
  public static Log of(String name) {
    return new Log(LoggerFactory.getLogger(name));
  }

  /** Logs for those who look closely. */
  public void debug(String format, Object... values) {
    if (logger.isDebugEnabled()) {
      logger.debug(format, plain(values));
    }
  }

  /** Logs what is normal and worth a line. */
  public void info(String format, Object... values) {
    logger.info(format, plain(values));
  }

  /** Logs what a person should look at. */
  public void warn(String format, Object... values) {
    logger.warn(format, plain(values));
  }

  /** Logs what went wrong in this program. */
  public void error(String format, Object... values) {
    logger.error(format, plain(values));
  }

  private static Object[] plain(Object[] values) {
    Object[] plain = new Object[values.length];
    for (int i = 0; i < values.length; i++) {
      boolean thrown = values[i] instanceof Throwable && i == values.length - 1;
      plain[i] = thrown ? values[i] : PlainText.of(String.valueOf(values[i]));
    }
    return plain;
  }
}
