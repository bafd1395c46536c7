// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.data.Percentage.withPercentage;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

class KernelsTest {
  private final StringWriter printed = new StringWriter();
  private final StringWriter told = new StringWriter();

  @Test
  void aCaseGivesOneLineOfJsonAndItsProgressGoesElsewhere() {
    assertThat(
            run(
                "--case=isolation_forest.score smile$",
                "--turns=2",
                "--turn-millis=10",
                "--trees=8",
                "--sample-size=32",
                "--features=3",
                "--train-rows=300",
                "--test-rows=200"))
        .as(told::toString)
        .isZero();
    assertThat(printed.toString())
        .matches(
            "\\{\"case\":\"isolation_forest\\.score\",\"peer_name\":\"smile\",\"ours\":[0-9]+,"
                + "\"peer\":[0-9]+,\"unit\":\"rows/s\",\"ratio\":[0-9.]+}\\R");
    assertThat(told.toString())
        .startsWith("[1/1] isolation_forest.score smile: ")
        .contains("2 turns");
  }

  @Test
  void theRatioOfSizesIsHowManyTimesSmallerOursIs() {
    assertThat(
            run("--case=half_space_trees.bytes moa-height-8", "--features=3", "--train-rows=300"))
        .as(told::toString)
        .isZero();
    double ours = field("ours");
    double peer = field("peer");
    assertThat(printed.toString()).contains("\"unit\":\"bytes\"");
    assertThat(peer).isGreaterThan(ours);
    assertThat(field("ratio")).isCloseTo(peer / ours, withPercentage(0.1));
  }

  @Test
  void casesAreChosenByDetectorVerbAndPeer() {
    assertThat(run("--list", "--case=forest.fit ")).isZero();
    assertThat(printed.toString().lines())
        .containsExactly(
            "isolation_forest.fit smile",
            "isolation_forest.fit scikit-learn",
            "isolation_forest.fit smile-as-shipped",
            "isolation_forest.fit random_cut_forest");
  }

  @Test
  void aCaseThatIsNotThereIsTold() {
    assertThat(run("--case=nothing")).isEqualTo(2);
    assertThat(told.toString())
        .contains("--case must be found in the name of a case, see --list, was 'nothing'");
  }

  @Test
  void aCaseThatFailsFailsTheCommand() {
    assertThat(run("--case=half_space_trees.bytes moa-height-8", "--features=0")).isEqualTo(1);
    assertThat(told.toString()).contains("failed, ");
    assertThat(printed.toString()).isEmpty();
  }

  private int run(String... arguments) {
    return new CommandLine(new Kernels())
        .setOut(new PrintWriter(printed))
        .setErr(new PrintWriter(told))
        .execute(arguments);
  }

  private double field(String name) {
    String rest = printed.toString().split("\"" + name + "\":", 2)[1];
    return Double.parseDouble(rest.split("[,}]", 2)[0]);
  }
}
