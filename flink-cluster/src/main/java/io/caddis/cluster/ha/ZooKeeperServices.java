// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.cluster.ha;

import java.util.concurrent.Executor;
import org.apache.flink.api.common.JobID;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.runtime.blob.BlobStoreService;
import org.apache.flink.runtime.highavailability.zookeeper.CuratorFrameworkWithUnhandledErrorListener;
import org.apache.flink.runtime.highavailability.zookeeper.ZooKeeperLeaderElectionHaServices;
import org.apache.flink.runtime.leaderelection.DefaultLeaderElectionService;
import org.apache.flink.runtime.leaderelection.LeaderElection;
import org.apache.flink.runtime.leaderretrieval.DefaultLeaderRetrievalService;
import org.apache.flink.runtime.leaderretrieval.LeaderRetrievalService;
import org.apache.flink.runtime.util.ZooKeeperUtils;
import org.apache.flink.shaded.curator5.org.apache.curator.framework.CuratorFramework;

/** Flink's services, with an election and a retrieval of its own: theirs are not used. */
final class ZooKeeperServices extends ZooKeeperLeaderElectionHaServices {
  private final CuratorFramework curator;
  private final DefaultLeaderElectionService elections;

  ZooKeeperServices(
      CuratorFrameworkWithUnhandledErrorListener curator,
      Configuration configuration,
      Executor executor,
      BlobStoreService blobs)
      throws Exception {
    super(curator, configuration, executor, blobs);
    this.curator = curator.asCuratorFramework();
    CuratorFramework below =
        ZooKeeperUtils.useNamespaceAndEnsurePath(this.curator, ZooKeeperUtils.getLeaderPath());
    elections =
        new DefaultLeaderElectionService(
            listener -> SessionLeaderElectionDriver.start(below, listener));
  }

  @Override
  public LeaderElection getResourceManagerLeaderElection() {
    return elections.createLeaderElection(getLeaderPathForResourceManager());
  }

  @Override
  public LeaderElection getDispatcherLeaderElection() {
    return elections.createLeaderElection(getLeaderPathForDispatcher());
  }

  @Override
  public LeaderElection getJobManagerLeaderElection(JobID job) {
    return elections.createLeaderElection(getLeaderPathForJobManager(job));
  }

  @Override
  public LeaderElection getClusterRestEndpointLeaderElection() {
    return elections.createLeaderElection(getLeaderPathForRestServer());
  }

  @Override
  protected LeaderRetrievalService createLeaderRetrievalService(String component) {
    return new DefaultLeaderRetrievalService(
        (listener, failures) ->
            OrderedLeaderRetrievalDriver.start(
                curator,
                ZooKeeperUtils.getLeaderPath(component),
                configuration,
                listener,
                failures));
  }

  @Override
  protected void internalClose() {
    try {
      elections.close();
    } catch (Exception e) {
      logger.warn("The leader election was not closed properly.", e);
    } finally {
      super.internalClose();
    }
  }
}
