package org.robustmqtt.client.component;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.robustmqtt.client.door.UserFiles;
import org.robustmqtt.client.link.BrokerAddress;
import org.robustmqtt.client.link.CredentialSource;
import org.robustmqtt.client.link.LinkSettings;
import org.robustmqtt.client.transport.Secret;

/**
 * Reads what is rotated: the file of {@code passwordFile}, and through the hub what stands as
 * {@code $[secret:FILE]} in the configuration.
 *
 * @param pid the configuration
 * @param elsewhere the configuration, if the hub takes values of it from elsewhere
 * @param passwordFile the file with the password
 * @param files the files
 */
record FreshCredentials(
    String pid, Optional<Resolved> elsewhere, Optional<Path> passwordFile, UserFiles files)
    implements CredentialSource {
  private static final int LARGEST = 65_535;

  @Override
  public LinkSettings read(LinkSettings settings) throws IOException {
    LinkSettings fresh = settings;
    Optional<Map<String, Object>> now = elsewhere.flatMap(Resolved::now);
    if (now.isPresent()) {
      fresh = resolved(settings, SettingsParser.parse(pid, now.get()));
    }
    if (passwordFile.isPresent()) {
      Secret password = password(passwordFile.get());
      fresh = fresh.with(fresh.username(), Optional.of(password), fresh.broker().tls());
    }
    return fresh;
  }

  /** A configuration that is faulty, or for another broker, is on its way to be applied or not. */
  private static LinkSettings resolved(LinkSettings settings, Parsed parsed) throws IOException {
    Optional<String> leftover = parsed.faults().stream().filter(Leftover::told).findFirst();
    if (leftover.isPresent()) {
      throw new IOException(leftover.get());
    }
    Optional<BrokerAddress> broker = parsed.settings().broker();
    if (!parsed.good()
        || !broker.map(BrokerAddress::uri).equals(Optional.of(settings.broker().uri()))) {
      return settings;
    }
    return settings.with(
        parsed.settings().username(),
        parsed.settings().password(),
        broker.flatMap(BrokerAddress::tls));
  }

  private Secret password(Path file) throws IOException {
    String text;
    try {
      byte[] bytes = files.read(file, LARGEST);
      text = HubText.utf8(bytes).orElseGet(() -> new String(bytes, StandardCharsets.ISO_8859_1));
    } catch (NoSuchFileException e) {
      throw wrong(file, "there is no such file");
    } catch (AccessDeniedException e) {
      throw wrong(file, "may not be read by the hub's user");
    } catch (FileSystemException e) {
      throw wrong(file, Optional.ofNullable(e.getReason()).orElse("cannot be read"));
    }
    String password = HubText.withoutMark(text).strip();
    if (password.isEmpty()) {
      throw wrong(file, "is empty");
    }
    return new Secret(password.getBytes(StandardCharsets.UTF_8));
  }

  private static IOException wrong(Path file, String text) {
    return new IOException(Key.PASSWORD_FILE.text() + " " + file + ": " + text);
  }
}
