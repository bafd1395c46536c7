// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.benchmarks;

import java.io.PrintWriter;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.runner.RunnerException;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/**
 * The detectors beside their peers, one line of JSON a case on standard output.
 *
 * <p>Rates are of CPU time on one thread. Ours and the peer work in turns; a rate is the median
 * over the turns, the ratio the median of the ratios within a turn. Fails on errors only: a slow
 * figure is a figure.
 */
@Command(
    name = "kernels",
    mixinStandardHelpOptions = true,
    description = {
      "Speed and size of the detectors beside their peers'.",
      "Prints one line of JSON a case; a ratio above 1 says how many times faster or smaller ours"
          + " is. What goes on is told on standard error."
    })
public final class Kernels implements Callable<Integer> {
  @Option(
      names = "--case",
      defaultValue = "",
      paramLabel = "REGEX",
      description =
          "Only cases in whose name it is found; a name is DETECTOR.VERB, with a space and the"
              + " peer's name behind it: 'forest.score', 'score smile$$'")
  Pattern cases = Pattern.compile("");

  @Option(names = "--list", description = "Print the names of the cases, measure nothing.")
  boolean list;

  @Option(
      names = "--turns",
      defaultValue = "25",
      description =
          "Turns that count, a fifth of it where once takes long. Default: ${DEFAULT-VALUE}")
  int turns;

  @Option(
      names = "--turn-millis",
      defaultValue = "80",
      description = "Length of either side's turn. Default: ${DEFAULT-VALUE}")
  int turnMillis;

  @Option(
      names = "--quick",
      description = "3 turns of 30 ms after little warm-up: to see it run, not to quote.")
  boolean quick;

  @Option(names = "--trees", defaultValue = "100", description = "Default: ${DEFAULT-VALUE}")
  int trees;

  @Option(names = "--sample-size", defaultValue = "256", description = "Default: ${DEFAULT-VALUE}")
  int sampleSize;

  @Option(names = "--features", defaultValue = "16", description = "Default: ${DEFAULT-VALUE}")
  int features;

  @Option(names = "--train-rows", defaultValue = "10000", description = "Default: ${DEFAULT-VALUE}")
  int trainRows;

  @Option(names = "--test-rows", defaultValue = "20000", description = "Default: ${DEFAULT-VALUE}")
  int testRows;

  @SuppressWarnings("NullAway.Init") // picocli sets it
  @Spec
  CommandSpec command;

  private static final int WARM_UP_TURNS = 8;
  private static final int QUICK_TURNS = 3;
  private static final int QUICK_MILLIS = 30;

  public static void main(String[] args) {
    System.exit(new CommandLine(new Kernels()).execute(args));
  }

  @Override
  public Integer call() {
    PrintWriter out = command.commandLine().getOut();
    PrintWriter err = command.commandLine().getErr();
    List<KernelCase> chosen = KernelCase.ALL.stream().filter(this::chosen).toList();
    if (chosen.isEmpty()) {
      throw new CommandLine.ParameterException(
          command.commandLine(),
          "--case must be found in the name of a case, see --list, was '" + cases + "'");
    }
    if (list) {
      chosen.forEach(kernel -> out.println(title(kernel)));
      out.flush();
      return 0;
    }
    boolean gcc = uses(chosen, "c") && ProcessContender.succeeds("gcc", "--version");
    @Nullable String python = uses(chosen, "scikit-learn") ? python().orElse(null) : null;
    int failed = 0;
    for (int i = 0; i < chosen.size(); i++) {
      KernelCase kernel = chosen.get(i);
      err.printf("[%d/%d] %s: ", i + 1, chosen.size(), title(kernel));
      err.flush();
      if (kernel.peer().equals("c") && !gcc) {
        err.println("skipped, there is no gcc");
      } else if (kernel.peer().equals("scikit-learn") && python == null) {
        err.println("skipped, neither /usr/bin/python3 nor python3 has sklearn");
      } else {
        try {
          out.println(measure(kernel, python == null ? "" : python, err).json());
          out.flush();
        } catch (RunnerException | RuntimeException e) {
          failed++;
          err.println("failed, " + e);
        }
      }
      err.flush();
    }
    return failed == 0 ? 0 : 1;
  }

  private boolean chosen(KernelCase kernel) {
    return cases.matcher(title(kernel)).find();
  }

  private static String title(KernelCase kernel) {
    return kernel.name() + " " + kernel.peer();
  }

  private static boolean uses(List<KernelCase> chosen, String peer) {
    return chosen.stream().anyMatch(kernel -> kernel.peer().equals(peer));
  }

  private static Optional<String> python() {
    return Stream.of("/usr/bin/python3", "python3")
        .filter(python -> ProcessContender.succeeds(python, "-c", "import sklearn"))
        .findFirst();
  }

  private KernelResult measure(KernelCase kernel, String python, PrintWriter err)
      throws RunnerException {
    Workload workload = new Workload(trees, sampleSize, features, trainRows, testRows);
    if (kernel.verb() == Verb.BYTES) {
      double ours = Contenders.bytes(Engines.ours(kernel, workload), kernel, workload);
      double peer = Contenders.bytes(kernel, workload, python);
      err.printf("%,.0f and %,.0f bytes, ratio %.3g%n", ours, peer, peer / ours);
      return new KernelResult(kernel, ours, peer, peer / ours);
    }
    Duel duel =
        quick
            ? Duel.run(kernel, workload, QUICK_TURNS, QUICK_TURNS, QUICK_MILLIS, python)
            : Duel.run(kernel, workload, turns, WARM_UP_TURNS, turnMillis, python);
    Figures ratios = duel.ratios();
    err.printf(
        "%,.0f and %,.0f %s, ratio %.3g (%.3g to %.3g in %d turns)%n",
        duel.ours().median(),
        duel.peer().median(),
        kernel.verb().unit,
        ratios.median(),
        ratios.min(),
        ratios.max(),
        ratios.sorted().length);
    return new KernelResult(kernel, duel.ours().median(), duel.peer().median(), ratios.median());
  }
}
