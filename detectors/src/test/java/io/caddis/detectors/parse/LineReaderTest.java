// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.detectors.parse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class LineReaderTest {
  @Test
  void yieldsLinesWithPositionsAndNumbers() throws IOException {
    assertThat(lines("ab\ncd\r\n\nef\rgh\ni", limits(100, 10)))
        .containsExactly(
            "ab@0#1 next 3",
            "cd@3#2 next 7",
            "@7#3 next 8",
            "ef\rgh@8#4 next 14",
            "i@14#5 next 15 unterminated");
  }

  @Test
  void anEmptyStreamHasNoLine() throws IOException {
    assertThat(lines("", limits(10, 10))).isEmpty();
    assertThat(lines("\n", limits(10, 10))).containsExactly("@0#1 next 1");
  }

  @Test
  void cutsALineOneByteBeyondTheLimitButNotOneAtIt() throws IOException {
    assertThat(lines("12345\n123456\n12345\r\n123456\r\nz\n", limits(5, 3)))
        .containsExactly(
            "12345@0#1 next 6",
            "123@6#2 next 13 too long 6",
            "12345@13#3 next 20",
            "123@20#4 next 28 too long 6",
            "z@28#5 next 30");
  }

  @Test
  void cutsALastLineWithoutNewline() throws IOException {
    assertThat(lines("1234567", limits(5, 3)))
        .containsExactly("123@0#1 next 7 too long 7 unterminated");
  }

  @Test
  void skipsAHugeLineInBoundedMemory() throws IOException {
    int huge = 50 << 20;
    LineReader reader = new LineReader(new RepeatedByte(huge, "\nnext\n"), Limits.DEFAULT);
    assertThat(reader.next()).isTrue();
    assertThat(reader.tooLong()).isTrue();
    assertThat(reader.totalLength()).isEqualTo(huge);
    assertThat(reader.length()).isEqualTo(Limits.DEFAULT.deadLetterBytes());
    assertThat(reader.next()).isTrue();
    assertThat(text(reader)).isEqualTo("next");
    assertThat(reader.position()).isEqualTo(huge + 1L);
    assertThat(reader.next()).isFalse();
    assertThat(reader.retainedBytes())
        .isLessThanOrEqualTo(
            Limits.DEFAULT.lineBytes() + Limits.DEFAULT.deadLetterBytes() + (1 << 16));
  }

  @Test
  void triesAgainAfterATimeout() throws IOException {
    byte[] bytes = "abc\ndef\n".getBytes(StandardCharsets.UTF_8);
    InputStream stutters =
        new InputStream() {
          private int next;
          private boolean pause;

          @Override
          public int read() {
            throw new UnsupportedOperationException();
          }

          @Override
          public int read(byte[] target, int offset, int length) throws IOException {
            pause = !pause;
            if (pause) {
              throw new SocketTimeoutException("nothing yet");
            }
            if (next == bytes.length) {
              return -1;
            }
            target[offset] = bytes[next++];
            return 1;
          }
        };
    LineReader reader = new LineReader(stutters, limits(2, 2));
    List<String> read = new ArrayList<>();
    int timeouts = 0;
    for (boolean open = true; open; ) {
      try {
        open = reader.next();
        if (open) {
          read.add(text(reader) + reader.totalLength());
        }
      } catch (SocketTimeoutException e) {
        timeouts++;
      }
    }
    assertThat(read).containsExactly("ab3", "de3");
    assertThat(timeouts).isEqualTo(bytes.length + 1);
  }

  @Test
  void passesOnFailuresOfTheStream() {
    InputStream broken =
        new InputStream() {
          @Override
          public int read() throws IOException {
            throw new IOException("broken");
          }
        };
    assertThatThrownBy(() -> new LineReader(broken, Limits.DEFAULT).next())
        .isInstanceOf(IOException.class);
  }

  @Property
  void linesDoNotDependOnHowTheStreamIsCut(
      @ForAll @Size(max = 60) List<@IntRange(max = 3) Integer> symbols,
      @ForAll @IntRange(min = 1, max = 7) int lineBytes,
      @ForAll @IntRange(min = 1, max = 5) int chunk)
      throws IOException {
    StringBuilder text = new StringBuilder();
    symbols.forEach(s -> text.append("a\n\rb".charAt(s)));
    Limits limits = limits(lineBytes, 3);
    byte[] bytes = text.toString().getBytes(StandardCharsets.UTF_8);
    List<String> whole = lines(new ByteArrayInputStream(bytes), limits);
    assertThat(lines(new Chunks(bytes, chunk), limits)).isEqualTo(whole);
    assertThat(whole).hasSize(text.isEmpty() ? 0 : count(text));
  }

  @Property
  void continuesAtEveryLine(@ForAll @Size(max = 40) List<@IntRange(max = 3) Integer> symbols)
      throws IOException {
    StringBuilder text = new StringBuilder();
    symbols.forEach(s -> text.append("a\n\rb".charAt(s)));
    byte[] bytes = text.toString().getBytes(StandardCharsets.UTF_8);
    Limits limits = limits(4, 2);
    List<String> whole = lines(new ByteArrayInputStream(bytes), limits);
    LineReader first = new LineReader(new ByteArrayInputStream(bytes), limits);
    for (int done = 1; first.next(); done++) {
      int at = (int) first.nextPosition();
      LineReader rest =
          new LineReader(new ByteArrayInputStream(bytes, at, bytes.length - at), limits);
      rest.continueAt(at, first.line());
      assertThat(remaining(rest)).isEqualTo(whole.subList(done, whole.size()));
    }
  }

  private static int count(CharSequence text) {
    int newlines = (int) text.chars().filter(c -> c == '\n').count();
    return text.charAt(text.length() - 1) == '\n' ? newlines : newlines + 1;
  }

  private static List<String> lines(String text, Limits limits) throws IOException {
    return lines(new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)), limits);
  }

  private static List<String> lines(InputStream in, Limits limits) throws IOException {
    return remaining(new LineReader(in, limits));
  }

  private static List<String> remaining(LineReader reader) throws IOException {
    List<String> lines = new ArrayList<>();
    while (reader.next()) {
      lines.add(
          text(reader)
              + "@"
              + reader.position()
              + "#"
              + reader.line()
              + " next "
              + reader.nextPosition()
              + (reader.tooLong() ? " too long " + reader.totalLength() : "")
              + (reader.terminated() ? "" : " unterminated"));
    }
    return lines;
  }

  private static String text(LineReader reader) {
    return new String(reader.bytes(), reader.offset(), reader.length(), StandardCharsets.UTF_8);
  }

  private static Limits limits(int lineBytes, int deadLetterBytes) {
    return new Limits(lineBytes, deadLetterBytes, 64, 64, 64, 64, 8);
  }

  /** Many x, then a text. */
  private static final class RepeatedByte extends InputStream {
    private final byte[] tail;
    private int left;
    private int next;

    RepeatedByte(int count, String tail) {
      this.left = count;
      this.tail = tail.getBytes(StandardCharsets.UTF_8);
    }

    @Override
    public int read() {
      if (left > 0) {
        left--;
        return 'x';
      }
      return next < tail.length ? tail[next++] : -1;
    }
  }

  /** A stream that never gives more than a few bytes at once. */
  private static final class Chunks extends ByteArrayInputStream {
    private final int most;

    Chunks(byte[] bytes, int most) {
      super(bytes);
      this.most = most;
    }

    @Override
    public synchronized int read(byte[] target, int offset, int length) {
      return super.read(target, offset, Math.min(most, length));
    }
  }
}
