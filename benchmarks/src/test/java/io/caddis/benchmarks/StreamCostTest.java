// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

class StreamCostTest {
  @Test
  void aSensorOfEightFeaturesIsHeldInEightKilobytes() {
    StringWriter printed = new StringWriter();
    CommandLine command = new CommandLine(new StreamCost()).setOut(new PrintWriter(printed, true));
    assertThat(command.execute("--readings=900", "--turns=1")).isZero();
    Matcher state = Pattern.compile("state ([\\d,]+) bytes").matcher(printed.toString());
    assertThat(state.find()).isTrue();
    assertThat(Integer.parseInt(state.group(1).replace(",", ""))).isBetween(1, 8 * 1024);
  }
}
