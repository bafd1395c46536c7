// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.detectors.detector;

import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** The parameters of a detector by name, as users write them: numbers may be given as text. */
public record Parameters(Map<String, Object> values) {
  /**
   * These, if the detector has them all.
   *
   * @throws IllegalArgumentException naming the ones that it has
   */
  public Parameters only(String detector, String... known) {
    Set<String> names = new TreeSet<>(Set.of(known));
    for (String parameter : values.keySet()) {
      if (!names.contains(parameter)) {
        throw new IllegalArgumentException(
            "parameter must be known to detector %s, was '%s' (%s)"
                .formatted(
                    detector,
                    parameter,
                    names.isEmpty() ? "it has none" : "it has " + String.join(", ", names)));
      }
    }
    return this;
  }

  public boolean has(String name) {
    return values.containsKey(name);
  }

  /** The parameter as text, or the fallback. */
  public String text(String name, String fallback) {
    return String.valueOf(values.getOrDefault(name, fallback)).strip();
  }

  public int integer(String name, int fallback) {
    String value = text(name, String.valueOf(fallback));
    try {
      return Integer.parseInt(value);
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException(name + " must be a whole number, was '" + value + "'", e);
    }
  }

  /** As {@link #integer}, where {@code auto} stands for the fallback. */
  public int integerOrAuto(String name, int fallback) {
    return text(name, "auto").equals("auto") ? fallback : integer(name, fallback);
  }

  public double number(String name, double fallback) {
    String value = text(name, String.valueOf(fallback));
    try {
      return Double.parseDouble(value);
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException(name + " must be a number, was '" + value + "'", e);
    }
  }

  public boolean flag(String name, boolean fallback) {
    String value = text(name, String.valueOf(fallback));
    if (!value.equals("true") && !value.equals("false")) {
      throw new IllegalArgumentException(name + " must be true or false, was '" + value + "'");
    }
    return value.equals("true");
  }

  /** The value, if it lies in the range. */
  public static int checked(String name, int value, int min, int max) {
    if (value < min || value > max) {
      throw new IllegalArgumentException(
          "%s must be %d to %d, was %d".formatted(name, min, max, value));
    }
    return value;
  }

  /** The value, if it lies in the range. */
  public static double checked(String name, double value, double min, double max) {
    if (!(value >= min && value <= max)) {
      throw new IllegalArgumentException(
          "%s must be %s to %s, was %s".formatted(name, min, max, value));
    }
    return value;
  }
}
