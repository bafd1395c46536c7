// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.benchmarks;

import java.io.IOException;
import java.io.PrintWriter;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/**
 * Requests and rows a second of the gateway beside the same routes served by FastAPI and
 * scikit-learn, in turns on this machine, with clients in a third process.
 *
 * <p>Both have an isolation forest of 100 trees on 256 of the same rows. FastAPI has a worker for
 * each processor.
 */
@Command(
    name = "gateway",
    mixinStandardHelpOptions = true,
    description = "The gateway beside FastAPI and scikit-learn, in turns.")
public final class GatewayDuel implements Callable<Integer> {
  private static final int TRAINING_ROWS = 10_000;
  private static final int BODIES = 64;
  private static final Pattern ADDRESS =
      Pattern.compile("(?:Listening|running) on http://\\S+:(\\d+)");
  private static final long START_NANOS = 120_000_000_000L;

  @Option(
      names = "--rows",
      defaultValue = "1000",
      description = "Of a batch. Default: ${DEFAULT-VALUE}")
  int rows;

  @Option(
      names = "--features",
      defaultValue = "8",
      description = "Of a row. Default: ${DEFAULT-VALUE}")
  int features;

  @Option(
      names = "--clients",
      defaultValue = "8",
      description = "At once. Default: ${DEFAULT-VALUE}")
  int clients;

  @Option(
      names = "--seconds",
      defaultValue = "5",
      description = "Of a turn. Default: ${DEFAULT-VALUE}")
  int seconds;

  @Option(
      names = "--turns",
      defaultValue = "5",
      description = "Turns that count, after one that does not. Default: ${DEFAULT-VALUE}")
  int turns;

  @Option(
      names = "--python",
      defaultValue = "/usr/bin/python3",
      description = "Has fastapi, uvicorn and sklearn. Default: ${DEFAULT-VALUE}")
  String python = "";

  @Option(names = "--distribution", required = true, description = "Of the gateway.")
  @SuppressWarnings("NullAway.Init") // picocli sets it
  Path distribution;

  @SuppressWarnings("NullAway.Init") // picocli sets it
  @Spec
  CommandSpec command;

  public static void main(String[] args) {
    System.exit(new CommandLine(new GatewayDuel()).execute(args));
  }

