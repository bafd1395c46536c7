// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.operators;

/**
 * How long a model takes to score a reading, by one subtask's clock. Depends on the machine: no
 * decision is made by it.
 *
 * @param challenger whether the model was on trial
 * @param modelVersion of the model
 * @param subtask which of the operator's, from 0
 * @param measured readings measured so far, of 64 one
 * @param meanNanos of the latest 1,024 of them, nanoseconds
 * @param p99Nanos what 99 % of those did not exceed, nanoseconds
 */
public record ScoreTiming(
    boolean challenger,
    String modelVersion,
    int subtask,
    long measured,
    double meanNanos,
    double p99Nanos) {}
