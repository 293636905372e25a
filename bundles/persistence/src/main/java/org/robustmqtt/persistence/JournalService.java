package org.robustmqtt.persistence;

import java.io.File;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.osgi.framework.BundleContext;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Modified;
import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.Designate;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;
import org.robustmqtt.journal.Journal;
import org.robustmqtt.journal.JournalException;
import org.robustmqtt.journal.JournalInspector;
import org.robustmqtt.journal.JournalProvider;
import org.robustmqtt.journal.JournalSettings;
import org.robustmqtt.persistence.inspect.Inspector;
import org.robustmqtt.persistence.journal.DiskJournal;
import org.robustmqtt.persistence.runtime.FileDisk;
import org.robustmqtt.persistence.runtime.JournalThread;
import org.robustmqtt.persistence.runtime.MappedMemory;
import org.robustmqtt.persistence.runtime.SystemClock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The service. Activation never throws: a wrong directory is logged, and told by every {@link
 * #open}. A changed directory counts for journals that are opened afterwards; an equal one, which
 * hubs deliver a second after the first, changes nothing.
 */
@Component(
    name = StorePath.PID,
    service = {JournalProvider.class, JournalInspector.class},
    configurationPid = StorePath.PID,
    configurationPolicy = ConfigurationPolicy.OPTIONAL)
@Designate(ocd = JournalService.Settings.class)
public final class JournalService implements JournalProvider, JournalInspector {
  private static final Logger LOG = LoggerFactory.getLogger(JournalService.class);

  /** The configuration as hubs show it; it is read from the map, to see what is not set. */
  @ObjectClassDefinition(
      name = "Robust MQTT persistence",
      description = "Where the messages that wait for a broker are kept.")
  @interface Settings {
    /** The folder of the journals. */
    @AttributeDefinition(
        name = "Directory",
        description =
            "The folder that holds one folder for each connection. If not set: the data area of"
                + " the bundle, which a hub deletes with some updates.",
        required = false)
    String directory();

    /** The folder of the staging buffers. */
    @AttributeDefinition(
        name = "Staging directory",
        description =
            "A folder in memory that outlives the hub's process: what was accepted and is not yet"
                + " on disk is in there. If not set: /dev/shm, but not in a container.",
        required = false)
    String stagingDirectory();
  }

  private final Journals journals;
  private final Optional<Path> dataArea;
  private StorePath path;
  private final AtomicReference<JournalThread> thread = new AtomicReference<>();

  /** Called by the framework. */
  @Activate
  public JournalService(BundleContext context, Map<String, Object> configuration) {
    dataArea =
        Optional.ofNullable(context.getDataFile("journals"))
            .map(File::toPath)
            .map(path -> path.toAbsolutePath().normalize());
    path = StorePath.of(configuration, dataArea);
    path.fault().ifPresent(fault -> LOG.error("No journal can be opened. {}", fault));
    this.journals =
        new Journals(
            new FileDisk(),
            MappedMemory.of(path.staging()),
            new SystemClock(),
            work -> {
              JournalThread rounds = new JournalThread(work);
              thread.set(rounds);
              return rounds;
            },
            path,
            DiskJournal.Shape.STANDARD);
  }

  /** Called by the framework, one call at a time. */
  @Modified
  public void modified(Map<String, Object> configuration) {
    StorePath next = StorePath.of(configuration, dataArea);
    if (next.equals(path)) {
      return;
    }
    path = next;
    journals.path(next, MappedMemory.of(next.staging()));
    if (next.fault().isPresent()) {
      LOG.error("No journal can be opened. {}", next.fault().get());
    } else {
      LOG.info(
          "{}: {} has changed; journals that are open stay where they are until the next start",
          StorePath.PID,
          StorePath.KEY);
    }
  }

  /** Called by the framework: closes what is open, and waits for the thread to end. */
  @Deactivate
  public void stop() {
    journals.close();
    // A listener that stops the bundle is interrupted, because it is told to end: waits all the
    // same.
    boolean interrupted = Thread.interrupted();
    try {
      if (!thread.get().join(5000)) {
        LOG.warn("The disk does not answer; the journal thread ends when it does");
      }
    } catch (InterruptedException e) {
      interrupted = true;
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public Journal open(String connection, JournalSettings settings, Runnable listener)
      throws JournalException {
    return journals.open(connection, settings, listener);
  }

  @Override
  public List<String> closedJournals() {
    return journals.closedJournals();
  }

  @Override
  public boolean delete(String connection) throws JournalException {
    return journals.delete(connection);
  }

  @Override
  public List<String> journals() {
    return journals.all();
  }

  @Override
  public boolean inspect(
      Command command, String connection, boolean payloads, Consumer<String> lines)
      throws JournalException {
    return new Inspector(new FileDisk(), journals.folder(connection), lines).run(command, payloads);
  }

  @Override
  public int acknowledge(String connection) throws JournalException {
    return journals.acknowledge(connection);
  }
}
