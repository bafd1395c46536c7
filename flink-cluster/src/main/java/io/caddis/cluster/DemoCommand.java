// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.cluster;

import io.caddis.cluster.demo.Demo;
import io.caddis.cluster.demo.DemoGateway;
import io.caddis.jobs.DetectionJob;
import io.caddis.jobs.spec.PipelineSpec;
import io.caddis.jobs.spec.SpecLoader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * {@code ./caddis demo}: a cluster of its own, simulated sensors, and live what is found in them.
 */
@Command(
    name = "demo",
    description =
        "Start a cluster, feed it simulated sensors with injected anomalies, print what it finds.",
    sortOptions = false)
final class DemoCommand implements Callable<Integer> {
  private static final int USUAL_PORT = 8081;
  private static final int GATEWAY_PORT = 11_540;

  /** Readings whose curves can be looked at: twelve minutes of them. */
  private static final int SCORE_WINDOW = 300_000;

  /** Of the job, the gateway, and whoever looks at them. */
  private static final String MODELS = "models";

  private static final String COMMANDS = "commands";

  private static final Duration SHUTDOWN_TIMEOUT = Duration.ofSeconds(60);

  @Option(
      names = "--seconds",
      paramLabel = "N",
      description = "End after that long (default: until Ctrl-C).")
  private @Nullable Integer seconds;

  @Option(
      names = "--port",
      paramLabel = "P",
      description =
          "Of the web UI, 0 for a free one (default 8081, or a free one when that is taken).")
  private @Nullable Integer port;

  @Override
  public Integer call() throws IOException {
    CountDownLatch stop = new CountDownLatch(1);
    CountDownLatch stopped = new CountDownLatch(1);
    Thread onInterrupt = new Thread(() -> stopAndWait(stop, stopped), "demo-interrupt");
    Runtime.getRuntime().addShutdownHook(onInterrupt);
    try {
      run(stop);
      return 0;
    } finally {
      stopped.countDown();
    }
  }

  private void run(CountDownLatch stop) throws IOException {
    Path home =
        Path.of(System.getProperty("caddis.var", "var"), "demo").toAbsolutePath().normalize();
    Path output = home.resolve("output");
    System.out.println("Starting Flink: one JobManager, two TaskManagers …");
    try (StandaloneCluster cluster =
        StandaloneCluster.start(
            new ClusterSettings(
                ClusterCli.distribution(),
                home,
                port(),
                2,
                // Alerts become visible with the checkpoint after them.
                Map.of("execution.checkpointing.interval", "2 s")))) {
      System.out.println("Web UI   " + cluster.webInterface());
      ClusterDirectory.deleteTree(output);
      ClusterDirectory.deleteTree(home.resolve(MODELS));
      ClusterDirectory.deleteTree(home.resolve(COMMANDS));
      ClusterDirectory.deleteTree(cluster.savepoints());
      System.out.println("Results  " + output);
      System.out.println("Submitting the job …");
      Duration time = seconds == null ? Duration.ofDays(365) : Duration.ofSeconds(seconds);
      Optional<DemoGateway> gateway = gateway(home, output, cluster.webInterface().toString());
      try {
        String dashboard = gateway.map(one -> one.address() + "/dashboard").orElse("");
        demo(cluster, home, output, dashboard).run(time, stop);
      } finally {
        gateway.ifPresent(DemoGateway::close);
      }
      System.out.println("Stopping Flink …");
    }
  }

  /** The gateway with the dashboard; without it the demonstration goes on all the same. */
  private static Optional<DemoGateway> gateway(Path home, Path output, String flink) {
    String distribution = System.getProperty("caddis.gateway", "");
    if (!Files.isDirectory(Path.of(distribution, "lib"))) {
      return Optional.empty();
    }
    Optional<DemoGateway> gateway =
        DemoGateway.start(
            Path.of(distribution),
            home,
            List.of(
                "--port",
                Integer.toString(Ports.isFree(GATEWAY_PORT) ? GATEWAY_PORT : 0),
                "--feed",
                output.toString(),
                "--store",
                home.resolve("gateway.db").toString(),
                "--registry",
                home.resolve(MODELS).toString(),
                "--control",
                home.resolve(COMMANDS).toString(),
                "--flink",
                flink,
                "--score-window",
                Integer.toString(SCORE_WINDOW)));
    if (gateway.isEmpty()) {
      System.out.println("No dashboard: see " + DemoGateway.log(home));
    }
    return gateway;
  }

  private static Demo demo(StandaloneCluster cluster, Path home, Path output, String dashboard) {
    Path config = ClusterCli.distribution().resolve("conf/demo.yaml");
    String start = Instant.now().truncatedTo(ChronoUnit.SECONDS).toString();
    List<String> job =
        List.of(
            ClusterCli.jobJar().toString(),
            "detect",
            "--config",
            config.toString(),
            "--set",
            "source.start=" + start,
            "--registry",
            home.resolve(MODELS).toString(),
            "--name",
            "demo",
            "--control",
            home.resolve(COMMANDS).toString(),
            "--set",
            "control.registry=" + home.resolve(MODELS),
            "--output",
            output.toString());
    PipelineSpec spec =
        new SpecLoader(System::getenv)
            .file(config)
            .set("source.start", start, "demo")
            .set("sink.directory", output.toString(), "demo")
            .load();
    return new Demo(
        cluster, job, output, DetectionJob.simulator(spec.source()), dashboard, System.out);
  }

  private int port() {
    if (port != null) {
      return port;
    }
    return Ports.isFree(USUAL_PORT) ? USUAL_PORT : 0;
  }

  /** On Ctrl-C the JVM ends when its hooks have: time for the main thread to cancel and sum up. */
  private static void stopAndWait(CountDownLatch stop, CountDownLatch stopped) {
    stop.countDown();
    try {
      if (!stopped.await(SHUTDOWN_TIMEOUT.toSeconds(), TimeUnit.SECONDS)) {
        System.err.println(
            "The demo did not end in time; ./caddis down --dir var/demo stops what is left.");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
