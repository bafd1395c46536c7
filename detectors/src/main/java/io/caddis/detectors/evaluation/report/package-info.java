/** An evaluation as one HTML page that needs nothing else. */
@NullMarked
package io.caddis.detectors.evaluation.report;

import org.jspecify.annotations.NullMarked;
