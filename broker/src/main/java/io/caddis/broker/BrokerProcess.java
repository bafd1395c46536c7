// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.broker;

import java.io.IOException;
import java.io.UncheckedIOException;
import kafka.Kafka;
import kafka.tools.StorageTool;

/**
 * The main class of the broker's process: formats the storage when it is new, serves until standard
 * input ends, so that no broker outlives the test that started it.
 */
final class BrokerProcess {
  private BrokerProcess() {}

  /**
   * @param arguments the file of the broker's settings, and the id of the cluster
   */
  public static void main(String[] arguments) {
    Thread watch = new Thread(BrokerProcess::awaitEnd, "end-of-test");
    watch.setDaemon(true);
    watch.start();
    int failed =
        StorageTool.execute(
            new String[] {
              "format", "--ignore-formatted", "--config", arguments[0], "--cluster-id", arguments[1]
            },
            System.out);
    if (failed != 0) {
      Runtime.getRuntime().halt(failed);
    }
    Kafka.main(new String[] {arguments[0]});
  }

  private static void awaitEnd() {
    try {
      while (System.in.read() >= 0) {
        // Nobody writes: it is the end that is waited for.
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } finally {
      Runtime.getRuntime().halt(0);
    }
  }
}
