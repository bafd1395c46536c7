// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.gateway.access;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options of the command line that concern TLS. */
public final class TlsFlags {
  @Option(
      names = "--tls-certificate",
      paramLabel = "FILE",
      description = "Speak TLS: PEM, or PKCS#12 with the key in it.")
  private @Nullable Path certificate;

  @Option(
      names = "--tls-key",
      paramLabel = "FILE",
      description = "Key of the certificate in PEM: PKCS#8, no password.")
  private @Nullable Path key;

  @Option(
      names = "--tls-password-file",
      paramLabel = "FILE",
      description = "Holds the password of the PKCS#12 file.")
  private @Nullable Path passwordFile;

  /**
   * The files as they were given, null when there are none.
   *
   * @throws IllegalArgumentException when they do not belong together
   */
  public @Nullable TlsFiles files() {
    if (certificate == null) {
      if (key != null || passwordFile != null) {
        throw new IllegalArgumentException(
            "--tls-certificate must be given with --tls-key or --tls-password-file");
      }
      return null;
    }
    if (key != null && passwordFile != null) {
      throw new IllegalArgumentException(
          "--tls-key must be without --tls-password-file: keys in PEM have none here");
    }
    return new TlsFiles(
        certificate, key, passwordFile == null ? null : SecretFile.read(passwordFile));
  }
}
