// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.jobs.spec;

import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What is read of an MQTT broker.
 *
 * @param uri null when there is none
 * @param topics topic filters
 * @param properties a file of this machine with logins and certificates
 */
public record MqttSpec(
    @Nullable String uri,
    List<String> topics,
    PipelineSpec.MessageFormat format,
    SensorName key,
    @Nullable String clientId,
    Duration sessionExpiry,
    int receiveMaximum,
    @Nullable String properties) {

  /** Where a message says which sensor it is of. */
  public enum SensorName {
    PAYLOAD,
    TOPIC
  }
}
