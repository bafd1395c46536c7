// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.jobs;

import io.caddis.detectors.drift.ScoreDrift;
import io.caddis.detectors.event.Alert;
import io.caddis.detectors.event.DetectorChoice;
import io.caddis.detectors.event.FeatureVector;
import io.caddis.detectors.event.Parsed;
import io.caddis.detectors.event.QualityIssue;
import io.caddis.detectors.event.Reading;
import io.caddis.detectors.event.Rejection;
import io.caddis.detectors.event.ScoredVector;
import io.caddis.operators.Acknowledgement;
import io.caddis.operators.ControlCommand;
import io.caddis.operators.CorrectingTriageFunction;
import io.caddis.operators.CountSampleOperator;
import io.caddis.operators.DriftFunction;
import io.caddis.operators.FeatureFunction;
import io.caddis.operators.Grouping;
import io.caddis.operators.ModelUpdate;
import io.caddis.operators.OperatorMetrics;
import io.caddis.operators.OrderOperator;
import io.caddis.operators.ParseFunction;
import io.caddis.operators.PromotionPlan;
import io.caddis.operators.RetractingTriageFunction;
import io.caddis.operators.ScoreFunction;
import io.caddis.operators.ScorePlan;
import io.caddis.operators.ScoreTiming;
import io.caddis.operators.SensorScoreFunction;
import io.caddis.operators.SideOutputs;
import io.caddis.operators.StreamScoreFunction;
import io.caddis.operators.TrainFunction;
import io.caddis.operators.TrainingPlan;
import io.caddis.operators.TrainingSample;
import io.caddis.operators.TriageFunction;
import io.caddis.operators.WindowSampleOperator;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.datastream.DataStreamUtils;
import org.apache.flink.streaming.api.datastream.KeyedStream;
import org.apache.flink.streaming.api.datastream.SingleOutputStreamOperator;
import org.jspecify.annotations.Nullable;

/**
 * The path of a reading, from parsed line to alert. Bounded and streaming runs share it.
 *
 * <pre>
 *  source - parse -+- dead letters
 *                  | by sensor
 *                order - features -+- late, quality
 *          +-----------------------+
 *       sample                   score ==== models ====+
 *          | by group              |                   |
 *        train ---------------------------------------+
 *                                triage - alerts      drift - quality
 * </pre>
 *
 * <p>A detector that learns from each reading takes the place of sample, train and score. Drift is
 * there when the specification asks for it. Where commands come in, {@code control} stands between
 * features and score and says of each reading what they say, and {@code label} between sample and
 * train, and commands can have sample send on what it has; where they or a watch decide which model
 * is in force, {@link Promotion} stands between train and score.
 *
 * <p>Known limits: an operator that gets broadcast input takes part in aligned checkpoints only;
 * the episodes of sensors of one group are not joined into incidents.
 */
public final class DetectionTopology {

  /**
   * What a detection job puts out.
   *
   * @param scores every reading, once
   * @param alerts episodes opening, worsening, closing
   * @param deadLetters lines and cells that could not be used, and repeated readings
   * @param readings what is scored, with all values
   * @param late readings behind the watermark; they are among the scores too
   * @param quality what is wrong with sensors' data, and how they and their scores drift
   * @param models every model trained, and what became of models beside that; null when the
   *     detector learns from each reading instead
   * @param choices what a detector that learns from each reading chose, null for others
   * @param challenger what models on trial make of the readings, null when there can be none
   * @param timings how long models take, null when there can be none on trial
   * @param acknowledgements what became of commands, null when none are taken
   */
  public record Outputs(
      DataStream<ScoredVector> scores,
      DataStream<Alert> alerts,
      DataStream<Rejection> deadLetters,
      DataStream<FeatureVector> readings,
      DataStream<FeatureVector> late,
      DataStream<QualityIssue> quality,
      @Nullable DataStream<ModelUpdate> models,
      @Nullable DataStream<DetectorChoice> choices,
      @Nullable DataStream<ScoredVector> challenger,
      @Nullable DataStream<ScoreTiming> timings,
      @Nullable DataStream<Acknowledgement> acknowledgements) {}

  private DetectionTopology() {}

