// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.gateway.store;

import java.sql.SQLException;

/** A failure of the database, such as a full disk or a server that is away. */
public final class StoreException extends RuntimeException {
  private static final long serialVersionUID = 1;

  StoreException(String what, SQLException cause) {
    super(what + ": " + reason(cause), cause);
  }

  /** The pool says only how long it waited; what the database said lies below. */
  private static String reason(SQLException failure) {
    return failure.getCause() instanceof SQLException cause
        ? reason(cause)
        : String.valueOf(failure.getMessage());
  }
}
