// The Threagile importer: what each field becomes.
#include "service/importers/threagile.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "service/importers/threagile_words.h"
#include "tests/importers/threagile_drafts.h"
#include "tests/support/status_matchers.h"

namespace metapowers::importers {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StartsWith;

// --- The fixture covers what it says -----------------------------------------------------------------------------

TEST(ThreagileFixtureTest, HasEveryValueOfEveryVocabulary) {
  // Words stand after `: ` or in a list.
  std::set<std::string> words;
  for (const absl::string_view word :
       absl::StrSplit(Fixture("complete.yaml"), absl::ByAnyChar(" \n,[]{}"), absl::SkipEmpty())) {
    words.emplace(word);
  }
  for (const auto* vocabulary :
       {&threagile::kUsage,      &threagile::kQuantity,       &threagile::kConfidentiality, &threagile::kCriticality,
        &threagile::kType,       &threagile::kSize,           &threagile::kMachine,         &threagile::kEncryption,
        &threagile::kDataFormat, &threagile::kAuthentication, &threagile::kAuthorization,   &threagile::kBoundaryType,
        &threagile::kProtocol,   &threagile::kRiskStatus,     &threagile::kSeverity,        &threagile::kLikelihood,
        &threagile::kImpact,     &threagile::kProbability,    &threagile::kStride,          &threagile::kFunction}) {
    for (const threagile::Word& word : *vocabulary) EXPECT_EQ(words.count(std::string(word.text)), 1u) << word.text;
  }
}

// --- What the fields become --------------------------------------------------------------------------------------

class CompleteTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() { imported_ = new Imported(Good(Fixture("complete.yaml"))); }
  const Imported& imported() { return *imported_; }
  const pb::SystemModel& model() { return imported_->model->proto(); }
  static Imported* imported_;
};
Imported* CompleteTest::imported_ = nullptr;

TEST_F(CompleteTest, Head) {
  EXPECT_EQ(model().id(), "shop");
  EXPECT_EQ(model().name(), "The Shop") << "formatting is taken out";
  EXPECT_EQ(model().description(), "A shop for everyone.");
  EXPECT_EQ(model().as_of(), "2026-02-03");
  EXPECT_EQ(model().business_criticality(), pb::IMPORTANCE_MISSION_CRITICAL);
  EXPECT_EQ(imported().response.format(), "threagile");
}

TEST_F(CompleteTest, DataAssets) {
  const auto& card = *imported().model->Find<pb::DataClass>("card-data");
  EXPECT_EQ(card.name(), "Card Data");
  EXPECT_EQ(card.description(), "Numbers of payment cards");
  EXPECT_EQ(card.usage(), pb::USAGE_BUSINESS);
  EXPECT_THAT(card.tags(), ElementsAre("gold"));
  EXPECT_EQ(card.origin(), "Customers");
  EXPECT_EQ(card.owner(), "shop-team");
  EXPECT_EQ(card.quantity(), pb::DATA_QUANTITY_VERY_MANY);
  EXPECT_EQ(card.confidentiality(), pb::CONFIDENTIALITY_STRICTLY_CONFIDENTIAL);
  EXPECT_EQ(card.integrity(), pb::IMPORTANCE_MISSION_CRITICAL);
  EXPECT_EQ(card.availability(), pb::IMPORTANCE_CRITICAL);
  EXPECT_EQ(card.rating_justification(), "Card schemes fine its loss.");
  EXPECT_EQ(card.imported_id(), "");
  const auto& orders = *imported().model->Find<pb::DataClass>("orders");
  EXPECT_THAT(orders.tags(), IsEmpty()) << "null takes back what the merge brought";
  EXPECT_EQ(orders.origin(), "Customers") << "merged";
  EXPECT_EQ(orders.quantity(), pb::DATA_QUANTITY_MANY);
  EXPECT_EQ(imported().model->Find<pb::DataClass>("source-code")->owner(), "platform-team");
  const auto& orphan = *imported().model->Find<pb::DataClass>("orphan");
  EXPECT_EQ(orphan.imported_id(), "Orphan");
  EXPECT_EQ(orphan.owner(), "to-be-named");
  EXPECT_EQ(orphan.origin(), "");
}

