// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.gateway;

import java.util.function.BooleanSupplier;

/**
 * One thing that must work for the gateway to be healthy.
 *
 * @param name in the answer of {@code /health}
 * @param passes whether it works, asked at every request; must answer at once
 */
public record HealthCheck(String name, BooleanSupplier passes) {}
