// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.jobs.table;

import io.caddis.detectors.table.TableSample;
import io.caddis.jobs.OperatorDescriptions;
import io.caddis.jobs.OperatorUids;
import java.util.List;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.runtime.execution.SuppressRestartsException;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.sink.v2.DiscardingSink;

/**
 * The bounded jobs of tables that lie in many files: a file is read from its first byte to its last
 * by one subtask.
 *
 * <pre>
 *  files -+- sample - fit (1) - registry          train
 *         +- score - a file a file                score
 * </pre>
 */
public final class TableJob {
  /** Accumulators of these jobs. */
  public static final String BYTES = "tableBytes";

  public static final String ROWS = "tableRows";
  public static final String ANOMALIES = "tableAnomalies";

  /** Rows without a score; lines that trained nothing. */
  public static final String UNUSED = "tableUnused";

  public static final String FAULTY = "tableFaulty";

  /** What a training has to say. */
  public static final String LINES = "tableLines";

  private TableJob() {}

  /** Draws the job that trains on files. */
  public static void train(
      StreamExecutionEnvironment env, List<TableFile> files, TrainingOrder training) {
    files(env, files)
        .process(new TableSampleFunction(training))
        .returns(TypeInformation.of(TableSample.Part.class))
        .uid(OperatorUids.TABLE_SAMPLE)
        .name(OperatorUids.TABLE_SAMPLE)
        .transform(OperatorUids.TABLE_FIT, Types.VOID, new TableFitOperator(training))
        .uid(OperatorUids.TABLE_FIT)
        .setParallelism(1)
        .sinkTo(new DiscardingSink<>())
        .uid(OperatorUids.TABLE_END)
        .name(OperatorUids.TABLE_END)
        .setParallelism(1);
    OperatorDescriptions.addTo(env);
  }

  /** Draws the job that scores files. */
  public static void score(
      StreamExecutionEnvironment env, List<TableFile> files, TableScoring scoring, String output) {
    files(env, files)
        .process(new TableScoreFunction(scoring, output))
        .returns(Types.VOID)
        .uid(OperatorUids.TABLE_SCORE)
        .name(OperatorUids.TABLE_SCORE)
        .sinkTo(new DiscardingSink<>())
        .uid(OperatorUids.TABLE_END)
        .name(OperatorUids.TABLE_END);
    OperatorDescriptions.addTo(env);
  }

  private static DataStream<TableFile> files(
      StreamExecutionEnvironment env, List<TableFile> files) {
    return env.fromData(files, TypeInformation.of(TableFile.class))
        .uid(OperatorUids.TABLE_FILES)
        .name(OperatorUids.TABLE_FILES)
        .setParallelism(1)
        .rebalance();
  }

  /** A failure that would come again: the job ends with it. */
  static SuppressRestartsException inVain(String why, Exception cause) {
    return new SuppressRestartsException(new IllegalArgumentException(why, cause));
  }
}
