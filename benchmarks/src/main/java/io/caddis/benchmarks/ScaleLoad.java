// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.benchmarks;

import java.io.Serializable;

/**
 * What a fleet of sensors sends.
 *
 * @param sensors how many, each sending in its turn
 * @param features values of a reading
 * @param warm readings of each sensor that come at full speed, before the clock starts
 * @param perSecond readings a second of all sensors from then on; infinite = as many as go
 * @param hot share of the readings that are one sensor's, on top of the others', in [0, 1 / splits]
 * @param splits parallel sources, each with sensors of its own
 */
record ScaleLoad(int sensors, int features, int warm, double perSecond, double hot, int splits)
    implements Serializable {
  /** Event time between two readings of a sensor. */
  static final long INTERVAL_MILLIS = 60_000;

  /** Of every reading before the clock starts, in the place of the time at which it was due. */
  static final long NOT_MEASURED = Long.MIN_VALUE;

  static final String HOT = "hot";

  ScaleLoad {
    if (sensors % splits != 0) {
      throw new IllegalArgumentException(
          "sensors must be a multiple of the parallelism %d, was %d".formatted(splits, sensors));
    }
    if (!(hot >= 0 && hot * splits <= 1)) {
      throw new IllegalArgumentException(
          "hot must be at most the share of one source, %s, was %s".formatted(1.0 / splits, hot));
    }
  }

  static String key(long sensor) {
    return "sensor-" + sensor;
  }
}
