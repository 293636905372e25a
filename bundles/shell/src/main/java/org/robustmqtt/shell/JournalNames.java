package org.robustmqtt.shell;

import java.util.List;
import org.apache.karaf.shell.api.action.lifecycle.Reference;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.apache.karaf.shell.api.console.CommandLine;
import org.apache.karaf.shell.api.console.Completer;
import org.apache.karaf.shell.api.console.Session;
import org.apache.karaf.shell.support.completers.StringsCompleter;
import org.osgi.framework.BundleContext;
import org.robustmqtt.journal.JournalInspector;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Completes the names of journals. */
@Service
public final class JournalNames implements Completer {
  private static final Logger LOG = LoggerFactory.getLogger(JournalNames.class);

  @Reference BundleContext context;

  @Override
  public int complete(Session session, CommandLine line, List<String> candidates) {
    List<String> names;
    try {
      names = new Hub(context).journals(JournalInspector::journals);
    } catch (Exception e) {
      // completing is a help only: where it fails, nothing is offered
      LOG.debug("No names of journals: {}", e.toString());
      names = List.of();
    }
    return new StringsCompleter(names).complete(session, line, candidates);
  }
}
