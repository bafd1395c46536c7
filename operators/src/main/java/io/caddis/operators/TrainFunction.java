// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.operators;

import io.caddis.detectors.drift.FeatureDrift;
import io.caddis.detectors.drift.MeanShift;
import io.caddis.detectors.drift.SampleProfile;
import io.caddis.detectors.event.QualityIssue;
import io.caddis.detectors.event.QualityKind;
import io.caddis.detectors.feature.Feature;
import io.caddis.detectors.feature.FeatureSchema;
import io.caddis.detectors.feature.NewFeatures;
import io.caddis.detectors.model.Model;
import io.caddis.detectors.model.ModelCodec;
import io.caddis.detectors.model.Row;
import io.caddis.detectors.model.UnusableSampleException;
import io.caddis.detectors.quality.BatchChecks;
import io.caddis.detectors.quality.BatchReport;
import io.caddis.detectors.sample.SampledRow;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.state.MapState;
import org.apache.flink.api.common.state.MapStateDescriptor;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.streaming.api.functions.KeyedProcessFunction;
import org.apache.flink.util.Collector;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Merges the samples of a training window and fits the group's model when the watermark says that
 * the window is complete. Keyed by group.
 *
 * <p>The same readings and seed give the same model bytes, whatever their order and the
 * parallelism. A window whose sample is too small, too empty or unusable gives no model; the models
 * before it stay in force; so they do when {@link Retraining} asks for none. A sample that a
 * command took trains whatever that asks for, and what became of it is answered. Where models are
 * updated, every window changes the one before. Rows that the model before flags do not train, see
 * {@link FlaggedRows}; the boundary is that of all rows. A model that {@link PromotionPlan} refuses
 * goes to the side output and is as if it had not been, and so is one that its watch takes back,
 * see {@link TrainedModels}. Each sample is compared with that of the model before it; what has
 * drifted goes with the model and, once a feature, to the quality issues.
 */
public final class TrainFunction extends KeyedProcessFunction<String, TrainingSample, ModelUpdate> {
  private static final Logger LOG = LoggerFactory.getLogger(TrainFunction.class);

  private static final String OPERATOR = "train";

  private static final MapStateDescriptor<Long, TrainingSample> SAMPLES =
      new MapStateDescriptor<>(
          "samples-by-end", Types.LONG, TypeInformation.of(TrainingSample.class));
  private static final ValueStateDescriptor<Boolean> TRAINED =
      new ValueStateDescriptor<>("trained", Types.BOOLEAN);

  private static final ValueStateDescriptor<Long> TRAINED_TO =
      new ValueStateDescriptor<>("trained-to", Types.LONG);

  private static final ValueStateDescriptor<SampleProfile> REFERENCE =
      new ValueStateDescriptor<>("training-profile", TypeInformation.of(SampleProfile.class));

  private final TrainingPlan plan;
  private final DetectorPlan detector;
  private final PromotionPlan promotion;
  private final long ttlMillis;

  private transient MapState<Long, TrainingSample> samples;
  private transient ValueState<Boolean> trained;
  private transient TrainedModels earlier;
  private transient Tally models;
  private transient Tally modelsRefused;
  private transient Tally windowsSkipped;
  private transient ValueState<SampleProfile> reference;
  private transient ValueState<Long> trainedTo;
  private transient IdleExpiry idle;
  private transient Tally qualityIssues;
  private transient SampleScores scores;

  /**
   * @param promotion what a model must hold to come into force
   * @param ttlMillis event time after which a group's last model and its sample are forgotten,
   *     milliseconds; two windows at least
   */
  public TrainFunction(
      TrainingPlan plan, DetectorPlan detector, PromotionPlan promotion, long ttlMillis) {
    this.plan = plan;
    this.detector = detector;
    this.promotion = promotion;
    this.ttlMillis = Math.max(ttlMillis, 2 * plan.sizeMillis());
  }

  @Override
  public void open(OpenContext context) {
    earlier = new TrainedModels(getRuntimeContext(), promotion, detector.schema());
    samples = getRuntimeContext().getMapState(SAMPLES);
    trained = getRuntimeContext().getState(TRAINED);
    models = new Tally(getRuntimeContext(), OperatorMetrics.MODELS);
    modelsRefused = new Tally(getRuntimeContext(), OperatorMetrics.MODELS_REFUSED);
    windowsSkipped = new Tally(getRuntimeContext(), OperatorMetrics.WINDOWS_SKIPPED);
    idle = new IdleExpiry(getRuntimeContext(), ttlMillis);
    reference = getRuntimeContext().getState(REFERENCE);
    trainedTo = getRuntimeContext().getState(TRAINED_TO);
    qualityIssues = new Tally(getRuntimeContext(), OperatorMetrics.QUALITY_ISSUES);
    Retraining retraining = plan.retraining();
    scores =
        new SampleScores(getRuntimeContext(), retraining.onDrift() ? retraining.scores() : null);
  }

