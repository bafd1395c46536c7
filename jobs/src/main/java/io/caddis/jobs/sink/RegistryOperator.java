// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.jobs.sink;

import io.caddis.detectors.model.ModelFormatException;
import io.caddis.detectors.registry.ModelRegistry;
import io.caddis.detectors.table.TableTrainer;
import io.caddis.operators.ModelUpdate;
import io.caddis.operators.ModelVerdict;
import io.caddis.operators.OperatorMetrics;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.apache.flink.api.common.state.ListState;
import org.apache.flink.api.common.state.ListStateDescriptor;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.metrics.Counter;
import org.apache.flink.metrics.MetricGroup;
import org.apache.flink.runtime.state.StateInitializationContext;
import org.apache.flink.runtime.state.StateSnapshotContext;
import org.apache.flink.streaming.api.operators.AbstractStreamOperator;
import org.apache.flink.streaming.api.operators.BoundedOneInput;
import org.apache.flink.streaming.api.operators.OneInputStreamOperator;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Publishes every model of a job in a registry once a checkpoint holds it, or the input has ended.
 * Parallelism 1.
 *
 * <p>Publishing is idempotent, and a model stays in state until it succeeded: neither a restart nor
 * a registry that cannot be reached loses or doubles a version. What fails is counted, logged and
 * tried again with the next checkpoint; it never fails the job.
 */
public final class RegistryOperator extends AbstractStreamOperator<Void>
    implements OneInputStreamOperator<ModelUpdate, Void>, BoundedOneInput {
  private static final long serialVersionUID = 1;
  private static final Logger LOG = LoggerFactory.getLogger(RegistryOperator.class);

  /**
   * Models that wait; beyond that the oldest does not wait for a checkpoint and, when the registry
   * cannot be reached, is given up. It can still be found among the job's results.
   */
  static final int MOST_WAITING = 256;

  /** Names that a run gives: those of more groups or sensors would be too many to look through. */
  private static final int MOST_NAMES = TableTrainer.MAX_SENSORS;

  private static final ListStateDescriptor<ModelUpdate> WAITING =
      new ListStateDescriptor<>("models-to-publish", TypeInformation.of(ModelUpdate.class));

  /**
   * A model, and the checkpoint that holds it.
   *
   * @param checkpoint {@link #NONE} until one does
   */
  private record Waiting(ModelUpdate model, long checkpoint) {}

  private static final long NONE = Long.MAX_VALUE;

  private final RegistryTarget target;
  private final int mostNames;

  private transient List<Waiting> waiting;
  private transient ListState<ModelUpdate> state;
  private transient Set<String> groups;
  private transient boolean told;
  private transient ModelRegistry registry;
  private transient Counter published;
  private transient Counter failed;

  public RegistryOperator(RegistryTarget target) {
    this(target, MOST_NAMES);
  }

  RegistryOperator(RegistryTarget target, int mostNames) {
    this.target = target;
    this.mostNames = mostNames;
  }

  @Override
  public void initializeState(StateInitializationContext context) throws Exception {
    super.initializeState(context);
    waiting = new ArrayList<>();
    groups = new HashSet<>();
    registry = target.open();
    MetricGroup metrics = getMetricGroup().addGroup(OperatorMetrics.GROUP);
    published = metrics.counter(OperatorMetrics.MODELS_PUBLISHED);
    failed = metrics.counter(OperatorMetrics.PUBLICATIONS_FAILED);
    state = context.getOperatorStateStore().getListState(WAITING);
    for (ModelUpdate model : state.get()) {
      // The checkpoint that was restored holds it.
      waiting.add(new Waiting(model, Long.MIN_VALUE));
    }
  }

  @Override
  public void processElement(StreamRecord<ModelUpdate> element) {
    ModelVerdict verdict = element.getValue().verdict();
    if (verdict != null && verdict.decision() != ModelVerdict.Decision.ROLLED_BACK) {
      return;
    }
    String group = element.getValue().group();
    if (groups.size() == mostNames && !groups.contains(group)) {
      if (!told) {
        told = true;
        LOG.warn(
            "Model of '{}' is not published, nor any other but those of {} names: more are too many"
                + " to look through",
            group,
            mostNames);
      }
      failed.inc();
      return;
    }
    groups.add(group);
    waiting.add(new Waiting(element.getValue(), NONE));
    if (waiting.size() > MOST_WAITING) {
      ModelUpdate oldest = waiting.remove(0).model();
      if (!publish(oldest)) {
        LOG.error("Model {} of group '{}' is given up", oldest.modelVersion(), oldest.group());
      }
    }
  }

  @Override
  public void snapshotState(StateSnapshotContext context) throws Exception {
    super.snapshotState(context);
    waiting.replaceAll(
        one ->
            one.checkpoint() == NONE ? new Waiting(one.model(), context.getCheckpointId()) : one);
    state.update(waiting.stream().map(Waiting::model).toList());
  }

  @Override
  public void notifyCheckpointComplete(long checkpointId) throws Exception {
    super.notifyCheckpointComplete(checkpointId);
    publish(checkpointId);
  }

  @Override
  public void endInput() {
    publish(NONE);
  }

  /**
   * Deals with what a checkpoint holds, of each group in order: word that a model was rolled back
   * finds no version before the model is one, and would pass for done.
   */
  private void publish(long checkpoint) {
    Set<String> held = new HashSet<>();
    waiting.removeIf(
        one -> {
          String group = one.model().group();
          if (one.checkpoint() > checkpoint || held.contains(group)) {
            return false;
          }
          boolean done = publish(one.model());
          if (!done) {
            held.add(group);
          }
          return done;
        });
  }

  /** Whether the model is dealt with: published, or not to be tried again. */
  private boolean publish(ModelUpdate model) {
    try {
      if (model.verdict() == null) {
        target.publish(registry, model);
        published.inc();
      } else {
        target.withdraw(registry, model);
      }
      return true;
    } catch (IOException | RuntimeException e) {
      failed.inc();
      LOG.warn(
          "Model {} of group '{}' could not be published in {}, what waits is tried again with the"
              + " next checkpoint: {}",
          model.modelVersion(),
          model.group(),
          target.directory(),
          e.toString());
      return e instanceof ModelFormatException;
    }
  }
}
