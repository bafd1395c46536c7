// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.cluster;

import java.util.List;
import java.util.Random;

/**
 * Makes lines wrong: bytes changed, lost, doubled and put in, parts of two lines in one, and what
 * is too long, too deep or too much. Strings hold bytes, as {@link HostileCells} has them.
 */
final class LineMutator {
  private static final String STRUCTURE = ",\"'{}[]:\\\n\r\t \0-+.e#";
  private static final String MARK = "\u00ef\u00bb\u00bf";

  /** What takes megabytes comes once in so many times. */
  private static final int SELDOM = 500;

  private final Random random;

  LineMutator(Random random) {
    this.random = random;
  }

  /**
   * A line with one to three mistakes, maybe with newlines in it.
   *
   * @param other a line of the same kind
   */
  String mutated(String line, String other) {
    String mutated = line;
    for (int more = 1 + random.nextInt(3); more > 0; more--) {
      mutated = once(mutated, other);
    }
    return mutated;
  }

  private String once(String line, String other) {
    int at = random.nextInt(line.length() + 1);
    int to = Math.min(line.length(), at + 1 + random.nextInt(12));
    String before = line.substring(0, at);
    String part = line.substring(at, to);
    String after = line.substring(to);
    return switch (random.nextInt(19)) {
      case 0 -> before + changed(part, 1 << random.nextInt(8)) + after;
      case 1 -> before + changed(part, random.nextInt(256)) + after;
      case 2 -> before + after;
      case 3 -> before;
      case 4 -> before + part + part + after;
      case 5 -> before + other.substring(random.nextInt(other.length()));
      case 6 -> before + noise() + part + after;
      case 7 -> before + hostile() + after;
      case 8, 9 -> withNumber(line);
      case 10 -> before + pick(STRUCTURE) + part + after;
      case 11 -> before + MARK + part + after;
      case 12 -> after + part + before;
      case 13 -> before + "9".repeat(many(200, 200_000)) + part + after;
      case 14 -> before + nested() + part + after;
      case 15 -> line + " ".repeat(many(2_000, 3 << 20));
      case 16 -> line.replaceFirst("\\d{4}-", random.nextInt(10_000) + "-");
      case 17 -> line.replaceFirst("sensor-\\d+", "s" + Integer.toHexString(random.nextInt()));
      default -> before + fields() + part + after;
    };
  }

  private static String changed(String part, int bits) {
    return part.isEmpty() ? part : (char) (part.charAt(0) ^ bits) + part.substring(1);
  }

  private String noise() {
    StringBuilder noise = new StringBuilder();
    for (int i = random.nextInt(8); i >= 0; i--) {
      noise.append((char) random.nextInt(256));
    }
    return noise.toString();
  }

  private String hostile() {
    List<String> values = HostileCells.values();
    return values.get(random.nextInt(values.size()));
  }

  /** A hostile value in place of some digits. */
  private String withNumber(String line) {
    int from = random.nextInt(line.length() + 1);
    while (from < line.length() && !Character.isDigit(line.charAt(from))) {
      from++;
    }
    int to = from;
    while (to < line.length() && ".0123456789".indexOf(line.charAt(to)) >= 0) {
      to++;
    }
    return line.substring(0, from) + hostile() + line.substring(to);
  }

  private String nested() {
    int depth = many(64, 100_000);
    return random.nextBoolean() ? "[".repeat(depth) : "{\"a\":".repeat(depth);
  }

  /** Fields that nobody knows, of CSV or JSON. */
  private String fields() {
    StringBuilder fields = new StringBuilder();
    for (int i = many(8, 20_000); i > 0; i--) {
      String name = Integer.toHexString(random.nextInt());
      fields.append(random.nextBoolean() ? "," + name : ",\"" + name + "\":" + i);
    }
    return fields.toString();
  }

  private char pick(String of) {
    return of.charAt(random.nextInt(of.length()));
  }

  private int many(int often, int seldom) {
    return 1 + random.nextInt(random.nextInt(SELDOM) == 0 ? seldom : often);
  }
}
