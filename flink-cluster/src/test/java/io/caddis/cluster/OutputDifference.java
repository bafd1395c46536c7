// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.cluster;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The verifier: how committed output differs from that of an undisturbed run, as multisets of
 * lines.
 *
 * @param lost lines of the undisturbed run that are missing
 * @param doubled lines that are there more often than in the undisturbed run
 * @param foreign lines that the undisturbed run does not have
 */
record OutputDifference(long lost, long doubled, long foreign) {
  static final OutputDifference NONE = new OutputDifference(0, 0, 0);

  static OutputDifference between(List<String> undisturbed, List<String> committed) {
    Map<String, Integer> surplus = new HashMap<>();
    undisturbed.forEach(line -> surplus.merge(line, -1, Integer::sum));
    Map<String, Integer> foreign = new HashMap<>();
    for (String line : committed) {
      if (surplus.containsKey(line)) {
        surplus.merge(line, 1, Integer::sum);
      } else {
        foreign.merge(line, 1, Integer::sum);
      }
    }
    return new OutputDifference(
        surplus.values().stream().filter(count -> count < 0).mapToLong(count -> -count).sum(),
        surplus.values().stream().filter(count -> count > 0).mapToLong(count -> count).sum(),
        foreign.values().stream().mapToLong(count -> count).sum());
  }
}