  /** A server in a process of its own. */
  private record Server(String name, Process process, int port) implements AutoCloseable {
    @Override
    public void close() {
      process.descendants().forEach(ProcessHandle::destroy);
      process.destroy();
    }
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    if (!ProcessContender.succeeds(python, "-c", "import fastapi, uvicorn, sklearn")) {
      command
          .commandLine()
          .getErr()
          .println(python + " must have fastapi, uvicorn and sklearn (Debian: python3-…)");
      return CommandLine.ExitCode.USAGE;
    }
    Path work = Files.createTempDirectory("caddis-gateway-duel");
    double[][] training = SyntheticRows.of(TRAINING_ROWS, features, 1);
    double[][] test = SyntheticRows.of(BODIES * rows, features, 2);
    try (Server caddis = caddis(work);
        Server fastapi = fastapi(work, training)) {
      HttpLoad.run(
          caddis.port(),
          List.of(
              HttpLoad.post(
                  "/train?contamination=0.01&max_samples=256",
                  "{\"transactions\": " + json(training) + "}")),
          1,
          0);
      List<byte[]> single = new ArrayList<>();
      List<byte[]> batch = new ArrayList<>();
      for (int i = 0; i < BODIES; i++) {
        double[][] part = Arrays.copyOfRange(test, i * rows, (i + 1) * rows);
        single.add(HttpLoad.post("/predict", "{\"values\": " + json(part[0]) + "}"));
        batch.add(
            HttpLoad.post(
                "/v1/anomaly/score",
                "{\"model\": \"anomaly_detector\", \"data\": " + json(part) + "}"));
      }
      PrintWriter out = command.commandLine().getOut();
      out.printf("%d clients, %d features; %d turns of %d s%n", clients, features, turns, seconds);
      measure(caddis, fastapi, single, 1).print(out, "/predict, rows/s");
      measure(caddis, fastapi, batch, rows).print(out, rows + " rows a request");
    } finally {
      try (Stream<Path> files = Files.walk(work)) {
        for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
          Files.delete(file);
        }
      }
    }
    return 0;
  }

  private TurnTable measure(Server caddis, Server fastapi, List<byte[]> requests, int rowsEach)
      throws IOException {
    TurnTable figures = new TurnTable();
    for (int turn = 0; turn <= turns; turn++) {
      HttpLoad.Result ours = load(caddis, requests);
      HttpLoad.Result theirs = load(fastapi, requests);
      if (turn > 0) {
        figures.add(caddis.name(), ours.perSecond() * rowsEach);
        figures.add(fastapi.name(), theirs.perSecond() * rowsEach);
        figures.add("caddis / fastapi", ours.perSecond() / theirs.perSecond());
        for (Map.Entry<Server, HttpLoad.Result> side :
            List.of(Map.entry(caddis, ours), Map.entry(fastapi, theirs))) {
          String name = side.getKey().name();
          figures.add(name + " p50 ms/request", side.getValue().medianMillis());
          figures.add(name + " p99 ms/request", side.getValue().p99Millis());
        }
      }
    }
    return figures;
  }

  private HttpLoad.Result load(Server server, List<byte[]> requests) throws IOException {
    return HttpLoad.run(server.port(), requests, clients, seconds * 1_000_000_000L);
  }

  private Server caddis(Path work) throws IOException, InterruptedException {
    Path java = Path.of(System.getProperty("java.home"), "bin", "java");
    return start(
        "caddis",
        work,
        Map.of(),
        java.toString(),
        "-Dlog4j.configurationFile=" + distribution.resolve("conf/log4j2-gateway.properties"),
        "-cp",
        distribution.resolve("lib") + "/*",
        "io.caddis.gateway.Gateway",
        "--port=0",
        "--registry=" + work.resolve("models"));
  }

  private Server fastapi(Path work, double[][] training) throws IOException, InterruptedException {
    ProcessContender.extract("fastapi_peer.py", work);
    return start(
        "fastapi",
        work,
        Map.of(
            "TRAINING",
            ProcessContender.write(training, work.resolve("training")),
            "FEATURES",
            Integer.toString(features),
            "PYTHONDONTWRITEBYTECODE",
            "1"),
        python,
        "-m",
        "uvicorn",
        "--app-dir=" + work,
        "--port=" + freePort(),
        "--workers=" + Runtime.getRuntime().availableProcessors(),
        "fastapi_peer:app");
  }

  /** FastAPI does not tell the port that it was given when asked for any. */
  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0)) {
      return socket.getLocalPort();
    }
  }

  /** Starts a server, each with the log that it has by default, and waits until it answers. */
  private static Server start(
      String name, Path work, Map<String, String> environment, String... arguments)
      throws IOException, InterruptedException {
    Path log = work.resolve(name + ".log");
    ProcessBuilder builder =
        new ProcessBuilder(arguments).redirectErrorStream(true).redirectOutput(log.toFile());
    builder.environment().putAll(environment);
    Process process = builder.start();
    long deadline = System.nanoTime() + START_NANOS;
    while (process.isAlive() && System.nanoTime() < deadline) {
      Matcher address = ADDRESS.matcher(Files.readString(log));
      if (address.find() && accepts(Integer.parseInt(address.group(1)))) {
        return new Server(name, process, Integer.parseInt(address.group(1)));
      }
      Thread.sleep(100);
    }
    process.destroy();
    throw new IOException(name + " did not start: " + Files.readString(log));
  }

  /** Whether the port is open: FastAPI tells its address before its workers listen. */
  private static boolean accepts(int port) {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      return socket.isConnected();
    } catch (IOException e) {
      return false;
    }
  }

  private static String json(double[][] rows) {
    return Arrays.stream(rows).map(GatewayDuel::json).collect(Collectors.joining(", ", "[", "]"));
  }

  /** With six digits, as measurements commonly have. */
  private static String json(double[] row) {
    return Arrays.stream(row)
        .mapToObj(value -> Double.toString(Math.round(value * 1e6) / 1e6))
        .collect(Collectors.joining(", ", "[", "]"));
  }
}
