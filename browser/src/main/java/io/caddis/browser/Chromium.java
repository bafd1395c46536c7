// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.browser;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;

/** A real Chromium without a window, with a profile of its own; it ends with this object. */
public final class Chromium implements AutoCloseable {
  private static final String LISTENING = "DevTools listening on ";

  private final Process process;
  private final Path profile;
  private final DevTools tools;

  private Chromium(Process process, Path profile, DevTools tools) {
    this.process = process;
    this.profile = profile;
    this.tools = tools;
  }

  /** Where it is installed, if it is: Debian's package, or what CHROMIUM names. */
  public static Optional<Path> program() {
    return Stream.of(
            System.getenv().getOrDefault("CHROMIUM", ""),
            "/usr/bin/chromium",
            "/usr/bin/chromium-browser",
            "/usr/bin/google-chrome")
        .filter(name -> !name.isEmpty())
        .map(Path::of)
        .filter(Files::isExecutable)
        .findFirst();
  }

  /**
   * Starts it.
   *
   * @param options of its own, as on its command line
   */
  public static Chromium start(Path program, String... options) throws IOException {
    Path profile = Files.createTempDirectory("caddis-chromium-");
    List<String> command =
        new ArrayList<>(
            List.of(
                program.toString(),
                "--headless=new",
                "--remote-debugging-port=0",
                "--user-data-dir=" + profile,
                "--no-first-run",
                "--no-default-browser-check",
                "--disable-gpu",
                "--disable-dev-shm-usage",
                "--disable-extensions",
                "--disable-background-networking",
                "--hide-scrollbars",
                "about:blank"));
    command.addAll(1, List.of(options));
    if ("root".equals(System.getProperty("user.name"))) {
      command.add(1, "--no-sandbox");
    }
    Process process =
        new ProcessBuilder(command).redirectOutput(ProcessBuilder.Redirect.DISCARD).start();
    // Its errors are read to their end, so that it never waits for a reader.
    BufferedReader errors = process.errorReader();
    String line = errors.readLine();
    while (line != null && !line.startsWith(LISTENING)) {
      line = errors.readLine();
    }
    if (line == null) {
      throw new IOException("chromium ended before it listened");
    }
    Thread drain = new Thread(() -> errors.lines().forEach(said -> {}), "chromium-errors");
    drain.setDaemon(true);
    drain.start();
    return new Chromium(
        process, profile, DevTools.connect(line.substring(LISTENING.length()).strip()));
  }

  /** Opens an empty page of its own, which shares nothing with other pages. */
  public Page newPage(int width, int height) {
    JsonNode context = tools.call(null, "Target.createBrowserContext", "{}");
    JsonNode target =
        tools.call(
            null,
            "Target.createTarget",
            "{\"url\":\"about:blank\",\"browserContextId\":%s}"
                .formatted(context.get("browserContextId")));
    JsonNode session =
        tools.call(
            null,
            "Target.attachToTarget",
            "{\"targetId\":%s,\"flatten\":true}".formatted(target.get("targetId")));
    return new Page(
        tools,
        context.get("browserContextId").asString(),
        session.get("sessionId").asString(),
        width,
        height);
  }

  @Override
  public void close() throws IOException {
    tools.close();
    List<ProcessHandle> helpers = process.descendants().toList();
    process.destroy();
    try {
      if (!process.waitFor(10, TimeUnit.SECONDS)) {
        process.destroyForcibly().waitFor();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    // They write into the profile for a moment longer.
    for (ProcessHandle helper : helpers) {
      helper.destroyForcibly();
      helper.onExit().completeOnTimeout(helper, 10, TimeUnit.SECONDS).join();
    }
    try (Stream<Path> files = Files.walk(profile)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(file);
      }
    }
  }
}
