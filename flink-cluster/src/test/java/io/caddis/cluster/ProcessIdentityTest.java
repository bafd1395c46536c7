// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ProcessIdentityTest {
  private static final String BOOT = "d0d36058-fe98-4bb5-a893-9b522273f841";
  private static final String OTHER_BOOT = "00000000-fe98-4bb5-a893-9b522273f841";

  private final ProcessHandle process = ProcessHandle.current();

  @TempDir private Path proc;

  @Test
  void linuxTellsBootAndTick() throws IOException {
    boot(BOOT);
    stat("java", 5741476);

    assertThat(ProcessIdentity.of(process, proc)).hasValue(new ProcessIdentity(BOOT + ":5741476"));
  }

  @Test
  void nameMayHoldAnyBytes() throws IOException {
    boot(BOOT);
    stat("a) R 1 (2 \u00ff\n", 7);

    assertThat(ProcessIdentity.of(process, proc)).hasValue(new ProcessIdentity(BOOT + ":7"));
  }

  @Test
  void anotherTickOrBootIsAnotherProcess() throws IOException {
    boot(BOOT);
    stat("java", 7);

    assertThat(new ProcessIdentity(BOOT + ":7").isOf(process, proc)).isTrue();
    assertThat(new ProcessIdentity(BOOT + ":8").isOf(process, proc)).isFalse();
    assertThat(new ProcessIdentity(OTHER_BOOT + ":7").isOf(process, proc)).isFalse();
  }

  @Test
  void livingProcessThatDoesNotShowIsNotTakenForAnEndedOne() throws IOException {
    assertThatThrownBy(() -> new ProcessIdentity(BOOT + ":7").isOf(process, proc))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("must show the boot");
    boot(BOOT);
    assertThatThrownBy(() -> ProcessIdentity.of(process, proc))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("process " + process.pid() + " is alive and does not show");
  }

  @Test
  void withoutProcItIsTheStartTime() throws IOException {
    Instant start = process.info().startInstant().orElseThrow();

    assertThat(ProcessIdentity.of(process, proc))
        .hasValue(new ProcessIdentity(Long.toString(start.toEpochMilli())));
    assertThat(startedAt(start.plusMillis(1500)).isOf(process, proc)).isTrue();
    assertThat(startedAt(start.plus(Duration.ofMinutes(1))).isOf(process, proc)).isFalse();
  }

  @Test
  void anythingElseIsNoIdentity() {
    for (String text : new String[] {"", "x", BOOT, BOOT + ":", ":7", "-1", "1 2"}) {
      assertThatThrownBy(() -> new ProcessIdentity(text))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("was '" + text + "'");
    }
  }

  private static ProcessIdentity startedAt(Instant start) {
    return new ProcessIdentity(Long.toString(start.toEpochMilli()));
  }

  private void boot(String id) throws IOException {
    Path file = proc.resolve("sys/kernel/random/boot_id");
    Files.createDirectories(file.getParent());
    Files.writeString(file, id + "\n");
  }

  private void stat(String name, long tick) throws IOException {
    Path file = proc.resolve(process.pid() + "/stat");
    Files.createDirectories(file.getParent());
    Files.writeString(
        file,
        process.pid()
            + " ("
            + name
            + ") R 28881 28881 22270 0 -1 4194304 100 0 0 0 0 0 0 0 20 0 1 0 "
            + tick
            + " 3133440 381 18446744073709551615\n",
        StandardCharsets.ISO_8859_1);
  }
}
