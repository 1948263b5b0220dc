// Exposure, neighbours and data of elements as rules see them, and conditions on them.
#include "service/analysis/landscape.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "service/analysis/attributes.h"
#include "service/analysis/control_posture.h"
#include "tests/analysis/facts_of.h"
#include "tests/support/status_matchers.h"

namespace metapowers::analysis {
namespace {

namespace k = knowledge::v1;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

// Internet -> gateway -> web -> ledger; a partner -> partner-api; nobody -> batch.
ModelText Shop() {
  return {
      .components =
          "- {id: batch, name: Batch, kind: process, zone: vault}\n"
          "- {id: buyer, name: Buyer, kind: external_entity, used_by_human: true}\n"
          "- {id: gateway, name: Gateway, kind: process, zone: inside, technology: [nginx]}\n"
          "- {id: ledger, name: Ledger, kind: datastore, zone: vault, technology: [postgresql], stores: [cards]}\n"
          "- {id: partner, name: Partner, kind: external_entity, zone: hosted}\n"
          "- {id: partner-api, name: Partner API, kind: process, zone: inside}\n"
          "- {id: web, name: Web, kind: process, zone: inside, language: go, processes: [cards], custom_code: true, "
          "formats_accepted: [json, xml], regions: [eu, us]}\n",
      .flows =
          "- {id: buy, name: F, source: buyer, target: gateway, protocol: https, authentication: none, sends: "
          "[cards]}\n"
          "- {id: call, name: F, source: partner, target: partner-api, protocol: https, authentication: api_key}\n"
          "- {id: pass, name: F, source: gateway, target: web, protocol: http, authentication: none, sends: [cards]}\n"
          "- {id: write, name: F, source: web, target: ledger, protocol: postgresql, authentication: credentials, "
          "sends: [cards], transport_security: tls}\n"};
}

class LandscapeTest : public testing::Test {
 protected:
  explicit LandscapeTest(const ModelText& text = Shop()) : facts_(FactsOf(text)), landscape_(*facts_) {}

  Element Component(absl::string_view id) const { return landscape_.ComponentElement(landscape_.IndexOf(id)); }
  Element Flow(absl::string_view id) const {
    for (const Element& element : landscape_.ElementsOf(k::THREAT_SUBJECT_FLOW)) {
      if (CurrentId(element) == id) return element;
    }
    ADD_FAILURE() << "no flow " << id;
    return {};
  }
  absl::string_view ExposureOf(absl::string_view id) const { return ExposureName(Component(id).component().exposure); }

  static absl::StatusOr<Condition> Compile(k::ThreatSubject subject, const std::string& attribute, k::MatchOperator op,
                                           const std::vector<std::string>& values) {
    k::AttributeMatch match;
    match.set_attribute(attribute);
    match.set_operator_(op);
    for (const std::string& value : values) match.add_values(value);
    return Condition::Compile(subject, match);
  }
  Truth Judge(const Element& element, const std::string& attribute, k::MatchOperator op,
              const std::vector<std::string>& values) const {
    const auto condition = Compile(element.subject, attribute, op, values);
    EXPECT_OK(condition);
    return condition.ok() ? condition->Judge(element) : Truth::kUnknown;
  }

