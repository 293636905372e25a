package org.robustmqtt.persistence.runtime;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.AclEntry;
import java.nio.file.attribute.AclEntryFlag;
import java.nio.file.attribute.AclEntryPermission;
import java.nio.file.attribute.AclEntryType;
import java.nio.file.attribute.AclFileAttributeView;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/**
 * Payloads are nobody's business but the owner's: folders 0700, files 0600. Where there are no such
 * permissions but access control lists, one that names the owner only. A file system that has
 * neither is left as it is.
 */
final class OwnerOnly {
  private static final FileAttribute<?>[] NONE = {};
  private static final Set<PosixFilePermission> FILE = PosixFilePermissions.fromString("rw-------");
  private static final Set<PosixFilePermission> FOLDER =
      PosixFilePermissions.fromString("rwx------");

  private OwnerOnly() {}

  /** Returns what a new file is created with. */
  static FileAttribute<?>[] file(Path file) {
    return attributes(file, FILE);
  }

  /** Returns what a new folder is created with. */
  static FileAttribute<?>[] folder(Path folder) {
    return attributes(folder, FOLDER);
  }

  private static FileAttribute<?>[] attributes(Path path, Set<PosixFilePermission> permissions) {
    return has(path, "posix")
        ? new FileAttribute<?>[] {PosixFilePermissions.asFileAttribute(permissions)}
        : NONE;
  }

  private static boolean has(Path path, String view) {
    return path.getFileSystem().supportedFileAttributeViews().contains(view);
  }

  /** Takes others' rights away from what is there; a link and what it names stay as they are. */
  static void protect(Path path) throws IOException {
    boolean folder = Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS);
    if (!folder && !Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS)) {
      return;
    }
    if (has(path, "posix")) {
      Set<PosixFilePermission> wanted = folder ? FOLDER : FILE;
      if (!wanted.equals(Files.getPosixFilePermissions(path, LinkOption.NOFOLLOW_LINKS))) {
        Files.setPosixFilePermissions(path, wanted);
      }
    } else if (has(path, "acl")) {
      byList(path, folder);
    }
  }

  private static void byList(Path path, boolean folder) throws IOException {
    AclFileAttributeView view =
        Files.getFileAttributeView(path, AclFileAttributeView.class, LinkOption.NOFOLLOW_LINKS);
    AclEntry.Builder owner =
        AclEntry.newBuilder()
            .setType(AclEntryType.ALLOW)
            .setPrincipal(view.getOwner())
            .setPermissions(EnumSet.allOf(AclEntryPermission.class));
    if (folder) {
      owner.setFlags(AclEntryFlag.FILE_INHERIT, AclEntryFlag.DIRECTORY_INHERIT);
    }
    List<AclEntry> wanted = List.of(owner.build());
    if (!wanted.equals(view.getAcl())) {
      view.setAcl(wanted);
    }
  }
}
