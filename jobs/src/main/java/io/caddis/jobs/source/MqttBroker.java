// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.jobs.source;

import com.hivemq.client.mqtt.MqttClient;
import com.hivemq.client.mqtt.MqttClientSslConfig;
import com.hivemq.client.mqtt.mqtt5.Mqtt5AsyncClient;
import com.hivemq.client.mqtt.mqtt5.Mqtt5ClientBuilder;
import com.hivemq.client.mqtt.mqtt5.exceptions.Mqtt5ConnAckException;
import com.hivemq.client.mqtt.mqtt5.message.auth.Mqtt5SimpleAuth;
import com.hivemq.client.mqtt.mqtt5.message.auth.Mqtt5SimpleAuthBuilder;
import io.caddis.detectors.parse.Limits;
import io.caddis.jobs.spec.MqttSpec;
import io.caddis.jobs.spec.PipelineSpec;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.Reader;
import java.io.Serializable;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;

/**
 * The MQTT broker of a specification: how clients reach it, with the login and the certificates.
 * Nothing prints those.
 */
public final class MqttBroker implements Serializable {
  private static final long serialVersionUID = 1;

  private static final Set<String> KEYS =
      Set.of("username", "password", "trusted-certificates", "key-store", "key-store-password");
  private static final int PATIENCE_SECONDS = 15;

  /** What a packet holds beside the payload: the topic, and properties. */
  private static final int ENVELOPE_BYTES = 128 << 10;

  private final String host;
  private final int port;
  private final boolean secure;
  private final @Nullable String username;
  private final byte @Nullable [] password;
  private final byte @Nullable [] trustedCertificates;
  private final byte @Nullable [] keyStore;
  private final char[] keyStorePassword;

  private MqttBroker(URI uri, Map<String, String> settings, String file) {
    this.host = uri.getHost();
    this.secure = uri.getScheme().equals("mqtts");
    this.port = uri.getPort() > 0 ? uri.getPort() : secure ? 8883 : 1883;
    this.username = settings.get("username");
    String secret = settings.get("password");
    this.password = secret == null ? null : secret.getBytes(StandardCharsets.UTF_8);
    this.trustedCertificates = content(settings, "trusted-certificates", file);
    this.keyStore = content(settings, "key-store", file);
    this.keyStorePassword = settings.getOrDefault("key-store-password", "").toCharArray();
    if (secure) {
      encryption(file);
    }
  }

  /**
   * The broker of a specification that has one.
   *
   * @throws IllegalArgumentException when the file with the login cannot be used; its content is
   *     not told
   */
  static MqttBroker of(MqttSpec mqtt) {
    String uri = mqtt.uri();
    if (uri == null) {
      throw new IllegalArgumentException("source.mqtt.uri must be given");
    }
    String file = mqtt.properties();
    return new MqttBroker(URI.create(uri), file == null ? Map.of() : read(file), "" + file);
  }

  private static Map<String, String> read(String file) {
    Properties settings = new Properties();
    try (Reader in = Files.newBufferedReader(Path.of(file), StandardCharsets.UTF_8)) {
      settings.load(in);
    } catch (IOException | IllegalArgumentException e) {
      throw new IllegalArgumentException(
          "source.mqtt.properties must be a readable file of properties in UTF-8, was " + file, e);
    }
    Map<String, String> known = new TreeMap<>();
    for (String key : settings.stringPropertyNames()) {
      if (!KEYS.contains(key)) {
        throw new IllegalArgumentException(
            "source.mqtt.properties must hold " + KEYS + " only, was '" + key + "' in " + file);
      }
      known.put(key, settings.getProperty(key));
    }
    return known;
  }

  private static byte @Nullable [] content(Map<String, String> settings, String key, String file) {
    String path = settings.get(key);
    try {
      return path == null ? null : Files.readAllBytes(Path.of(path));
    } catch (IOException | IllegalArgumentException e) {
      throw new IllegalArgumentException(
          key + " of " + file + " must be a readable file, was " + path, e);
    }
  }

