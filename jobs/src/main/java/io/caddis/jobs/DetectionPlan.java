// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.jobs;

import io.caddis.detectors.drift.ScoreDrift;
import io.caddis.detectors.event.QualityKind;
import io.caddis.detectors.event.SeverityScale;
import io.caddis.detectors.feature.CalendarFeature;
import io.caddis.detectors.feature.Derivation;
import io.caddis.detectors.feature.Feature;
import io.caddis.detectors.feature.FeatureSchema;
import io.caddis.detectors.parse.RecordLayout;
import io.caddis.detectors.quality.QualityRules;
import io.caddis.detectors.quality.SensorChecks;
import io.caddis.detectors.triage.TriagePolicy;
import io.caddis.jobs.spec.PipelineSpec;
import io.caddis.operators.DetectorPlan;
import io.caddis.operators.FeaturePlan;
import io.caddis.operators.Grouping;
import io.caddis.operators.ParseFunction;
import io.caddis.operators.PromotionPlan;
import io.caddis.operators.Retraining;
import io.caddis.operators.TrainingPlan;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * All that the operators of a detection job need to know.
 *
 * @param features how readings become feature vectors
 * @param training when models are trained
 * @param promotion what a model must hold to come into force
 * @param detector what kind of model
 * @param quality what is checked of readings
 * @param drift what is told of changes of the scores, null = nothing is looked for
 * @param triage when episodes end
 * @param severities of the scores
 * @param risk see {@link io.caddis.operators.ScorePlan}
 * @param unbounded whether the source never ends by itself
 * @param ordered whether readings meet models in event-time order, so that results do not depend on
 *     speed
 * @param deduplicate whether a sensor's second reading of the same time is dropped
 * @param ttlMillis event time after which an idle sensor is forgotten, milliseconds
 * @param maxFutureMillis see {@link ParseFunction}
 * @param lateMillis how far behind the watermark a reading still corrects alerts, milliseconds; 0 =
 *     none does
 * @param archived whether alerts carry what their scores were made of
 */