  /**
   * Builds the graph behind a source.
   *
   * @param commands to the running job, null to take none
   */
  public static Outputs of(
      DataStream<Parsed> source,
      DetectionPlan plan,
      @Nullable DataStream<ControlCommand> commands) {
    SingleOutputStreamOperator<Reading> parsed =
        source
            .process(new ParseFunction(plan.maxFutureMillis()))
            .uid(OperatorUids.PARSE)
            .name(OperatorUids.PARSE);
    SingleOutputStreamOperator<Reading> ordered =
        parsed
            .keyBy(Reading::key)
            .transform(
                OperatorUids.ORDER,
                TypeInformation.of(Reading.class),
                new OrderOperator(plan.ordered(), plan.deduplicate()))
            .uid(OperatorUids.ORDER);
    SingleOutputStreamOperator<FeatureVector> features =
        DataStreamUtils.reinterpretAsKeyedStream(ordered, Reading::key)
            .process(
                new FeatureFunction(
                    plan.features(), plan.quality(), plan.unbounded(), plan.ttlMillis()))
            .uid(OperatorUids.FEATURES)
            .name(OperatorUids.FEATURES);
    SingleOutputStreamOperator<ScoredVector> scores;
    @Nullable DataStream<ModelUpdate> models = null;
    @Nullable SingleOutputStreamOperator<ModelUpdate> trained = null;
    @Nullable SingleOutputStreamOperator<ModelUpdate> inForce = null;
    @Nullable SingleOutputStreamOperator<TrainingSample> labelled = null;
    DataStream<QualityIssue> quality = features.getSideOutput(SideOutputs.QUALITY);
    @Nullable Controlled controlled =
        commands == null ? null : Controlled.of(features, commands, plan);
    SingleOutputStreamOperator<FeatureVector> judged =
        controlled == null ? features : controlled.readings();
    if (plan.detector().learnsByReading()) {
      scores = learnAndScore(judged, plan);
    } else {
      SingleOutputStreamOperator<TrainingSample> samples = sample(judged, plan, controlled);
      labelled = controlled == null ? null : controlled.labelled(samples, OperatorUids.LABEL);
      trained =
          (labelled == null
                  ? samples.keyBy(TrainingSample::group)
                  : DataStreamUtils.reinterpretAsKeyedStream(labelled, TrainingSample::group))
              .process(
                  new TrainFunction(
                      plan.training(), plan.detector(), plan.promotion(), plan.ttlMillis()))
              .uid(OperatorUids.TRAIN)
              .name(OperatorUids.TRAIN);
      inForce = Promotion.of(trained, judged, controlled, plan);
      scores = score(judged, inForce == null ? trained : inForce, plan);
      quality = quality.union(trained.getSideOutput(SideOutputs.QUALITY));
      models = trained.union(trained.getSideOutput(SideOutputs.MODEL_VERDICTS));
      if (inForce != null) {
        models = models.union(inForce.getSideOutput(SideOutputs.MODEL_VERDICTS));
      }
    }
    if (plan.drift() != null) {
      quality = quality.union(drift(scores, plan.drift(), plan.ttlMillis()));
    }
    DataStream<Rejection> deadLetters =
        parsed
            .getSideOutput(SideOutputs.DEAD_LETTERS)
            .union(ordered.getSideOutput(SideOutputs.DEAD_LETTERS));
    SingleOutputStreamOperator<ScoredVector> challenger = challenger(judged, inForce, plan);
    return new Outputs(
        scores,
        triage(scores, inForce, plan),
        deadLetters,
        features,
        features.getSideOutput(SideOutputs.LATE),
        quality,
        models,
        models == null ? scores.getSideOutput(SideOutputs.CHOICES) : null,
        challenger,
        challenger == null
            ? null
            : scores
                .getSideOutput(SideOutputs.TIMINGS)
                .union(challenger.getSideOutput(SideOutputs.TIMINGS)),
        controlled == null ? null : acknowledgements(controlled, labelled, trained, inForce));
  }

  private static @Nullable SingleOutputStreamOperator<ScoredVector> challenger(
      SingleOutputStreamOperator<FeatureVector> features,
      @Nullable SingleOutputStreamOperator<ModelUpdate> inForce,
      DetectionPlan plan) {
    if (inForce == null || plan.promotion().challengers() == PromotionPlan.Challengers.NONE) {
      return null;
    }
    return DataStreamUtils.reinterpretAsKeyedStream(features, FeatureVector::key)
        .connect(inForce.getSideOutput(SideOutputs.CHALLENGERS).broadcast(ScoreFunction.MODELS))
        .process(new ScoreFunction(scoring(plan, true)))
        .uid(OperatorUids.CHALLENGER_SCORE)
        .name(OperatorUids.CHALLENGER_SCORE);
  }

  private static DataStream<Alert> triage(
      SingleOutputStreamOperator<ScoredVector> scores,
      @Nullable SingleOutputStreamOperator<ModelUpdate> inForce,
      DetectionPlan plan) {
    KeyedStream<ScoredVector, String> bySensor =
        DataStreamUtils.reinterpretAsKeyedStream(scores, ScoredVector::key);
    SingleOutputStreamOperator<Alert> alerts;
    if (plan.lateMillis() > 0) {
      alerts = bySensor.process(new CorrectingTriageFunction(plan.triage(), plan.lateMillis()));
    } else if (inForce == null || !plan.promotion().watches()) {
      alerts = bySensor.process(new TriageFunction(plan.triage()));
    } else {
      alerts =
          bySensor
              .connect(
                  inForce
                      .getSideOutput(SideOutputs.MODEL_VERDICTS)
                      .broadcast(RetractingTriageFunction.ROLLED_BACK))
              .process(new RetractingTriageFunction(plan.triage(), plan.promotion()));
    }
    return alerts.uid(OperatorUids.TRIAGE).name(OperatorUids.TRIAGE);
  }

