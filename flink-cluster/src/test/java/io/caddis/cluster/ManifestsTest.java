// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import com.networknt.schema.InputFormat;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import io.caddis.jobs.Caddis;
import io.caddis.jobs.spec.SpecLoader;
import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.Field;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.CoreOptions;
import org.apache.flink.configuration.ExecutionOptions;
import org.apache.flink.configuration.HeartbeatManagerOptions;
import org.apache.flink.configuration.HighAvailabilityOptions;
import org.apache.flink.configuration.JobManagerOptions;
import org.apache.flink.configuration.PipelineOptions;
import org.apache.flink.configuration.RestOptions;
import org.apache.flink.configuration.RestartStrategyOptions;
import org.apache.flink.configuration.StateBackendOptions;
import org.apache.flink.configuration.TaskManagerOptions;
import org.apache.flink.configuration.WebOptions;
import org.apache.flink.metrics.prometheus.PrometheusReporterFactory;
import org.apache.flink.runtime.util.EnvironmentInformation;
import org.apache.kafka.common.utils.AppInfoParser;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;
import tools.jackson.dataformat.yaml.YAMLMapper;

/** What is shipped to deploy with is valid and names what there is; no engine runs it here. */
class ManifestsTest {
  private static final Path HOME = Path.of("..");
  private static final Path COMPOSE = Path.of("compose.yaml");
  private static final Path KUBERNETES = Path.of("kubernetes");
  private static final YAMLMapper YAML = new YAMLMapper();
  private static final Set<String> DELIBERATELY_OTHER =
      Set.of(
          "jobmanager.rpc.address",
          "jobmanager.bind-host",
          "taskmanager.bind-host",
          "rest.address",
          "rest.bind-address",
          "taskmanager.memory.managed.fraction",
          "taskmanager.memory.process.size",
          "jobmanager.memory.process.size",
          "taskmanager.numberOfTaskSlots",
          "state.backend.type",
          "metrics.reporter.prom.factory.class",
          "metrics.reporter.prom.port");

  private static List<Path> manifests() throws IOException {
    try (Stream<Path> files = Files.list(KUBERNETES)) {
      return files.sorted().toList();
    }
  }

  private static List<JsonNode> documents(Path file) throws IOException {
    List<JsonNode> documents = new ArrayList<>();
    for (String document : Files.readString(file).split("(?m)^---$")) {
      documents.add(YAML.readTree(document));
    }
    return documents;
  }

  private static List<JsonNode> documents(String kind) throws IOException {
    List<JsonNode> found = new ArrayList<>();
    for (Path file : manifests()) {
      for (JsonNode document : documents(file)) {
        if (document.get("kind").asString().equals(kind)) {
          found.add(document);
        }
      }
    }
    return found;
  }

  private static Set<String> names(String kind) throws IOException {
    Set<String> names = new TreeSet<>();
    documents(kind).forEach(document -> names.add(document.at("/metadata/name").asString()));
    return names;
  }

  private static JsonNode compose() throws IOException {
    JsonNode compose = YAML.readTree(Files.readString(COMPOSE));
    for (JsonNode service : compose.get("services")) {
      // The parser leaves merging to its caller.
      JsonNode merged = ((ObjectNode) service).remove("<<");
      if (merged != null) {
        ObjectNode inherited = (ObjectNode) compose.get("x-" + merged.asString());
        inherited
            .properties()
            .forEach(each -> ((ObjectNode) service).putIfAbsent(each.getKey(), each.getValue()));
      }
    }
    return compose;
  }

  private static Schema schema(String name, SpecificationVersion version) throws IOException {
    try (InputStream in = ManifestsTest.class.getResourceAsStream("/schemas/" + name)) {
      String text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
      return SchemaRegistry.withDefaultDialect(version).getSchema(text, InputFormat.JSON);
    }
  }

  @ParameterizedTest
  @MethodSource("manifests")
  void manifestsAreValidAndNoFieldIsMisspelt(Path file) throws IOException {
    Schema kubernetes = schema("kubernetes.json", SpecificationVersion.DRAFT_7);
    for (JsonNode document : documents(file)) {
      assertThat(kubernetes.validate(document)).isEmpty();
    }
  }

  @Test
  void aMisspeltFieldIsNoticed() throws IOException {
    String gateway = Files.readString(KUBERNETES.resolve("gateway.yaml"));
    JsonNode wrong = YAML.readTree(gateway.split("---")[0].replace("runAsNonRoot", "runAsNoRoot"));
    assertThat(schema("kubernetes.json", SpecificationVersion.DRAFT_7).validate(wrong))
        .isNotEmpty();
  }

  @Test
  void theComposeFileIsValid() throws IOException {
    Schema compose = schema("compose-spec.json", SpecificationVersion.DRAFT_2019_09);
    assertThat(compose.validate(compose())).isEmpty();
    assertThat(compose.validate(YAML.readTree("services: {a: {imago: b}}"))).isNotEmpty();
  }

  /** Options of Flink in a text of {@code key: value} lines or a map. */
  private static Map<String, String> options(JsonNode node) {
    Map<String, String> options = new TreeMap<>();
    node.properties().forEach(e -> options.put(e.getKey(), e.getValue().asString()));
    return options;
  }

