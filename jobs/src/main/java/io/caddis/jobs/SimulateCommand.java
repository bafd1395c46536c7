// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.jobs;

import io.caddis.detectors.event.Reading;
import io.caddis.detectors.feature.Feature;
import io.caddis.detectors.parse.RecordLayout;
import io.caddis.detectors.simulate.Injection;
import io.caddis.detectors.simulate.SensorSimulator;
import io.caddis.jobs.kafka.ReadingTopic;
import io.caddis.jobs.spec.PipelineSpec;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.BindException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/**
 * {@code simulate}: writes readings of {@link SensorSimulator}, as CSV or to a Kafka topic, with
 * their anomalies.
 */
@Command(
    name = "simulate",
    sortOptions = false,
    mixinStandardHelpOptions = true,
    description = "Writes readings of simulated sensors, with anomalies at known times.",
    footer = {
      "",
      "The same options give the same readings, and the same as detect's simulator.",
      "  simulate --output readings.csv --labels labels.csv",
      "Exit status: 0 done, 1 writing failed, 2 wrong usage."
    })
final class SimulateCommand implements Callable<Integer> {
  @Spec
  @SuppressWarnings("NullAway.Init")
  private CommandSpec command;

  @Option(
      names = "--output",
      paramLabel = "PATH",
      description = "File to write; or an existing directory, for a file a sensor.")
  private @Nullable Path output;

  @Option(
      names = "--listen",
      paramLabel = "PORT",
      description =
          "Send them to the first who connects to this port of this machine (0: any), at --rate; "
              + "detect --set source.type=socket reads them.")
  private @Nullable Integer port;

  @Option(
      names = "--topic",
      paramLabel = "TOPIC",
      description = "Kafka topic to append to instead, as JSON.")
  private @Nullable String topic;

  @Option(names = "--kafka", paramLabel = "HOST:PORT", description = "Brokers of the topic.")
  private @Nullable String brokers;

  @Option(
      names = "--kafka-properties",
      paramLabel = "FILE",
      description = "Settings of Kafka's clients, such as logins.")
  private @Nullable String kafkaProperties;

  @Option(
      names = "--labels",
      paramLabel = "FILE",
      description = "Where to write the anomalies: key, start, end, kind.")
  private @Nullable Path labels;

  @Option(
      names = "--sensors",
      paramLabel = "N",
      description = "How many sensors (default: ${DEFAULT-VALUE}).")
  private int sensors = 10;

  @Option(
      names = "--count",
      paramLabel = "N",
      description = "Readings of all sensors together (default: ${DEFAULT-VALUE}).")
  private long count = 10_000;

  @Option(
      names = "--rate",
      paramLabel = "R",
      description =
          "Readings per second of event time, all sensors together "
              + "(default: one of each sensor).")
  private double rate;

  @Option(
      names = "--seed",
      paramLabel = "S",
      description = "The same seed gives the same readings (default: ${DEFAULT-VALUE}).")
  private long seed = 42;

  @Option(
      names = "--start",
      paramLabel = "TIME",
      description = "Time of the first reading (default: ${DEFAULT-VALUE}).")
  private String start = "2026-01-01T00:00:00Z";

  @Override
  public Integer call() throws IOException {
    SensorSimulator simulator = simulator();
    if (port != null) {
      listen(simulator, port);
    } else if (output == null) {
      append(simulator);
    } else if (Files.isDirectory(output)) {
      for (int sensor = 0; sensor < sensors && sensor < count; sensor++) {
        String name = "sensor-%03d.csv".formatted(sensor);
        writeReadings(simulator, output.resolve(name), sensor, sensors);
      }
    } else {
      writeReadings(simulator, output, 0, 1);
    }
    List<Injection> injections = simulator.injections(count);
    if (labels != null) {
      writeLabels(injections, labels);
    }
    command
        .commandLine()
        .getOut()
        .printf(Locale.ROOT, "%,d readings, %,d anomalies%n", count, injections.size());
    return 0;
  }

