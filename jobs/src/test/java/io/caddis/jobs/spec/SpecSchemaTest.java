// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.jobs.spec;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import tools.jackson.core.JsonPointer;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

class SpecSchemaTest {
  private final SpecSchema schema = new SpecSchema();

  @Test
  void everyKeyHasATitleADescriptionAndADefault() {
    assertThat(schema.paths()).hasSizeGreaterThanOrEqualTo(50);
    assertThat(schema.paths())
        .allSatisfy(
            path -> {
              JsonNode key = schema.at(JsonPointer.compile("/" + path.replace('.', '/')));
              assertThat(key.propertyNames()).as(path).contains("title", "description", "default");
            });
  }

  @Test
  void noGroupOfKeysAcceptsUnknownOnes() {
    List<JsonPointer> groups =
        Stream.concat(
                schema.paths().stream()
                    .map(path -> JsonPointer.compile("/" + path.replace('.', '/')).head()),
                Stream.of(
                    JsonPointer.compile("/features/0"), JsonPointer.compile("/quality/features/0")))
            .distinct()
            .toList();
    assertThat(groups)
        .hasSize(22)
        .allSatisfy(
            group ->
                assertThat(schema.at(group).get("additionalProperties").asBoolean()).isFalse());
  }

  @Test
  void defaultsAreValidByTheSchemaItself() {
    ObjectNode defaults = schema.completed(JsonNodeFactory.instance.objectNode());
    assertThat(schema.problems(defaults)).isEmpty();
  }

  @Test
  void closestNameIsFoundOnlyWhenItIsClose() {
    assertThat(DidYouMean.closest("Sample_Row", schema.paths())).isEmpty();
    assertThat(DidYouMean.closest("training.Sample_Row", schema.paths()))
        .contains("training.sample-rows");
  }
}