  /** Where it is, for people: host and port. */
  String name() {
    return host + ":" + port;
  }

  /** The client under which a specification has its session. */
  static String clientId(PipelineSpec spec) {
    String id = spec.source().mqtt().clientId();
    return id == null ? "caddis-" + spec.name() : id;
  }

  /** Bytes of the largest packet that is wanted. */
  static int largestPacket(Limits limits) {
    return (int) Math.min(ENVELOPE_BYTES + (long) limits.lineBytes(), 268_435_460);
  }

  /** A client of that id, to be configured on and built. */
  Mqtt5ClientBuilder client(String id) {
    Mqtt5ClientBuilder client =
        MqttClient.builder().useMqttVersion5().identifier(id).serverHost(host).serverPort(port);
    if (secure) {
      client = client.sslConfig(encryption("source.mqtt.properties"));
    }
    if (username != null) {
      Mqtt5SimpleAuthBuilder.Complete login = Mqtt5SimpleAuth.builder().username(username);
      client = client.simpleAuth((password == null ? login : login.password(password)).build());
    }
    return client;
  }

  private MqttClientSslConfig encryption(String where) {
    try {
      return MqttClientSslConfig.builder()
          .trustManagerFactory(trustedCertificates == null ? null : trust(trustedCertificates))
          .keyManagerFactory(keyStore == null ? null : keys(keyStore))
          .build();
    } catch (IOException | GeneralSecurityException e) {
      throw new IllegalArgumentException(
          "trusted-certificates of "
              + where
              + " must be PEM, and key-store PKCS #12 of the"
              + " key-store-password: "
              + e.getMessage(),
          e);
    }
  }

  private static TrustManagerFactory trust(byte[] pem)
      throws IOException, GeneralSecurityException {
    KeyStore store = KeyStore.getInstance("PKCS12");
    store.load(null, null);
    int number = 0;
    for (Certificate certificate :
        CertificateFactory.getInstance("X.509")
            .generateCertificates(new ByteArrayInputStream(pem))) {
      store.setCertificateEntry("trusted-" + number++, certificate);
    }
    TrustManagerFactory factory =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    factory.init(store);
    return factory;
  }

  private KeyManagerFactory keys(byte[] bytes) throws IOException, GeneralSecurityException {
    KeyStore store = KeyStore.getInstance("PKCS12");
    store.load(new ByteArrayInputStream(bytes), keyStorePassword);
    KeyManagerFactory factory =
        KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    factory.init(store, keyStorePassword);
    return factory;
  }

  /**
   * Looks whether the broker can be reached and takes the login, which nobody would see before the
   * job tries again and again. Does nothing when the source is another.
   *
   * @throws IllegalArgumentException with a remedy, when it does not
   */
  public static void check(PipelineSpec spec) {
    if (spec.source().type() != PipelineSpec.SourceType.MQTT) {
      return;
    }
    MqttSpec mqtt = spec.source().mqtt();
    // Not the client of the job, which may be running.
    Mqtt5AsyncClient client = of(mqtt).client(clientId(spec) + "-check").buildAsync();
    try {
      client
          .connectWith()
          .cleanStart(true)
          .send()
          .thenCompose(accepted -> client.disconnect())
          .get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    } catch (ExecutionException | TimeoutException e) {
      throw new IllegalArgumentException(
          "source.mqtt.uri must be an MQTT 5 broker that answers here and takes the login, was"
              + " %s: %s%s"
                  .formatted(
                      mqtt.uri(),
                      reason(e),
                      mqtt.properties() == null ? "" : ", with that of " + mqtt.properties()),
          e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    }
  }

  /** Why something failed, in a line. */
  static String reason(Throwable e) {
    Throwable cause = e;
    while (cause.getCause() != null && !(cause instanceof Mqtt5ConnAckException)) {
      cause = cause.getCause();
    }
    return cause instanceof Mqtt5ConnAckException refused
        ? "refused, " + refused.getMqttMessage().getReasonCode()
        : cause instanceof TimeoutException ? "no answer" : String.valueOf(cause.getMessage());
  }
}
