// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.gateway.store;

import java.util.List;

/** Decides who is told of what. Asked while a batch is stored, so it must neither wait nor fail. */
public interface NoticePolicy {
  /** Tells nobody anything. */
  NoticePolicy NOBODY =
      new NoticePolicy() {
        @Override
        public List<Notice> about(AlertMessage alert) {
          return List.of();
        }

        @Override
        public List<Notice> about(IssueMessage issue) {
          return List.of();
        }
      };

  /** The notices that a message, newer than all before it, gives rise to. */
  List<Notice> about(AlertMessage alert);

  /** The notices that an issue, never seen before, gives rise to. */
  List<Notice> about(IssueMessage issue);
}
