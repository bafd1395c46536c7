// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.detectors.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Random;
import java.util.zip.CRC32;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

/** What holds for every series. */
final class UnivariatePropertiesTest {
  private static final int READINGS = 1_500;
  private static final long START = 1_400_000_000_000L;
  private static final long WEEK = 7 * 86_400_000L;

  /** Time and value of each reading: a daily habit, noise, spikes, changes of level, gaps. */
  private record Series(long[] times, double[] values) {
    static Series of(long seed) {
      Random random = new Random(seed);
      long[] times = new long[READINGS];
      double[] values = new double[READINGS];
      double habit = random.nextInt(3) * 5;
      double level = 0;
      long time = START;
      for (int i = 0; i < READINGS; i++) {
        time += random.nextInt(1_000) == 0 ? 20_000_000 : 600_000 + random.nextInt(5_000);
        level += random.nextInt(700) == 0 ? 10 * random.nextGaussian() : 0;
        times[i] = time;
        values[i] = level + habit * Math.sin(time * Math.PI / 43_200_000.0) + random.nextGaussian();
        values[i] += random.nextInt(200) == 0 ? 12 * random.nextGaussian() : 0;
      }
      return new Series(times, values);
    }

    double[] scores(StreamDetector detector, int from, int to) {
      double[] scores = new double[to - from];
      for (int i = from; i < to; i++) {
        scores[i - from] = detector.score(times[i], new double[] {values[i]});
      }
      return scores;
    }

    double[] scores() {
      return scores(new Univariate().create(1), 0, READINGS);
    }
  }

  @Property(tries = 30)
  void unitOffsetAndWholeWeeksDoNotMatter(
      @ForAll long seed,
      @ForAll @DoubleRange(min = 0.01, max = 100) double unit,
      @ForAll @DoubleRange(min = -1000, max = 1000) double offset,
      @ForAll @IntRange(min = -100, max = 100) int weeks) {
    Series series = Series.of(seed);
    Series twin =
        new Series(
            Arrays.stream(series.times()).map(time -> time + weeks * WEEK).toArray(),
            Arrays.stream(series.values()).map(value -> unit * value + offset).toArray());
    assertThat(twin.scores()).containsExactly(series.scores(), within(5e-3));
  }

  @Property(tries = 10)
  void upAndDownAreAlike(@ForAll long seed) {
    Series series = Series.of(seed);
    Series mirrored =
        new Series(series.times(), Arrays.stream(series.values()).map(value -> -value).toArray());
    assertThat(mirrored.scores()).containsExactly(series.scores());
  }

  @Property(tries = 20)
  void writtenAndReadBackGoesOnAsIfNothingHadHappened(
      @ForAll long seed, @ForAll @IntRange(max = READINGS) int at) throws IOException {
    Series series = Series.of(seed);
    StreamDetector detector = new Univariate().create(1);
    series.scores(detector, 0, at);
    StreamDetector copy = read(written(detector));
    assertThat(series.scores(copy, at, READINGS))
        .containsExactly(series.scores(detector, at, READINGS));
    assertThat(written(copy)).isEqualTo(written(detector));
  }

  @Property(tries = 10)
  void takenApartAfterEveryReadingItScoresTheSame(@ForAll long seed) throws IOException {
    Series series = Series.of(seed);
    Random random = new Random(seed);
    StreamDetector whole = new Univariate().create(2);
    StreamDetector apart = new Univariate().create(2);
    Kept store = new Kept();
    for (int i = 0; i < READINGS; i++) {
      double other = random.nextInt(3) == 0 ? Double.NaN : random.nextGaussian();
      double[] values = {series.values()[i], other};
      apart.useProfile(store);
      assertThat(apart.score(series.times()[i], values))
          .isEqualTo(whole.score(series.times()[i], values));
      assertThat(apart.expected()).isEqualTo(whole.expected());
      apart.putProfile();
      apart = read(levels(apart));
    }
    apart.useProfile(store);
    assertThat(written(apart)).isEqualTo(written(whole));
    assertThat(store.writes).isLessThan(READINGS / 2);
  }

  @Test
  void whatEveryReadingWritesIsAFractionOfTheWhole() throws IOException {
    StreamDetector detector = new Univariate().create(1);
    Series series = Series.of(1);
    series.scores(detector, 0, READINGS);
    int whole = written(detector).length;
    assertThat(levels(detector)).hasSize(whole);
    Kept store = new Kept();
    detector.useProfile(store);
    detector.putProfile();
    assertThat(levels(detector)).hasSizeLessThan(500).hasSizeLessThan(whole / 3);
  }

