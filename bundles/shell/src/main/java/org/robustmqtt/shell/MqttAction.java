package org.robustmqtt.shell;

import java.util.Optional;
import org.apache.karaf.shell.api.action.Action;
import org.apache.karaf.shell.api.action.lifecycle.Reference;
import org.apache.karaf.shell.api.console.Session;
import org.apache.karaf.shell.support.CommandException;
import org.osgi.framework.BundleContext;
import org.robustmqtt.NotAcceptedException;

/** What all commands share. A mistake of the user becomes one line, never a stack trace. */
abstract class MqttAction implements Action {
  @Reference BundleContext context;
  @Reference Session session;

  @Override
  public final Object execute() throws Exception {
    try {
      run(new Hub(context), new Console(session.getConsole()));
    } catch (IllegalArgumentException | IllegalStateException e) {
      throw new CommandException(Console.plain(String.valueOf(e.getMessage())));
    } catch (NotAcceptedException e) {
      throw new CommandException(
          Console.plain("Not accepted, " + e.reason() + ": " + e.getMessage()));
    }
    return null;
  }

  /** Does what the command is for. */
  abstract void run(Hub hub, Console out) throws Exception;

  /** Returns an argument that may be missing. */
  static Optional<String> given(String argument) {
    return Optional.ofNullable(argument).filter(text -> !text.isEmpty());
  }
}
