// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.jobs;

import io.caddis.detectors.event.DetectorChoice;
import io.caddis.detectors.event.Rejection;
import io.caddis.detectors.event.ScoredVector;
import io.caddis.detectors.feature.FeatureSchema;
import io.caddis.jobs.sink.JsonLines;
import io.caddis.jobs.sink.Sinks;
import io.caddis.jobs.sink.Topics;
import io.caddis.jobs.spec.PipelineSpec;
import io.caddis.operators.Acknowledgement;
import io.caddis.operators.ModelUpdate;
import io.caddis.operators.ScoreTiming;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.jspecify.annotations.Nullable;

/** Where the results of a detection job go: which of them into which folder and which topic. */
final class DetectionResults {
  private final PipelineSpec spec;
  private final DetectionPlan plan;
  private final Sinks folders;
  private final Topics topics;

  DetectionResults(PipelineSpec spec, DetectionPlan plan) {
    this.spec = spec;
    this.plan = plan;
    this.folders = new Sinks(spec.sink().uri());
    this.topics = new Topics(spec);
  }

  /**
   * @param commands those that could not be used, null where none are taken
   */
  void write(DetectionTopology.Outputs outputs, @Nullable DataStream<Rejection> commands) {
    PipelineSpec.KafkaSink kafka = spec.sink().kafka();
    FeatureSchema schema = plan.features().schema();
    both(
        outputs.scores(),
        Sinks.SCORES,
        OperatorUids.SCORES_SINK,
        kafka.scores(),
        OperatorUids.SCORES_TOPIC,
        score -> score.key(),
        JsonLines.scores());
    both(
        outputs.alerts(),
        Sinks.ALERTS,
        OperatorUids.ALERTS_SINK,
        kafka.alerts(),
        OperatorUids.ALERTS_TOPIC,
        alert -> alert.key(),
        JsonLines.alerts(spec.version()));
    both(
        commands == null ? outputs.deadLetters() : outputs.deadLetters().union(commands),
        Sinks.DEAD_LETTERS,
        OperatorUids.DEAD_LETTERS_SINK,
        kafka.deadLetters(),
        OperatorUids.DEAD_LETTERS_TOPIC,
        letter -> letter.source(),
        JsonLines.deadLetters());
    both(
        outputs.late(),
        Sinks.LATE,
        OperatorUids.LATE_SINK,
        kafka.late(),
        OperatorUids.LATE_TOPIC,
        vector -> vector.key(),
        JsonLines.vectors(schema));
    both(
        outputs.quality(),
        Sinks.QUALITY,
        OperatorUids.QUALITY_SINK,
        kafka.quality(),
        OperatorUids.QUALITY_TOPIC,
        issue -> issue.key(),
        JsonLines.quality());
    if (spec.sink().readings()) {
      folders.write(
          outputs.readings(),
          Sinks.READINGS,
          JsonLines.vectors(schema),
          OperatorUids.READINGS_SINK);
    }
    if (plan.archived()) {
      folders.write(
          outputs.alerts(),
          Sinks.ARCHIVE,
          JsonLines.archive(schema, plan.detector().parameters(), spec.version()),
          OperatorUids.ARCHIVE_SINK);
    }
    DataStream<ModelUpdate> models = outputs.models();
    if (models != null) {
      folders.write(models, Sinks.MODELS, JsonLines.models(), OperatorUids.MODELS_SINK);
      topics.write(
          models,
          kafka.models(),
          model -> model.group(),
          JsonLines.modelDescriptions(),
          OperatorUids.MODELS_TOPIC);
    }
    DataStream<DetectorChoice> choices = outputs.choices();
    if (choices != null) {
      folders.write(choices, Sinks.CHOICES, JsonLines.choices(schema), OperatorUids.CHOICES_SINK);
    }
    DataStream<ScoredVector> challenger = outputs.challenger();
    if (challenger != null) {
      folders.write(challenger, Sinks.CHALLENGER, JsonLines.scores(), OperatorUids.CHALLENGER_SINK);
    }
    DataStream<ScoreTiming> timings = outputs.timings();
    if (timings != null) {
      folders.write(timings, Sinks.TIMINGS, JsonLines.timings(), OperatorUids.TIMINGS_SINK);
    }
    DataStream<Acknowledgement> acknowledgements = outputs.acknowledgements();
    if (acknowledgements != null) {
      both(
          acknowledgements,
          Sinks.CONTROL,
          OperatorUids.CONTROL_SINK,
          kafka.control(),
          OperatorUids.CONTROL_TOPIC,
          said -> said.command(),
          JsonLines.acknowledgements());
    }
  }

  private <T> void both(
      DataStream<T> stream,
      String folder,
      String folderUid,
      @Nullable String topic,
      String topicUid,
      Topics.Key<T> key,
      JsonLines<T> rows) {
    folders.write(stream, folder, rows, folderUid);
    topics.write(stream, topic, key, rows, topicUid);
  }
}
