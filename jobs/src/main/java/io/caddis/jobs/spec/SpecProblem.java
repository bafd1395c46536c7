// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.jobs.spec;

/**
 * One thing that is wrong with a specification.
 *
 * @param origin where it was said: {@code pipeline.yaml:12}, {@code --train-rows}; empty when it
 *     was not said at all
 * @param path key, for example {@code training.size} or {@code features[2].encoding}; empty for the
 *     document itself
 * @param message what must be, what was, and what to do
 */
public record SpecProblem(String origin, String path, String message) {
  @Override
  public String toString() {
    String text = path.isEmpty() ? message : path + " " + message;
    return origin.isEmpty() ? text : origin + ": " + text;
  }
}
