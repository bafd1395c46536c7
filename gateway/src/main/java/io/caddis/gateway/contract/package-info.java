/** The OpenAPI document: what requests must look like, and pages that show it. */
@NullMarked
package io.caddis.gateway.contract;

import org.jspecify.annotations.NullMarked;
