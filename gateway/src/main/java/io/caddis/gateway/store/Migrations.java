// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.gateway.store;

import io.caddis.detectors.model.ModelCodec;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.util.List;
import java.util.stream.Collectors;

/**
 * The numbered steps that bring a database to the form this program expects.
 *
 * <p>A released step never changes; the checksum of each that was applied is kept and compared.
 */
final class Migrations {
  /** Resources beside this class, without their suffix, in the order of application. */
  static final List<String> STEPS = List.of("0001-alerts", "0002-plant", "0003-counting");

  private Migrations() {}

  /**
   * Applies the steps that are missing, within the transaction of the session.
   *
   * @throws IllegalStateException when the database was written by a newer program, or by one whose
   *     steps were others
   */
  static void apply(Session session, long now) throws SQLException {
    session.update(
        """
        CREATE TABLE IF NOT EXISTS migrations (
          step INTEGER PRIMARY KEY, name TEXT NOT NULL, sha256 TEXT NOT NULL, applied_ms BIGINT NOT NULL
        )""");
    List<String> applied =
        session.list(
            "SELECT name, sha256 FROM migrations ORDER BY step",
            row -> row.getString(1) + " with " + row.getString(2));
    if (applied.size() > STEPS.size()) {
      throw new IllegalStateException(
          "migrations of the store must be at most %d, were %d: a newer Caddis wrote it"
              .formatted(STEPS.size(), applied.size()));
    }
    for (int i = 0; i < STEPS.size(); i++) {
      String name = STEPS.get(i);
      String script = script(name);
      String checksum = ModelCodec.sha256(script.getBytes(StandardCharsets.UTF_8));
      if (i < applied.size()) {
        if (!applied.get(i).equals(name + " with " + checksum)) {
          throw new IllegalStateException(
              "migration %d of the store must be %s with sha256 %s, was %s"
                  .formatted(i + 1, name, checksum, applied.get(i)));
        }
      } else {
        for (String statement : statements(script)) {
          session.update(statement);
        }
        session.update(
            "INSERT INTO migrations (step, name, sha256, applied_ms) VALUES (?, ?, ?, ?)",
            i + 1,
            name,
            checksum,
            now);
      }
    }
  }

  private static String script(String name) {
    try (InputStream in = Migrations.class.getResourceAsStream(name + ".sql")) {
      if (in == null) {
        throw new IllegalStateException("there is no resource " + name + ".sql");
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The statements of a script; each ends with a semicolon at the end of a line. */
  private static List<String> statements(String script) {
    String withoutComments =
        script.lines().filter(line -> !line.startsWith("--")).collect(Collectors.joining("\n"));
    return List.of(withoutComments.split(";(?=\n|$)")).stream()
        .map(String::strip)
        .filter(statement -> !statement.isEmpty())
        .toList();
  }
}
