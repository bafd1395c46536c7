// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.caddis.gateway.RawConnection.Answer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * What is thrown at the gateway, thrown at a service with FastAPI and scikit-learn as well, as one
 * is commonly written, and then at a gateway in a process of its own. No test, because what the
 * other one does is measured and never required: {@code ./caddis campaign peer}.
 *
 * <p>{@code caddis.campaign.requests}, {@code caddis.campaign.seconds} and {@code
 * caddis.campaign.seed} say how many, how long and which.
 */
class PeerCampaign {
  private static final int REQUESTS = Integer.getInteger("caddis.campaign.requests", 100_000);
  private static final int SECONDS = Integer.getInteger("caddis.campaign.seconds", 60);
  private static final long SEED = Long.getLong("caddis.campaign.seed", 1);

  private static final String PAYLOAD = "payload";

  @TempDir Path directory;

  /** What is done to a service; gives the figures by their names. */
  private interface Attack {
    Map<String, String> on(ComparedService service) throws Exception;
  }

  private record Side(ComparedService service, Map<String, String> figures) {}

  @Test
  @Timeout(value = 3, unit = TimeUnit.HOURS)
  void theSameAgainstBoth() throws Exception {
    System.out.printf("%s; Java %s%n", ComparedService.versions(), Runtime.version());
    Side fastapi =
        new Side(ComparedService.fastapi(directory.resolve("fastapi")), new LinkedHashMap<>());
    Side gateway =
        new Side(ComparedService.gateway(directory.resolve("gateway")), new LinkedHashMap<>());
    // Each thing to both, one after the other, so that the machine is much the same for both.
    List<Attack> attacks =
        List.of(
            service -> PeerFuzz.run(service, REQUESTS, SEED),
            service -> PeerSiege.run(service, Duration.ofSeconds(SECONDS)),
            service -> PeerKills.run(service, SEED),
            this::payload);
    for (Attack attack : attacks) {
      for (Side side : List.of(fastapi, gateway)) {
        Map<String, String> figures = attack.on(side.service);
        System.out.printf("%s: %s%n", side.service.name(), figures);
        side.figures.putAll(figures);
      }
    }
    System.out.printf("%n%d requests, %d s, seed %d%n", REQUESTS, SECONDS, SEED);
    System.out.println("| | FastAPI | gateway |\n|---|---|---|");
    fastapi.figures.forEach(
        (name, figure) ->
            System.out.printf("| %s | %s | %s |%n", name, figure, gateway.figures.get(name)));
  }

  /** A file of joblib's format that runs a command when it is loaded, and is asked for by name. */
  private Map<String, String> payload(ComparedService service) throws Exception {
    Path marker = directory.resolve("marker of " + service.name());
    byte[] pickle = Pickles.running("touch '%s'".formatted(marker));
    try (ServedProcess server = service.start()) {
      assertThat(ComparedService.train(server.port(), 200).status()).isEqualTo(200);
      Files.write(service.models().resolve(PAYLOAD + ".joblib"), pickle);
      disguise(service.models(), pickle);
      Answer answer =
          ComparedService.post(
              server.port(), "/v1/anomaly/load", "{\"model\": \"%s\"}".formatted(PAYLOAD));
      return Map.of(
          "a model file that runs a command, loaded by name: answer; has run",
          "%d; %s".formatted(answer.status(), Files.exists(marker) ? "yes" : "no"));
    }
  }

  /** Where models are folders, one more of them, with the file in the place of the model. */
  private static void disguise(Path models, byte[] pickle) throws IOException {
    Path good = models.resolve(ComparedService.DEFAULT_MODEL);
    if (!Files.isDirectory(good)) {
      return;
    }
    List<Path> files;
    try (Stream<Path> all = Files.walk(good)) {
      files = all.toList();
    }
    for (Path file : files) {
      Path copy = models.resolve(PAYLOAD).resolve(good.relativize(file));
      if (file.getFileName().toString().equals("model.cadm")) {
        Files.write(copy, pickle);
      } else {
        Files.copy(file, copy);
      }
    }
  }
}
