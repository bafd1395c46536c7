// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What is compared must do the same work. */
class ContendersTest {
  private static final Workload SMALL = new Workload(50, 128, 5, 1_000, 600);
  private static final Set<String> PROCESSES = Set.of("scikit-learn", "c");

  static Stream<KernelCase> libraries() {
    Set<List<String>> seen = new HashSet<>();
    return KernelCase.ALL.stream()
        .filter(kernel -> !PROCESSES.contains(kernel.peer()))
        .filter(kernel -> kernel.verb() != Verb.BYTES)
        .filter(kernel -> seen.add(List.of(kernel.detector(), kernel.peer())));
  }

  @ParameterizedTest
  @MethodSource("libraries")
  void bothSidesFindTheRowsThatAreFarOut(KernelCase kernel) {
    assertThat(areaUnderCurve(Engines.ours(kernel, SMALL), kernel)).isGreaterThan(0.95);
    assertThat(areaUnderCurve(Engines.peer(kernel, SMALL), kernel)).isGreaterThan(0.95);
  }

  @ParameterizedTest
  @MethodSource("libraries")
  void bothSidesCountWhatTheyDo(KernelCase kernel) {
    for (Engine engine : List.of(Engines.ours(kernel, SMALL), Engines.peer(kernel, SMALL))) {
      Contender.Work work = new LibraryContender(engine, kernel, SMALL).work();
      assertThat(work.units())
          .isEqualTo(
              switch (kernel.verb()) {
                case FIT, FIT_BATCH -> 1;
                case BATCH -> SMALL.testRows();
                default -> 500;
              });
      assertThat(work.cpuNanos()).isPositive();
    }
  }

  @Test
  void theForestInCScoresAsOursDoes() {
    assumeTrue(ProcessContender.succeeds("gcc", "--version"));
    KernelCase kernel = KernelCase.named("isolation_forest.score", "c");
    // 50 trees: a last group that is not full. It throws unless the sums of the scores agree.
    try (Contender c = Contenders.peer(kernel, SMALL, "", 1)) {
      Contender.Work work = c.work();
      assertThat(work.units()).isPositive();
      assertThat(work.cpuNanos()).isPositive();
    }
  }

  @Test
  void scikitLearnHasEveryDetectorThatItIsAskedFor() {
    assumeTrue(ProcessContender.succeeds("/usr/bin/python3", "-c", "import sklearn"));
    Set<String> seen = new HashSet<>();
    for (KernelCase kernel : KernelCase.ALL) {
      if (kernel.peer().equals("scikit-learn") && seen.add(kernel.detector())) {
        try (Contender peer = Contenders.peer(kernel, SMALL, "/usr/bin/python3", 0)) {
          assertThat(peer.work().units()).as(kernel.name()).isPositive();
        }
      }
    }
    assertThat(seen).contains("isolation_forest", "autoencoder");
  }

  @Test
  void aPeerThatEndsAtOnceIsAnError() {
    KernelCase kernel = KernelCase.named("isolation_forest.score", "scikit-learn");
    assertThatThrownBy(() -> Contenders.peer(kernel, SMALL, "false", 0))
        .hasRootCauseMessage("the peer's process ended without an answer");
  }

  /** Chance that a row far out scores above another one. */
  private static double areaUnderCurve(Engine engine, KernelCase kernel) {
    double[] scores;
    if (kernel.verb() == Verb.FIT_BATCH) {
      scores = engine.fitBatch(SMALL.training(kernel), 7);
    } else {
      scores = engine.fit(SMALL.training(kernel), 7).batch(SMALL.test(kernel));
    }
    int[] far = IntStream.range(0, scores.length).filter(ContendersTest::far).toArray();
    int[] near = IntStream.range(0, scores.length).filter(i -> !far(i)).toArray();
    long above = 0;
    for (int i : far) {
      above += IntStream.of(near).filter(j -> scores[j] < scores[i]).count();
    }
    return above / ((double) far.length * near.length);
  }

  private static boolean far(int row) {
    return row % SyntheticRows.OUTLIER_EVERY == 0;
  }
}
