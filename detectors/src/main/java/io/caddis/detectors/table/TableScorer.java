// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.detectors.table;

import io.caddis.detectors.event.Parsed;
import io.caddis.detectors.event.Rejection;
import io.caddis.detectors.model.Model;
import io.caddis.detectors.parse.CsvDecoder;
import io.caddis.detectors.parse.Limits;
import io.caddis.detectors.parse.LineFormat;
import io.caddis.detectors.parse.LineReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Scores a table line by line in bounded memory: every line of the input but blank ones is a line
 * of the output, in the same order, whole and with four more values.
 *
 * <pre>
 * score        0 to 1, 0.5 is the learned boundary
 * is_anomaly   true or false: score at or above the threshold
 * prediction   -1 for an anomaly, 1 otherwise, as in scikit-learn
 * raw_score    the detector's own score, higher = more anomalous
 * </pre>
 *
 * <p>The four are empty (null in JSON) in a row without any value the model could score, and in a
 * line that is no row; such a line is kept as the text of the first cell (the field {@code
 * unparsed} in JSON). A cell that cannot be used counts as missing.
 */
public final class TableScorer {
  /** Names of the columns added, in their order. */
  public static final List<String> COLUMNS =
      List.of("score", "is_anomaly", "prediction", "raw_score");

  private static final int BATCHES_AHEAD_PER_THREAD = 3;

  private final TableLayout layout;
  private final TableModels models;
  private final List<String> names;
  private final int threads;

  /**
   * How far a run has come.
   *
   * @param bytes of the input read
   * @param rows written
   * @param anomalies among them
   * @param unscored rows that have no score
   * @param faulty rows scored with a cell that could not be used
   * @param firstFault what was wrong first, null when nothing was
   */
  public record Progress(
      long bytes,
      long rows,
      long anomalies,
      long unscored,
      long faulty,
      @Nullable Rejection firstFault) {
    public static final Progress NONE = new Progress(0, 0, 0, 0, 0, null);

    /** The progress after one more row, and after so many bytes in all. */
    public Progress plus(RowScorer.Verdict verdict, long bytesInAll) {
      Rejection fault = verdict.fault();
      return new Progress(
          bytesInAll,
          rows + 1,
          anomalies + (verdict.scored() && verdict.anomaly() ? 1 : 0),
          unscored + (verdict.scored() ? 0 : 1),
          faulty + (verdict.scored() && fault != null ? 1 : 0),
          firstFault == null ? fault : firstFault);
    }

    private Progress plus(Progress more) {
      return new Progress(
          bytes + more.bytes,
          rows + more.rows,
          anomalies + more.anomalies,
          unscored + more.unscored,
          faulty + more.faulty,
          firstFault == null ? more.firstFault : firstFault);
    }
  }

  /**
   * A scorer by one model.
   *
   * @param threshold score from which on a row is anomalous, 0 to 1
   * @param prefix put before the names of the columns added
   * @param threads that score, at least 1; the caller's reads and writes
   */
  public TableScorer(
      TableLayout layout, Model model, double threshold, String prefix, int threads) {
    this(layout, new TableModels(model, Map.of(), threshold), prefix, threads);
  }

  /**
   * @param layout whose key says which of the models is a row's
   * @param prefix put before the names of the columns added
   * @param threads that score, at least 1; the caller's reads and writes
   */
  public TableScorer(TableLayout layout, TableModels models, String prefix, int threads) {
    this.layout = layout;
    this.models = models;
    this.names = COLUMNS.stream().map(prefix::concat).toList();
    // Who learns by reading takes the lines in their order.
    this.threads = models.common().sensors() == null ? threads : 1;
  }

  /**
   * Scores the whole table.
   *
   * @param source name of the table; its extension says which format it has
   * @param notes receives sentences for a person: features that the table lacks
   * @param progress called after every batch of lines
   * @throws IllegalArgumentException when the table cannot be scored: no feature is in it, or a
   *     column has the name of one to be added
   */
  public Progress score(
      InputStream in,
      String source,
      OutputStream out,
      Consumer<String> notes,
      Consumer<Progress> progress)
      throws IOException {
    LineReader lines = new LineReader(in, Limits.DEFAULT);
    LineFormat format = null;
    while (format == null) {
      if (!lines.next()) {
        return Progress.NONE;
      }
      format = LineFormat.of(source, lines);
    }
    Header header = null;
    LineBatch first = new LineBatch();
    if (format == LineFormat.CSV) {
      header = header(lines, source, notes);
      if (header == null) {
        return Progress.NONE;
      }
      out.write(header.scored());
    } else {
      first.add(lines);
    }
    ExecutorService pool = Executors.newFixedThreadPool(threads);
    try {
      return score(lines, first, format, source, header, pool, out, progress);
    } finally {
      pool.shutdownNow();
    }
  }

