// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.detectors.control;

import io.caddis.detectors.files.Publish;
import io.caddis.detectors.files.ResultFolder;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** A control directory as those see it who write commands. Not thread-safe. */
public final class CommandFolder {
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmssSSS'Z'").withZone(ZoneOffset.UTC);

  private final Path directory;
  private final ResultFolder files;

  /** What has been read, by the names of the files: they do not change. */
  private final Map<String, Sent> known = new HashMap<>();

  public CommandFolder(Path directory) {
    this.directory = directory;
    this.files = new ResultFolder(directory);
  }

  /**
   * A command that has been sent.
   *
   * @param file its name
   * @param command what it holds, null when it holds none
   * @param problem why it holds none, null when it holds one
   */
  public record Sent(String file, @Nullable JobCommand command, @Nullable String problem) {
    /** The command's id, or else the file's name. */
    public String id() {
      return command == null ? file : command.id();
    }
  }

  /**
   * Sends a command: puts it into the directory, whole or not at all, under a name that sorts by
   * time.
   *
   * @param json what {@link CommandJson} takes, with an id
   * @return what was sent
   * @throws IllegalArgumentException when it is no command, or there is no such directory
   */
  public Sent send(String json, Instant now) throws IOException {
    if (!Files.isDirectory(directory)) {
      throw new IllegalArgumentException(
          "--control must be an existing directory, was " + directory);
    }
    byte[] content = (json + "\n").getBytes(StandardCharsets.UTF_8);
    JobCommand command = CommandJson.parse(content);
    if (sent().stream().anyMatch(other -> other.id().equals(command.id()))) {
      throw new IllegalArgumentException("--id must be new to the directory, was " + command.id());
    }
    String file = "%s-%s-%s.json".formatted(TIME.format(now), command.type(), command.id());
    Publish.file(new ByteArrayInputStream(content), directory.resolve(file));
    return new Sent(file, command, null);
  }

  /** The commands in the directory, by the names of their files, which is the order of sending. */
  public List<Sent> sent() throws IOException {
    List<Sent> all = new ArrayList<>();
    for (Path file : files.committed()) {
      String name = file.getFileName().toString();
      Sent one = known.get(name);
      if (one == null) {
        one = read(file, name);
        known.put(name, one);
      }
      all.add(one);
    }
    if (known.size() > all.size()) {
      known.keySet().retainAll(all.stream().map(Sent::file).collect(Collectors.toSet()));
    }
    return all;
  }

  private static Sent read(Path file, String name) throws IOException {
    try (InputStream in = Files.newInputStream(file)) {
      return new Sent(name, CommandJson.parse(in.readNBytes(CommandJson.MAX_BYTES)), null);
    } catch (IllegalArgumentException e) {
      return new Sent(name, null, String.valueOf(e.getMessage()));
    }
  }
}