TEST_F(CompleteTest, TechnicalAssets) {
  const pb::Component& shop = imported().Component("web-shop");
  EXPECT_EQ(shop.name(), "Web Shop");
  EXPECT_EQ(shop.description(), "Shows the catalogue and takes orders");
  EXPECT_EQ(shop.kind(), pb::COMPONENT_KIND_PROCESS);
  EXPECT_EQ(shop.usage(), pb::USAGE_BUSINESS);
  EXPECT_FALSE(shop.used_by_human());
  EXPECT_FALSE(shop.out_of_scope());
  EXPECT_EQ(shop.size(), pb::COMPONENT_SIZE_APPLICATION);
  EXPECT_THAT(shop.technology(), ElementsAre("web-application", "web-server"));
  EXPECT_THAT(shop.tags(), ElementsAre("aws:ec2", "linux"));
  EXPECT_EQ(shop.internet_facing(), pb::TRISTATE_NO);
  EXPECT_EQ(shop.machine(), pb::MACHINE_CONTAINER);
  EXPECT_EQ(shop.encryption_at_rest(), pb::ENCRYPTION_AT_REST_TRANSPARENT);
  EXPECT_EQ(shop.owner_team(), "shop-team");
  EXPECT_EQ(shop.confidentiality_floor(), pb::CONFIDENTIALITY_CONFIDENTIAL);
  EXPECT_EQ(shop.integrity_floor(), pb::IMPORTANCE_CRITICAL);
  EXPECT_EQ(shop.availability_floor(), pb::IMPORTANCE_CRITICAL);
  EXPECT_EQ(shop.confidentiality_override(), pb::CONFIDENTIALITY_UNSPECIFIED);
  EXPECT_EQ(shop.rating_justification(), "The shop window.");
  EXPECT_EQ(shop.multi_tenant(), pb::TRISTATE_YES);
  EXPECT_EQ(shop.redundant(), pb::TRISTATE_YES);
  EXPECT_FALSE(shop.has_replicas());
  EXPECT_TRUE(shop.custom_code());
  EXPECT_THAT(shop.processes(), ElementsAre("card-data", "orders"));
  EXPECT_THAT(shop.stores(), ElementsAre("catalogue"));
  EXPECT_EQ(shop.formats_accepted_size(), 6);
  EXPECT_EQ(shop.origin(), pb::ORIGIN_DECLARED);
}

TEST_F(CompleteTest, WhatAnAssetDoesNotSayStaysUnknown) {
  const pb::Component& hub = imported().Component("hub");
  EXPECT_EQ(hub.internet_facing(), pb::TRISTATE_UNSPECIFIED);
  EXPECT_EQ(hub.redundant(), pb::TRISTATE_UNSPECIFIED);
  EXPECT_EQ(hub.multi_tenant(), pb::TRISTATE_UNSPECIFIED);
  EXPECT_EQ(hub.encryption_at_rest(), pb::ENCRYPTION_AT_REST_UNSPECIFIED);
  EXPECT_EQ(hub.confidentiality_floor(), pb::CONFIDENTIALITY_UNSPECIFIED);
  EXPECT_THAT(imported().Component("id-3rd-party-api").technology(), IsEmpty())
      << "unknown-technology is no technology";
  const pb::Flow& flow = imported().Flow("web-shop-somehow");
  EXPECT_EQ(flow.protocol(), "") << "unknown-protocol is no protocol";
  EXPECT_EQ(flow.authentication(), pb::FLOW_AUTHENTICATION_UNSPECIFIED);
  EXPECT_EQ(flow.ip_filtered(), pb::TRISTATE_UNSPECIFIED);
}

TEST_F(CompleteTest, Encryption) {
  const std::vector<std::pair<std::string, pb::EncryptionAtRest>> cases = {
      {"database", pb::ENCRYPTION_AT_REST_NONE},
      {"directory", pb::ENCRYPTION_AT_REST_SHARED_KEY},
      {"file-server", pb::ENCRYPTION_AT_REST_SHARED_KEY},
      {"search", pb::ENCRYPTION_AT_REST_PER_USER_KEY},
      {"wallets", pb::ENCRYPTION_AT_REST_PER_USER_KEY}};
  for (const auto& [id, encryption] : cases) EXPECT_EQ(imported().Component(id).encryption_at_rest(), encryption) << id;
}

