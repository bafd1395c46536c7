// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.cluster;

import java.util.List;

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
    return between(Fingerprints.of(undisturbed), Fingerprints.of(committed));
  }

  static OutputDifference between(Fingerprints undisturbed, Fingerprints committed) {
    long[] expected = undisturbed.sorted();
    long[] found = committed.sorted();
    long lost = 0;
    long doubled = 0;
    long foreign = 0;
    int e = 0;
    int f = 0;
    while (e < undisturbed.size() || f < committed.size()) {
      boolean foundLeft = f < committed.size();
      if (e < undisturbed.size() && (!foundLeft || expected[e] < found[f])) {
        lost++;
        e++;
      } else if (e < undisturbed.size() && expected[e] == found[f]) {
        e++;
        f++;
      } else if (e > 0 && expected[e - 1] == found[f]) {
        // All that were expected of it have been found before.
        doubled++;
        f++;
      } else {
        foreign++;
        f++;
      }
    }
    return new OutputDifference(lost, doubled, foreign);
  }
}
