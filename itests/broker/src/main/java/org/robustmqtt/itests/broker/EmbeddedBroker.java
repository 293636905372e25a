package org.robustmqtt.itests.broker;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import org.apache.activemq.artemis.core.config.Configuration;
import org.apache.activemq.artemis.core.config.impl.ConfigurationImpl;
import org.apache.activemq.artemis.core.server.JournalType;
import org.apache.activemq.artemis.core.server.embedded.EmbeddedActiveMQ;
import org.apache.activemq.artemis.core.settings.impl.AddressSettings;

/**
 * An Apache ActiveMQ Artemis that speaks MQTT 3.1.1 and 5 on one port, without users and passwords.
 *
 * <p>Sessions, subscriptions, retained and queued messages are written to the data folder before
 * they are acknowledged, and are there again when a broker is started on the same folder: after
 * {@link #close()}, and after its process was killed. They are not forced to the disk, so a power
 * cut may cost some; the tests kill processes, not machines.
 *
 * <p>Not safe for two brokers on one folder: the second waits for the lock of the first.
 */
public final class EmbeddedBroker implements AutoCloseable {

  private static final String ACCEPTOR = "mqtt";

  private final EmbeddedActiveMQ artemis;
  private final String host;
  private final int port;
  private final String scheme;

  private EmbeddedBroker(EmbeddedActiveMQ artemis, String scheme, String host, int port) {
    this.artemis = artemis;
    this.scheme = scheme;
    this.host = host;
    this.port = port;
  }

  /**
   * How TLS is spoken: stores of type PKCS12.
   *
   * @param keyStore the broker's certificate and key
   * @param trustStore who vouches for clients, which must have a certificate then; {@code null}:
   *     they need none
   * @param password of both
   * @param protocols versions of TLS, with commas
   */
  public record Security(Path keyStore, Path trustStore, String password, String protocols) {
    private String parameters() {
      return ";sslEnabled=true;keyStoreType=PKCS12;keyStorePath="
          + keyStore
          + ";keyStorePassword="
          + password
          + ";enabledProtocols="
          + protocols
          + (trustStore == null
              ? ""
              : ";needClientAuth=true;trustStoreType=PKCS12;trustStorePath="
                  + trustStore
                  + ";trustStorePassword="
                  + password);
    }
  }

  /**
   * Starts a broker that speaks TLS, on a free port of 127.0.0.1.
   *
   * @param data folder for everything it keeps; made if it is not there
   * @throws IOException if it does not start; nothing is left running then
   */
  public static EmbeddedBroker startSecured(Path data, Security security) throws IOException {
    return start("mqtts", "127.0.0.1", freePort(), data, security.parameters());
  }

  /**
   * Starts a broker on a free port of 127.0.0.1.
   *
   * @param data folder for everything it keeps; made if it is not there
   * @return the broker, which answers by now
   * @throws IOException if it does not start; nothing is left running then
   */
  public static EmbeddedBroker start(Path data) throws IOException {
    return start("127.0.0.1", freePort(), data);
  }

  /**
   * Starts a broker.
   *
   * @param host address to listen on
   * @param port port to listen on, 1 to 65535
   * @param data folder for everything it keeps; made if it is not there
   * @return the broker, which answers by now
   * @throws IOException if it does not start, for one because the port is taken; nothing is left
   *     running then
   */
  public static EmbeddedBroker start(String host, int port, Path data) throws IOException {
    return start("mqtt", host, port, data, "");
  }

  private static EmbeddedBroker start(
      String scheme, String host, int port, Path data, String parameters) throws IOException {
    requireFree(host, port);
    EmbeddedActiveMQ artemis = new EmbeddedActiveMQ();
    try {
      artemis.setConfiguration(configuration(host, port, data, parameters));
      artemis.start();
      if (!artemis.getActiveMQServer().getRemotingService().getAcceptor(ACCEPTOR).isStarted()) {
        throw new IOException("The broker does not listen on " + host + ":" + port);
      }
      return new EmbeddedBroker(artemis, scheme, host, port);
    } catch (Exception e) { // what Artemis declares; told on as the one kind our callers know
      stop(artemis, e);
      throw new IOException("The broker did not start on " + host + ":" + port, e);
    }
  }

  /**
   * A port of 127.0.0.1 that nobody listened on a moment ago.
   *
   * @return 1 to 65535
   * @throws IOException if the system gives none
   */
  public static int freePort() throws IOException {
    try (ServerSocket probe = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
      return probe.getLocalPort();
    }
  }

  /**
   * The port it listens on.
   *
   * @return 1 to 65535
   */
  public int port() {
    return port;
  }

  /**
   * Its address as the {@code broker} key of a connection wants it.
   *
   * @return for example {@code mqtt://127.0.0.1:18830}
   */
  public String uri() {
    return scheme + "://" + host + ":" + port;
  }

  /**
   * Stops the broker and frees its port; what it keeps stays in its folder.
   *
   * @throws IOException if it does not stop in good order
   */
  @Override
  public void close() throws IOException {
    try {
      artemis.stop();
    } catch (Exception e) { // what Artemis declares
      throw new IOException("The broker did not stop", e);
    }
  }

  private static void stop(EmbeddedActiveMQ artemis, Exception reason) {
    if (artemis.getActiveMQServer() == null) {
      return;
    }
    try {
      artemis.stop();
    } catch (Exception e) { // what Artemis declares; the reason for stopping tells more
      reason.addSuppressed(e);
    }
  }

  /** Artemis itself logs a taken port and goes on without it. */
  private static void requireFree(String host, int port) throws IOException {
    try (ServerSocket probe = new ServerSocket()) {
      probe.setReuseAddress(true);
      probe.bind(new InetSocketAddress(host, port));
    } catch (IOException e) {
      throw new IOException("Cannot listen on " + host + ":" + port, e);
    }
  }

  private static Configuration configuration(String host, int port, Path data, String parameters)
      throws Exception {
    AddressSettings queues =
        new AddressSettings()
            .setMaxDeliveryAttempts(-1) // the default gives a message up after ten broken links
            .setAutoDeleteAddresses(false);
    return new ConfigurationImpl()
        .setName("robust-mqtt-itests")
        .setPersistenceEnabled(true)
        .setJournalType(JournalType.NIO)
        .setJournalDatasync(false)
        .setJournalFileSize(2 * 1024 * 1024)
        // Where an acknowledgement waits for the journal, Artemis brings the messages of one
        // connection into its queues in another order than they came. So each record is written
        // at once, and nobody waits.
        .setJournalBufferTimeout_NIO(0)
        .setJournalSyncTransactional(false)
        .setJournalSyncNonTransactional(false)
        .setJournalDirectory(data.resolve("journal").toString())
        .setBindingsDirectory(data.resolve("bindings").toString())
        .setPagingDirectory(data.resolve("paging").toString())
        .setLargeMessagesDirectory(data.resolve("large").toString())
        .setMaxDiskUsage(-1) // the default refuses messages while the disk is 90 % full
        .setSecurityEnabled(false)
        .setJMXManagementEnabled(false)
        .setMessageExpiryScanPeriod(1000)
        .addAddressSetting("#", queues)
        .addAcceptorConfiguration(
            ACCEPTOR, "tcp://" + host + ":" + port + "?protocols=MQTT;useEpoll=false" + parameters);
  }
}
