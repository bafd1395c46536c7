// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.jobs;

import io.caddis.detectors.table.TableScorer;
import java.io.PrintWriter;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/** How far scoring has come, on standard error: in place for a person, else a line now and then. */
final class ScoreProgress {
  private static final long WATCHED_NANOS = TimeUnit.MILLISECONDS.toNanos(200);
  private static final long UNWATCHED_NANOS = TimeUnit.SECONDS.toNanos(5);

  private final PrintWriter err;
  private final boolean watched;
  private final LongSupplier nanos;
  private long start;
  private long next;
  private long totalBytes;

  ScoreProgress(PrintWriter err, boolean watched, LongSupplier nanos) {
    this.err = err;
    this.watched = watched;
    this.nanos = nanos;
  }

  void begin(long bytes) {
    totalBytes = bytes;
    start = nanos.getAsLong();
    next = start + (watched ? WATCHED_NANOS : UNWATCHED_NANOS);
  }

  void show(TableScorer.Progress progress) {
    long now = nanos.getAsLong();
    if (now - next < 0) {
      return;
    }
    next = now + (watched ? WATCHED_NANOS : UNWATCHED_NANOS);
    print(progress, (int) (100 * progress.bytes() / Math.max(1, totalBytes)), now);
  }

  void end(TableScorer.Progress progress) {
    print(progress, 100, nanos.getAsLong());
    if (watched) {
      err.println();
    }
  }

  private void print(TableScorer.Progress progress, int percent, long now) {
    double seconds = Math.max(1e-3, (now - start) / 1e9);
    String line =
        String.format(
            Locale.ROOT,
            "%3d %%  %,d rows, %,d anomalies, %,.0f rows/s",
            Math.min(percent, 100),
            progress.rows(),
            progress.anomalies(),
            progress.rows() / seconds);
    if (watched) {
      err.print("\r" + line);
    } else {
      err.println(line);
    }
    err.flush();
  }
}
