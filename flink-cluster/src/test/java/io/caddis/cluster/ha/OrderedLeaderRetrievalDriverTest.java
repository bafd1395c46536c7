// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.cluster.ha;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.HighAvailabilityOptions;
import org.apache.flink.configuration.SecurityOptions;
import org.apache.flink.runtime.highavailability.zookeeper.CuratorFrameworkWithUnhandledErrorListener;
import org.apache.flink.runtime.leaderelection.LeaderInformation;
import org.apache.flink.runtime.leaderretrieval.LeaderRetrievalDriver;
import org.apache.flink.runtime.leaderretrieval.LeaderRetrievalEventHandler;
import org.apache.flink.runtime.util.ZooKeeperUtils;
import org.apache.flink.shaded.zookeeper3.org.apache.zookeeper.server.ServerCnxnFactory;
import org.apache.flink.shaded.zookeeper3.org.apache.zookeeper.server.ZooKeeperServer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OrderedLeaderRetrievalDriverTest {
  private static final String COMPONENT = "component";
  private static final Duration HOLD = Duration.ofMillis(500);
  private static final int READERS = 6;
  private static final int CHANGES = 3;

  @TempDir private Path folder;

  private final Configuration configuration = new Configuration();
  private final List<CuratorFrameworkWithUnhandledErrorListener> clients = new ArrayList<>();
  private ZooKeeperServer zooKeeper;
  private ServerCnxnFactory connections;

  @BeforeEach
  void start() throws Exception {
    zooKeeper = new ZooKeeperServer(folder.toFile(), folder.toFile(), 1000);
    connections = ServerCnxnFactory.createFactory(0, 10);
    connections.startup(zooKeeper);
    configuration.set(
        HighAvailabilityOptions.HA_ZOOKEEPER_QUORUM, "localhost:" + connections.getLocalPort());
    configuration.set(SecurityOptions.ZOOKEEPER_SASL_DISABLE, true);
  }

  @AfterEach
  void stop() {
    clients.forEach(CuratorFrameworkWithUnhandledErrorListener::close);
    connections.shutdown();
  }

  /**
   * Sessions end while the leader changes, and the threads that say that the connection is back are
   * held up after they have looked and before they tell.
   */
  @Test
  void theLastLeaderIsToldLast() throws Exception {
    CuratorFrameworkWithUnhandledErrorListener writer = client();
    List<CuratorFrameworkWithUnhandledErrorListener> readers = new ArrayList<>();
    List<LeaderRetrievalDriver> drivers = new ArrayList<>();
    List<Told> all = new ArrayList<>();
    // Which of its listeners Curator calls first differs from one client to the next.
    for (int i = 0; i < READERS; i++) {
      CuratorFrameworkWithUnhandledErrorListener reader = client();
      Told told = new Told();
      readers.add(reader);
      all.add(told);
      drivers.add(
          OrderedLeaderRetrievalDriver.start(
              reader.asCuratorFramework(),
              COMPONENT,
              configuration,
              told,
              failure -> told.last = "failed: " + failure));
    }
    publish(writer, "leader-0");
    for (Told told : all) {
      told.await("leader-0");
    }

    for (int change = 1; change <= CHANGES; change++) {
      String former = "leader-" + (change - 1);
      String leader = "leader-" + change;
      all.forEach(told -> told.hold(former));
      for (CuratorFrameworkWithUnhandledErrorListener reader : readers) {
        zooKeeper.closeSession(
            reader.asCuratorFramework().getZookeeperClient().getZooKeeper().getSessionId());
      }
      publish(writer, leader);
      for (Told told : all) {
        told.await(leader);
      }
      // What was held up longest has been told as well by then.
      Thread.sleep(HOLD.plus(HOLD).toMillis());
      assertThat(all).as("change %d", change).extracting(told -> told.last).containsOnly(leader);
    }
    assertThat(all).anyMatch(told -> told.wasHeld);
    for (LeaderRetrievalDriver driver : drivers) {
      driver.close();
    }
  }

  private CuratorFrameworkWithUnhandledErrorListener client() {
    CuratorFrameworkWithUnhandledErrorListener client =
        ZooKeeperUtils.startCuratorFramework(
            configuration,
            failure -> {
              throw new AssertionError(failure);
            });
    clients.add(client);
    return client;
  }

  private static void publish(CuratorFrameworkWithUnhandledErrorListener client, String leader)
      throws Exception {
    ZooKeeperUtils.writeLeaderInformationToZooKeeper(
        LeaderInformation.known(UUID.randomUUID(), leader),
        client.asCuratorFramework(),
        () -> true,
        ZooKeeperUtils.generateConnectionInformationPath(COMPONENT));
  }

  /** Keeps who was told last. */
  private static final class Told implements LeaderRetrievalEventHandler {
    private volatile String last = "";
    private volatile String former = "";
    private volatile boolean wasHeld;
    private volatile CountDownLatch news = new CountDownLatch(0);

    /** Whoever tells this leader is held up until another one is told. */
    void hold(String leader) {
      news = new CountDownLatch(1);
      former = leader;
    }

    @Override
    public void notifyLeaderAddress(LeaderInformation leader) {
      String address = leader.isEmpty() ? "" : leader.getLeaderAddress();
      if (address.equals(former)) {
        wasHeld = true;
        awaitNews();
      }
      last = address;
      if (!address.isEmpty() && !address.equals(former)) {
        news.countDown();
      }
    }

    private void awaitNews() {
      try {
        news.await(HOLD.toMillis(), TimeUnit.MILLISECONDS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }

    void await(String leader) throws InterruptedException {
      for (int i = 0; i < 6_000 && !last.equals(leader); i++) {
        Thread.sleep(20);
      }
      assertThat(last).isEqualTo(leader);
    }
  }
}
