#include "service/commands/utility/compliance_map.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <set>
#include <string>

#include "absl/strings/str_cat.h"
#include "service/commands/compliance_sections.h"
#include "service/knowledge/compliance.h"
#include "service/knowledge/intel.h"
#include "service/knowledge/knowledge.h"
#include "tests/commands/command_fixture.h"
#include "tests/commands/undeclared_pci.h"

namespace metapowers::commands::utility {
namespace {

using security::utility::v1::ComplianceMapResult;
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::Not;

ComplianceMapResult Map(const std::string& yaml) { return ComplianceMap(Case(yaml).input()); }

TEST(ComplianceMap, AFrameworkThatNothingDecidesIsNotExcluded) {
  const auto because = [](const std::string& roles) {
    const ComplianceMapResult result = Map(TeamNotesOfUndeclaredScope(roles));
    for (const auto& row : result.excluded()) {
      if (row.name().rfind("PCI DSS", 0) == 0) return row.because();
    }
    return std::string("not excluded");
  };
  EXPECT_EQ(because("").substr(0, 13), "not decided: ");
  EXPECT_NE(because("  legal_roles: [controller, processor]\n").substr(0, 13), "not decided: ");
}

TEST(ComplianceMap, TheNumbersReconcile) {
  for (const char* name : kExamples) {
    SCOPED_TRACE(name);
    const ComplianceMapResult result = Map(Example(name));
    const auto& totals = result.totals();
    EXPECT_EQ(totals.mapped() + totals.unmapped() + totals.not_applicable(), totals.requirements());
    EXPECT_EQ(result.actions_size() + totals.actions_left_out(), totals.actions());
    EXPECT_EQ(result.shared_size() + totals.shared_left_out(), totals.shared());
    for (int i = 0; i < result.frameworks_size(); ++i) {
      const auto& row = result.frameworks(i);
      EXPECT_EQ(row.met() + row.partly_met() + row.not_met() + row.unknown() + row.not_applicable(),
                row.requirements());
      std::set<std::string> mapped;
      for (const auto& section : result.mappings(i).sections()) {
        for (const auto* list : {&section.met(), &section.partly_met()}) {
          mapped.insert(list->begin(), list->end());
        }
      }
      mapped.insert(result.mappings(i).open().begin(), result.mappings(i).open().end());
      EXPECT_EQ(static_cast<int>(mapped.size()) + row.unmapped() + row.not_applicable(), row.requirements())
          << row.id();
    }
    int actions = 0;
    for (const auto& row : result.gaps()) actions += row.actions();
    EXPECT_EQ(actions, totals.actions());
  }
}

// The commands of the contract, which rows may name.
std::set<std::string> Commands() {
  std::set<std::string> commands;
  const std::string text = testing_support::ReadTestFile("tests/spec/commands.yaml");
  for (size_t at = text.find("- id: "); at != std::string::npos; at = text.find("- id: ", at + 1)) {
    commands.insert(text.substr(at + 6, text.find('\n', at) - at - 6));
  }
  return commands;
}

TEST(ComplianceMap, EverySectionIsOneOfTheCommands) {
  const std::set<std::string> commands = Commands();
  for (const auto& row : knowledge::ComplianceSections().sections()) {
    EXPECT_EQ(commands.count(row.command()), 1u) << row.command();
  }
  for (const char* name : kExamples) {
    const auto result = Map(Example(name));
    for (const auto& mapping : result.mappings()) {
      for (const auto& row : mapping.sections()) EXPECT_EQ(commands.count(row.section()), 1u) << row.section();
    }
  }
}

TEST(ComplianceMap, EveryRowOnTheProgrammeHasASectionOfItsOwn) {
  const Case c(Example("team-notes"));
  for (const auto& row : knowledge::ComplianceRows().evidence()) {
    analysis::ComplianceFact fact;
    fact.source = analysis::ComplianceSource::kProgramme;
    fact.id = row.id();
    EXPECT_NE(SectionOf(c.model(), fact), "compliance-gap") << row.id() << " " << row.shown_by().collection();
  }
}

TEST(ComplianceMap, ExercisesStandInTheSectionThatListsTheirKind) {
  const std::map<std::string, std::string> expected = {{"incident-exercises", "incident-response"},
                                                       {"red-team", "incident-response"},
                                                       {"notification-tests", "incident-response"},
                                                       {"recovery-exercises", "recovery-plan"}};
  const Case c(Example("team-notes"));
  std::set<std::string> rows;
  for (const auto& row : knowledge::ComplianceRows().evidence()) {
    rows.insert(row.id());
    if (row.shown_by().collection() != "recovery.exercises") continue;
    analysis::ComplianceFact fact;
    fact.source = analysis::ComplianceSource::kProgramme;
    fact.id = row.id();
    ASSERT_EQ(expected.count(row.id()), 1u) << row.id() << " is new: which section lists exercises of its kind?";
    EXPECT_EQ(SectionOf(c.model(), fact), expected.at(row.id())) << row.id();
  }
  for (const auto& section : knowledge::ComplianceSections().sections()) {
    for (const std::string& id : section.evidence()) EXPECT_EQ(rows.count(id), 1u) << section.command() << " " << id;
    for (const std::string& reference : section.records()) {
      EXPECT_NE(knowledge::FindRequirement(reference), nullptr) << section.command() << " " << reference;
    }
  }
}

// Requirements of CSF 2.0 that are met or partly met in a section.
std::set<std::string> CsfIn(const ComplianceMapResult& result, const std::string& section) {
  std::set<std::string> ids;
  for (const auto& mapping : result.mappings()) {
    if (mapping.name() != "CSF 2.0") continue;
    for (const auto& row : mapping.sections()) {
      if (row.section() != section) continue;
      ids.insert(row.met().begin(), row.met().end());
      ids.insert(row.partly_met().begin(), row.partly_met().end());
      EXPECT_GT(row.rests_on_size(), 0) << section;
    }
  }
  return ids;
}

TEST(ComplianceMap, ThreatsAndRisksStandWhereTheyAreRecorded) {
  const ComplianceMapResult payments = Map(Example("api-platform"));
  EXPECT_THAT(CsfIn(payments, "threat-model"), Contains("ID.RA-04"));
  EXPECT_THAT(CsfIn(payments, "risk-assessment"), ::testing::IsSupersetOf({"ID.RA-05", "ID.RA-06"}));
  const ComplianceMapResult patients = Map(Example("patient-platform"));
  for (const auto& row : patients.controls()) {
    if (row.id() == "risk-analysis") {
      EXPECT_EQ(row.section(), "risk-assessment");
    }
  }
  EXPECT_THAT(CsfIn(patients, "risk-assessment"), Contains("ID.RA-05"));
  for (const auto& mapping : payments.mappings()) {
    EXPECT_THAT(mapping.unmapped(), Not(Contains("ID.RA-03"))) << "the threat model records threats";
  }
}

// What is known to be lacking, or stands in a section by its subject, is not without a section.
TEST(ComplianceMap, WhatASectionSpeaksOfIsNotWithoutOne) {
  const ComplianceMapResult result =
      Map(Edited(Example("api-platform"),
                 {{"purpose: Exchange card data for a token, protocol: grpc, transport_security: mesh_mtls",
                   "purpose: Exchange card data for a token, protocol: grpc, transport_security: none"}}));
  bool seen = false;
  for (const auto& mapping : result.mappings()) {
    if (mapping.name() != "PCI DSS 4.0.1") continue;
    seen = true;
    EXPECT_THAT(mapping.unmapped(), Not(Contains(HasSubstr("11.4."))));
    EXPECT_THAT(mapping.unmapped(), Not(Contains("4.2.1")));
    EXPECT_THAT(mapping.unmapped(), Contains("1.1.1"));
  }
  EXPECT_TRUE(seen);
}

TEST(ComplianceMap, EverySubcategoryOfGovernStandsOnce) {
  const ComplianceMapResult result = Map(Example("api-platform"));
  EXPECT_EQ(result.govern_size(), 31);
  for (const auto& row : result.govern()) {
    if (row.id() == "GV.RM-02") {
      EXPECT_THAT(row.sections(), Contains("risk-appetite"));
    }
  }
}

TEST(ComplianceMap, ControlsNameOnlyRequirementsOfFrameworksThatApply) {
  const ComplianceMapResult result = Map(Example("team-notes"));
  for (const auto& row : result.controls()) {
    for (const std::string& reference : row.requirements()) EXPECT_THAT(reference, Not(HasSubstr("HIPAA")));
  }
  for (const auto& row : result.frameworks()) EXPECT_NE(row.id(), "hipaa");
}

TEST(ComplianceMap, EveryFrameworkAppliesOrSaysWhyNot) {
  for (const char* name : kExamples) {
    const Case c(Example(name));
    const ComplianceMapResult result = ComplianceMap(c.input());
    int considered = 0;
    for (const analysis::FrameworkFact& fact : c.facts().frameworks()) {
      const bool voluntary =
          fact.framework != nullptr && fact.framework->kind() == knowledge::v1::FRAMEWORK_KIND_VOLUNTARY;
      considered += fact.applies || fact.declared || !voluntary;
    }
    EXPECT_EQ(result.frameworks_size() + result.excluded_size(), considered) << name;
    EXPECT_EQ(result.excluded_names_size(), result.excluded_size()) << name;
    for (const auto& row : result.excluded()) EXPECT_FALSE(row.because().empty()) << row.name();
  }
}

TEST(ComplianceMap, AControlStandsInTheSectionOfItsSubject) {
  const ComplianceMapResult result = Map(Example("api-platform"));
  const std::map<std::string, std::string> expected = {{"mfa-infrastructure", "access-control"},
                                                       {"incident-plan", "incident-response"},
                                                       {"supplier-register", "supply-chain-security"},
                                                       {"penetration-testing", "pentest-plan"},
                                                       {"fim", "monitoring-strategy"}};
  size_t found = 0;
  for (const auto& row : result.controls()) {
    const auto each = expected.find(row.id());
    if (each == expected.end()) continue;
    EXPECT_EQ(row.section(), each->second) << row.id();
    ++found;
  }
  EXPECT_EQ(found, expected.size());
}

TEST(ComplianceMap, AControlThatNoRowKnowsStandsInComplianceGap) {
  const ComplianceMapResult result = Map(Example("team-notes"));
  for (const auto& row : result.controls()) {
    if (row.id() == "key-login") {
      EXPECT_EQ(row.section(), "compliance-gap");
    }
  }
}

TEST(ComplianceMap, HostileNamesStayInTheirPlace) {
  const std::string text =
      Edited(Example("team-notes"), {{"name: Unattended security updates", "name: \"a | {element} {{x}} <b>\""}});
  EXPECT_THAT(Map(text).DebugString(), HasSubstr("a | {element} {{x}} <b>"));
}

TEST(ComplianceMap, WhatIsMetRestsOnTheModelOrOnAClaim) {
  for (const char* name : kExamples) {
    const ComplianceMapResult result = Map(Example(name));
    for (const auto& row : result.govern()) {
      if (row.status() == "met" || row.status() == "partly met") {
        EXPECT_FALSE(row.sections().empty()) << row.id();
        EXPECT_FALSE(row.rests_on().empty()) << row.id();
      }
    }
  }
}

TEST(ComplianceMap, ActionsHaveOwnersAndProof) {
  for (const char* name : kExamples) {
    const auto result = Map(Example(name));
    for (const auto& row : result.actions()) {
      EXPECT_FALSE(row.owners().empty()) << row.key();
      EXPECT_FALSE(row.due().empty()) << row.key();
      EXPECT_FALSE(row.action().empty()) << row.key();
      EXPECT_FALSE(row.verification().empty()) << row.key();
    }
  }
}

}  // namespace
}  // namespace metapowers::commands::utility