  private static List<Map<String, String>> flinkOptions() throws IOException {
    List<Map<String, String>> all = new ArrayList<>();
    for (JsonNode deployment : documents("FlinkDeployment")) {
      all.add(options(deployment.at("/spec/flinkConfiguration")));
    }
    all.add(
        options(YAML.readTree(compose().at("/x-flink/environment/FLINK_PROPERTIES").asString())));
    return all;
  }

  private static Set<String> knownOptions() throws IllegalAccessException {
    Set<String> keys = new HashSet<>();
    for (Class<?> options :
        List.of(
            CheckpointingOptions.class,
            CoreOptions.class,
            ExecutionOptions.class,
            HeartbeatManagerOptions.class,
            HighAvailabilityOptions.class,
            JobManagerOptions.class,
            PipelineOptions.class,
            RestOptions.class,
            RestartStrategyOptions.class,
            StateBackendOptions.class,
            TaskManagerOptions.class,
            WebOptions.class)) {
      for (Field field : options.getFields()) {
        if (field.getType() == ConfigOption.class) {
          keys.add(((ConfigOption<?>) field.get(null)).key());
        }
      }
    }
    return keys;
  }

  @Test
  void optionsOfFlinkExistAndAreThoseOfTheShippedConfiguration() throws Exception {
    Map<String, String> shipped = FlinkConfigFile.read(HOME.resolve("conf/config.yaml"));
    Set<String> known = knownOptions();
    for (Map<String, String> options : flinkOptions()) {
      assertThat(options).hasSizeGreaterThan(8);
      options.forEach(
          (key, value) -> {
            if (!key.startsWith("metrics.reporter.prom.")) {
              assertThat(known).contains(key);
            }
            if (shipped.containsKey(key) && !DELIBERATELY_OTHER.contains(key)) {
              assertThat(value).as(key).isEqualTo(shipped.get(key));
            }
          });
      assertThat(options)
          .containsEntry(
              "metrics.reporter.prom.factory.class", PrometheusReporterFactory.class.getName());
    }
  }

  @Test
  void imagesHaveTheVersionsThatAreTested() throws IOException {
    assertThat(Files.readString(Path.of("flink.Dockerfile")))
        .contains("FROM flink:" + EnvironmentInformation.getVersion() + "-java17\n");
    assertThat(compose().at("/services/kafka/image").asString())
        .isEqualTo("apache/kafka:" + AppInfoParser.getVersion());
    String[] version = EnvironmentInformation.getVersion().split("\\.");
    for (JsonNode deployment : documents("FlinkDeployment")) {
      assertThat(deployment.at("/spec/flinkVersion").asString())
          .isEqualTo("v" + version[0] + "_" + version[1]);
      assertThat(deployment.at("/spec/image")).isEqualTo(compose().at("/x-flink/image"));
    }
    assertThat(documents("Deployment").get(0).at("/spec/template/spec/containers/0/image"))
        .isEqualTo(compose().at("/services/gateway/image"));
  }

  @Test
  void theJobTakesItsArgumentsAndSpecifications(@TempDir Path directory) throws IOException {
    JsonNode job = documents("FlinkDeployment").get(0).at("/spec/job");
    assertThat(job.get("entryClass").asString()).isEqualTo(Caddis.class.getName());
    JsonNode command = compose().at("/services/jobmanager/command");
    List<String> composed = command.valueStream().map(JsonNode::asString).toList();
    List<String> args = job.get("args").valueStream().map(JsonNode::asString).toList();
    assertThat(composed)
        .startsWith("standalone-job", "--job-classname", Caddis.class.getName())
        .endsWith(args.toArray(String[]::new));
    assertThat(Files.readString(Path.of("flink.Dockerfile")))
        .contains(" " + job.get("jarURI").asString().replace("local://", ""));

    Path kubernetes = directory.resolve("kubernetes.yaml");
    Files.writeString(
        kubernetes, documents("ConfigMap").get(0).get("data").get("pipeline.yaml").asString());
    for (Path pipeline : List.of(kubernetes, Path.of("compose/pipeline.yaml"))) {
      List<String> here = new ArrayList<>(args);
      here.set(here.indexOf("/etc/caddis/pipeline.yaml"), pipeline.toString());
      here.add("--validate-only");
      CaddisCli.run(here.toArray(String[]::new));
      SpecLoader loader = new SpecLoader(name -> null);
      loader.file(pipeline);
      assertThat(loader.load().sink().directory()).isEqualTo("/data/results");
    }
  }