  @Override
  public void processElement(TrainingSample part, Context context, Collector<ModelUpdate> out)
      throws Exception {
    TrainingSample earlier = samples.get(part.to());
    samples.put(
        part.to(),
        earlier == null ? part : TrainingSample.merged(earlier, part, plan.sampleRows()));
    context.timerService().registerEventTimeTimer(part.to() - 1);
  }

  @Override
  public void onTimer(long timestamp, OnTimerContext context, Collector<ModelUpdate> out)
      throws Exception {
    if (idle.expired(timestamp)) {
      reference.clear();
      earlier.forget();
      trainedTo.clear();
      scores.forget();
    }
    TrainingSample sample = samples.get(timestamp + 1);
    samples.remove(timestamp + 1);
    if (sample == null) {
      return;
    }
    String command = sample.command();
    if (command == null && trainsFirstWindowOnly() && trained.value() != null) {
      return;
    }
    Long before = trainedTo.value();
    if (command == null && plan.retraining().tooSoon(before, sample.to())) {
      // What changes meanwhile is noticed afterwards by what was usual before.
      scores.look(sample, earlier.inForce(sample, before));
      idle.touch(sample.to(), context.timerService());
      return;
    }
    BatchReport report = check(sample);
    if (!report.usable()) {
      skip(sample, String.join("; ", report.faults()), context);
      return;
    }
    SampleProfile profile;
    List<FeatureDrift> drifts;
    MeanShift shift;
    ModelUpdate update;
    try {
      profile = profile(sample);
      drifts = drifts(profile);
      Model inForce = earlier.inForce(sample, before);
      shift = scores.look(sample, inForce);
      boolean drifted = !drifts.isEmpty() || shift != null;
      String reason =
          command == null
              ? plan.retraining().reason(before, sample.to(), drifted)
              : Retraining.COMMAND;
      if (reason == null) {
        idle.touch(sample.to(), context.timerService());
        return;
      }
      update = fit(sample, inForce, report.issues(), texts(drifts, shift), reason);
    } catch (UnusableSampleException e) {
      skip(sample, String.valueOf(e.getMessage()), context);
      return;
    } catch (RuntimeException e) {
      // The readings would come again after a restart, and with them the failure.
      LOG.error("Training failed for group '{}'", sample.group(), e);
      skip(sample, e.toString(), context);
      return;
    }
    // Outside of the above: what fails behind this operator must fail the job, not lose the model.
    ModelVerdict verdict = update.verdict();
    if (verdict != null) {
      context.output(SideOutputs.MODEL_VERDICTS, update);
      modelsRefused.increment();
      skip(sample, verdict.reason(), context);
      return;
    }
    out.collect(update);
    reference.update(profile);
    trainedTo.update(sample.to());
    idle.touch(sample.to(), context.timerService());
    scores.forget();
    drifts.forEach(drift -> tell(drift, sample, context));
    models.increment();
    acknowledge(sample, null, context);
    if (trainsFirstWindowOnly()) {
      trained.update(true);
    }
  }

  /** Counted windows see to it themselves, and forget it with everything else when idle. */
  private boolean trainsFirstWindowOnly() {
    return plan.once() && plan.window() == TrainingPlan.Window.TIME;
  }

  private BatchReport check(TrainingSample sample) {
    BatchChecks checks =
        new BatchChecks(detector.schema(), List.of(), plan.minRows(), plan.maxMissing());
    for (SampledRow row : sample.rows()) {
      checks.add(row.numbers(), row.texts());
    }
    return checks.report();
  }

  private SampleProfile profile(TrainingSample sample) {
    List<double[]> rows = new ArrayList<>(sample.rows().size());
    for (SampledRow row : sample.rows()) {
      rows.add(row.numbers());
    }
    return SampleProfile.of(detector.schema(), rows);
  }

  /** What has moved since the sample of the model before. */
  private List<FeatureDrift> drifts(SampleProfile profile) throws Exception {
    SampleProfile before = reference.value();
    return before == null
        ? List.of()
        : before.driftTo(profile).stream().filter(d -> !d.issues().isEmpty()).toList();
  }

  private void tell(FeatureDrift drift, TrainingSample sample, OnTimerContext context) {
    qualityIssues.increment();
    context.output(
        SideOutputs.QUALITY,
        new QualityIssue(
            sample.group(),
            drift.feature(),
            QualityKind.DRIFT,
            sample.from(),
            sample.to(),
            drift.mean(),
            drift.referenceMean(),
            String.join("; ", drift.issues())));
  }

