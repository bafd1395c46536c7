// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.detectors.stream;

import io.caddis.detectors.detector.Parameters;
import java.io.DataInput;
import java.io.IOException;

/**
 * Scores each feature of a sensor against its own history, one by one: prompt alarms on spikes,
 * drops, changes of level, bursts and broken habits, in at most 2 KB a feature.
 *
 * <p>Of each reading it takes the value, its averages over about 10 and 30 readings, its step from
 * the recent average, and, where the hour of the day or of the week predicts better than the level
 * does, the residual and its average. Each is measured from its own slowly learned mean in its own
 * spread, upwards and downwards apart, and compared with its largest excursions so far: a Pareto
 * tail fitted to them says how many as large the remembered history is expected to hold, see {@link
 * Excursions}. A value beyond all so far counts by how far beyond, in ranges. The strongest
 * evidence decides; a reading that is near what the season led to expect is excused from all but
 * the season's and that of a new extreme. One value at most doubles what counts as the range: a
 * glitch does not make smaller anomalies usual.
 *
 * <p>The raw score is minus the decimal logarithm of that expected number over {@code
 * expectedAlarms} (times the number of features), less what was flagged before: an alarm is raised
 * once, again only if it grows, and fades over 3 % of the history. The score is {@code 1 / (1 +
 * 10^-raw)}; a feature's first 100 readings score 0. Readings that are missing or not finite teach
 * nothing.
 *
 * <p>Nothing depends on the unit, the offset or the date of the readings, except that days and
 * weeks are those of UTC. After a change of level there is one alarm; within 500 readings or a
 * sixth of the history, whichever is more, a spike of 12 spreads on the new level raises one again,
 * if the level changed by no more than 100 spreads: after a larger change the range is so large
 * that smaller spikes do not count until {@code memory} readings have passed.
 *
 * @param memory readings remembered, 1000 to 1000000, default 10000; older ones fade
 * @param expectedAlarms how many excursions as large the remembered history may be expected to hold
 *     for a reading to be an alarm, 0.001 to 100, default 1; lower gives fewer alarms
 * @param lasting whether each reading of an excursion is scored as if it were the first, default
 *     false: for those who want the whole of an anomaly marked rather than its begin
 */
public record Univariate(int memory, double expectedAlarms, boolean lasting)
    implements StreamDetectorType {
  public static final String NAME = "univariate";

  static final int MAX_FEATURES = 4096;

  public Univariate {
    Parameters.checked("memory", memory, 1_000, 1_000_000);
    Parameters.checked("expected_alarms", expectedAlarms, 0.001, 100);
  }

  /** Remembers 10000 readings, alarms on what it expects once in them. */
  public Univariate() {
    this(10_000, 1, false);
  }

  static Univariate of(Parameters parameters) {
    parameters.only(NAME, "memory", "expected_alarms", "lasting");
    return new Univariate(
        parameters.integer("memory", 10_000),
        parameters.number("expected_alarms", 1),
        parameters.flag("lasting", false));
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public StreamDetector create(int features) {
    Parameters.checked("features", features, 1, MAX_FEATURES);
    return new UnivariateDetector(this, features);
  }

  @Override
  public StreamDetector read(DataInput in) throws IOException {
    return UnivariateDetector.read(this, in.readUnsignedByte(), in);
  }
}
