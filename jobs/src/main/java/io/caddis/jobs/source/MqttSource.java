// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.jobs.source;

import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.mqtt5.message.publish.Mqtt5Publish;
import com.hivemq.client.mqtt.mqtt5.message.subscribe.Mqtt5RetainHandling;
import com.hivemq.client.mqtt.mqtt5.message.subscribe.Mqtt5Subscription;
import io.caddis.detectors.event.Parsed;
import io.caddis.detectors.parse.Limits;
import io.caddis.detectors.parse.MessageDecoder;
import io.caddis.detectors.parse.RecordLayout;
import io.caddis.jobs.spec.MqttSpec;
import io.caddis.jobs.spec.PipelineSpec;
import io.reactivex.schedulers.Schedulers;
import java.io.Serializable;
import java.util.List;
import org.apache.flink.api.connector.source.Boundedness;
import org.apache.flink.api.connector.source.SourceReader;
import org.apache.flink.api.connector.source.SourceReaderContext;

/**
 * Messages that an MQTT 5 broker holds for a session, each a reading. One reader whatever the
 * parallelism.
 *
 * <p><b>At least once</b>, for messages published with QoS 1 or 2: they are acknowledged when a
 * checkpoint covers them, and until then the broker sends them again after every failure, its own
 * included. A reading's position is the number of messages before it, so a message that comes again
 * has another one. Messages published with QoS 0 come at most once.
 */
public final class MqttSource extends StreamSource {
  private final MqttBroker broker;
  private final Session session;
  private final boolean json;
  private final boolean namedByTopic;
  private final RecordLayout layout;
  private final Limits limits;

  /** What the broker keeps for a client, and how much it may send ahead of acknowledgements. */
  record Session(
      String clientId,
      List<String> topics,
      long expirySeconds,
      int receiveMaximum,
      int largestPacket)
      implements Serializable {
    List<Mqtt5Subscription> subscriptions() {
      return topics.stream()
          .map(
              topic ->
                  Mqtt5Subscription.builder()
                      .topicFilter(topic)
                      .qos(MqttQos.AT_LEAST_ONCE)
                      // A retained message is one that has come before.
                      .retainHandling(Mqtt5RetainHandling.DO_NOT_SEND)
                      .build())
          .toList();
    }
  }

  private MqttSource(MqttBroker broker, PipelineSpec spec, RecordLayout layout) {
    super(broker.name(), Boundedness.CONTINUOUS_UNBOUNDED);
    MqttSpec mqtt = spec.source().mqtt();
    this.broker = broker;
    this.session =
        new Session(
            MqttBroker.clientId(spec),
            List.copyOf(mqtt.topics()),
            mqtt.sessionExpiry().toSeconds(),
            mqtt.receiveMaximum(),
            MqttBroker.largestPacket(spec.limits()));
    this.json = mqtt.format() == PipelineSpec.MessageFormat.JSON;
    this.namedByTopic = mqtt.key() == MqttSpec.SensorName.TOPIC;
    this.layout = layout;
    this.limits = spec.limits();
  }

  /**
   * The source of a specification.
   *
   * @throws IllegalArgumentException when the file with the login cannot be used
   */
  public static MqttSource of(PipelineSpec spec, RecordLayout layout) {
    return new MqttSource(MqttBroker.of(spec.source().mqtt()), spec, layout);
  }

  @Override
  public SourceReader<Parsed, StreamSplit> createReader(SourceReaderContext context) {
    if (Schedulers.class.getClassLoader() != ClassLoader.getSystemClassLoader()) {
      // Loaded for this job: its threads would keep all of the job's classes when that is gone.
      context
          .getUserCodeClassLoader()
          .registerReleaseHookIfAbsent("mqtt-schedulers", Schedulers::shutdown);
    }
    MessageDecoder decoder =
        json
            ? MessageDecoder.json(name(), layout, limits)
            : MessageDecoder.csv(name(), layout, limits);
    return new MqttReader(
        () -> new MqttMessages(broker, session),
        (message, position) ->
            namedByTopic
                ? decoder.decode(content(message), position, message.getTopic().toString())
                : decoder.decode(content(message), position),
        context);
  }

  private static byte[] content(Mqtt5Publish message) {
    return message.getPayloadAsBytes();
  }
}
