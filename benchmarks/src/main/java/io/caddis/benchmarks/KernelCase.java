// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.benchmarks;

import java.util.List;
import java.util.stream.Stream;

/**
 * Something that both we and a peer can do.
 *
 * @param slow whether once takes either side longer than a tenth of a second or so
 */
record KernelCase(String detector, Verb verb, String peer, boolean slow) {
  /** All that are measured, in order. */
  static final List<KernelCase> ALL =
      Stream.of(
              of("isolation_forest", Verb.SCORE, "smile", "random_cut_forest", "scikit-learn", "c"),
              slow("isolation_forest", Verb.SCORE, "smile-as-shipped"),
              slow("isolation_forest", Verb.BATCH, "smile", "random_cut_forest", "scikit-learn"),
              of("isolation_forest", Verb.FIT, "smile", "scikit-learn"),
              slow("isolation_forest", Verb.FIT, "smile-as-shipped", "random_cut_forest"),
              of("isolation_forest", Verb.FIT_BATCH, "elki"),
              of(
                  "isolation_forest",
                  Verb.BYTES,
                  "smile",
                  "smile-as-shipped",
                  "random_cut_forest",
                  "scikit-learn"),
              of("half_space_trees", Verb.UPDATE, "moa", "moa-height-8", "random_cut_forest"),
              of("half_space_trees", Verb.SCORE, "moa", "moa-height-8", "random_cut_forest"),
              of("half_space_trees", Verb.BYTES, "moa", "moa-height-8", "random_cut_forest"),
              slow("one_class_svm", Verb.FIT, "libsvm", "smile", "scikit-learn"),
              of("one_class_svm", Verb.SCORE, "libsvm", "smile", "scikit-learn"),
              slow("one_class_svm", Verb.BATCH, "scikit-learn"),
              of("one_class_svm", Verb.BYTES, "libsvm", "smile", "scikit-learn"),
              of("local_outlier_factor", Verb.FIT, "scikit-learn"),
              of("local_outlier_factor", Verb.SCORE, "scikit-learn"),
              slow("local_outlier_factor", Verb.BATCH, "scikit-learn"),
              of("local_outlier_factor", Verb.FIT_BATCH, "elki"),
              of("local_outlier_factor", Verb.BYTES, "scikit-learn"),
              of("knn", Verb.SCORE, "scikit-learn"),
              of("knn", Verb.BATCH, "scikit-learn"),
              of("knn", Verb.FIT_BATCH, "elki"),
              slow("autoencoder", Verb.FIT, "scikit-learn"),
              of("autoencoder", Verb.SCORE, "scikit-learn"),
              of("autoencoder", Verb.BATCH, "scikit-learn"))
          .flatMap(List::stream)
          .toList();

  private static List<KernelCase> of(String detector, Verb verb, String... peers) {
    return Stream.of(peers).map(peer -> new KernelCase(detector, verb, peer, false)).toList();
  }

  private static List<KernelCase> slow(String detector, Verb verb, String... peers) {
    return Stream.of(peers).map(peer -> new KernelCase(detector, verb, peer, true)).toList();
  }

  /** The case of that name and peer. */
  static KernelCase named(String name, String peer) {
    return ALL.stream()
        .filter(each -> each.name().equals(name) && each.peer.equals(peer))
        .findFirst()
        .orElseThrow(
            () -> new IllegalArgumentException("no case " + name + " beside '" + peer + "'"));
  }

  /** As printed: {@code isolation_forest.score}. */
  String name() {
    return detector + "." + verb;
  }
}
