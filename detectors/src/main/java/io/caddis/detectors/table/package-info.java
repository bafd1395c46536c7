/** Models from plain files and scores into plain files, without a stream. */
@NullMarked
package io.caddis.detectors.table;

import org.jspecify.annotations.NullMarked;