TEST_F(CompleteTest, Links) {
  const pb::Flow& buy = imported().Flow("customer-buy-things");
  EXPECT_EQ(buy.name(), "Buy Things");
  EXPECT_EQ(buy.imported_id(), "customer>buy-things");
  EXPECT_EQ(buy.source(), "customer");
  EXPECT_EQ(buy.target(), "web-shop");
  EXPECT_EQ(buy.purpose(), "Buys");
  EXPECT_EQ(buy.protocol(), "https");
  EXPECT_EQ(buy.transport_security(), pb::TRANSPORT_SECURITY_TLS);
  EXPECT_EQ(buy.authentication(), pb::FLOW_AUTHENTICATION_SESSION);
  EXPECT_EQ(buy.authorization(), pb::FLOW_AUTHORIZATION_END_USER_PROPAGATED);
  EXPECT_FALSE(buy.vpn());
  EXPECT_EQ(buy.ip_filtered(), pb::TRISTATE_NO);
  EXPECT_FALSE(buy.readonly());
  EXPECT_EQ(buy.usage(), pb::USAGE_BUSINESS);
  EXPECT_THAT(buy.sends(), ElementsAre("card-data", "orders"));
  EXPECT_THAT(buy.receives(), ElementsAre("catalogue"));
  EXPECT_THAT(buy.tags(), ElementsAre("gold"));
  const pb::Flow& read = imported().Flow("customer-read-code");
  EXPECT_EQ(read.authentication(), pb::FLOW_AUTHENTICATION_MFA);
  EXPECT_EQ(read.ip_filtered(), pb::TRISTATE_YES) << "YAML 1.1's yes";
  EXPECT_TRUE(read.readonly());
  EXPECT_TRUE(imported().Flow("web-shop-search").vpn());
  EXPECT_EQ(imported().Flow("web-shop-sign-in").authentication(), pb::FLOW_AUTHENTICATION_EXTERNALISED);
  EXPECT_EQ(imported().Flow("web-shop-fetch-invoices").authorization(), pb::FLOW_AUTHORIZATION_NONE);
}

TEST_F(CompleteTest, ProtocolsSayWhatTheyKnowOfTransportSecurity) {
  std::map<std::string, pb::TransportSecurity> found;
  for (const pb::Flow& flow : model().flows()) found[flow.protocol()] = flow.transport_security();
  // All but the library call, which is of the shop to itself, and one of their own; "" is unknown-protocol.
  EXPECT_EQ(found.size(), threagile::kProtocol.size());
  for (const char* clear : {"http", "jdbc", "ldap", "smb", "ftp", "binary", "sql-access-protocol", "iiop"}) {
    EXPECT_EQ(found.at(clear), pb::TRANSPORT_SECURITY_NONE) << clear;
  }
  for (const char* tls : {"https", "jdbc-encrypted", "ldaps", "ftps", "reverse-proxy-web-protocol-encrypted"}) {
    EXPECT_EQ(found.at(tls), pb::TRANSPORT_SECURITY_TLS) << tls;
  }
  for (const char* ssh : {"ssh", "ssh-tunnel", "sftp", "scp"})
    EXPECT_EQ(found.at(ssh), pb::TRANSPORT_SECURITY_SSH) << ssh;
  for (const char* local : {"local-file-access", "inter-process-communication", "container-spawning"}) {
    EXPECT_EQ(found.at(local), pb::TRANSPORT_SECURITY_LOCAL) << local;
  }
  for (const char* open : {"mqtt", "jms", "nfs", "nrpe", "xmpp", "tachyon", ""}) {
    EXPECT_EQ(found.at(open), pb::TRANSPORT_SECURITY_UNSPECIFIED) << open;
  }
}

TEST_F(CompleteTest, TrustBoundaries) {
  const std::vector<std::pair<std::string, pb::ZoneType>> types = {
      {"cloud", pb::ZONE_TYPE_CLOUD_ACCOUNT}, {"front", pb::ZONE_TYPE_K8S_NAMESPACE},
      {"back", pb::ZONE_TYPE_SECURITY_GROUP}, {"runtime-env", pb::ZONE_TYPE_EXECUTION_ENV},
      {"office", pb::ZONE_TYPE_ONPREM},       {"lab", pb::ZONE_TYPE_VLAN},
      {"hoster", pb::ZONE_TYPE_HOSTER},       {"internet", pb::ZONE_TYPE_INTERNET}};
  EXPECT_EQ(model().zones_size(), static_cast<int>(types.size()));
  for (const auto& [id, type] : types) {
    const auto* zone = imported().model->Find<pb::Zone>(id);
    ASSERT_NE(zone, nullptr) << id;
    EXPECT_EQ(zone->type(), type) << id;
  }
  EXPECT_EQ(imported().model->Find<pb::Zone>("front")->parent(), "cloud");
  EXPECT_EQ(imported().model->Find<pb::Zone>("lab")->parent(), "office");
  EXPECT_THAT(imported().model->Find<pb::Zone>("cloud")->tags(), ElementsAre("aws"));
  EXPECT_EQ(imported().Component("web-shop").zone(), "front");
  EXPECT_EQ(imported().Component("search").zone(), "cloud");
  EXPECT_EQ(imported().Component("customer").zone(), "internet") << "internet: true, and in no boundary";
  EXPECT_EQ(imported().Component("repository").zone(), "") << "internet-facing, but where?";
  EXPECT_EQ(imported().Component("gadget").zone(), "") << "nobody says where: a question";
}

