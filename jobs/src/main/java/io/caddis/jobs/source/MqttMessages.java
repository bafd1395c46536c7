// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.jobs.source;

import com.hivemq.client.mqtt.MqttGlobalPublishFilter;
import com.hivemq.client.mqtt.lifecycle.MqttClientConnectedContext;
import com.hivemq.client.mqtt.lifecycle.MqttClientDisconnectedContext;
import com.hivemq.client.mqtt.mqtt5.Mqtt5AsyncClient;
import com.hivemq.client.mqtt.mqtt5.lifecycle.Mqtt5ClientConnectedContext;
import com.hivemq.client.mqtt.mqtt5.message.publish.Mqtt5Publish;
import com.hivemq.client.mqtt.mqtt5.message.subscribe.Mqtt5Subscribe;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.flink.connector.base.source.reader.RecordsBySplits;
import org.apache.flink.connector.base.source.reader.RecordsWithSplitIds;
import org.apache.flink.connector.base.source.reader.splitreader.SplitReader;
import org.apache.flink.connector.base.source.reader.splitreader.SplitsChange;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The receiving side of {@link MqttSource}: takes up the session, connects again when the
 * connection ends, and waits longer after each failure (0.1 to 10 s). The session's receive maximum
 * holds the broker back when the job is slower.
 */
final class MqttMessages implements SplitReader<Mqtt5Publish, StreamSplit> {
  private static final Logger LOG = LoggerFactory.getLogger(MqttMessages.class);
  private static final int BATCH = 512;
  private static final int KEEP_ALIVE_SECONDS = 30;
  private static final int CLOSE_MILLIS = 2_000;
  // Bounds how long a fetch blocks, and so how long closing takes.
  private static final int SLICE_MILLIS = 50;
  private static final long FIRST_WAIT_MILLIS = 100;
  private static final long LONGEST_WAIT_MILLIS = 10_000;

  private final MqttBroker broker;
  private final MqttSource.Session session;
  private final BlockingQueue<Mqtt5Publish> received = new ArrayBlockingQueue<>(BATCH);
  private @Nullable Connection connection;
  private @Nullable StreamSplit split;
  private volatile boolean closed;
  private volatile @Nullable Throwable refusal;

  private record Connection(Mqtt5AsyncClient client, ExecutorService receiver) {}

  MqttMessages(MqttBroker broker, MqttSource.Session session) {
    this.broker = broker;
    this.session = session;
  }

  @Override
  public void handleSplitsChanges(SplitsChange<StreamSplit> change) {
    for (StreamSplit added : change.splits()) {
      split = added;
      connection = open(added.position() > 0);
    }
  }

  private Connection open(boolean sessionExpected) {
    ExecutorService receiver =
        Executors.newSingleThreadExecutor(
            work -> {
              Thread thread = new Thread(work, "mqtt-" + session.clientId());
              thread.setDaemon(true);
              return thread;
            });
    Mqtt5AsyncClient client =
        broker
            .client(session.clientId())
            .addConnectedListener(context -> connected(context, sessionExpected))
            .addDisconnectedListener(this::disconnected)
            .buildAsync();
    // Before it connects: what waits in the session comes at once.
    client.publishes(MqttGlobalPublishFilter.ALL, this::receive, receiver, true);
    client
        .connectWith()
        .cleanStart(false)
        .sessionExpiryInterval(session.expirySeconds())
        .keepAlive(KEEP_ALIVE_SECONDS)
        .restrictions()
        .receiveMaximum(session.receiveMaximum())
        .maximumPacketSize(session.largestPacket())
        .applyRestrictions()
        .send()
        .thenCompose(
            accepted ->
                client.subscribe(
                    Mqtt5Subscribe.builder().addSubscriptions(session.subscriptions()).build()))
        .whenComplete((granted, e) -> refusal = e);
    return new Connection(client, receiver);
  }

  private void receive(Mqtt5Publish message) {
    try {
      boolean taken = false;
      // Once this reader is closed the broker keeps what was not acknowledged.
      while (!taken && !closed) {
        taken = received.offer(message, SLICE_MILLIS, TimeUnit.MILLISECONDS);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void connected(MqttClientConnectedContext context, boolean sessionExpected) {
    boolean resumed = ((Mqtt5ClientConnectedContext) context).getConnAck().isSessionPresent();
    LOG.info("Connected to {} as {}", broker.name(), session.clientId());
    if (sessionExpected && !resumed) {
      LOG.warn(
          "{} has no session of {} any more: messages that it held for it are lost",
          broker.name(),
          session.clientId());
    }
  }

  private void disconnected(MqttClientDisconnectedContext context) {
    if (closed) {
      context.getReconnector().reconnect(false);
      return;
    }
    int attempts = Math.min(context.getReconnector().getAttempts(), 10);
    long wait = Math.min(FIRST_WAIT_MILLIS << attempts, LONGEST_WAIT_MILLIS);
    LOG.warn(
        "No connection to {}: {}; next attempt in {} ms",
        broker.name(),
        MqttBroker.reason(context.getCause()),
        wait);
    context.getReconnector().reconnect(true).delay(wait, TimeUnit.MILLISECONDS);
  }

  @Override
  public RecordsWithSplitIds<Mqtt5Publish> fetch() throws IOException {
    Throwable refused = refusal;
    if (refused != null) {
      throw new IOException(
          "cannot subscribe at " + broker.name() + ": " + MqttBroker.reason(refused), refused);
    }
    List<Mqtt5Publish> batch = new ArrayList<>();
    try {
      Mqtt5Publish first = received.poll(SLICE_MILLIS, TimeUnit.MILLISECONDS);
      if (first != null) {
        batch.add(first);
        received.drainTo(batch, BATCH - 1);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return new RecordsBySplits<>(
        split == null || batch.isEmpty() ? Map.of() : Map.of(split.splitId(), batch), Set.of());
  }

  @Override
  public void wakeUp() {
    // A fetch blocks no longer than a slice.
  }

  @Override
  public void close() {
    closed = true;
    if (connection == null) {
      return;
    }
    try {
      connection.client().disconnect().get(CLOSE_MILLIS, TimeUnit.MILLISECONDS);
    } catch (ExecutionException | TimeoutException e) {
      LOG.debug("Closing the connection to {} failed", broker.name(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    // Not before: the client still gives it work.
    connection.receiver().shutdown();
    connection = null;
  }
}
