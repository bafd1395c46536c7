// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.fuzz;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** The command {@code campaign fuzz}: runs Jazzer on each target, and prints what came of it. */
@Command(
    name = "./caddis campaign fuzz",
    mixinStandardHelpOptions = true,
    description = "Hostile input, guided by the code that it reaches. See docs/reliability.md")
public final class Campaign implements Callable<Integer> {
  private static final Pattern COVERAGE = Pattern.compile("cov: (\\d+)");
  private static final Pattern EXECUTIONS =
      Pattern.compile("stat::number_of_executed_units: (\\d+)");

  private static final Pattern FINDING = Pattern.compile("(crash|timeout|oom)-[0-9a-f]+");

  /**
   * Deserialization, whose hook does not start on Java 17, and which no code here does;
   * connections, which {@code http} makes to the gateway that it starts.
   */
  private static final String DISABLED_HOOKS =
      "--disabled_hooks=com.code_intelligence.jazzer.sanitizers.Deserialization"
          + ":com.code_intelligence.jazzer.sanitizers.ServerSideRequestForgery";

  /** Their time goes into arithmetic: to watch each comparison of it takes 20 times as long. */
  private static final Set<String> ARITHMETIC = Set.of("training");

  /** More than 100 times what a target needs for an input that is as long as they get. */
  private static final String HEAP = "-Xmx768m";

  private static final int LONGEST = 4096;
  private static final int GRACE_SECONDS = 900;
  private static final int SECONDS_PER_INPUT = 120;

  @Option(
      names = "--seconds",
      paramLabel = "N",
      description = "Time for each target (default: ${DEFAULT-VALUE}).")
  private int seconds = 60;

  @Option(
      names = "--seed",
      paramLabel = "N",
      description = "Of the mutations (default: ${DEFAULT-VALUE}).")
  private int seed = 1;

  @Option(
      names = "--target",
      paramLabel = "NAME",
      description =
          "Only this one of: lines, spec, model, state, registry, sklearn, training,"
              + " control, http.")
  private @Nullable String target;

  @Option(names = "--keep", description = "Keep the inputs that reach new code in the source tree.")
  private boolean keep;

  private final Corpus corpus = new Corpus(Path.of(System.getProperty("caddis.fuzz.home")));
  private final Path work = Path.of(System.getProperty("caddis.fuzz.work"));

  private Campaign() {}

  public static void main(String[] arguments) {
    System.exit(new CommandLine(new Campaign()).execute(arguments));
  }

  private record Result(long executions, long coverage, int inputs, int findings) {}

  @Override
  public Integer call() throws IOException, InterruptedException {
    if (seconds < 1) {
      throw new IllegalArgumentException("--seconds must be at least 1, was " + seconds);
    }
    int findings = 0;
    System.out.printf(
        "%-10s %12s %10s %8s %9s%n", "target", "executions", "coverage", "corpus", "findings");
    for (String name : target == null ? Targets.names() : List.of(target)) {
      Result result = run(name);
      findings += result.findings();
      System.out.printf(
          "%-10s %,12d %,10d %,8d %9d%n",
          name, result.executions(), result.coverage(), result.inputs(), result.findings());
    }
    if (findings > 0) {
      System.out.printf("Findings are in %s: NAME/crash-*, told in NAME/log%n", work);
    }
    return findings == 0 ? 0 : 1;
  }

  private Result run(String name) throws IOException, InterruptedException {
    Path home = work.resolve(name);
    delete(home);
    Path inputs = Files.createDirectories(home.resolve("corpus"));
    for (Map.Entry<String, byte[]> input : corpus.inputs(name).entrySet()) {
      Files.write(inputs.resolve(input.getKey().replace('/', '-')), input.getValue());
    }
    String said =
        jazzer(
            name,
            "-max_total_time=" + seconds,
            "-seed=" + seed,
            "-print_final_stats=1",
            "-artifact_prefix=" + home + "/",
            inputs.toString());
    if (keep) {
      Path least = Files.createDirectories(home.resolve("least"));
      jazzer(name, "-merge=1", least.toString(), inputs.toString());
      corpus.keep(name, least);
    }
    long executions = last(EXECUTIONS, said);
    if (executions == 0) {
      throw new IllegalStateException("Jazzer ran nothing, see " + home.resolve("log"));
    }
    int findings =
        (int)
            Corpus.files(home).stream()
                .filter(file -> FINDING.matcher(String.valueOf(file.getFileName())).matches())
                .count();
    return new Result(executions, last(COVERAGE, said), Corpus.files(inputs).size(), findings);
  }

  /** Runs it in a process of its own; returns, and puts in a log, what it says. */
  private String jazzer(String name, String... arguments) throws IOException, InterruptedException {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                HEAP,
                "-Dcaddis.fuzz.target=" + name,
                "-Dlog4j2.level=OFF",
                "-cp",
                System.getProperty("java.class.path"),
                "com.code_intelligence.jazzer.Jazzer",
                "--target_class=" + Entry.class.getName(),
                "--instrumentation_includes=io.caddis.**:tools.jackson.core.json.**:tools.jackson.dataformat.**",
                DISABLED_HOOKS,
                "--keep_going=20",
                "--reproducer_path=" + work.resolve(name),
                "-max_len=" + LONGEST,
                "-timeout=" + SECONDS_PER_INPUT,
                "-rss_limit_mb=4096"));
    if (ARITHMETIC.contains(name)) {
      command.add("--trace=cov");
    }
    command.addAll(List.of(arguments));
    Process process =
        new ProcessBuilder(command)
            .directory(work.resolve(name).toFile())
            .redirectErrorStream(true)
            .start();
    // It may be that something of the target keeps it from its end.
    CompletableFuture.delayedExecutor(seconds + GRACE_SECONDS, TimeUnit.SECONDS)
        .execute(process::destroyForcibly);
    StringBuilder said = new StringBuilder();
    try (BufferedReader lines = process.inputReader(StandardCharsets.UTF_8)) {
      lines.lines().forEach(line -> said.append(line).append('\n'));
    }
    process.waitFor();
    boolean merge = List.of(arguments).contains("-merge=1");
    Files.writeString(work.resolve(name).resolve(merge ? "merge.log" : "log"), said);
    return said.toString();
  }

  private static long last(Pattern pattern, String text) {
    Matcher matcher = pattern.matcher(text);
    long last = 0;
    while (matcher.find()) {
      last = Long.parseLong(matcher.group(1));
    }
    return last;
  }

  private static void delete(Path folder) throws IOException {
    if (Files.exists(folder)) {
      try (Stream<Path> files = Files.walk(folder)) {
        for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
          Files.delete(file);
        }
      }
    }
  }
}