  const std::shared_ptr<const Facts> facts_;
  const Landscape landscape_;
};

TEST_F(LandscapeTest, ExposureFallsWithEachStepFromOutside) {
  EXPECT_EQ(ExposureOf("gateway"), "internet");
  EXPECT_EQ(ExposureOf("web"), "adjacent");
  EXPECT_EQ(ExposureOf("ledger"), "inner");
  EXPECT_EQ(ExposureOf("partner-api"), "partner");
  EXPECT_EQ(ExposureOf("batch"), "isolated");
  EXPECT_EQ(ExposureName(Flow("buy").flow().exposure), "internet");
  EXPECT_EQ(ExposureName(Flow("write").flow().exposure), "adjacent") << "it crosses a boundary";
  EXPECT_EQ(ExposureName(Flow("pass").flow().exposure), "inner");
}

TEST_F(LandscapeTest, GuardsAndUnauthenticatedPaths) {
  EXPECT_TRUE(Component("web").component().guarded) << "only the gateway leads there";
  EXPECT_FALSE(Component("gateway").component().guarded);
  EXPECT_FALSE(Component("partner-api").component().guarded);
  EXPECT_TRUE(Component("web").component().unauthenticated_path);
  EXPECT_FALSE(Component("ledger").component().unauthenticated_path) << "the store asks for credentials";
}

TEST_F(LandscapeTest, ConditionsReadFieldsNeighboursAndTheSystem) {
  EXPECT_EQ(Judge(Flow("write"), "transport_security", k::MATCH_OPERATOR_IN, {"tls", "mtls"}), Truth::kYes);
  EXPECT_EQ(Judge(Flow("write"), "transport_security", k::MATCH_OPERATOR_NOT_IN, {"none"}), Truth::kYes);
  EXPECT_EQ(Judge(Flow("buy"), "transport_security", k::MATCH_OPERATOR_NOT_IN, {"none"}), Truth::kUnknown);
  EXPECT_EQ(Judge(Flow("buy"), "transport_security", k::MATCH_OPERATOR_SET, {}), Truth::kNo);
  EXPECT_EQ(Judge(Flow("write"), "target.capability", k::MATCH_OPERATOR_IN, {"query_database"}), Truth::kYes);
  EXPECT_EQ(Judge(Component("web"), "inbound.authentication", k::MATCH_OPERATOR_IN, {"none"}), Truth::kYes);
  EXPECT_EQ(Judge(Component("ledger"), "inbound.source.exposure", k::MATCH_OPERATOR_AT_LEAST, {"adjacent"}),
            Truth::kYes);
  EXPECT_EQ(Judge(Component("web"), "confidentiality", k::MATCH_OPERATOR_AT_LEAST, {"confidential"}), Truth::kYes);
  EXPECT_EQ(Judge(Component("batch"), "confidentiality", k::MATCH_OPERATOR_AT_LEAST, {"confidential"}), Truth::kNo)
      << "it handles no data, which is known";
  EXPECT_EQ(Judge(Component("web"), "memory_safe", k::MATCH_OPERATOR_IN, {"true"}), Truth::kYes);
  EXPECT_EQ(Judge(Component("batch"), "memory_safe", k::MATCH_OPERATOR_IN, {"true"}), Truth::kUnknown);
  EXPECT_EQ(Judge(Component("web"), "system.components", k::MATCH_OPERATOR_AT_LEAST, {"7"}), Truth::kYes);
  EXPECT_EQ(Judge(Component("web"), "replicas", k::MATCH_OPERATOR_AT_MOST, {"1"}), Truth::kUnknown);
  EXPECT_EQ(Judge(Component("batch"), "inbound.authentication", k::MATCH_OPERATOR_IN, {"none"}), Truth::kNo);
}

TEST_F(LandscapeTest, APortOfOpenReachIsReachedFromTheNetworkOfItsHost) {
  const auto of = [](const std::string& web) {
    const auto facts = FactsOf(ModelText{.components = "- {id: db, name: D, kind: datastore}\n"
                                                       "- {id: web, name: W, kind: process, " +
                                                       web + "}\n",
                                         .flows = "- {id: f, name: F, source: web, target: db}\n"});
    const Landscape landscape(*facts);
    const ComponentView& view = landscape.components()[landscape.IndexOf("web")];
    return absl::StrCat(ExposureName(view.exposure), view.reach_open ? ", open" : "", "; db ",
                        ExposureName(landscape.components()[landscape.IndexOf("db")].exposure));
  };
  EXPECT_EQ(of("host_ports: [{port: 8080}]"), "adjacent, open; db inner");
  EXPECT_EQ(of("host_ports: [{port: 8080}], internet_facing: \"no\""), "isolated; db isolated");
  EXPECT_EQ(of("host_ports: [{port: 8080}], internet_facing: \"yes\""), "internet; db adjacent");
  EXPECT_EQ(of("zone: inside"), "isolated; db isolated");
}

TEST_F(LandscapeTest, WhoWroteAProcessIsOpenUntilItIsSaid) {
  EXPECT_EQ(Judge(Component("web"), "custom_code", k::MATCH_OPERATOR_IN, {"true"}), Truth::kYes);
  EXPECT_EQ(Judge(Component("batch"), "custom_code", k::MATCH_OPERATOR_IN, {"true"}), Truth::kUnknown);
  EXPECT_EQ(Judge(Component("ledger"), "custom_code", k::MATCH_OPERATOR_IN, {"true"}), Truth::kNo) << "a store";
  const auto condition = Compile(k::THREAT_SUBJECT_COMPONENT, "custom_code", k::MATCH_OPERATOR_IN, {"true"});
  ASSERT_OK(condition);
  EXPECT_EQ(condition->Field(), "Component.custom_code");
}

TEST_F(LandscapeTest, OwnCodeOfTheSystemIsOpenWhileThatOfAProcessIs) {
  const auto of = [](const std::string& web, const std::string& batch) {
    const auto facts =
        FactsOf(ModelText{.components = absl::StrCat("- {id: web, name: W, kind: process", web,
                                                     "}\n- {id: batch, name: B, kind: process", batch, "}\n")});
    const Landscape landscape(*facts);
    return Compile(k::THREAT_SUBJECT_SYSTEM, "own_code", k::MATCH_OPERATOR_IN, {"true"})
        ->Judge(landscape.SystemElement());
  };
  EXPECT_EQ(of(", custom_code: true", ""), Truth::kYes) << "one is enough";
  EXPECT_EQ(of(", custom_code: false", ""), Truth::kUnknown);
  EXPECT_EQ(of(", custom_code: false", ", custom_code: false"), Truth::kNo);
  EXPECT_EQ(of(", custom_code: false", ", custom_code: true, out_of_scope: true, scope_justification: Bought"),
            Truth::kNo);
}

TEST_F(LandscapeTest, ConditionsSayWhatDecided) {
  const auto condition = Compile(k::THREAT_SUBJECT_COMPONENT, "inbound.authentication", k::MATCH_OPERATOR_IN, {"none"});
  ASSERT_OK(condition);
  EXPECT_EQ(condition->Say(Component("web")), "authentication of pass is none");
  EXPECT_EQ(condition->Say(Component("batch")), "no flow has authentication");
}

TEST_F(LandscapeTest, ConditionsSayItInNumberAndWords) {
  const auto say = [this](const char* attribute, k::MatchOperator op, std::vector<std::string> values) {
    const auto condition = Compile(k::THREAT_SUBJECT_COMPONENT, attribute, op, std::move(values));
    return condition.ok() ? condition->Say(Component("web")) : std::string(condition.status().message());
  };
  EXPECT_EQ(say("formats_accepted", k::MATCH_OPERATOR_IN, {"xml", "json"}), "formats accepted: JSON and XML");
  EXPECT_EQ(say("formats_accepted", k::MATCH_OPERATOR_IN, {"xml"}), "formats accepted: XML");
  EXPECT_EQ(say("categories", k::MATCH_OPERATOR_IN, {"pan"}), "categories are pan");
  EXPECT_EQ(say("regions", k::MATCH_OPERATOR_SET, {}), "regions are eu and us");
  EXPECT_EQ(say("custom_code", k::MATCH_OPERATOR_IN, {"true"}), "custom code: yes");
  EXPECT_EQ(say("serves_api", k::MATCH_OPERATOR_IN, {"true"}), "serves an interface: no");
  EXPECT_EQ(say("technology", k::MATCH_OPERATOR_SET, {}), "technology is unknown");
  EXPECT_EQ(say("inbound_flows", k::MATCH_OPERATOR_AT_LEAST, {"1"}), "inbound flows are 1");
  EXPECT_EQ(say("system.components", k::MATCH_OPERATOR_AT_LEAST, {"1"}), "number of components is 7");
  EXPECT_EQ(say("inbound.transport_security", k::MATCH_OPERATOR_IN, {"mesh_mtls"}),
            "transport security of pass is unknown");
}

TEST_F(LandscapeTest, APaymentPageIsWherePeopleSendCardNumbersBehindAnyProxy) {
  const auto is_page = [this](const char* id) {
    return Judge(Component(id), "payment_page", k::MATCH_OPERATOR_IN, {"true"}) == Truth::kYes;
  };
  EXPECT_TRUE(is_page("web"));
  EXPECT_FALSE(is_page("gateway")) << "it only passes the page on";
  EXPECT_FALSE(is_page("ledger"));
  EXPECT_FALSE(is_page("partner-api"));
}

TEST_F(LandscapeTest, FaultsOfConditionsNameWhatWasMeant) {
  const auto message = [](const absl::StatusOr<Condition>& condition) {
    return std::string(condition.status().message());
  };
  EXPECT_THAT(message(Compile(k::THREAT_SUBJECT_COMPONENT, "exposur", k::MATCH_OPERATOR_SET, {})),
              HasSubstr("did you mean 'exposure'?"));
  EXPECT_THAT(message(Compile(k::THREAT_SUBJECT_COMPONENT, "source.kind", k::MATCH_OPERATOR_SET, {})),
              HasSubstr("is no attribute of a component"));
  EXPECT_THAT(message(Compile(k::THREAT_SUBJECT_FLOW, "min_tls", k::MATCH_OPERATOR_AT_LEAST, {"tls_1_2", "tls_1_3"})),
              HasSubstr("needs one value"));
  EXPECT_THAT(message(Compile(k::THREAT_SUBJECT_FLOW, "posture.rate_limit", k::MATCH_OPERATOR_IN, {"absent"})),
              HasSubstr("did you mean 'rate_limiting'?"));
  EXPECT_THAT(message(Compile(k::THREAT_SUBJECT_COMPONENT, "backup", k::MATCH_OPERATOR_SET, {})),
              HasSubstr("is a group of fields"));
}

TEST_F(LandscapeTest, EveryEnumFitsTheBitsOfASet) {
  for (int i = 1; i < k::ThreatSubject_ARRAYSIZE; ++i) {
    const auto subject = static_cast<k::ThreatSubject>(i);
    for (const std::string& name : AttributeNames(subject)) {
      SCOPED_TRACE(name);
      EXPECT_OK(Compile(subject, name, k::MATCH_OPERATOR_SET, {}));
    }
  }
}

// --- Posture -----------------------------------------------------------------------------------------

model::v1::PostureState StateOn(const ModelText& text, absl::string_view component, absl::string_view control) {
  const auto facts = FactsOf(text);
  const Landscape landscape(*facts);
  return PostureOf(landscape.ComponentElement(landscape.IndexOf(component)), control).state;
}

TEST(ControlPostureTest, DeclaredThenFlowsThenAttributesThenProgramme) {
  ModelText text = Shop();
  EXPECT_EQ(StateOn(text, "web", "input_validation"), model::v1::POSTURE_STATE_UNSPECIFIED);
  text.rest =
      "controls:\n- {id: review, name: Review, state: planned, implements: [input_validation], due: 2026-09-01}\n";
  EXPECT_EQ(StateOn(text, "web", "input_validation"), model::v1::POSTURE_STATE_PLANNED);
  text.rest =
      "controls:\n- {id: review, name: Review, state: planned, implements: [input_validation], components: [batch]}\n";
  EXPECT_EQ(StateOn(text, "web", "input_validation"), model::v1::POSTURE_STATE_UNSPECIFIED);
  ModelText on_flow = Shop();
  on_flow.flows +=
      "- {id: more, name: F, source: buyer, target: web, posture: [{control: rate_limiting, state: implemented}]}\n";
  EXPECT_EQ(StateOn(on_flow, "web", "rate_limiting"), model::v1::POSTURE_STATE_IMPLEMENTED)
      << "every flow that crosses into it has it";
  ModelText on_component = Shop();
  on_component.components +=
      "- {id: shop, name: S, kind: process, zone: inside, posture: [{control: input_validation, state: absent}]}\n";
  EXPECT_EQ(StateOn(on_component, "shop", "input_validation"), model::v1::POSTURE_STATE_ABSENT);
}

TEST(ControlPostureTest, NoApplicationEncryptsTheFieldsOfADirectoryOfOthers) {
  const auto of = [](const std::string& technology) {
    ModelText text = Shop();
    text.components += absl::StrCat("- {id: kept, name: K, kind: datastore, zone: inside, encryption_at_rest: ",
                                    "transparent, stores: [people], ", technology, "}\n");
    return StateOn(text, "kept", "own_key_encryption");
  };
  EXPECT_EQ(of("technology: [active-directory, identity-store]"), model::v1::POSTURE_STATE_NOT_APPLICABLE);
  EXPECT_EQ(of("technology: [keycloak]"), model::v1::POSTURE_STATE_NOT_APPLICABLE);
  EXPECT_EQ(of("technology: [identity-provider], custom_code: true"), model::v1::POSTURE_STATE_ABSENT)
      << "our own code";
  EXPECT_EQ(of("technology: [postgresql]"), model::v1::POSTURE_STATE_ABSENT);
}

TEST(ControlPostureTest, WhatStaysOnOneMachineNeedsNoSegment) {
  ModelText text = Shop();
  text.flows = "- {id: call, name: F, source: buyer, target: web, transport_security: local}\n";
  const auto facts = FactsOf(text);
  const Landscape landscape(*facts);
  EXPECT_EQ(PostureOf(landscape.FlowElement(0), "network_segmentation").state, model::v1::POSTURE_STATE_NOT_APPLICABLE);
}

TEST(ControlPostureTest, AnApplicationWithUsersIsNoIdentitySystem) {
  ModelText text = Shop();
  text.components +=
      "- {id: own, name: O, kind: process, zone: inside, technology: [django], custom_code: true}\n"
      "- {id: idp, name: I, kind: process, zone: inside, technology: [keycloak]}\n";
  EXPECT_EQ(StateOn(text, "own", "identity_isolation"), model::v1::POSTURE_STATE_NOT_APPLICABLE);
  EXPECT_NE(StateOn(text, "idp", "identity_isolation"), model::v1::POSTURE_STATE_NOT_APPLICABLE);
}

// State of the control on the only element of each of these subjects.
std::vector<model::v1::PostureState> StatesOn(const ModelText& text, absl::string_view control) {
  const auto facts = FactsOf(text);
  const Landscape landscape(*facts);
  std::vector<model::v1::PostureState> states;
  for (const k::ThreatSubject subject : {k::THREAT_SUBJECT_SYSTEM, k::THREAT_SUBJECT_INFRASTRUCTURE,
                                         k::THREAT_SUBJECT_PIPELINE, k::THREAT_SUBJECT_API}) {
    states.push_back(PostureOf(landscape.ElementsOf(subject).at(0), control).state);
  }
  return states;
}

TEST(ControlPostureTest, WhatIsScopedToComponentsCoversWhatTheyStandFor) {
  using model::v1::POSTURE_STATE_IMPLEMENTED;
  using model::v1::POSTURE_STATE_PARTIAL;
  using model::v1::POSTURE_STATE_UNSPECIFIED;
  const auto with = [](const std::string& components, const std::string& posture) {
    return ModelText{
        .components = "- {id: web, name: W, kind: process, zone: inside, runs_on: cluster" + posture +
                      "}\n- {id: job, name: J, kind: process, zone: inside, runs_on: cluster}\n"
                      "- {id: builds, name: B, kind: process, zone: inside}\n",
        .rest =
            "infrastructure:\n- {id: cluster, name: K, kind: kubernetes_cluster}\n"
            "delivery:\n  pipelines:\n  - {id: release, name: R, platform: p, component: builds, deploys_to: "
            "[cluster]}\n"
            "apis:\n- {id: api, name: A, component: web, style: rest}\n"
            "controls:\n- {id: review, name: Review, state: implemented, implements: [input_validation], components: " +
            components + "}\n"};
  };
  EXPECT_THAT(StatesOn(with("[web, job, builds]", ""), "input_validation"),
              ElementsAre(POSTURE_STATE_IMPLEMENTED, POSTURE_STATE_IMPLEMENTED, POSTURE_STATE_IMPLEMENTED,
                          POSTURE_STATE_IMPLEMENTED));
  EXPECT_THAT(
      StatesOn(with("[web]", ""), "input_validation"),
      ElementsAre(POSTURE_STATE_PARTIAL, POSTURE_STATE_PARTIAL, POSTURE_STATE_PARTIAL, POSTURE_STATE_IMPLEMENTED));
  EXPECT_THAT(StatesOn(with("[builds]", ""), "input_validation"),
              ElementsAre(POSTURE_STATE_PARTIAL, POSTURE_STATE_UNSPECIFIED, POSTURE_STATE_IMPLEMENTED,
                          POSTURE_STATE_UNSPECIFIED))
      << "what runs a pipeline stands for it";
  EXPECT_THAT(
      StatesOn(with("[job]", ", posture: [{control: input_validation, state: absent}]"), "input_validation"),
      ElementsAre(POSTURE_STATE_PARTIAL, POSTURE_STATE_PARTIAL, POSTURE_STATE_PARTIAL, model::v1::POSTURE_STATE_ABSENT))
      << "what serves an API speaks for it";
}

TEST(ControlPostureTest, WhatAFlowLacksItsTargetDoesNotMakeUpFor) {
  const auto on_flow = [](const std::string& authentication) {
    const auto facts = FactsOf(ModelText{
        .components = "- {id: engine, name: E, kind: process, zone: inside}\n"
                      "- {id: pharmacy, name: P, kind: process, zone: inside, posture: [{control: authn_source, state: "
                      "partial}]}\n",
        .flows = absl::StrCat("- {id: orders, name: F, source: engine, target: pharmacy", authentication, "}\n")});
    const Landscape landscape(*facts);
    return PostureOf(landscape.FlowElement(0), "authn_source").state;
  };
  EXPECT_EQ(on_flow(", authentication: none"), model::v1::POSTURE_STATE_ABSENT);
  EXPECT_EQ(on_flow(", authentication: token"), model::v1::POSTURE_STATE_PARTIAL);
  EXPECT_EQ(on_flow(""), model::v1::POSTURE_STATE_PARTIAL);
}

TEST(ControlPostureTest, AStoreThatRecordsItsReadsIsPartlyAudited) {
  const auto on_vault = [](const std::string& log) {
    return StateOn(
        ModelText{.components = "- {id: vault, name: V, kind: datastore, zone: inside, technology: [vault]}\n"
                                "- {id: siem, name: S, kind: datastore, zone: inside}\n",
                  .rest = "secrets:\n  stores:\n  - {id: safe, name: Safe, component: vault" + log + "}\n"},
        "vault", "vault_audit");
  };
  EXPECT_EQ(on_vault(""), model::v1::POSTURE_STATE_UNSPECIFIED);
  EXPECT_EQ(on_vault(", audit_log: siem"), model::v1::POSTURE_STATE_PARTIAL);
}

TEST(ControlPostureTest, ACredentialLacksWhatAComponentThatUsesItLacks) {
  const auto on_credential = [](const std::string& posture) {
    const auto facts = FactsOf(
        ModelText{.components = "- {id: web, name: W, kind: process, zone: inside" + posture + "}\n",
                  .rest = "secrets:\n  stores:\n  - {id: file, name: Environment file}\n"
                          "  credentials:\n  - {id: key, name: K, kind: api_key, store: file, used_by: [web]}\n"});
    const Landscape landscape(*facts);
    return PostureOf(landscape.ElementsOf(k::THREAT_SUBJECT_CREDENTIAL).at(0), "secrets_external").state;
  };
  EXPECT_EQ(on_credential(""), model::v1::POSTURE_STATE_IMPLEMENTED);
  EXPECT_EQ(on_credential(", posture: [{control: secrets_external, state: absent}]"), model::v1::POSTURE_STATE_ABSENT);
}

TEST(ControlPostureTest, AttributesImplyAndContradict) {
  const auto facts = FactsOf(ModelText{
      .components =
          "- {id: a, name: A, kind: process, zone: inside}\n- {id: b, name: B, kind: process, zone: inside}\n",
      .flows = "- {id: ab, name: F, source: a, target: b, transport_security: none, "
               "posture: [{control: transport_encryption, state: implemented}]}\n"
               "- {id: ba, name: F, source: b, target: a, transport_security: tls}\n"});
  const Landscape landscape(*facts);
  const std::vector<Element> flows = landscape.ElementsOf(k::THREAT_SUBJECT_FLOW);
  EXPECT_EQ(PostureOf(flows[1], "transport_encryption").state, model::v1::POSTURE_STATE_IMPLEMENTED);
  EXPECT_EQ(PostureOf(flows[1], "transport_encryption").source, "transport security is TLS");
  const std::vector<PostureContradiction> found = PostureContradictions(landscape);
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].element, "ab");
  EXPECT_EQ(found[0].implied, "absent: transport security is none");
}

}  // namespace
}  // namespace metapowers::analysis
