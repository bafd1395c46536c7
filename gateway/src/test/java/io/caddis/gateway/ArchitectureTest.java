// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.gateway;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.fields;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import java.io.ObjectInputStream;

/** The direction of dependencies and what no class may do. */
@AnalyzeClasses(packages = "io.caddis", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {

  @ArchTest
  static final ArchRule theGatewayKnowsNoFlink =
      noClasses()
          .that()
          .resideInAPackage("io.caddis.gateway..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("org.apache.flink..", "io.caddis.operators..", "io.caddis.jobs..");

  @ArchTest
  static final ArchRule theClockIsGiven =
      noClasses()
          .that()
          .resideInAPackage("io.caddis.gateway..")
          .should()
          .callMethod(System.class, "currentTimeMillis")
          .orShould()
          .callMethod(java.time.Instant.class, "now")
          .because("tests set the time");

  @ArchTest
  static final ArchRule fieldsOfTheClassAreFinal =
      fields()
          .that()
          .areStatic()
          .and()
          .doNotHaveModifier(JavaModifier.SYNTHETIC)
          .should()
          .beFinal();

  @ArchTest
  static final ArchRule namesSaySomething =
      noClasses()
          .should()
          .haveNameMatching(".*(Utils?|Helpers?|Managers?|Impl|Common)")
          .because("a name tells what the thing is");

  @ArchTest
  static final ArchRule nothingIsReadByJavaDeserialization =
      noClasses()
          .should()
          .dependOnClassesThat(
              new DescribedPredicate<JavaClass>("are ObjectInputStream") {
                @Override
                public boolean test(JavaClass type) {
                  return type.isAssignableTo(ObjectInputStream.class);
                }
              });
}
