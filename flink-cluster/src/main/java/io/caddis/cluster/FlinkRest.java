// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.cluster;

import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Supplier;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Flink's REST interface, as far as tests and the command line need it. Thread-safe. */
public final class FlinkRest {
  private static final JsonMapper JSON = new JsonMapper();
  private static final Duration TIMEOUT = Duration.ofSeconds(10);

  private final Supplier<URI> base;
  private final HttpClient http =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).connectTimeout(TIMEOUT).build();

  /**
   * @param base of a JobManager that is alive
   */
  public FlinkRest(Supplier<URI> base) {
    this.base = base;
  }

  /** What a cluster offers: registered TaskManagers, slots, and how many of them are free. */
  public record Overview(int taskManagers, int slots, int freeSlots, int runningJobs) {}

  /** A job the JobManager knows: state as in Flink, for example RUNNING or FAILED. */
  public record Job(String id, String name, String state) {}

  /**
   * Counts since the job was submitted.
   *
   * @param latestPath external path of the newest completed checkpoint, empty before the first
   */
  public record Checkpoints(int completed, int failed, int restored, String latestPath) {}

  /** Empty while nothing answers: not yet up, or gone. */
  public Optional<Overview> overview() {
    try {
      JsonNode node = exchange(request("/overview").GET().build());
      return Optional.of(
          new Overview(
              node.path("taskmanagers").asInt(),
              node.path("slots-total").asInt(),
              node.path("slots-available").asInt(),
              node.path("jobs-running").asInt()));
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  /** Ids of the registered TaskManagers; empty while nothing answers. */
  public List<String> taskManagers() {
    try {
      List<String> ids = new ArrayList<>();
      for (JsonNode one : exchange(request("/taskmanagers").GET().build()).path("taskmanagers")) {
        ids.add(one.path("id").asString());
      }
      return ids;
    } catch (IOException e) {
      return List.of();
    }
  }

  public List<Job> jobs() {
    List<Job> jobs = new ArrayList<>();
    for (JsonNode job : get("/jobs/overview").path("jobs")) {
      jobs.add(
          new Job(
              job.path("jid").asString(),
              job.path("name").asString(),
              job.path("state").asString()));
    }
    return jobs;
  }

  public String jobState(String job) {
    return get("/jobs/" + job + "/status").path("status").asString();
  }

  public Checkpoints checkpoints(String job) {
    JsonNode node = get("/jobs/" + job + "/checkpoints");
    JsonNode counts = node.path("counts");
    return new Checkpoints(
        counts.path("completed").asInt(),
        counts.path("failed").asInt(),
        counts.path("restored").asInt(),
        node.path("latest").path("completed").path("external_path").asString(""));
  }

  /** When the last of a job's tasks began to run, epoch milliseconds; empty before. */
  public OptionalLong runningSince(String job) {
    long since = Long.MIN_VALUE;
    JsonNode vertices = get("/jobs/" + job).path("vertices");
    for (JsonNode vertex : vertices) {
      if (!vertex.path("status").asString().equals("RUNNING")) {
        return OptionalLong.empty();
      }
      String path = "/jobs/" + job + "/vertices/" + vertex.path("id").asString();
      for (JsonNode subtask : get(path).path("subtasks")) {
        JsonNode durations = subtask.path("status-duration");
        since =
            Math.max(
                since,
                subtask.path("start-time").asLong()
                    + Math.max(0, durations.path("DEPLOYING").asLong())
                    + Math.max(0, durations.path("INITIALIZING").asLong()));
      }
    }
    return vertices.isEmpty() ? OptionalLong.empty() : OptionalLong.of(since);
  }

  /**
   * Counters or numeric gauges of the job's operators, each added up over all operators and
   * subtasks.
   *
   * @param group metric group that their names stand in
   * @param names 0 for one that no operator has
   */
  public Map<String, Double> sums(String job, String group, List<String> names) {
    Map<String, Double> sums = new HashMap<>();
    names.forEach(name -> sums.put(name, 0.0));
    for (JsonNode vertex : get("/jobs/" + job).path("vertices")) {
      String metrics =
          "/jobs/" + job + "/vertices/" + vertex.path("id").asString() + "/subtasks/metrics";
      for (JsonNode metric : get(metrics)) {
        String id = metric.path("id").asString();
        for (String name : names) {
          if (id.endsWith("." + group + "." + name)) {
            String query = "?agg=sum&get=" + URLEncoder.encode(id, StandardCharsets.UTF_8);
            for (JsonNode value : get(metrics + query)) {
              sums.merge(name, value.path("sum").asDouble(0), Double::sum);
            }
          }
        }
      }
    }
    return sums;
  }

  /** Cancels a job; it ends soon after, see {@link #jobState}. */
  public void cancel(String job) {
    send(
        request("/jobs/" + job + "?mode=cancel")
            .method("PATCH", HttpRequest.BodyPublishers.noBody())
            .build());
  }

  /**
   * Asks a job to take a savepoint, commit its output and end; it is FINISHED soon after, see
   * {@link #jobState}.
   */
  public void stop(String job) {
    send(
        request("/jobs/" + job + "/stop")
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString("{\"drain\":false}"))
            .build());
  }

  /** The answer to any other GET, for example {@code /jobs/<id>/exceptions}. */
  public JsonNode get(String path) {
    return send(request(path).GET().build());
  }

  private HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(base.get().resolve(path)).timeout(TIMEOUT);
  }

  private JsonNode send(HttpRequest request) {
    try {
      return exchange(request);
    } catch (IOException e) {
      throw new ClusterException(
          request.method() + " " + request.uri() + " failed: " + e.getMessage(), e);
    }
  }

  private JsonNode exchange(HttpRequest request) throws IOException {
    try {
      HttpResponse<String> response = http.send(request, HttpResponse.BodyHandlers.ofString());
      if (response.statusCode() >= 300) {
        throw new IOException("HTTP " + response.statusCode() + ": " + response.body().strip());
      }
      return JSON.readTree(response.body());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
  }
}