  private static DataStream<Acknowledgement> acknowledgements(
      Controlled controlled, @Nullable SingleOutputStreamOperator<?>... others) {
    DataStream<Acknowledgement> all = controlled.acknowledgements();
    for (SingleOutputStreamOperator<?> other : others) {
      all = other == null ? all : all.union(other.getSideOutput(SideOutputs.ACKNOWLEDGEMENTS));
    }
    return all;
  }

  private static SingleOutputStreamOperator<TrainingSample> sample(
      SingleOutputStreamOperator<FeatureVector> features,
      DetectionPlan plan,
      @Nullable Controlled controlled) {
    TypeInformation<TrainingSample> type = TypeInformation.of(TrainingSample.class);
    SingleOutputStreamOperator<TrainingSample> samples;
    if (plan.training().window() == TrainingPlan.Window.TIME) {
      WindowSampleOperator sampling =
          new WindowSampleOperator(
              plan.training(),
              OperatorMetrics.MISSED_TRAINING,
              controlled != null && plan.ordered());
      samples =
          controlled == null
              ? features.transform(OperatorUids.SAMPLE, type, sampling)
              : features
                  .connect(controlled.retrainCommands().broadcast())
                  .transform(OperatorUids.SAMPLE, type, sampling);
    } else {
      boolean ownModels = ownModels(plan);
      KeyedStream<FeatureVector, String> byGroup =
          ownModels
              ? DataStreamUtils.reinterpretAsKeyedStream(features, FeatureVector::group)
              : features.keyBy(FeatureVector::group);
      boolean reorder = plan.ordered() && !(ownModels && controlled == null);
      CountSampleOperator sampling =
          new CountSampleOperator(plan.training(), reorder, plan.ttlMillis());
      samples =
          controlled == null
              ? byGroup.transform(OperatorUids.SAMPLE, type, sampling)
              : byGroup
                  .connect(
                      controlled
                          .retrainCommands()
                          .keyBy(command -> String.valueOf(command.group())))
                  .transform(OperatorUids.SAMPLE, type, sampling);
    }
    return samples.uid(OperatorUids.SAMPLE);
  }

  private static SingleOutputStreamOperator<ScoredVector> score(
      SingleOutputStreamOperator<FeatureVector> features,
      DataStream<ModelUpdate> models,
      DetectionPlan plan) {
    KeyedStream<FeatureVector, String> bySensor =
        DataStreamUtils.reinterpretAsKeyedStream(features, FeatureVector::key);
    ScorePlan scoring = scoring(plan, false);
    SingleOutputStreamOperator<ScoredVector> scores =
        ownModels(plan)
            ? bySensor
                .connect(models.keyBy(ModelUpdate::group))
                .process(new SensorScoreFunction(scoring))
            : bySensor
                .connect(models.broadcast(ScoreFunction.MODELS))
                .process(new ScoreFunction(scoring));
    return scores.uid(OperatorUids.SCORE).name(OperatorUids.SCORE);
  }

  private static SingleOutputStreamOperator<ScoredVector> learnAndScore(
      SingleOutputStreamOperator<FeatureVector> features, DetectionPlan plan) {
    return DataStreamUtils.reinterpretAsKeyedStream(features, FeatureVector::key)
        .process(new StreamScoreFunction(scoring(plan, false), plan.detector()))
        .uid(OperatorUids.STREAM_SCORE)
        .name(OperatorUids.STREAM_SCORE);
  }

  private static DataStream<QualityIssue> drift(
      SingleOutputStreamOperator<ScoredVector> scores, ScoreDrift rule, long ttlMillis) {
    return DataStreamUtils.reinterpretAsKeyedStream(scores, ScoredVector::key)
        .process(new DriftFunction(rule, ttlMillis))
        .uid(OperatorUids.DRIFT)
        .name(OperatorUids.DRIFT);
  }

  private static ScorePlan scoring(DetectionPlan plan, boolean challenger) {
    return new ScorePlan(
        plan.features().schema(),
        plan.ordered(),
        plan.ttlMillis(),
        plan.severities(),
        challenger ? 0 : plan.risk(),
        challenger,
        plan.archived() && !challenger,
        plan.lateMillis());
  }

  /** Whether each sensor has a model of its own. */
  static boolean ownModels(DetectionPlan plan) {
    return plan.features().grouping().scope() == Grouping.Scope.SENSOR;
  }
}
