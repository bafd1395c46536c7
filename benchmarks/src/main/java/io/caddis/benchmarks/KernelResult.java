// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.benchmarks;

import java.math.BigDecimal;
import java.math.MathContext;

/**
 * A measured case.
 *
 * @param ours rate or size
 * @param peer the peer's
 * @param ratio how many times faster or smaller ours is
 */
record KernelResult(KernelCase kernel, double ours, double peer, double ratio) {
  private static final MathContext DIGITS = new MathContext(4);

  /** One line of JSON without its end. */
  String json() {
    return ("{\"case\":\"%s\",\"peer_name\":\"%s\",\"ours\":%s,\"peer\":%s,\"unit\":\"%s\","
            + "\"ratio\":%s}")
        .formatted(
            kernel.name(),
            kernel.peer(),
            number(ours),
            number(peer),
            kernel.verb().unit,
            number(ratio));
  }

  private static String number(double value) {
    return new BigDecimal(value).round(DIGITS).stripTrailingZeros().toPlainString();
  }
}
