#include "service/commands/protect/api_security.h"

#include <gmock/gmock.h>
#include <google/protobuf/struct.pb.h>
#include <google/protobuf/util/json_util.h>
#include <gtest/gtest.h>

#include <map>
#include <set>

#include "absl/algorithm/container.h"
#include "absl/strings/match.h"
#include "service/knowledge/reviews.h"
#include "service/model/yaml_tree.h"
#include "tests/commands/command_fixture.h"

namespace metapowers::commands::protect {
namespace {

using security::protect::v1::ApiReviewGroup;
using security::protect::v1::ApiRiskLine;
using security::protect::v1::ApiSecurityResult;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

ApiSecurityResult Audit(const std::string& yaml) { return ApiSecurity(Case(yaml).input()); }

const ApiReviewGroup& ReviewOf(const ApiSecurityResult& result, const std::string& api) {
  for (const ApiReviewGroup& group : result.reviews()) {
    if (group.id() == api) return group;
  }
  ADD_FAILURE() << api;
  return ApiReviewGroup::default_instance();
}

// Id of the risk -> its state; "" of one that does not apply.
std::map<std::string, std::string> States(const ApiReviewGroup& group) {
  std::map<std::string, std::string> states;
  for (const auto& line : group.risks()) states[line.id()] = line.state();
  for (const auto& excluded : group.excluded()) states[excluded.id()] = "";
  return states;
}

bool IsJson(const std::string& text) {
  google::protobuf::Value value;
  return google::protobuf::util::JsonStringToMessage(text, &value).ok();
}

TEST(ApiSecurity, TheNumbersReconcile) {
  for (const char* name : kExamples) {
    SCOPED_TRACE(name);
    const Case c(Example(name));
    const ApiSecurityResult result = ApiSecurity(c.input());
    int operations = 0;
    for (const auto& api : c.model().proto().apis()) operations += api.endpoints_size();
    EXPECT_EQ(result.totals().apis(), c.model().proto().apis_size());
    EXPECT_EQ(result.totals().operations(), operations);
    int applying = 0;
    int open = 0;
    size_t tests = result.input_tests_size() + result.origins_size() + result.supplier_apis_size();
    for (const ApiReviewGroup& group : result.reviews()) {
      EXPECT_EQ(group.risks_size() + group.excluded_size(), 10) << group.id();
      applying += group.risks_size();
      for (const ApiRiskLine& line : group.risks()) open += line.state() == "open" ? 1 : 0;
      tests += group.tests_size();
    }
    EXPECT_EQ(result.totals().applying(), applying);
    EXPECT_EQ(result.totals().open(), open);
    EXPECT_EQ(result.totals().tests(), static_cast<int>(tests));
    EXPECT_EQ(result.totals().remedies(), result.remedies_size());
    EXPECT_EQ(result.totals().questions(), result.questions_size());
  }
}

// protect-4: only those that apply, each with a test and a reason, the others with a reason.
TEST(ApiSecurity, EveryRiskThatAppliesHasATestOnADeclaredOperation) {
  for (const char* name : kExamples) {
    const Case c(Example(name));
    std::set<std::string> operations;
    for (const auto& api : c.model().proto().apis()) {
      for (const auto& one : api.endpoints()) operations.insert(one.path());
    }
    const ApiSecurityResult result = ApiSecurity(c.input());
    for (const ApiReviewGroup& group : result.reviews()) {
      std::set<std::string> tested;
      for (const auto& test : group.tests()) {
        tested.insert(test.topic());
        for (const std::string* text : {&test.request(), &test.expected()}) {
          for (const char* left : {"{operation}", "{element}", "{consumer}", "{limit}", "{burst}", "{max}", "{other}",
                                   "{data}", "{supplier}", "{all}", "{types}"}) {
            EXPECT_THAT(*text, Not(HasSubstr(left)));
          }
        }
      }
      for (const ApiRiskLine& line : group.risks()) {
        EXPECT_EQ(tested.count(line.id()), 1u) << name << " " << group.id() << " " << line.id();
        EXPECT_FALSE(line.because().empty());
        EXPECT_EQ(line.open_items().empty(), line.state() != "open") << group.id() << " " << line.id();
      }
      for (const auto& excluded : group.excluded()) EXPECT_FALSE(excluded.reason().empty());
    }
  }
}

TEST(ApiSecurity, DeclaredFactsDecideWhichRisksApply) {
  const ApiSecurityResult result = Audit(Example("api-platform"));
  const auto payments = States(ReviewOf(result, "payments-api"));
  EXPECT_EQ(payments.at("API1"), "open");
  EXPECT_EQ(payments.at("API2"), "open");
  EXPECT_EQ(payments.at("API10"), "");
  const auto card = States(ReviewOf(result, "card-capture-api"));
  EXPECT_EQ(card.at("API5"), "") << "one class of callers";
  const auto hook = States(ReviewOf(result, "stripe-webhook-api"));
  EXPECT_EQ(hook.at("API1"), "") << "takes no object id";
  EXPECT_NE(hook.at("API10"), "") << "a supplier calls it";
  std::set<std::string> flows;
  for (const auto& row : result.supplier_apis()) flows.insert(row.flow());
  EXPECT_THAT(flows, Contains("processor-to-stripe"));
}

TEST(ApiSecurity, LosingObjectIdsTakesTheirRiskAway) {
  const std::string yaml =
      Edited(Example("team-notes"),
             {{"authenticated: yes, data: [notes], object_level: true}\n"
               "      - {method: PUT",
               "authenticated: yes, data: [notes]}\n      - {method: PUT"},
              {"data: [notes], object_level: true, state_changing: true", "data: [notes], state_changing: true"},
              {"shared it by link, data: [notes], object_level: true", "shared it by link, data: [notes]"}});
  EXPECT_EQ(States(ReviewOf(Audit(yaml), "app-api")).at("API1"), "");
}

TEST(ApiSecurity, AMissingNumberIsAQuestionAndNoTestOfIt) {
  const ApiSecurityResult result = Audit(Example("team-notes"));
  EXPECT_EQ(result.totals().unlimited(), 3);
  for (const auto& row : result.limits()) {
    EXPECT_THAT(row.limit(), HasSubstr("no number declared"));
    EXPECT_TRUE(row.burst_test().empty());
  }
  std::set<std::string> fields;
  for (const auto& question : result.questions()) {
    fields.insert(question.field());
    EXPECT_FALSE(question.owner().empty()) << question.text();
  }
  EXPECT_THAT(fields, Contains("consumer_classes[team-member].requests_per_minute"));
}

TEST(ApiSecurity, AKeyAloneIsTooWeakAndASecondFactorBesideOAuthIsNot) {
  const auto verdict = [](const std::string& yaml) {
    const ApiSecurityResult result = Audit(yaml);
    for (const auto& row : result.consumers()) {
      if (row.id() == "partner") return row.verdict();
    }
    return std::string();
  };
  const std::string yaml = Example("api-platform");
  EXPECT_EQ(verdict(yaml), "enough");
  EXPECT_EQ(verdict(Edited(yaml, {{"name: partner, authentication: [oauth2_pkce, api_key]",
                                   "name: partner, authentication: [api_key]"}})),
            "too weak");
}

// A configuration is printed for a declared product only, and parses whatever the model says.
TEST(ApiSecurity, ConfigurationFollowsTheDeclaredProduct) {
  EXPECT_THAT(Audit(Example("team-notes")).configs(), IsEmpty());
  EXPECT_THAT(Audit(Example("patient-platform")).configs(), IsEmpty());
  const std::string hostile = "Eve\\\" \\u0027: } ] # ${x} | \\\\";
  const ApiSecurityResult result = Audit(
      Edited(Example("api-platform"), {{"limit_scope: per network address", "limit_scope: \"" + hostile + "\""}}));
  ASSERT_EQ(result.configs_size(), 1);
  EXPECT_EQ(result.configs(0).title(), "Cloudflare");
  EXPECT_TRUE(IsJson(result.configs(0).json())) << result.configs(0).json();
  EXPECT_THAT(result.configs(0).json(), HasSubstr("\"requests_per_period\": 100,"));

  const ApiSecurityResult kong =
      Audit(Edited(Example("api-platform"), {{"technology: [go-service, api-gateway]", "technology: [kong]"}}));
  ASSERT_EQ(kong.configs_size(), 2);
  model::Faults faults;
  EXPECT_NE(model::YamlTree::Parse(kong.configs(0).yaml(), faults), nullptr);
  EXPECT_OK(faults.ToStatus("kong.yaml"));
  EXPECT_THAT(kong.configs(0).yaml(), HasSubstr("limit: [1000]"));
}

TEST(ApiSecurity, ALimitIsTriedInTheWordsOfTheProtocol) {
  const auto burst = [](const std::string& style) {
    const ApiSecurityResult result =
        Audit(Edited(Example("api-platform"), {{"component: api-gateway\n    style: rest\n    version: \"2026-04\"",
                                                "component: api-gateway\n    style: " + style}}));
    for (const auto& row : result.limits()) {
      if (row.api() == "payments-api" && row.consumer() == "partner") return row.burst_test();
    }
    return std::string();
  };
  EXPECT_EQ(burst("rest"), "request 1001 within a minute is refused with 429");
  EXPECT_EQ(burst("grpc"), "request 1001 within a minute is refused with the status RESOURCE_EXHAUSTED");
  const ApiSecurityResult hospital = Audit(Example("patient-platform"));
  for (const auto& row : hospital.limits()) {
    if (row.api() != "hl7-interfaces") continue;
    EXPECT_THAT(row.burst_test(), HasSubstr("within a minute waits at the sender"));
  }
}

TEST(ApiSecurity, AnyOriginIsAFindingAndMessagesHaveNone) {
  const ApiSecurityResult result = Audit(Example("patient-platform"));
  std::map<std::string, bool> flagged;
  for (const auto& row : result.origins()) flagged[row.api()] = row.flagged();
  EXPECT_TRUE(flagged.at("fhir-api"));
  EXPECT_FALSE(flagged.at("portal-web"));
  EXPECT_EQ(flagged.count("hl7-interfaces"), 0u);
}

TEST(ApiSecurity, RemediesHaveOwnerDateAndRiskAndAreSorted) {
  for (const char* name : kExamples) {
    const ApiSecurityResult result = Audit(Example(name));
    for (int i = 0; i < result.remedies_size(); ++i) {
      const auto& row = result.remedies(i);
      EXPECT_FALSE(row.owner().empty() || row.due().empty() || row.measure().empty()) << row.key();
      EXPECT_FALSE(row.risks().empty()) << row.key();
      EXPECT_GE(result.remedies(std::max(i, 1) - 1).severity(), row.severity());
    }
  }
}

TEST(ApiSecurity, AVersionOfTlsIsAskedOfFlowsWithTlsAlone) {
  const auto asked = [](const std::string& from, const std::string& to) {
    std::string fields;
    const ApiSecurityResult result = Audit(Edited(Example("api-platform"), {{from, to}}));
    for (const auto& question : result.questions()) fields += question.field() + "\n";
    return fields;
  };
  const std::string flow = "id: partner-to-edge, ";
  const std::string text = Example("api-platform");
  const size_t at = text.find("transport_security: tls,", text.find(flow));
  ASSERT_NE(at, std::string::npos);
  const std::string before = text.substr(text.find(flow), at - text.find(flow));
  const std::string version = "min_tls: tls_1_3";
  const size_t end = text.find(version, at) + version.size();
  ASSERT_LT(end, at + 60) << "of the same flow";
  const std::string protection = text.substr(at, end - at);
  EXPECT_THAT(asked(before + protection, before + "transport_security: tls"),
              HasSubstr("flows[partner-to-edge].min_tls"));
  const std::string unknown = asked(before + protection, before + "transport_security: unknown");
  EXPECT_THAT(unknown, HasSubstr("flows[partner-to-edge].transport_security"));
  EXPECT_THAT(unknown, Not(HasSubstr("flows[partner-to-edge].min_tls")));
}

TEST(ApiSecurity, AModelWithoutInterfacesSaysSo) {
  const ApiSecurityResult result = Audit(R"(schema_version: "1"
id: bare
name: Bare
description: One vault.
as_of: 2026-01-01
owner_team: team
organization: {name: Bare Inc., sector: software}
regions: [{id: here}]
teams: [{id: team, name: Team, lead: Lead}]
roles: [{id: lead, title: Lead, kind: system_owner, team: team}]
data_classes: [{id: papers, name: Papers, owner: team, confidentiality: internal}]
zones: [{id: office, name: Office, type: onprem}]
components: [{id: cabinet, name: Cabinet, kind: datastore, zone: office, stores: [papers]}]
)");
  EXPECT_EQ(result.totals().apis(), 0);
  EXPECT_THAT(result.reviews(), IsEmpty());
  EXPECT_THAT(result.remedies(), IsEmpty());
}

TEST(ApiSecurity, OrderOfTheModelDoesNotMatter) {
  const std::string yaml = Example("api-platform");
  EXPECT_EQ(Audit(yaml).SerializeAsString(), Audit(Reversed(yaml, "consumer_classes")).SerializeAsString());
}

const ApiRiskLine* LineOf(const ApiReviewGroup& group, const std::string& risk) {
  for (const ApiRiskLine& line : group.risks()) {
    if (line.id() == risk) return &line;
  }
  return nullptr;
}

TEST(ApiSecurity, ThreatsOfCallersCountWhereTheseCallersCome) {
  const auto items = [](const std::string& example, const std::string& api) {
    std::string all;
    const ApiSecurityResult result = Audit(Example(example));
    const ApiRiskLine* line = LineOf(ReviewOf(result, api), "API2");
    if (line == nullptr) return all;
    for (const std::string& item : line->open_items()) all += item + ";";
    return all;
  };
  EXPECT_THAT(items("api-platform", "portal-api"), Not(HasSubstr("partner-to-edge")));
  EXPECT_THAT(items("api-platform", "payments-api"), HasSubstr("partner-to-edge"));
  EXPECT_THAT(items("team-notes", "stripe-hooks"), Not(HasSubstr("sign-in-guessed")));
  EXPECT_THAT(items("team-notes", "app-api"), HasSubstr("sign-in-guessed"));
}

// A webhook has neither sessions nor sign-ins, so that their controls say nothing about it.
TEST(ApiSecurity, ControlsOfSignInsCountWhereCallersSignIn) {
  const auto controls = [](const std::string& api) {
    const ApiSecurityResult result = Audit(Example("team-notes"));
    const ApiRiskLine* line = LineOf(ReviewOf(result, api), "API2");
    return std::vector<std::string>(line->controls().begin(), line->controls().end());
  };
  EXPECT_THAT(controls("stripe-hooks"), ElementsAre("Authentication of callers: implemented"));
  EXPECT_THAT(controls("app-api"), Contains("Lock after failed sign-ins: absent"));
  EXPECT_EQ(States(ReviewOf(Audit(Example("team-notes")), "stripe-hooks"))["API2"], "in place");
}

TEST(ApiSecurity, AnAnswerIsTriedByAStandInForItsSupplier) {
  const ApiSecurityResult result = Audit(Example("team-notes"));
  const auto row = absl::c_find_if(result.remedies(), [](const auto& one) { return one.element() == "app-to-stripe"; });
  ASSERT_NE(row, result.remedies().end());
  EXPECT_THAT(row->verification(), HasSubstr("The test of app-to-stripe"));
}

// A limit of requests lowers it, and says nothing of who may read a record.
TEST(ApiSecurity, ARiskIsClosedByWhatFitsIt) {
  const auto verification = [](const std::string& example, const std::string& key) {
    const ApiSecurityResult result = Audit(Example(example));
    const auto row = absl::c_find_if(result.remedies(), [&key](const auto& one) { return one.key() == key; });
    EXPECT_NE(row, result.remedies().end());
    return row == result.remedies().end() ? "" : row->verification();
  };
  const ApiSecurityResult notes = Audit(Example("team-notes"));
  EXPECT_TRUE(absl::c_any_of(ReviewOf(notes, "app-api").tests(), [](const auto& test) {
    return test.topic() == "API1" && absl::StrContains(test.request(), "GET /shared/{link_id}");
  })) << "the operation that opens a record without sign-in is tried too";
  EXPECT_EQ(verification("team-notes", "link-opens-record@app-api"), "Each test of API1 on app-api ends as expected");
  EXPECT_THAT(verification("patient-platform", "missing-authentication@lab-to-engine"),
              HasSubstr("each operation of interface-engine without credentials"));
}

TEST(ApiSecurity, MessagesHaveNeitherHeadersNorAddressesToForge) {
  auto states = States(ReviewOf(Audit(Example("patient-platform")), "hl7-interfaces"));
  EXPECT_EQ(states["API7"], "");
  EXPECT_EQ(states["API8"], "");
  EXPECT_NE(states["API9"], "");
}

TEST(ApiSecurity, AdministrationOfTheServerIsNoCallerOfTheInterface) {
  const ApiSecurityResult result = Audit(Example("team-notes"));
  for (const auto& row : result.transports()) EXPECT_NE(row.flow(), "founder-to-server");
  for (const auto& row : result.credentials()) EXPECT_NE(row.id(), "ssh-keys");
}

TEST(ApiSecurity, AnIdThatOpensConfidentialDataIsAGapAndAQuestion) {
  const ApiSecurityResult result = Audit(Example("team-notes"));
  ASSERT_EQ(result.open_records_size(), knowledge::ApiReview().open_records_size());
  for (const auto& row : result.open_records()) {
    EXPECT_EQ(row.operation(), "app-api GET /shared/{link_id}");
    EXPECT_EQ(row.data(0), "notes");
    EXPECT_FALSE(row.owner().empty() || row.due().empty());
  }
  const ApiSecurityResult closed =
      Audit(Edited(Example("team-notes"),
                   {{"summary: Read a note by shared link, authenticated: no, unauthenticated_reason: The owner "
                     "of the note shared it by link",
                     "summary: Read a note by shared link, authenticated: yes"}}));
  EXPECT_EQ(closed.open_records_size(), 0);
  EXPECT_TRUE(std::any_of(result.questions().begin(), result.questions().end(),
                          [](const auto& each) { return each.text().find("GET /shared/") != std::string::npos; }));
  for (const auto& group : result.authorizations()) {
    for (const auto& row : group.rows())
      EXPECT_FALSE(row.object() == "owner of the object" && row.function() == "anyone");
  }
}

}  // namespace
}  // namespace metapowers::commands::protect
