// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.operators;

import io.caddis.detectors.event.Reading;
import io.caddis.detectors.event.Rejection;
import io.caddis.detectors.event.RejectionReason;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.apache.flink.api.common.state.MapState;
import org.apache.flink.api.common.state.MapStateDescriptor;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.runtime.state.VoidNamespace;
import org.apache.flink.runtime.state.VoidNamespaceSerializer;
import org.apache.flink.streaming.api.operators.AbstractStreamOperator;
import org.apache.flink.streaming.api.operators.InternalTimer;
import org.apache.flink.streaming.api.operators.InternalTimerService;
import org.apache.flink.streaming.api.operators.OneInputStreamOperator;
import org.apache.flink.streaming.api.operators.Triggerable;
import org.apache.flink.streaming.api.watermark.Watermark;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.streaming.runtime.watermarkstatus.WatermarkStatus;

/**
 * Holds each reading until the watermark has passed it and lets readings go in event-time order;
 * or, when not {@code ordered}, lets them through as they come.
 *
 * <pre>
 *   in    5  3  9  4   W=MAX
 *   out                       3  4  W=4  5  9  W=MAX
 * </pre>
 *
 * <p>A bounded run gets its only watermark at the end of its input, so that nothing can be late
 * whatever order the files are in. While the readings drain, this operator sends watermarks of its
 * own: to everything behind it a bounded run is a perfectly ordered stream, and windows close,
 * models arrive and state is released as they would in a live one. An operator rather than a
 * function, because functions cannot send watermarks.
 *
 * <p>Readings of one sensor and time keep the order of their source and position, so the result
 * does not depend on parallelism or speed.
 */
public final class OrderOperator extends AbstractStreamOperator<Reading>
    implements OneInputStreamOperator<Reading, Reading>, Triggerable<String, VoidNamespace> {

  private static final MapStateDescriptor<Long, List<Reading>> WAITING =
      new MapStateDescriptor<>("waiting", Types.LONG, Types.LIST(Types.POJO(Reading.class)));

  /**
   * Readings between two watermarks while draining: few enough that little waits for them further
   * down.
   */
  private static final int PROGRESS_EVERY = 256;

  private static final Comparator<Reading> ORDER =
      Comparator.comparingLong(Reading::source).thenComparingLong(Reading::position);

  private final boolean ordered;
  private final boolean deduplicate;

  private transient MapState<Long, List<Reading>> waiting;
  private transient InternalTimerService<VoidNamespace> timers;
  private transient Tally duplicates;
  private transient int sinceProgress;

  /**
   * @param ordered whether to hold readings for the watermark at all
   * @param deduplicate whether to keep one reading, the first by source and position, of those of
   *     the same sensor and time; their values do not count, because what is sent again may have
   *     gained, lost or renamed columns on the way; needs {@code ordered}
   */
  public OrderOperator(boolean ordered, boolean deduplicate) {
    if (deduplicate && !ordered) {
      throw new IllegalArgumentException(
          "deduplicate must be false unless readings are ordered by event time");
    }
    this.ordered = ordered;
    this.deduplicate = deduplicate;
  }

  @Override
  public void open() throws Exception {
    super.open();
    timers = getInternalTimerService("order", VoidNamespaceSerializer.INSTANCE, this);
    waiting = getRuntimeContext().getMapState(WAITING);
    duplicates = new Tally(getRuntimeContext(), OperatorMetrics.DUPLICATES);
  }

  @Override
  public void processElement(StreamRecord<Reading> element) throws Exception {
    Reading reading = element.getValue();
    long timestamp = reading.timestamp();
    if (!ordered || timestamp <= timers.currentWatermark()) {
      output.collect(element);
      return;
    }
    List<Reading> sameTime = waiting.get(timestamp);
    if (sameTime == null) {
      sameTime = new ArrayList<>(1);
      timers.registerEventTimeTimer(VoidNamespace.INSTANCE, timestamp);
    }
    sameTime.add(reading);
    waiting.put(timestamp, sameTime);
  }

  @Override
  public void onEventTime(InternalTimer<String, VoidNamespace> timer) throws Exception {
    long timestamp = timer.getTimestamp();
    List<Reading> sameTime = waiting.get(timestamp);
    waiting.remove(timestamp);
    if (sinceProgress >= PROGRESS_EVERY) {
      sinceProgress = 0;
      output.emitWatermark(new Watermark(timestamp - 1));
    }
    sameTime.sort(ORDER);
    for (Reading reading : deduplicate ? sameTime.subList(0, 1) : sameTime) {
      output.collect(new StreamRecord<>(reading, timestamp));
      sinceProgress++;
    }
    for (int i = 1; deduplicate && i < sameTime.size(); i++) {
      reject(sameTime.get(i), sameTime.get(0));
    }
  }

  @Override
  public void onProcessingTime(InternalTimer<String, VoidNamespace> timer) {
    throw new IllegalStateException("the order operator sets no processing-time timers");
  }

  /**
   * Keeps idleness to itself. All subtasks have the same sources before them and so the same
   * watermark; what follows would gain nothing, and would take the end of time from the first
   * subtask that drains while another, thought idle, still has readings to send.
   */
  @Override
  public void processWatermarkStatus(WatermarkStatus status) {}

  /**
   * Lets go of all readings when the job is drained. Flink's last watermark does not come through a
   * channel that has been marked idle, which a stream that has been quiet for a while is.
   */
  @Override
  public void finish() throws Exception {
    if (timers.currentWatermark() < Watermark.MAX_WATERMARK.getTimestamp()) {
      processWatermark(Watermark.MAX_WATERMARK);
    }
    super.finish();
  }

  private void reject(Reading duplicate, Reading original) {
    duplicates.increment();
    Rejection rejection =
        new Rejection(
            RejectionReason.DUPLICATE,
            "sensor '%s' sent a reading of the same time before, as event %016x-%x"
                .formatted(duplicate.key(), original.source(), original.position()),
            "%016x".formatted(duplicate.source()),
            duplicate.position(),
            0,
            0,
            new byte[0],
            null,
            false);
    output.collect(SideOutputs.DEAD_LETTERS, new StreamRecord<>(rejection, duplicate.timestamp()));
  }
}
