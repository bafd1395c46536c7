// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.gateway.models;

import io.caddis.detectors.detector.Detectors;
import io.caddis.detectors.model.Model;
import io.caddis.detectors.model.Row;
import io.caddis.detectors.model.UnusableSampleException;
import io.caddis.detectors.parse.SchemaInference;
import io.caddis.detectors.registry.ModelMetadata;
import io.caddis.detectors.stream.SensorStates;
import io.caddis.detectors.table.TableTrainer;
import io.caddis.gateway.Limits;
import io.caddis.gateway.Metrics;
import io.caddis.gateway.ProblemException;
import io.caddis.gateway.ProblemException.Field;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** Fits and updates models in this process, one at a time. Thread-safe. */
final class Trainings {
  private final ModelShelf shelf;
  private final Limits limits;
  private final Metrics metrics;
  private final ReentrantLock turn = new ReentrantLock();

  Trainings(ModelShelf shelf, Limits limits, Metrics metrics) {
    this.shelf = shelf;
    this.limits = limits;
    this.metrics = metrics;
  }

  /**
   * What came of a training.
   *
   * @param method fit, incremental or refit
   * @param given rows that it was given
   */
  record Outcome(ServedModel served, String method, long given, long nanos) {
    Outcome saved(ModelShelf shelf) {
      return new Outcome(shelf.save(served), method, given, nanos);
    }
  }

  /**
   * Fits a model on the rows of a request and puts it into memory.
   *
   * @param name by which clients will ask for it
   * @param stored its name in the registry
   * @param pointer of the rows
   */
  Outcome fit(
      String name, String stored, Recipe recipe, JsonNode rows, String pointer, String source) {
    RowLines lines = RowLines.of(rows, pointer);
    return inTurn(
        () -> {
          TrainingRows sample =
              TrainingRows.of(recipe.seed()).plus(lines.lines(), limits.trainingRows());
          return fitted(name, stored, recipe, lines, pointer, source, sample, "fit");
        });
  }

  private Outcome fitted(
      String name,
      String stored,
      Recipe recipe,
      SchemaInference.Input rows,
      String pointer,
      String source,
      @Nullable TrainingRows sample,
      String method) {
    long begin = System.nanoTime();
    Recipe.Fitted fitted = fit(recipe, rows, pointer);
    TableTrainer.Result result = fitted.result();
    ModelMetadata.Training training = recipe.training(source, fitted);
    ServedModel served =
        ServedModel.fitted(name, stored, result.model(), fitted.layout(), training, recipe, sample);
    return put(served, method, result.rows(), begin);
  }

  private Outcome put(ServedModel served, String method, long rows, long begin) {
    Outcome outcome = new Outcome(shelf.put(served), method, rows, System.nanoTime() - begin);
    metrics.trained();
    return outcome;
  }

  private Recipe.Fitted fit(Recipe recipe, SchemaInference.Input rows, String pointer) {
    return checked(rows, pointer, () -> recipe.fit(rows, limits.trainingRows()));
  }

  private interface Fit {
    Recipe.Fitted get() throws IOException;
  }

