// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.detectors.triage;

import io.caddis.detectors.event.Alert;
import io.caddis.detectors.event.AlertState;
import io.caddis.detectors.event.ScoredVector;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What must be told when a reading that came out of order has changed the episodes of its sensor.
 *
 * <p>Each episode keeps the earliest alert that was told of a part of it; the others of it are
 * retracted. An episode that is left without one is an alert of its own.
 *
 * @param messages to be sent, in this order
 * @param over alerts whose end has been told
 * @param open the alert that goes on, null when none does
 */
public record AlertCorrection(List<Alert> messages, List<Episode> over, @Nullable Episode open) {
  private static final String JOINED = "late data joined it to the alert before";

  /**
   * Compares what was told with what should have been.
   *
   * @param over alerts whose end has been told
   * @param open the alert that was told and goes on, null when none does
   * @param run the episodes of the same readings and the one that came out of order
   * @param cause that reading
   * @param now event time of the messages
   */
  public static AlertCorrection of(
      List<Episode> over, @Nullable Episode open, EpisodeRun run, ScoredVector cause, long now) {
    List<Episode> told = new ArrayList<>(over);
    if (open != null) {
      told.add(open);
    }
    told.sort(Comparator.comparingLong(Episode::start));
    AlertCorrection kept = new AlertCorrection(new ArrayList<>(), new ArrayList<>(), null);
    for (Episode episode : run.episodes()) {
      boolean goesOn = episode == run.open();
      Episode alert = takeFirstOf(episode, told);
      if (alert == null) {
        kept = kept.raised(episode.raisedBecauseOf(cause), goesOn, now);
      } else {
        kept = kept.changed(alert, alert != open, episode, goesOn, now);
      }
    }
    for (Episode alert : told) {
      kept.messages.add(alert.retraction(now, JOINED));
    }
    return kept;
  }

  private static @Nullable Episode takeFirstOf(Episode episode, List<Episode> told) {
    for (Iterator<Episode> alerts = told.iterator(); alerts.hasNext(); ) {
      Episode alert = alerts.next();
      if (alert.start() <= episode.end() && episode.start() <= alert.end()) {
        alerts.remove();
        return alert;
      }
    }
    return null;
  }

  private AlertCorrection raised(Episode alert, boolean goesOn, long now) {
    messages.add(alert.alert(AlertState.OPENED, now));
    return goesOn ? new AlertCorrection(messages, over, alert) : ended(alert, now);
  }

  private AlertCorrection changed(
      Episode told, boolean wasOver, Episode figures, boolean goesOn, long now) {
    Episode alert = told.corrected(figures);
    if (!goesOn) {
      if (!wasOver || !told.sameFigures(figures)) {
        return ended(alert, now);
      }
      over.add(told);
      return this;
    }
    if (wasOver || told.severity() != figures.severity()) {
      alert = alert.updated();
      messages.add(alert.alert(AlertState.UPDATED, now));
    }
    return new AlertCorrection(messages, over, alert);
  }

  private AlertCorrection ended(Episode alert, long now) {
    messages.add(alert.ending(now));
    over.add(alert.closed());
    return this;
  }
}
