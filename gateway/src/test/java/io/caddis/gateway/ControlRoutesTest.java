// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.caddis.detectors.control.CommandJson;
import io.caddis.gateway.TestGateway.Answer;
import io.caddis.gateway.access.TokenFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class ControlRoutesTest {
  @TempDir Path directory;

  private Path control;
  private Path output;
  private TestGateway gateway;

  @BeforeEach
  void start() {
    control = directory.resolve("control");
    output = directory.resolve("output");
    gateway = gateway(null);
  }

  private TestGateway gateway(Path tokens) {
    return new TestGateway(
        new TestOptions(directory.resolve("models")).tokens(tokens).control(control).build(),
        TestGateway.alerts(output, directory.resolve("gateway.db").toString()),
        Clock.systemUTC());
  }

  @AfterEach
  void stop() {
    gateway.close();
  }

  private List<JsonNode> commands() throws IOException {
    try (Stream<Path> files = Files.list(control)) {
      return files.sorted().map(file -> JsonMapper.shared().readTree(file)).toList();
    }
  }

  private void said(String folder, String... lines) throws IOException {
    Path results = Files.createDirectories(output.resolve(folder));
    Files.write(results.resolve(folder + "-1.jsonl"), List.of(lines));
  }

  @Test
  void theSameCommandIsSentOnceHoweverOftenItIsAskedFor() throws IOException {
    String mute = "{\"id\": \"a\", \"type\": \"mute\", \"sensors\": \"pump-*\"}";

    Answer first = gateway.post("/api/control", mute);
    Answer again = gateway.post("/api/control", mute);
    Answer other = gateway.post("/api/control", "{\"id\": \"a\", \"type\": \"unmute\"}");

    assertThat(first.status()).isEqualTo(202);
    assertThat(first.json().get("state").asString()).isEqualTo("sent");
    assertThat(again.status()).isEqualTo(200);
    assertThat(again.json()).isEqualTo(first.json());
    assertThat(other.status()).isEqualTo(409);
    assertThat(commands()).containsExactly(JsonMapper.shared().readTree(mute));
  }

  @Test
  void withoutAnIdEachIsACommandOfItsOwn() throws IOException {
    for (int i = 0; i < 2; i++) {
      assertThat(gateway.post("/api/control", "{\"type\": \"rollback\"}").status()).isEqualTo(202);
    }

    assertThat(commands()).extracting(command -> command.get("id")).doesNotHaveDuplicates();
  }

  @Test
  void everyTypeOfTheContractIsOneThatJobsKnow() {
    List<String> types =
        gateway
            .get("/openapi.json")
            .json()
            .at("/components/schemas/CommandRequest/properties/type/enum")
            .valueStream()
            .map(JsonNode::asString)
            .toList();

    assertThat(types).containsExactlyElementsOf(CommandJson.types());
  }

  @Test
  void whatTheJobSaidIsTold() throws IOException {
    for (String id : List.of("a", "b", "c")) {
      gateway.post("/api/control", "{\"id\": \"%s\", \"type\": \"mute\"}".formatted(id));
    }
    Files.writeString(control.resolve("z.json"), "{}");
    String line =
        "{\"command\":\"%s\",\"state\":\"%s\",\"effective_from\":\"2026-01-01T00:00:00Z\","
            + "\"subtask\":%d,\"subtasks\":2,\"reason\":\"no\"}";
    said(
        "control",
        line.formatted("a", "applied", 0),
        line.formatted("a", "applied", 1),
        line.formatted("b", "applied", 1),
        line.formatted("c", "refused", 0));

    assertThat(gateway.get("/api/control/a").body())
        .contains("\"applied\",\"applied\":2,\"subtasks\":2", "from\":\"2026-01-01T00:00:00Z");
    assertThat(gateway.get("/api/control/b").body()).contains("\"sent\",\"applied\":1");
    assertThat(gateway.get("/api/control/c").body())
        .contains("\"state\":\"refused\"", "\"reason\":\"no\"");
    assertThat(gateway.get("/api/control/d").status()).isEqualTo(404);
    JsonNode newest = gateway.get("/api/control?limit=2").json();
    assertThat(newest.get("total").asInt()).isEqualTo(4);
    assertThat(newest.get("commands"))
        .extracting(command -> command.get("id").asString())
        .containsExactly("z.json", "c");
    assertThat(newest.at("/commands/0/reason").asString()).contains("type must be one of");
    assertThat(gateway.asked()).isEqualTo(ContractCheck.operations("control"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{'type': 'explode'} | /type",
        "{'type': 'mute', 'id': '../x'} | /id",
        "{'type': 'mute', 'until': 'soon'} | /until",
        "{'type': 'set_threshold', 'threshold': 2} | /threshold",
        "{'type': 'mute', 'effective_from': '2026-01-02T00:00:00Z', 'until': '2026-01-01T00:00:00Z'} | /until",
        "{'type': 'set_threshold'} | ''",
        "{'type': 'mute', 'threshold': 0.5} | ''",
        "{'type': 'promote', 'model': '../x'} | ''",
        "{} | /type"
      })
  void whatIsNoCommandIsRefusedByItsField(String json, String pointer) throws IOException {
    Answer answer = gateway.post("/api/control", json.replace('\'', '"'));

    assertThat(answer.status()).isEqualTo(422);
    assertThat(answer.json().at("/errors/0/pointer").asString()).isEqualTo(pointer);
    assertThat(commands()).isEmpty();
  }

  @Test
  void aLoadedModelIsToScoreInTheJobUnlessItIsSaidNotTo() throws IOException {
    gateway.post(
        "/v1/anomaly/fit", "{\"model\": \"p\", \"backend\": \"zscore\", \"data\": [[1], [2]]}");
    String version =
        gateway.post("/v1/anomaly/save", "{\"model\": \"p\"}").json().get("version").asString();

    assertThat(gateway.post("/v1/anomaly/load", "{\"model\": \"p\", \"job\": false}").body())
        .doesNotContain("\"job\"");
    assertThat(commands()).isEmpty();

    Answer loaded = gateway.post("/v1/anomaly/load", "{\"model\": \"p\", \"group\": \"g\"}");
    String id = loaded.json().at("/job/id").asString();
    assertThat(loaded.json().at("/job/state").asString()).isEqualTo("sent");
    assertThat(commands())
        .containsExactly(
            JsonMapper.shared()
                .readTree(
                    "{\"id\": \"%s\", \"type\": \"promote\", \"model\": \"p_zscore\", \"version\": \"%s\", \"group\": \"g\"}"
                        .formatted(id, version)));
    assertThat(gateway.get("/api/control/" + id).status()).isEqualTo(200);
  }

  @Test
  void anotherChampionIsToScoreInTheJobToo() throws IOException {
    String fit = "{\"model\": \"p\", \"backend\": \"zscore\", \"data\": [[1], [%d]]}";
    List<String> versions = new ArrayList<>();
    for (int value = 2; value <= 3; value++) {
      gateway.post("/v1/anomaly/fit", fit.formatted(value));
      versions.add(
          gateway.post("/v1/anomaly/save", "{\"model\": \"p\"}").json().get("version").asString());
    }
    String model = "/api/registry/p_zscore";
    String first = "{\"version\": \"%s\"%s}";

    gateway.post(model + "/promote", first.formatted(versions.get(0), ", \"job\": false"));
    assertThat(gateway.post(model + "/rollback", "{\"job\": false}").status()).isEqualTo(200);
    assertThat(commands()).isEmpty();

    JsonNode promoted =
        gateway.post(model + "/promote", first.formatted(versions.get(0), "")).json();
    String id = promoted.at("/job/id").asString();
    assertThat(promoted.get("champion").asString()).isEqualTo(versions.get(0));
    assertThat(promoted.at("/commands/0")).isEqualTo(promoted.get("job"));
    said(
        "control",
        "{\"command\":\"%s\",\"state\":\"applied\",\"subtask\":0,\"subtasks\":1}".formatted(id));
    JsonNode told = gateway.get(model).json().at("/commands/0");
    assertThat(told.get("state").asString()).isEqualTo("applied");
    assertThat(told.get("version").asString()).isEqualTo(versions.get(0));

    gateway.post(model + "/rollback", "");
    assertThat(commands())
        .extracting(c -> c.get("type").asString() + " " + c.get("version").asString())
        .containsExactly("promote " + versions.get(0), "promote " + versions.get(1));
    assertThat(gateway.get(model).json().get("champion").asString()).isEqualTo(versions.get(1));
  }

  @Test
  void theJobIsToldToRetrainAndSaysWhatBecameOfIt() throws IOException {
    Answer told = gateway.post("/retrain", "{\"group\": \"pumps\"}");

    String id = told.json().at("/job/id").asString();
    assertThat(told.status()).isEqualTo(202);
    assertThat(told.json().get("trainer").asString()).isEqualTo("job");
    assertThat(told.json().at("/job/state").asString()).isEqualTo("sent");
    assertThat(commands())
        .containsExactly(
            JsonMapper.shared()
                .readTree(
                    "{\"group\": \"pumps\", \"type\": \"retrain\", \"id\": \"%s\"}".formatted(id)));
    said(
        "control",
        "{\"command\":\"%s\",\"state\":\"applied\",\"subtask\":1,\"subtasks\":1}".formatted(id));
    assertThat(gateway.get("/api/control/" + id).json().get("state").asString())
        .isEqualTo("applied");
    assertThat(gateway.post("/retrain", "").json().at("/job/id").asString()).isNotEqualTo(id);
  }

  @Test
  void whatTheJobCannotTrainIsTrainedInProcess() throws IOException {
    gateway.post("/train?backend=zscore", "{\"transactions\": [[1], [2]]}");

    Answer here = gateway.post("/retrain", "{\"job\": false}");
    assertThat(here.json().get("trainer").asString()).isEqualTo("in_process");
    assertThat(commands()).isEmpty();
    assertThat(gateway.post("/retrain?model=m", "").json().get("trainer").asString())
        .isEqualTo("in_process");
    assertThat(commands()).extracting(c -> c.get("type").asString()).containsExactly("promote");
  }

  @Test
  void aRetrainedModelIsToScoreInTheJobUnlessItIsSaidNotTo() throws IOException {
    gateway.post("/train?backend=zscore", "{\"transactions\": [[1], [2]]}");
    gateway.post("/retrain", "{\"job\": false}");
    assertThat(commands()).isEmpty();

    JsonNode retrained = gateway.post("/retrain", "{\"transactions\": [[3], [4]]}").json();

    assertThat(retrained.get("trainer").asString()).isEqualTo("in_process");
    assertThat(commands())
        .singleElement()
        .satisfies(
            command -> {
              assertThat(command.get("id")).isEqualTo(retrained.at("/job/id"));
              assertThat(command.get("type").asString()).isEqualTo("promote");
              assertThat(command.get("model").asString()).isEqualTo("m");
              assertThat(command.get("version")).isEqualTo(retrained.get("version"));
            });
  }

  @Test
  void commandsAreForAdmins() throws IOException {
    gateway.close();
    Path tokens = directory.resolve("tokens.json");
    String[] read = token(tokens, "grafana", Role.READ);
    String[] score = token(tokens, "line", Role.SCORE);
    String[] admin = token(tokens, "ops", Role.ADMIN);
    gateway = gateway(tokens);
    String rollback = "{\"type\": \"rollback\"}";

    assertThat(gateway.post("/api/control", rollback, score).status()).isEqualTo(403);
    assertThat(gateway.post("/api/control", rollback, admin).status()).isEqualTo(202);
    assertThat(gateway.get("/api/control").status()).isEqualTo(401);
    assertThat(gateway.post("/api/control", rollback, read).status()).isEqualTo(403);
  }

  private static String[] token(Path file, String name, Role role) throws IOException {
    String token = new TokenFile(file).create(name, role, Instant.EPOCH);
    return new String[] {"Authorization", "Bearer " + token};
  }

  @Test
  void withoutAJobThereIsNobodyToCommand() throws IOException {
    try (TestGateway alone = new TestGateway(directory.resolve("models"))) {
      assertThat(alone.post("/api/control", "{\"type\": \"rollback\"}").status()).isEqualTo(409);
      assertThat(alone.get("/api/control").body()).contains("started with --control");
    }
  }

  @Test
  void aDirectoryThatIsGoneIsUnhealthyAndTold() throws IOException {
    assertThat(gateway.get("/health").body()).contains("\"control\":true");

    Files.delete(control);

    assertThat(gateway.get("/health").body()).contains("\"control\":false");
    assertThat(gateway.post("/api/control", "{\"type\": \"rollback\"}").status()).isEqualTo(503);
  }
}
