// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.detectors.event;

/**
 * Why a line, or one cell of it, could not be used. Names are a format: never renamed, never
 * reused.
 */
public enum RejectionReason {
  LINE_TOO_LONG,
  INVALID_UTF8,
  MALFORMED_CSV,
  MALFORMED_JSON,
  WRONG_COLUMN_COUNT,
  INVALID_HEADER,
  REPEATED_HEADER,
  MISSING_KEY,
  INVALID_KEY,
  MISSING_TIMESTAMP,
  INVALID_TIMESTAMP,
  TIMESTAMP_OUT_OF_RANGE,
  NOT_A_NUMBER,
  NUMBER_NOT_FINITE,
  WRONG_TYPE,
  VALUE_OUT_OF_RANGE,
  TEXT_TOO_LONG,
  NO_USABLE_VALUE,
  LIMIT_EXCEEDED,
  UNREADABLE_SOURCE,
  DUPLICATE,
  INVALID_COMMAND
}
