// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.gateway;

import io.caddis.gateway.access.TlsFiles;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** What a test says of its gateway; all else is a free port of this machine and the defaults. */
final class TestOptions {
  private final Path registry;
  private String host = "127.0.0.1";
  private String model = "m";
  private @Nullable Path trainingData;
  private @Nullable Path tokens;
  private boolean insecure;
  private Limits limits = Limits.DEFAULT;
  private @Nullable Path control;
  private @Nullable URI flink;
  private @Nullable TlsFiles tls;

  TestOptions(Path registry) {
    this.registry = registry;
  }

  TestOptions host(String address) {
    host = address;
    return this;
  }

  TestOptions model(String name) {
    model = name;
    return this;
  }

  TestOptions trainingData(Path file) {
    trainingData = file;
    return this;
  }

  TestOptions tokens(@Nullable Path file) {
    tokens = file;
    return this;
  }

  TestOptions insecure() {
    insecure = true;
    return this;
  }

  /** Few and small requests, and half a second for each to come. */
  static Limits impatient(int connections) {
    return new Limits(
        1 << 16,
        1 << 20,
        100,
        100,
        1 << 20,
        8,
        Duration.ofSeconds(10),
        Duration.ofSeconds(30),
        Duration.ofMillis(500),
        connections);
  }

  TestOptions limits(Limits other) {
    limits = other;
    return this;
  }

  TestOptions control(Path directory) {
    control = directory;
    return this;
  }

  TestOptions flink(URI address) {
    flink = address;
    return this;
  }

  TestOptions tls(TlsFiles files) {
    tls = files;
    return this;
  }

  GatewayOptions build() {
    return new GatewayOptions(
        host, 0, registry, model, trainingData, tokens, insecure, limits, control, flink, tls);
  }
}