  @Test
  void whatIsMountedIsThere() throws IOException {
    for (JsonNode service : compose().get("services")) {
      for (JsonNode volume : service.path("volumes")) {
        String source = volume.asString().split(":")[0];
        if (source.startsWith(".")) {
          assertThat(Path.of(source)).exists();
        } else {
          assertThat(compose().get("volumes").has(source)).as(source).isTrue();
        }
      }
      for (JsonNode secret : service.path("secrets")) {
        assertThat(compose().get("secrets").has(secret.asString())).isTrue();
      }
    }
    List<JsonNode> pods = new ArrayList<>();
    documents("FlinkDeployment").forEach(each -> pods.add(each.at("/spec/podTemplate/spec")));
    documents("Deployment").forEach(each -> pods.add(each.at("/spec/template/spec")));
    for (JsonNode pod : pods) {
      Set<String> volumes = new HashSet<>();
      for (JsonNode volume : pod.get("volumes")) {
        volumes.add(volume.get("name").asString());
        if (volume.has("persistentVolumeClaim")) {
          assertThat(names("PersistentVolumeClaim"))
              .contains(volume.at("/persistentVolumeClaim/claimName").asString());
        }
        if (volume.has("configMap")) {
          assertThat(names("ConfigMap")).contains(volume.at("/configMap/name").asString());
        }
      }
      for (JsonNode mount : pod.at("/containers/0/volumeMounts")) {
        assertThat(volumes).contains(mount.get("name").asString());
      }
    }
  }

  @Test
  void theGatewayCommandsTheJobFromFoldersThatBothWrite() throws IOException {
    JsonNode pod = documents("Deployment").get(0).at("/spec/template/spec");
    List<String> args = pod.at("/containers/0/args").valueStream().map(JsonNode::asString).toList();
    JsonNode pipeline =
        YAML.readTree(documents("ConfigMap").get(0).get("data").get("pipeline.yaml").asString());

    assertThat(args)
        .contains(
            "--feed=" + pipeline.at("/sink/directory").asString(),
            "--control=" + pipeline.at("/control/directory").asString(),
            "--registry=" + pipeline.at("/control/registry").asString());
    for (JsonNode deployment : documents("FlinkDeployment")) {
      JsonNode job = deployment.at("/spec/podTemplate/spec");
      for (String id : List.of("runAsUser", "runAsGroup", "fsGroup")) {
        assertThat(pod.at("/securityContext/" + id)).isEqualTo(job.at("/securityContext/" + id));
      }
      JsonNode data = job.at("/volumes/0");
      assertThat(pod.get("volumes")).contains(data);
    }
  }

  @Test
  void containersMayDoNoMoreThanTheyMust() throws IOException {
    for (JsonNode deployment : documents("FlinkDeployment")) {
      restricted(deployment.at("/spec/podTemplate/spec"));
      assertThat(deployment.at("/spec/flinkConfiguration/web.submit.enable").asString())
          .isEqualTo("false");
    }
    JsonNode gateway = documents("Deployment").get(0).at("/spec/template/spec");
    restricted(gateway);
    assertThat(gateway.at("/containers/0/securityContext/readOnlyRootFilesystem").asBoolean())
        .isTrue();
    compose()
        .get("services")
        .properties()
        .forEach(
            service -> {
              JsonNode it = service.getValue();
              for (JsonNode port : it.path("ports")) {
                assertThat(port.asString()).as(service.getKey()).startsWith("127.0.0.1:");
              }
              assertThat(it.has("restart")).as(service.getKey()).isTrue();
            });
    assertThat(compose().at("/networks/flink/internal").asBoolean()).isTrue();
  }

  private static void restricted(JsonNode pod) {
    assertThat(pod.at("/securityContext/runAsNonRoot").asBoolean()).isTrue();
    assertThat(pod.at("/securityContext/seccompProfile/type").asString())
        .isEqualTo("RuntimeDefault");
    JsonNode container = pod.at("/containers/0/securityContext");
    assertThat(container.get("allowPrivilegeEscalation").asBoolean(true)).isFalse();
    assertThat(container.at("/capabilities/drop/0").asString()).isEqualTo("ALL");
  }

  @Test
  void portsAndOptionsOfTheGatewayAreThoseThatItHas() throws IOException {
    Set<String> known = new TreeSet<>();
    Pattern option = Pattern.compile("names = \"(--[a-z-]+)\"");
    try (Stream<Path> sources = Files.walk(HOME.resolve("gateway/src/main/java"))) {
      for (Path source : sources.filter(file -> file.toString().endsWith(".java")).toList()) {
        Matcher matcher = option.matcher(Files.readString(source));
        while (matcher.find()) {
          known.add(matcher.group(1));
        }
      }
    }
    JsonNode container = documents("Deployment").get(0).at("/spec/template/spec/containers/0");
    List<String> args = container.get("args").valueStream().map(JsonNode::asString).toList();
    assertThat(args).allMatch(arg -> known.contains(arg.split("=")[0]));
    List<String> composed =
        compose().at("/services/gateway/command").valueStream().map(JsonNode::asString).toList();
    assertThat(composed.stream().filter(arg -> arg.startsWith("--"))).allMatch(known::contains);
    assertThat(composed).contains("--tokens").doesNotContain("--insecure");
    assertThat(args)
        .contains("--port=" + container.at("/ports/0/containerPort").asInt())
        .anyMatch(arg -> arg.startsWith("--tokens="));
    for (JsonNode service : documents("Service")) {
      assertThat(service.at("/spec/ports/0/targetPort")).isEqualTo(container.at("/ports/0/name"));
    }
  }
}
