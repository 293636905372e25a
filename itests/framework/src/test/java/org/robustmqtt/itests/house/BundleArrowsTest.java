package org.robustmqtt.itests.house;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.jar.Manifest;
import java.util.stream.Collectors;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The arrows between the bundles, read from their manifests. */
class BundleArrowsTest {
  private static final Set<String> API =
      Set.of("org.robustmqtt", "org.robustmqtt.journal", "org.robustmqtt.whiteboard");

  /** What of ours a bundle may import; what it exports itself does not count. */
  private static final Map<String, Set<String>> OURS =
      Map.of(
          "api", Set.of(),
          "codec", Set.of("org.robustmqtt"),
          "persistence", Set.of("org.robustmqtt", "org.robustmqtt.journal"),
          "client", union(API, Set.of("org.robustmqtt.codec", "org.robustmqtt.spi")),
          "shell", API);

  /** What every Karaf exports, on Felix and on Equinox, without any feature of ours. */
  private static final Set<String> EVERY_KARAF =
      Set.of(
          "org.osgi.framework",
          "org.osgi.framework.startlevel",
          "org.osgi.framework.wiring",
          "org.osgi.util.tracker",
          "org.osgi.service.cm",
          "org.osgi.service.component",
          "org.slf4j",
          // of the JDK, which every framework exports
          "javax.crypto",
          "javax.crypto.spec",
          "javax.net.ssl",
          "javax.security.auth.x500");

  private static Set<String> union(Set<String> a, Set<String> b) {
    Set<String> all = new TreeSet<>(a);
    all.addAll(b);
    return all;
  }

  private static Set<String> imports(String module, boolean optional) {
    return Header.read(manifest(module), "Import-Package").stream()
        .filter(clause -> clause.optional() == optional)
        .map(Header::name)
        .collect(Collectors.toCollection(TreeSet::new));
  }

  private static Set<String> exports(String module) {
    return Header.read(manifest(module), "Export-Package").stream()
        .map(Header::name)
        .collect(Collectors.toCollection(TreeSet::new));
  }

  private static Manifest manifest(String module) {
    return Artifacts.manifest(Artifacts.OURS + module);
  }

  @ParameterizedTest
  @ValueSource(strings = {"api", "codec", "persistence", "client", "shell"})
  void a_bundle_imports_of_ours_only_what_the_table_allows(String module) {
    Set<String> imported = imports(module, false);
    imported.addAll(imports(module, true));
    imported.removeIf(name -> !name.startsWith("org.robustmqtt"));
    imported.removeAll(exports(module));
    imported.removeAll(OURS.get(module));
    assertEquals(Set.of(), imported);
  }

  @ParameterizedTest
  @ValueSource(strings = {"api", "codec", "persistence", "client", "shell"})
  void nothing_is_imported_that_a_stock_karaf_does_not_have(String module) {
    Set<String> imported = imports(module, false);
    imported.removeIf(name -> name.startsWith("org.robustmqtt") || name.startsWith("java."));
    imported.removeAll(EVERY_KARAF);
    assertEquals(Set.of(), imported, "mandatory imports of " + module);
  }

  @ParameterizedTest
  @ValueSource(strings = {"api", "codec", "persistence", "client"})
  void nothing_optional_is_imported_outside_the_shell(String module) {
    assertEquals(Set.of(), imports(module, true));
  }

  @ParameterizedTest
  @ValueSource(strings = {"api", "codec"})
  void api_and_codec_import_nothing_but_java_and_ours(String module) {
    Set<String> imported = imports(module, false);
    imported.removeIf(name -> name.startsWith("org.robustmqtt") || name.startsWith("java."));
    assertEquals(Set.of(), imported);
  }

  @ParameterizedTest
  @ValueSource(strings = {"shell"})
  void the_karaf_shell_is_optional(String module) {
    Set<String> optional = imports(module, true);
    assertTrue(optional.stream().allMatch(name -> name.startsWith("org.apache.karaf.shell")));
    assertFalse(optional.isEmpty());
    assertFalse(Header.read(manifest(module), "Karaf-Commands").isEmpty());
  }

  @ParameterizedTest
  @ValueSource(strings = {"persistence", "client", "shell"})
  void slf4j_is_imported_from_1_7_up_to_3(String module) {
    List<Header> logging =
        Header.read(manifest(module), "Import-Package").stream()
            .filter(clause -> clause.name().equals("org.slf4j"))
            .toList();
    for (Header clause : logging) {
      assertEquals("[1.7,3)", clause.version());
    }
    assertEquals(module.equals("shell") ? logging.size() : 1, logging.size());
  }

  @ParameterizedTest
  @ValueSource(strings = {"api", "codec", "persistence", "client", "shell"})
  void a_bundle_is_a_singleton_and_asks_for_java_17(String module) {
    String name = manifest(module).getMainAttributes().getValue("Bundle-SymbolicName");
    assertEquals(Artifacts.OURS + module + ";singleton:=true", name.replaceAll("[\\s\"]", ""));
    String needs = manifest(module).getMainAttributes().getValue("Require-Capability");
    assertTrue(needs.contains("(&(osgi.ee=JavaSE)(version=17))"), needs);
  }

  @ParameterizedTest
  @ValueSource(strings = {"api", "codec", "persistence", "client", "shell"})
  void exported_packages_have_versions_and_nothing_internal_is_exported(String module) {
    for (Header clause : Header.read(manifest(module), "Export-Package")) {
      assertTrue(clause.version().matches("\\d+\\.\\d+\\.\\d+"), clause.toString());
    }
    Set<String> allowed =
        switch (module) {
          case "api" -> union(API, Set.of("org.robustmqtt.spi"));
          case "codec" -> Set.of("org.robustmqtt.codec");
          default -> Set.of();
        };
    Set<String> exported = exports(module);
    exported.removeAll(allowed);
    assertEquals(Set.of(), exported);
  }

  @ParameterizedTest
  @ValueSource(strings = {"client", "persistence"})
  void services_registered_by_hand_are_declared_for_resolvers(String module) {
    String service =
        module.equals("client")
            ? "org.robustmqtt.RobustMqttConnection"
            : "org.robustmqtt.journal.JournalProvider";
    assertTrue(
        Header.read(manifest(module), "Provide-Capability").stream()
            .anyMatch(
                clause ->
                    clause.name().equals("osgi.service") && clause.parameters().contains(service)),
        "hub-conventions 22: osgi.service capability for " + service);
  }
}
