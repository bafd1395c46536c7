// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.jobs;

import java.io.PrintWriter;
import java.io.StringWriter;
import picocli.CommandLine;

/** One execution of the command line, with what it said. */
record CommandRun(int status, String out, String err) {
  static CommandRun of(Pipeline pipeline, String... args) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    CommandLine commandLine =
        Caddis.commandLine(pipeline).setOut(new PrintWriter(out)).setErr(new PrintWriter(err));
    int status = commandLine.execute(args);
    return new CommandRun(status, out.toString(), err.toString());
  }
}
