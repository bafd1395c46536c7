// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.gateway.models;

import io.caddis.detectors.detector.Detectors;
import io.caddis.detectors.detector.IsolationForest;
import io.caddis.detectors.model.ModelFormatException;
import io.caddis.detectors.registry.ModelMetadata;
import io.caddis.detectors.registry.ModelRegistry;
import io.caddis.detectors.registry.RegisteredModel;
import io.caddis.detectors.stream.StreamDetectors;
import io.caddis.gateway.ProblemException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The models in memory, above those in the registry: one that is asked for and is not in memory is
 * taken from there, and one that is from there follows its champion. Thread-safe.
 *
 * <p>Clients name a model and perhaps its backend; the registry has it under {@code model_backend},
 * or, when the command line put it there, under its own name.
 */
public final class ModelShelf {
  private static final Logger LOG = LoggerFactory.getLogger(ModelShelf.class);

  /** What each model takes beside its file and its rows. */
  private static final long ENTRY_BYTES = 64 << 10;

  /** How old the knowledge of a model's champion may be. */
  private static final Duration FRESH = Duration.ofSeconds(2);

  private final ModelRegistry registry;
  private final InstantSource clock;
  private final long mostBytes;
  private final Map<String, Entry> entries = new ConcurrentHashMap<>();

  /** The name in the registry of the model that clients mean by a name alone. */
  private final Map<String, String> latest = new ConcurrentHashMap<>();

  /**
   * @param usedNanos since some moment
   * @param checked epoch milliseconds
   */
  private record Entry(ServedModel served, AtomicLong usedNanos, AtomicLong checked) {}

  /**
   * @param mostBytes of models in memory
   */
  public ModelShelf(ModelRegistry registry, InstantSource clock, long mostBytes) {
    this.registry = registry;
    this.clock = clock;
    this.mostBytes = mostBytes;
  }

  /** The name in the registry of a model of a backend. */
  static String stored(String model, String backend) {
    return model + '_' + backend;
  }

  /**
   * A model.
   *
   * @param backend null for the one fitted or loaded last, or else any
   * @throws ProblemException 404 when there is none, 409 when it is damaged
   */
  ServedModel get(String model, @Nullable String backend) {
    String name = backend == null ? latest.get(model) : stored(model, backend);
    Entry entry = name == null ? null : entries.get(name);
    if (entry == null) {
      return load(model, backend);
    }
    entry.usedNanos().set(System.nanoTime());
    long now = clock.millis();
    long checked = entry.checked().get();
    // Whichever is later: a clock that is set back must not hide champions until it has caught up.
    if (entry.served().saved()
        && Math.abs(now - checked) > FRESH.toMillis()
        && entry.checked().compareAndSet(checked, now)) {
      return refreshed(entry);
    }
    return entry.served();
  }

  /** The model that stands for a name now; what is in memory when that cannot be had. */
  private ServedModel refreshed(Entry entry) {
    ServedModel served = entry.served();
    try {
      String version = current(served.stored());
      if (version != null && !version.equals(served.version())) {
        RegisteredModel registered = registry.load(served.stored(), version);
        Entry newer = entry(ServedModel.registered(served.name(), registered));
        synchronized (this) {
          makeRoom(newer.served());
          // Not in place of what was fitted or loaded meanwhile.
          return entries.replace(served.stored(), entry, newer) ? newer.served() : served;
        }
      }
    } catch (IOException | ModelFormatException | IllegalArgumentException | ProblemException e) {
      LOG.warn("{} stays at {}: {}", served.stored(), served.version(), e.getMessage());
    }
    return served;
  }

  /** The champion, or the latest version when there is none; null when there is no version. */
  private @Nullable String current(String stored) throws IOException {
    List<String> versions = registry.versions(stored);
    String champion = registry.aliases(stored).champion();
    if (champion != null && versions.contains(champion)) {
      return champion;
    }
    return versions.isEmpty() ? null : versions.get(versions.size() - 1);
  }

