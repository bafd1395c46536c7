// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.jobs.source;

import io.caddis.detectors.event.Parsed;
import java.util.List;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.connector.source.Boundedness;
import org.apache.flink.api.connector.source.Source;
import org.apache.flink.api.connector.source.SplitEnumerator;
import org.apache.flink.api.connector.source.SplitEnumeratorContext;
import org.apache.flink.api.java.typeutils.ResultTypeQueryable;
import org.apache.flink.core.io.SimpleVersionedSerializer;

/** A source that is one sequence: it has one reader whatever the parallelism. */
abstract class StreamSource
    implements Source<Parsed, StreamSplit, List<StreamSplit>>, ResultTypeQueryable<Parsed> {
  private final String name;
  private final Boundedness boundedness;

  StreamSource(String name, Boundedness boundedness) {
    this.name = name;
    this.boundedness = boundedness;
  }

  final String name() {
    return name;
  }

  @Override
  public final Boundedness getBoundedness() {
    return boundedness;
  }

  @Override
  public final SplitEnumerator<StreamSplit, List<StreamSplit>> createEnumerator(
      SplitEnumeratorContext<StreamSplit> context) {
    return new StreamEnumerator(context, List.of(new StreamSplit(name, 0, 0)));
  }

  @Override
  public final SplitEnumerator<StreamSplit, List<StreamSplit>> restoreEnumerator(
      SplitEnumeratorContext<StreamSplit> context, List<StreamSplit> checkpoint) {
    return new StreamEnumerator(context, checkpoint);
  }

  @Override
  public final SimpleVersionedSerializer<StreamSplit> getSplitSerializer() {
    return new StreamSplitSerializer();
  }

  @Override
  public final SimpleVersionedSerializer<List<StreamSplit>> getEnumeratorCheckpointSerializer() {
    return new StreamSplitSerializer.OfList();
  }

  @Override
  public final TypeInformation<Parsed> getProducedType() {
    return TypeInformation.of(Parsed.class);
  }
}
