// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.jobs.table;

import io.caddis.detectors.table.TableSample;
import io.caddis.detectors.table.TableTrainer;
import java.io.InputStream;
import org.apache.flink.api.common.accumulators.LongCounter;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.streaming.api.functions.ProcessFunction;
import org.apache.flink.util.Collector;

/** Reads a whole file of a table and sends on what training needs of it. */
final class TableSampleFunction extends ProcessFunction<TableFile, TableSample.Part> {
  private final TrainingOrder training;
  private final LongCounter rejected = new LongCounter();
  private final LongCounter faulty = new LongCounter();
  private final LongCounter rows = new LongCounter();

  private transient TableTrainer trainer;

  TableSampleFunction(TrainingOrder training) {
    this.training = training;
  }

  @Override
  public void open(OpenContext context) {
    trainer = training.trainer();
    getRuntimeContext().addAccumulator(TableJob.ROWS, rows);
    getRuntimeContext().addAccumulator(TableJob.UNUSED, rejected);
    getRuntimeContext().addAccumulator(TableJob.FAULTY, faulty);
  }

  @Override
  public void processElement(TableFile file, Context context, Collector<TableSample.Part> out)
      throws Exception {
    TableSample sample;
    try (InputStream in = file.open()) {
      sample = trainer.read(in, file.name(), file.only() ? "" : file.name());
    } catch (RuntimeException e) {
      throw TableJob.inVain(file.name() + ": " + e.getMessage(), e);
    }
    sample.parts().forEach(out::collect);
    rows.add(sample.parts().get(0).seen());
    rejected.add(sample.rejected());
    faulty.add(sample.faulty());
  }
}
