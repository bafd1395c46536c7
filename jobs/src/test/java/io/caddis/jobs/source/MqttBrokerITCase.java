// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.jobs.source;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.caddis.jobs.spec.PipelineSpec;
import io.caddis.jobs.spec.SpecLoader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Logins and certificates, before a job starts, with a real broker. */
class MqttBrokerITCase {
  private static final String SECRET = "hunter2-secret";

  @TempDir Path directory;

  private PipelineSpec spec(String uri, String... properties) throws IOException {
    Path file = directory.resolve("mqtt.properties");
    Files.write(file, List.of(properties));
    SpecLoader loader = new SpecLoader(name -> null);
    loader.set("source.type", "mqtt", "test");
    loader.set("source.mqtt.uri", uri, "test");
    loader.set("source.mqtt.topics", "[a]", "test");
    loader.set("source.mqtt.properties", file.toString(), "test");
    loader.set("features", "[{name: x}]", "test");
    loader.set("sink.directory", directory.resolve("out").toString(), "test");
    return loader.load();
  }

  private static void run(Path directory, String... command) throws Exception {
    Process process =
        new ProcessBuilder(command)
            .directory(directory.toFile())
            .redirectErrorStream(true)
            .redirectOutput(directory.resolve("command.log").toFile())
            .start();
    if (process.waitFor() != 0) {
      throw new IOException(Files.readString(directory.resolve("command.log")));
    }
  }

  @Test
  void theBrokerMustTakeTheLoginAndNobodyIsToldThePassword() throws Exception {
    assertThatThrownBy(() -> MqttBroker.check(spec("mqtt://127.0.0.1:1", "password=" + SECRET)))
        .hasMessageContaining("127.0.0.1:1")
        .hasMessageNotContaining(SECRET);
    assertThatThrownBy(() -> MqttBroker.check(spec("mqtt://h", "pasword=" + SECRET)))
        .hasMessageContaining("was 'pasword' in ")
        .hasMessageNotContaining(SECRET);
    Path settings = directory.resolve("broker");
    try (Mosquitto broker = Mosquitto.start(settings, "allow_anonymous true")) {
      MqttBroker.check(spec("mqtt://127.0.0.1:" + broker.port()));
    }
    String login = Mosquitto.login(directory, "plant", SECRET);
    try (Mosquitto broker = Mosquitto.start(settings, login)) {
      String uri = "mqtt://127.0.0.1:" + broker.port();
      MqttBroker.check(spec(uri, "username=plant", "password=" + SECRET));
      assertThatThrownBy(
              () -> MqttBroker.check(spec(uri, "username=plant", "password=" + SECRET + "x")))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("refused, NOT_AUTHORIZED, with that of ")
          .hasMessageNotContaining(SECRET);
    }
  }

  @Test
  void certificatesProveTheBrokerAndTheClient() throws Exception {
    // Names localhost only; whoever connects to 127.0.0.1 must find it wrong.
    run(
        directory,
        Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
        "-genkeypair",
        "-keyalg",
        "EC",
        "-alias",
        "a",
        "-dname",
        "CN=caddis",
        "-ext",
        "SAN=dns:localhost",
        "-ext",
        "BC=ca:true",
        "-storetype",
        "PKCS12",
        "-keystore",
        "keys.p12",
        "-storepass",
        SECRET);
    KeyStore keys = KeyStore.getInstance("PKCS12");
    try (var in = Files.newInputStream(directory.resolve("keys.p12"))) {
      keys.load(in, SECRET.toCharArray());
    }
    String certificate =
        pem("certificate.pem", "CERTIFICATE", keys.getCertificate("a").getEncoded());
    String key = pem("key.pem", "PRIVATE KEY", keys.getKey("a", SECRET.toCharArray()).getEncoded());
    try (Mosquitto broker =
        Mosquitto.start(
            directory.resolve("broker"),
            "allow_anonymous true",
            "certfile " + certificate,
            "keyfile " + key,
            "cafile " + certificate,
            "require_certificate true")) {
      String uri = "mqtts://localhost:" + broker.port();
      String trust = "trusted-certificates=" + certificate;
      String[] both = {
        trust, "key-store=" + directory.resolve("keys.p12"), "key-store-password=" + SECRET
      };
      MqttBroker.check(spec(uri, both));
      assertThatThrownBy(() -> MqttBroker.check(spec(uri)))
          .hasMessageContaining("unable to find valid certification path");
      assertThatThrownBy(() -> MqttBroker.check(spec(uri, trust)))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("source.mqtt.uri must be an MQTT 5 broker that answers here");
      assertThatThrownBy(() -> MqttBroker.check(spec("mqtts://127.0.0.1:" + broker.port(), both)))
          .hasMessageContaining("127.0.0.1");
      both[2] += "x";
      assertThatThrownBy(() -> MqttBroker.check(spec(uri, both)))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("key-store PKCS #12 of the key-store-password")
          .hasMessageNotContaining(SECRET);
    }
  }

  private String pem(String name, String kind, byte[] content) throws IOException {
    Path file = directory.resolve(name);
    Files.writeString(
        file,
        "-----BEGIN %s-----\n%s\n-----END %s-----\n"
            .formatted(
                kind,
                Base64.getMimeEncoder(64, "\n".getBytes(StandardCharsets.US_ASCII))
                    .encodeToString(content),
                kind));
    return file.toString();
  }
}
