// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.jobs.source;

import org.apache.flink.api.connector.source.SourceSplit;

/**
 * A source that is one endless sequence, and how far it has been read.
 *
 * @param splitId name of the source
 * @param position where the next reading starts: a byte offset or a sequence number
 * @param lines lines before that position
 */
record StreamSplit(String splitId, long position, long lines) implements SourceSplit {}
