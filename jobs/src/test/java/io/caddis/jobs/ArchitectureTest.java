// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.jobs;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.fields;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import java.io.ObjectInputStream;

/** The direction of dependencies and what no class may do, over all modules that this one sees. */
@AnalyzeClasses(packages = "io.caddis", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {

  @ArchTest
  static final ArchRule dependenciesPointFromJobsToOperatorsToDetectors =
      layeredArchitecture()
          .consideringOnlyDependenciesInLayers()
          .layer("detectors")
          .definedBy("io.caddis.detectors..")
          .layer("operators")
          .definedBy("io.caddis.operators..")
          .layer("jobs")
          .definedBy("io.caddis.jobs..")
          .whereLayer("jobs")
          .mayNotBeAccessedByAnyLayer()
          .whereLayer("operators")
          .mayOnlyBeAccessedByLayers("jobs")
          .whereLayer("detectors")
          .mayOnlyBeAccessedByLayers("operators", "jobs");

  @ArchTest
  static final ArchRule detectorsKnowNoFlink =
      noClasses()
          .that()
          .resideInAPackage("io.caddis.detectors..")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("org.apache.flink..");

  @ArchTest
  static final ArchRule operatorsDoNoInputOrOutput =
      noClasses()
          .that()
          .resideInAPackage("io.caddis.operators..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("java.nio.file..", "java.net..", "org.apache.flink.connector..");

  @ArchTest
  static final ArchRule detectorsTouchNoFilesButThoseThatProgramsShare =
      noClasses()
          .that()
          .resideInAPackage("io.caddis.detectors..")
          .and()
          .resideOutsideOfPackages(
              "io.caddis.detectors.registry",
              "io.caddis.detectors.control",
              "io.caddis.detectors.files")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("java.nio.file..");

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

  @ArchTest
  static final ArchRule theClockIsReadByJobsOnly =
      noClasses()
          .that()
          .resideInAnyPackage("io.caddis.detectors..", "io.caddis.operators..")
          .should()
          .callMethod(System.class, "currentTimeMillis")
          .because("a replay must give what the first run gave");

  @ArchTest
  static final ArchRule functionsOfFlinkAreNamedSo =
      classes()
          .that()
          .resideInAPackage("io.caddis.operators..")
          .and()
          .areAssignableTo(org.apache.flink.api.common.functions.RichFunction.class)
          .should()
          .haveSimpleNameEndingWith("Function");
}
