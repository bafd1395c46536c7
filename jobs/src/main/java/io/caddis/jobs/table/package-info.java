/** Training and scoring of tables that lie in many files, as bounded jobs. */
@NullMarked
package io.caddis.jobs.table;

import org.jspecify.annotations.NullMarked;
