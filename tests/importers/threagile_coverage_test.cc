// Each risk that Threagile finds in a model is a finding of ours on the imported draft, or has one of the reasons
// below. service/importers/threagile_categories.md tells users of both; it is written from the tables that are tried
// here.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "metapowers/knowledge/v1/technologies.pb.h"
#include "service/analysis/equivalent_findings.h"
#include "service/analysis/threats.h"
#include "service/model/yaml_writer.h"
#include "tests/importers/threagile_categories.h"
#include "tests/importers/threagile_drafts.h"
#include "tests/support/golden.h"
#include "tests/support/status_matchers.h"

namespace metapowers::importers {
namespace {

using analysis::Threat;
using analysis::Threats;

// A model of Threagile, imported, and what both find in it.
struct Compared {
  explicit Compared(const std::string& file)
      : imported(Good(FileText(file))),
        facts(analysis::Facts::Compute(imported.model)),
        threats(Threats::Compute(*facts, analysis::RuleSet::Shipped(), {})),
        view(imported.model->proto()) {}

  const analysis::ComponentView& Component(const std::string& id) const {
    return threats->landscape().components()[threats->landscape().IndexOf(id)];
  }
  const pb::Flow& Flow(const std::string& id) const { return *imported.model->Find<pb::Flow>(id); }

