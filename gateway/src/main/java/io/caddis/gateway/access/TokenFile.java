// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.gateway.access;

import io.caddis.detectors.model.ModelCodec;
import io.caddis.gateway.Role;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.PropertyNamingStrategies;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/**
 * The tokens that clients may come with, as a JSON file of their hashes. A change of the file holds
 * from the next request on. Thread-safe.
 *
 * <p>A token is 32 random bytes, so its SHA-256 can be kept without salt or stretching: it can be
 * neither guessed nor looked up.
 */
public final class TokenFile {
  private static final String PREFIX = "caddis_";
  private static final int RANDOM_BYTES = 32;
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,63}");
  private static final JsonMapper JSON =
      JsonMapper.builder()
          .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
          .enable(SerializationFeature.INDENT_OUTPUT)
          .build();

  private final Path file;
  private @Nullable Stamp read;
  private List<Token> tokens = List.of();

  /**
   * A token.
   *
   * @param name who has it
   * @param role what it allows
   * @param sha256 of it, hexadecimal
   */
  public record Token(String name, Role role, String sha256, Instant createdAt) {}

  /** What tells a file from the one that was read; clocks of file systems can be coarse. */
  private record Stamp(FileTime modified, long size, @Nullable Object key) {}

  public TokenFile(Path file) {
    this.file = file;
  }

  /**
   * The token that a client came with; null when it is none.
   *
   * @throws UncheckedIOException when the file cannot be read
   */
  public @Nullable Token find(String presented) {
    byte[] hash = HexFormat.of().parseHex(hash(presented));
    Token found = null;
    // All of them each time: how long it takes tells nothing.
    for (Token token : list()) {
      if (MessageDigest.isEqual(hash, HexFormat.of().parseHex(token.sha256()))) {
        found = token;
      }
    }
    return found;
  }

  /** The tokens, none when there is no file. */
  public synchronized List<Token> list() {
    try {
      BasicFileAttributes found = Files.readAttributes(file, BasicFileAttributes.class);
      Stamp stamp = new Stamp(found.lastModifiedTime(), found.size(), found.fileKey());
      if (!stamp.equals(read)) {
        tokens = JSON.readValue(Files.readAllBytes(file), new TypeReference<List<Token>>() {});
        read = stamp;
      }
    } catch (NoSuchFileException e) {
      tokens = List.of();
      read = null;
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read the tokens", e);
    } catch (JacksonException e) {
      throw new UncheckedIOException(
          file + " is no list of tokens: " + e.getOriginalMessage(), new IOException(e));
    }
    return tokens;
  }

  /**
   * Makes a token and keeps its hash.
   *
   * @param name who will have it, a new one
   * @return the token itself, which is nowhere else
   */
  public String create(String name, Role role, Instant now) throws IOException {
    if (!NAME.matcher(name).matches()) {
      throw new IllegalArgumentException(
          "name must have 1 to 64 characters of A-Z a-z 0-9 . _ - and begin with a letter or"
              + " digit, was '"
              + name
              + "'");
    }
    if (role == Role.OPEN) {
      throw new IllegalArgumentException("role must be read, score or admin, was open");
    }
    List<Token> all = new ArrayList<>(list());
    if (all.stream().anyMatch(token -> token.name().equals(name))) {
      throw new IllegalArgumentException("name must be new, " + name + " has a token: revoke it");
    }
    byte[] random = new byte[RANDOM_BYTES];
    new SecureRandom().nextBytes(random);
    String token = PREFIX + Base64.getUrlEncoder().withoutPadding().encodeToString(random);
    all.add(new Token(name, role, hash(token), now));
    write(all);
    return token;
  }

  /** Makes a token worthless; false when there is none of that name. */
  public boolean revoke(String name) throws IOException {
    List<Token> all = new ArrayList<>(list());
    boolean removed = all.removeIf(token -> token.name().equals(name));
    if (removed) {
      write(all);
    }
    return removed;
  }

  private synchronized void write(List<Token> all) throws IOException {
    Path target = file.toAbsolutePath();
    Path directory = target.getParent();
    if (directory != null) {
      Files.createDirectories(directory);
    }
    Path draft = target.resolveSibling("." + target.getFileName() + ".partial");
    Files.deleteIfExists(draft);
    Files.createFile(draft, ownerOnly());
    Files.writeString(draft, JSON.writeValueAsString(all) + "\n");
    Files.move(draft, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    read = null;
  }

  private static FileAttribute<?>[] ownerOnly() {
    return FileSystems.getDefault().supportedFileAttributeViews().contains("posix")
        ? new FileAttribute<?>[] {
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"))
        }
        : new FileAttribute<?>[0];
  }

  private static String hash(String token) {
    return ModelCodec.sha256(token.getBytes(StandardCharsets.UTF_8));
  }
}
