// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.jobs.source;

import io.caddis.detectors.event.Parsed;
import io.caddis.detectors.parse.Limits;
import io.caddis.detectors.parse.RecordLayout;
import java.io.IOException;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.connector.source.Boundedness;
import org.apache.flink.api.connector.source.Source;
import org.apache.flink.api.connector.source.SourceReader;
import org.apache.flink.api.connector.source.SourceReaderContext;
import org.apache.flink.api.connector.source.SplitEnumerator;
import org.apache.flink.api.connector.source.SplitEnumeratorContext;
import org.apache.flink.api.java.typeutils.ResultTypeQueryable;
import org.apache.flink.connector.file.src.FileSource;
import org.apache.flink.connector.file.src.FileSourceSplit;
import org.apache.flink.connector.file.src.PendingSplitsCheckpoint;
import org.apache.flink.core.fs.Path;
import org.apache.flink.core.io.SimpleVersionedSerializer;
import org.jspecify.annotations.Nullable;

/**
 * Readings from files: Flink's {@link FileSource}, which keeps the positions, with an order of
 * files and a hold on the watermark, so that files that overlap in time (one a sensor, say) are not
 * late at any parallelism. Exactly once.
 *
 * <p>What producers must do is the input contract in {@code docs/input.md}: files appear whole,
 * under names never used before, and are not changed after.
 */
public final class FileReadings
    implements Source<Parsed, FileSourceSplit, PendingSplitsCheckpoint<FileSourceSplit>>,
        ResultTypeQueryable<Parsed> {
  private final FileSource<Parsed> files;
  private final RecordFormat format;
  private final Path[] paths;
  private final @Nullable Duration interval;

  private FileReadings(
      List<String> roots, RecordLayout layout, Limits limits, @Nullable Duration interval)
      throws IOException {
    this.interval = interval;
    paths = new Path[roots.size()];
    for (int i = 0; i < paths.length; i++) {
      Path path = new Path(roots.get(i));
      paths[i] = path.makeQualified(path.getFileSystem());
    }
    format = new RecordFormat(paths, layout, limits);
    FileSource.FileSourceBuilder<Parsed> builder = FileSource.forBulkFileFormat(format, paths);
    builder.setFileEnumerator(() -> new EventTimeEnumerator(format));
    builder.setSplitAssigner(EventTimeAssigner::new);
    if (interval != null) {
      builder.monitorContinuously(interval);
    }
    files = builder.build();
  }

  /**
   * Reads what is there, and ends.
   *
   * @param roots files or directories, which are read recursively
   * @throws IOException when a root's file system is not known
   */
  public static FileReadings bounded(List<String> roots, RecordLayout layout, Limits limits)
      throws IOException {
    return new FileReadings(roots, layout, limits, null);
  }

  /**
   * Reads what is there, then what appears, for ever.
   *
   * @param roots as above
   * @param interval how often to look for new files
   * @throws IOException when a root's file system is not known
   */
  public static FileReadings continuous(
      List<String> roots, Duration interval, RecordLayout layout, Limits limits)
      throws IOException {
    return new FileReadings(roots, layout, limits, interval);
  }

  @Override
  public Boundedness getBoundedness() {
    return files.getBoundedness();
  }

  @Override
  public SourceReader<Parsed, FileSourceSplit> createReader(SourceReaderContext context) {
    return new CeilingReader(files.createReader(context), context.metricGroup());
  }

  @Override
  public SplitEnumerator<FileSourceSplit, PendingSplitsCheckpoint<FileSourceSplit>>
      createEnumerator(SplitEnumeratorContext<FileSourceSplit> context) {
    return interval == null
        ? files.createEnumerator(context)
        : monitored(context, interval, List.of(), List.of());
  }

  @Override
  public SplitEnumerator<FileSourceSplit, PendingSplitsCheckpoint<FileSourceSplit>>
      restoreEnumerator(
          SplitEnumeratorContext<FileSourceSplit> context,
          PendingSplitsCheckpoint<FileSourceSplit> checkpoint) {
    return interval == null
        ? files.restoreEnumerator(context, checkpoint)
        : monitored(
            context, interval, checkpoint.getSplits(), checkpoint.getAlreadyProcessedPaths());
  }

  private MonitoredFiles monitored(
      SplitEnumeratorContext<FileSourceSplit> context,
      Duration every,
      Collection<FileSourceSplit> waiting,
      Collection<Path> known) {
    return new MonitoredFiles(
        context,
        paths,
        every,
        new EventTimeEnumerator(format),
        new EventTimeAssigner(waiting),
        known,
        System::nanoTime);
  }

  @Override
  public SimpleVersionedSerializer<FileSourceSplit> getSplitSerializer() {
    return files.getSplitSerializer();
  }

  @Override
  public SimpleVersionedSerializer<PendingSplitsCheckpoint<FileSourceSplit>>
      getEnumeratorCheckpointSerializer() {
    return files.getEnumeratorCheckpointSerializer();
  }

  @Override
  public TypeInformation<Parsed> getProducedType() {
    return files.getProducedType();
  }
}
