// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.caddis.gateway.access.TlsFiles;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.Key;
import java.security.KeyStore;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collections;
import java.util.List;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLHandshakeException;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TlsTest {
  private static final String PASSWORD = "of this test";

  @TempDir static Path directory;

  @BeforeAll
  static void certificates() throws Exception {
    for (String algorithm : List.of("RSA", "EC", "Ed25519")) {
      Process keytool =
          new ProcessBuilder(
                  Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                  "-genkeypair",
                  "-keyalg",
                  algorithm,
                  "-dname",
                  "CN=localhost",
                  "-ext",
                  "SAN=dns:localhost,ip:127.0.0.1",
                  "-storetype",
                  "PKCS12",
                  "-keystore",
                  pkcs12(algorithm).toString(),
                  "-storepass",
                  PASSWORD)
              .redirectErrorStream(true)
              .redirectOutput(directory.resolve("keytool.log").toFile())
              .start();
      assertThat(keytool.waitFor()).isZero();
      KeyStore store = store(algorithm);
      String name = Collections.list(store.aliases()).get(0);
      pem(certificate(algorithm), "CERTIFICATE", store.getCertificate(name).getEncoded());
      Key key = store.getKey(name, PASSWORD.toCharArray());
      pem(key(algorithm), "PRIVATE KEY", key.getEncoded());
    }
  }

  private static Path pkcs12(String algorithm) {
    return directory.resolve(algorithm + ".p12");
  }

  private static Path certificate(String algorithm) {
    return directory.resolve(algorithm + ".crt");
  }

  private static Path key(String algorithm) {
    return directory.resolve(algorithm + ".key");
  }

  private static void pem(Path file, String type, byte[] der) throws IOException {
    String text = Base64.getMimeEncoder().encodeToString(der);
    Files.writeString(
        file, "-----BEGIN %s-----\n%s\n-----END %s-----\n".formatted(type, text, type));
  }

  private static KeyStore store(String algorithm) throws IOException, GeneralSecurityException {
    KeyStore store = KeyStore.getInstance("PKCS12");
    try (InputStream in = Files.newInputStream(pkcs12(algorithm))) {
      store.load(in, PASSWORD.toCharArray());
    }
    return store;
  }

  private static TestGateway gateway(String host, TlsFiles tls) {
    return new TestGateway(
        new TestOptions(directory.resolve("models")).host(host).insecure().tls(tls).build());
  }

  private static TlsFiles inPem(String algorithm) {
    return new TlsFiles(certificate(algorithm), key(algorithm), null);
  }

  private static TlsFiles inPkcs12(String algorithm) {
    return new TlsFiles(pkcs12(algorithm), null, PASSWORD);
  }

  /** A client that trusts this certificate only. */
  private static HttpResponse<String> get(String algorithm, int port) throws Exception {
    KeyStore trusted = KeyStore.getInstance("PKCS12");
    trusted.load(null, null);
    KeyStore own = store(algorithm);
    trusted.setCertificateEntry(
        "gateway", own.getCertificate(Collections.list(own.aliases()).get(0)));
    TrustManagerFactory trust =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    trust.init(trusted);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(null, trust.getTrustManagers(), null);
    return HttpClient.newBuilder()
        .sslContext(context)
        .build()
        .send(
            HttpRequest.newBuilder(URI.create("https://127.0.0.1:" + port + "/health")).build(),
            HttpResponse.BodyHandlers.ofString());
  }

  @ParameterizedTest
  @ValueSource(strings = {"RSA", "EC", "Ed25519"})
  void clientsOfHttpsAreServed(String algorithm) throws Exception {
    for (TlsFiles files : List.of(inPem(algorithm), inPkcs12(algorithm))) {
      try (TestGateway gateway = gateway("127.0.0.1", files)) {
        HttpResponse<String> answer = get(algorithm, gateway.port());

        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.sslSession().orElseThrow().getProtocol()).isEqualTo("TLSv1.3");
      }
    }
  }

  @Test
  void whoTrustsAnotherCertificateIsNotServed() {
    try (TestGateway gateway = gateway("127.0.0.1", inPem("RSA"))) {
      assertThatThrownBy(() -> get("EC", gateway.port())).isInstanceOf(SSLHandshakeException.class);
    }
  }

  @Test
  void whoDoesNotSpeakTlsIsNotServed() {
    try (TestGateway gateway = gateway("127.0.0.1", inPem("EC"))) {
      assertThat(gateway.raw("GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n"))
          .doesNotContain("HTTP/1.1 200", "healthy");
    }
  }

  @Test
  void onlyOthersAreToldToKeepToTls() throws Exception {
    try (TestGateway mine = gateway("127.0.0.1", inPem("EC"));
        TestGateway open = gateway("0.0.0.0", inPem("EC"))) {
      String header = "Strict-Transport-Security";

      assertThat(get("EC", mine.port()).headers().firstValue(header)).isEmpty();
      assertThat(get("EC", open.port()).headers().firstValue(header)).hasValue("max-age=31536000");
    }
  }

  @Test
  void filesThatCannotBeUsedAreRefusedAtOnce() throws IOException {
    Path nothing = Files.writeString(directory.resolve("nothing.pem"), "nothing\n");
    Path old = directory.resolve("old.key");
    pem(old, "RSA PRIVATE KEY", new byte[] {1});
    Path locked = directory.resolve("locked.key");
    pem(locked, "ENCRYPTED PRIVATE KEY", new byte[] {1});
    Path broken = directory.resolve("broken.key");
    pem(broken, "PRIVATE KEY", new byte[] {1});
    Path cut =
        Files.writeString(
            directory.resolve("cut.key"),
            "-----BEGIN PRIVATE KEY-----\nabcde\n-----END PRIVATE KEY-----\n");
    Path missing = directory.resolve("missing");

    refused(new TlsFiles(pkcs12("EC"), null, "wrong"), "of this password, or PEM with a key");
    refused(new TlsFiles(certificate("EC"), null, null), "of this password, or PEM with a key");
    refused(new TlsFiles(missing, key("EC"), null), "certificate must be a readable file in PEM");
    refused(new TlsFiles(nothing, key("EC"), null), "certificate must be ");
    refused(new TlsFiles(certificate("EC"), missing, null), "key must be a readable file in PEM");
    refused(new TlsFiles(certificate("EC"), nothing, null), "had no private key");
    refused(new TlsFiles(certificate("EC"), old, null), "was 'RSA PRIVATE KEY'");
    refused(new TlsFiles(certificate("EC"), locked, null), "was 'ENCRYPTED PRIVATE KEY'");
    refused(new TlsFiles(certificate("EC"), broken, null), "key must be one of [RSA, EC, EdDSA]");
    refused(new TlsFiles(certificate("EC"), cut, null), "cut.key");
    refused(new TlsFiles(certificate("EC"), key("RSA"), null), "key must be that of ");
    refused(new TlsFiles(certificate("Ed25519"), key("EC"), null), "key must be that of ");
  }

  private static void refused(TlsFiles files, String why) {
    assertThatThrownBy(() -> gateway("127.0.0.1", files).close())
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(why);
  }

  @Test
  void theCommandLineNamesWhatDoesNotBelongTogether() throws IOException {
    Path password = Files.writeString(directory.resolve("password"), PASSWORD);

    assertThat(run("--tls-key", "k")).contains("--tls-certificate must be given with --tls-key");
    assertThat(
            run(
                "--tls-certificate",
                "c",
                "--tls-key",
                "k",
                "--tls-password-file",
                password.toString()))
        .contains("--tls-key must be without --tls-password-file");
    assertThat(run("--tls-certificate", pkcs12("EC").toString()))
        .contains("certificate must be a readable PKCS#12 file of this password")
        .doesNotContain("\tat ");
  }

  private static String run(String... arguments) {
    StringWriter err = new StringWriter();
    List<String> all = new ArrayList<>(List.of(arguments));
    all.addAll(List.of("--port", "0", "--registry", directory.resolve("models").toString()));
    assertThat(
            Gateway.commandLine()
                .setErr(new PrintWriter(err, true))
                .execute(all.toArray(String[]::new)))
        .isNotZero();
    return err.toString();
  }
}
