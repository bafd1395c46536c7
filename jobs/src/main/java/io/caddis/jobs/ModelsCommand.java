// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.jobs;

import io.caddis.detectors.model.ModelFormatException;
import io.caddis.detectors.model.SklearnForest;
import io.caddis.detectors.registry.Aliases;
import io.caddis.detectors.registry.ModelArchive;
import io.caddis.detectors.registry.ModelMetadata;
import io.caddis.detectors.registry.ModelRegistry;
import io.caddis.detectors.registry.RegisteredModel;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.PropertyNamingStrategies;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/** {@code models}: looks after a registry. */
@Command(
    name = "models",
    mixinStandardHelpOptions = true,
    synopsisSubcommandLabel = "COMMAND",
    description = "Lists, compares, promotes and moves the models of a registry.",
    footer = {
      "",
      "A version may be given by its beginning, and as champion, challenger, previous or latest.",
      "Exit status: 0 done, 1 something is damaged or failed, 2 wrong usage."
    })
final class ModelsCommand implements Runnable {
  private static final long MAX_IMPORT_BYTES = 1L << 29;
  private static final JsonMapper JSON =
      JsonMapper.builder()
          .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
          .enable(SerializationFeature.INDENT_OUTPUT)
          .build();

  @Spec
  @SuppressWarnings("NullAway.Init")
  private CommandSpec command;

  private interface Opening {
    ModelRegistry open() throws IOException;
  }

  private interface Step {
    void run(ModelRegistry registry) throws IOException;
  }

  @Override
  public void run() {
    throw new ParameterException(command.commandLine(), "a command must be given");
  }

  @Command(mixinStandardHelpOptions = true, description = "Lists the versions, oldest first.")
  int list(
      @Mixin RegistryOption registry,
      @Parameters(arity = "0..1", paramLabel = "NAME", description = "Of a model; default: all.")
          @Nullable String name) {
    return on(
        registry,
        models -> {
          for (String each : names(models, name)) {
            Aliases aliases = models.aliases(each);
            for (String version : models.versions(each)) {
              ModelMetadata metadata = models.metadata(each, version);
              out()
                  .printf(
                      "%-20s %s  %-20s %8d rows  %-20s %s%n",
                      each,
                      version,
                      metadata.algorithm(),
                      metadata.training().rows(),
                      metadata.threshold().rule(),
                      String.join(", ", aliases.of(version)));
            }
          }
        });
  }

  @Command(mixinStandardHelpOptions = true, description = "Prints what is known of a version.")
  int show(
      @Mixin RegistryOption registry,
      @Parameters(paramLabel = "NAME") String name,
      @Parameters(arity = "0..1", paramLabel = "VERSION", defaultValue = "champion")
          String version) {
    return on(
        registry, models -> out().println(JSON.writeValueAsString(models.metadata(name, version))));
  }

  @Command(mixinStandardHelpOptions = true, description = "Prints what differs in two versions.")
  int diff(
      @Mixin RegistryOption registry,
      @Parameters(paramLabel = "NAME") String name,
      @Parameters(paramLabel = "VERSION") String version,
      @Parameters(arity = "0..1", paramLabel = "OTHER", defaultValue = "champion") String other) {
    return on(
        registry,
        models -> {
          Map<String, String> left = flat(models.metadata(name, version));
          Map<String, String> right = flat(models.metadata(name, other));
          right.keySet().forEach(path -> left.putIfAbsent(path, "-"));
          left.forEach(
              (path, value) -> {
                String changed = right.getOrDefault(path, "-");
                if (!value.equals(changed)) {
                  out().printf("%-32s %s -> %s%n", path, value, changed);
                }
              });
        });
  }

  @Command(mixinStandardHelpOptions = true, description = "Makes a version the champion.")
  int promote(
      @Mixin RegistryOption registry,
      @Parameters(paramLabel = "NAME") String name,
      @Parameters(paramLabel = "VERSION") String version,
      @Option(names = "--challenger", description = "Make it the challenger instead.")
          boolean challenger) {
    return on(
        registry,
        models ->
            print(
                name,
                challenger ? models.challenge(name, version) : models.promote(name, version)));
  }

