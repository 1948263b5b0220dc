// The list as a whole: which items there are, when they wait, and who is exempt.
#include "service/lint/lint.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <set>

#include "service/knowledge/lint_items.h"
#include "service/lint/renamed_model.h"
#include "service/model/yaml_writer.h"
#include "service/server/archetypes.h"
#include "tests/analysis/facts_of.h"
#include "tests/lint/lint_fixture.h"

namespace metapowers::lint {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

// The [M] items of the rubric, by phase: the first number and the last, without those that only people can tell.
std::set<std::string> MachineItems() {
  const std::map<std::string, std::vector<int>> numbers = {
      {"all", {1, 2, 3, 4, 5, 6, 7, 8}},         {"govern", {1, 2, 3, 4, 5, 6, 8, 9}},
      {"identify", {1, 2, 3, 4, 5, 6, 7, 8, 9}}, {"protect", {1, 2, 3, 4, 5, 6, 7, 8}},
      {"detect", {1, 2, 3, 4, 5, 6, 7}},         {"respond", {1, 2, 3, 4, 5, 6, 7, 10}},
      {"recover", {1, 2, 3, 4, 5, 6, 7, 9, 10}}};
  std::set<std::string> items;
  for (const auto& [phase, list] : numbers) {
    for (const int number : list) items.insert(phase + "-" + std::to_string(number));
  }
  return items;
}

TEST(LintTest, HasEveryItemAndACheckForEach) {
  std::set<std::string> listed;
  for (const auto& item : knowledge::LintItems().items()) {
    EXPECT_TRUE(listed.insert(item.id()).second) << item.id() << " stands twice";
    EXPECT_THAT(item.id(), testing::StartsWith(item.phase() + "-"));
    EXPECT_THAT(item.asks(), testing::EndsWith(".")) << item.id();
    EXPECT_FALSE(item.mend().empty()) << item.id();
    EXPECT_EQ(item.commands().empty(), item.phase() == "all") << item.id();
    for (const std::string& command : item.commands()) {
      EXPECT_NE(server::CommandIndex::Get().Find(command), nullptr) << item.id() << " names " << command;
    }
  }
  EXPECT_EQ(listed, MachineItems());
  std::set<std::string> checked;
  for (const Checker& checker : Checkers()) checked.emplace(checker.item);
  EXPECT_EQ(checked, listed);
}

TEST(LintTest, AsksForTheCommandsThatItWaitsFor) {
  Topic topic("team-notes", ExampleModel("team-notes"));
  const v1::LintResult all = topic.Try("all-2");
  EXPECT_EQ(all.verdict(), v1::LINT_VERDICT_NOT_APPLICABLE);
  EXPECT_THAT(all.run(), ElementsAre("security-policy"));
  const v1::LintResult one = topic.Try("identify-3");
  EXPECT_EQ(one.verdict(), v1::LINT_VERDICT_NOT_APPLICABLE);
  EXPECT_THAT(one.run(), ElementsAre("threat-model"));
  EXPECT_THAT(one.reason(), HasSubstr("run threat-model"));
  topic.Run("threat-model");
  EXPECT_EQ(topic.Try("identify-3").verdict(), v1::LINT_VERDICT_PASS);
}

// What falls short in the archetypes is in their models, and meant: unknown owners, overdue reviews, open questions.
TEST(LintTest, ArchetypesFallShortOnlyWhereTheirModelsDo) {
  const std::map<std::string, std::set<std::string>> known = {
      {"api-platform",
       {"all-8", "govern-4", "govern-9", "identify-1", "identify-2", "identify-6", "protect-2", "protect-3"}},
      {"customer-lakehouse", {}},
      {"heat-fleet", {"protect-2", "protect-3"}},
      {"patient-platform", {"all-8", "govern-4", "govern-6", "identify-1", "protect-2", "protect-3"}},
      {"people-desk", {"protect-3"}},
      {"team-notes", {"all-8", "govern-9", "protect-2", "protect-3", "protect-6", "detect-4", "recover-5"}},
      {"trail-app", {"govern-9", "protect-3"}}};
  for (const v1::Archetype& archetype : server::Archetypes().archetypes()) {
    const std::string& example = archetype.model_id();
    ASSERT_EQ(known.count(example), 1u) << "say where the archetype " << archetype.name() << " falls short";
    const std::set<std::string>& expected = known.at(example);
    Topic topic(example, ExampleModel(example));
    topic.RunAllBuilt();
    std::set<std::string> failing;
    const v1::LintTopicResponse response = topic.Lint();
    for (const v1::LintResult& result : response.items()) {
      if (result.verdict() == v1::LINT_VERDICT_FAIL) failing.insert(result.id());
      if (result.verdict() == v1::LINT_VERDICT_FAIL && expected.count(result.id()) == 0)
        ADD_FAILURE() << Explain(result);
    }
    EXPECT_TRUE(std::includes(expected.begin(), expected.end(), failing.begin(), failing.end())) << example;
    EXPECT_EQ(response.items_size(), response.passed() + response.failed() + response.not_applicable());
  }
}

std::string Decided(const std::string& finding, const std::string& status, const std::string& expires) {
  return "schema_version: \"1\"\ndecisions:\n  - finding: " + finding + "\n    status: " + status +
         "\n    requested_by: platform-lead\n    approved_by: ciso\n    authority: high\n    rationale: The scanner "
         "found it; "
         "it is switched off in December\n    decided_on: 2026-10-01\n    expires_on: " +
         expires + "\n";
}

TEST(LintTest, AnAcceptedDecisionExemptsUntilItExpires) {
  Topic topic("api-platform", ExampleModel("api-platform"), Decided("lint:govern-4", "accepted", "2026-12-31"));
  topic.Run("security-roles");
  const v1::LintTopicResponse response = topic.Lint();
  EXPECT_EQ(response.exempted(), 1);
  const auto found = std::find_if(response.items().begin(), response.items().end(),
                                  [](const v1::LintResult& each) { return each.id() == "govern-4"; });
  ASSERT_NE(found, response.items().end());
  const v1::LintResult& result = *found;
  EXPECT_EQ(result.verdict(), v1::LINT_VERDICT_EXEMPTED);
  EXPECT_EQ(result.exemption().expires_on(), "2026-12-31");
  EXPECT_GT(result.finding_count(), 0);
}

TEST(LintTest, NamesExemptionsThatDoNotCount) {
  const std::map<std::string, std::string> reasons = {
      {Decided("lint:govern-4", "accepted", "2026-11-01"), "expired on 2026-11-01"},
      {Decided("lint:govern-4", "mitigate", "2026-12-31"), "only status accepted"},
      {Decided("lint:govern-99", "accepted", "2026-12-31"), "there is no item govern-99"}};
  for (const auto& [decisions, reason] : reasons) {
    Topic topic("api-platform", ExampleModel("api-platform"), decisions);
    topic.Run("security-roles");
    const v1::LintTopicResponse response = topic.Lint();
    EXPECT_EQ(topic.Try("govern-4").verdict(), v1::LINT_VERDICT_FAIL);
    ASSERT_EQ(response.void_exemptions_size(), 1);
    EXPECT_THAT(response.void_exemptions(0).reason(), HasSubstr(reason));
  }
}

TEST(LintTest, AnExemptionIsNoOrphanOfTheThreatModel) {
  Topic topic("api-platform", ExampleModel("api-platform"), Decided("lint:govern-4", "accepted", "2026-12-31"));
  EXPECT_TRUE(topic.subject().threats->Get().orphaned().empty());
}

// What an import leaves unknown.
constexpr char kDraft[] =
    "schema_version: \"1\"\nid: team-notes\nname: team-notes\ndescription: Nothing is known yet.\n"
    "as_of: 2026-11-28\nowner_team: to-be-named\norganization: {name: To be named}\n"
    "regions: [{id: to-be-named}]\nteams: [{id: to-be-named, name: Team to be named, lead: To be named}]\n"
    "roles: [{id: system-owner, title: Owner of the system, kind: system_owner, team: to-be-named}]\n"
    "data_classes: [{id: to-be-named, name: Data to be named, owner: to-be-named, confidentiality: internal}]\n"
    "zones: [{id: to-be-named, name: Zone to be named, type: execution_env}]\n"
    "components:\n- {id: cart, name: cart, kind: process, machine: container}\n"
    "- {id: checkout, name: checkout, kind: process, machine: container}\n"
    "- {id: frontend, name: frontend, kind: process, machine: container}\n";

TEST(LintTest, ADraftThatIsGovernedSpeaksOfItsSystem) {
  Topic topic("team-notes", kDraft);
  for (const char* command :
       {"security-policy", "risk-appetite", "security-roles", "supply-chain-security", "security-culture"}) {
    topic.Run(command);
  }
  const v1::LintResult result = topic.Try("all-1");
  EXPECT_EQ(result.verdict(), v1::LINT_VERDICT_PASS) << Explain(result);
}

// A draft with card data, of which nobody has said in which role it is handled.
std::string DraftWithCards() {
  return Replaced(kDraft, {{"confidentiality: internal}]",
                            "confidentiality: internal}, {id: cards, name: Payment cards, owner: to-be-named, "
                            "confidentiality: strictly_confidential, categories: [pan, sad]}]"},
                           {"name: checkout, kind: process, machine: container}",
                            "name: checkout, kind: process, machine: container, processes: [cards]}"}});
}

TEST(LintTest, APolicyWithoutDeclaredClausesSpeaksOfItsSystem) {
  for (const std::string& draft : {std::string(kDraft), DraftWithCards()}) {
    Topic topic("team-notes", draft);
    topic.Run("security-policy");
    const v1::LintResult result = topic.Try("all-1");
    EXPECT_EQ(result.verdict(), v1::LINT_VERDICT_PASS) << Explain(result);
    EXPECT_NE(topic.Try("govern-1").verdict(), v1::LINT_VERDICT_FAIL);
    EXPECT_EQ(topic.Try("govern-8").verdict(), v1::LINT_VERDICT_PASS);
  }
}

TEST(LintTest, ADutyThatWaitsForTheRoleOfTheOrganisationAsksForIt) {
  Topic topic("team-notes", DraftWithCards());
  topic.Run("incident-communication");
  const v1::LintResult result = topic.Try("respond-2");
  ASSERT_EQ(result.findings_size(), 1) << Explain(result);
  EXPECT_THAT(result.findings(0).mend(), HasSubstr("'organization.legal_roles'"));
}

TEST(LintTest, SaysWhatToAnswerWhereADraftSaysTooLittle) {
  Topic topic("team-notes", kDraft);
  topic.Run("security-training");
  topic.Run("compliance-map");
  const v1::LintResult result = topic.Try("all-1");
  ASSERT_EQ(result.verdict(), v1::LINT_VERDICT_FAIL);
  bool told = false;
  for (const v1::LintFinding& finding : result.findings()) {
    EXPECT_THAT(finding.text(), HasSubstr("; fewest in "));
    told |= finding.mend().find("metapowers model questions team-notes") != std::string::npos;
  }
  EXPECT_TRUE(told) << Explain(result);
}

TEST(LintTest, EvidenceIsWantedWhereSomethingIsKept) {
  Topic topic("customer-lakehouse", ExampleModel("customer-lakehouse"));
  topic.Run("forensic-readiness");
  EXPECT_EQ(topic.Try("respond-6").verdict(), v1::LINT_VERDICT_PASS) << "only customers are in ireland";
  Topic silent("customer-lakehouse", ExampleModel("customer-lakehouse"));
  silent.Run("forensic-readiness", {{"belgium", "elsewhere"}});
  const v1::LintResult result = silent.Try("respond-6");
  ASSERT_EQ(result.findings_size(), 1) << Explain(result);
  EXPECT_THAT(result.findings(0).text(), HasSubstr("region belgium"));
}

// A model that is written anew has no marks; what is known of it comes along all the same.
TEST(LintTest, AModelThatAssumesSomethingIsRemadeWithWhatIsKnownOfIt) {
  std::string yaml = ExampleModel("team-notes");
  const std::string kind = "    kind: process\n";
  ASSERT_NE(yaml.find(kind), std::string::npos);
  yaml.replace(yaml.find(kind), kind.size(), "    kind: process  # assumed: it is built from code\n");
  Topic topic("team-notes", yaml);
  ASSERT_NE(topic.subject().presumed, topic.subject().facts);
  topic.Run("threat-model");
  topic.Run("attack-surface");
  const v1::LintResult same = topic.Try("all-7");
  EXPECT_EQ(same.verdict(), v1::LINT_VERDICT_PASS) << Explain(same);
  EXPECT_NE(topic.Try("all-1").verdict(), v1::LINT_VERDICT_NOT_APPLICABLE) << "it is tried under other names as well";

  ASSERT_OK_AND_ASSIGN(const auto renamed, Anew(topic.subject().presumed->model(),
                                                [](model::v1::SystemModel& model) { model = Renamed(model); }));
  ASSERT_NE(renamed->known(), nullptr);
  const auto kinds = [](const model::v1::SystemModel& model) {
    return std::count_if(model.components().begin(), model.components().end(),
                         [](const auto& component) { return component.kind() == model::v1::COMPONENT_KIND_PROCESS; });
  };
  EXPECT_EQ(kinds(renamed->known()->proto()), kinds(renamed->proto()) - 1);
  EXPECT_EQ(kinds(renamed->proto()), kinds(topic.model()));
}

TEST(LintTest, RenamesWholeModels) {
  for (const char* example : {"api-platform", "patient-platform", "team-notes"}) {
    const Topic topic(example, ExampleModel(example));
    const model::v1::SystemModel renamed = Renamed(topic.model());
    EXPECT_OK(model::Model::Parse(model::WriteYaml(renamed), "renamed.yaml"));
    EXPECT_EQ(renamed.components_size(), topic.model().components_size());
    EXPECT_EQ(renamed.components(0).id(), "zq-" + topic.model().components(0).id());
    EXPECT_EQ(renamed.frameworks(0).id(), topic.model().frameworks(0).id());
    EXPECT_LT(renamed.as_of(), topic.model().as_of());
  }
}

// A system to which no framework applies.
std::string Unregulated(const std::string& organization) {
  analysis::ModelText text;
  text.data_classes = "- {id: notes, name: Notes, owner: core, confidentiality: internal}\n";
  text.organization = organization;
  return text.Yaml();
}

TEST(LintTest, GapsAreOfFrameworksThatApply) {
  Topic topic("shop", Unregulated("{name: Shop Inc.}"));
  topic.Run("compliance-gap");
  const v1::LintResult result = topic.Try("identify-9");
  EXPECT_EQ(result.verdict(), v1::LINT_VERDICT_NOT_APPLICABLE) << Explain(result);
  EXPECT_THAT(result.reason(), HasSubstr("no framework of the catalogue is in scope"));
}

TEST(LintTest, AScopeThatNobodyHasDecidedIsCalledUndecided) {
  const auto reason = [](const std::string& organization) {
    Topic topic("shop", Unregulated(organization));
    topic.Run("asset-inventory");
    const v1::LintResult result = topic.Try("identify-2");
    EXPECT_EQ(result.verdict(), v1::LINT_VERDICT_NOT_APPLICABLE) << Explain(result);
    return result.reason();
  };
  EXPECT_EQ(reason("{name: Shop Inc.}"),
            "undecided whether PCI DSS applies, for want of data_classes.categories, organization.legal_roles");
  EXPECT_EQ(reason("{name: Shop Inc., legal_roles: [controller]}"),
            "undecided whether PCI DSS applies, for want of data_classes.categories");
}

TEST(LintTest, PciDssIsThatOfTheDocumentsWhateverItsVersion) {
  analysis::ModelText text;
  text.data_classes = "- {id: notes, name: Notes, owner: core, confidentiality: internal}\n";
  text.rest =
      "frameworks: [{id: pci-dss, in_scope: true}]\n"
      "policy_parameters: {patch_sla: [{severity: critical, hours: 1000}]}\n";
  Topic topic("shop", text.Yaml());
  topic.Run("asset-inventory");
  topic.Run("vulnerability-assessment");
  const auto told = [&topic](const char* item) {
    std::string texts;
    const v1::LintResult result = topic.Try(item);
    for (const v1::LintFinding& finding : result.findings()) texts += finding.text() + "\n";
    return texts;
  };
  EXPECT_THAT(told("identify-2"), HasSubstr("nobody has confirmed the scope"));
  EXPECT_THAT(told("protect-6"), HasSubstr("longer than the month"));
}

}  // namespace
}  // namespace metapowers::lint
