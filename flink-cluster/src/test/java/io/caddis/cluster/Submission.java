// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.cluster;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Submits jobs in tests, through Flink's command line. */
final class Submission {
  private static final Pattern JOB_ID = Pattern.compile("JobID ([0-9a-f]{32})");

  private Submission() {}

  /** Returns the id of the job, which goes on running. */
  static String detached(StandaloneCluster cluster, List<String> options, List<String> job) {
    List<String> command = new ArrayList<>(List.of("run", "-d"));
    command.addAll(options);
    command.addAll(job);
    FlinkCli.Result result = cluster.cli().run(command);
    Matcher matcher = JOB_ID.matcher(result.output());
    if (result.exitCode() != 0 || !matcher.find()) {
      throw new AssertionError("not submitted: " + result.output());
    }
    return matcher.group(1);
  }
}
