// Differences in meaning of typed results, and what caused them.
#include "service/analysis/result_diff.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "metapowers/security/identify/v1/asset_inventory.pb.h"
#include "metapowers/security/identify/v1/threat_model.pb.h"
#include "metapowers/v1/command.pb.h"
#include "service/analysis/finding_changes.h"
#include "service/analysis/message_diff.h"
#include "tests/analysis/facts_of.h"

namespace metapowers::analysis {
namespace {

using security::identify::v1::AssetInventoryResult;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

// "~ open_findings no-tls/web severity: medium -> high because flow order: transport_security tls -> none".
std::vector<std::string> Lines(const v1::ResultDiff& diff) {
  std::vector<std::string> lines;
  for (const v1::ItemChange& item : diff.items()) {
    const char* sign = item.kind() == v1::CHANGE_KIND_ADDED ? "+" : item.kind() == v1::CHANGE_KIND_REMOVED ? "-" : "~";
    std::string line = absl::StrCat(sign, " ", item.list(), " ", item.key());
    for (const auto& field : item.fields()) {
      if (item.kind() != v1::CHANGE_KIND_CHANGED) break;
      absl::StrAppend(&line, " ", field.field(), ": ", field.before(), " -> ", field.after());
    }
    for (const auto& cause : item.causes()) {
      absl::StrAppend(&line, " because ", cause.element(), " ", cause.id(), ":",
                      cause.kind() == v1::CHANGE_KIND_ADDED ? " new"
                      : cause.kind() == v1::CHANGE_KIND_REMOVED
                          ? " gone"
                          : absl::StrCat(" ", cause.attribute(), " ", cause.before(), " -> ", cause.after()));
    }
    lines.push_back(line);
  }
  return lines;
}

// Any result with open findings; the outcome has such a list too.
v1::CommandOutcome Findings(const std::vector<std::pair<std::string, model::v1::Severity>>& findings) {
  v1::CommandOutcome result;
  for (const auto& [key, severity] : findings) {
    v1::OpenFinding& finding = *result.add_open_findings();
    finding.set_key(key);
    finding.set_severity(severity);
    finding.set_title("Title of " + key);
  }
  return result;
}

std::shared_ptr<const Facts> Shop(const std::string& flow) {
  ModelText text;
  text.components = "- {id: web, name: Web, kind: process}\n- {id: ledger, name: Ledger, kind: datastore}\n";
  text.flows = absl::StrCat("- {id: web-to-ledger, name: Book, source: web, target: ledger, ", flow, "}\n");
  return FactsOf(text);
}

constexpr auto kLow = model::v1::SEVERITY_LOW;
constexpr auto kMedium = model::v1::SEVERITY_MEDIUM;
constexpr auto kHigh = model::v1::SEVERITY_HIGH;

TEST(ResultDiffTest, EntriesAreKnownByTheirKeys) {
  const auto shop = Shop("transport_security: tls");
  const auto before = Findings({{"a/web", kHigh}, {"b/web", kMedium}, {"c/web", kLow}});
  const auto after = Findings({{"d/web", kHigh}, {"c/web", kLow}, {"b/web", kHigh}});
  EXPECT_THAT(
      Lines(DiffResults(&before, after, &shop->model(), shop->model())),
      ElementsAre("- open_findings a/web", "~ open_findings b/web severity: medium -> high", "+ open_findings d/web"));
  EXPECT_THAT(Lines(DiffResults(&after, after, &shop->model(), shop->model())), IsEmpty());
  EXPECT_THAT(Lines(DiffResults(nullptr, after, nullptr, shop->model())),
              ElementsAre("+ open_findings b/web", "+ open_findings c/web", "+ open_findings d/web"));
}

TEST(ResultDiffTest, TheSameKeyTwiceLosesNothing) {
  const auto shop = Shop("transport_security: tls");
  const auto before = Findings({{"a/web", kHigh}});
  const auto after = Findings({{"a/web", kHigh}, {"a/web", kLow}});
  EXPECT_THAT(Lines(DiffResults(&before, after, &shop->model(), shop->model())),
              ElementsAre("+ open_findings a/web (2)"));
}

TEST(ResultDiffTest, NamesWhatChangedInTheModel) {
  const auto tls = Shop("transport_security: tls");
  const auto clear = Shop("transport_security: none");
  const auto before = Findings({{"no-tls/web-to-ledger", kMedium}, {"other/web", kLow}});
  const auto after = Findings({{"no-tls/web-to-ledger", kHigh}, {"other/web", kMedium}});
  EXPECT_THAT(Lines(DiffResults(&before, after, &tls->model(), clear->model())),
              ElementsAre("~ open_findings no-tls/web-to-ledger severity: medium -> high because flow web-to-ledger: "
                          "transport_security tls -> none",
                          "~ open_findings other/web severity: low -> medium"));
}

TEST(ResultDiffTest, ElementsComeGoAndChangeTheirIds) {
  const auto facts = [](const std::string& components) {
    ModelText text;
    text.components = components;
    return FactsOf(text);
  };
  const auto old_model = facts("- {id: web, name: Web, kind: process}\n- {id: cron, name: Cron, kind: process}\n");
  const auto new_model =
      facts("- {id: shop, name: Web, kind: process, renamed_from: [web]}\n- {id: queue, name: Queue, kind: process}\n");
  const auto before = Findings({{"a/web", kLow}, {"b/cron", kLow}});
  const auto after = Findings({{"a/web", kHigh}, {"c/queue", kLow}});
  EXPECT_THAT(Lines(DiffResults(&before, after, &old_model->model(), new_model->model())),
              ElementsAre("~ open_findings a/web severity: low -> high because component shop: id web -> shop because "
                          "component shop: renamed_from  -> web",
                          "- open_findings b/cron because component cron: gone",
                          "+ open_findings c/queue because component queue: new"));
}

TEST(ResultDiffTest, ReadsAnyResultWithKeyedLists) {
  const auto shop = Shop("transport_security: tls");
  AssetInventoryResult before, after;
  const auto* groups = AssetInventoryResult::descriptor()->FindFieldByName("component_groups");
  ASSERT_NE(groups, nullptr);
  auto* row = before.add_component_groups()->add_components();
  row->set_id("web");
  row->set_tier("tier 1");
  row = after.add_component_groups()->add_components();
  row->set_id("web");
  row->set_tier("tier 0");
  EXPECT_THAT(Lines(DiffResults(&before, after, &shop->model(), shop->model())),
              ElementsAre("~ component_groups.components web tier: tier 1 -> tier 0"));
}

TEST(MessageDiffTest, LeavesOutPositionsInOtherLists) {
  security::identify::v1::RuleGroup before;
  before.set_id("flow-open");
  before.set_title("Open flow");
  before.add_rows(3);
  security::identify::v1::RuleGroup after = before;
  after.set_rows(0, 4);
  EXPECT_THAT(DiffFields(before, after), IsEmpty());
}

TEST(MessageDiffTest, TellsEntriesApartByTheirFirstField) {
  model::v1::Component before, after;
  const auto add = [](model::v1::Component& component, const std::string& control, model::v1::PostureState state) {
    auto& posture = *component.add_posture();
    posture.set_control(control);
    posture.set_state(state);
  };
  add(before, "mfa", model::v1::POSTURE_STATE_IMPLEMENTED);
  add(before, "waf", model::v1::POSTURE_STATE_IMPLEMENTED);
  add(after, "waf", model::v1::POSTURE_STATE_ABSENT);
  add(after, "edr", model::v1::POSTURE_STATE_PARTIAL);
  before.add_stores("orders");
  after.add_stores("orders");
  after.add_stores("cards");
  before.set_replicas(0);
  std::vector<std::string> lines;
  for (const auto& field : DiffFields(before, after)) {
    lines.push_back(absl::StrCat(field.field(), ": ", field.before(), " -> ", field.after()));
  }
  EXPECT_THAT(lines, ::testing::UnorderedElementsAre("stores: orders -> orders, cards", "replicas: 0 -> ",
                                                     "posture[waf].state: implemented -> absent",
                                                     "posture[mfa]: {control: mfa, state: implemented} -> ",
                                                     "posture[edr]:  -> {control: edr, state: partial}"));
  EXPECT_THAT(DiffFields(after, after), IsEmpty());
}

// What the groups say, as "kind count severity".
std::vector<std::string> Groups(const v1::FindingChanges& changes) {
  std::vector<std::string> lines;
  for (const auto& group : changes.groups()) {
    std::string line = absl::StrCat(group.count(), group.added()     ? " new"
                                                   : group.raised()  ? " raised"
                                                   : group.lowered() ? " lowered"
                                                   : group.closed()  ? " closed"
                                                   : group.decided() ? " decided"
                                                                     : " nothing");
    if (group.before() != 0) absl::StrAppend(&line, " from ", model::YamlName(group.before()));
    if (group.severity() != 0) absl::StrAppend(&line, " ", model::YamlName(group.severity()));
    if (group.causes_size() > 0) absl::StrAppend(&line, " causes ", group.causes_size(), "+", group.more_causes());
    lines.push_back(line);
  }
  return lines;
}

TEST(FindingChangesTest, GroupsWhatChangedInTheSameWay) {
  const auto shop = Shop("transport_security: tls");
  const auto before = Findings({{"a", kMedium}, {"b", kMedium}, {"c", kHigh}, {"d", kHigh}, {"e", kLow}, {"s", kLow}});
  const auto after = Findings({{"a", kHigh}, {"b", kLow}, {"m", kMedium}, {"n", kHigh}, {"o", kHigh}, {"s", kLow}});
  model::v1::Decisions decisions;
  decisions.add_decisions()->set_finding("e");
  const auto diff = DiffResults(&before, after, &shop->model(), shop->model());
  const v1::FindingChanges changes = FindingChangesOf(diff, decisions);
  EXPECT_THAT(Groups(changes), ElementsAre("2 new high", "1 new medium", "1 raised from medium high",
                                           "1 lowered from medium low", "2 closed", "1 decided"));
  EXPECT_TRUE(changes.groups(0).first());
  EXPECT_FALSE(changes.groups(1).first());
  EXPECT_TRUE(changes.groups(5).last());
  EXPECT_THAT(Groups(FindingChangesOf(DiffResults(&after, after, &shop->model(), shop->model()), decisions)),
              IsEmpty());
}

TEST(FindingChangesTest, AnotherOwnerIsNoChangeOfTheFinding) {
  const auto shop = Shop("transport_security: tls");
  const auto before = Findings({{"a", kMedium}});
  auto after = before;
  after.mutable_open_findings(0)->set_owner("core");
  const auto diff = DiffResults(&before, after, &shop->model(), shop->model());
  EXPECT_THAT(Lines(diff), ElementsAre("~ open_findings a owner:  -> core"));
  EXPECT_THAT(Groups(FindingChangesOf(diff, {})), IsEmpty());
}

TEST(FindingChangesTest, CausesAreNamedOnceAndBounded) {
  const auto old_model = Shop("transport_security: tls, authentication: token");
  const auto new_model = Shop("transport_security: none, vpn: true, purpose: books");
  const auto before = Findings({{"a/web-to-ledger", kMedium}, {"b/web-to-ledger", kMedium}});
  const auto after = Findings({{"a/web-to-ledger", kHigh}, {"b/web-to-ledger", kHigh}});
  const auto diff = DiffResults(&before, after, &old_model->model(), new_model->model());
  const int all = diff.items(0).causes_size();
  ASSERT_GT(all, kMaxCauses);
  EXPECT_THAT(Groups(FindingChangesOf(diff, {})),
              ElementsAre(absl::StrCat("2 raised from medium high causes 2+", all - kMaxCauses)));
}

}  // namespace
}  // namespace metapowers::analysis
