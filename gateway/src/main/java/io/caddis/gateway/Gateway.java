// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.gateway;

import io.caddis.detectors.registry.LocalRegistryFiles;
import io.caddis.detectors.registry.ModelRegistry;
import io.caddis.gateway.access.Access;
import io.caddis.gateway.access.TlsFlags;
import io.caddis.gateway.access.TokenCommand;
import io.caddis.gateway.access.TokenFile;
import io.caddis.gateway.alerts.AlertDesk;
import io.caddis.gateway.alerts.AlertFlags;
import io.caddis.gateway.alerts.AlertOptions;
import io.caddis.gateway.contract.Contract;
import io.caddis.gateway.contract.DocsRoutes;
import io.caddis.gateway.contract.Requests;
import io.caddis.gateway.control.ControlRoutes;
import io.caddis.gateway.control.RunningJob;
import io.caddis.gateway.dashboard.DashboardRoutes;
import io.caddis.gateway.dashboard.RegistryRoutes;
import io.caddis.gateway.models.AnomalyRoutes;
import io.caddis.gateway.models.InfoRoutes;
import io.caddis.gateway.models.ModelShelf;
import io.caddis.gateway.models.PredictRoutes;
import io.caddis.gateway.models.Serving;
import io.caddis.gateway.models.TrainRoutes;
import io.caddis.gateway.models.Usage;
import java.io.PrintWriter;
import java.net.URI;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** The command {@code gateway}: serves until it is told to stop. */
@Command(
    name = "caddis gateway",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    versionProvider = Gateway.Version.class,
    subcommands = TokenCommand.class,
    description = "Serves the models of a registry over HTTP.",
    footer = {
      "",
      "Without --tokens only this machine may come, and may do anything. To serve others:",
      "  ./caddis gateway token create --tokens tokens.json --role score NAME",
      "  ./caddis gateway --host 0.0.0.0 --tokens tokens.json",
      "LF_DATA_DIR and MODEL_PATH are honoured where --registry and --model are not given."
    })
public final class Gateway implements Callable<Integer> {
  private static final Logger LOG = LoggerFactory.getLogger(Gateway.class);

  @Option(
      names = "--host",
      paramLabel = "ADDRESS",
      description = "Listen on (default: ${DEFAULT-VALUE}).")
  private String host = "127.0.0.1";

  @Option(
      names = "--port",
      paramLabel = "N",
      description = "Listen on (default: ${DEFAULT-VALUE}; 0: any free).")
  private int port = 11_540;

  @Option(
      names = "--registry",
      paramLabel = "DIR",
      description = "Where models are kept (default: models).")
  private @Nullable Path registry;

  @Option(
      names = "--model",
      paramLabel = "NAME",
      description = "The model of /predict and /train (default: anomaly_detector).")
  private @Nullable String model;

  @Option(
      names = "--training-data",
      paramLabel = "FILE",
      description = "What /retrain learns from: CSV or JSON lines.")
  private @Nullable Path trainingData;

  @Option(
      names = "--tokens",
      paramLabel = "FILE",
      description = "Clients need a token of this file.")
  private @Nullable Path tokens;

  @Option(
      names = "--control",
      paramLabel = "DIR",
      description = "Command the job that watches this: its --control DIR.")
  private @Nullable Path control;

  @Option(
      names = "--flink",
      paramLabel = "URL",
      description = "Be healthy only while Flink answers there: http://HOST:PORT.")
  private @Nullable URI flink;

  @Option(
      names = "--insecure",
      description = "Listen on an address that others reach, though clients need no token.")
  private boolean insecure;

  @Option(
      names = "--max-body-mib",
      paramLabel = "N",
      description = "Largest body of a request (default: 16, less when memory is short).")
  private @Nullable Integer bodyMebibytes;

  @Option(
      names = "--max-rows",
      paramLabel = "N",
      description = "Most rows in a request (default: 100000).")
  private int rows = Limits.DEFAULT.rows();

  @CommandLine.Mixin private final TlsFlags tls = new TlsFlags();
  @CommandLine.Mixin private final AlertFlags alerts = new AlertFlags();

  @CommandLine.Spec
  @SuppressWarnings("NullAway.Init")
  private CommandLine.Model.CommandSpec command;

  private Gateway() {}

  public static void main(String[] args) {
    System.exit(commandLine().execute(args));
  }

  static CommandLine commandLine() {
    return new CommandLine(new Gateway())
        .setCaseInsensitiveEnumValuesAllowed(true)
        .setExecutionExceptionHandler(
            (e, failed, result) -> {
              failed.getErr().println(failed.getCommandName() + " failed: " + message(e));
              return CommandLine.ExitCode.SOFTWARE;
            });
  }

  private static String message(Throwable failure) {
    Throwable cause = failure.getCause();
    String message = String.valueOf(failure.getMessage());
    return cause == null || cause.getMessage() == null
        ? message
        : message + "\n  because: " + cause.getMessage();
  }

