#include "service/model/validate.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <ostream>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "service/model/model.h"
#include "tests/model/model_texts.h"
#include "tests/support/status_matchers.h"

namespace metapowers::model {
namespace {

using ::testing::ElementsAre;
using ::testing::ElementsAreArray;

std::string HostFault(const std::string& at) {
  return at +
         " is not the name of a host in lower case, e.g. 'shop.example.com' or '*.example.com', or an IP address; "
         "leave "
         "out scheme, port and path";
}

class BadModelTest : public ::testing::TestWithParam<Case> {};

TEST_P(BadModelTest, IsReportedWithItsPlace) {
  EXPECT_THAT(FaultsOf(absl::StrCat(kMinimal, GetParam().appended)), ElementsAreArray(GetParam().faults));
}

INSTANTIATE_TEST_SUITE_P(
    Rules, BadModelTest,
    ::testing::ValuesIn(std::vector<Case>{
        {"Required",
         "flows:\n  - id: a\n    source: web\n    target: web2\n",
         {"m.yaml:43:5: flows[0].name: is required",
          "m.yaml:45:13: flows[0].target: 'web2' is not among the components; did you mean 'web'?"}},
        {"RequiredNumberMayBeZeroButNotMissing",
         "recovery:\n  tiers:\n    - {tier: tier_0, rto_minutes: 0}\n",
         {"m.yaml:44:7: recovery.tiers[0].rpo_minutes: is required"}},
        {"RequiredEnumUnknown",
         "policies:\n  - {id: p, title: P, area: unknown, owner: ciso, approver: lead, status: draft}\n",
         {"m.yaml:43:29: policies[0].area: is required"}},
        {"LossEstimates",
         "currency: EUR\nrisk_appetite:\n  loss:\n    source: Finance\n    estimated_on: 2026-01-01\n"
         "    frequencies:\n      - {likelihood: 3, events_per_year: {low: 2, likely: 1, high: 3}}\n"
         "      - {likelihood: 3, events_per_year: {low: 1, likely: 1, high: 1}}\n"
         "    cost_per_event: {low: 1, likely: 2, high: 3}\n    records:\n"
         "      - {data_class: orders, cost_per_record: {low: 1, likely: 2, high: 3}, "
         "disclosed_percent: {low: 1, likely: 2, high: 300}}\n",
         {"m.yaml:48:42: risk_appetite.loss.frequencies[0].events_per_year: low, likely and high must not fall: 2, 1, "
          "3",
          "m.yaml:49:22: risk_appetite.loss.frequencies[1].likelihood: '3' has an entry already, on line 48",
          "m.yaml:52:96: risk_appetite.loss.records[0].disclosed_percent: high is 300, the most there can be is 100"}},
        {"LossNeedsACurrency",
         "risk_appetite:\n  loss:\n    source: Finance\n    estimated_on: 2026-01-01\n"
         "    frequencies:\n      - {likelihood: 3, events_per_year: {low: 1, likely: 1, high: 3}}\n"
         "    cost_per_event: {low: 1, likely: 2, high: 3}\n",
         {"m.yaml:44:13: risk_appetite.loss.source: amounts need the model's 'currency'"}},
        {"Hosts",
         "apis:\n  - {id: a, name: A, component: web, hosts: [shop.example, \"*.shop.example\", 10.0.0.1, \"fe80::1\", "
         "a_b.example]}\n  - {id: b, name: B, component: web, hosts: [\"https://shop.example\", Shop.example, "
         "\"shop.example:443\", -a.example, \"{{ host }}\"]}\n",
         {HostFault("m.yaml:44:46: apis[1].hosts[0]: 'https://shop.example'"),
          HostFault("m.yaml:44:70: apis[1].hosts[1]: 'Shop.example'"),
          HostFault("m.yaml:44:84: apis[1].hosts[2]: 'shop.example:443'"),
          HostFault("m.yaml:44:104: apis[1].hosts[3]: '-a.example'"),
          HostFault("m.yaml:44:116: apis[1].hosts[4]: '{{ host }}'")}},
        {"EmptyText",
         "evidence:\n  - {id: e, format: spdx, path: \"\"}\n",
         {"m.yaml:43:33: evidence[0].path: is required"}},
        {"EvidenceOutsideOfTheTopic",
         "evidence:\n  - {id: a, format: spdx, path: /etc/passwd}\n  - {id: b, format: spdx, path: ../b.json}\n"
         "  - {id: c, format: spdx, path: x/../../c.json}\n  - {id: d, format: spdx, path: .git/config}\n"
         "  - {id: e, format: spdx, path: \"a\\\\b\"}\n  - {id: f, format: spdx, path: \"a\\u0007b\"}\n"
         "  - {id: g, format: spdx, path: a//b}\n  - {id: h, format: spdx, path: scans/}\n"
         "  - {id: i, format: spdx, path: https://x.example/sbom.json}\n",
         {"m.yaml:43:33: evidence[0].path: '/etc/passwd' is no path below the model's folder: it has an empty "
          "component",
          "m.yaml:44:33: evidence[1].path: '../b.json' is no path below the model's folder: a component ends in '.'",
          "m.yaml:45:33: evidence[2].path: 'x/../../c.json' is no path below the model's folder: a component ends in "
          "'.'",
          "m.yaml:46:33: evidence[3].path: '.git/config' is no path below the model's folder: names of Git's own files "
          "are reserved",
          "m.yaml:47:33: evidence[4].path: 'a\\b' is no path below the model's folder: only letters, digits, '.', '_' "
          "and '-' may stand between slashes",
          "m.yaml:48:33: evidence[5].path: character U+0007 is not allowed",
          "m.yaml:49:33: evidence[6].path: 'a//b' is no path below the model's folder: it has an empty component",
          "m.yaml:50:33: evidence[7].path: 'scans/' is no path below the model's folder: it has an empty component",
          "m.yaml:51:33: evidence[8].path: 'https://x.example/sbom.json' is no path below the model's folder: only "
          "letters, digits, '.', '_' and '-' may stand between slashes"}},
        {"EvidenceUnderTheNameOfAnotherFile",
         "evidence:\n  - {id: a, format: spdx, path: decisions.yaml}\n  - {id: b, format: spdx, path: 00-Govern.MD}\n"
         "  - {id: c, format: spdx, path: scans/decisions.yaml}\n",
         {"m.yaml:43:33: evidence[0].path: 'decisions.yaml' is no path below the model's folder: documents, model and "
          "decisions have names of that kind",
          "m.yaml:44:33: evidence[1].path: '00-Govern.MD' is no path below the model's folder: documents, model and "
          "decisions have names of that kind"}},
        {"EvidenceTooDeep",
         "evidence:\n  - {id: a, format: spdx, path: 1/2/3/4/5/6/7/8/9/10/11/12/13/14}\n"
         "  - {id: b, format: spdx, path: 1/2/3/4/5/6/7/8/9/10/11/12/13}\n",
         {"m.yaml:43:33: evidence[0].path: '1/2/3/4/5/6/7/8/9/10/11/12/13/14' is no path below the model's folder: it "
          "is "
          "too deep"}},
        {"BlankText", "    description: \"  \"\n", {"m.yaml:42:18: components[0].description: is blank"}},
        {"Slug",
         "    runs_on: inside\ninfrastructure:\n  - {id: Inside_1, name: I, kind: dns}\n",
         {"m.yaml:42:14: components[0].runs_on: 'inside' is not among the infrastructure",
          "m.yaml:44:10: infrastructure[0].id: 'Inside_1' is not an id: a lower-case letter, then up to 62 letters, "
          "digits or hyphens, not ending in a hyphen"}},
        {"DateForm",
         "    eol_date: 2026-3-1\n",
         {"m.yaml:42:15: components[0].eol_date: '2026-3-1' is not a date of the calendar in the form YYYY-MM-DD"}},
        {"DateNotInCalendar",
         "    eol_date: 2026-02-29\n",
         {"m.yaml:42:15: components[0].eol_date: '2026-02-29' is not a date of the calendar in the form YYYY-MM-DD"}},
        {"PastDateAfterAsOf",
         "    last_seen: 2026-03-02\n",
         {"m.yaml:42:16: components[0].last_seen: '2026-03-02' is after as_of, '2026-03-01'"}},
        {"Currency", "currency: eur\n", {"m.yaml:42:11: currency: 'eur' is not an ISO 4217 code, e.g. 'EUR'"}},
        {"TooSmall", "    replicas: -1\n", {"m.yaml:42:15: components[0].replicas: -1 is too small; the least is 0"}},
        {"TooLarge",
         "training: {phishing_failure_target_percent: 100.5}\n",
         {"m.yaml:42:45: training.phishing_failure_target_percent: 100.5 is too large; the most is 100"}},
        {"DanglingInList",
         "    stores: [orders, order]\n",
         {"m.yaml:42:22: components[0].stores[1]: 'order' is not among the data_classes; did you mean 'orders'?"}},
        {"IdOfAnotherCollection",
         "    owner_team: web\n",
         {"m.yaml:42:17: components[0].owner_team: 'web' is not among the teams"}},
        {"DuplicateId",
         "  - {id: web, name: Web 2, kind: process}\n",
         {"m.yaml:42:10: components[1].id: 'web' is the id of another one, on line 38"}},
        {"DuplicateIdOutsideCollections",
         "frameworks:\n  - {id: gdpr}\n  - {id: gdpr}\n",
         {"m.yaml:44:10: frameworks[1].id: 'gdpr' is the id of another one, on line 43"}},
    }),
    [](const auto& param_info) { return param_info.param.name; });

constexpr char kThreshold[] =
    "risk_appetite:\n  categories:\n    - id: c\n      name: C\n      appetite: low\n      kind: fraud\n"
    "      thresholds:\n        - {metric: Losses, unit: EUR, ";
constexpr char kException[] =
    "policies:\n  - {id: p, title: P, area: privacy, owner: ciso, approver: lead, status: draft}\n"
    "policy_parameters:\n  exceptions:\n    - {id: e, policy: p, scope: s, reason: r, requested_by: lead, "
    "approved_by: lead, expires: 2026-04-01}\n";

INSTANTIATE_TEST_SUITE_P(
    Meaning, BadModelTest,
    ::testing::ValuesIn(std::vector<Case>{
        {"PolicyApprovedByItsOwner",
         "policies:\n  - {id: p, title: P, area: privacy, owner: ciso, approver: ciso, status: draft}\n",
         {"m.yaml:43:61: policies[0].approver: must not be the owner too, 'ciso'"}},
        {"ExceptionApprovedByRequester",
         kException,
         {"m.yaml:46:80: policy_parameters.exceptions[0].approved_by: must not be the requested_by too, 'lead'"}},
        {"TwoAccountable",
         "raci:\n  - {activity: a, accountable: [ciso, lead], responsible: [lead]}\n",
         {"m.yaml:43:32: raci[0].accountable: must be exactly one role, not 2: one role answers"}},
        {"ActivityTwice",
         "raci:\n  - {activity: a, accountable: [ciso], responsible: [lead]}\n"
         "  - {activity: a, accountable: [lead], responsible: [lead]}\n",
         {"m.yaml:44:16: raci[1].activity: 'a' has an entry already, on line 43"}},
        {"OutOfScopeWithoutReason",
         "    out_of_scope: true\n",
         {"m.yaml:42:19: components[0].out_of_scope: needs a scope_justification"}},
        {"DataStoreThatProcesses",
         "  - {id: db, name: DB, kind: datastore, processes: [orders]}\n",
         {"m.yaml:42:52: components[1].processes: a data store keeps what it handles: list it in 'stores'"}},
        {"ProcessesAndStores",
         "    stores: [orders]\n    processes: [orders]\n",
         {"m.yaml:43:17: components[0].processes[0]: 'orders' is in 'stores' too"}},
        {"DataStoreOutside",
         "  - {id: db, name: DB, kind: datastore, zone: net}\n",
         {"m.yaml:42:47: components[1].zone: 'net' is not among the zones"}},
        {"FlowToItself",
         "flows:\n  - {id: f, name: F, source: web, target: web}\n",
         {"m.yaml:43:43: flows[0].target: must not be the source too, 'web'"}},
        {"ThresholdAtMost",
         absl::StrCat(kThreshold, "tolerance: 2, limit: 1, direction: at_most}\n"),
         {"m.yaml:49:60: risk_appetite.categories[0].thresholds[0].limit: 1 is on the wrong side of the tolerance, 2, "
          "for direction at_most"}},
        {"ThresholdAtLeast",
         absl::StrCat(kThreshold, "tolerance: 1, limit: 2, direction: at_least}\n"),
         {"m.yaml:49:60: risk_appetite.categories[0].thresholds[0].limit: 2 is on the wrong side of the tolerance, 1, "
          "for direction at_least"}},
        {"ThresholdInOrder", absl::StrCat(kThreshold, "tolerance: 1, limit: 1, direction: at_least}\n"), {}},
        {"RetentionBelowHot",
         "logging: {hot_retention_days: 30, total_retention_days: 7}\n",
         {"m.yaml:42:57: logging.total_retention_days: 7 is less than hot_retention_days, 30"}},
        {"TierTwice",
         "recovery:\n  tiers:\n    - {tier: tier_0, rto_minutes: 1, rpo_minutes: 1}\n"
         "    - {tier: tier_0, rto_minutes: 2, rpo_minutes: 2}\n",
         {"m.yaml:45:14: recovery.tiers[1].tier: 'tier_0' has an entry already, on line 44"}},
        {"PatchSlaTwice",
         "policy_parameters:\n  patch_sla:\n    - {severity: high, hours: 1}\n    - {severity: high, hours: 2}\n",
         {"m.yaml:45:18: policy_parameters.patch_sla[1].severity: 'high' has an entry already, on line 44"}},
        {"AcceptanceTwice",
         "risk_appetite:\n  acceptance:\n    - {level: low, role: ciso, max_days: 1}\n"
         "    - {level: low, role: lead, max_days: 1}\n",
         {"m.yaml:45:15: risk_appetite.acceptance[1].level: 'low' has an entry already, on line 44"}},
        {"SecondApproverMissing",
         "risk_appetite:\n  acceptance:\n    - {level: low, role: ciso, max_days: 1, second_approver_required: true}\n",
         {"m.yaml:44:71: risk_appetite.acceptance[0].second_approver_required: needs a second_approver"}},
        {"SecondApproverIsTheFirst",
         "risk_appetite:\n  acceptance:\n    - {level: low, role: ciso, max_days: 1, second_approver: ciso}\n",
         {"m.yaml:44:62: risk_appetite.acceptance[0].second_approver: must not be the role too, 'ciso'"}},
    }),
    [](const auto& param_info) { return param_info.param.name; });

TEST(ValidateTest, CyclesAreReportedOnceForEachElementOnThem) {
  const std::string yaml =
      absl::StrReplaceAll(kMinimal, {{"    type: vlan\n",
                                      "    type: vlan\n    parent: outer\n"
                                      "  - {id: outer, name: O, type: vlan, parent: inside}\n"
                                      "  - {id: leaf, name: L, type: vlan, parent: inside}\n"},
                                     {"    team: ops\n", "    team: ops\n    reports_to: lead\n"}});
  EXPECT_THAT(FaultsOf(yaml),
              ElementsAre("m.yaml:28:17: roles[1].reports_to: leads back to itself: lead -> lead",
                          "m.yaml:38:13: zones[0].parent: leads back to itself: inside -> outer -> inside"));
}

TEST(ValidateTest, DataStoreInAnInternetZone) {
  const std::string yaml =
      absl::StrReplaceAll(kMinimal, {{"type: vlan", "type: internet"}, {"kind: process", "kind: datastore"}});
  EXPECT_THAT(FaultsOf(yaml), ElementsAre("m.yaml:41:11: components[0].zone: a data store cannot be outside, in an "
                                          "internet zone; is it an external_entity?"));
}

TEST(ValidateTest, AnEarlierIdStandsForOneElement) {
  const auto faults = [](const std::string& first, const std::string& second) {
    return FaultsOf(absl::StrCat(kMinimal, "  - {id: shop, name: S, kind: process, renamed_from: [", first,
                                 "]}\n  - {id: store, name: S, kind: process, renamed_from: [", second, "]}\n"));
  };
  EXPECT_THAT(faults("boutique", "stall, stand"), ElementsAre());
  EXPECT_THAT(faults("boutique", "stall, boutique"),
              ElementsAre(testing::HasSubstr(
                  "components[2].renamed_from[1]: 'boutique' is an earlier id of another element too")));
  EXPECT_THAT(
      faults("store", "stall"),
      ElementsAre(testing::HasSubstr("components[1].renamed_from[0]: 'store' is the id of another element now")));
}

TEST(ValidateTest, SchemaVersionMustBeKnown) {
  EXPECT_THAT(FaultsOf(absl::StrReplaceAll(kMinimal, {{"\"1\"", "\"2\""}})),
              ElementsAre("m.yaml:1:17: schema_version: '2' is not known; it must be '1'"));
}

TEST(ValidateTest, AnEmptyMappingMissesEveryRequiredField) {
  const std::vector<std::string> faults = FaultsOf("{}\n");
  const google::protobuf::Descriptor& type = *v1::SystemModel::descriptor();
  std::vector<std::string> expected;
  for (int i = 0; i < type.field_count(); ++i) {
    if (type.field(i)->options().GetExtension(v1::rule).required()) {
      expected.push_back(absl::StrCat("m.yaml:1:1: ", type.field(i)->name(), ": is required"));
    }
  }
  EXPECT_THAT(faults, ElementsAreArray(expected));
}

std::string Decisions(absl::string_view entries) {
  return absl::StrCat("schema_version: \"1\"\ndecisions:\n", entries);
}

constexpr char kDecision[] =
    "  - finding: no-tls/web\n"
    "    status: accepted\n"
    "    requested_by: lead\n"
    "    approved_by: ciso\n"
    "    authority: high\n"
    "    rationale: Old devices.\n"
    "    decided_on: 2026-02-01\n"
    "    expires_on: 2026-08-01\n";

class DecisionsTest : public ::testing::Test {
 protected:
  void SetUp() override { ASSERT_OK_AND_ASSIGN(model_, Model::Parse(kMinimal, "m.yaml")); }