  @Command(mixinStandardHelpOptions = true, description = "Makes the previous champion champion.")
  int rollback(@Mixin RegistryOption registry, @Parameters(paramLabel = "NAME") String name) {
    return on(registry, models -> print(name, models.rollback(name)));
  }

  @Command(
      mixinStandardHelpOptions = true,
      description = "Adds a version whose boundary lies elsewhere; nothing is fitted again.",
      footer = {
        "",
        "What scored SCORE scores 0.5 from then on: lower flags more. The version becomes the",
        "champion unless --challenger is given; rollback takes it back."
      })
  int threshold(
      @Mixin RegistryOption registry,
      @Parameters(paramLabel = "NAME") String name,
      @Parameters(paramLabel = "SCORE", description = "Above 0, below 1.") double score,
      @Parameters(arity = "0..1", paramLabel = "VERSION", defaultValue = "champion") String version,
      @Option(names = "--challenger", description = "Put it on trial: the champion stays.")
          boolean challenger) {
    return on(
        registry,
        models -> {
          RegisteredModel from = models.load(name, version);
          ModelMetadata moved =
              models.publish(
                  name,
                  from.model().withThreshold(score),
                  from.metadata().training().withoutMetrics());
          out()
              .printf(
                  "%s %s is %s with the boundary at its score %s%n",
                  name, moved.version(), from.metadata().version(), score);
          print(
              name,
              challenger
                  ? models.challenge(name, moved.version())
                  : models.promote(name, moved.version()));
        });
  }

  @Command(mixinStandardHelpOptions = true, description = "Deletes a version for good.")
  int delete(
      @Mixin RegistryOption registry,
      @Parameters(paramLabel = "NAME") String name,
      @Parameters(paramLabel = "VERSION") String version,
      @Option(names = "--force", description = "Also one that has an alias.") boolean force) {
    return on(
        registry,
        models -> {
          String deleted = models.resolve(name, version);
          models.delete(name, deleted, force);
          out().println("deleted " + name + " " + deleted);
        });
  }

  @Command(mixinStandardHelpOptions = true, description = "Deletes old versions without an alias.")
  int prune(
      @Mixin RegistryOption registry,
      @Parameters(paramLabel = "NAME") String name,
      @Option(names = "--keep", required = true, paramLabel = "N", description = "How many stay.")
          int keep) {
    return on(
        registry,
        models ->
            models.retain(name, keep).forEach(v -> out().println("deleted " + name + " " + v)));
  }

  @Command(mixinStandardHelpOptions = true, description = "Checks every version's checksum.")
  int verify(
      @Mixin RegistryOption registry,
      @Parameters(arity = "0..1", paramLabel = "NAME", description = "Of a model; default: all.")
          @Nullable String name) {
    int[] counts = new int[2];
    int status =
        on(
            registry,
            models -> {
              for (String each : names(models, name)) {
                counts[0] += models.versions(each).size();
                Map<String, String> problems = models.verify(each);
                counts[1] += problems.size();
                problems.forEach((version, problem) -> out().println(problem));
              }
            });
    out().printf("%d versions checked, %d damaged%n", counts[0], counts[1]);
    return counts[1] > 0 ? 1 : status;
  }

  @Command(mixinStandardHelpOptions = true, description = "Writes a version into one file.")
  int export(
      @Mixin RegistryOption registry,
      @Parameters(paramLabel = "NAME") String name,
      @Parameters(arity = "0..1", paramLabel = "VERSION", defaultValue = "champion") String version,
      @Option(names = "--output", required = true, paramLabel = "FILE", description = "A zip.")
          Path output) {
    return on(
        registry,
        models -> {
          Files.write(output, ModelArchive.export(models, name, version));
          out().println("exported " + name + " " + models.resolve(name, version));
        });
  }

