// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.jobs.source;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.apache.flink.core.io.SimpleVersionedSerializer;

/** Format 1 of splits in checkpoints: name (modified UTF-8), position and lines, big-endian. */
final class StreamSplitSerializer implements SimpleVersionedSerializer<StreamSplit> {
  private static final int VERSION = 1;

  @Override
  public int getVersion() {
    return VERSION;
  }

  @Override
  public byte[] serialize(StreamSplit split) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    write(split, new DataOutputStream(bytes));
    return bytes.toByteArray();
  }

  @Override
  public StreamSplit deserialize(int version, byte[] bytes) throws IOException {
    check(version);
    return read(new DataInputStream(new ByteArrayInputStream(bytes)));
  }

  private static void write(StreamSplit split, DataOutputStream out) throws IOException {
    out.writeUTF(split.splitId());
    out.writeLong(split.position());
    out.writeLong(split.lines());
  }

  private static StreamSplit read(DataInputStream in) throws IOException {
    return new StreamSplit(in.readUTF(), in.readLong(), in.readLong());
  }

  private static void check(int version) throws IOException {
    if (version != VERSION) {
      throw new IOException("version of a split must be " + VERSION + ", was " + version);
    }
  }

  /** The same for the splits that wait in the enumerator: their number, then each. */
  static final class OfList implements SimpleVersionedSerializer<List<StreamSplit>> {
    @Override
    public int getVersion() {
      return VERSION;
    }

    @Override
    public byte[] serialize(List<StreamSplit> splits) throws IOException {
      ByteArrayOutputStream bytes = new ByteArrayOutputStream();
      DataOutputStream out = new DataOutputStream(bytes);
      out.writeInt(splits.size());
      for (StreamSplit split : splits) {
        write(split, out);
      }
      return bytes.toByteArray();
    }

    @Override
    public List<StreamSplit> deserialize(int version, byte[] bytes) throws IOException {
      check(version);
      DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes));
      List<StreamSplit> splits = new ArrayList<>();
      for (int left = in.readInt(); left > 0; left--) {
        splits.add(read(in));
      }
      return splits;
    }
  }
}
