// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.gateway.store;

/**
 * One line of a job's models, without the model.
 *
 * @param group whose readings it scores
 * @param modelVersion its name
 * @param trainTo end of the training interval, epoch milliseconds
 * @param body the line up to the model's bytes, a JSON object
 */
public record TrainedModel(String group, String modelVersion, long trainTo, String body) {}
