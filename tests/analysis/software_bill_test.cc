#include "service/analysis/software_bill.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

#include "absl/strings/str_cat.h"
#include "tests/analysis/facts_of.h"

namespace metapowers::analysis {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

std::string Bom(const std::string& subject, const std::string& version) {
  return absl::StrCat(
      R"({"bomFormat": "CycloneDX", "specVersion": "1.6", "metadata": {"timestamp": "2026-01-05T00:00:00Z",
      "component": {"name": ")",
      subject, R"("}}, "components": [{"type": "library", "name": "Lib", "version": ")", version, "\"}]}");
}

// Two components of one repository in Go and Java, a page in npm beside them.
struct World {
  std::string evidence;
  std::map<std::string, std::string> files;
  std::string extra = {};  // of the component web
  std::shared_ptr<const Facts> facts = nullptr;
  std::shared_ptr<const evidence::EvidenceSet> set = nullptr;
  std::unique_ptr<const VulnerabilityFacts> judged = nullptr;

  std::unique_ptr<const SoftwareBill> Read() {
    ModelText text;
    text.components = absl::StrCat(
        "- {id: web, name: Web, kind: process, zone: inside, machine: container, custom_code: true, language: Go, "
        "repository: mono, technology: [web-application]",
        extra,
        "}\n"
        "- {id: api, name: Api, kind: process, zone: inside, machine: vm, custom_code: true, language: Java, "
        "repository: "
        "mono}\n"
        "- {id: box, name: Box, kind: process, zone: inside, machine: vm}\n");
    text.rest = absl::StrCat(
        "delivery:\n  repositories:\n  - {id: mono, name: mono, package_managers: [go, maven, npm, unheard-of]}\n",
        evidence.empty() ? "" : "evidence:\n", evidence);
    facts = FactsOf(text);
    evidence::Files views;
    for (const auto& [id, bytes] : files) views[id] = absl::string_view(bytes);
    set = evidence::EvidenceSet::Build(facts->model(), views);
    judged = JudgeVulnerabilities(*facts, *set);
    return std::make_unique<SoftwareBill>(*facts, *judged);
  }
};

std::string Id(const BomFact* fact) { return fact == nullptr ? "" : fact->source->declaration->id(); }

TEST(SoftwareBill, TheNewestFileOfAComponentCountsBeforeThatOfItsRepository) {
  World world{.evidence =
                  "- {id: new, format: cyclonedx, path: b.json, component: web, produced_on: 2026-02-01}\n"
                  "- {id: old, format: cyclonedx, path: a.json, component: web, produced_on: 2026-01-01}\n"
                  "- {id: repo, format: cyclonedx, path: c.json, repository: mono, produced_on: 2026-02-20}\n",
              .files = {{"new", Bom("web", "2")}, {"old", Bom("web", "1")}, {"repo", Bom("mono", "3")}}};
  const auto bill = world.Read();
  EXPECT_EQ(Id(bill->Of("web")), "new");
  EXPECT_EQ(Id(bill->Of("api")), "repo");
  EXPECT_EQ(Id(bill->Of("box")), "");
  EXPECT_EQ(bill->boms()[1].state, BomFact::State::kSuperseded);
}

TEST(SoftwareBill, AComponentMayNameItsFile) {
  World world{.evidence = "- {id: a, format: cyclonedx, path: a.json, produced_on: 2026-02-01}\n",
              .files = {{"a", Bom("", "1")}},
              .extra = ", sbom: a"};
  EXPECT_EQ(Id(world.Read()->Of("web")), "a");
}

TEST(SoftwareBill, AFileOfSomethingElseOldOrUnreadableIsNamedAsThat) {
  World world{
      .evidence =
          "- {id: a, format: cyclonedx, path: a.json, component: web, produced_on: 2026-02-01}\n"
          "- {id: b, format: cyclonedx, path: b.json, component: api, produced_on: 2025-02-01}\n"
          "- {id: c, format: spdx, path: c.json, component: box, produced_on: 2026-02-01}\n"
          "- {id: d, format: spdx, path: d.json, component: box}\n"
          "- {id: e, format: cyclonedx, path: e.json, component: box}\n",
      .files = {{"a", Bom("billing", "1")}, {"b", Bom("shop/API:7", "1")}, {"c", "{}"}, {"e", Bom("box", "1")}}};
  const auto bill = world.Read();
  ASSERT_EQ(bill->boms().size(), 5u);
  EXPECT_EQ(bill->boms()[0].state, BomFact::State::kOther);
  EXPECT_EQ(bill->boms()[1].state, BomFact::State::kOutdated);
  EXPECT_EQ(bill->boms()[2].state, BomFact::State::kUnreadable);
  EXPECT_EQ(bill->boms()[3].state, BomFact::State::kMissing);
  EXPECT_EQ(bill->boms()[4].state, BomFact::State::kCurrent);
  EXPECT_EQ(bill->boms()[4].date, "2026-01-05") << "of the file, where the model has none";
  EXPECT_EQ(Id(bill->Of("web")), "");
  EXPECT_EQ(Id(bill->Of("api")), "b") << "an outdated file still tells what was inside";
}

TEST(SoftwareBill, FindsThePackageOfAVulnerability) {
  World world{.evidence = "- {id: a, format: cyclonedx, path: a.json, component: web, produced_on: 2026-02-01}\n",
              .files = {{"a", Bom("web", "v1.2")}}};
  const auto bill = world.Read();
  Vulnerability one;
  one.component = "web";
  one.package = "lib";
  one.installed = {"1.2"};
  EXPECT_TRUE(bill->Find(one).same_version) << "names without case, versions without the v of Go";
  one.installed = {"1.3"};
  EXPECT_FALSE(bill->Find(one).same_version);
  EXPECT_NE(bill->Find(one).package, nullptr);
  one.package = "other";
  EXPECT_EQ(bill->Find(one).package, nullptr);
  one.component = "box";
  EXPECT_EQ(bill->Find(one).bom, nullptr);
}

TEST(SoftwareBill, PackageManagersGoWithTheLanguage) {
  World world{.evidence = "", .files = {}};
  world.Read();
  const auto names = [&](const char* id) {
    std::vector<std::string> all;
    for (const auto* manager : PackageManagersOf(*world.facts, *world.facts->Find(id)->component)) {
      all.push_back(manager->name());
    }
    return all;
  };
  EXPECT_THAT(names("web"), ElementsAre("go", "npm")) << "npm is for the language of no component";
  EXPECT_THAT(names("api"), ElementsAre("maven", "npm"));
  EXPECT_THAT(names("box"), IsEmpty());
  EXPECT_THAT(BuiltComponents(*world.facts), ElementsAre("api", "web"));
}

TEST(SoftwareBill, UsersGetACopyOfWhatTheirBrowserLoads) {
  World world{.evidence = "", .files = {}};
  world.Read();
  EXPECT_EQ(DistributionOf(*world.facts, "web", "npm").kind, knowledge::v1::DISTRIBUTION_KIND_SHIPPED);
  EXPECT_EQ(DistributionOf(*world.facts, "web", "golang").kind, knowledge::v1::DISTRIBUTION_KIND_SERVICE);
  EXPECT_EQ(DistributionOf(*world.facts, "api", "npm").kind, knowledge::v1::DISTRIBUTION_KIND_SERVICE);
}

}  // namespace
}  // namespace metapowers::analysis