  @Test
  void aProfileThatIsDamagedMissingOrAnotherSensorsIsRefused() throws IOException {
    StreamDetector detector = new Univariate().create(1);
    Series.of(1).scores(detector, 0, 400);
    Kept store = new Kept();
    detector.useProfile(store);
    detector.putProfile();
    byte[] levels = levels(detector);
    for (int bit = 0; bit < store.profile.length * 8; bit++) {
      Kept damaged = new Kept();
      damaged.profile = store.profile.clone();
      damaged.profile[bit / 8] ^= (byte) (1 << bit % 8);
      StreamDetector read = read(levels);
      read.useProfile(damaged);
      assertThatThrownBy(() -> written(read)).isInstanceOf(IOException.class);
    }
    StreamDetector young = new Univariate().create(1);
    Kept other = new Kept();
    young.useProfile(other);
    young.putProfile();
    StreamDetector read = read(levels);
    read.useProfile(other);
    assertThatThrownBy(() -> written(read)).hasMessageContaining("excursions must be");
    assertThatThrownBy(() -> read(levels).score(0, new double[] {1}))
        .hasMessageContaining("useProfile must be called");
  }

  private static final class Kept implements ProfileStore {
    private byte[] profile = {};
    private int writes;

    @Override
    public byte[] read() {
      return profile;
    }

    @Override
    public void write(byte[] written) {
      profile = written;
      writes++;
    }
  }

  @Property(tries = 20)
  void missingReadingsScoreZeroAndTeachNothing(@ForAll long seed) {
    Series series = Series.of(seed);
    Random random = new Random(seed);
    StreamDetector detector = new Univariate().create(1);
    double[] missing = {Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY};
    double[] scores = new double[READINGS];
    for (int i = 0; i < READINGS; i++) {
      if (random.nextInt(4) == 0) {
        double[] none = {missing[random.nextInt(missing.length)]};
        assertThat(detector.score(series.times()[i], none)).isZero();
        assertThat(detector.contributions()).containsExactly(0);
      }
      scores[i] = detector.score(series.times()[i], new double[] {series.values()[i]});
    }
    assertThat(scores).containsExactly(series.scores());
  }

  @Property(tries = 30)
  void anyNumbersAtAnyTimesScoreFromZeroToOne(@ForAll long seed) {
    Random random = new Random(seed);
    double[] extremes = {0, -0.0, 1, 1e-300, Double.MIN_VALUE, 1e308, -1e308, 1e29, Double.NaN};
    StreamDetector detector = new Univariate().create(2);
    for (int i = 0; i < 600; i++) {
      double[] values = {
        extremes[random.nextInt(extremes.length)], Double.longBitsToDouble(random.nextLong())
      };
      double score = detector.score(random.nextLong(), values);
      assertThat(score).isBetween(0.0, 1.0);
      assertThat(Arrays.stream(detector.contributions()).sum()).isCloseTo(score, within(1e-12));
      assertThat(detector.rawScore()).isFinite();
    }
  }

  @Test
  void everyFlippedBitAndEveryCutIsRefused() throws IOException {
    StreamDetector detector = new Univariate().create(1);
    Series.of(1).scores(detector, 0, 400);
    byte[] bytes = written(detector);
    for (int bit = 0; bit < bytes.length * 8; bit++) {
      byte[] damaged = bytes.clone();
      damaged[bit / 8] ^= (byte) (1 << bit % 8);
      assertThatThrownBy(() -> read(damaged)).isInstanceOf(IOException.class);
    }
    for (int length = 0; length < bytes.length; length++) {
      byte[] cut = Arrays.copyOf(bytes, length);
      assertThatThrownBy(() -> read(cut)).isInstanceOf(IOException.class);
    }
  }

  /** The checksum is no secret: bytes that have a right one must be harmless too. */
  @Property(tries = 300)
  void bytesMadeUpAreRefusedOrHarmless(@ForAll long seed) throws IOException {
    Random random = new Random(seed);
    StreamDetector detector = new Univariate().create(1);
    Series series = Series.of(1);
    series.scores(detector, 0, 600);
    byte[] bytes = written(detector);
    for (int i = 0; i < 8; i++) {
      bytes[9 + random.nextInt(bytes.length - 13)] = (byte) random.nextInt(256);
    }
    CRC32 checksum = new CRC32();
    checksum.update(bytes, 9, bytes.length - 13);
    ByteBuffer.wrap(bytes).putInt(bytes.length - 4, (int) checksum.getValue());
    StreamDetector read;
    try {
      read = read(bytes);
    } catch (IOException refused) {
      return;
    }
    for (double score : series.scores(read, 600, 900)) {
      assertThat(score).isBetween(0.0, 1.0);
    }
  }

  private static byte[] written(StreamDetector detector) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    detector.write(new DataOutputStream(bytes));
    return bytes.toByteArray();
  }

  private static byte[] levels(StreamDetector detector) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    detector.writeLevels(new DataOutputStream(bytes));
    return bytes.toByteArray();
  }

  private static StreamDetector read(byte[] bytes) throws IOException {
    return new Univariate().read(new DataInputStream(new ByteArrayInputStream(bytes)));
  }
}
