// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.gateway;

import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** A gateway with one model, and rows for it. */
abstract class DefaultModel {
  static final String TWO_TRANSACTIONS =
      """
      {
        "transactions": [
          {"amount": 100.0, "merchant_category": "retail", "hour_of_day": 14},
          {"amount": 200.0, "merchant_category": "restaurant", "hour_of_day": 19}
        ]
      }
      """;

  static final String ONE_TRANSACTION =
      """
      {
        "data": {
          "amount": 150.0,
          "merchant_category": "retail",
          "hour_of_day": 14
        }
      }
      """;

  @TempDir Path registry;
  TestGateway gateway;

  @BeforeEach
  void start() {
    gateway = new TestGateway(registry);
  }

  @AfterEach
  void stop() {
    gateway.close();
  }

  static String transactions(int count, String more) {
    String[] categories = {"retail", "restaurant", "grocery"};
    StringBuilder rows = new StringBuilder("{\"transactions\": [");
    for (int i = 0; i < count; i++) {
      rows.append(i == 0 ? "" : ",")
          .append(
              "{\"amount\": %d, \"merchant_category\": \"%s\", \"hour_of_day\": %d%s}"
                  .formatted(
                      100 + (i * 37) % 83, categories[i % 3], 8 + i % 12, more.formatted(i)));
    }
    return rows.append("]}").toString();
  }

  static String vectors(int count) {
    StringBuilder rows = new StringBuilder("{\"transactions\": [");
    for (int i = 0; i < count; i++) {
      rows.append(i == 0 ? "" : ",").append("[%d]".formatted((i * 7) % 11 - 5));
    }
    return rows.append("]}").toString();
  }
}