public record DetectionPlan(
    FeaturePlan features,
    TrainingPlan training,
    PromotionPlan promotion,
    DetectorPlan detector,
    QualityRules quality,
    @Nullable ScoreDrift drift,
    TriagePolicy triage,
    SeverityScale severities,
    double risk,
    boolean unbounded,
    boolean ordered,
    boolean deduplicate,
    long ttlMillis,
    long maxFutureMillis,
    long lateMillis,
    boolean archived) {

  /**
   * The plan of a specification.
   *
   * @param layout the fields of a reading
   */
  public static DetectionPlan of(PipelineSpec spec, RecordLayout layout) {
    FeatureSchema fields = layout.fields();
    FeaturePlan features =
        new FeaturePlan(
            fields,
            spec.derived().stream().map(Derivation::parse).toList(),
            spec.calendar().stream().map(c -> CalendarFeature.valueOf(c.name())).toList(),
            grouping(spec.training().scope(), fields, layout.groupField()));
    return new DetectionPlan(
        features,
        training(
            spec.training(),
            drift(spec.quality().drift()),
            spec.control().directory() != null || spec.control().topic() != null),
        promotion(spec.promotion()),
        ChosenDetector.of(spec, features.schema(), layout.columns()),
        quality(spec.quality(), fields),
        drift(spec.quality().drift()),
        new TriagePolicy(spec.triage().quietReadings(), spec.triage().quietPeriod().toMillis()),
        new SeverityScale(spec.triage().medium(), spec.triage().high(), spec.triage().critical()),
        spec.threshold().method() == PipelineSpec.ThresholdMethod.SPOT
            ? spec.threshold().value()
            : 0,
        !spec.source().bounded(),
        spec.source().bounded() || spec.time().alignment() == PipelineSpec.Alignment.EVENT_TIME,
        spec.deduplicate(),
        spec.state().ttl().toMillis(),
        spec.source().bounded() ? ParseFunction.ANY_FUTURE : spec.time().maxFuture().toMillis(),
        spec.source().bounded() ? 0 : spec.time().lateRetention().toMillis(),
        spec.archive() == PipelineSpec.Archive.ALERTS);
  }

  private static QualityRules quality(PipelineSpec.Quality quality, FeatureSchema fields) {
    Set<QualityKind> checks = EnumSet.noneOf(QualityKind.class);
    for (PipelineSpec.Check check : quality.checks()) {
      checks.add(
          switch (check) {
            case FLATLINE -> QualityKind.FLATLINE;
            case GAP -> QualityKind.GAP;
            case SPIKE -> QualityKind.SPIKE;
            case RATE -> QualityKind.RATE;
            case RANGE, LEARNED_RANGE -> QualityKind.OUT_OF_RANGE;
          });
    }
    QualityRules rules =
        new QualityRules(
            checks,
            millis(quality.flatline()),
            millis(quality.gap()),
            quality.spike(),
            quality.checks().contains(PipelineSpec.Check.LEARNED_RANGE),
            quality.features().stream().map(DetectionPlan::limits).toList());
    try {
      new SensorChecks(rules, fields.numbers().stream().map(Feature::name).toList());
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("quality.features: " + e.getMessage(), e);
    }
    return rules;
  }

  private static @Nullable ScoreDrift drift(PipelineSpec.Drift drift) {
    return switch (drift.method()) {
      case NONE -> null;
      case ADWIN -> new ScoreDrift(ScoreDrift.Method.ADWIN, drift.change());
      case PAGE_HINKLEY -> new ScoreDrift(ScoreDrift.Method.PAGE_HINKLEY, drift.change());
    };
  }

  private static QualityRules.Limits limits(PipelineSpec.QualityLimits limits) {
    Double min = limits.min();
    Double max = limits.max();
    Double maxPerSecond = limits.maxPerSecond();
    return new QualityRules.Limits(
        limits.name(),
        min == null ? Double.NEGATIVE_INFINITY : min,
        max == null ? Double.POSITIVE_INFINITY : max,
        maxPerSecond == null ? Double.POSITIVE_INFINITY : maxPerSecond);
  }

  private static long millis(@Nullable Duration duration) {
    return duration == null ? 0 : duration.toMillis();
  }

  private static Grouping grouping(
      PipelineSpec.Scope scope, FeatureSchema fields, @Nullable String groupField) {
    return switch (scope) {
      case SENSOR -> new Grouping(Grouping.Scope.SENSOR, -1);
      case GLOBAL -> new Grouping(Grouping.Scope.GLOBAL, -1);
      case GROUP -> {
        List<String> texts = fields.texts().stream().map(Feature::name).toList();
        yield new Grouping(Grouping.Scope.FIELD, texts.indexOf(groupField));
      }
    };
  }

  private static PromotionPlan promotion(PipelineSpec.Promotion promotion) {
    return new PromotionPlan(
        promotion.maxDrift(),
        promotion.maxIncrease(),
        promotion.maxDecrease(),
        promotion.watch().toMillis(),
        promotion.canary(),
        PromotionPlan.Challengers.valueOf(promotion.challengers().name()),
        promotion.trial().toMillis(),
        promotion.minGain());
  }

  private static TrainingPlan training(
      PipelineSpec.Training training, @Nullable ScoreDrift scores, boolean commanded) {
    boolean byTime = !training.window().counted();
    TrainingPlan.Window window =
        byTime
            ? TrainingPlan.Window.TIME
            : training.window() == PipelineSpec.Window.COUNT
                ? TrainingPlan.Window.COUNT
                : TrainingPlan.Window.GROWING;
    long size = byTime ? training.duration().toMillis() : 0;
    Duration slide = training.slide();
    return new TrainingPlan(
        window,
        size,
        slide == null ? size : slide.toMillis(),
        byTime ? 0 : training.rows(),
        training.once(),
        training.sampleRows(),
        training.minRows(),
        training.maxMissing(),
        training.seed(),
        training.update() == PipelineSpec.Update.INCREMENTAL,
        training.adoptNewFeatures(),
        training.flagged() == PipelineSpec.Flagged.SKIP,
        new Retraining(
            training.retrain() == PipelineSpec.Retrain.ON_DRIFT,
            millis(training.minInterval()),
            training.maxInterval() == null ? Long.MAX_VALUE : millis(training.maxInterval()),
            scores),
        // With a model a sensor, the group says whose reading it is.
        commanded && training.scope() != PipelineSpec.Scope.SENSOR);
  }
}
