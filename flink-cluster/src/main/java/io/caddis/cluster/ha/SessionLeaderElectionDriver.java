// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.cluster.ha;

import java.util.UUID;
import org.apache.flink.runtime.leaderelection.LeaderElectionDriver;
import org.apache.flink.runtime.leaderelection.LeaderInformation;
import org.apache.flink.runtime.leaderelection.LeaderInformationRegister;
import org.apache.flink.runtime.leaderelection.ZooKeeperLeaderElectionDriver;
import org.apache.flink.shaded.curator5.org.apache.curator.framework.CuratorFramework;
import org.apache.flink.shaded.curator5.org.apache.curator.framework.state.ConnectionState;
import org.apache.flink.shaded.curator5.org.apache.curator.framework.state.ConnectionStateListener;

/**
 * Flink's election with ZooKeeper, anew for each session.
 *
 * <p>A JobManager whose session has ended and that reaches ZooKeeper again still finds the node
 * with which it stood for election, as long as ZooKeeper does not know of that end: after a restart
 * of ZooKeeper, for as long as a session takes; after a partition, for a moment. Curator's {@code
 * LeaderLatch} up to 5.4, which Flink 2.2 has, then goes on with that node. When it goes away, with
 * the session that it belongs to, the next in line leads as well, and both do so until one of them
 * is started again: two JobManagers restore the same job, and TaskManagers follow now the one and
 * now the other. Whose session has ended therefore leaves the election here, and stands again as a
 * new candidate.
 */
final class SessionLeaderElectionDriver implements LeaderElectionDriver {
  private final CuratorFramework curator;
  private final Listener listener;
  private final ConnectionStateListener states = (client, state) -> changed(state);
  private volatile Candidacy current;

  private SessionLeaderElectionDriver(CuratorFramework curator, Listener listener)
      throws Exception {
    this.curator = curator;
    this.listener = listener;
    current = new Candidacy();
  }

  static SessionLeaderElectionDriver start(CuratorFramework curator, Listener listener)
      throws Exception {
    SessionLeaderElectionDriver driver = new SessionLeaderElectionDriver(curator, listener);
    curator.getConnectionStateListenable().addListener(driver.states);
    return driver;
  }

  @Override
  public boolean hasLeadership() {
    return current.leads();
  }

  @Override
  public void publishLeaderInformation(String component, LeaderInformation information) {
    current.publish(component, information);
  }

  @Override
  public void deleteLeaderInformation(String component) {
    current.driver.deleteLeaderInformation(component);
  }

  @Override
  public void close() throws Exception {
    curator.getConnectionStateListenable().removeListener(states);
    // Without a word: whoever closes it no longer stands for election.
    Candidacy last = current;
    last.ended = true;
    last.driver.close();
  }

  private void changed(ConnectionState state) {
    Candidacy before = current;
    if (state == ConnectionState.LOST) {
      before.end();
    } else if (state == ConnectionState.RECONNECTED && before.ended) {
      try {
        // Not before: what Curator cannot delete for as long as nobody answers ends the process.
        before.driver.close();
        current = new Candidacy();
      } catch (Exception e) {
        listener.onError(e);
      }
    }
  }

  /** From the begin of a session to its end. */
  private final class Candidacy implements Listener {
    private final ZooKeeperLeaderElectionDriver driver;
    private boolean leading;
    private volatile boolean ended;

    Candidacy() throws Exception {
      driver = new ZooKeeperLeaderElectionDriver(curator, this);
    }

    boolean leads() {
      return !ended && driver.hasLeadership();
    }

    void publish(String component, LeaderInformation information) {
      if (leads()) {
        driver.publishLeaderInformation(component, information);
      }
    }

    /** Whoever led is told so once, by whichever of the two notices first. */
    synchronized void end() {
      ended = true;
      onRevokeLeadership();
    }

    @Override
    public synchronized void onGrantLeadership(UUID session) {
      if (!ended) {
        leading = true;
        listener.onGrantLeadership(session);
      }
    }

    @Override
    public synchronized void onRevokeLeadership() {
      if (leading) {
        leading = false;
        listener.onRevokeLeadership();
      }
    }

    @Override
    public void onLeaderInformationChange(String component, LeaderInformation information) {
      if (!ended) {
        listener.onLeaderInformationChange(component, information);
      }
    }

    @Override
    public void onLeaderInformationChange(LeaderInformationRegister register) {
      if (!ended) {
        listener.onLeaderInformationChange(register);
      }
    }

    @Override
    public void onError(Throwable failure) {
      listener.onError(failure);
    }
  }
}
