// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.fuzz;

/** What Jazzer runs: the target that the system property {@code caddis.fuzz.target} names. */
public final class Entry {
  private static final Target TARGET = Targets.create(System.getProperty("caddis.fuzz.target", ""));

  private Entry() {}

  /** Called by Jazzer, by its name, before its clock runs: classes are loaded, which takes long. */
  public static void fuzzerInitialize() throws Exception {
    for (byte[] seed : TARGET.seeds()) {
      TARGET.read(seed);
    }
  }

  /** Called by Jazzer, by its name, with each input. */
  public static void fuzzerTestOneInput(byte[] input) throws Exception {
    TARGET.read(input);
  }
}
