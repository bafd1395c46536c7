// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.gateway;

import io.caddis.gateway.RawConnection.Answer;
import io.caddis.gateway.RawConnection.Unanswered;
import java.io.IOException;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.LongAdder;

/** What came of requests, of whatever kind they were: how often which. Thread-safe. */
final class AnswerTally {
  /** Closed without an answer, though the request was whole. */
  static final String CLOSED = "closed";

  /** Closed without an answer after a request that was cut off. */
  static final String CUT_OFF = "closed, cut off";

  static final String UNANSWERED = "unanswered";

  /** What came was no HTTP. */
  static final String GARBLED = "garbled";

  private final Map<String, LongAdder> counts = new ConcurrentSkipListMap<>();

  /** Sends a request and counts what comes of it. */
  void send(RawConnection connection, byte[] request, boolean whole) throws IOException {
    String came;
    try {
      Answer answer = connection.send(request, whole);
      came = answer.status() > 0 ? answer.status() / 100 + "xx" : whole ? CLOSED : CUT_OFF;
    } catch (Unanswered e) {
      came = UNANSWERED;
    } catch (AssertionError e) {
      connection.close();
      came = GARBLED;
    }
    counts.computeIfAbsent(came, unused -> new LongAdder()).increment();
  }

  long of(String kind) {
    LongAdder count = counts.get(kind);
    return count == null ? 0 : count.sum();
  }

  long sum() {
    return counts.values().stream().mapToLong(LongAdder::sum).sum();
  }

  @Override
  public String toString() {
    return counts.toString();
  }
}
