// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.jobs;

import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.apache.flink.api.common.state.StateDescriptor;
import org.apache.flink.api.common.typeutils.TypeSerializerSnapshot;
import org.apache.flink.core.memory.DataInputViewStreamWrapper;
import org.apache.flink.runtime.checkpoint.OperatorState;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.runtime.state.KeyGroupsStateHandle;
import org.apache.flink.runtime.state.KeyedBackendSerializationProxy;
import org.apache.flink.runtime.state.KeyedStateHandle;
import org.apache.flink.runtime.state.OperatorBackendSerializationProxy;
import org.apache.flink.runtime.state.OperatorStateHandle;
import org.apache.flink.runtime.state.metainfo.StateMetaInfoSnapshot;
import org.apache.flink.runtime.state.metainfo.StateMetaInfoSnapshot.CommonSerializerKeys;

/** What states there are: those of a savepoint, as it describes itself, and those in the code. */
final class KeptStates {
  private static final ClassLoader LOADER = KeptStates.class.getClassLoader();

  private KeptStates() {}

  /**
   * One state of an operator.
   *
   * @param serializer that reads it, as the savepoint names it
   * @param version of what the savepoint says about the serializer
   */
  record State(String operator, String name, String kind, String serializer, int version)
      implements Comparable<State> {
    @Override
    public int compareTo(State other) {
      return toString().compareTo(other.toString());
    }
  }

  static Set<State> of(KeptSavepoint savepoint) throws IOException {
    Set<State> states = new TreeSet<>();
    for (OperatorState operator : savepoint.metadata().getOperatorStates()) {
      String uid = operator.getOperatorUid().orElseThrow();
      for (OperatorSubtaskState subtask : operator.getStates()) {
        for (KeyedStateHandle handle : subtask.getManagedKeyedState()) {
          try (InputStream in = ((KeyGroupsStateHandle) handle).openInputStream()) {
            var keyed = new KeyedBackendSerializationProxy<>(LOADER);
            keyed.read(new DataInputViewStreamWrapper(in));
            add(uid, keyed.getStateMetaInfoSnapshots(), "keyed", states);
          }
        }
        for (OperatorStateHandle handle : subtask.getManagedOperatorState()) {
          try (InputStream in = handle.openInputStream()) {
            var lists = new OperatorBackendSerializationProxy(LOADER);
            lists.read(new DataInputViewStreamWrapper(in));
            add(uid, lists.getOperatorStateMetaInfoSnapshots(), "list", states);
            add(uid, lists.getBroadcastStateMetaInfoSnapshots(), "broadcast", states);
          }
        }
      }
    }
    return states;
  }

  private static void add(
      String uid, Collection<StateMetaInfoSnapshot> snapshots, String kind, Set<State> states) {
    for (StateMetaInfoSnapshot snapshot : snapshots) {
      TypeSerializerSnapshot<?> serializer =
          snapshot.getTypeSerializerSnapshot(CommonSerializerKeys.VALUE_SERIALIZER);
      String outer = serializer.getClass().getName().replaceFirst(".*\\.", "");
      states.add(
          new State(
              uid,
              snapshot.getName(),
              kind,
              outer.replaceFirst("\\$.*|Snapshot$", ""),
              serializer.getCurrentVersion()));
    }
  }

  /** The names of all states that operators declare. */
  static Set<String> declared() throws IOException, ReflectiveOperationException {
    Set<String> names = new TreeSet<>();
    for (Path classes :
        List.of(Path.of("../operators/target/classes"), Path.of("target/classes"))) {
      for (Path file : files(classes)) {
        String name = classes.relativize(file).toString().replace('/', '.');
        Class<?> type = Class.forName(name.replaceFirst("\\.class$", ""), false, LOADER);
        for (Field field : type.getDeclaredFields()) {
          if (StateDescriptor.class.isAssignableFrom(field.getType())
              && Modifier.isStatic(field.getModifiers())) {
            field.setAccessible(true);
            names.add(((StateDescriptor<?, ?>) field.get(null)).getName());
          }
        }
      }
    }
    return names;
  }

  private static List<Path> files(Path classes) throws IOException {
    try (Stream<Path> files = Files.walk(classes)) {
      return files.filter(file -> file.toString().endsWith(".class")).toList();
    }
  }
}
