// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.cluster;

import io.caddis.broker.KafkaBroker;
import io.caddis.detectors.event.Reading;
import io.caddis.detectors.simulate.SensorSimulator;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * Simulated readings, with anomalies, that go into a topic at a steady rate, fifty times as fast as
 * time goes by, and those of clocks that jump. A sensor's readings are in one partition.
 */
final class SensorFeed implements AutoCloseable {
  static final String TOPIC = "readings";
  static final List<String> NUMBERS = List.of("temperature", "vibration", "pressure", "current");
  static final String TEXT = "mode";

  /** How far behind the latest of its partition a reading may be without being late. */
  static final Duration OUT_OF_ORDER = Duration.ofSeconds(60);

  private static final int PARTITIONS = 4;
  private static final int STEPS_A_BATCH = 10;
  private static final long BATCH_MILLIS = 200;
  private static final long START = 1_704_067_200_000L;
  private static final long INTERVAL_MILLIS = 1000;

  private final KafkaBroker broker;
  private final int sensors;
  private final SensorSimulator simulator;
  private final ScheduledExecutorService sender = Executors.newSingleThreadScheduledExecutor();
  private @Nullable Future<?> flow;
  private long step;
  private int strays;
  private int ahead;

  /**
   * @param rate readings a second: there are as many sensors as that takes, at least one in each
   *     partition
   */
  SensorFeed(KafkaBroker broker, int rate) {
    this.broker = broker;
    long steps = STEPS_A_BATCH * (1000 / BATCH_MILLIS);
    sensors = (int) Math.max(1, rate / steps / PARTITIONS) * PARTITIONS;
    simulator =
        new SensorSimulator(new SensorSimulator.Settings(11, sensors, 5, START, INTERVAL_MILLIS));
    broker.createTopic(TOPIC, PARTITIONS);
  }

  void start() {
    // What could not be sent in time follows at once.
    flow = sender.scheduleAtFixedRate(this::sendBatch, 0, BATCH_MILLIS, TimeUnit.MILLISECONDS);
  }

  private void sendBatch() {
    for (int partition = 0; partition < PARTITIONS; partition++) {
      List<String> rows = new ArrayList<>();
      long end = (step + STEPS_A_BATCH) * sensors;
      for (long number = step * sensors + partition; number < end; number += PARTITIONS) {
        Reading reading = simulator.reading(number);
        if (reading != null) {
          rows.add(row(reading, reading.key(), reading.timestamp()));
        }
      }
      broker.send(TOPIC, partition, rows);
    }
    step += STEPS_A_BATCH;
  }

  /**
   * Sends readings of clocks that are wrong: by as much as readings may be out of order; by days to
   * come; a month behind all others; decades ahead of any clock; beyond what is taken for a time.
   */
  void jump(Random random) {
    await(
        sender.submit(
            () -> {
              // One ahead and one behind are still no farther apart than readings may be.
              long most = OUT_OF_ORDER.toMillis() * 2 / 5;
              for (int i = 0; i < 8; i++) {
                sendAt(latest(random), null, random.nextLong(-most, most));
              }
              for (int i = 0; i < 4; i++) {
                sendAt(latest(random), null, days(random.nextLong(2, 300)));
                ahead++;
                // A sensor of its own: what it has said before cannot matter.
                sendAt(latest(random), "stray-" + strays++, days(-30));
                sendAt(latest(random), null, days(random.nextLong(36_500, 60_000)));
                sendAt(latest(random), null, days(random.nextLong(73_000, 365_000)));
              }
            }));
  }

  private static long days(long days) {
    return Duration.ofDays(days).toMillis();
  }

  /** The number of a reading of the last step that was sent. */
  private long latest(Random random) {
    return (step - 1) * sensors + random.nextInt(sensors);
  }

  /**
   * @param number of a simulated reading; when there is none, the next one in its partition counts
   * @param key null for its own
   */
  private void sendAt(long number, @Nullable String key, long jump) {
    Reading reading = simulator.reading(number);
    for (long next = number; reading == null; next += PARTITIONS) {
      reading = simulator.reading(next);
    }
    broker.send(
        TOPIC,
        (int) (number % PARTITIONS),
        List.of(row(reading, key == null ? reading.key() : key, reading.timestamp() + jump)));
  }

  private static String row(Reading reading, String key, long time) {
    ObjectNode row = JsonMapper.shared().createObjectNode();
    row.put("timestamp", time).put("key", key).put(TEXT, reading.texts()[0]);
    for (int i = 0; i < NUMBERS.size(); i++) {
      row.put(NUMBERS.get(i), reading.numbers()[i]);
    }
    return row.toString();
  }

  /**
   * Ends the flow with a reading of each partition that is so much later that no other waits.
   *
   * @return how many readings wait for the end of time all the same
   */
  int end() {
    Future<?> flowing = flow;
    if (flowing != null && !flowing.cancel(false)) {
      await(flowing);
    }
    await(
        sender.submit(
            () -> {
              for (int partition = 0; partition < PARTITIONS; partition++) {
                sendAt(step * sensors + partition, null, 2 * OUT_OF_ORDER.toMillis());
              }
            }));
    return PARTITIONS + ahead;
  }

  private static void await(Future<?> sent) {
    try {
      sent.get();
    } catch (ExecutionException e) {
      throw new IllegalStateException("readings could not be sent", e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void close() {
    sender.shutdownNow();
  }
}
