// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.jobs.source;

import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.mqtt5.message.publish.Mqtt5Publish;
import io.caddis.detectors.event.Parsed;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.apache.flink.api.connector.source.SourceOutput;
import org.apache.flink.api.connector.source.SourceReaderContext;
import org.apache.flink.connector.base.source.reader.RecordEmitter;
import org.apache.flink.connector.base.source.reader.splitreader.SplitReader;

/**
 * Emits the messages of {@link MqttMessages} and acknowledges each of them once a checkpoint covers
 * it. Its caller is the task's thread.
 */
final class MqttReader extends StreamReader<Mqtt5Publish> {
  private final Emitter emitter;

  /** What a message says. */
  interface Decoder {
    Parsed decode(Mqtt5Publish message, long position);
  }

  MqttReader(
      Supplier<SplitReader<Mqtt5Publish, StreamSplit>> messages,
      Decoder decoder,
      SourceReaderContext context) {
    this(messages, new Emitter(decoder), context);
  }

  private MqttReader(
      Supplier<SplitReader<Mqtt5Publish, StreamSplit>> messages,
      Emitter emitter,
      SourceReaderContext context) {
    super(messages, emitter, context);
    this.emitter = emitter;
  }

  @Override
  public List<StreamSplit> snapshotState(long checkpointId) {
    emitter.covered.put(checkpointId, emitter.emitted);
    return super.snapshotState(checkpointId);
  }

  @Override
  public void notifyCheckpointComplete(long checkpointId) throws Exception {
    super.notifyCheckpointComplete(checkpointId);
    emitter.acknowledge(checkpointId);
  }

  private static final class Emitter implements RecordEmitter<Mqtt5Publish, Parsed, Progress> {
    private final Decoder decoder;

    /** Emitted and not acknowledged; at most the session's receive maximum. */
    private final Queue<Mqtt5Publish> open = new ArrayDeque<>();

    /** How many had been emitted at each checkpoint that is not complete. */
    private final TreeMap<Long, Long> covered = new TreeMap<>();

    private long emitted;

    Emitter(Decoder decoder) {
      this.decoder = decoder;
    }

    @Override
    public void emitRecord(Mqtt5Publish message, SourceOutput<Parsed> output, Progress progress) {
      output.collect(decoder.decode(message, progress.position));
      progress.position++;
      if (message.getQos() != MqttQos.AT_MOST_ONCE) {
        open.add(message);
        emitted++;
      }
    }

    void acknowledge(long checkpointId) {
      Long upTo = covered.get(checkpointId);
      if (upTo == null) {
        return;
      }
      for (long before = emitted - open.size(); before < upTo; before++) {
        open.remove().acknowledge();
      }
      covered.headMap(checkpointId, true).clear();
    }
  }
}
