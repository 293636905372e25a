package org.robustmqtt.itests.exam;

import static org.ops4j.pax.exam.CoreOptions.bundle;
import static org.ops4j.pax.exam.CoreOptions.maven;
import static org.ops4j.pax.exam.CoreOptions.systemProperty;
import static org.ops4j.pax.exam.CoreOptions.systemTimeout;
import static org.ops4j.pax.exam.karaf.options.KarafDistributionOption.configureConsole;
import static org.ops4j.pax.exam.karaf.options.KarafDistributionOption.configureSecurity;
import static org.ops4j.pax.exam.karaf.options.KarafDistributionOption.editConfigurationFileExtend;
import static org.ops4j.pax.exam.karaf.options.KarafDistributionOption.editConfigurationFilePut;
import static org.ops4j.pax.exam.karaf.options.KarafDistributionOption.features;
import static org.ops4j.pax.exam.karaf.options.KarafDistributionOption.karafDistributionConfiguration;
import static org.ops4j.pax.exam.karaf.options.KarafDistributionOption.keepRuntimeFolder;
import static org.ops4j.pax.exam.karaf.options.KarafDistributionOption.logLevel;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import javax.inject.Inject;
import org.apache.karaf.features.BootFinished;
import org.apache.karaf.features.FeaturesService;
import org.apache.karaf.shell.api.console.Session;
import org.apache.karaf.shell.api.console.SessionFactory;
import org.junit.runner.RunWith;
import org.ops4j.pax.exam.Configuration;
import org.ops4j.pax.exam.Option;
import org.ops4j.pax.exam.junit.PaxExam;
import org.ops4j.pax.exam.karaf.options.LogLevelOption.LogLevel;
import org.osgi.framework.BundleContext;

/** What all tests inside Karaf have in common: one container, and hands to work in it. */
@RunWith(PaxExam.class)
public abstract class KarafTest {
  /** How long anything may take. */
  protected static final Duration PATIENCE = Duration.ofSeconds(60);

  private static final long TURN_NANOS = 20_000_000;

  /** How long the container may take to come up. */
  private static final long CONTAINER_MILLIS = 120_000;

  private static final String MAVEN = "etc/org.ops4j.pax.url.mvn.cfg";
  private static final String MAVEN_KEY = "org.ops4j.pax.url.mvn.";

  /** Waited for by the injection: the boot features are there. */
  @Inject protected BootFinished booted;

  /** The container's features. */
  @Inject protected FeaturesService features;

  /** The console. */
  @Inject protected SessionFactory sessions;

  /** The context of the bundle that the tests are in. */
  @Inject protected BundleContext context;

  /** Describes the container; the same for every class, so that they share it. */
  @Configuration
  public static Option[] container() throws IOException {
    String karaf = System.getProperty("itests.karaf.version");
    File build = new File(System.getProperty("itests.build"));
    String repository = System.getProperty("org.ops4j.pax.url.mvn.localRepository");
    return new Option[] {
      karafDistributionConfiguration()
          .frameworkUrl(maven("org.apache.karaf", "apache-karaf").version(karaf).type("tar.gz"))
          .name("Apache Karaf")
          .karafVersion(karaf)
          .unpackDirectory(new File(build, "exam"))
          .useDeployFolder(false),
      keepRuntimeFolder(),
      systemTimeout(CONTAINER_MILLIS),
      configureConsole().ignoreLocalConsole().ignoreRemoteShell(),
      configureSecurity().disableKarafMBeanServerBuilder(),
      logLevel(LogLevel.INFO),
      editConfigurationFilePut(
          "etc/config.properties", "karaf.framework", System.getProperty("karaf.framework")),
      editConfigurationFilePut(MAVEN, MAVEN_KEY + "localRepository", repository),
      editConfigurationFilePut(MAVEN, MAVEN_KEY + "settings", ""),
      editConfigurationFilePut(MAVEN, MAVEN_KEY + "repositories", ""),
      editConfigurationFileExtend(
          MAVEN,
          MAVEN_KEY + "defaultRepositories",
          ",file:" + build + "/features-repo@id=reactor@snapshots"),
      port("etc/org.apache.karaf.management.cfg", "rmiRegistryPort"),
      port("etc/org.apache.karaf.management.cfg", "rmiServerPort"),
      port("etc/org.apache.karaf.shell.cfg", "sshPort"),
      systemProperty("itests.version").value(System.getProperty("itests.version")),
      systemProperty("itests.framework").value(System.getProperty("karaf.framework")),
      systemProperty("itests.embedded.port").value("" + Brokers.running().embedded()),
      systemProperty("itests.mosquitto.port").value("" + Brokers.running().mosquitto()),
      bundle(new File(build, "exam-bundles/org.eclipse.paho.client.mqttv3.jar").toURI().toString()),
      features(
          maven("org.robustmqtt", "robust-mqtt-features")
              .version(System.getProperty("itests.version"))
              .classifier("features")
              .type("xml"),
          "robust-mqtt")
    };
  }

  private static Option port(String file, String key) throws IOException {
    try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return editConfigurationFilePut(file, key, "" + free.getLocalPort());
    }
  }

  /** Returns the address of the embedded broker. */
  protected static String embedded() {
    return "tcp://127.0.0.1:" + System.getProperty("itests.embedded.port");
  }

  /** Writes a broker's address as our configuration wants it. */
  protected static String mqtt(String tcp) {
    return tcp.replace("tcp://", "mqtt://");
  }

  /** Waits until a condition holds; the text is asked for the failure. */
  protected static void await(Supplier<String> what, BooleanSupplier holds) {
    // counted in turns that we got: on a busy machine they take longer, and so do the others
    long left = PATIENCE.toNanos() / TURN_NANOS;
    while (!holds.getAsBoolean()) {
      if (--left < 0) {
        throw new AssertionError("did not come true: " + what.get());
      }
      java.util.concurrent.locks.LockSupport.parkNanos(TURN_NANOS);
    }
  }

  /** Runs a console command and returns what it printed. */
  protected String shell(String command) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    PrintStream out = new PrintStream(bytes, true, StandardCharsets.UTF_8);
    Session session = sessions.create(new ByteArrayInputStream(new byte[0]), out, out);
    try {
      Object result = session.execute(command);
      if (result != null) {
        out.println(result);
      }
    } catch (Exception failed) { // what Session declares; the text is what a user would see
      out.println("Error executing command: " + failed.getMessage());
    } finally {
      session.close();
    }
    return bytes.toString(StandardCharsets.UTF_8);
  }
}
