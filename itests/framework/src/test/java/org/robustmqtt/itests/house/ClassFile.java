package org.robustmqtt.itests.house;

import java.io.ByteArrayInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a class file refers to, from its constant pool (JVMS 4.4): methods and fields with their
 * owner, and every class named in any way, also in descriptors and signatures.
 */
final class ClassFile {
  private static final Pattern NAME = Pattern.compile("[\\w$]+(?:/[\\w$]+)+");

  private final Set<String> members = new TreeSet<>();
  private final Set<String> types = new TreeSet<>();
  private final Set<String> names = new TreeSet<>();

  private ClassFile() {}

  static ClassFile read(byte[] bytes) throws IOException {
    ClassFile file = new ClassFile();
    file.readPool(new DataInputStream(new ByteArrayInputStream(bytes)));
    return file;
  }

  /** Returns {@code owner.name descriptor} of each method and field referred to. */
  Set<String> members() {
    return members;
  }

  /** Returns each type named, with slashes. */
  Set<String> types() {
    return types;
  }

  /** Returns every text in the pool: among them the names of its own methods. */
  Set<String> names() {
    return names;
  }

  private void readPool(DataInputStream in) throws IOException {
    in.skipNBytes(8);
    int count = in.readUnsignedShort();
    int[] tags = new int[count];
    int[] first = new int[count];
    int[] second = new int[count];
    String[] texts = new String[count];
    for (int i = 1; i < count; i++) {
      tags[i] = in.readUnsignedByte();
      switch (tags[i]) {
        case 1 -> texts[i] = in.readUTF();
        case 3, 4 -> in.skipNBytes(4);
        case 5, 6 -> {
          in.skipNBytes(8);
          i++;
        }
        case 7, 8, 16, 19, 20 -> first[i] = in.readUnsignedShort();
        case 9, 10, 11, 12, 17, 18 -> {
          first[i] = in.readUnsignedShort();
          second[i] = in.readUnsignedShort();
        }
        case 15 -> in.skipNBytes(3);
        default -> throw new IOException("constant pool tag " + tags[i]);
      }
    }
    for (int i = 1; i < count; i++) {
      if (tags[i] == 9 || tags[i] == 10 || tags[i] == 11) {
        int nameAndType = second[i];
        members.add(
            texts[first[first[i]]]
                + "."
                + texts[first[nameAndType]]
                + " "
                + texts[second[nameAndType]]);
      } else if (tags[i] == 1) {
        names.add(texts[i]);
        Matcher name = NAME.matcher(texts[i]);
        while (name.find()) {
          String type = name.group();
          types.add(type);
          if (type.startsWith("L")) {
            types.add(type.substring(1));
          }
        }
      }
    }
  }
}
