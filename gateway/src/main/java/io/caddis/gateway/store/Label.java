// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.gateway.store;

/** Whether an alert was right, as a person judged. */
public enum Label {
  TRUE_ALARM,
  FALSE_ALARM
}