  const Imported imported;
  const std::shared_ptr<const analysis::Facts> facts;
  const std::unique_ptr<const Threats> threats;
  const ThreagileView view;
};

const std::vector<std::string>& Files() {
  static const auto* const files =
      new std::vector<std::string>{"deploy/examples/threagile.yaml", "tests/importers/threagile/bare.yaml",
                                   "tests/importers/threagile/complete.yaml", "tests/importers/threagile/office.yaml"};
  return *files;
}

std::string Equivalent(const std::string& category) { return "threagile:" + category; }

// --- Reasons -------------------------------------------------------------------------------------------------------

// A choice of ours: where it `applies`, a risk of the category is no finding.
struct Narrower {
  std::string category;
  std::string why;
  std::function<bool(const Compared&, const Ids&)> applies;
};

const std::vector<Narrower>& NarrowerByDesign() {
  static const auto* const rows = new std::vector<Narrower>{
      {"missing-authentication-second-factor", "A client certificate counts as what a phishing page cannot relay.",
       [](const Compared& c, const Ids& ids) {
         return c.Flow(ids[0]).authentication() == pb::FLOW_AUTHENTICATION_CLIENT_CERT;
       }},
      {"missing-authentication-second-factor",
       "Where a link authorises nobody there is no account that a second factor would protect; "
       "what is open there is found by the rules on authentication and authorisation.",
       [](const Compared& c, const Ids& ids) { return c.Flow(ids[0]).authorization() == pb::FLOW_AUTHORIZATION_NONE; }},
      {"missing-build-infrastructure",
       "A build pipeline and a repository suffice; the workstation of a developer need not be in the model.",
       [](const Compared& c, const Ids& ids) {
         return c.view.AnyComponent([&](const pb::Component& each) { return Is(each, c.view.tech.pipelines); }) &&
                c.view.AnyComponent([&](const pb::Component& each) { return Is(each, c.view.tech.repositories); });
       }},
      {"missing-hardening",
       "The criticality of the component decides, from high on, not its rank among the assets of the model.",
       [](const Compared& c, const Ids& ids) {
         return c.Component(ids[0]).facts->criticality.level < pb::CRITICALITY_HIGH;
       }},
      {"missing-identity-propagation",
       "People on a link that authorises nobody are visitors; the same link of a service is a finding.",
       [](const Compared& c, const Ids& ids) {
         return c.Flow(ids[0]).authorization() == pb::FLOW_AUTHORIZATION_NONE &&
                c.Component(ids[1]).facts->component->used_by_human();
       }},
      {"missing-identity-store", "An identity provider in the model counts: it keeps the identities.",
       [](const Compared& c, const Ids& ids) {
         return c.view.AnyComponent(
             [&](const pb::Component& each) { return Is(each, c.view.tech.identity_providers); });
       }},
      {"missing-network-segmentation",
       "A neighbour is a threat where it faces the internet and handles less confidential data, whatever it is.",
       [](const Compared& c, const Ids& ids) { return !c.Component(ids[0]).mixed_zone; }},
      {"mixed-targets-on-shared-runtime",
       "Counts for components with strictly confidential data that the internet does not reach, where the runtime "
       "spans zones or PCI scopes: those have something to lose by it.",
       [](const Compared& c, const Ids& ids) {
         const auto& components = c.imported.model->proto().components();
         return std::none_of(components.begin(), components.end(), [&](const pb::Component& each) {
           const auto& view = c.Component(each.id());
           return RunsIn(each, ids[0]) && view.mixed_runtime && view.exposure != analysis::Exposure::kInternet &&
                  view.handled.confidentiality >= pb::CONFIDENTIALITY_STRICTLY_CONFIDENTIAL;
         });
       }},
      {"server-side-request-forgery", "Whom nobody calls, nobody can give an address to call.",
       [](const Compared& c, const Ids& ids) { return c.Component(ids[0]).inbound.empty(); }},
      {"server-side-request-forgery",
       "Proxies, firewalls, vaults, identity systems and brokers call what their configuration names.",
       [](const Compared& c, const Ids& ids) {
         uint64_t configured = 0;
         for (const auto capability :
              {knowledge::v1::CAPABILITY_TRAFFIC_FORWARDING, knowledge::v1::CAPABILITY_WAF,
               knowledge::v1::CAPABILITY_NETWORK_GUARD, knowledge::v1::CAPABILITY_VAULT,
               knowledge::v1::CAPABILITY_IDENTITY_STORE, knowledge::v1::CAPABILITY_IDENTITY_PROVIDER,
               knowledge::v1::CAPABILITY_MESSAGE_BROKER}) {
           configured |= uint64_t{1} << capability;
         }
         return (c.Component(ids[0]).capabilities & configured) != 0;
       }},
      {"unencrypted-asset",
       "Transparent and shared-key encryption is a threat to what is strictly confidential; "
       "no kind of encryption of disks keeps integrity.",
       [](const Compared& c, const Ids& ids) {
         const auto& view = c.Component(ids[0]);
         return view.facts->component->encryption_at_rest() != pb::ENCRYPTION_AT_REST_NONE &&
                view.stored.confidentiality < pb::CONFIDENTIALITY_STRICTLY_CONFIDENTIAL;
       }},
      {"unguarded-direct-datastore-access",
       "A process that no outsider calls directly is taken for the guard that the category asks for.",
       [](const Compared& c, const Ids& ids) {
         return c.Component(ids[1]).facts->component->kind() == pb::COMPONENT_KIND_PROCESS &&
                c.Component(ids[1]).exposure < analysis::Exposure::kPartner;
       }},
  };
  return *rows;
}

// Whether a rule like the category is a question on what the risk is about.
bool IsAsked(const Compared& compared, const std::string& category, const Ids& ids) {
  const auto& asked = compared.threats->undecided();
  return std::any_of(asked.begin(), asked.end(), [&](const analysis::UndecidedThreat& each) {
    const auto& like = each.rule->equivalents();
    const bool about =
        each.element_id() == ids[0] || (ids[0] == "*" && each.element.subject == knowledge::v1::THREAT_SUBJECT_SYSTEM);
    return about && std::find(like.begin(), like.end(), Equivalent(category)) != like.end();
  });
}

bool IsOutOfScope(const Compared& compared, const Ids& ids) {
  const auto* component = compared.imported.model->Find<pb::Component>(ids[0]);
  return component != nullptr && component->out_of_scope();
}

// --- Coverage ------------------------------------------------------------------------------------------------------

TEST(ThreagileCoverageTest, EachRiskIsAFindingOrHasAReason) {
  std::set<std::string> detected;
  std::set<const Narrower*> used;
  for (const std::string& file : Files()) {
    const Compared compared(file);
    for (const Category& category : ThreagileRiskCategories()) {
      for (const Ids& ids : category.detect(compared.view)) {
        detected.insert(category.id);
        if (!analysis::FindingsLike(*compared.threats, Equivalent(category.id), ids).empty()) continue;
        bool explained = IsAsked(compared, category.id, ids) || IsOutOfScope(compared, ids);
        for (const Narrower& row : NarrowerByDesign()) {
          if (explained || row.category != category.id || !row.applies(compared, ids)) continue;
          explained = true;
          used.insert(&row);
        }
        EXPECT_TRUE(explained) << file << ": " << category.id << "@" << absl::StrJoin(ids, "@")
                               << " is neither a finding nor has it a reason";
      }
    }
  }
  for (const Category& category : ThreagileRiskCategories()) {
    EXPECT_TRUE(detected.contains(category.id)) << "no test model has " << category.id;
  }
  for (const Narrower& row : NarrowerByDesign()) {
    EXPECT_TRUE(used.contains(&row)) << "no test model needs: " << row.category << ": " << row.why;
  }
}

// The pairs by hand, so that the predicates cannot drift together with the rules.
TEST(ThreagileCoverageTest, TheExampleHasTheseRisks) {
  const Compared compared("deploy/examples/threagile.yaml");
  std::vector<std::string> risks;
  for (const Category& category : ThreagileRiskCategories()) {
    for (const Ids& ids : category.detect(compared.view)) {
      const auto found = analysis::FindingsLike(*compared.threats, Equivalent(category.id), ids);
      std::vector<std::string> keys;
      for (const Threat* threat : found) keys.push_back(threat->key());
      risks.push_back(absl::StrCat(category.id, "@", absl::StrJoin(ids, "@"), ": ", absl::StrJoin(keys, " ")));
    }
  }
  EXPECT_THAT(
      risks,
      ::testing::ElementsAre(
          "container-baseimage-backdooring@web-shop: ",
          "cross-site-request-forgery@web-shop@browser@browser-buy-tickets: cross-site-request-forgery@web-shop",
          "cross-site-scripting@web-shop: cross-site-scripting@web-shop",
          "dos-risky-access-across-trust-boundary@web-shop@browser@browser-buy-tickets: flood-across-boundary@web-shop",
          "dos-risky-access-across-trust-boundary@database@web-shop@web-shop-store-sales: "
          "flood-across-boundary@database",
          "missing-authentication-second-factor@browser-buy-tickets@browser@web-shop: "
          "single-factor-sign-in@browser-buy-tickets",
          "missing-build-infrastructure@*: custom-code-without-build@shop custom-code-without-repository@shop",
          "missing-hardening@database: unhardened-platform@database",
          "missing-identity-store@*: users-without-identity-store@web-shop",
          "missing-vault@*: ", "missing-waf@web-shop: unfiltered-web-attacks@web-shop",
          "sql-nosql-injection@web-shop@database@web-shop-store-sales: query-injection@web-shop",
          "unencrypted-asset@database: kept-data-replaced@database unencrypted-storage@database",
          "unencrypted-communication@web-shop-store-sales@web-shop@database: "
          "credentials-in-clear@web-shop-store-sales unencrypted-communication@web-shop-store-sales",
          "unguarded-access-from-internet@web-shop@browser@browser-buy-tickets: unguarded-internet-access@web-shop"));
}

TEST(ThreagileCoverageTest, WhatIsMoreThanTheDescriptionsIsAboutTheModel) {
  std::set<std::string> risks;
  for (const Category& category : ThreagileRiskCategories()) risks.insert(Equivalent(category.id));
  EXPECT_EQ(risks.size(), 35u);
  std::set<std::string> of_threats;
  std::set<std::string> of_the_model;
  const auto add = [](const auto& rules, std::set<std::string>& into) {
    for (const auto& rule : rules) {
      for (const std::string& each : rule.row->equivalents()) {
        if (each.rfind("threagile:", 0) == 0) into.insert(each);
      }
    }
  };
  add(analysis::RuleSet::Shipped().rules(), of_threats);
  add(analysis::RuleSet::Shipped().model_quality(), of_the_model);
  EXPECT_EQ(of_threats, risks);
  EXPECT_EQ(of_the_model.size(), 7u);
}

TEST(ThreagileCoverageTest, KnownPostureKeepsTheFinding) {
  const Compared compared("deploy/examples/threagile.yaml");
  const std::string key = "unencrypted-storage@database";
  const Threat* before = compared.threats->Find(key);
  ASSERT_NE(before, nullptr);
  EXPECT_EQ(before->status, analysis::ThreatStatus::kOpen);
  pb::SystemModel model = compared.imported.model->proto();
  for (pb::Component& component : *model.mutable_components()) {
    if (component.id() != "database") continue;
    for (const auto& control : before->controls) {
      pb::ControlPosture& posture = *component.add_posture();
      posture.set_control(control.row->control());
      posture.set_state(pb::POSTURE_STATE_IMPLEMENTED);
    }
  }
  ASSERT_OK_AND_ASSIGN(const auto declared, model::Model::Parse(model::WriteYaml(model, {}), "model"));
  const auto facts = analysis::Facts::Compute(declared);
  const auto threats = Threats::Compute(*facts, analysis::RuleSet::Shipped(), {});
  const Threat* after = threats->Find(key);
  ASSERT_NE(after, nullptr);
  EXPECT_EQ(after->status, analysis::ThreatStatus::kControlled);
}

// --- The document --------------------------------------------------------------------------------------------------

std::string SubjectWord(knowledge::v1::ThreatSubject subject) {
  switch (subject) {
    case knowledge::v1::THREAT_SUBJECT_COMPONENT:
      return "component";
    case knowledge::v1::THREAT_SUBJECT_FLOW:
      return "flow";
    case knowledge::v1::THREAT_SUBJECT_ZONE:
      return "zone";
    case knowledge::v1::THREAT_SUBJECT_INFRASTRUCTURE:
      return "infrastructure";
    case knowledge::v1::THREAT_SUBJECT_PIPELINE:
      return "pipeline";
    case knowledge::v1::THREAT_SUBJECT_SYSTEM:
      return "system";
    default:
      ADD_FAILURE() << "name the subject " << subject;
      return "";
  }
}

TEST(ThreagileCoverageTest, TheDocumentSaysWhatIsTriedHere) {
  std::map<std::string, std::vector<std::string>> rules;
  std::map<std::string, std::set<std::string>> subjects;
  for (const auto& rule : analysis::RuleSet::Shipped().rules()) {
    for (const std::string& equivalent : rule.row->equivalents()) {
      if (equivalent.rfind("threagile:", 0) != 0) continue;
      rules[equivalent].push_back(absl::StrCat("`", rule.row->id(), "`"));
      subjects[equivalent].insert(SubjectWord(rule.row->subject()));
    }
  }
  std::string text =
      "# Threagile's risk categories in our threat model\n\n"
      "<!-- Written by tests/importers/threagile_coverage_test.cc: tests/update-goldens. -->\n\n"
      "A risk of a Threagile model is a finding on the imported model by one of these rules. Where Threagile names a\n"
      "shared runtime, the finding stands on the components in it; where it names one asset as an example of the "
      "whole\n"
      "model, on the components that are affected or on the system.\n\n"
      "| category | found by | on |\n|---|---|---|\n";
  for (const Category& category : ThreagileRiskCategories()) {
    const std::string equivalent = Equivalent(category.id);
    absl::StrAppend(&text, "| ", category.id, " | ", absl::StrJoin(rules[equivalent], ", "), " | ",
                    absl::StrJoin(subjects[equivalent], ", "), " |\n");
  }
  absl::StrAppend(
      &text,
      "\n## Where Threagile has a risk and we have no open finding\n\n"
      "| reason | category | when |\n|---|---|---|\n"
      "| posture known | all | Controls that are declared in place lower the finding, which stays in the list "
      "as controlled. |\n"
      "| decided | all | A decision in force stands beside the finding, which stays in the list. |\n"
      "| asked | all | What the file does not say is a question with an owner, and a finding as soon as the "
      "answer makes it one. Of `mqtt`, `jms`, `nfs`, `nrpe` and `xmpp` the name does not say whether the "
      "connection is encrypted; nor does `unknown-protocol`. An asset outside of every boundary has no known "
      "zone, so that its links cross none yet. |\n"
      "| out of scope | unchecked-deployment | The finding would stand on an asset that the file declares out "
      "of scope. |\n");
  std::vector<std::string> hygiene;
  for (const auto& rule : analysis::RuleSet::Shipped().model_quality()) {
    for (const std::string& equivalent : rule.row->equivalents()) hygiene.push_back(equivalent.substr(10));
  }
  std::sort(hygiene.begin(), hygiene.end());
  hygiene.erase(std::unique(hygiene.begin(), hygiene.end()), hygiene.end());
  absl::StrAppend(
      &text, "| model hygiene | ", absl::StrJoin(hygiene, ", "),
      " | Listed under the quality of the model: something to mend in the file, no risk of the system. |\n");
  for (const Narrower& row : NarrowerByDesign()) {
    absl::StrAppend(&text, "| narrower by design | ", row.category, " | ", row.why, " |\n");
  }
  testing_support::ExpectGolden("service/importers/threagile_categories.md", text);
}

}  // namespace
}  // namespace metapowers::importers