TEST_F(CompleteTest, SharedRuntimes) {
  EXPECT_EQ(model().shared_runtimes_size(), 2);
  const auto& node = *imported().model->Find<pb::SharedRuntime>("node");
  EXPECT_EQ(node.name(), "Node");
  EXPECT_EQ(node.description(), "One node");
  EXPECT_THAT(node.tags(), ElementsAre("linux"));
  EXPECT_EQ(imported().Component("database").runtime_group(), "node");
  EXPECT_EQ(imported().Component("web-shop").runtime_group(), "jvm");
  EXPECT_THAT(imported().Component("web-shop").further_runtime_groups(), ElementsAre("node"));
}

TEST_F(CompleteTest, IdsAreKeptOrMadeSlugs) {
  EXPECT_EQ(imported().Component("mainframe").imported_id(), "");
  int found = 0;
  for (const pb::Component& component : model().components()) {
    if (component.imported_id() != "Mainframe") continue;
    ++found;
    EXPECT_THAT(component.id(), StartsWith("mainframe-"));
    EXPECT_EQ(imported().Flow("web-shop-somehow").target(), component.id());
    EXPECT_EQ(component.zone(), "hoster");
  }
  EXPECT_EQ(found, 1);
  EXPECT_EQ(imported().Component("id-3rd-party-api").imported_id(), "3rd-party-api");
}

TEST_F(CompleteTest, OwnersAreTeams) {
  std::vector<std::string> teams;
  for (const pb::Team& team : model().teams()) teams.push_back(team.id());
  EXPECT_THAT(teams, ElementsAre("customers", "platform-team", "shop-team", "to-be-named"));
  EXPECT_EQ(model().owner_team(), "to-be-named") << "two teams own parts; neither answers for the whole";
}

TEST_F(CompleteTest, WhatIsAssumedIsSaid) {
  std::vector<std::string> ids;
  for (const pb::Assumption& assumption : model().assumptions()) {
    ids.push_back(assumption.id());
    EXPECT_EQ(assumption.valid_until(), "2026-05-04") << "90 days after the model's date";
    EXPECT_EQ(assumption.owner_team(), model().owner_team());
  }
  EXPECT_THAT(ids, ElementsAre("drawn-components-scope-justification", "drawn-components-stores", "drawn-teams-lead",
                               "import-accountable-team", "import-dataclass-owner", "import-organisation",
                               "import-outside-boundaries", "import-regions", "import-roles"));
  EXPECT_EQ(imported().response.assumptions_size(), model().assumptions_size());
  const auto kept = std::find_if(model().assumptions().begin(), model().assumptions().end(),
                                 [](const pb::Assumption& a) { return a.id() == "drawn-components-stores"; });
  EXPECT_THAT(kept->components(), ElementsAre("wallets"));
  EXPECT_THAT(imported().Component("wallets").stores(), ElementsAre("card-data", "orders"));
  EXPECT_THAT(imported().Component("database").stores(), ElementsAre("card-data", "orders"));
}

TEST_F(CompleteTest, UnknownsAreQuestions) {
  std::set<std::string> fields;
  for (const auto& question : imported().response.questions()) fields.insert(question.field());
  EXPECT_EQ(fields.count("regions[to-be-named].jurisdiction"), 0u) << "it is to be replaced, not completed";
  EXPECT_EQ(fields.count("components[gadget].regions"), 1u);
  EXPECT_EQ(fields.count("components[gadget].zone"), 1u);
  EXPECT_EQ(fields.count("flows[hub-l05].transport_security"), 1u) << "mqtt";
  EXPECT_EQ(fields.count("flows[web-shop-somehow].protocol"), 1u);
  EXPECT_EQ(fields.count("components[database].encryption_at_rest"), 0u) << "none is known";
}