  private static Recipe.Fitted checked(SchemaInference.Input rows, String pointer, Fit fit) {
    try {
      Recipe.Fitted fitted = fit.get();
      TableTrainer.Result result = fitted.result();
      if (rows instanceof RowLines && result.rejected() + result.faultyRows() > 0) {
        throw faulty(result, pointer);
      }
      return fitted;
    } catch (UnusableSampleException | IllegalArgumentException e) {
      throw new ProblemException(
          422,
          "Not trainable",
          String.valueOf(e.getMessage()),
          List.of(new Field(pointer, String.valueOf(e.getMessage()))));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static ProblemException faulty(TableTrainer.Result result, String pointer) {
    return result.firstFault() == null
        ? RowReader.refused(pointer, -1, null, "must be rows with a value, some have none")
        : RowReader.refused(
            pointer,
            (int) result.firstFault().line() - 1,
            null,
            String.valueOf(result.firstFault().detail()));
  }

  /** Goes on training a model with more rows: incrementally if its detector can. */
  Outcome update(ServedModel served, JsonNode rows, String pointer) {
    RowLines lines = RowLines.of(rows, pointer);
    return inTurn(
        () -> {
          Recipe recipe = served.recipe();
          SensorStates known = served.model().sensors();
          if (known != null) {
            return goneOn(served, known, pointer, lines);
          }
          if (Detectors.byName(recipe.detector(), recipe.parameters()).updatable()) {
            return incremental(served, rows, pointer, lines);
          }
          TrainingRows sample = known(served).plus(lines.lines(), limits.trainingRows());
          return fitted(
              served.name(),
              served.stored(),
              recipe,
              new RowLines(sample.lines()),
              pointer,
              "POST /update",
              sample,
              "refit");
        });
  }

  /** Reads more rows with what is known of their sensors. */
  private Outcome goneOn(ServedModel served, SensorStates known, String pointer, RowLines lines) {
    long begin = System.nanoTime();
    Recipe recipe = served.recipe();
    ModelMetadata.Training before = served.training();
    Recipe.Fitted fitted =
        checked(
            lines,
            pointer,
            () ->
                new Recipe.Fitted(
                    served.layout(),
                    before.keyField(),
                    recipe
                        .goingOn(served.layout(), known, served.model().rows())
                        .train(lines.open(), lines.name())));
    TableTrainer.Result result = fitted.result();
    ServedModel updated =
        ServedModel.fitted(
            served.name(),
            served.stored(),
            result.model(),
            served.layout(),
            recipe.training("POST /update", fitted),
            recipe,
            null);
    return put(updated, "incremental", result.rows(), begin);
  }

  private Outcome incremental(ServedModel served, JsonNode rows, String pointer, RowLines lines) {
    long begin = System.nanoTime();
    List<Row> learned = new ArrayList<>();
    for (JsonNode row : rows) {
      RowReader.Values values =
          served.reader().read(row, pointer, learned.size(), served.newFields());
      learned.add(new Row(values.numbers, values.texts));
    }
    Model model;
    try {
      model = served.recipe().trainer(served.layout()).update(served.model(), learned, List.of());
    } catch (UnusableSampleException e) {
      throw RowReader.refused(pointer, -1, null, "must be more: " + e.getMessage());
    }
    TrainingRows sample = served.sample();
    ModelMetadata.Training before = served.training();
    ModelMetadata.Training training =
        new ModelMetadata.Training(
            "POST /update",
            before.parameters(),
            before.timeField(),
            before.keyField(),
            before.calendar(),
            before.from(),
            before.to(),
            before.rows() + learned.size(),
            Map.of());
    ServedModel updated =
        ServedModel.fitted(
            served.name(),
            served.stored(),
            model,
            served.layout(),
            training,
            served.recipe(),
            sample == null ? null : sample.plus(lines.lines(), limits.trainingRows()));
    return put(updated, "incremental", learned.size(), begin);
  }

  /** Fits a model anew on the rows that are kept of its training. */
  Outcome refit(ServedModel served) {
    return inTurn(
        () -> {
          TrainingRows sample = known(served);
          return fitted(
              served.name(),
              served.stored(),
              served.recipe(),
              new RowLines(sample.lines()),
              "",
              "POST /retrain",
              sample,
              "refit");
        });
  }

  /** Fits a model on a file. */
  Outcome fitFile(String name, String stored, Recipe recipe, SchemaInference.Input file) {
    return inTurn(() -> fitted(name, stored, recipe, file, "", file.name(), null, "fit"));
  }

  private static TrainingRows known(ServedModel served) {
    TrainingRows sample = served.sample();
    if (sample == null) {
      throw new ProblemException(
          409,
          "No training rows",
          "%s cannot learn row by row, and the rows of %s are no longer in memory: train it with"
                  .formatted(served.model().detector(), served.name())
              + " all rows, or choose half_space_trees");
    }
    return sample;
  }

  /** Trains while nobody else does; what it needs to know of a model is asked within. */
  Outcome inTurn(Supplier<Outcome> training) {
    try {
      if (!turn.tryLock(limits.scoring().toMillis(), TimeUnit.MILLISECONDS)) {
        throw new ProblemException(
            503, "Overloaded", "another training is under way: try again later");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new ProblemException(503, "Stopping", "the gateway stops");
    }
    try {
      return training.get();
    } finally {
      turn.unlock();
    }
  }
}
