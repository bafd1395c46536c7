// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.jobs.sink;

import java.net.URI;
import org.apache.flink.api.common.serialization.Encoder;
import org.apache.flink.connector.file.sink.FileSink;
import org.apache.flink.core.fs.Path;
import org.apache.flink.core.io.SimpleVersionedSerializer;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.functions.sink.filesystem.BucketAssigner;
import org.apache.flink.streaming.api.functions.sink.filesystem.OutputFileConfig;
import org.apache.flink.streaming.api.functions.sink.filesystem.bucketassigners.SimpleVersionedStringSerializer;
import org.apache.flink.streaming.api.functions.sink.filesystem.rollingpolicies.OnCheckpointRollingPolicy;
import org.jspecify.annotations.Nullable;

/**
 * The folders of an output directory, each written exactly once: a file appears under its final
 * name with the checkpoint that covers it, or at the end of a bounded run without checkpoints. A
 * job that goes on with another directory commits what was pending in the former one, and writes
 * nothing else there.
 *
 * <pre>
 * DIR/scores/        every reading's verdict
 *     alerts/        episodes
 *     dead-letters/  what could not be used, and why
 *     readings/      what was scored, with all values, when asked for
 *     late/          readings that came behind the watermark; they are scored too
 *     quality/       what is wrong with sensors' data
 *     models/        what was trained
 *     choices/       what a detector that learns by reading chose for a sensor, and why
 *     challenger/    verdicts of models on trial, where there can be any
 *     timings/       how long models take, where there can be one on trial
 *     control/       what became of commands, where the job takes any
 *     archive/       what alerts' scores were made of, when asked for
 * </pre>
 */
public final class Sinks {
  public static final String SCORES = "scores";
  public static final String ALERTS = "alerts";
  public static final String DEAD_LETTERS = "dead-letters";
  public static final String READINGS = "readings";
  public static final String LATE = "late";
  public static final String QUALITY = "quality";
  public static final String MODELS = "models";
  public static final String CHOICES = "choices";
  public static final String CHALLENGER = "challenger";
  public static final String TIMINGS = "timings";
  public static final String CONTROL = "control";
  public static final String ARCHIVE = "archive";

  private final @Nullable Path directory;

  /**
   * @param directory any file system that Flink knows, for example {@code file:///data/out}; null
   *     to write nothing
   */
  public Sinks(@Nullable URI directory) {
    this.directory = directory == null ? null : new Path(directory);
  }

  /**
   * Writes a stream into one folder, as {@code FOLDER/FOLDER-*.jsonl}.
   *
   * @param folder one of the folders above
   * @param uid identity of the sink's state across versions, also its name in the web UI
   */
  public <T> void write(DataStream<T> stream, String folder, Encoder<T> encoder, String uid) {
    if (directory == null) {
      return;
    }
    stream.sinkTo(sink(new Path(directory, folder), encoder)).name(uid).uid(uid);
  }

  /** Writes rows as {@code FOLDER/NAME-*.jsonl}, NAME being the folder's own. */
  static <T> FileSink<T> sink(Path folder, Encoder<T> encoder) {
    // To Flink the folder is a bucket of the whole file system. A restored bucket is written to
    // where it was before, wherever its sink is told to write now, as long as rows are assigned to
    // it. So its id is the path: those that were restored from elsewhere get no row, and are gone
    // with the next checkpoint.
    URI uri = folder.toUri();
    return FileSink.forRowFormat(new Path(uri.getScheme(), uri.getAuthority(), "/"), encoder)
        .withBucketAssigner(new OneBucket<>("." + uri.getPath()))
        .withRollingPolicy(OnCheckpointRollingPolicy.build())
        .withOutputFileConfig(
            OutputFileConfig.builder()
                .withPartPrefix(folder.getName())
                .withPartSuffix(".jsonl")
                .build())
        .build();
  }

  private record OneBucket<T>(String id) implements BucketAssigner<T, String> {
    @Override
    public String getBucketId(T row, Context context) {
      return id;
    }

    @Override
    public SimpleVersionedSerializer<String> getSerializer() {
      return SimpleVersionedStringSerializer.INSTANCE;
    }
  }
}
