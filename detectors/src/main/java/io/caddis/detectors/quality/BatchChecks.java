// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.detectors.quality;

import io.caddis.detectors.feature.Feature;
import io.caddis.detectors.feature.FeatureSchema;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The preconditions of training and scoring a set of rows: enough of them, with enough values, of
 * the right types and ranges, that vary. Mutable: takes in the rows, then reports.
 */
public final class BatchChecks {
  /** Share of missing values of a feature that is told. */
  private static final double MISSING_TOLD = 0.1;

  private final List<Column> numbers;
  private final List<Column> texts;
  private final int minRows;
  private final double maxMissing;
  private int rows;

  /** What has been seen of one feature. */
  private static final class Column {
    private final QualityRules.Limits limits;
    private int present;
    private int infinite;
    private int wrongType;
    private int outside;
    private double first = Double.NaN;
    private @Nullable String firstText;
    private boolean varies;

    Column(QualityRules.Limits limits) {
      this.limits = limits;
    }

    void add(double number) {
      if (Double.isNaN(number)) {
        return;
      }
      if (Double.isInfinite(number)) {
        infinite++;
        return;
      }
      if (number < limits.min() || number > limits.max()) {
        outside++;
      }
      varies |= present > 0 && number != first;
      first = number;
      present++;
    }

    void add(@Nullable String text) {
      if (text != null) {
        varies |= present > 0 && !text.equals(firstText);
        firstText = text;
        present++;
      }
    }

    void report(int rows, List<String> issues) {
      String name = limits.feature();
      double missing = 1 - (double) present / rows;
      if (wrongType > 0) {
        issues.add("%s: %d values are of the wrong type".formatted(name, wrongType));
      }
      if (infinite > 0) {
        issues.add("%s: %d values are infinite".formatted(name, infinite));
      }
      if (outside > 0) {
        issues.add(
            "%s: %d values are outside of %s to %s"
                .formatted(name, outside, Texts.number(limits.min()), Texts.number(limits.max())));
      }
      if (missing > MISSING_TOLD) {
        issues.add("%s: %s of its values are missing".formatted(name, percent(missing)));
      }
      if (present > 1 && !varies) {
        String value = firstText == null ? Texts.number(first) : "'" + firstText + "'";
        issues.add("%s: is constant at %s".formatted(name, value));
      }
    }
  }

  /**
   * @param limits ranges of the features that have one
   * @param minRows fewest rows that will do
   * @param maxMissing largest share of missing values that will do, of all features together, 0 to
   *     1
   */
  public BatchChecks(
      FeatureSchema schema, List<QualityRules.Limits> limits, int minRows, double maxMissing) {
    numbers = columns(schema.numbers(), limits);
    texts = columns(schema.texts(), limits);
    this.minRows = minRows;
    this.maxMissing = maxMissing;
  }

  private static List<Column> columns(List<Feature> features, List<QualityRules.Limits> limits) {
    return features.stream()
        .map(feature -> new Column(QualityRules.Limits.of(feature.name(), limits)))
        .toList();
  }

  /**
   * Takes in a row.
   *
   * @param row numeric features in schema order, NaN = missing
   * @param rowTexts other features in schema order, null = missing
   */
  public void add(double[] row, @Nullable String[] rowTexts) {
    rows++;
    for (int i = 0; i < numbers.size(); i++) {
      numbers.get(i).add(row[i]);
    }
    for (int i = 0; i < texts.size(); i++) {
      texts.get(i).add(rowTexts[i]);
    }
  }

  /** Notes that a value of the last row was of the wrong type, and given as missing. */
  public void wrongType(String feature) {
    for (List<Column> columns : List.of(numbers, texts)) {
      for (Column column : columns) {
        if (column.limits.feature().equals(feature)) {
          column.wrongType++;
        }
      }
    }
  }

  /** What the rows so far are like. */
  public BatchReport report() {
    List<String> faults = new ArrayList<>();
    List<String> issues = new ArrayList<>();
    if (rows < minRows) {
      faults.add("rows must be at least %d, was %d".formatted(minRows, rows));
    }
    long present = 0;
    boolean varies = false;
    for (List<Column> columns : List.of(numbers, texts)) {
      for (Column column : columns) {
        present += column.present;
        varies |= column.varies;
        if (rows > 0) {
          column.report(rows, issues);
        }
      }
    }
    long all = (long) rows * (numbers.size() + texts.size());
    if (all > 0 && present == 0) {
      faults.add("all values are missing");
    } else if (present < (1 - maxMissing) * all) {
      faults.add(
          "missing values must be at most %s, was %s"
              .formatted(percent(maxMissing), percent(1 - (double) present / all)));
    } else if (rows > 1 && !varies) {
      faults.add("at least one feature must vary, was true of none");
    }
    return new BatchReport(rows, faults, issues);
  }

  private static String percent(double share) {
    return Math.round(100 * share) + " %";
  }
}