  /** A CSV header: its bytes, how many columns it has, and the line written for it. */
  private record Header(byte[] line, int columns, byte[] scored) {}

  private @Nullable Header header(LineReader lines, String source, Consumer<String> notes)
      throws IOException {
    CsvDecoder decoder = (CsvDecoder) layout.decoder(LineFormat.CSV, source);
    Parsed fault = null;
    do {
      if (lines.tooLong()) {
        throw new IllegalArgumentException("the header of " + source + " must not be so long");
      }
      fault =
          decoder.decode(
              lines.bytes(), lines.offset(), lines.length(), lines.position(), lines.line());
    } while (!decoder.headerRead() && lines.next());
    if (fault != null && fault.rejection() != null) {
      throw new IllegalArgumentException(source + ": " + fault.rejection().detail());
    }
    if (!decoder.headerRead()) {
      return null;
    }
    List<String> columns = decoder.header();
    check(columns, source, notes);
    int end = lines.offset() + lines.length();
    byte[] line = Arrays.copyOfRange(lines.bytes(), lines.offset(), end);
    String scored = new String(line, StandardCharsets.UTF_8) + ',' + String.join(",", names) + '\n';
    return new Header(line, columns.size(), scored.getBytes(StandardCharsets.UTF_8));
  }

  /** Names of the columns to be added, in the order of {@link #COLUMNS}, prefix included. */
  public List<String> names() {
    return names;
  }

  /**
   * A scorer of single rows, for a table that is not made of lines.
   *
   * @param columns of the table
   * @param source name of the table
   * @param notes receives sentences for a person: features that the table lacks
   * @throws IllegalArgumentException as {@link #score}
   */
  public RowScorer rows(List<String> columns, String source, Consumer<String> notes) {
    check(columns, source, notes);
    return new RowScorer(layout, models, source);
  }

  private void check(List<String> columns, String source, Consumer<String> notes) {
    for (String name : names) {
      if (columns.contains(name)) {
        throw taken(name, source);
      }
    }
    if (layout.keyField() != null && !columns.contains(layout.keyField())) {
      throw new IllegalArgumentException(
          "%s must have the key's column '%s', has only %s"
              .formatted(source, layout.keyField(), columns));
    }
    List<String> missing = new ArrayList<>(layout.columns());
    missing.removeAll(columns);
    if (missing.size() == layout.columns().size()) {
      throw new IllegalArgumentException(
          "%s must have a column of the model's %s, has only %s"
              .formatted(source, layout.columns(), columns));
    }
    if (!missing.isEmpty()) {
      notes.accept(
          "%s lacks features of the model, the training median stands in for them: %s"
              .formatted(source, missing));
    }
  }

  static IllegalArgumentException taken(String name, String where) {
    return new IllegalArgumentException(
        where + " has a column '" + name + "' already: choose other names with --prefix P");
  }

  private Progress score(
      LineReader lines,
      LineBatch first,
      LineFormat format,
      String source,
      @Nullable Header header,
      ExecutorService pool,
      OutputStream out,
      Consumer<Progress> progress)
      throws IOException {
    BatchScorer scorer =
        new BatchScorer(
            layout,
            models,
            names,
            format,
            source,
            header == null ? new byte[0] : header.line(),
            header == null ? 1 : header.columns(),
            models.scorer(),
            new ConcurrentLinkedQueue<>());
    Deque<Future<BatchScorer.Scored>> pending = new ArrayDeque<>();
    Progress sum = Progress.NONE;
    LineBatch batch = first.fill(lines);
    while (batch.count() > 0 || !pending.isEmpty()) {
      if (batch.count() > 0) {
        LineBatch full = batch;
        pending.add(pool.submit(() -> scorer.score(full)));
        batch = new LineBatch().fill(lines);
      }
      while (pending.size() > BATCHES_AHEAD_PER_THREAD * threads
          || (batch.count() == 0 && !pending.isEmpty())) {
        BatchScorer.Scored scored = get(pending.remove());
        scored.lines().writeTo(out);
        sum = sum.plus(scored.progress());
        progress.accept(sum);
      }
    }
    return sum;
  }

  private static BatchScorer.Scored get(Future<BatchScorer.Scored> future) throws IOException {
    try {
      return future.get();
    } catch (ExecutionException e) {
      if (e.getCause() instanceof RuntimeException failure) {
        throw failure;
      }
      throw new IOException("scoring failed", e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
  }
}
