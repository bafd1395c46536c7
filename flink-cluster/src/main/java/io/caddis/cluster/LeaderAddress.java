// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.cluster;

import java.net.URI;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.runtime.highavailability.ClientHighAvailabilityServices;
import org.apache.flink.runtime.highavailability.HighAvailabilityServicesUtils;
import org.apache.flink.runtime.leaderretrieval.LeaderRetrievalException;
import org.apache.flink.runtime.util.LeaderRetrievalUtils;

/** Who leads a highly available cluster, as ZooKeeper has it. */
final class LeaderAddress {
  private static final Duration TIMEOUT = Duration.ofSeconds(5);

  private LeaderAddress() {}

  /**
   * The address of the leader's web UI and REST; empty while none leads and while ZooKeeper does
   * not answer. One that has just died leads until its session has ended.
   *
   * @param options of the cluster
   */
  static Optional<URI> of(Map<String, String> options) {
    try (ClientHighAvailabilityServices services =
        HighAvailabilityServicesUtils.createClientHAService(
            Configuration.fromMap(options),
            failure -> {
              // The answer below is missing then.
            })) {
      return Optional.of(
          URI.create(
              LeaderRetrievalUtils.retrieveLeaderInformation(
                      services.getClusterRestEndpointLeaderRetriever(), TIMEOUT)
                  .getLeaderAddress()));
    } catch (LeaderRetrievalException e) {
      return Optional.empty();
    } catch (Exception e) {
      throw new ClusterException("cannot ask ZooKeeper who leads: " + e.getMessage(), e);
    }
  }
}
