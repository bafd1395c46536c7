// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.cluster;

import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Flink's REST interface, as far as tests and the command line need it. Of several JobManagers the
 * first that has an answer counts, and is asked first from then on: one that is silent, or does not
 * find the leader, has none. A look at the only one is repeated once when it takes too long: it may
 * have been held up. Thread-safe.
 */
public final class FlinkRest {
  private static final JsonMapper JSON = new JsonMapper();
  static final Duration TIMEOUT = Duration.ofSeconds(10);
  private static final HttpClient HTTP =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).connectTimeout(TIMEOUT).build();

  private final Supplier<List<URI>> bases;
  private final Duration timeout;
  private final int tries;

  /** Of these, the one that answered last: another one that is silent costs a timeout only once. */
  private volatile @Nullable URI answered;

  /**
   * @param bases of the JobManagers that are alive, in the order in which they are asked
   */
  public FlinkRest(Supplier<List<URI>> bases) {
    this(bases, TIMEOUT, 2);
  }

  /**
   * @param timeout of each request
   * @param tries of a look at the only JobManager
   */
  FlinkRest(Supplier<List<URI>> bases, Duration timeout, int tries) {
    this.bases = bases;
    this.timeout = timeout;
    this.tries = tries;
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

  /** Whether both that show jobs and TaskManagers, Dispatcher and ResourceManager, are found. */
  public boolean answers() {
    try {
      get("/overview");
      get("/taskmanagers");
      return true;
    } catch (ClusterException e) {
      return false;
    }
  }

  /** Empty while nothing answers: not yet up, or gone. */
  public Optional<Overview> overview() {
    try {
      JsonNode node = look("/overview");
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
      JsonNode answer = look("/taskmanagers");
      for (JsonNode one : answer.path("taskmanagers")) {
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
        "/jobs/" + job + "?mode=cancel",
        request -> request.method("PATCH", HttpRequest.BodyPublishers.noBody()));
  }

  /**
   * Asks a job to take a savepoint, commit its output and end; it is FINISHED soon after, see
   * {@link #jobState}.
   */
  public void stop(String job) {
    send(
        "/jobs/" + job + "/stop",
        request ->
            request
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString("{\"drain\":false}")));
  }

  /** The answer to any other GET, for example {@code /jobs/<id>/exceptions}. */
  public JsonNode get(String path) {
    try {
      return look(path);
    } catch (IOException e) {
      throw new ClusterException(String.valueOf(e.getMessage()), e);
    }
  }

  private void send(String path, UnaryOperator<HttpRequest.Builder> method) {
    try {
      exchange(path, method);
    } catch (IOException e) {
      throw new ClusterException(String.valueOf(e.getMessage()), e);
    }
  }

  /** What changes nothing may be asked again. */
  private JsonNode look(String path) throws IOException {
    for (int left = tries - 1; ; left--) {
      try {
        return exchange(path, HttpRequest.Builder::GET);
      } catch (HttpTimeoutException e) {
        if (left <= 0) {
          throw e;
        }
      }
    }
  }

  /**
   * @throws HttpTimeoutException when there is only one JobManager and it takes too long
   */
  private JsonNode exchange(String path, UnaryOperator<HttpRequest.Builder> method)
      throws IOException {
    List<String> failures = new ArrayList<>();
    List<URI> order = inOrder();
    for (URI base : order) {
      HttpRequest request =
          method.apply(HttpRequest.newBuilder(base.resolve(path)).timeout(timeout)).build();
      String failed = request.method() + " " + request.uri() + " failed: ";
      try {
        HttpResponse<String> response = HTTP.send(request, HttpResponse.BodyHandlers.ofString());
        if (response.statusCode() < 300) {
          answered = base;
          return JSON.readTree(response.body());
        }
        // Also 404 may only mean that this one does not find the ResourceManager.
        failures.add(failed + "HTTP " + response.statusCode() + ": " + response.body().strip());
      } catch (IOException e) {
        if (order.size() == 1 && e instanceof HttpTimeoutException) {
          throw new HttpTimeoutException(failed + e);
        }
        failures.add(failed + e);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IOException("interrupted", e);
      }
    }
    throw new IOException(String.join("; ", failures));
  }

  private List<URI> inOrder() {
    List<URI> order = new ArrayList<>(bases.get());
    URI first = answered;
    if (first != null && order.remove(first)) {
      order.add(0, first);
    }
    return order;
  }
}
