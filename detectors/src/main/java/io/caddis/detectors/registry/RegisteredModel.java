// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.detectors.registry;

import io.caddis.detectors.model.Model;

/**
 * A model out of a registry, its bytes verified.
 *
 * @param metadata what is known of it
 * @param model ready to score
 */
public record RegisteredModel(ModelMetadata metadata, Model model) {}
