// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.cluster.ha;

import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.HighAvailabilityOptions;
import org.apache.flink.runtime.leaderelection.LeaderInformation;
import org.apache.flink.runtime.leaderretrieval.LeaderRetrievalDriver;
import org.apache.flink.runtime.leaderretrieval.LeaderRetrievalEventHandler;
import org.apache.flink.runtime.leaderretrieval.LeaderRetrievalException;
import org.apache.flink.runtime.rpc.FatalErrorHandler;
import org.apache.flink.runtime.util.ZooKeeperUtils;
import org.apache.flink.shaded.curator5.org.apache.curator.framework.CuratorFramework;
import org.apache.flink.shaded.curator5.org.apache.curator.framework.recipes.cache.ChildData;
import org.apache.flink.shaded.curator5.org.apache.curator.framework.recipes.cache.TreeCache;
import org.apache.flink.shaded.curator5.org.apache.curator.framework.state.ConnectionState;
import org.apache.flink.shaded.curator5.org.apache.curator.framework.state.ConnectionStateListener;
import org.apache.flink.shaded.zookeeper3.org.apache.zookeeper.KeeperException;
import org.apache.flink.shaded.zookeeper3.org.apache.zookeeper.Watcher;
import org.jspecify.annotations.Nullable;

/**
 * Tells who leads, the last that ZooKeeper said also last.
 *
 * <p>When a connection is back, Curator's thread for the state of connections and ZooKeeper's for
 * its events both look who leads and tell it. Flink's {@code ZooKeeperLeaderRetrievalDriver} lets
 * them overtake each other between looking and telling: the former leader may be told last, and
 * whoever was told goes on looking for it until the leader changes again. Here whoever looks has
 * told before the other one looks, and what the cache holds is always looked at once more after it
 * has changed.
 */
final class OrderedLeaderRetrievalDriver implements LeaderRetrievalDriver {
  private final CuratorFramework curator;
  private final String path;
  private final LeaderRetrievalEventHandler listener;
  private final FatalErrorHandler failures;
  private final boolean suspensionTolerated;

  // As Flink has it. What Curator has instead insists on removing its watch when it is closed, and
  // what Curator cannot do for as long as nobody answers ends the process.
  @SuppressWarnings("deprecation")
  private final TreeCache cache;

  private final ConnectionStateListener states = (client, state) -> changed(state);

  private OrderedLeaderRetrievalDriver(
      CuratorFramework curator,
      String leaderPath,
      Configuration configuration,
      LeaderRetrievalEventHandler listener,
      FatalErrorHandler failures) {
    this.curator = curator;
    this.listener = listener;
    this.failures = failures;
    path = ZooKeeperUtils.generateConnectionInformationPath(leaderPath);
    suspensionTolerated =
        configuration.get(HighAvailabilityOptions.ZOOKEEPER_TOLERATE_SUSPENDED_CONNECTIONS);
    cache = ZooKeeperUtils.createTreeCache(curator, path, this::tell);
  }

  /**
   * Tells from now on.
   *
   * @param leaderPath of the component whose leader is looked for
   */
  static OrderedLeaderRetrievalDriver start(
      CuratorFramework curator,
      String leaderPath,
      Configuration configuration,
      LeaderRetrievalEventHandler listener,
      FatalErrorHandler failures)
      throws Exception {
    OrderedLeaderRetrievalDriver driver =
        new OrderedLeaderRetrievalDriver(curator, leaderPath, configuration, listener, failures);
    driver.cache.start();
    curator.getConnectionStateListenable().addListener(driver.states);
    return driver;
  }

  @Override
  public void close() throws Exception {
    curator.getConnectionStateListenable().removeListener(states);
    cache.close();
    // As Flink's does (FLINK-33053): a watcher for each job that ever ran would stay. Those of the
    // ResourceManager are shared by all jobs.
    if (curator.getZookeeperClient().isConnected()
        && !path.contains(ZooKeeperUtils.RESOURCE_MANAGER_NODE)) {
      try {
        curator.watchers().removeAll().ofType(Watcher.WatcherType.Any).forPath(path);
      } catch (KeeperException.NoWatcherException e) {
        // There was none to remove.
      }
    }
  }

  private synchronized void changed(ConnectionState state) {
    if (state == ConnectionState.RECONNECTED) {
      tell();
    } else if (state == ConnectionState.LOST
        || (state == ConnectionState.SUSPENDED && !suspensionTolerated)) {
      listener.notifyLeaderAddress(LeaderInformation.empty());
    }
  }

  private synchronized void tell() {
    try {
      @Nullable ChildData node = cache.getCurrentData(path);
      listener.notifyLeaderAddress(
          ZooKeeperUtils.readLeaderInformation(node == null ? null : node.getData()));
    } catch (Exception e) {
      failures.onFatalError(new LeaderRetrievalException("cannot read who leads in " + path, e));
    }
  }

  @Override
  public String toString() {
    return "OrderedLeaderRetrievalDriver(" + path + ")";
  }
}
