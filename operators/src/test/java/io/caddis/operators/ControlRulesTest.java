// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.operators;

import static io.caddis.operators.Commands.END;
import static io.caddis.operators.Commands.feature;
import static io.caddis.operators.Commands.of;
import static io.caddis.operators.Commands.threshold;
import static io.caddis.operators.Commands.undo;
import static org.assertj.core.api.Assertions.assertThat;

import io.caddis.detectors.event.Ruling;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ControlRulesTest {

  private static Ruling at(long time, ControlCommand... commands) {
    return new ControlRules(List.of(commands)).ruling("pump-1", time);
  }

  @Test
  void aThresholdHoldsFromItsTimeOnForTheSensorsItNames() {
    ControlCommand command = threshold("a", "pump-*", 0.8, 100);
    assertThat(at(99, command)).isNull();
    assertThat(at(100, command)).isEqualTo(new Ruling(0.8, "a", false));
    assertThat(new ControlRules(List.of(command)).ruling("fan-1", 100)).isNull();
  }

  @Test
  void theLaterOfTwoThresholdsWinsAndAResetGivesTheLearnedOneBack() {
    ControlCommand all = threshold("a", "*", 0.8, 0);
    ControlCommand one = threshold("b", "pump-1", 0.6, 10);
    ControlCommand reset = of(ControlType.RESET_THRESHOLD, "c", "*", 20, END);
    assertThat(at(5, all, one, reset).threshold()).isEqualTo(0.8);
    assertThat(at(15, all, one, reset).threshold()).isEqualTo(0.6);
    assertThat(at(25, all, one, reset)).isNull();
  }

  @Test
  void aMuteEndsByItselfOrByAnUnmute() {
    ControlCommand mute = of(ControlType.MUTE, "a", "*", 10, 50);
    ControlCommand unmute = of(ControlType.UNMUTE, "b", "pump-1", 30, END);
    assertThat(at(10, mute).muted()).isTrue();
    assertThat(at(50, mute)).isNull();
    assertThat(at(30, mute, unmute)).isNull();
    assertThat(new ControlRules(List.of(mute, unmute)).ruling("pump-2", 30).muted()).isTrue();
  }

  @Test
  void theLaterCommandAboutAFeatureWinsWhicheverCameFirst() {
    ControlCommand drop = feature(ControlType.DROP_FEATURE, "a", "pump-*", "heat*", 10);
    ControlCommand add = feature(ControlType.ADD_FEATURE, "b", "*", "heat", 20);
    for (List<ControlCommand> both : List.of(List.of(drop, add), List.of(add, drop))) {
      ControlRules rules = new ControlRules(both);
      assertThat(rules.dropped("pump-1", 9)).isNull();
      assertThat(rules.dropped("pump-1", 10).test("heat")).isTrue();
      assertThat(rules.dropped("pump-1", 10).test("flow")).isFalse();
      assertThat(rules.dropped("fan-1", 10)).isNull();
      assertThat(rules.dropped("pump-1", 20).test("heat")).isFalse();
      assertThat(rules.dropped("pump-1", 20).test("heat_delta")).isTrue();
      assertThat(rules.ruling("pump-1", 20)).isNull();
    }
    assertThat(new ControlRules(List.of(drop, undo("c", "a", 15))).dropped("pump-1", 15)).isNull();
  }

  @Test
  void anUnmuteDoesNotEndMaintenance() {
    ControlCommand window = of(ControlType.MAINTENANCE, "a", "*", 10, 50);
    ControlCommand unmute = of(ControlType.UNMUTE, "b", "*", 20, END);
    assertThat(at(30, window, unmute).muted()).isTrue();
    assertThat(at(50, window, unmute)).isNull();
  }

  @Test
  void anUndoBringsBackWhatHeldBefore() {
    ControlCommand first = threshold("a", "*", 0.8, 0);
    ControlCommand second = threshold("b", "*", 0.6, 10);
    ControlCommand undo = undo("c", "b", 20);
    assertThat(at(15, first, second, undo).command()).isEqualTo("b");
    assertThat(at(20, first, second, undo).command()).isEqualTo("a");
  }

  @Test
  void theOrderInWhichCommandsComeDoesNotMatter() {
    List<ControlCommand> commands = new ArrayList<>();
    Random random = new Random(5);
    for (int i = 0; i < 40; i++) {
      ControlType[] types = {
        ControlType.RESET_THRESHOLD, ControlType.MUTE, ControlType.UNMUTE, ControlType.MAINTENANCE
      };
      String sensors = random.nextBoolean() ? "*" : "pump-1";
      long from = random.nextInt(50);
      commands.add(
          i % 2 == 0
              ? threshold("t" + i, sensors, i / 40.0, from)
              : of(types[i / 2 % 4], "c" + i, sensors, from, from + random.nextInt(1, 30)));
      if (i % 5 == 4) {
        commands.add(undo("u" + i, commands.get(random.nextInt(i)).id(), random.nextInt(60)));
      }
    }
    List<Ruling> expected = rulings(commands);
    for (int i = 0; i < 20; i++) {
      Collections.shuffle(commands, random);
      assertThat(rulings(commands)).isEqualTo(expected);
    }
    assertThat(expected).doesNotHaveDuplicates().isNotEmpty().hasSizeGreaterThan(10);
  }

  private static List<Ruling> rulings(List<ControlCommand> commands) {
    ControlRules rules = new ControlRules(commands);
    List<Ruling> changes = new ArrayList<>();
    for (long time = 0; time < 90; time++) {
      Ruling ruling = rules.ruling("pump-1", time);
      if (ruling != null && !changes.contains(ruling)) {
        changes.add(ruling);
      }
    }
    return changes;
  }

  @Test
  void whatEndedIsForgottenTogetherWithWhatUndidIt() {
    List<ControlCommand> commands =
        List.of(
            of(ControlType.MUTE, "a", "*", 0, 50),
            threshold("b", "*", 0.7, 0),
            undo("c", "b", 60),
            threshold("d", "*", 0.7, 0));
    assertThat(ControlRules.ended(commands, 49)).isEmpty();
    assertThat(ControlRules.ended(commands, 50)).containsExactly("a");
    assertThat(ControlRules.ended(commands, 60)).containsExactlyInAnyOrder("a", "b", "c");
  }
}
