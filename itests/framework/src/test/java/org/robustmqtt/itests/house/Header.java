package org.robustmqtt.itests.house;

import java.util.ArrayList;
import java.util.List;
import java.util.jar.Manifest;

/**
 * A clause of a manifest header.
 *
 * @param name the path, for example a package
 * @param parameters what follows it, as it stands there
 */
public record Header(String name, String parameters) {
  /** Returns the clauses of a header; none if the manifest has no such header. */
  public static List<Header> read(Manifest manifest, String header) {
    String text = manifest.getMainAttributes().getValue(header);
    List<Header> clauses = new ArrayList<>();
    if (text == null) {
      return clauses;
    }
    boolean quoted = false;
    int begin = 0;
    for (int i = 0; i <= text.length(); i++) {
      if (i == text.length() || text.charAt(i) == ',' && !quoted) {
        clauses.add(clause(text.substring(begin, i)));
        begin = i + 1;
      } else if (text.charAt(i) == '"') {
        quoted = !quoted;
      }
    }
    return clauses;
  }

  private static Header clause(String text) {
    int semicolon = text.indexOf(';');
    return semicolon < 0
        ? new Header(text.trim(), "")
        : new Header(text.substring(0, semicolon).trim(), text.substring(semicolon + 1).trim());
  }

  /** Returns whether the clause is marked {@code resolution:=optional}. */
  public boolean optional() {
    return parameters.contains("resolution:=optional")
        || parameters.contains("resolution:=\"optional\"");
  }

  /** Returns the exact version given, without quotes. */
  public String version() {
    return parameters.replaceFirst("(?s).*version=\"?([^\";]+)\"?.*", "$1");
  }
}
