// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import io.caddis.detectors.event.RejectionReason;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** Holds docs/formats.md to the code. */
class FormatsDocsTest {
  private static final Path DOCS = Path.of("../docs/formats.md");
  private static final Path CODEC =
      Path.of("../detectors/src/main/java/io/caddis/detectors/model/ModelCodec.java");

  @Test
  void layoutOfModelsIsThatOfTheCodec() throws IOException {
    String javadoc = between(Files.readString(CODEC), " * <pre>\n", " * </pre>");
    String layout =
        javadoc.lines().map(line -> line.substring(3)).collect(Collectors.joining("\n"));
    assertThat(layout).startsWith("magic ").contains("checksum ");
    assertThat(between(Files.readString(DOCS), "```\n", "\n```")).isEqualTo(layout);
  }

  @Test
  void everyReasonAndEveryOperatorIsListed() throws Exception {
    String docs = Files.readString(DOCS);
    assertThat(Arrays.stream(RejectionReason.values()))
        .allSatisfy(
            reason ->
                assertThat(docs).contains('`' + reason.name().toLowerCase(Locale.ROOT) + '`'));
    assertThat(OperatorUids.class.getFields())
        .hasSizeGreaterThan(10)
        .allSatisfy(uid -> assertThat(docs).contains("`" + uid.get(null) + "`"));
  }

  private static String between(String text, String begin, String end) {
    int from = text.indexOf(begin) + begin.length();
    return text.substring(from, text.indexOf(end, from));
  }
}
