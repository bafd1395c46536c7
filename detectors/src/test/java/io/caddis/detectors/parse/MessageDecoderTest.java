// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.detectors.parse;

import static org.assertj.core.api.Assertions.assertThat;

import io.caddis.detectors.event.Parsed;
import io.caddis.detectors.event.Rejection;
import io.caddis.detectors.event.RejectionReason;
import io.caddis.detectors.feature.Encoding;
import io.caddis.detectors.feature.Feature;
import io.caddis.detectors.feature.FeatureSchema;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MessageDecoderTest {
  private static final RecordLayout LAYOUT =
      RecordLayout.of(
          "timestamp", "key", new FeatureSchema(List.of(new Feature("x", Encoding.NUMERIC))));
  private static final Limits LIMITS = new Limits(64, 8, 64, 64, 64, 64, 8);

  private final MessageDecoder json = MessageDecoder.json("topic-3", LAYOUT, LIMITS);
  private final MessageDecoder csv = MessageDecoder.csv("topic-3", LAYOUT, LIMITS);

  private static Parsed decode(MessageDecoder decoder, @Nullable String message, long position) {
    return decoder.decode(
        message == null ? null : message.getBytes(StandardCharsets.UTF_8), position);
  }

  @Test
  void aMessageIsAReadingOfItsSourceAndPosition() {
    Parsed outcome = decode(json, "{\"timestamp\":1767225600,\"key\":\"s\",\"x\":1.5}\r\n", 42);

    assertThat(outcome.rejection()).isNull();
    assertThat(outcome.reading())
        .satisfies(
            reading -> {
              assertThat(reading.source()).isEqualTo(SourceId.of("topic-3"));
              assertThat(reading.position()).isEqualTo(42);
              assertThat(reading.key()).isEqualTo("s");
              assertThat(reading.numbers()).containsExactly(1.5);
            });
    assertThat(decode(csv, "1767225600,s,1.5\n", 43).reading().numbers()).containsExactly(1.5);
  }

  @Test
  void aSensorToldBesideTheMessageIsItsKeyWhenItCanBeOne() {
    byte[] message = "{\"timestamp\":1767225600,\"x\":1}".getBytes(StandardCharsets.UTF_8);
    MessageDecoder keyless =
        MessageDecoder.json(
            "broker",
            RecordLayout.of(
                "timestamp", null, new FeatureSchema(List.of(new Feature("x", Encoding.NUMERIC)))),
            LIMITS);

    assertThat(keyless.decode(message, 1, "plant/s1").reading().key()).isEqualTo("plant/s1");
    for (String wrong : new String[] {" ", "a\u0007", "s".repeat(65)}) {
      Parsed outcome = keyless.decode(message, 2, wrong);
      assertThat(outcome.reading()).isNull();
      assertThat(outcome.rejection().reason()).isEqualTo(RejectionReason.INVALID_KEY);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"", " ", "\n", "\r\n\r\n"})
  void aBlankMessageAndATombstoneAreRejectedAndNotSkipped(String blank) {
    for (String message : new String[] {blank, null}) {
      Rejection rejection = Objects.requireNonNull(decode(json, message, 7).rejection());
      assertThat(rejection.reason()).isEqualTo(RejectionReason.NO_USABLE_VALUE);
      assertThat(rejection.detail()).endsWith(message == null ? "a tombstone" : "blank");
      assertThat(rejection.source()).isEqualTo("topic-3");
      assertThat(rejection.position()).isEqualTo(7);
    }
  }

  @Test
  void aMessageOfTheGreatestLengthIsReadAndALongerOneIsRejectedWithItsBeginning() {
    String reading = "{\"timestamp\":1767225600,\"key\":\"s\",\"x\":1.5}";
    String longest = reading + " ".repeat(LIMITS.lineBytes() - reading.length());

    assertThat(decode(json, longest, 0).reading()).isNotNull();
    Rejection rejection = Objects.requireNonNull(decode(json, longest + " ", 1).rejection());
    assertThat(rejection.reason()).isEqualTo(RejectionReason.LINE_TOO_LONG);
    assertThat(rejection.length()).isEqualTo(LIMITS.lineBytes() + 1L);
    assertThat(rejection.raw()).isEqualTo("{\"timest".getBytes(StandardCharsets.UTF_8));
  }

  @Property
  void anyMessageHasOneOutcome(@ForAll byte[] message, @ForAll boolean asJson) {
    Parsed outcome = (asJson ? json : csv).decode(message, 1);
    assertThat(outcome.reading() != null || outcome.rejection() != null).isTrue();
  }
}