  private ModelUpdate fit(
      TrainingSample sample,
      @Nullable Model before,
      List<String> issues,
      List<String> drifts,
      String reason)
      throws Exception {
    boolean[] flagged = before == null ? null : PromotionPlan.flags(before, sample.rows());
    FlaggedRows rows = FlaggedRows.by(plan.skipFlagged() ? flagged : null, sample.rows());
    Model fitted = before != null && updates(before) ? updated(before, rows) : fitted(sample, rows);
    byte[] bytes = ModelCodec.encode(fitted);
    String refusal = promotion.refusal(fitted, flagged, sample.rows());
    if (refusal == null && isModelNeeded()) {
      earlier.add(bytes);
    }
    List<String> all = new ArrayList<>(issues);
    if (rows.issue() != null) {
      all.add(rows.issue());
    }
    String sha256 = ModelCodec.sha256(bytes);
    return new ModelUpdate(
        sample.group(),
        ModelUpdate.versionOf(sample.to(), sha256),
        fitted.detector(),
        sample.from(),
        sample.to(),
        sample.seen(),
        rows.kept().size(),
        fitted.thresholdRule().toString(),
        orNull(all),
        orNull(drifts),
        sha256,
        bytes,
        0,
        reason,
        refusal == null
            ? null
            : new ModelVerdict(ModelVerdict.Decision.REFUSED, refusal, sample.to()),
        null,
        1);
  }

  /** Whether later windows have a use for the model. */
  private boolean isModelNeeded() {
    return plan.incremental()
        || (plan.skipFlagged() && !plan.once())
        || (plan.retraining().onDrift() && plan.retraining().scores() != null);
  }

  private static List<String> texts(List<FeatureDrift> drifts, @Nullable MeanShift shift) {
    List<String> texts = new ArrayList<>();
    drifts.forEach(drift -> texts.addAll(drift.issues()));
    if (shift != null) {
      texts.add(DriftFunction.text(shift));
    }
    return texts;
  }

  private static String @Nullable [] orNull(List<String> texts) {
    return texts.isEmpty() ? null : texts.toArray(String[]::new);
  }

  private boolean updates(Model before) {
    return plan.incremental()
        && before.schema().equals(detector.schema())
        && before.detector().equals(detector.detector());
  }

  private Model fitted(TrainingSample sample, FlaggedRows rows) {
    FeatureSchema schema =
        plan.adoptNewFeatures()
            ? NewFeatures.adopt(
                detector.schema(), sample.rows().stream().map(SampledRow::extra).toList())
            : detector.schema();
    if (!schema.equals(detector.schema())) {
      List<Feature> features = schema.features();
      LOG.info(
          "New features of the model of group '{}': {}",
          sample.group(),
          features.subList(detector.schema().features().size(), features.size()));
    }
    return detector
        .trainer(schema)
        .fit(
            rows(rows.kept(), schema),
            rows(rows.flagged(), schema),
            plan.seed() * 31 + sample.group().hashCode());
  }

  /** The model before, once it has learned the window's rows in their order of time. */
  private Model updated(Model before, FlaggedRows rows) {
    List<SampledRow> inTime = new ArrayList<>(rows.kept());
    inTime.sort(Comparator.comparingLong(SampledRow::timestamp));
    return detector
        .trainer()
        .update(before, rows(inTime, before.schema()), rows(rows.flagged(), before.schema()));
  }

  private static List<Row> rows(List<SampledRow> sampled, FeatureSchema schema) {
    return sampled.stream()
        .map(row -> new Row(NewFeatures.numbers(schema, row.numbers(), row.extra()), row.texts()))
        .toList();
  }

  /** Only commands are answered. */
  private void acknowledge(
      TrainingSample sample, @Nullable String refusal, OnTimerContext context) {
    String command = sample.command();
    if (command != null) {
      int subtask = getRuntimeContext().getTaskInfo().getIndexOfThisSubtask();
      context.output(
          SideOutputs.ACKNOWLEDGEMENTS,
          new Acknowledgement(
              command, ControlType.RETRAIN, OPERATOR, subtask, 1, sample.to(), refusal));
    }
  }

  private void skip(TrainingSample sample, String why, OnTimerContext context) {
    windowsSkipped.increment();
    acknowledge(sample, "no model: " + why, context);
    LOG.warn(
        "No model for group '{}' from its training window that ends at {} ms with {} rows: {}",
        sample.group(),
        sample.to(),
        sample.rows().size(),
        why);
  }
}
