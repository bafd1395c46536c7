// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.detectors.detector;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The trees of an {@link IsolationForest} as masks of leaves, for many rows of few features: a mask
 * a feature instead of a step a level. After Lucchese et al., QuickScorer, SIGIR 2015.
 *
 * <p>Between two neighbouring thresholds of a feature, all its numbers leave open the same leaves
 * of a tree. The leaves that every feature leaves open are one: the one that the row reaches. Trees
 * are taken two by two, all rows by each pair, so that what is looked up stays in the first level
 * cache. Immutable and thread-safe.
 *
 * <p>A slot is the number of a feature's thresholds that are below a row's key, counted on from the
 * slots of the features before. Of a tree's masks only those of slots that some row is in are laid
 * out, one after the other. A piece is up to 64 neighbouring leaves of a tree; none of them is open
 * when the row reaches another.
 */
final class LeafMasks {
  private static final int LEAVES = Long.SIZE;

  /** Deeper trees have more leaves than pay, or would fill the stack. */
  private static final int DEEPEST = 16;

  private static final int FEATURES = 4;

  /** Rows that are taken through all trees at a time. */
  private static final int MOST_ROWS = 1 << 12;

  /** Of each feature: sorted, then {@link Integer#MAX_VALUE}; a power of two in all. */
  private final int[][] thresholds;

  /** First slot of each feature; at last the one after all, in which all leaves are open. */
  private final int[] firstSlots;

  private final Piece[] pieces;

  /**
   * @param starts first slots of runs that have the same mask, from 0
   * @param masks of the runs
   * @param paths of the leaves, and 0 for none
   */
  private record Piece(int[] starts, long[] masks, int[] paths) {
    /** Without any leaf. */
    static final Piece NONE = new Piece(new int[1], new long[1], new int[LEAVES + 1]);

    /**
     * Lays out the masks of used slots.
     *
     * @param before how many used slots there are before each slot
     */
    void layOut(int[] before, long[] target) {
      int start = 0;
      for (int run = 0; run < masks.length; run++) {
        int end = run + 1 < masks.length ? before[starts[run + 1]] : target.length;
        Arrays.fill(target, start, end, masks[run]);
        start = end;
      }
    }
  }

  /** A split: {@code middle - first} leaves on its left, {@code end - middle} on its right. */
  private record Split(int feature, int threshold, int first, int middle, int end) {
    /** Those of a piece that stay open on one side. */
    long open(int piece, boolean right) {
      return right ? ~leaves(first - piece, middle - piece) : ~leaves(middle - piece, end - piece);
    }

    private static long leaves(int from, int to) {
      int low = Math.max(from, 0);
      int high = Math.min(to, LEAVES);
      return low >= high ? 0 : -1L >>> (LEAVES - (high - low)) << low;
    }
  }

  /** A tree, read in the order of its leaves. */
  static final class Tree {
    private final List<Split> splits = new ArrayList<>();
    private final List<Integer> paths = new ArrayList<>();

    /**
     * @param nodes of trees, as {@link FittedIsolationForest} has them in memory
     * @param root where the tree begins
     */
    static Tree of(long[] nodes, int root) {
      Tree tree = new Tree();
      tree.read(nodes, root);
      return tree;
    }

    private void read(long[] nodes, int at) {
      long node = nodes[at];
      int left = (int) (node >>> FittedIsolationForest.CHILD_SHIFT);
      if (left == at) {
        paths.add((int) FittedIsolationForest.path(node));
        return;
      }
      int first = paths.size();
      read(nodes, left);
      int middle = paths.size();
      read(nodes, left + 1);
      if (first + 2 == paths.size() && paths.get(first).equals(paths.get(middle))) {
        // whichever is reached: one leaf
        paths.remove(middle);
        return;
      }
      int feature = (int) node & FittedIsolationForest.PACKED_FEATURE_MASK;
      long above = node >>> FittedIsolationForest.KEY_SHIFT & FittedIsolationForest.LOW_HALF;
      splits.add(new Split(feature, Integer.MAX_VALUE - (int) above, first, middle, paths.size()));
    }
  }

  /**
   * Whether trees cost less this way, about four steps a piece, than by steps.
   *
   * @param sizes number of nodes of each tree
   * @param depth steps to the deepest leaf
   */
  static boolean pay(int dimension, int[] sizes, int depth) {
    int most = Arrays.stream(sizes).map(size -> (size / 2 + LEAVES) / LEAVES).sum();
    return dimension <= FEATURES && depth <= DEEPEST && 4 * most <= sizes.length * depth;
  }

  LeafMasks(int dimension, List<Tree> trees) {
    thresholds = new int[dimension][];
    firstSlots = new int[dimension + 1];
    for (int feature = 0; feature < dimension; feature++) {
      int wanted = feature;
      int[] sorted =
          trees.stream()
              .flatMap(tree -> tree.splits.stream())
              .filter(split -> split.feature == wanted)
              .mapToInt(Split::threshold)
              .sorted()
              .distinct()
              .toArray();
      int length = 2 * Integer.highestOneBit(Math.max(1, sorted.length));
      thresholds[feature] = Arrays.copyOf(sorted, length);
      Arrays.fill(thresholds[feature], sorted.length, length, Integer.MAX_VALUE);
      firstSlots[feature + 1] = firstSlots[feature] + sorted.length + 1;
    }
    List<Piece> all = new ArrayList<>();
    for (Tree tree : trees) {
      for (int first = 0; first < tree.paths.size(); first += LEAVES) {
        all.add(piece(tree, first));
      }
    }
    pieces = all.toArray(Piece[]::new);
  }

