// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.detectors.stream;

import java.io.DataInput;
import java.io.IOException;

/** A kind of {@link StreamDetector} with its parameters: makes one for each sensor. */
public interface StreamDetectorType {

  /** The name users choose it by, such as {@code mewma}. */
  String name();

  /**
   * A detector that has seen nothing yet.
   *
   * @param features number of values of a reading, at least 1
   */
  StreamDetector create(int features);

  /**
   * A detector as {@link StreamDetector#write} left it; the bytes come from a checkpoint, so every
   * count in them is checked against a limit before memory is taken for it.
   *
   * @throws IOException if the bytes are damaged or of a later format
   */
  StreamDetector read(DataInput in) throws IOException;
}
