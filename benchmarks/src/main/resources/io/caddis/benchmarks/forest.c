// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
//
// The isolation forest of FittedIsolationForest in C: the same nodes, ten trees side by side, no
// branch that depends on data. It measures what the Java of it leaves on the table.
//
//   forest FOREST FEATURES ROWS
//
// FOREST is a fitted forest as its write method writes it, ROWS are rows of FEATURES doubles, little
// endian. Prints "ready SUM" with the sum of all scores, then answers every line "MILLIS" on standard
// input with "ROWS NANOS": rows scored one by one in at least so many milliseconds, and the CPU time.
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { LANES = 10, KEY_SHIFT = 12, CHILD_SHIFT = 44, FEATURE_MASK = 0xFFF, PATH_MASK = 0x7FFFFF, CHUNK = 500 };
static const int32_t LEAF = 0x7F800000;

static int features, group_count, depth;
static uint64_t **groups;
static double exponent_per_path;

static void *load(const char *path, size_t *size) {
  FILE *file = fopen(path, "rb");
  if (!file || fseek(file, 0, SEEK_END)) {
    perror(path);
    exit(1);
  }
  *size = ftell(file);
  rewind(file);
  void *bytes = malloc(*size);
  if (fread(bytes, 1, *size, file) != *size) {
    perror(path);
    exit(1);
  }
  fclose(file);
  return bytes;
}

static int32_t next32(const char **at) {
  uint32_t word;
  memcpy(&word, *at, 4);
  *at += 4;
  return (int32_t)__builtin_bswap32(word);
}

static int64_t next64(const char **at) {
  uint64_t word;
  memcpy(&word, *at, 8);
  *at += 8;
  return (int64_t)__builtin_bswap64(word);
}

static int32_t key_of(double number) {
  float narrow = (float)number + 0.0f;
  int32_t bits;
  memcpy(&bits, &narrow, 4);
  int32_t key = bits ^ ((bits >> 31) & 0x7FFFFFFF);
  return key < LEAF ? key : LEAF;
}

// Highest comes the child, then what is left above the threshold or a path length, lowest the feature.
static uint64_t packed(uint64_t node, uint64_t child) {
  int32_t key = (int32_t)(node >> 32);
  uint64_t feature = key < LEAF ? (uint32_t)node >> 20 : 0;
  uint64_t field = key < LEAF ? (int64_t)INT32_MAX - key : key - LEAF;
  return child << CHILD_SHIFT | field << KEY_SHIFT | feature;
}

static double average_path(int size) {
  if (size <= 2) {
    return size - 1;
  }
  return 2 * (log(size - 1.0) + 0.5772156649015329) - 2 * (size - 1.0) / size;
}

static void read_forest(const char *at) {
  int sample = next32(&at);
  int trees = next32(&at);
  group_count = (trees + LANES - 1) / LANES;
  groups = malloc(group_count * sizeof *groups);
  for (int group = 0; group < group_count; group++) {
    // The roots, then tree by tree what is below; a lane without a tree has a leaf of path 0.
    uint64_t *nodes = malloc(LANES * sizeof *nodes);
    int below = LANES;
    for (int lane = 0; lane < LANES; lane++) {
      nodes[lane] = packed((uint64_t)LEAF << 32, lane);
      int size = group * LANES + lane < trees ? next32(&at) : 0;
      nodes = realloc(nodes, (below + size) * sizeof *nodes);
      int32_t *levels = calloc(size + 1, sizeof *levels);
      for (int i = 0; i < size; i++) {
        int64_t node = next64(&at);
        int distance = node & 0xFFFFF;
        int place = i == 0 ? lane : below + i - 1;
        if (distance > 0) {
          levels[i + distance] = levels[i + distance + 1] = levels[i] + 1;
        }
        depth = levels[i] > depth ? levels[i] : depth;
        nodes[place] = packed(node, distance == 0 ? place : below + i + distance - 1);
      }
      free(levels);
      below += size > 0 ? size - 1 : 0;
    }
    groups[group] = nodes;
  }
  exponent_per_path = -M_LN2 / (1 << 17) / (trees * average_path(sample));
}

static inline uint32_t step(const uint64_t *nodes, const uint64_t *keys, uint32_t at) {
  uint64_t node = nodes[at];
  return (node + keys[node & FEATURE_MASK]) >> CHILD_SHIFT;
}

static inline int64_t path(uint64_t leaf) { return (leaf >> KEY_SHIFT) & PATH_MASK; }

static double score(const double *row) {
  uint64_t keys[4096];
  for (int feature = 0; feature < features; feature++) {
    keys[feature] = (uint64_t)((int64_t)key_of(row[feature]) - INT32_MIN) << KEY_SHIFT;
  }
  int64_t sum = 0;
  for (int group = 0; group < group_count; group++) {
    const uint64_t *nodes = groups[group];
    uint32_t a = 0, b = 1, c = 2, d = 3, e = 4, f = 5, g = 6, h = 7, i = 8, j = 9;
    for (int level = depth; level > 0; level--) {
      a = step(nodes, keys, a);
      b = step(nodes, keys, b);
      c = step(nodes, keys, c);
      d = step(nodes, keys, d);
      e = step(nodes, keys, e);
      f = step(nodes, keys, f);
      g = step(nodes, keys, g);
      h = step(nodes, keys, h);
      i = step(nodes, keys, i);
      j = step(nodes, keys, j);
    }
    sum += path(nodes[a]) + path(nodes[b]) + path(nodes[c]) + path(nodes[d]);
    sum += path(nodes[e]) + path(nodes[f]) + path(nodes[g]) + path(nodes[h]);
    sum += path(nodes[i]) + path(nodes[j]);
  }
  return exp(sum * exponent_per_path);
}

static int64_t cpu_nanos(void) {
  struct timespec now;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return now.tv_sec * INT64_C(1000000000) + now.tv_nsec;
}

static int64_t wall_nanos(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec * INT64_C(1000000000) + now.tv_nsec;
}

int main(int count, char **arguments) {
  if (count != 4) {
    fprintf(stderr, "usage: forest FOREST FEATURES ROWS\n");
    return 2;
  }
  size_t size;
  read_forest(load(arguments[1], &size));
  features = atoi(arguments[2]);
  const double *rows = load(arguments[3], &size);
  long row_count = size / sizeof(double) / features;
  double sum = 0;
  for (long i = 0; i < row_count; i++) {
    sum += score(rows + i * features);
  }
  printf("ready %.17g\n", sum);
  fflush(stdout);
  long next = 0;
  volatile double sink = 0;
  for (long millis; scanf("%ld", &millis) == 1;) {
    int64_t deadline = wall_nanos() + millis * 1000000;
    int64_t start = cpu_nanos();
    long done = 0;
    do {
      for (int i = 0; i < CHUNK; i++) {
        sink += score(rows + next * features);
        next = next + 1 == row_count ? 0 : next + 1;
      }
      done += CHUNK;
    } while (wall_nanos() < deadline);
    printf("%ld %lld\n", done, (long long)(cpu_nanos() - start));
    fflush(stdout);
  }
  return 0;
}
