// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import io.caddis.gateway.TestGateway.Answer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.GenerationMode;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.lifecycle.AfterContainer;
import net.jqwik.api.lifecycle.BeforeContainer;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** Valid requests with one thing changed. */
class GarbledRequestsTest {
  private static final String[][] REQUESTS = {
    {"/predict", "PredictRequest", "{\"data\": {\"a\": 1, \"b\": \"x\"}, \"threshold\": 0.5}"},
    {"/predict", "PredictRequest", "{\"rows\": [{\"a\": 1}, {\"a\": 2, \"b\": \"y\"}]}"},
    {"/predict", "PredictRequest", "{\"values\": [1, \"x\"]}"},
    {"/predict", "PredictRequest", "{\"features\": [[1, \"x\"], [2, \"y\"]]}"},
    {"/predict/batch", "BatchRequest", "{\"transactions\": [{\"a\": 1}, {\"a\": 2}]}"},
    {"/prediction", "VectorRequest", "{\"feature_vector\": [1, \"x\"], \"score\": true}"},
    {"/v1/anomaly/score", "ScoreRequest", "{\"model\": \"m\", \"data\": [[1, \"x\"], [2, \"y\"]]}"},
    {
      "/v1/anomaly/fit",
      "FitRequest",
      "{\"model\": \"f\", \"backend\": \"zscore\", \"data\": [[1, 2], [3, 4], [5, 7]],"
          + " \"contamination\": 0.1, \"schema\": {\"f0\": \"numeric\"}}"
    },
    {"/v1/anomaly/load", "NameRequest", "{\"model\": \"m\"}"},
  };

  private static final String[] HOSTILE = {
    "null",
    "true",
    "-1",
    "1e400",
    "1e-400",
    "-0.0",
    "9007199254740993",
    "\"\"",
    "\"a\"",
    "\"..\"",
    "\"../../x\"",
    "\"\\u0000\"",
    "\"\\ud800\"",
    "[]",
    "{}",
    "[[]]",
    "[1]",
    "{\"a\": 1}",
    "{\"a\": {\"a\": {\"a\": 1}}}",
    "99999999999999999999999999999999",
    "\"NaN\"",
    "NaN",
    "[1, [2, [3, [4]]]]",
    "\"2026-13-45T99:99:99\"",
    "{\"\": 1}",
    "1.7976931348623157e308"
  };

  private static Path directory;
  private static TestGateway gateway;

  @BeforeContainer
  static void start() throws IOException {
    directory = Files.createTempDirectory("gateway");
    gateway = new TestGateway(directory);
    gateway.post(
        "/train?model=m",
        "{\"transactions\": [{\"a\": 1, \"b\": \"x\"}, {\"a\": 2, \"b\": \"y\"}]}");
    gateway.post(
        "/train", "{\"transactions\": [{\"a\": 1, \"b\": \"x\"}, {\"a\": 2, \"b\": \"y\"}]}");
  }

  @AfterContainer
  static void stop() {
    gateway.close();
  }

  /** A request, what is changed in it, and to what. */
  record Garbled(int request, int place, String value) {
    String path() {
      return REQUESTS[request][0];
    }

    /** The body with the value in place of the place-th one, in the order of the text. */
    String body() {
      String body = REQUESTS[request][2];
      java.util.regex.Matcher values =
          java.util.regex.Pattern.compile("(?<=[:\\[,] ?)(\"[^\"]*\"(?!:)|[0-9.]+|true|\\[|\\{)")
              .matcher(body);
      int count = 0;
      while (values.find()) {
        count++;
      }
      int chosen = place % count;
      values.reset();
      for (int i = 0; i <= chosen; i++) {
        values.find();
      }
      return body.substring(0, values.start()) + value + body.substring(end(body, values.start()));
    }

    private static int end(String body, int start) {
      char first = body.charAt(start);
      if (first != '[' && first != '{') {
        java.util.regex.Matcher token =
            java.util.regex.Pattern.compile("\"[^\"]*\"|[0-9.]+|true").matcher(body);
        token.find(start);
        return token.end();
      }
      int depth = 0;
      int at = start;
      do {
        depth +=
            "[{".indexOf(body.charAt(at)) >= 0 ? 1 : "]}".indexOf(body.charAt(at)) >= 0 ? -1 : 0;
        at++;
      } while (depth > 0);
      return at;
    }
  }

  @Provide
  Arbitrary<Garbled> garbled() {
    return Combinators.combine(
            Arbitraries.integers().between(0, REQUESTS.length - 1),
            Arbitraries.integers().between(0, 9),
            Arbitraries.of(HOSTILE))
        .as(Garbled::new);
  }

  @Property(tries = 2400, generation = GenerationMode.EXHAUSTIVE)
  void areAnsweredAndNeverServedAgainstTheContract(@ForAll("garbled") Garbled garbled) {
    String body = garbled.body();

    Answer answer = gateway.post(garbled.path(), body);

    assertThat(answer.status()).as(body).isBetween(200, 499);
    if (!allowed(REQUESTS[garbled.request()][1], body)) {
      assertThat(answer.status())
          .as("%s breaks the contract: %s", body, answer.body())
          .isNotEqualTo(200);
    }
  }

  @Property(tries = 300)
  void bytesOfAnyKindAreAnswered(@ForAll byte[] bytes, @ForAll("garbled") Garbled garbled) {
    byte[] body = garbled.body().getBytes(StandardCharsets.UTF_8);
    for (int i = 0; i < bytes.length && body.length > 0; i++) {
      body[Math.floorMod(31 * i + bytes[i], body.length)] ^= bytes[i];
    }

    assertThat(gateway.post(garbled.path(), body).status()).isBetween(200, 499);
  }

  private static boolean allowed(String component, String body) {
    JsonNode parsed;
    try {
      parsed = JsonMapper.shared().readTree(body);
    } catch (tools.jackson.core.JacksonException e) {
      return false;
    }
    JsonNode schemas = ContractCheck.document().at("/components/schemas");
    ObjectNode root = ((ObjectNode) schemas.get(component)).deepCopy();
    root.putObject("components").set("schemas", schemas);
    Schema schema =
        SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12).getSchema(root);
    return schema.validate(parsed).isEmpty();
  }
}
