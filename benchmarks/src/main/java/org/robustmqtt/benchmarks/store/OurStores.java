package org.robustmqtt.benchmarks.store;

import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.osgi.framework.BundleContext;
import org.robustmqtt.journal.Journal;
import org.robustmqtt.journal.JournalException;
import org.robustmqtt.journal.JournalProvider;
import org.robustmqtt.journal.JournalSettings;
import org.robustmqtt.journal.JournalStatus;
import org.robustmqtt.persistence.JournalService;

/** The persistence bundle without a framework, in a folder of its own. */
public final class OurStores implements AutoCloseable {
  private final JournalService service;
  private final Path folder;
  private final boolean ownFolder;
  private volatile long openMillis;
  private final AtomicReference<Optional<Journal>> last = new AtomicReference<>(Optional.empty());

  /** Makes one in a new folder, which is deleted at the end. */
  public OurStores() {
    this(Folders.make("ours"), true);
  }

  /** Makes one in a folder that stays. */
  public OurStores(Path folder) {
    this(folder, false);
  }

  private OurStores(Path folder, boolean ownFolder) {
    this.folder = folder;
    this.ownFolder = ownFolder;
    BundleContext context =
        (BundleContext)
            Proxy.newProxyInstance(
                BundleContext.class.getClassLoader(),
                new Class<?>[] {BundleContext.class},
                (proxy, method, arguments) -> null);
    service = new JournalService(context, Map.of("directory", folder.toString()));
  }

  /** Returns the service; the journal that it opens last can be asked for. */
  public JournalProvider provider() {
    return (JournalProvider)
        Proxy.newProxyInstance(
            JournalProvider.class.getClassLoader(),
            new Class<?>[] {JournalProvider.class},
            (proxy, method, arguments) -> {
              long start = System.nanoTime();
              Object result = method.invoke(service, arguments);
              if (result instanceof Journal journal) {
                last.set(Optional.of(journal));
                openMillis = (System.nanoTime() - start) / 1_000_000;
              }
              return result;
            });
  }

  /** Returns how long the journal that was opened last took for that. */
  public long openMillis() {
    return openMillis;
  }

  /** Opens a journal. */
  public Journal open(String name, Duration storeDelay) throws JournalException {
    JournalSettings settings = new JournalSettings(Optional.empty(), storeDelay, 0);
    return service.open(name, settings, () -> {});
  }

  /** Returns the numbers of the journal that was opened last through the provider. */
  public JournalStatus status() {
    return last.get().orElseThrow().status();
  }

  @Override
  public void close() throws InterruptedException {
    service.stop();
    if (ownFolder) {
      Folders.delete(folder);
    }
  }
}
