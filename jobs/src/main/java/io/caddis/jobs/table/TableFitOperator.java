// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.jobs.table;

import io.caddis.detectors.table.TableSample;
import io.caddis.detectors.table.TableTrainer;
import org.apache.flink.api.common.accumulators.ListAccumulator;
import org.apache.flink.streaming.api.operators.AbstractStreamOperator;
import org.apache.flink.streaming.api.operators.BoundedOneInput;
import org.apache.flink.streaming.api.operators.OneInputStreamOperator;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;

/**
 * Joins the samples of all files of a table and, when the last has come, fits its models and adds
 * them to the registry. Parallelism 1; a bounded job has no checkpoint to hold anything for.
 */
final class TableFitOperator extends AbstractStreamOperator<Void>
    implements OneInputStreamOperator<TableSample.Part, Void>, BoundedOneInput {
  private static final long serialVersionUID = 1;

  private final TrainingOrder training;

  private transient TableSample sample;

  TableFitOperator(TrainingOrder training) {
    this.training = training;
  }

  @Override
  public void open() throws Exception {
    super.open();
    sample = new TableSample(training.sampleRows());
  }

  @Override
  public void processElement(StreamRecord<TableSample.Part> part) {
    sample.add(part.getValue());
  }

  @Override
  public void endInput() throws Exception {
    ListAccumulator<String> lines = new ListAccumulator<>();
    getRuntimeContext().addAccumulator(TableJob.LINES, lines);
    TableTrainer.Result result;
    try {
      result = training.trainer().fit(sample);
    } catch (RuntimeException e) {
      throw TableJob.inVain(String.valueOf(e.getMessage()), e);
    }
    training.publish(result).forEach(lines::add);
    String untrained = training.untrained(result);
    if (untrained != null) {
      lines.add(untrained);
    }
  }
}
