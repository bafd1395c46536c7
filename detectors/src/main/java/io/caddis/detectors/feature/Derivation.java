// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.detectors.feature;

import java.io.Serializable;
import java.util.Locale;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One column that {@link RollingFeatures} derives from a sensor's recent readings.
 *
 * <p>Written as {@code interval}, {@code delta(f)}, {@code rate(f)}, {@code mean(f,12)} or {@code
 * std(f,12)}, which {@link #parse} reads and {@link #toString} gives.
 *
 * @param kind what is computed
 * @param feature the numeric feature it is computed from, null for {@link Kind#INTERVAL} only
 * @param window number of readings for {@link Kind#MEAN} and {@link Kind#STD}, 2 to 64, otherwise 0
 */
public record Derivation(Kind kind, @Nullable String feature, int window) implements Serializable {
  public static final int MAX_WINDOW = 64;

  /** What a derived column holds. */
  public enum Kind {
    /** Seconds since the sensor's previous reading. */
    INTERVAL,
    /** Change since the feature's previous value. */
    DELTA,
    /** Change since the feature's previous value, per second. */
    RATE,
    /** Mean of the feature's last values, this one included. */
    MEAN,
    /** Standard deviation of the feature's last values, this one included. */
    STD;

    private boolean hasWindow() {
      return this == MEAN || this == STD;
    }

    private String word() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  public Derivation {
    if ((kind == Kind.INTERVAL) != (feature == null)) {
      throw new IllegalArgumentException(
          "feature must be given for all but interval, was " + feature + " for " + kind.word());
    }
    if (kind.hasWindow() ? window < 2 || window > MAX_WINDOW : window != 0) {
      throw new IllegalArgumentException(
          "window must be 2 to %d for mean and std, else 0, was %d for %s"
              .formatted(MAX_WINDOW, window, kind.word()));
    }
  }

  /** The {@link #feature()} of a kind that has one. */
  String source() {
    return Objects.requireNonNull(feature, "feature");
  }

  /** Name of the derived column. */
  public String column() {
    return switch (kind) {
      case INTERVAL -> "interval_s";
      case DELTA, RATE -> feature + "_" + kind.word();
      case MEAN, STD -> feature + "_" + kind.word() + "_" + window;
    };
  }

  /**
   * Reads what {@link #toString} writes; blanks around the parts do not matter.
   *
   * @throws IllegalArgumentException saying what is allowed
   */
  public static Derivation parse(String text) {
    String stripped = text.strip();
    int open = stripped.indexOf('(');
    String word = open < 0 ? stripped : stripped.substring(0, open).strip();
    Kind kind = kind(word, text);
    if (kind == Kind.INTERVAL) {
      if (open >= 0) {
        throw malformed(text);
      }
      return new Derivation(kind, null, 0);
    }
    if (open < 0 || !stripped.endsWith(")")) {
      throw malformed(text);
    }
    String argument = stripped.substring(open + 1, stripped.length() - 1);
    int window = 0;
    if (kind.hasWindow()) {
      int comma = argument.lastIndexOf(',');
      if (comma < 0) {
        throw malformed(text);
      }
      try {
        window = Integer.parseInt(argument.substring(comma + 1).strip());
      } catch (NumberFormatException e) {
        throw malformed(text);
      }
      argument = argument.substring(0, comma);
    }
    if (argument.isBlank()) {
      throw malformed(text);
    }
    return new Derivation(kind, argument.strip(), window);
  }

  private static Kind kind(String word, String text) {
    for (Kind kind : Kind.values()) {
      if (kind.word().equals(word)) {
        return kind;
      }
    }
    throw malformed(text);
  }

  private static IllegalArgumentException malformed(String text) {
    return new IllegalArgumentException(
        "derived feature must be interval, delta(f), rate(f), mean(f,n) or std(f,n), was '"
            + text
            + "'");
  }

  @Override
  public String toString() {
    return switch (kind) {
      case INTERVAL -> "interval";
      case DELTA, RATE -> kind.word() + "(" + feature + ")";
      case MEAN, STD -> kind.word() + "(" + feature + "," + window + ")";
    };
  }
}
