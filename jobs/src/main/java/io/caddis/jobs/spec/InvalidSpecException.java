// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.jobs.spec;

import java.util.List;
import java.util.stream.Collectors;

/** A specification that cannot be run, with all that is wrong with it, one problem a line. */
public final class InvalidSpecException extends IllegalArgumentException {
  private static final long serialVersionUID = 1;

  private final transient List<SpecProblem> problems;

  InvalidSpecException(List<SpecProblem> problems) {
    super(problems.stream().map(SpecProblem::toString).collect(Collectors.joining("\n")));
    this.problems = List.copyOf(problems);
  }

  public List<SpecProblem> problems() {
    return problems;
  }
}
