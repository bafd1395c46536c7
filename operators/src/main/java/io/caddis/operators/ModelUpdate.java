// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.operators;

import io.caddis.detectors.event.ModelLineage;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import org.jspecify.annotations.Nullable;

/**
 * A model on its way to the scorers: newly trained, or put in force by a command.
 *
 * @param group whose readings it scores
 * @param modelVersion end of the training interval and the first 8 digits of the checksum
 * @param detector name of the algorithm
 * @param trainFrom start of the training interval, epoch milliseconds, inclusive
 * @param trainTo its end, exclusive
 * @param rowsSeen readings the interval held
 * @param rowsSampled those that training saw
 * @param thresholdOrigin how the threshold was set
 * @param issues what was noteworthy about the training sample, null when nothing was
 * @param drift how it had moved from that of the model before it, null when it had not, or there
 *     was none
 * @param sha256 checksum of the bytes, hexadecimal
 * @param bytes the encoded model
 * @param shiftMillis how long after {@code trainTo} the model begins to score, milliseconds; 0 for
 *     a newly trained one
 * @param trainedBecause why it was trained: {@code first}, {@code window}, {@code drift}, {@code
 *     age} or {@code command}; null when that is not known
 * @param verdict what was decided about it, null of a model that is to score
 * @param rolledBack version of the group's model that was rolled back last, null when none was
 * @param share of the group's sensors that it scores, above 0, at most 1; the others keep the model
 *     before it
 */
public record ModelUpdate(
    String group,
    String modelVersion,
    String detector,
    long trainFrom,
    long trainTo,
    long rowsSeen,
    int rowsSampled,
    String thresholdOrigin,
    String @Nullable [] issues,
    String @Nullable [] drift,
    String sha256,
    byte[] bytes,
    long shiftMillis,
    @Nullable String trainedBecause,
    @Nullable ModelVerdict verdict,
    @Nullable String rolledBack,
    double share) {

  private static final DateTimeFormatter BASIC =
      DateTimeFormatter.ofPattern("uuuuMMdd'T'HHmmss.SSS'Z'").withZone(ZoneOffset.UTC);

  @Override
  public double share() {
    // In state of before there were shares it is 0.
    return share == 0 ? 1 : share;
  }

  /** The event time from which on the model scores, epoch milliseconds. */
  public long scoresFrom() {
    return trainTo + shiftMillis;
  }

  /**
   * The same model for a group, scoring from another event time on.
   *
   * @param lastRolledBack version of the group's model that was rolled back last, null when none
   *     was
   */
  ModelUpdate inForce(String otherGroup, long from, @Nullable String lastRolledBack) {
    return with(otherGroup, from - trainTo, null, lastRolledBack, 1);
  }

  /** The same model for a share of the sensors. */
  ModelUpdate forShare(double otherShare) {
    return with(group, shiftMillis, verdict, rolledBack, otherShare);
  }

  /** Word of what was decided about the model, which is not to score by it. */
  ModelUpdate judged(ModelVerdict other) {
    return with(group, shiftMillis, other, rolledBack, share);
  }

  private ModelUpdate with(
      String otherGroup,
      long otherShift,
      @Nullable ModelVerdict otherVerdict,
      @Nullable String lastRolledBack,
      double otherShare) {
    return new ModelUpdate(
        otherGroup,
        modelVersion,
        detector,
        trainFrom,
        trainTo,
        rowsSeen,
        rowsSampled,
        thresholdOrigin,
        issues,
        drift,
        sha256,
        bytes,
        otherShift,
        trainedBecause,
        otherVerdict,
        lastRolledBack,
        otherShare);
  }

  static String versionOf(long trainTo, String sha256) {
    return BASIC.format(Instant.ofEpochMilli(trainTo)) + '-' + sha256.substring(0, 8);
  }

  /**
   * Which of two models of the same group that score from the same time on is kept: the one that
   * stands for more readings, and the same one wherever and in whatever order they arrive, so that
   * all subtasks hold the same models.
   */
  ModelUpdate merge(ModelUpdate other) {
    int bySize = Long.compare(rowsSeen, other.rowsSeen);
    return (bySize == 0 ? sha256.compareTo(other.sha256) : bySize) >= 0 ? this : other;
  }

  ModelLineage lineage() {
    return new ModelLineage(
        modelVersion, sha256, detector, trainFrom, trainTo, rowsSeen, thresholdOrigin);
  }
}