TEST_F(CompleteTest, RiskTrackingBecomesDraftsOfDecisions) {
  EXPECT_EQ(imported().decisions.decisions_size(), 0);
  std::map<std::string, pb::DecisionDraft> drafts;
  for (const pb::DecisionDraft& draft : imported().decisions.drafts()) drafts[draft.imported_id()] = draft;
  ASSERT_EQ(drafts.size(), 6u);
  const pb::DecisionDraft& accepted = drafts["unencrypted-asset@database"];
  EXPECT_EQ(accepted.finding(), "threagile:unencrypted-asset@database");
  EXPECT_EQ(accepted.status(), pb::DECISION_STATUS_ACCEPTED);
  EXPECT_EQ(accepted.said_as(), "accepted");
  EXPECT_EQ(accepted.rationale(), "Moves next year");
  EXPECT_EQ(accepted.ticket(), "SHOP-1");
  EXPECT_EQ(accepted.said_by(), "Ann");
  EXPECT_EQ(accepted.said_on(), "2026-01-04");
  const auto& mitigated = drafts["missing-authentication@web-shop>fetch-invoices@web-shop@file-server"];
  EXPECT_EQ(mitigated.finding(), "threagile:missing-authentication@file-server+web-shop+web-shop-fetch-invoices");
  EXPECT_EQ(mitigated.status(), pb::DECISION_STATUS_MITIGATE);
  EXPECT_EQ(mitigated.said_on(), "2027-01-05") << "later than the model's date, as trackings are";
  EXPECT_EQ(drafts["sql-nosql-injection@*@database@*"].finding(), "threagile:sql-nosql-injection@*+database+*");
  EXPECT_EQ(drafts["sql-nosql-injection@*@database@*"].status(), pb::DECISION_STATUS_MITIGATE);
  EXPECT_EQ(drafts["unnecessary-data-asset@Orphan"].finding(), "threagile:unnecessary-data-asset/orphan");
  EXPECT_EQ(drafts["unnecessary-data-asset@Orphan"].status(), pb::DECISION_STATUS_FALSE_POSITIVE);
  EXPECT_EQ(drafts["missing-hardening@Mainframe"].status(), pb::DECISION_STATUS_UNSPECIFIED);
  EXPECT_EQ(drafts["missing-hardening@Mainframe"].said_as(), "in-discussion");
  EXPECT_THAT(drafts["missing-hardening@Mainframe"].finding(), StartsWith("threagile:missing-hardening@mainframe-"));
  EXPECT_EQ(drafts["missing-vault-isolation@gone"].said_as(), "unchecked");
}

TEST_F(CompleteTest, TagsNameTheCloudProvider) {
  EXPECT_EQ(imported().Component("web-shop").provider(), pb::PROVIDER_AWS) << "its own tag";
  EXPECT_EQ(imported().Component("database").provider(), pb::PROVIDER_AWS) << "that of a boundary around it";
  EXPECT_EQ(imported().Component("pipeline").provider(), pb::PROVIDER_UNSPECIFIED);
  EXPECT_EQ(Good(Fixture("office.yaml")).Component("archive").provider(), pb::PROVIDER_GCP) << "that of its runtime";
}

TEST_F(CompleteTest, WhatIsNotUnderstoodIsAWarning) {
  EXPECT_THAT(imported().Notes(v1::IMPORT_NOTE_KIND_WARNING),
              ElementsAre(HasSubstr("a link of web-shop to itself is no flow"),
                          HasSubstr("two links have the id 'pipeline>deploy' in Threagile"),
                          HasSubstr("technology 'quantum-thing' is none of Threagile's"),
                          HasSubstr("is not a field that is known here; it was not imported"),
                          HasSubstr("tag 'loose' is not among tags_available"),
                          HasSubstr("protocol 'tachyon' is none of Threagile's"),
                          HasSubstr("tracks a risk of 'gone', which this file does not have")));
  EXPECT_THAT(imported().Component("gadget").technology(), ElementsAre("quantum-thing"));
  EXPECT_EQ(imported().Flow("gadget-beam").protocol(), "tachyon");
}