  private void listen(SensorSimulator simulator, int wanted) throws IOException {
    if (wanted < 0 || wanted > 65_535) {
      throw wrong("--listen must be 0 to 65535, was " + wanted);
    }
    try (SimulatedFeed feed = feed(wanted)) {
      PrintWriter err = command.commandLine().getErr();
      err.printf("listening on port %d%n", feed.port());
      err.flush();
      feed.send(simulator, count, rate);
    }
  }

  private SimulatedFeed feed(int wanted) throws IOException {
    try {
      return new SimulatedFeed(wanted);
    } catch (BindException e) {
      throw wrong("--listen must be a free port, was %d: %s".formatted(wanted, e.getMessage()));
    }
  }

  private SensorSimulator simulator() {
    if (Stream.of(output, topic, port).filter(Objects::nonNull).count() != 1) {
      throw wrong("one of --output, --topic and --listen must be given");
    }
    if (topic != null && brokers == null) {
      throw wrong("--kafka must be given with --topic");
    }
    atLeastOne("--sensors", sensors);
    atLeastOne("--count", count);
    if (!(rate >= 0)) {
      throw wrong("--rate must not be negative, was " + rate);
    }
    if (labels != null
        && output != null
        && labels.toAbsolutePath().startsWith(output.toAbsolutePath())) {
      throw wrong("--labels must lie outside --output, was " + labels);
    }
    try {
      return DetectionJob.simulator(seed, sensors, rate, Instant.parse(start));
    } catch (DateTimeException e) {
      throw wrong("--start must be like 2026-01-01T00:00:00Z, was '" + start + "'");
    }
  }

  private void append(SensorSimulator simulator) throws IOException {
    try (ReadingTopic readings =
        new ReadingTopic(
            new PipelineSpec.Kafka(brokers, kafkaProperties),
            Objects.requireNonNull(topic),
            SensorSimulator.layout())) {
      for (long number = 0; number < count; number++) {
        Reading reading = simulator.reading(number);
        if (reading != null) {
          readings.append(reading);
        }
      }
      readings.flush();
    }
  }

  /** Every reading with number {@code first} + n × {@code step}, but those in gaps. */
  private void writeReadings(SensorSimulator simulator, Path file, int first, int step)
      throws IOException {
    RecordLayout layout = SensorSimulator.layout();
    try (BufferedWriter out = Files.newBufferedWriter(file)) {
      out.write(layout.timeField() + ',' + layout.keyField());
      for (Feature feature : layout.fields().features()) {
        out.write(',' + feature.name());
      }
      out.write('\n');
      for (long number = first; number < count; number += step) {
        Reading reading = simulator.reading(number);
        if (reading != null) {
          write(reading, out);
        }
      }
    }
  }

  /** Writes a reading as a line of CSV. */
  static void write(Reading reading, BufferedWriter out) throws IOException {
    out.write(Instant.ofEpochMilli(reading.timestamp()) + "," + reading.key());
    for (double number : reading.numbers()) {
      out.write("," + number);
    }
    for (String text : reading.texts()) {
      out.write(',' + text);
    }
    out.write('\n');
  }

  private static void writeLabels(List<Injection> injections, Path file) throws IOException {
    try (BufferedWriter out = Files.newBufferedWriter(file)) {
      out.write("key,start,end,kind\n");
      for (Injection injection : injections) {
        out.write(
            "%s,%s,%s,%s\n"
                .formatted(
                    injection.sensor(),
                    Instant.ofEpochMilli(injection.start()),
                    Instant.ofEpochMilli(injection.end()),
                    injection.kind().name().toLowerCase(Locale.ROOT)));
      }
    }
  }

  private void atLeastOne(String option, long value) {
    if (value < 1) {
      throw wrong(option + " must be at least 1, was " + value);
    }
  }

  private ParameterException wrong(String message) {
    return new ParameterException(command.commandLine(), message);
  }
}
