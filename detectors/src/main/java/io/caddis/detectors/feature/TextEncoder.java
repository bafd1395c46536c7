// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.detectors.feature;

import java.nio.ByteBuffer;
import java.nio.charset.CharsetEncoder;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * How one text feature becomes numbers, as learned from its training values.
 *
 * <p>Total: every string has an encoding. A missing value is encoded as the most frequent training
 * category. The vocabulary keeps the most frequent categories, ties in alphabetical order, up to
 * {@link #MAX_CATEGORIES} ({@link Encoding#ONEHOT}: {@link #MAX_COLUMNS}) and up to {@link
 * #MAX_VOCABULARY_CHARS} characters in all and {@link #MAX_CATEGORY_CHARS} each; the others are as
 * good as unseen. Immutable and thread-safe.
 */
public final class TextEncoder {
  public static final int MAX_CATEGORIES = 1 << 16;
  public static final int MAX_COLUMNS = 64;
  public static final int MAX_VOCABULARY_CHARS = 1 << 20;
  public static final int MAX_CATEGORY_CHARS = 1 << 12;

  private final Encoding encoding;
  private final List<String> categories;
  private final double[] shares;
  private final double[] codes;
  private final double fallback;
  private final Map<String, Integer> ranks;

  /**
   * An encoder from its parts.
   *
   * @param encoding any but {@link Encoding#NUMERIC}
   * @param categories the vocabulary in ascending order without repetitions; empty for {@link
   *     Encoding#HASH} and {@link Encoding#BINARY}
   * @param shares of each category in the training rows, for {@link Encoding#FREQUENCY} and {@link
   *     Encoding#CATEGORY}, which has one more for unseen categories; otherwise empty
   * @param fallback code of a missing value; for {@link Encoding#ONEHOT} the column that is 1, or
   *     -1 for none
   * @throws IllegalArgumentException if the parts do not belong together
   */
  public TextEncoder(Encoding encoding, List<String> categories, double[] shares, double fallback) {
    this.encoding = encoding;
    this.categories = List.copyOf(categories);
    this.shares = shares.clone();
    this.fallback = fallback;
    this.ranks = new HashMap<>();
    for (String category : categories) {
      ranks.put(category, ranks.size());
    }
    check();
    this.codes = this.shares.clone();
    if (encoding == Encoding.CATEGORY) {
      Arrays.setAll(codes, i -> rarity(codes[i]));
    }
  }

  private static double rarity(double share) {
    return Math.abs(StrictMath.log(share));
  }

  private void check() {
    int size = categories.size();
    int max = maxCategories(encoding);
    if (size > max) {
      throw new IllegalArgumentException(
          "categories must be at most %d for %s, was %d".formatted(max, encoding, size));
    }
    for (int i = 1; i < size; i++) {
      if (categories.get(i - 1).compareTo(categories.get(i)) >= 0) {
        throw new IllegalArgumentException(
            "categories must ascend, was '%s' after '%s'"
                .formatted(categories.get(i), categories.get(i - 1)));
      }
    }
    int expected =
        switch (encoding) {
          case FREQUENCY -> size;
          case CATEGORY -> size + 1;
          default -> 0;
        };
    if (shares.length != expected) {
      throw new IllegalArgumentException("shares must be " + expected + ", was " + shares.length);
    }
    double highest =
        switch (encoding) {
          case NUMERIC -> throw new IllegalArgumentException("encoding must be for texts");
          case LABEL -> size;
          case ONEHOT -> size - 1.0;
          case HASH -> 0xFFFFFFFFL;
          case FREQUENCY, BINARY -> 1;
          case CATEGORY -> rarity(Double.MIN_VALUE);
        };
    double lowest = encoding == Encoding.ONEHOT ? -1 : 0;
    boolean whole = expected > 0 || fallback == Math.rint(fallback);
    if (!(fallback >= lowest && fallback <= highest && whole)) {
      throw new IllegalArgumentException(
          "fallback must be a code of %s from %s to %s, was %s"
              .formatted(encoding, lowest, highest, fallback));
    }
    for (double share : shares) {
      if (!(share >= 0 && share <= 1) || (share == 0 && encoding == Encoding.CATEGORY)) {
        throw new IllegalArgumentException("share must be 0 to 1, was " + share);
      }
    }
  }

  /** Learns from training values, in any order; null = missing. */
  public static TextEncoder fit(Encoding encoding, @Nullable String[] values) {
    Map<String, Integer> counts = new HashMap<>();
    for (String value : values) {
      if (value != null && !(encoding == Encoding.BINARY && binary(value) < 0)) {
        counts.merge(value, 1, Integer::sum);
      }
    }
    List<Map.Entry<String, Integer>> ranking = new ArrayList<>(counts.entrySet());
    ranking.sort(
        Map.Entry.<String, Integer>comparingByValue(Comparator.reverseOrder())
            .thenComparing(Map.Entry.comparingByKey()));

    TreeMap<String, Integer> kept = keep(encoding, ranking);
    List<String> categories = List.copyOf(kept.keySet());
    double[] shares = new double[encoding == Encoding.FREQUENCY ? kept.size() : 0];
    if (encoding == Encoding.CATEGORY) {
      shares = new double[kept.size() + 1];
      shares[kept.size()] = 0.5 / Math.max(1, values.length);
    }
    for (int i = 0; i < Math.min(shares.length, kept.size()); i++) {
      shares[i] = kept.getOrDefault(categories.get(i), 0) / (double) values.length;
    }
    TextEncoder withoutFallback =
        new TextEncoder(encoding, categories, shares, encoding == Encoding.ONEHOT ? -1 : 0);
    return ranking.isEmpty()
        ? withoutFallback
        : new TextEncoder(
            encoding, categories, shares, withoutFallback.code(ranking.get(0).getKey()));
  }

  private static TreeMap<String, Integer> keep(
      Encoding encoding, List<Map.Entry<String, Integer>> ranking) {
    TreeMap<String, Integer> kept = new TreeMap<>();
    // text that is no valid Unicode would not survive being written
    CharsetEncoder unicode = StandardCharsets.UTF_8.newEncoder();
    int chars = 0;
    for (Map.Entry<String, Integer> entry : ranking) {
      String category = entry.getKey();
      boolean fits =
          category.length() <= MAX_CATEGORY_CHARS
              && chars + category.length() <= MAX_VOCABULARY_CHARS;
      if (kept.size() == maxCategories(encoding)) {
        break;
      }
      if (fits && unicode.canEncode(category)) {
        kept.put(category, entry.getValue());
        chars += category.length();
      }
    }
    return kept;
  }

  private static int maxCategories(Encoding encoding) {
    return switch (encoding) {
      case LABEL, FREQUENCY, CATEGORY -> MAX_CATEGORIES;
      case ONEHOT -> MAX_COLUMNS;
      default -> 0;
    };
  }

  public Encoding encoding() {
    return encoding;
  }

  /** The vocabulary, ascending; empty for {@link Encoding#HASH} and {@link Encoding#BINARY}. */
  public List<String> categories() {
    return categories;
  }

  /** See the constructor. */
  public double[] shares() {
    return shares.clone();
  }

  /** See the constructor. */
  public double fallback() {
    return fallback;
  }

  /** The text that stands in for a missing one; null when it is not known. */
  public @Nullable String usual() {
    return switch (encoding) {
      case NUMERIC, HASH -> null;
      case BINARY -> fallback == 1 ? "yes" : "no";
      case LABEL, ONEHOT ->
          fallback >= 0 && fallback < categories.size() ? categories.get((int) fallback) : null;
      case FREQUENCY, CATEGORY ->
          IntStream.range(0, categories.size())
              .filter(i -> codes[i] == fallback)
              .mapToObj(categories::get)
              .findFirst()
              .orElse(null);
    };
  }

  /** How many numbers a value becomes. */
  public int width() {
    return encoding == Encoding.ONEHOT ? categories.size() : 1;
  }

  /** Whether the value is null, or is no yes or no where {@link Encoding#BINARY} asks for one. */
  public boolean isMissing(@Nullable String value) {
    return value == null || (encoding == Encoding.BINARY && binary(value) < 0);
  }

  /** Writes {@link #width()} finite numbers to {@code out[offset…]}. */
  public void encode(@Nullable String value, double[] out, int offset) {
    double code = value == null || isMissing(value) ? fallback : code(value);
    if (encoding == Encoding.ONEHOT) {
      for (int column = 0; column < categories.size(); column++) {
        out[offset + column] = column == code ? 1 : 0;
      }
    } else {
      out[offset] = code;
    }
  }

  private double code(String value) {
    return switch (encoding) {
      case NUMERIC -> throw new IllegalStateException("no text encoder has this encoding");
      case LABEL -> ranks.getOrDefault(value, categories.size());
      case ONEHOT -> ranks.getOrDefault(value, -1);
      case FREQUENCY -> {
        Integer rank = ranks.get(value);
        yield rank == null ? 0 : shares[rank];
      }
      case CATEGORY -> codes[ranks.getOrDefault(value, categories.size())];
      case HASH -> hash(value);
      case BINARY -> binary(value);
    };
  }

  private static int binary(String value) {
    return switch (value.strip().toLowerCase(Locale.ROOT)) {
      case "yes", "true", "on", "1", "y", "t" -> 1;
      case "no", "false", "off", "0", "n", "f" -> 0;
      default -> -1;
    };
  }

  private static double hash(String value) {
    try {
      byte[] digest =
          MessageDigest.getInstance("MD5").digest(value.getBytes(StandardCharsets.UTF_8));
      return Integer.toUnsignedLong(ByteBuffer.wrap(digest).getInt());
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has MD5", e);
    }
  }
}
