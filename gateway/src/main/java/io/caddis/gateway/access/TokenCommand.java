// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.gateway.access;

import io.caddis.gateway.Role;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Locale;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;

/** {@code gateway token}: makes, lists and revokes the tokens of clients. */
@Command(
    name = "token",
    mixinStandardHelpOptions = true,
    synopsisSubcommandLabel = "create | list | revoke",
    description = "Makes, lists and revokes tokens. A running gateway follows at once.")
public final class TokenCommand implements Runnable {
  @CommandLine.Spec
  @SuppressWarnings("NullAway.Init")
  private CommandLine.Model.CommandSpec command;

  @Override
  public void run() {
    throw new ParameterException(
        command.commandLine(), "one of create, list, revoke must be given");
  }

  private PrintWriter out() {
    return command.commandLine().getOut();
  }

  @Command(mixinStandardHelpOptions = true, description = "Makes a token and prints it, once.")
  int create(
      @Option(names = "--tokens", required = true, paramLabel = "FILE", description = "Of tokens.")
          Path file,
      @Option(names = "--role", required = true, description = "read, score or admin.") Role role,
      @Parameters(paramLabel = "NAME", description = "Who will have it.") String name)
      throws IOException {
    try {
      out().println(new TokenFile(file).create(name, role, Clock.systemUTC().instant()));
      return 0;
    } catch (IllegalArgumentException e) {
      throw new ParameterException(command.commandLine(), e.getMessage(), e);
    }
  }

  @Command(mixinStandardHelpOptions = true, description = "Lists who has tokens.")
  int list(
      @Option(names = "--tokens", required = true, paramLabel = "FILE", description = "Of tokens.")
          Path file) {
    for (TokenFile.Token token : new TokenFile(file).list()) {
      out()
          .printf(
              "%s %s %s%n",
              token.name(), token.role().name().toLowerCase(Locale.ROOT), token.createdAt());
    }
    return 0;
  }

  @Command(mixinStandardHelpOptions = true, description = "Makes a token worthless.")
  int revoke(
      @Option(names = "--tokens", required = true, paramLabel = "FILE", description = "Of tokens.")
          Path file,
      @Parameters(paramLabel = "NAME", description = "Who has it.") String name)
      throws IOException {
    if (!new TokenFile(file).revoke(name)) {
      throw new ParameterException(
          command.commandLine(), "name must be of a token in " + file + ", was '" + name + "'");
    }
    return 0;
  }
}
