// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.cluster;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.flink.api.connector.source.SourceSplit;
import org.apache.flink.api.connector.source.util.ratelimit.RateLimiter;

/** A source's brake that is let go when a file appears: the job lasts as long as its test needs. */
final class Throttle<S extends SourceSplit> implements RateLimiter<S> {
  private final RateLimiter<S> slow;
  private final Path release;
  private boolean released;

  Throttle(RateLimiter<S> slow, Path release) {
    this.slow = slow;
    this.release = release;
  }

  @Override
  public CompletionStage<Void> acquire(int permits) {
    released = released || Files.exists(release);
    return released ? CompletableFuture.completedFuture(null) : slow.acquire(permits);
  }
}
