// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.detectors.feature;

/**
 * How a field becomes numbers. Everything but {@link #NUMERIC} is learned from the training rows
 * and kept in the model.
 */
public enum Encoding {
  /** A finite number, as it is. */
  NUMERIC,
  /**
   * Category to its rank in the training vocabulary, sorted; unseen categories share one further
   * code.
   */
  LABEL,
  /** One 0/1 column a category of the training vocabulary; unseen categories are all zeros. */
  ONEHOT,
  /**
   * First 32 bits of the MD5 digest, unsigned. Gives categories an arbitrary order: prefer {@link
   * #CATEGORY} or {@link #FREQUENCY}.
   */
  HASH,
  /** Share of the training rows that have the category; 0 for unseen ones. */
  FREQUENCY,
  /** yes/no, true/false, on/off, 1/0 to 1 and 0. */
  BINARY,
  /**
   * How rare the category was in training: minus the natural logarithm of its share, an unseen one
   * counting as half a row. A tree that cuts this column takes the rarest categories apart from the
   * others; to distances, rare is far. What text columns get unless told otherwise.
   */
  CATEGORY;

  /** Whether the raw field is text rather than a number. */
  public boolean isText() {
    return this != NUMERIC;
  }
}
