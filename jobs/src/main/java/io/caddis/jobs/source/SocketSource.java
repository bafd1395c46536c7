// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.jobs.source;

import io.caddis.detectors.event.Parsed;
import io.caddis.detectors.parse.Limits;
import io.caddis.detectors.parse.RecordLayout;
import java.util.List;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.connector.source.Boundedness;
import org.apache.flink.api.connector.source.Source;
import org.apache.flink.api.connector.source.SourceReader;
import org.apache.flink.api.connector.source.SourceReaderContext;
import org.apache.flink.api.connector.source.SplitEnumerator;
import org.apache.flink.api.connector.source.SplitEnumeratorContext;
import org.apache.flink.api.java.typeutils.ResultTypeQueryable;
import org.apache.flink.core.io.SimpleVersionedSerializer;

/**
 * Lines from a server that this source connects to, and connects to again when the connection ends.
 * One reader whatever the parallelism. JSON lines when the first one begins with a brace, else CSV
 * without a header in the order time, key (when the layout has one), columns.
 *
 * <p><b>At most once.</b> A socket cannot be read twice: what was received after the last
 * checkpoint is lost when the job fails, and what the server sends while nobody is connected never
 * arrives. A reading's position is the number of bytes received before it, over all connections.
 */
public final class SocketSource
    implements Source<Parsed, StreamSplit, List<StreamSplit>>, ResultTypeQueryable<Parsed> {
  private final String host;
  private final int port;
  private final RecordLayout layout;
  private final Limits limits;

  public SocketSource(String host, int port, RecordLayout layout, Limits limits) {
    if (port < 1 || port > 65_535) {
      throw new IllegalArgumentException("port must be in [1, 65535], was " + port);
    }
    this.host = host;
    this.port = port;
    this.layout = layout;
    this.limits = limits;
  }

  @Override
  public Boundedness getBoundedness() {
    return Boundedness.CONTINUOUS_UNBOUNDED;
  }

  @Override
  public SourceReader<Parsed, StreamSplit> createReader(SourceReaderContext context) {
    return new SocketReader(() -> new SocketLines(host, port, layout, limits), context);
  }

  @Override
  public SplitEnumerator<StreamSplit, List<StreamSplit>> createEnumerator(
      SplitEnumeratorContext<StreamSplit> context) {
    return new StreamEnumerator(context, List.of(new StreamSplit(host + ":" + port, 0, 0)));
  }

  @Override
  public SplitEnumerator<StreamSplit, List<StreamSplit>> restoreEnumerator(
      SplitEnumeratorContext<StreamSplit> context, List<StreamSplit> checkpoint) {
    return new StreamEnumerator(context, checkpoint);
  }

  @Override
  public SimpleVersionedSerializer<StreamSplit> getSplitSerializer() {
    return new StreamSplitSerializer();
  }

  @Override
  public SimpleVersionedSerializer<List<StreamSplit>> getEnumeratorCheckpointSerializer() {
    return new StreamSplitSerializer.OfList();
  }

  @Override
  public TypeInformation<Parsed> getProducedType() {
    return TypeInformation.of(Parsed.class);
  }
}
