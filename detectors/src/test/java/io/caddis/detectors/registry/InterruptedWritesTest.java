// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.detectors.registry;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Writers that die between any two steps; threads that write at the same time are tested with any
 * file system, in {@code ObjectRegistryFilesTest}.
 */
class InterruptedWritesTest {
  private static final int STEPS_OF_THE_LONGEST_CHANGE = 12;

  @TempDir Path root;

  /** Does what it is asked a number of times, and from then on nothing but fail. */
  private record Dying(RegistryFiles files, int[] stepsLeft) implements RegistryFiles {
    private void step() throws IOException {
      if (stepsLeft[0]-- <= 0) {
        throw new IOException("killed");
      }
    }

    @Override
    public List<String> list(String directory) throws IOException {
      return files.list(directory);
    }

    @Override
    public byte[] read(String path, int maxBytes) throws IOException {
      return files.read(path, maxBytes);
    }

    @Override
    public byte[] current(String path, int maxBytes) throws IOException {
      return files.current(path, maxBytes);
    }

    @Override
    public void create(String directory, Map<String, byte[]> content) throws IOException {
      step();
      files.create(directory, content);
    }

    @Override
    public boolean replace(String path, byte[] before, byte[] after) throws IOException {
      step();
      return files.replace(path, before, after);
    }

    @Override
    public void delete(String path) throws IOException {
      step();
      files.delete(path);
    }

    @Override
    public Closeable lock(String path) throws IOException {
      return files.lock(path);
    }
  }

  private interface Change {
    void on(ModelRegistry registry) throws IOException;
  }

  @Test
  void whateverStepAWriterDiesAtEveryListedVersionLoads() throws IOException {
    List<Change> changes =
        List.of(
            r -> r.publish("pump", TestModels.model(5), TestModels.TRAINING),
            r -> r.promote("pump", "latest"),
            r -> r.delete("pump", "champion", true),
            r -> r.retain("pump", 1));
    ModelRegistry healthy = TestModels.registry(root);
    int deaths = 0;
    for (Change change : changes) {
      for (int steps = 0; steps < STEPS_OF_THE_LONGEST_CHANGE; steps++) {
        healthy.publish("pump", TestModels.model(steps), TestModels.TRAINING);
        healthy.promote("pump", "latest");
        healthy.publish("pump", TestModels.model(steps), TestModels.TRAINING);
        ModelRegistry dying =
            new ModelRegistry(
                new Dying(new LocalRegistryFiles(root), new int[] {steps}), TestModels.CLOCK);
        try {
          change.on(dying);
        } catch (IOException killed) {
          deaths++;
        }
        assertThat(healthy.verify("pump")).isEmpty();
      }
    }
    assertThat(deaths).isGreaterThan(8);
  }

  @Test
  void processesKilledWhilePublishingLeaveOnlyWholeVersions() throws Exception {
    ModelRegistry registry = TestModels.registry(root);
    for (int kill = 0; kill < 50; kill += 2) {
      Process first = writer();
      Process second = writer();
      // both have published, and go on
      first.getInputStream().read();
      second.getInputStream().read();
      int wait = kill * 7 % 40;
      first.waitFor(wait, TimeUnit.MILLISECONDS);
      first.destroyForcibly().waitFor();
      second.waitFor(wait / 2, TimeUnit.MILLISECONDS);
      second.destroyForcibly().waitFor();

      assertThat(registry.verify("pump")).isEmpty();
      assertThat(registry.versions("pump")).isNotEmpty();
    }
    registry.retain("pump", 1);
    assertThat(registry.load("pump", "champion").metadata().algorithm())
        .isEqualTo("isolation_forest");
  }

  private Process writer() throws IOException {
    return new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-XX:TieredStopAtLevel=1",
            "-XX:+UseSerialGC",
            "-cp",
            System.getProperty("java.class.path"),
            Writer.class.getName(),
            root.toString())
        .redirectError(ProcessBuilder.Redirect.INHERIT)
        .start();
  }

  /** Publishes, promotes and deletes until it is killed; says so after the first time. */
  static final class Writer {
    private Writer() {}

    public static void main(String[] args) throws IOException {
      ModelRegistry registry = TestModels.registry(Path.of(args[0]));
      while (true) {
        registry.publish("pump", TestModels.model(1), TestModels.TRAINING);
        registry.promote("pump", "latest");
        System.out.println("published");
        registry.publish("pump", TestModels.model(2), TestModels.TRAINING);
        registry.retain("pump", 10);
      }
    }
  }
}