  @Command(
      name = "import",
      mixinStandardHelpOptions = true,
      description = "Adds an exported version, or a forest of scikit-learn.",
      footer = {
        "",
        "FILE is what export wrote, or what docs/export_sklearn.py wrote of a fitted",
        "IsolationForest. The version becomes the champion unless --challenger is given."
      })
  int add(
      @Mixin RegistryOption registry,
      @Parameters(paramLabel = "FILE") Path file,
      @Option(
              names = "--name",
              paramLabel = "M",
              description = "Of the model (default for an export: as it was).")
          @Nullable String name,
      @Option(names = "--challenger", description = "Put it on trial: the champion stays.")
          boolean challenger) {
    return on(
        registry::open,
        models -> {
          ModelMetadata added = added(models, file, name);
          Aliases aliases =
              challenger
                  ? models.challenge(added.name(), added.version())
                  : models.promote(added.name(), added.version());
          out().println("imported " + added.name() + " " + added.version());
          print(added.name(), aliases);
        });
  }

  private static ModelMetadata added(ModelRegistry models, Path file, @Nullable String name)
      throws IOException {
    if (!Files.isRegularFile(file)) {
      throw new IllegalArgumentException("FILE must be an existing file, was " + file);
    }
    if (Files.size(file) > MAX_IMPORT_BYTES) {
      throw new IllegalArgumentException(
          "FILE must have at most " + MAX_IMPORT_BYTES + " bytes, was " + Files.size(file));
    }
    byte[] content = Files.readAllBytes(file);
    if (content.length > 1 && content[0] == 'P' && content[1] == 'K') {
      return ModelArchive.add(models, content, name);
    }
    if (name == null) {
      throw new IllegalArgumentException("--name must be given for a forest of scikit-learn");
    }
    SklearnForest forest = SklearnForest.read(content);
    return models.publish(
        name,
        forest.model(),
        new ModelMetadata.Training(
            "scikit-learn " + forest.sklearnVersion() + ", " + file.getFileName(),
            Map.of("n_estimators", forest.trees().size(), "max_samples", forest.maxSamples()),
            null,
            null,
            List.of(),
            null,
            null,
            forest.trainingRows(),
            Map.of()));
  }

  /** All, or the one of that name, which must be there. */
  private static List<String> names(ModelRegistry models, @Nullable String name)
      throws IOException {
    if (name == null) {
      return models.names();
    }
    models.resolve(name, "latest");
    return List.of(name);
  }

  private int on(RegistryOption registry, Step step) {
    return on(registry::existing, step);
  }

  private int on(Opening registry, Step step) {
    try {
      step.run(registry.open());
      return 0;
    } catch (IllegalArgumentException e) {
      throw new ParameterException(command.commandLine(), String.valueOf(e.getMessage()), e);
    } catch (IOException | ModelFormatException e) {
      command.commandLine().getErr().println(Objects.toString(e.getMessage(), e.toString()));
      return 1;
    }
  }

  private void print(String name, Aliases aliases) {
    out()
        .printf(
            "%s: champion %s, previous %s, challenger %s%n",
            name,
            Objects.toString(aliases.champion(), "-"),
            Objects.toString(aliases.previous(), "-"),
            Objects.toString(aliases.challenger(), "-"));
  }

  /** Every value by its path. */
  private static Map<String, String> flat(ModelMetadata metadata) {
    Map<String, String> values = new TreeMap<>();
    flatten("", JSON.valueToTree(metadata), values);
    return values;
  }

  private static void flatten(String path, JsonNode node, Map<String, String> values) {
    if (node.isObject()) {
      String prefix = path.isEmpty() ? "" : path + ".";
      node.properties().forEach(e -> flatten(prefix + e.getKey(), e.getValue(), values));
    } else if (node.isArray()) {
      for (int i = 0; i < node.size(); i++) {
        JsonNode named = node.get(i).path("name");
        flatten(path + "." + (named.isMissingNode() ? i : named.asString()), node.get(i), values);
      }
    } else {
      values.put(path, node.asString());
    }
  }

  private PrintWriter out() {
    return command.commandLine().getOut();
  }
}
