// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.jobs.source;

import io.caddis.detectors.event.Parsed;
import io.caddis.detectors.parse.Limits;
import io.caddis.detectors.parse.RecordLayout;
import org.apache.flink.api.connector.source.Boundedness;
import org.apache.flink.api.connector.source.SourceReader;
import org.apache.flink.api.connector.source.SourceReaderContext;

/**
 * Lines from a server that this source connects to, and connects to again when the connection ends.
 * One reader whatever the parallelism. JSON lines when the first one begins with a brace, else CSV
 * without a header in the order time, key (when the layout has one), columns.
 *
 * <p><b>At most once.</b> A socket cannot be read twice: what was received after the last
 * checkpoint is lost when the job fails, and what the server sends while nobody is connected never
 * arrives. A reading's position is the number of bytes received before it, over all connections.
 */
public final class SocketSource extends StreamSource {
  private final String host;
  private final int port;
  private final RecordLayout layout;
  private final Limits limits;

  public SocketSource(String host, int port, RecordLayout layout, Limits limits) {
    super(host + ":" + port, Boundedness.CONTINUOUS_UNBOUNDED);
    if (port < 1 || port > 65_535) {
      throw new IllegalArgumentException("port must be in [1, 65535], was " + port);
    }
    this.host = host;
    this.port = port;
    this.layout = layout;
    this.limits = limits;
  }

  @Override
  public SourceReader<Parsed, StreamSplit> createReader(SourceReaderContext context) {
    return new SocketReader(() -> new SocketLines(host, port, layout, limits), context);
  }
}
