// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the images are made of is what the build makes. */
class ImagesSystemTest {
  private static final Pattern COPIED = Pattern.compile("(?m)^COPY (?:--\\S+ )?(\\S+) ");

  @ParameterizedTest
  @ValueSource(strings = {"flink.Dockerfile", "gateway.Dockerfile"})
  void whatAnImageCopiesIsThere(String dockerfile) throws IOException {
    Matcher copied = COPIED.matcher(Files.readString(Path.of(dockerfile)));
    int files = 0;
    while (copied.find()) {
      assertThat(Path.of("..").resolve(copied.group(1))).exists();
      files++;
    }
    assertThat(files).isPositive();
  }
}