  @Override
  public Integer call() throws InterruptedException {
    CountDownLatch stopped = new CountDownLatch(1);
    GatewayOptions options;
    AlertOptions alertOptions;
    try {
      options = options();
      alertOptions = alerts.options();
    } catch (IllegalArgumentException e) {
      throw new ParameterException(command.commandLine(), String.valueOf(e.getMessage()), e);
    }
    GatewayServer server = start(options, alertOptions, Clock.systemUTC());
    Runtime.getRuntime()
        .addShutdownHook(
            new Thread(
                () -> {
                  server.close();
                  stopped.countDown();
                },
                "stop"));
    PrintWriter out = command.commandLine().getOut();
    String scheme = options.tls() == null ? "http" : "https";
    out.printf(
        "Listening on %s://%s:%d (dashboard: /dashboard, API: /docs)%n",
        scheme, host, server.port());
    out.flush();
    stopped.await();
    return 0;
  }

  private GatewayOptions options() {
    ModelPlace place = ModelPlace.of(registry, model, System.getenv());
    ModelRegistry.checkedName(place.model());
    return new GatewayOptions(
        host,
        port,
        place.registry(),
        place.model(),
        trainingData,
        tokens,
        insecure,
        limits(Runtime.getRuntime().maxMemory()),
        control,
        flink,
        tls.files());
  }

  private Limits limits(long heapBytes) {
    Limits limits = Limits.within(heapBytes);
    if (bodyMebibytes == null) {
      return limits.with(limits.bodyBytes(), rows);
    }
    int most = Limits.bodiesRoom(heapBytes) >> 20;
    if (bodyMebibytes < 1 || bodyMebibytes > most) {
      throw new IllegalArgumentException(
          "--max-body-mib must be 1 to %d with a heap of %d MiB, was %d: more heap is had with CADDIS_JAVA_OPTS=-Xmx4g"
              .formatted(most, heapBytes >> 20, bodyMebibytes));
    }
    return limits.with(bodyMebibytes << 20, rows);
  }

  /**
   * Puts the whole gateway together and starts it.
   *
   * @throws IllegalArgumentException when others could reach it without a token
   */
  public static GatewayServer start(
      GatewayOptions options, AlertOptions alertOptions, Clock clock) {
    boolean local = Access.isLoopback(options.host());
    Path tokens = options.tokens();
    if (!local && tokens == null && !options.insecure()) {
      throw new IllegalArgumentException(
          "host must be of this machine only while clients need no token, was %s: give --tokens FILE, or --insecure"
              .formatted(options.host()));
    }
    if (!local && options.tls() == null) {
      LOG.warn("{} without TLS: tokens and data can be read on the way", options.host());
    }
    ModelRegistry registry = new ModelRegistry(new LocalRegistryFiles(options.registry()), clock);
    ModelShelf shelf = new ModelShelf(registry, clock, options.limits().modelBytes());
    Contract contract = new Contract();
    Metrics metrics = new Metrics();
    metrics.gauge("models_in_memory", "Models in memory", shelf::size);
    Requests requests = new Requests(contract, options.limits());
    Path control = options.control();
    RunningJob job = control == null ? null : new RunningJob(control, alertOptions.feed(), clock);
    Serving serving =
        new Serving(
            options.model(),
            shelf,
            requests,
            options.limits(),
            metrics,
            new Usage(clock),
            clock,
            job);
    AlertDesk desk = AlertDesk.open(alertOptions, clock);
    desk.register(metrics);
    List<HealthCheck> checks =
        new ArrayList<>(
            List.of(
                new HealthCheck("registry", shelf::readable),
                new HealthCheck("model", () -> shelf.sound(options.model()))));
    checks.addAll(desk.checks());
    if (job != null) {
      checks.add(new HealthCheck("control", job::reachable));
    }
    if (options.flink() != null) {
      checks.add(
          new HealthCheck("flink", new FlinkCluster(options.flink(), System::nanoTime)::reachable));
    }
    List<Routes> routes =
        new ArrayList<>(
            List.of(
                new HealthRoutes(() -> shelf.has(options.model()), checks),
                new RootRoutes(contract, metrics),
                new DocsRoutes(contract),
                new DashboardRoutes(),
                new RegistryRoutes(registry, serving),
                new InfoRoutes(serving, desk::scoresToday, desk::anomaliesToday),
                new PredictRoutes(serving),
                new TrainRoutes(serving, options.trainingData()),
                new AnomalyRoutes(serving, options.registry()),
                new ControlRoutes(job, requests)));
    routes.addAll(desk.routes(requests));
    Access access = new Access(tokens == null ? null : new TokenFile(tokens), local);
    try {
      GatewayServer server = GatewayServer.start(options, access, metrics, clock, routes);
      server.beforeStop(desk::stop);
      server.afterStop(desk::close);
      return server;
    } catch (RuntimeException e) {
      desk.stop();
      desk.close();
      throw e;
    }
  }

  static String version() {
    String version = Gateway.class.getPackage().getImplementationVersion();
    return version == null ? "(unpackaged build)" : version;
  }

  /** The version that the build wrote into the jar. */
  static final class Version implements CommandLine.IVersionProvider {
    @Override
    public String[] getVersion() {
      return new String[] {"caddis " + version()};
    }
  }
}
