// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.gateway;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.zip.GZIPOutputStream;

/**
 * A request whose body would take far more than it costs to send.
 *
 * @param refused the status that is right
 */
record BodyBomb(String name, byte[] request, int refused) {
  private static final int MEBIBYTE = 1 << 20;

  /** A mebibyte more than a body may have. */
  private static final int TOO_LARGE = 17 * MEBIBYTE;

  /** As large as a body may be, but for what else is in it. */
  private static final int LARGE = 15 * MEBIBYTE;

  /** Names with one hash code: 2 to the power of this. */
  private static final int COLLIDING_BITS = 16;

  static List<BodyBomb> all() {
    String colliding = colliding();
    return List.of(
        of("size", "Content-Length: " + (1 << 30), " ".repeat(TOO_LARGE), 413),
        new BodyBomb("chunks without end", chunks(), 413),
        new BodyBomb("gzip", zipped(), 415),
        json("wide array", "{\"values\": [" + "11,".repeat(LARGE / 3) + "1]}", 400),
        json("wide below the limit of values", "{\"values\": [" + "11,".repeat(9_000) + "1]}", 422),
        json("rows", "{\"rows\": [" + "[],".repeat(LARGE / 3) + "[]]}", 400),
        json("rows that are not too many", "{\"rows\": [" + "[],".repeat(90_000) + "[]]}", 422),
        json("names", "{\"data\": {" + names(400_000) + "}}", 413),
        json("nesting", "{\"data\": " + "[".repeat(LARGE), 400),
        json("nesting of objects", "{\"data\": " + "{\"a\":".repeat(LARGE / 5), 400),
        json("colliding names", "{\"data\": {" + colliding + "}}", 413),
        json("colliding names in a row", "{\"rows\": [{\"a\": 1}, {" + colliding + "}]}", 422),
        json("digits", "{\"values\": [" + "9".repeat(LARGE) + "]}", 400),
        json("text", "{\"data\": {\"b\": \"" + "x".repeat(LARGE) + "\"}}", 400),
        json(
            "escapes", "{\"data\": {\"b\": \"" + "\\ud83d\\ude00".repeat(LARGE / 12) + "\"}}", 400),
        json("nothing", " ".repeat(LARGE), 422));
  }

  private static BodyBomb json(String name, String body, int refused) {
    return of(name, "Content-Length: " + body.length(), body, refused);
  }

  private static BodyBomb of(String name, String length, String body, int refused) {
    return new BodyBomb(name, (head(length) + body).getBytes(StandardCharsets.US_ASCII), refused);
  }

  private static String head(String length) {
    return "POST /predict HTTP/1.1\r\nHost: localhost\r\n" + length + "\r\n\r\n";
  }

  private static String names(int count) {
    StringBuilder names = new StringBuilder("\"a\":1");
    for (int i = 0; i < count; i++) {
      names.append(",\"x").append(i).append("\":0");
    }
    return names.toString();
  }

  /** Names of which each half is Aa or BB, which have one hash code in Java. */
  private static String colliding() {
    StringBuilder names = new StringBuilder("\"a\":1");
    for (int i = 0; i < 1 << COLLIDING_BITS; i++) {
      names.append(",\"");
      for (int bit = 0; bit < COLLIDING_BITS; bit++) {
        names.append((i >> bit & 1) == 0 ? "Aa" : "BB");
      }
      names.append("\":0");
    }
    return names.toString();
  }

  private static byte[] chunks() {
    String chunk = "%x\r\n%s\r\n".formatted(MEBIBYTE, " ".repeat(MEBIBYTE));
    return (head("Transfer-Encoding: chunked") + chunk.repeat(TOO_LARGE / MEBIBYTE))
        .getBytes(StandardCharsets.US_ASCII);
  }

  /** 64 MiB of nothing, in 64 KiB. */
  private static byte[] zipped() {
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    try {
      try (GZIPOutputStream out = new GZIPOutputStream(body)) {
        byte[] zeros = new byte[MEBIBYTE];
        for (int i = 0; i < 64; i++) {
          out.write(zeros);
        }
      }
      String length = "Content-Encoding: gzip\r\nContent-Length: " + body.size();
      all.write(head(length).getBytes(StandardCharsets.US_ASCII));
      body.writeTo(all);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return all.toByteArray();
  }
}
