// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.operators;

import io.caddis.detectors.stream.StreamDetectorType;
import io.caddis.detectors.stream.StreamDetectors;
import java.io.IOException;
import java.util.Map;
import java.util.TreeMap;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.api.common.typeutils.TypeSerializerSchemaCompatibility;
import org.apache.flink.api.common.typeutils.TypeSerializerSnapshot;
import org.apache.flink.core.memory.DataInputDeserializer;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputSerializer;
import org.apache.flink.core.memory.DataOutputView;
import org.jspecify.annotations.Nullable;

/**
 * Writes a {@link StreamState} as its detector writes itself, without the profile; that form
 * carries its own version, so the serializer need not change when a detector does.
 */
final class StreamStateSerializer extends TypeSerializer<StreamState> {
  private static final long serialVersionUID = 1;

  private final String detector;
  private final TreeMap<String, String> parameters = new TreeMap<>();
  private transient @Nullable StreamDetectorType type;

  StreamStateSerializer(String detector, Map<String, ?> parameters) {
    this.detector = detector;
    parameters.forEach((name, value) -> this.parameters.put(name, String.valueOf(value)));
  }

  /** The kind of detector that the states hold. */
  StreamDetectorType type() {
    StreamDetectorType known = type;
    if (known == null) {
      known = StreamDetectors.byName(detector, Map.copyOf(parameters));
      type = known;
    }
    return known;
  }

  /** Of a sensor that had no reading yet. */
  StreamState empty(int features) {
    return new StreamState(Long.MIN_VALUE, features, type().create(features));
  }

  @Override
  public boolean isImmutableType() {
    return false;
  }

  @Override
  public TypeSerializer<StreamState> duplicate() {
    return this;
  }

  @Override
  public StreamState createInstance() {
    return empty(1);
  }

  @Override
  public StreamState copy(StreamState from) {
    try {
      DataOutputSerializer written = new DataOutputSerializer(1 << 10);
      serialize(from, written);
      return deserialize(new DataInputDeserializer(written.getSharedBuffer(), 0, written.length()));
    } catch (IOException e) {
      throw new IllegalStateException("detector " + detector + " cannot read what it wrote", e);
    }
  }

  @Override
  public StreamState copy(StreamState from, StreamState reuse) {
    return copy(from);
  }

  @Override
  public int getLength() {
    return -1;
  }

  @Override
  public void serialize(StreamState state, DataOutputView target) throws IOException {
    target.writeLong(state.newest());
    target.writeInt(state.features());
    state.detector().writeLevels(target);
  }

  @Override
  public StreamState deserialize(DataInputView source) throws IOException {
    return new StreamState(source.readLong(), source.readInt(), type().read(source));
  }

  @Override
  public StreamState deserialize(StreamState reuse, DataInputView source) throws IOException {
    return deserialize(source);
  }

  @Override
  public void copy(DataInputView source, DataOutputView target) throws IOException {
    serialize(deserialize(source), target);
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof StreamStateSerializer that
        && detector.equals(that.detector)
        && parameters.equals(that.parameters);
  }

  @Override
  public int hashCode() {
    return 31 * detector.hashCode() + parameters.hashCode();
  }

  @Override
  public TypeSerializerSnapshot<StreamState> snapshotConfiguration() {
    return new Snapshot(this);
  }

  /** Names the detector and its parameters, so that a state can be read without the job. */
  public static final class Snapshot implements TypeSerializerSnapshot<StreamState> {
    private static final int VERSION = 1;
    private static final int MAX_PARAMETERS = 1000;

    private @Nullable StreamStateSerializer serializer;

    /** For Flink, which calls {@link #readSnapshot} next. */
    public Snapshot() {}

    private Snapshot(StreamStateSerializer serializer) {
      this.serializer = serializer;
    }

    @Override
    public int getCurrentVersion() {
      return VERSION;
    }

    @Override
    public void writeSnapshot(DataOutputView out) throws IOException {
      StreamStateSerializer written = restoreSerializer();
      out.writeUTF(written.detector);
      out.writeInt(written.parameters.size());
      for (Map.Entry<String, String> parameter : written.parameters.entrySet()) {
        out.writeUTF(parameter.getKey());
        out.writeUTF(parameter.getValue());
      }
    }

    @Override
    public void readSnapshot(int version, DataInputView in, ClassLoader classLoader)
        throws IOException {
      if (version != VERSION) {
        throw new IOException(
            "version of the detector state must be %d, was %d: it was written by a later Caddis"
                .formatted(VERSION, version));
      }
      String detector = in.readUTF();
      int count = in.readInt();
      if (count < 0 || count > MAX_PARAMETERS) {
        throw new IOException(
            "parameters must be 0 to " + MAX_PARAMETERS + ", was " + count + ": damaged state");
      }
      Map<String, String> parameters = new TreeMap<>();
      for (int i = 0; i < count; i++) {
        parameters.put(in.readUTF(), in.readUTF());
      }
      serializer = new StreamStateSerializer(detector, parameters);
    }

    @Override
    public StreamStateSerializer restoreSerializer() {
      StreamStateSerializer restored = serializer;
      if (restored == null) {
        throw new IllegalStateException("readSnapshot must be called before restoreSerializer");
      }
      return restored;
    }

    /** Other parameters apply from now on; another detector cannot use the state. */
    @Override
    public TypeSerializerSchemaCompatibility<StreamState> resolveSchemaCompatibility(
        TypeSerializerSnapshot<StreamState> old) {
      return old instanceof Snapshot before
              && before.restoreSerializer().detector.equals(restoreSerializer().detector)
          ? TypeSerializerSchemaCompatibility.compatibleAsIs()
          : TypeSerializerSchemaCompatibility.incompatible();
    }
  }
}
