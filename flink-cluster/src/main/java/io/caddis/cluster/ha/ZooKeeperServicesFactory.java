// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.cluster.ha;

import java.util.concurrent.Executor;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.runtime.blob.BlobUtils;
import org.apache.flink.runtime.highavailability.ClientHighAvailabilityServices;
import org.apache.flink.runtime.highavailability.HighAvailabilityServices;
import org.apache.flink.runtime.highavailability.HighAvailabilityServicesFactory;
import org.apache.flink.runtime.highavailability.zookeeper.ZooKeeperClientHAServices;
import org.apache.flink.runtime.util.ZooKeeperUtils;
import org.apache.flink.util.FatalExitExceptionHandler;

/**
 * What {@code high-availability.type} names instead of {@code zookeeper}: the same in all but
 * {@link SessionLeaderElectionDriver}. Everything in ZooKeeper and in {@code
 * high-availability.storageDir} stays where it is.
 */
public final class ZooKeeperServicesFactory implements HighAvailabilityServicesFactory {
  @Override
  public HighAvailabilityServices createHAServices(Configuration configuration, Executor executor)
      throws Exception {
    return new ZooKeeperServices(
        ZooKeeperUtils.startCuratorFramework(
            configuration,
            failure ->
                FatalExitExceptionHandler.INSTANCE.uncaughtException(
                    Thread.currentThread(), failure)),
        configuration,
        executor,
        BlobUtils.createBlobStoreFromConfig(configuration));
  }

  @Override
  public ClientHighAvailabilityServices createClientHAServices(Configuration configuration)
      throws Exception {
    return new ZooKeeperClientHAServices(
        ZooKeeperUtils.startCuratorFramework(
            configuration,
            failure -> {
              // Whoever waits for the answer is told that there is none.
            }),
        configuration);
  }
}
