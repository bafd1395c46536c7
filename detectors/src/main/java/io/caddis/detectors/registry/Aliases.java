// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.detectors.registry;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Which versions of a model play a part. Immutable.
 *
 * @param champion the version that decides, or null
 * @param challenger the version on trial, never the champion, or null
 * @param previous the champion before, to which a rollback returns, or null
 * @param changes the latest changes, oldest first, at most {@value #KEPT_CHANGES}
 */
public record Aliases(
    @Nullable String champion,
    @Nullable String challenger,
    @Nullable String previous,
    List<Change> changes) {
  static final Aliases NONE = new Aliases(null, null, null, List.of());
  private static final int KEPT_CHANGES = 200;

  /**
   * One change, for audits.
   *
   * @param action promote, challenge, rollback, delete or withdraw
   * @param version what it was done to
   */
  public record Change(Instant at, String action, String version) {}

  public Aliases {
    // A version is not on trial against itself, however it became the champion.
    challenger = challenger != null && challenger.equals(champion) ? null : challenger;
    changes = changes == null ? List.of() : List.copyOf(changes);
  }

  /** The version that an alias stands for; null when it stands for none, or is no alias. */
  public @Nullable String version(String alias) {
    return switch (alias) {
      case "champion" -> champion;
      case "challenger" -> challenger;
      case "previous" -> previous;
      default -> null;
    };
  }

  /** The aliases of a version, in the order champion, challenger, previous. */
  public List<String> of(String version) {
    List<String> names = new ArrayList<>();
    for (String alias : ModelRegistry.ALIASES) {
      if (version.equals(version(alias))) {
        names.add(alias);
      }
    }
    return names;
  }

  Aliases promoted(String version, Instant now) {
    boolean changes = !version.equals(champion);
    return new Aliases(
        version,
        challenger,
        changes ? champion : previous,
        with(new Change(now, "promote", version)));
  }

  Aliases challenged(String version, Instant now) {
    if (version.equals(champion)) {
      throw new IllegalArgumentException(
          "challenger must not be the champion, was " + version + ": promote another first");
    }
    return new Aliases(champion, version, previous, with(new Change(now, "challenge", version)));
  }

  /** Champion and previous change places, so that a rollback can itself be taken back. */
  Aliases rolledBack(String toVersion, Instant now) {
    return new Aliases(
        toVersion, challenger, champion, with(new Change(now, "rollback", toVersion)));
  }

  /** The aliases stay: what scores elsewhere is not for a job to decide. */
  Aliases withdrawn(String version, Instant now) {
    boolean noted =
        changes.stream()
            .anyMatch(c -> c.action().equals("withdraw") && c.version().equals(version));
    return noted
        ? this
        : new Aliases(champion, challenger, previous, with(new Change(now, "withdraw", version)));
  }

  Aliases without(String version, Instant now) {
    return new Aliases(
        version.equals(champion) ? null : champion,
        version.equals(challenger) ? null : challenger,
        version.equals(previous) ? null : previous,
        with(new Change(now, "delete", version)));
  }

  private List<Change> with(Change change) {
    List<Change> all = new ArrayList<>(changes);
    all.add(change);
    return all.subList(Math.max(0, all.size() - KEPT_CHANGES), all.size());
  }
}
