// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/**
 * Holds the kept savepoints and docs/upgrading.md to the states that there are. To write the table
 * anew: {@code ./mvnw -pl jobs -am test -Dtest=KeptStatesTest
 * -Dsurefire.failIfNoSpecifiedTests=false -Dcaddis.write-docs=true}.
 */
class KeptStatesTest {
  private static final Path DOCS = Path.of("../docs/upgrading.md");
  private static final String HEAD =
      "| operator | state | kind | serializer | version |\n|---|---|---|---|---|\n";

  @Test
  void everyStateOfEveryOperatorIsInAKeptSavepoint() throws Exception {
    assertThat(all().stream().map(KeptStates.State::name).collect(Collectors.toSet()))
        .containsAll(KeptStates.declared());
  }

  @Test
  void noStateIsWrittenByKryoOrJavaSerialization() throws Exception {
    assertThat(all())
        .isNotEmpty()
        .noneMatch(state -> state.serializer().matches("(?i).*(kryo|java|generic).*"));
  }

  @Test
  void documentationListsEveryStateWithItsSerializer() throws Exception {
    String table =
        all().stream()
            .map(
                state ->
                    "| `%s` | `%s` | %s | %s | %d |\n"
                        .formatted(
                            state.operator(),
                            state.name(),
                            state.kind(),
                            state.serializer(),
                            state.version()))
            .collect(Collectors.joining());
    String docs = Files.readString(DOCS);
    int begin = docs.indexOf(HEAD) + HEAD.length();
    assertThat(begin).isGreaterThanOrEqualTo(HEAD.length());
    String rest = docs.substring(begin).replaceFirst("(?s)^(\\|[^\n]*\n)*", "");
    if (Boolean.getBoolean("caddis.write-docs")) {
      Files.writeString(DOCS, docs.substring(0, begin) + table + rest);
    }
    assertThat(DOCS).hasContent(docs.substring(0, begin) + table + rest);
  }

  private static Set<KeptStates.State> all() throws Exception {
    Set<KeptStates.State> states = new TreeSet<>();
    for (KeptSavepoint savepoint : KeptSavepoint.all()) {
      states.addAll(KeptStates.of(savepoint));
    }
    return states;
  }
}
