// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.fuzz;

import static io.caddis.fuzz.Target.require;

import io.caddis.detectors.model.Model;
import io.caddis.detectors.model.ModelCodec;
import io.caddis.detectors.model.ModelFormatException;
import io.caddis.detectors.model.SklearnForest;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;

/** Forests of scikit-learn: refused, or a model that can be kept and scores whatever comes. */
final class SklearnTarget implements Target {
  @Override
  public List<byte[]> seeds() {
    return List.of(
        """
        {"format": "caddis-sklearn-isolation-forest", "version": 1, "sklearn_version": "1.2",
         "max_samples": 4, "offset": -0.5, "contamination": 0.1, "seed": 1,
         "features": ["a", "b"], "medians": [0.5, 1], "training_rows": 4,
         "training_scores": [0.4, 0.5, 0.6],
         "trees": [{"columns": [0, 1], "left": [1, -1, 3, -1, -1], "right": [2, -1, 4, -1, -1],
          "feature": [0, -2, 1, -2, -2], "threshold": [0.5, -2, 1.25, -2, -2],
          "samples": [4, 1, 3, 2, 1]}]}
        """
            .getBytes(StandardCharsets.UTF_8));
  }

  @Override
  public void read(byte[] input) {
    Model model;
    try {
      model = SklearnForest.read(input).model();
    } catch (ModelFormatException e) {
      return;
    }
    byte[] bytes = ModelCodec.encode(model);
    require(
        Arrays.equals(ModelCodec.encode(ModelCodec.decode(bytes)), bytes),
        "an imported model must be read as it was written");
    ModelTarget.scoresAnything(model);
  }
}
