package org.robustmqtt.itests.exam;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;

import java.io.InputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.Optional;
import org.apache.karaf.features.FeaturesService;
import org.junit.Test;
import org.osgi.framework.Bundle;
import org.robustmqtt.ConnectionState;
import org.robustmqtt.RobustMqttConnection;
import org.robustmqtt.SubscriptionStatus;

/**
 * Somebody else's feature, with a component that cannot be without a connection, installs beside
 * ours whether or not there is a configuration (hub-conventions 22).
 */
public class ThirdPartyIT extends KarafTest {
  private static final String FEATURE = "third-party-bell";
  private static final EnumSet<FeaturesService.Option> NO_REFRESH =
      EnumSet.of(FeaturesService.Option.NoAutoRefreshBundles);

  private Optional<Bundle> probe() {
    return Arrays.stream(context.getBundles())
        .filter(bundle -> "org.robustmqtt.itests.probe".equals(bundle.getSymbolicName()))
        .findFirst();
  }

  private URI repository() throws Exception {
    Path copy = Path.of(System.getProperty("karaf.data"), "third-party.xml");
    try (InputStream in = ThirdPartyIT.class.getResourceAsStream("/third-party.xml")) {
      Files.write(copy, in.readAllBytes());
    }
    String text = Files.readString(copy, StandardCharsets.UTF_8);
    assertTrue(text, text.contains(System.getProperty("itests.version")));
    return copy.toUri();
  }

  private void install() throws Exception {
    features.installFeature(features.getFeature(FEATURE), NO_REFRESH);
    assertEquals(Bundle.ACTIVE, probe().orElseThrow().getState());
  }

  private void uninstall() throws Exception {
    features.uninstallFeature(FEATURE, NO_REFRESH);
    assertTrue(probe().isEmpty());
  }

  private void ring(RobustMqttConnection home) throws Exception {
    await(
        () -> "the bell's filter is granted: " + home.status().subscriptions(),
        () ->
            home.status().subscriptions().stream()
                .anyMatch(
                    one ->
                        one.filter().equals("home/+/button")
                            && one.state() == SubscriptionStatus.State.ACTIVE
                            && one.listeners() == 1));
    try (Independent other = new Independent(embedded())) {
      other.subscribe("home/chime");
      other.publish("home/front/button", "pressed", 1);
      assertEquals("home/chime ding", other.next());
    }
  }

  @Test
  public void it_installs_before_there_is_a_connection_and_works_when_there_is() throws Exception {
    features.addRepository(repository());
    install();
    try (CfgFile file = CfgFile.connection("home")) {
      file.write("broker = " + mqtt(embedded()), "connectDelay = 0");
      ring(Connections.await(context, "home", ConnectionState.ONLINE));
    }
    await(() -> "home is gone", () -> Connections.find(context, "home").isEmpty());
    uninstall();
  }

  @Test
  public void it_installs_beside_a_connection_that_is_there() throws Exception {
    features.addRepository(repository());
    try (CfgFile file = CfgFile.connection("home")) {
      file.write("broker = " + mqtt(embedded()), "connectDelay = 0");
      RobustMqttConnection home = Connections.await(context, "home", ConnectionState.ONLINE);
      install();
      ring(home);
      uninstall();
    }
    await(() -> "home is gone", () -> Connections.find(context, "home").isEmpty());
  }
}