  private Piece piece(Tree tree, int first) {
    int count = Math.min(LEAVES, tree.paths.size() - first);
    List<Split> splits =
        tree.splits.stream()
            .filter(split -> split.end > first && split.first < first + count)
            .toList();
    int[] starts =
        Arrays.stream(
                new int[][] {firstSlots, splits.stream().mapToInt(this::firstSlotRight).toArray()})
            .flatMapToInt(Arrays::stream)
            .sorted()
            .distinct()
            .toArray();
    long[] masks = new long[starts.length];
    for (int run = 0; run < starts.length; run++) {
      masks[run] = -1L >>> (LEAVES - count);
      for (Split split : splits) {
        if (starts[run] >= firstSlots[split.feature]
            && starts[run] < firstSlots[split.feature + 1]) {
          masks[run] &= split.open(first, starts[run] >= firstSlotRight(split));
        }
      }
    }
    int[] paths = new int[LEAVES + 1];
    for (int leaf = 0; leaf < count; leaf++) {
      paths[leaf] = tree.paths.get(first + leaf);
    }
    return new Piece(starts, masks, paths);
  }

  /** The first slot of numbers that go to the right. */
  private int firstSlotRight(Split split) {
    return firstSlots[split.feature]
        + Arrays.binarySearch(thresholds[split.feature], split.threshold)
        + 1;
  }

  /** The sum of the path lengths of each row, in the unit of {@link FittedIsolationForest}. */
  long[] paths(double[][] rows) {
    long[] sums = new long[rows.length];
    for (int from = 0; from < rows.length; from += MOST_ROWS) {
      int end = Math.min(from + MOST_ROWS, rows.length);
      System.arraycopy(
          pathsOfBlock(Arrays.copyOfRange(rows, from, end)), 0, sums, from, end - from);
    }
    return sums;
  }

  private long[] pathsOfBlock(double[][] rows) {
    int[][] slots = new int[FEATURES][];
    int[] before = new int[firstSlots[thresholds.length] + 2];
    for (int feature = 0; feature < FEATURES; feature++) {
      slots[feature] = slots(feature, rows);
      for (int slot : slots[feature]) {
        before[slot + 1] = 1;
      }
    }
    for (int slot = 1; slot < before.length; slot++) {
      before[slot] += before[slot - 1];
    }
    int[][] used = new int[FEATURES][rows.length];
    for (int feature = 0; feature < FEATURES; feature++) {
      for (int i = 0; i < rows.length; i++) {
        used[feature][i] = before[slots[feature][i]];
      }
    }
    long[] sums = new long[rows.length];
    long[] one = new long[before[before.length - 1]];
    long[] other = new long[one.length];
    for (int i = 0; i < pieces.length; i += 2) {
      Piece next = i + 1 < pieces.length ? pieces[i + 1] : Piece.NONE;
      pieces[i].layOut(before, one);
      next.layOut(before, other);
      add(used, one, other, pieces[i].paths, next.paths, sums);
    }
    return sums;
  }

  /** Adds each row's paths in two pieces. */
  private static void add(
      int[][] used, long[] one, long[] other, int[] paths, int[] otherPaths, long[] sums) {
    // one array a feature: the compiler proves each to be long enough before the loop
    int[] a = used[0];
    int[] b = used[1];
    int[] c = used[2];
    int[] d = used[3];
    for (int i = 0; i < sums.length; i++) {
      long leaf = one[a[i]] & one[b[i]] & one[c[i]] & one[d[i]];
      long otherLeaf = other[a[i]] & other[b[i]] & other[c[i]] & other[d[i]];
      sums[i] +=
          paths[Long.numberOfTrailingZeros(leaf)]
              + otherPaths[Long.numberOfTrailingZeros(otherLeaf)];
    }
  }

  /** Of a feature of each row; of a feature that there is not, the one with all leaves open. */
  private int[] slots(int feature, double[][] rows) {
    int[] slots = new int[rows.length];
    if (feature >= thresholds.length) {
      Arrays.fill(slots, firstSlots[thresholds.length]);
      return slots;
    }
    int[] keys = new int[rows.length];
    for (int i = 0; i < keys.length; i++) {
      keys[i] = FittedIsolationForest.key(rows[i][feature]);
    }
    // a step of all searches at a time: none waits for the one before; no branch depends on data
    int[] sorted = thresholds[feature];
    for (int half = sorted.length / 2; half > 0; half /= 2) {
      for (int i = 0; i < keys.length; i++) {
        slots[i] += half & (int) ((long) sorted[slots[i] + half - 1] - keys[i] >> Integer.SIZE);
      }
    }
    for (int i = 0; i < slots.length; i++) {
      slots[i] += firstSlots[feature];
    }
    return slots;
  }
}
