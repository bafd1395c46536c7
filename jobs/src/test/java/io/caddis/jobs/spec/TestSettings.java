// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.jobs.spec;

/** Specifications as tests write them: {@code key=value; key=value}. */
final class TestSettings {
  private TestSettings() {}

  static SpecLoader loader(String settings) {
    SpecLoader loader = new SpecLoader(name -> null);
    for (String setting : settings.split(";")) {
      String[] parts = setting.split("=", 2);
      loader.set(parts[0].strip(), parts[1].strip(), "test");
    }
    return loader;
  }
}
