// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.gateway.access;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.Enumeration;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.eclipse.jetty.util.ssl.SslContextFactory;
import org.jspecify.annotations.Nullable;

/**
 * Where the gateway's certificate and its key are, both in PEM, or together in one PKCS#12 file.
 *
 * @param certificate in PEM, its own first and then those that vouch for it; or PKCS#12
 * @param key of the certificate, PKCS#8 in PEM without a password; null with PKCS#12
 * @param password of the PKCS#12 file, null when it has none
 */
public record TlsFiles(Path certificate, @Nullable Path key, @Nullable String password) {
  private static final Pattern KEY =
      Pattern.compile("-----BEGIN ([A-Z0-9 ]*)PRIVATE KEY-----([^-]*)-----END");

  /** What servers have keys of. */
  private static final List<String> ALGORITHMS = List.of("RSA", "EC", "EdDSA");

  /**
   * What Jetty makes TLS of; TLS 1.2 and 1.3, as it has them.
   *
   * @throws IllegalArgumentException when a file cannot be read, is none of these, or the key is
   *     not that of the certificate
   */
  public SslContextFactory.Server server() {
    SslContextFactory.Server tls = new SslContextFactory.Server();
    // Neither is on a disk: what the key store is encrypted with does not matter.
    String secret = password == null ? "" : password;
    tls.setKeyStore(key == null ? pkcs12(secret) : pem(key, secret));
    tls.setKeyStorePassword(secret);
    return tls;
  }

  /** Without the password. */
  @Override
  public String toString() {
    return "TLS of " + certificate;
  }

  private KeyStore pkcs12(String secret) {
    try (InputStream in = Files.newInputStream(certificate)) {
      KeyStore store = KeyStore.getInstance("PKCS12");
      store.load(in, secret.toCharArray());
      for (Enumeration<String> names = store.aliases(); names.hasMoreElements(); ) {
        if (store.isKeyEntry(names.nextElement())) {
          return store;
        }
      }
    } catch (IOException | GeneralSecurityException e) {
      throw unusable(
          "certificate must be a readable PKCS#12 file of this password, or PEM with a key",
          certificate,
          e);
    }
    throw new IllegalArgumentException(
        "certificate must have a private key beside it, was " + certificate);
  }

  private KeyStore pem(Path keyFile, String secret) {
    Certificate[] chain;
    try (InputStream in = Files.newInputStream(certificate)) {
      chain =
          CertificateFactory.getInstance("X.509")
              .generateCertificates(in)
              .toArray(new Certificate[0]);
    } catch (IOException | GeneralSecurityException e) {
      throw unusable("certificate must be a readable file in PEM", certificate, e);
    }
    if (chain.length == 0) {
      throw new IllegalArgumentException(
          "certificate must be in PEM, had no certificate: " + certificate);
    }
    PrivateKey privateKey = key(keyFile);
    try {
      if (!belongs(privateKey, chain[0].getPublicKey())) {
        throw new IllegalArgumentException(
            "key must be that of %s, was another one: %s".formatted(certificate, keyFile));
      }
      KeyStore store = KeyStore.getInstance("PKCS12");
      store.load(null, null);
      store.setKeyEntry("gateway", privateKey, secret.toCharArray(), chain);
      return store;
    } catch (IOException | GeneralSecurityException e) {
      throw unusable("certificate and key must be usable for TLS", certificate, e);
    }
  }

  private static PrivateKey key(Path file) {
    String text;
    try {
      text = Files.readString(file, StandardCharsets.US_ASCII);
    } catch (IOException e) {
      throw unusable("key must be a readable file in PEM", file, e);
    }
    Matcher pem = KEY.matcher(text);
    while (pem.find()) {
      if (!pem.group(1).isEmpty()) {
        throw new IllegalArgumentException(
            "key must be PKCS#8 without a password, was '%sPRIVATE KEY' in %s: openssl pkcs8 -topk8 -nodes -in KEY"
                .formatted(pem.group(1), file));
      }
      return pkcs8(file, pem.group(2));
    }
    throw new IllegalArgumentException("key must be in PEM, had no private key: " + file);
  }

  private static PrivateKey pkcs8(Path file, String text) {
    for (String algorithm : ALGORITHMS) {
      try {
        return KeyFactory.getInstance(algorithm)
            .generatePrivate(new PKCS8EncodedKeySpec(Base64.getMimeDecoder().decode(text)));
      } catch (GeneralSecurityException | IllegalArgumentException e) {
        // Of another algorithm, or of none.
      }
    }
    throw new IllegalArgumentException("key must be one of %s: %s".formatted(ALGORITHMS, file));
  }

  /** Whether one signs what the other verifies: otherwise every client would be refused. */
  private static boolean belongs(PrivateKey mine, PublicKey theirs)
      throws GeneralSecurityException {
    String algorithm =
        switch (mine.getAlgorithm()) {
          case "RSA", "EC" -> "SHA256with" + mine.getAlgorithm().replaceFirst("^EC$", "ECDSA");
          default -> mine.getAlgorithm();
        };
    byte[] text = {1, 2, 3};
    Signature sign = Signature.getInstance(algorithm);
    sign.initSign(mine);
    sign.update(text);
    byte[] signed = sign.sign();
    Signature verify = Signature.getInstance(algorithm);
    try {
      verify.initVerify(theirs);
      verify.update(text);
      return verify.verify(signed);
    } catch (GeneralSecurityException e) {
      return false;
    }
  }

  /** What a library says about a file of keys may show of it what nobody should read. */
  private static IllegalArgumentException unusable(String what, Path file, Exception cause) {
    return new IllegalArgumentException(what + ", was " + file, cause);
  }
}
