// The shipped catalogues: complete, free of doubles, dated, and true to the public id lists where those are
// at hand (METAPOWERS_REFERENCE_DATA names their folder).
#include "service/knowledge/knowledge.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <sstream>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"

namespace metapowers::knowledge {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::MatchesRegex;
using ::testing::Not;
using ::testing::NotNull;

std::set<std::string> Ids(absl::string_view framework) {
  std::set<std::string> ids;
  for (const v1::Requirement& requirement : FindFramework(framework)->requirements()) ids.insert(requirement.id());
  return ids;
}

// The text of a public id list, or "" where the lists are not at hand.
std::string ReferenceData(const std::string& name) {
  const char* folder = std::getenv("METAPOWERS_REFERENCE_DATA");
  std::ifstream file(std::filesystem::path(folder == nullptr ? "../shared/data" : folder) / name);
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

TEST(Catalogue, ShipsTheFrameworksInOrderOfTheirIds) {
  std::vector<std::string> ids;
  for (const v1::Framework& framework : Catalogue().frameworks()) ids.push_back(framework.id());
  EXPECT_THAT(ids, testing::ElementsAre("ccpa", "cis-8", "csf-2.0", "dora", "gdpr", "glba-safeguards", "hipaa",
                                        "iso-27001-2022", "nis2", "nist-800-53r5", "nydfs-500", "pci-dss-4.0.1",
                                        "sec-8k", "soc2", "uk-gdpr"));
  EXPECT_THAT(Catalogue().version(), MatchesRegex("20[0-9][0-9]\\.[0-9]+"));
}

TEST(Catalogue, EveryFrameworkSaysWhatItIs) {
  for (const v1::Framework& framework : Catalogue().frameworks()) {
    SCOPED_TRACE(framework.id());
    EXPECT_FALSE(framework.title().empty());
    EXPECT_FALSE(framework.short_name().empty());
    EXPECT_FALSE(framework.version().empty());
    EXPECT_FALSE(framework.publisher().empty());
    // Only NIST issues its ids for machines under terms that let them be compared.
    const bool listed = framework.publisher().find("National Institute of Standards") != std::string::npos;
    EXPECT_EQ(framework.checked_on().empty(), !listed);
    EXPECT_THAT(framework.checked_on(), MatchesRegex("(20[0-9][0-9]-[01][0-9]-[0-3][0-9])?"));
    EXPECT_NE(framework.kind(), v1::FRAMEWORK_KIND_UNSPECIFIED);
    EXPECT_GT(framework.requirements_size(), 0);
  }
}

TEST(Catalogue, FindsTheFrameworksThatATextCites) {
  const auto ids = [](absl::string_view text) {
    std::vector<std::string> found;
    for (const v1::Framework* framework : FrameworksCitedIn(text)) found.push_back(framework->id());
    return found;
  };
  EXPECT_THAT(ids("Controls: PCI DSS 4.0.1 3.5.1, 3.7.4; HIPAA 45 CFR 164.312(d); CSF 2.0 PR.DS-01."),
              ElementsAre("csf-2.0", "hipaa", "pci-dss-4.0.1"));
  EXPECT_THAT(ids("PCI DSS 4.0.1 applies; HIPAA does not."), IsEmpty()) << "named, not cited";
  EXPECT_THAT(ids("UK GDPR Art. 33(1)"), ElementsAre("uk-gdpr"));
  EXPECT_THAT(ids("UK GDPR Art. 33(1), GDPR Art. 33(1)"), ElementsAre("gdpr", "uk-gdpr"));
  EXPECT_THAT(ids("GDPR "), IsEmpty());
}

TEST(Catalogue, EveryTriggerHasAConditionAndNamesItsLaw) {
  for (const v1::Framework& framework : Catalogue().frameworks()) {
    SCOPED_TRACE(framework.id());
    EXPECT_TRUE(framework.kind() != v1::FRAMEWORK_KIND_VOLUNTARY || framework.triggers().empty());
    for (const v1::Trigger& trigger : framework.triggers()) {
      EXPECT_THAT(trigger.because(), MatchesRegex(".*[0-9]+.*: .+"));
      EXPECT_TRUE(trigger.data_categories_size() + trigger.jurisdictions_size() + trigger.legal_roles_size() +
                      trigger.sectors_size() + trigger.scope_tags_size() >
                  0);
    }
  }
}

TEST(Catalogue, NoRequirementTwiceAndNoneWithoutATitle) {
  for (const v1::Framework& framework : Catalogue().frameworks()) {
    std::set<std::string> ids;
    std::set<std::string> groups;
    for (const v1::Requirement& requirement : framework.requirements()) {
      EXPECT_TRUE(ids.insert(requirement.id()).second) << framework.id() << ":" << requirement.id();
      EXPECT_FALSE(requirement.title().empty()) << framework.id() << ":" << requirement.id();
    }
    for (const v1::Group& group : framework.groups()) {
      EXPECT_TRUE(groups.insert(group.id()).second) << group.id();
      EXPECT_TRUE(
          std::any_of(ids.begin(), ids.end(), [&](const std::string& id) { return absl::StartsWith(id, group.id()); }))
          << group.id() << " groups nothing";
    }
  }
}

// The document rubric forbids words that leave the measure open.
TEST(Catalogue, NoTitleLeavesItsMeasureOpen) {
  for (const v1::Framework& framework : Catalogue().frameworks()) {
    for (const v1::Requirement& requirement : framework.requirements()) {
      const std::vector<std::string> words =
          absl::StrSplit(absl::AsciiStrToLower(requirement.title()), absl::ByAnyChar(" ,.;:"));
      for (const char* vague :
           {"appropriate", "adequate", "proper", "sufficient", "regularly", "periodically", "timely"}) {
        EXPECT_THAT(words, Not(Contains(vague))) << framework.id() << ":" << requirement.id();
      }
    }
  }
}

TEST(Catalogue, HasThe106SubcategoriesOfCsf20AndNoWithdrawnOne) {
  const std::set<std::string> ids = Ids("csf-2.0");
  EXPECT_EQ(ids.size(), 106u);
  for (const std::string& id : ids) EXPECT_THAT(id, MatchesRegex("(GV|ID|PR|DE|RS|RC)\\.[A-Z][A-Z]-[0-9][0-9]"));
  for (const char* withdrawn : {"DE.AE-01", "RS.CO-01", "PR.DS-03", "PR.AC-01", "ID.AM-06", "RC.CO-01"}) {
    EXPECT_THAT(ids, Not(Contains(withdrawn)));
  }
  std::map<std::string, int> per_function;
  for (const std::string& id : ids) ++per_function[id.substr(0, 2)];
  EXPECT_THAT(per_function,
              testing::ElementsAre(testing::Pair("DE", 11), testing::Pair("GV", 31), testing::Pair("ID", 21),
                                   testing::Pair("PR", 22), testing::Pair("RC", 8), testing::Pair("RS", 13)));
}

TEST(Catalogue, CsfIdsEqualThePublishedList) {
  const std::string text = ReferenceData("nist-csf-2.0.tsv");
  if (text.empty()) GTEST_SKIP() << "no reference data";
  std::set<std::string> published;
  for (absl::string_view line : absl::StrSplit(text, '\n', absl::SkipEmpty())) {
    published.insert(std::string(line.substr(0, line.find('\t'))));
  }
  EXPECT_EQ(Ids("csf-2.0"), published);
}

TEST(Catalogue, PciRequirementsHoldThosePublishedMappingsUse) {
  const std::string text = ReferenceData("csf20-to-pcidss401-ids.tsv");
  if (text.empty()) GTEST_SKIP() << "no reference data";
  const std::set<std::string> ids = Ids("pci-dss-4.0.1");
  for (absl::string_view line : absl::StrSplit(text, '\n', absl::SkipEmpty())) {
    const std::vector<std::string> cells = absl::StrSplit(line, '\t');
    if (cells.size() < 3 || !absl::ascii_isdigit(cells[2][0])) continue;  // comment or heading
    EXPECT_THAT(ids, Contains(cells[2]));
  }
}

TEST(Catalogue, Sp80053ControlsExistAndAreNotWithdrawn) {
  const std::string text = ReferenceData("nist-sp800-53r5-controls.json");
  if (text.empty()) GTEST_SKIP() << "no reference data";
  for (const v1::Requirement& control : FindFramework("nist-800-53r5")->requirements()) {
    const std::string key = absl::StrCat("\"id\":\"", absl::AsciiStrToLower(control.id()), "\"");
    size_t at = text.find(key);
    if (at == std::string::npos) at = text.find(absl::StrCat("\"id\": \"", absl::AsciiStrToLower(control.id()), "\""));
    ASSERT_NE(at, std::string::npos) << control.id();
    const std::string row = text.substr(at, text.find('}', at) - at);
    EXPECT_THAT(row, testing::HasSubstr(control.title()));
    EXPECT_THAT(row, Not(testing::HasSubstr("withdrawn"))) << control.id();
  }
}

TEST(Catalogue, IsoAnnexAIsCompleteByTheme) {
  std::map<std::string, int> per_theme;
  for (const std::string& id : Ids("iso-27001-2022")) ++per_theme[id.substr(0, 3)];
  EXPECT_THAT(per_theme, testing::ElementsAre(testing::Pair("A.5", 37), testing::Pair("A.6", 8),
                                              testing::Pair("A.7", 14), testing::Pair("A.8", 34)));
}

TEST(Catalogue, Soc2HasThe33CommonCriteria) {
  const std::set<std::string> ids = Ids("soc2");
  EXPECT_EQ(std::count_if(ids.begin(), ids.end(), [](const std::string& id) { return id.substr(0, 2) == "CC"; }), 33);
}

TEST(Catalogue, Soc2HasTheCriteriaOfTheOtherCategories) {
  std::map<std::string, int> per_category;
  for (const std::string& id : Ids("soc2")) ++per_category[id.substr(0, id.find_first_of("0123456789"))];
  EXPECT_THAT(per_category, testing::ElementsAre(testing::Pair("A", 3), testing::Pair("C", 2), testing::Pair("CC", 33),
                                                 testing::Pair("P", 18), testing::Pair("PI", 5)));
}

TEST(Catalogue, CisHas153SafeguardsIn18Controls) {
  std::map<int, int> per_control;
  for (const std::string& id : Ids("cis-8")) ++per_control[std::stoi(id.substr(0, id.find('.')))];
  const std::vector<int> published = {5, 7, 14, 12, 6, 8, 7, 12, 7, 7, 5, 8, 11, 9, 7, 14, 9, 5};
  ASSERT_EQ(per_control.size(), published.size());
  for (const auto& [control, safeguards] : per_control) EXPECT_EQ(safeguards, published[control - 1]) << control;
  EXPECT_EQ(Ids("cis-8").size(), 153u);
}

// Requirements of the defined approach; appendices A1 to A3 are about special entities and left out.
TEST(Catalogue, PciHasEveryRequirementByPrincipalRequirement) {
  std::map<int, int> per_requirement;
  for (const std::string& id : Ids("pci-dss-4.0.1")) ++per_requirement[std::stoi(id.substr(0, id.find('.')))];
  const std::vector<int> published = {19, 11, 29, 6, 13, 19, 12, 29, 27, 27, 21, 37};
  ASSERT_EQ(per_requirement.size(), published.size());
  for (const auto& [number, count] : per_requirement) EXPECT_EQ(count, published[number - 1]) << number;
}

TEST(FindRequirement, FindsByReference) {
  const v1::Requirement* requirement = FindRequirement("pci-dss-4.0.1:8.4.2");
  ASSERT_THAT(requirement, NotNull());
  EXPECT_EQ(requirement->id(), "8.4.2");
}

TEST(FindRequirement, TheIsoPrefixMayBeLeftOut) {
  ASSERT_THAT(FindRequirement("iso-27001-2022:8.5"), NotNull());
  EXPECT_EQ(FindRequirement("iso-27001-2022:8.5"), FindRequirement("iso-27001-2022:A.8.5"));
  EXPECT_EQ(FindRequirement("iso-27001-2022:9.9"), nullptr);
}

TEST(FindRequirement, KnowsNothingElse) {
  EXPECT_EQ(FindRequirement("pci-dss-4.0.1:8.4.9"), nullptr);
  EXPECT_EQ(FindRequirement("pci-dss-4.0.1"), nullptr);
  EXPECT_EQ(FindRequirement("pci-dss-3.2.1:8.3"), nullptr);
  EXPECT_EQ(FindRequirement(""), nullptr);
  EXPECT_EQ(FindFramework("pci-dss"), nullptr);
}

TEST(ReferenceLabel, IsWhatPeopleWrite) {
  EXPECT_EQ(ReferenceLabel("pci-dss-4.0.1:8.4.2"), "PCI DSS 4.0.1 8.4.2");
  EXPECT_EQ(ReferenceLabel("gdpr:Art. 33(1)"), "GDPR Art. 33(1)");
  EXPECT_EQ(ReferenceLabel("hipaa:164.312(d)"), "HIPAA 45 CFR 164.312(d)");
  EXPECT_EQ(ReferenceLabel("nydfs-500:500.17"), "NYDFS 23 NYCRR 500.17");
  EXPECT_EQ(ReferenceLabel("iso-27001-2022:8.5"), "ISO 27001:2022 A.8.5");
  EXPECT_EQ(ReferenceLabel("house-rules:7"), "house-rules:7");
}

}  // namespace
}  // namespace metapowers::knowledge