  /** Takes a model from the registry, in place of what is in memory. */
  ServedModel load(String model, @Nullable String backend) {
    try {
      String stored = find(model, backend);
      String version = stored == null ? null : current(stored);
      if (stored == null || version == null) {
        throw new ProblemException(
            404,
            "No such model",
            "model '%s'%s must be fitted first, or be in the registry"
                .formatted(model, backend == null ? "" : " of backend " + backend));
      }
      return put(ServedModel.registered(model, registry.load(stored, version)));
    } catch (ModelFormatException e) {
      throw new ProblemException(409, "Damaged model", String.valueOf(e.getMessage()));
    } catch (IllegalArgumentException deletedMeanwhile) {
      throw new ProblemException(
          404, "No such model", String.valueOf(deletedMeanwhile.getMessage()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private @Nullable String find(String model, @Nullable String backend) throws IOException {
    List<String> candidates = new ArrayList<>();
    if (backend != null) {
      candidates.add(stored(model, backend));
    } else {
      candidates.add(model);
      candidates.add(stored(model, IsolationForest.NAME));
      Detectors.NAMES.forEach(name -> candidates.add(stored(model, name)));
      StreamDetectors.NAMES.forEach(name -> candidates.add(stored(model, name)));
    }
    for (String candidate : candidates) {
      if (!registry.versions(candidate).isEmpty()) {
        return candidate;
      }
    }
    if (backend != null && !registry.versions(model).isEmpty()) {
      String reference = current(model);
      if (reference != null && registry.metadata(model, reference).algorithm().equals(backend)) {
        return model;
      }
    }
    return null;
  }

  /**
   * Puts a model into memory, in place of an older one of its name.
   *
   * @throws ProblemException 409 when it has no room beside those that are not saved
   */
  ServedModel put(ServedModel served) {
    synchronized (this) {
      makeRoom(served);
      entries.put(served.stored(), entry(served));
    }
    latest.put(served.name(), served.stored());
    return served;
  }

  private Entry entry(ServedModel served) {
    return new Entry(served, new AtomicLong(System.nanoTime()), new AtomicLong(clock.millis()));
  }

  /** Lets go of saved models that were not used for longest, until this one fits in. */
  private void makeRoom(ServedModel served) {
    long room = mostBytes - size(served);
    List<Entry> others =
        entries.values().stream()
            .filter(entry -> !entry.served().stored().equals(served.stored()))
            .sorted(Comparator.comparingLong(entry -> entry.usedNanos().get()))
            .toList();
    long unsaved =
        others.stream()
            .filter(entry -> !entry.served().saved())
            .mapToLong(entry -> size(entry.served()))
            .sum();
    if (unsaved > room) {
      throw new ProblemException(
          409,
          "No room in memory",
          "models in memory must have at most %d bytes, %s has %d and those that are not saved %d: save some, or give the gateway more heap"
              .formatted(mostBytes, served.name(), size(served), unsaved));
    }
    long taken = others.stream().mapToLong(entry -> size(entry.served())).sum();
    for (Entry entry : others) {
      if (taken <= room) {
        return;
      }
      if (entry.served().saved()) {
        entries.remove(entry.served().stored());
        taken -= size(entry.served());
      }
    }
  }

  private static long size(ServedModel served) {
    return ENTRY_BYTES + served.size();
  }

  /** Adds the model to the registry as its champion. */
  ServedModel save(ServedModel served) {
    if (served.saved()) {
      return served;
    }
    try {
      ModelMetadata metadata = registry.publish(served.stored(), served.model(), served.training());
      registry.promote(served.stored(), metadata.version());
      ServedModel saved = served.saved(metadata.version());
      entries.computeIfPresent(
          served.stored(), (name, entry) -> entry.served().equals(served) ? entry(saved) : entry);
      return saved;
    } catch (IOException e) {
      LOG.error("cannot save {}", served.stored(), e);
      throw new ProblemException(
          507,
          "Not saved",
          "the registry cannot be written; %s serves from memory".formatted(served.name()));
    }
  }

  /** What is known of a saved model. */
  record Saved(ModelMetadata metadata, int versions, boolean inMemory) {}

  /** The saved models, by name, at the version that stands for each. Damaged ones are left out. */
  List<Saved> saved() {
    List<Saved> all = new ArrayList<>();
    try {
      for (String name : registry.names()) {
        try {
          String version = current(name);
          if (version != null) {
            all.add(
                new Saved(
                    registry.metadata(name, version),
                    registry.versions(name).size(),
                    entries.containsKey(name)));
          }
        } catch (ModelFormatException | IllegalArgumentException e) {
          LOG.warn("{} is left out of the list: {}", name, e.getMessage());
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return all;
  }

  /**
   * Deletes all versions of a saved model.
   *
   * @return how many there were
   * @throws IllegalArgumentException when no model can have this name
   */
  int delete(String stored) {
    try {
      List<String> versions = registry.versions(stored);
      for (String version : versions) {
        registry.delete(stored, version, true);
      }
      return versions.size();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** How many models are in memory. */
  public int size() {
    return entries.size();
  }

  /** Whether this model is in memory or can be. */
  public boolean has(String model) {
    try {
      get(model, null);
      return true;
    } catch (ProblemException | UncheckedIOException e) {
      return false;
    }
  }

  /** Whether no version stands for this model, or the one that does is whole. */
  public boolean sound(String model) {
    try {
      get(model, null);
      return true;
    } catch (ProblemException e) {
      return e.status() == 404;
    } catch (UncheckedIOException e) {
      return false;
    }
  }

  /** Whether the registry can be read. */
  public boolean readable() {
    try {
      registry.names();
      return true;
    } catch (IOException | UncheckedIOException e) {
      return false;
    }
  }
}
