// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.cluster;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;

/** A jar with a few classes of this test, to be submitted as a job. */
final class JarOfClasses {
  private JarOfClasses() {}

  static Path write(Path jar, Class<?> main, Class<?>... others) throws IOException {
    Manifest manifest = new Manifest();
    manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
    manifest.getMainAttributes().put(Attributes.Name.MAIN_CLASS, main.getName());
    try (JarOutputStream out = new JarOutputStream(Files.newOutputStream(jar), manifest)) {
      add(main, out);
      for (Class<?> other : others) {
        add(other, out);
      }
    }
    return jar;
  }

  private static void add(Class<?> type, JarOutputStream out) throws IOException {
    String entry = type.getName().replace('.', '/') + ".class";
    out.putNextEntry(new JarEntry(entry));
    try (InputStream in = type.getClassLoader().getResourceAsStream(entry)) {
      in.transferTo(out);
    }
  }
}