TEST_F(CompleteTest, WhatHasNoPlaceIsKept) {
  const auto kept = imported().Notes(v1::IMPORT_NOTE_KIND_KEPT);
  for (const char* text :
       {"author: Ann Author, ann@example.com, www.example.com", "contributor: Carl Contributor",
        "management summary: Sells things.", "technical_overview: Web front, order service and a database.",
        "question: Is there a CDN? Answer: No.", "abuse case: Free Goods: As a thief I want to pay nothing.",
        "security requirement: Input Validation: All input is validated.",
        "file-server: the shared key is one of an asymmetric pair",
        "individual risk loose-talk@vault@web-shop>get-secrets@runtime-env@node@card-data (Talk of the vault): "
        "severity: "
        "critical; likelihood: likely; impact: medium; data breach: probable; breached with it: vault",
        "individual risk category listed (Listed): description: As later versions write it; function: operations"}) {
    EXPECT_THAT(kept, Contains(HasSubstr(text)));
    EXPECT_THAT(imported().response.model_yaml(), HasSubstr(text));
  }
  EXPECT_THAT(imported().Notes(v1::IMPORT_NOTE_KIND_QUESTION), ElementsAre("t.yaml:19:3 Who patches the hosts?"));
}

TEST_F(CompleteTest, CountsAreThoseOfTheDraft) {
  std::map<std::string, int> counts;
  for (const auto& count : imported().response.counts()) counts[count.field()] = count.count();
  EXPECT_EQ(counts["components"], model().components_size());
  EXPECT_EQ(counts["flows"], model().flows_size());
  EXPECT_EQ(counts["data_classes"], 6);
  EXPECT_EQ(counts["shared_runtimes"], 2);
  EXPECT_EQ(counts["drafts"], 6);
  EXPECT_EQ(counts.count("assumptions"), 0u);
}

TEST(ThreagileTest, IsPure) {
  const std::string yaml = Fixture("complete.yaml");
  EXPECT_EQ(Import(yaml)->SerializeAsString(), Import(yaml)->SerializeAsString());
}

TEST(ThreagileTest, TheLeastThatAFileMaySay) {
  const Imported bare = Good(Fixture("bare.yaml"));
  const pb::SystemModel& model = bare.model->proto();
  EXPECT_EQ(model.as_of(), "2026-05-06") << "the day of the import";
  EXPECT_EQ(model.description(), "Not described in t.yaml.");
  EXPECT_EQ(model.owner_team(), "us") << "owns all that is in scope";
  ASSERT_EQ(model.zones_size(), 1);
  EXPECT_EQ(model.zones(0).type(), pb::ZONE_TYPE_INTERNET);
  EXPECT_EQ(bare.Component("person").zone(), "") << "the file says that it is not on the internet";
  EXPECT_EQ(bare.Component("app").zone(), "");
  EXPECT_TRUE(bare.response.decisions_yaml().empty());
  std::vector<std::string> ids;
  for (const pb::Assumption& assumption : model.assumptions()) ids.push_back(assumption.id());
  EXPECT_THAT(ids, ElementsAre("drawn-teams-lead", "import-accountable-team", "import-dataclass-owner", "import-date",
                               "import-description", "import-organisation", "import-outside-boundaries",
                               "import-regions", "import-roles"));
}

// The demonstrations of Threagile itself, where they are at hand.
TEST(ThreagileTest, ReadsTheDemonstrationModels) {
  for (const std::string name : {"demo-example.yaml", "demo-stub.yaml"}) {
    std::string yaml;
    for (const char* shared : {"../shared", "../../shared"}) {
      if (yaml.empty()) yaml = FileText(absl::StrCat(shared, "/testdata/threagile/", name));
    }
    if (yaml.empty()) GTEST_SKIP() << "NOTE: no shared/testdata/threagile/" << name << " near this tree";
    const Imported demo = Good(yaml);
    EXPECT_THAT(demo.Notes(v1::IMPORT_NOTE_KIND_WARNING), IsEmpty()) << name;
    const pb::SystemModel& model = demo.model->proto();
    const bool example = name == "demo-example.yaml";
    EXPECT_EQ(model.components_size(), example ? 14 : 2);
    EXPECT_EQ(model.data_classes_size(), example ? 12 : 1);
    EXPECT_EQ(model.flows_size(), example ? 20 : 1);
    EXPECT_EQ(demo.decisions.drafts_size(), example ? 6 : 0);
    for (const pb::Component& component : model.components()) EXPECT_EQ(component.imported_id(), "");
  }
}

}  // namespace
}  // namespace metapowers::importers
