// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.gateway.alerts;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.caddis.detectors.event.Severity;
import io.caddis.gateway.notify.Webhook;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

class WebhookFileTest {
  private static final Set<String> ALLOWED = Set.of("hooks.example.org:443", "127.0.0.1:9000");

  @TempDir Path directory;

  @Test
  void receiversAreRead() throws IOException {
    Path token = Files.writeString(directory.resolve("token"), " t0ken \nnext line\n");
    List<Webhook> webhooks =
        read(
            """
            webhooks:
              - name: ops
                url: https://hooks.example.org/alerts
                token-file: %s
                severity: critical
              - {name: log, url: 'http://127.0.0.1:9000/'}
            """
                .formatted(token));

    assertThat(webhooks)
        .containsExactly(
            new Webhook(
                "ops", URI.create("https://hooks.example.org/alerts"), "t0ken", Severity.CRITICAL),
            new Webhook("log", URI.create("http://127.0.0.1:9000/"), null, Severity.HIGH));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          webhooks: []                                              | must name webhooks, had none
          webhooks: [                                               | must be YAML, was not
          webhooks: [{name: a, url: 'https://evil.org/s3cret'}]     | address of webhook a must be one of
          webhooks: [{name: a, url: 'https://[s3cret'}]             | url of webhook a must be a URL
          webhooks: [{name: a}]                                     | must have a url
          webhooks: [{name: 'a b', url: 'http://127.0.0.1:9000/'}]  | name of a webhook
          webhooks: [{name: a, url: 'http://127.0.0.1:9000', x: 1}] | must be one of [name, severity, token-file, url], was x
          webhooks: [{name: a, url: 'http://127.0.0.1:9000', severity: bad}] | severity of webhook a must be
          webhooks: [{name: a, url: 'http://127.0.0.1:9000'}, {name: a, url: 'http://127.0.0.1:9000'}] | was a twice
          """)
  void whatIsWrongIsNamedWithoutTheSecret(String yaml, String message) {
    assertThatThrownBy(() -> read(yaml))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(message)
        .hasMessageNotContaining("s3cret");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "\n", "s3cret\u0001", "s3cret twice", "s3cret\u00e9"})
  void aTokenThatNoHeaderCanHoldIsRefusedWithoutBeingShown(String content) throws IOException {
    Path token = Files.writeString(directory.resolve("token"), content);
    String yaml = "webhooks: [{name: a, url: 'http://127.0.0.1:9000/', token-file: '%s'}]";

    assertThatThrownBy(() -> read(yaml.formatted(token)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("token of webhook a must be 1 or more visible ASCII characters");
  }

  @Test
  void optionsOfTheCommandLineAreUnderstood() throws IOException {
    Path password = Files.writeString(directory.resolve("password"), "pw\n");
    AlertFlags flags = new AlertFlags();
    new CommandLine(new Command(flags))
        .parseArgs(
            "--feed=out",
            "--store=jdbc:postgresql://h/db",
            "--store-user=u",
            "--store-password-file=" + password,
            "--retention-days=7",
            "--score-window=10",
            "--external-url=http://caddis");
    AlertOptions options = flags.options();

    assertThat(options.feed()).isEqualTo(Path.of("out"));
    assertThat(options.storePassword()).isEqualTo("pw");
    assertThat(options.retention()).hasDays(7);
    assertThat(options.scoreWindow()).isEqualTo(10);
    assertThat(options.toString()).doesNotContain("pw");
    AlertFlags wrong = new AlertFlags();
    new CommandLine(new Command(wrong)).parseArgs("--retention-days=0");
    assertThatThrownBy(wrong::options).hasMessage("--retention-days must be 1 to 36500, was 0");
  }

  @CommandLine.Command
  private static final class Command {
    @CommandLine.Mixin private final AlertFlags flags;

    Command(AlertFlags flags) {
      this.flags = flags;
    }
  }

  private List<Webhook> read(String yaml) throws IOException {
    return WebhookFile.read(Files.writeString(directory.resolve("webhooks.yaml"), yaml), ALLOWED);
  }
}
