// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.benchmarks;

import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * A peer in a process of its own, which works in its own loop and measures its own CPU time.
 *
 * <p>It says {@code ready SUM} when it may begin, and answers a line of milliseconds with the units
 * of work done and the CPU nanoseconds they took.
 */
final class ProcessContender implements Contender {
  private final Path directory;
  private final Process process;
  private final BufferedReader answers;
  private final BufferedWriter requests;
  private final int millis;
  private final double sum;

  private ProcessContender(Path directory, List<String> command, int millis) throws IOException {
    this.directory = directory;
    this.millis = millis;
    ProcessBuilder builder =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT);
    builder
        .environment()
        .putAll(
            Map.of("OMP_NUM_THREADS", "1", "OPENBLAS_NUM_THREADS", "1", "MKL_NUM_THREADS", "1"));
    this.process = builder.start();
    this.answers = process.inputReader(StandardCharsets.UTF_8);
    this.requests = process.outputWriter(StandardCharsets.UTF_8);
    try {
      this.sum = Double.parseDouble(answer()[1]);
    } catch (IOException e) {
      close();
      throw e;
    }
  }

  /** scikit-learn, by an interpreter that has it. */
  static ProcessContender scikitLearn(
      String python, KernelCase kernel, Workload workload, int millis) {
    try {
      Path directory = Files.createTempDirectory("caddis-bench");
      Path script = extract("sklearn_peer.py", directory);
      double[][] training = workload.training(kernel);
      if (kernel.detector().equals("knn")) {
        training = Arrays.copyOf(training, Workload.KNN_REFERENCE);
      }
      List<String> command =
          List.of(
              python,
              script.toString(),
              kernel.detector(),
              kernel.verb().toString(),
              Integer.toString(workload.features()),
              Integer.toString(workload.trees()),
              Integer.toString(workload.sampleSize()),
              write(training, directory.resolve("training")),
              write(workload.test(kernel), directory.resolve("rows")));
      return new ProcessContender(directory, command, millis);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot run scikit-learn by " + python, e);
    }
  }

  /**
   * The algorithm of our isolation forest in C, on the same trees.
   *
   * @param forest as it writes itself
   */
  static ProcessContender c(byte[] forest, double[][] rows, int millis) {
    try {
      Path directory = Files.createTempDirectory("caddis-bench");
      Path source = extract("forest.c", directory);
      String binary = directory.resolve("forest").toString();
      run("gcc", "-O3", "-march=native", "-std=gnu11", "-o", binary, source.toString(), "-lm");
      Path trees = Files.write(directory.resolve("trees"), forest);
      List<String> command =
          List.of(
              binary,
              trees.toString(),
              Integer.toString(rows[0].length),
              write(rows, directory.resolve("rows")));
      return new ProcessContender(directory, command, millis);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot run the forest in C", e);
    }
  }

  /** Whether a command can be run and succeeds. */
  static boolean succeeds(String... command) {
    try {
      Process process =
          new ProcessBuilder(command)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .redirectError(ProcessBuilder.Redirect.DISCARD)
              .start();
      return process.waitFor() == 0;
    } catch (IOException e) {
      return false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  private static void run(String... command) throws IOException {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    try {
      if (process.waitFor() != 0) {
        throw new IOException(String.join(" ", command) + " failed: " + said);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
  }

  static Path extract(String resource, Path directory) throws IOException {
    try (var in = ProcessContender.class.getResourceAsStream(resource)) {
      if (in == null) {
        throw new IOException("no resource " + resource);
      }
      return Files.write(directory.resolve(resource), in.readAllBytes());
    }
  }

  static String write(double[][] rows, Path file) throws IOException {
    ByteBuffer bytes =
        ByteBuffer.allocate(rows.length * rows[0].length * Double.BYTES)
            .order(ByteOrder.LITTLE_ENDIAN);
    for (double[] row : rows) {
      for (double value : row) {
        bytes.putDouble(value);
      }
    }
    return Files.write(file, bytes.array()).toString();
  }

  /** Of all scores of the test rows, where the peer says it. */
  double sum() {
    return sum;
  }

  @Override
  public Work work() {
    try {
      requests.write(millis + "\n");
      requests.flush();
      String[] answer = answer();
      return new Work(Long.parseLong(answer[0]), Long.parseLong(answer[1]), answer);
    } catch (IOException e) {
      throw new UncheckedIOException("the peer's process ended", e);
    }
  }

  private String[] answer() throws IOException {
    String line = answers.readLine();
    if (line == null) {
      throw new IOException("the peer's process ended without an answer");
    }
    return line.split(" ", 2);
  }

  @Override
  public void close() {
    process.destroy();
    try (Stream<Path> files = Files.list(directory)) {
      for (Path file : files.toList()) {
        Files.delete(file);
      }
      Files.delete(directory);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot delete " + directory, e);
    }
  }
}
