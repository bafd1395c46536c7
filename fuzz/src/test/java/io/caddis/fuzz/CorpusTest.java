// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.fuzz;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What campaigns found, and what reaches the most code, goes through the same targets again. */
final class CorpusTest {
  private final Corpus corpus = new Corpus(Path.of("").toAbsolutePath());

  static List<String> targets() {
    return Targets.names();
  }

  @ParameterizedTest
  @MethodSource("targets")
  void nothingThatIsKeptIsAFinding(String name) throws IOException {
    Target target = Targets.create(name);
    Map<String, byte[]> inputs = corpus.inputs(name);
    assertThat(inputs).isNotEmpty();
    inputs.forEach(
        (input, bytes) ->
            assertThatCode(() -> target.read(bytes)).as(input).doesNotThrowAnyException());
  }
}
