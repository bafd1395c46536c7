// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.jobs.table;

import io.caddis.detectors.table.TableScorer;
import org.apache.flink.api.common.accumulators.LongCounter;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.core.fs.FileSystem;
import org.apache.flink.core.fs.Path;
import org.apache.flink.core.fs.RecoverableFsDataOutputStream;
import org.apache.flink.streaming.api.functions.ProcessFunction;
import org.apache.flink.util.Collector;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Scores a whole file of a table, with its rows in their order, into a file that appears when it is
 * complete. A file that is scored again after a failure is replaced by the same one.
 */
final class TableScoreFunction extends ProcessFunction<TableFile, Void> {
  private static final Logger LOG = LoggerFactory.getLogger(TableScoreFunction.class);

  private final TableScoring scoring;
  private final String output;
  private final LongCounter bytes = new LongCounter();
  private final LongCounter rows = new LongCounter();
  private final LongCounter anomalies = new LongCounter();
  private final LongCounter unscored = new LongCounter();
  private final LongCounter faulty = new LongCounter();

  /**
   * @param output the file, or for the files of a directory the directory
   */
  TableScoreFunction(TableScoring scoring, String output) {
    this.scoring = scoring;
    this.output = output;
  }

  @Override
  public void open(OpenContext context) {
    getRuntimeContext().addAccumulator(TableJob.BYTES, bytes);
    getRuntimeContext().addAccumulator(TableJob.ROWS, rows);
    getRuntimeContext().addAccumulator(TableJob.ANOMALIES, anomalies);
    getRuntimeContext().addAccumulator(TableJob.UNUSED, unscored);
    getRuntimeContext().addAccumulator(TableJob.FAULTY, faulty);
  }

  @Override
  public void processElement(TableFile file, Context context, Collector<Void> nothing)
      throws Exception {
    Path target = file.only() ? new Path(output) : new Path(output, file.name());
    FileSystem files = target.getFileSystem();
    try (RecoverableFsDataOutputStream out = files.createRecoverableWriter().open(target)) {
      TableScorer.Progress[] told = {TableScorer.Progress.NONE};
      TableScorer.Progress done =
          file.score(
              scoring.scorer(1),
              out,
              note -> LOG.warn("{}", note),
              progress -> {
                count(told[0], progress);
                told[0] = progress;
              });
      count(told[0], done);
      // Some file systems do not replace a file that is there.
      files.delete(target, false);
      out.closeForCommit().commit();
    } catch (IllegalArgumentException e) {
      throw TableJob.inVain(String.valueOf(e.getMessage()), e);
    }
  }

  private void count(TableScorer.Progress before, TableScorer.Progress now) {
    bytes.add(now.bytes() - before.bytes());
    rows.add(now.rows() - before.rows());
    anomalies.add(now.anomalies() - before.anomalies());
    unscored.add(now.unscored() - before.unscored());
    faulty.add(now.faulty() - before.faulty());
  }
}
