// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.caddis.detectors.control.CommandJson;
import io.caddis.detectors.model.ModelCodec;
import io.caddis.jobs.sink.Sinks;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;

/** Commands to a job, most of them such as nobody should send, and what must become of each. */
final class HostileCommands {
  private static final Duration PATIENCE = Duration.ofSeconds(300);

  private final JobCommands commands;

  /** Of one model; where the job publishes its own. */
  private final Path model;

  private final List<ReferenceScorer.Choice> choices = new ArrayList<>();
  private final List<String> refused = new ArrayList<>();
  private int sent;

  HostileCommands(JobCommands commands, Path model) {
    this.commands = commands;
    this.model = model;
  }

  /** What the job has obeyed. */
  List<ReferenceScorer.Choice> choices() {
    return choices;
  }

  /** A line for each file that the job must have refused, as {@link ReferenceScorer} tells it. */
  List<String> deadLetters() {
    return refused.stream().map(file -> "invalid_command " + file + " 0").toList();
  }

  /** Puts damaged copies of a model beside it; no command that promotes one may be obeyed. */
  void promoteDamaged(Random random) throws IOException {
    await(() -> !versions().isEmpty());
    Path sound = model.resolve(versions().get(0));
    byte[] bytes = Files.readAllBytes(sound.resolve("model.cadm"));
    byte[] flipped = bytes.clone();
    flipped[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
    List<byte[]> damaged =
        List.of(
            flipped,
            Arrays.copyOf(bytes, random.nextInt(bytes.length)),
            new byte[ModelCodec.MAX_BYTES + 1]);
    for (byte[] content : damaged) {
      // Older than all that the job publishes, which it is about to replace.
      String version = "19990101T000000000Z-%08x".formatted(sent);
      Path folder = Files.createDirectories(model.resolve(version));
      Files.write(folder.resolve("model.cadm"), content);
      Files.writeString(
          folder.resolve("metadata.json"),
          Files.readString(sound.resolve("metadata.json"))
              .replace(sound.getFileName().toString(), version));
      String id = "damaged-" + sent++;
      commands.send(
          id, "promote", "--model", model.getFileName().toString(), "--model-version", version);
      await(() -> commands.answered(id));
      assertThat(commands.answers().get(id).refusal()).as(id).isNotNull();
      refused.add(file(id).getFileName().toString());
    }
  }

  private List<String> versions() {
    try (Stream<Path> versions = Files.list(model)) {
      return versions
          .map(version -> version.getFileName().toString())
          .filter(version -> version.startsWith("2"))
          .sorted()
          .toList();
    } catch (FileSystemException e) {
      return List.of();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Puts in files that are no commands: cut off, of any bytes, and too large. */
  void sendNonsense(Random random) throws IOException {
    byte[] bytes = new byte[1000];
    random.nextBytes(bytes);
    byte[] large = new byte[CommandJson.MAX_BYTES + 1];
    Arrays.fill(large, (byte) ' ');
    byte[] cut = "{\"type\": \"rollback\", \"id\": \"cu".getBytes(StandardCharsets.UTF_8);
    for (byte[] content : List.of(cut, bytes, large)) {
      String name = "nonsense-%d.json".formatted(sent++);
      Path hidden = Files.write(commands.directory().resolve("." + name), content);
      Files.move(hidden, commands.directory().resolve(name));
      refused.add(name);
    }
  }

  /** Sends each of two commands three times: obeyed twice, a rollback would be undone. */
  void rollBackOnce() throws IOException {
    SteeredRun.Count trained = new SteeredRun.Count(commands.output().resolve(Sinks.MODELS));
    await(() -> trained.count() >= 2);
    for (String type : List.of("rollback", "unpin")) {
      String id = type + "-" + sent++;
      commands.send(id, type);
      Path file = file(id);
      for (int copy = 1; copy <= 2; copy++) {
        Path hidden = commands.directory().resolve(".copy");
        Files.copy(file, hidden);
        Files.move(hidden, commands.directory().resolve("copy-" + copy + "-" + file.getFileName()));
      }
      await(() -> commands.answered(id));
      commands.assertApplied(id);
      choices.add(new ReferenceScorer.Choice(commands.from(id), type.equals("rollback")));
    }
  }

  private Path file(String id) throws IOException {
    try (Stream<Path> files = Files.list(commands.directory())) {
      return files
          .filter(file -> file.getFileName().toString().endsWith("-" + id + ".json"))
          .findFirst()
          .orElseThrow();
    }
  }

  private void await(BooleanSupplier done) {
    assertThat(Patience.await(PATIENCE, done)).as("answers %s", commands.answers()).isTrue();
  }
}
