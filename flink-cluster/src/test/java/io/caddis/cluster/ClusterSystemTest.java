// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** What we ship, started as a user starts it: a JobManager and two TaskManagers as processes. */
class ClusterSystemTest {
  @TempDir private static Path folder;

  private static StandaloneCluster cluster;

  @BeforeAll
  static void start() {
    cluster = TestCluster.unhurried(folder, 2, Map.of());
  }

  @AfterAll
  static void stopLeavesNoProcessAndNoPidFile() throws IOException {
    List<ClusterProcess> processes = cluster.processes();
    cluster.stop();
    assertThat(processes).hasSize(3).noneMatch(ClusterProcess::isAlive);
    try (Stream<Path> pidFiles = Files.list(folder.resolve("pid"))) {
      assertThat(pidFiles).isEmpty();
    }
    assertThat(StandaloneCluster.find(TestCluster.distribution(), folder)).isEmpty();
  }

  @Test
  void allTaskManagersOfferTheirSlots() {
    assertThat(cluster.rest().overview())
        .hasValueSatisfying(
            overview -> {
              assertThat(overview.taskManagers()).isEqualTo(2);
              assertThat(overview.slots()).isEqualTo(4);
            });
  }

  @Test
  void submittedJobRunsToItsEnd(@TempDir Path work) throws IOException {
    Path jar = CountingJob.jar(work);
    Path output = work.resolve("output");

    FlinkCli.Result result =
        cluster
            .cli()
            .run(
                List.of("run", jar.toString(), "1000", output.toString(), "10", folder.toString()));

    assertThat(result.output()).contains("has finished");
    assertThat(result.exitCode()).isZero();
    assertThat(OutputDifference.between(CountingJob.expected(1000), CommittedLines.readAll(output)))
        .isEqualTo(OutputDifference.NONE);
    assertThat(cluster.rest().jobs())
        .anySatisfy(job -> assertThat(job.state()).isEqualTo("FINISHED"));
  }

  @Test
  void jobStopsWithASavepointAndResumesFromIt(@TempDir Path work) throws IOException {
    Path jar = CountingJob.jar(work);
    Path output = work.resolve("output");
    Path release = work.resolve("release");
    List<String> job =
        List.of(jar.toString(), "200000", output.toString(), "500", release.toString());
    String id =
        Submission.detached(cluster, List.of("-Dexecution.checkpointing.interval=500ms"), job);
    assertThat(
            Patience.await(
                Duration.ofSeconds(180), () -> cluster.rest().checkpoints(id).completed() > 0))
        .isTrue();

    FlinkCli.Result stopped = cluster.cli().run(List.of("stop", id));
    assertThat(stopped.output())
        .contains("Savepoint completed. Path: file:" + cluster.savepoints());
    String savepoint = stopped.output().replaceAll("(?s).*Path: (\\S+).*", "$1");
    Files.createFile(release);
    FlinkCli.Result resumed =
        cluster
            .cli()
            .run(
                Stream.concat(Stream.of("run", "-s", savepoint, "-p", "3"), job.stream()).toList());

    assertThat(resumed.exitCode()).as(resumed.output()).isZero();
    assertThat(
            OutputDifference.between(CountingJob.expected(200_000), CommittedLines.readAll(output)))
        .isEqualTo(OutputDifference.NONE);
  }

  @Test
  void runningClusterIsFoundByItsDirectory() {
    assertThat(StandaloneCluster.find(TestCluster.distribution(), folder))
        .hasValueSatisfying(
            found -> {
              assertThat(found.webInterface()).isEqualTo(cluster.webInterface());
              assertThat(found.taskManagers()).hasSize(2);
              assertThat(found.startMissing()).isEmpty();
            });
  }

  @Test
  void aClusterThatHasLostItsJobManagerIsFoundForRepair(@TempDir Path other) throws IOException {
    for (String file : List.of("conf/config.yaml", "pid/taskmanager-1.pid")) {
      Files.createDirectories(other.resolve(file).getParent());
      Files.copy(folder.resolve(file), other.resolve(file));
    }
    assertThat(StandaloneCluster.find(TestCluster.distribution(), other))
        .hasValueSatisfying(
            found -> {
              assertThat(found.jobManagers()).isEmpty();
              assertThat(found.taskManagers()).hasSize(1);
            });
  }

  @Test
  void secondClusterInTheSameDirectoryIsRefused() {
    assertThatThrownBy(() -> TestCluster.start(folder, 1, Map.of()))
        .isInstanceOf(ClusterException.class)
        .hasMessageContaining("already runs in " + folder)
        .hasMessageContaining("./caddis down");
    assertThat(cluster.jobManagers()).hasSize(1);
  }

  @Test
  void takenPortIsNamedWithItsOwner(@TempDir Path other) throws IOException {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      int port = taken.getLocalPort();
      assertThatThrownBy(
              () -> StandaloneCluster.start(TestCluster.settings(other, port, 1, Map.of())))
          .isInstanceOf(ClusterException.class)
          .hasMessageContaining("port " + port)
          .hasMessageContaining("is taken")
          .hasMessageContaining("--port");
    }
  }

  @Test
  void processThatDiesWhileStartingShowsItsLog(@TempDir Path other) {
    assertThatThrownBy(
            () ->
                TestCluster.start(
                    other, 1, Map.of("env.java.opts.taskmanager", "-XX:NoSuchOption")))
        .isInstanceOf(ClusterException.class)
        .hasMessageContaining("taskmanager-1 ended while the cluster started")
        .hasMessageContaining("NoSuchOption");
    assertThat(StandaloneCluster.find(TestCluster.distribution(), other)).isEmpty();
  }

  @Test
  void nobodyUploadsAJar() throws Exception {
    assertThat(cluster.rest().get("/config").at("/features/web-submit").asBoolean(true)).isFalse();
    String jar =
        "--b\r\nContent-Disposition: form-data; name=\"jarfile\"; filename=\"x.jar\"\r\n"
            + "Content-Type: application/x-java-archive\r\n\r\nPK\r\n--b--\r\n";
    for (String path : List.of("/jars/upload", "/v1/jars/upload", "/jars/x.jar/run")) {
      HttpResponse<String> answer =
          HttpClient.newHttpClient()
              .send(
                  HttpRequest.newBuilder(URI.create(cluster.webInterface() + path))
                      .header("Content-Type", "multipart/form-data; boundary=b")
                      .header("Origin", "http://evil.example")
                      .POST(HttpRequest.BodyPublishers.ofString(jar))
                      .build(),
                  HttpResponse.BodyHandlers.ofString());
      assertThat(answer.statusCode()).as(path + " " + answer.body()).isBetween(400, 499);
      assertThat(answer.headers().allValues("Access-Control-Allow-Origin"))
          .doesNotContain("*", "http://evil.example");
    }
  }

  @Test
  void checkpointsAreForTheirOwnerOnly() throws IOException {
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(cluster.checkpoints())))
        .isEqualTo("rwx------");
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void nothingListensBeyondThisMachine() throws IOException {
    for (ClusterProcess process : cluster.processes()) {
      assertThat(ListeningSockets.of(process.pid()))
          .as(process.name())
          .isNotEmpty()
          .allMatch(InetAddress::isLoopbackAddress);
    }
  }
}
