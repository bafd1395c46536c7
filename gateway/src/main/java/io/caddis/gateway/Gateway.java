// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.gateway;

import io.caddis.detectors.registry.LocalRegistryFiles;
import io.caddis.detectors.registry.ModelRegistry;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** The command {@code gateway}: serves until it is told to stop. */
@Command(
    name = "gateway",
    mixinStandardHelpOptions = true,
    versionProvider = Gateway.Version.class,
    description = "Serves the models of a registry over HTTP.")
public final class Gateway implements Callable<Integer> {
  @Option(names = "--host", paramLabel = "ADDRESS", description = "Listen on (default 127.0.0.1).")
  private String host = "127.0.0.1";

  @Option(
      names = "--port",
      paramLabel = "N",
      description = "Listen on (default 11540; 0: any free).")
  private int port = 11_540;

  @Option(
      names = "--registry",
      paramLabel = "DIR",
      description = "Where models are kept (default models).")
  private Path registry = Path.of("models");

  @CommandLine.Spec
  @SuppressWarnings("NullAway.Init")
  private CommandLine.Model.CommandSpec command;

  private Gateway() {}

  public static void main(String[] args) {
    System.exit(commandLine().execute(args));
  }

  static CommandLine commandLine() {
    return new CommandLine(new Gateway());
  }

  @Override
  public Integer call() throws InterruptedException {
    GatewayServer server = start(new GatewayOptions(host, port, registry), Clock.systemUTC());
    CountDownLatch stopped = new CountDownLatch(1);
    Runtime.getRuntime()
        .addShutdownHook(
            new Thread(
                () -> {
                  server.close();
                  stopped.countDown();
                },
                "stop"));
    PrintWriter out = command.commandLine().getOut();
    out.printf("Listening on http://%s:%d%n", host, server.port());
    out.flush();
    stopped.await();
    return 0;
  }

  /** Puts the whole gateway together and starts it. */
  public static GatewayServer start(GatewayOptions options, Clock clock) {
    ModelRegistry models = new ModelRegistry(new LocalRegistryFiles(options.registry()), clock);
    List<HealthCheck> checks = List.of(new HealthCheck("registry", () -> readable(models)));
    return GatewayServer.start(options, List.of(new HealthRoutes(clock, checks)));
  }

  private static boolean readable(ModelRegistry models) {
    try {
      models.names();
      return true;
    } catch (IOException | UncheckedIOException e) {
      return false;
    }
  }

  /** The version that the build wrote into the jar. */
  static final class Version implements CommandLine.IVersionProvider {
    @Override
    public String[] getVersion() {
      String version = Gateway.class.getPackage().getImplementationVersion();
      return new String[] {"caddis " + (version == null ? "(unpackaged build)" : version)};
    }
  }
}