  std::vector<std::string> FaultsWith(absl::string_view from, absl::string_view to) {
    const std::string yaml = Decisions(absl::StrReplaceAll(kDecision, {{from, to}}));
    return Lines(ParseDecisions(yaml, "d.yaml", *model_).status());
  }

  std::shared_ptr<const Model> model_;
};

TEST_F(DecisionsTest, AreSortedByFinding) {
  const std::string second = absl::StrReplaceAll(kDecision, {{"no-tls/web", "no-mfa/web"}});
  ASSERT_OK_AND_ASSIGN(const v1::Decisions decisions,
                       ParseDecisions(Decisions(absl::StrCat(kDecision, second)), "d.yaml", *model_));
  ASSERT_EQ(decisions.decisions_size(), 2);
  EXPECT_EQ(decisions.decisions(0).finding(), "no-mfa/web");
  EXPECT_EQ(decisions.decisions(1).status(), v1::DECISION_STATUS_ACCEPTED);
}

TEST_F(DecisionsTest, FaultsAreReportedWithTheirPlace) {
  EXPECT_THAT(FaultsWith("approved_by: ciso", "approved_by: lead"),
              ElementsAre("d.yaml:6:18: decisions[0].approved_by: must not be the requested_by too, 'lead'"));
  EXPECT_THAT(
      FaultsWith("requested_by: lead", "requested_by: leed"),
      ElementsAre("d.yaml:5:19: decisions[0].requested_by: 'leed' is not among the roles; did you mean 'lead'?"));
  EXPECT_THAT(FaultsWith("2026-08-01", "2026-02-01"),
              ElementsAre("d.yaml:10:17: decisions[0].expires_on: '2026-02-01' is not after decided_on, '2026-02-01'"));
  EXPECT_THAT(FaultsWith("2026-02-01", "2026-03-02"),
              ElementsAre("d.yaml:9:17: decisions[0].decided_on: '2026-03-02' is after as_of, '2026-03-01'"));
  EXPECT_THAT(FaultsWith("status: accepted", "status: unknown"),
              ElementsAre("d.yaml:4:13: decisions[0].status: is required"));
  EXPECT_THAT(Lines(ParseDecisions(Decisions(absl::StrCat(kDecision, kDecision)), "d.yaml", *model_).status()),
              ElementsAre("d.yaml:11:14: decisions[1].finding: 'no-tls/web' has an entry already, on line 3"));
}

}  // namespace
}  // namespace metapowers::model
