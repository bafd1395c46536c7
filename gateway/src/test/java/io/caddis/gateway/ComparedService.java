// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.caddis.gateway.RawConnection.Answer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * One of the services that the same is done to: how it is started, and what of it is its own.
 *
 * @param command starts it, but for the port
 * @param models the folder of its models
 * @param largestPage that anybody may ask for
 */
record ComparedService(
    String name,
    List<String> command,
    Map<String, String> environment,
    Path models,
    String largestPage,
    Path log) {
  /** The name of the model that is meant where none is named. */
  static final String DEFAULT_MODEL = "m";

  private static final String PYTHON =
      System.getProperty("caddis.campaign.python", "/usr/bin/python3");

  private static final String SERVICE = "fastapi_service";

  private static final String VERSIONS =
      "import sys, fastapi, starlette, pydantic, uvicorn, sklearn;"
          + "print('Python', sys.version.split()[0], 'fastapi', fastapi.__version__,"
          + " 'starlette', starlette.__version__, 'pydantic', pydantic.VERSION,"
          + " 'uvicorn', uvicorn.__version__, 'scikit-learn', sklearn.__version__)";

  /** The service with FastAPI and scikit-learn, by its defaults. */
  static ComparedService fastapi(Path directory) throws IOException {
    Path models = directory.resolve("models");
    String file = SERVICE + ".py";
    try (var script = ComparedService.class.getResourceAsStream(file)) {
      assertThat(script).as(file).isNotNull();
      Files.createDirectories(directory);
      Files.copy(script, directory.resolve(file));
    }
    return new ComparedService(
        "FastAPI",
        List.of(PYTHON, "-m", "uvicorn", "--app-dir=" + directory, SERVICE + ":app"),
        Map.of(
            "MODELS",
            models.toString(),
            "MODEL_PATH",
            models.resolve(DEFAULT_MODEL + ".joblib").toString(),
            "PYTHONPATH",
            directory.toString(),
            "PYTHONDONTWRITEBYTECODE",
            "1"),
        models,
        "/openapi.json",
        directory.resolve("log"));
  }

  /** The gateway, as {@code ./caddis gateway} starts it. */
  static ComparedService gateway(Path directory) throws IOException {
    Files.createDirectories(directory);
    Path logging = Path.of("..", "conf", "log4j2-gateway.properties");
    assertThat(logging).exists();
    return new ComparedService(
        "gateway",
        List.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-Xmx1g",
            "-XX:+ExitOnOutOfMemoryError",
            "-Dlog4j.configurationFile=" + logging,
            "-cp",
            System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
            "io.caddis.gateway.Gateway",
            "--registry=" + directory.resolve("models"),
            "--model=" + DEFAULT_MODEL),
        Map.of(),
        directory.resolve("models"),
        "/docs/swagger-ui-bundle.js",
        directory.resolve("log"));
  }

  /** The versions of what FastAPI's service is made of; tells what to install without them. */
  static String versions() throws IOException, InterruptedException {
    Process process = new ProcessBuilder(PYTHON, "-c", VERSIONS).redirectErrorStream(true).start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (process.waitFor() != 0) {
      throw new AssertionError(
          ("%s must have fastapi, uvicorn and sklearn:"
                  + " apt-get install python3-fastapi python3-uvicorn python3-sklearn%n%s")
              .formatted(PYTHON, said));
    }
    return said.strip();
  }

  ServedProcess start() throws IOException, InterruptedException {
    return ServedProcess.start(command, environment, log);
  }

  /** Trains the default model on so many rows. */
  static Answer train(int port, int rows) throws IOException {
    return post(port, "/train?n_estimators=100", trainingBody(rows));
  }

  static Answer post(int port, String path, String body) throws IOException {
    String head =
        "POST %s HTTP/1.1\r\nHost: localhost\r\nContent-Length: %d\r\n\r\n"
            .formatted(path, body.length());
    return send(port, head + body);
  }

  static Answer get(int port, String path) throws IOException {
    return send(port, "GET %s HTTP/1.1\r\nHost: localhost\r\n\r\n".formatted(path));
  }

  private static Answer send(int port, String request) throws IOException {
    try (RawConnection connection = new RawConnection(port)) {
      return connection.send(request.getBytes(StandardCharsets.US_ASCII), true);
    }
  }

  private static String trainingBody(int rows) {
    return IntStream.range(0, rows)
        .mapToObj(i -> "{\"a\": %d, \"b\": \"%s\"}".formatted(i % 17, i % 3 == 0 ? "x" : "y"))
        .collect(Collectors.joining(",", "{\"transactions\": [", "]}"));
  }

  /** Takes all models away. */
  void forget() throws IOException {
    try (Stream<Path> files = Files.walk(models)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }
}
