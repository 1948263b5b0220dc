// Findings and scores of the attack surface: what makes each, and that one changed attribute removes it alone.
#include "service/analysis/attack_surface.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "service/knowledge/rules.h"
#include "tests/analysis/facts_of.h"

namespace metapowers::analysis {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Not;

struct Result {
  std::shared_ptr<const Facts> facts;
  AttackSurface surface;

  explicit Result(const ModelText& text) : facts(FactsOf(text)), surface(AnalyseAttackSurface(*facts)) {}

  // "FINDING subject" of each.
  std::vector<std::string> Findings() const {
    std::vector<std::string> list;
    for (const SurfaceFindingFact& finding : surface.findings) {
      list.push_back(
          absl::StrCat(knowledge::v1::SurfaceFinding_Name(finding.finding).substr(16), " ", finding.subject));
    }
    return list;
  }

  const SurfaceFindingFact& Of(const std::string& name) const {
    const std::vector<std::string> all = Findings();
    for (size_t i = 0; i < all.size(); ++i) {
      if (all[i] == name) return surface.findings[i];
    }
    ADD_FAILURE() << "no " << name << " among\n" << absl::StrJoin(all, "\n");
    std::abort();
  }

  int Score(absl::string_view id) const { return At(id).points; }
  int Open(absl::string_view id) const { return At(id).open; }

  const SurfaceScore& At(absl::string_view id) const {
    for (size_t i = 0; i < surface.entries.size(); ++i) {
      if (surface.entries[i].id == id) return surface.scores[i];
    }
    ADD_FAILURE() << "no way in " << id;
    std::abort();
  }
};

// A model in which nothing is wrong, with places to change one attribute.
struct Parts {
  std::string flow = "authentication: mfa, ip_filtered: yes, transport_security: tls, min_tls: tls_1_3";
  std::string source = "kind: external_entity, zone: open";
  std::string web = "kind: process, zone: inside, internet_facing: yes, lifecycle: live, environment: production";
  std::string zone = "network_policy: default_deny";
  std::string api = "style: rest, schema_validation: yes, cors: disabled";
  std::string endpoint = "authenticated: yes";
  std::string pipeline = "approval_required: yes, signed_artifacts: yes";
  std::string policy = "min_tls: tls_1_2";
  std::string more = {};  // flows

  Result Run() const {
    return Result(ModelText{
        .components = absl::StrCat("- {id: user, name: U, ", source, "}\n- {id: web, name: W, runs_on: host, ", web,
                                   "}\n- {id: db, name: D, kind: datastore, zone: vault, stores: [notes]}\n"),
        .flows = absl::StrCat("- {id: in, name: F, source: user, target: web, ", flow, "}\n", more),
        .zones = absl::StrCat("- {id: inside, name: I, type: vlan, ", zone,
                              "}\n- {id: vault, name: V, type: vlan, network_policy: default_deny}\n"
                              "- {id: open, name: O, type: internet}\n- {id: hosted, name: H, type: saas}\n"),
        .rest = absl::StrCat("infrastructure:\n- {id: host, name: H, kind: virtual_machine}\n"
                             "consumer_classes:\n- {id: member, name: m, authentication: [mfa], requests_per_minute: "
                             "9, authenticated: true}\n"
                             "apis:\n- {id: api, name: A, component: web, consumers: [member], ",
                             api, ", endpoints: [{method: GET, path: /x, ", endpoint, "}]}\n",
                             "delivery: {pipelines: [{id: ship, name: S, platform: P, deploys_to: [host], "
                             "deploys_by_pull: no, ",
                             pipeline, "}]}\npolicy_parameters: {", policy, "}\n")});
  }
};

TEST(AttackSurface, AWellGuardedSystemHasNoFinding) { EXPECT_THAT(Parts().Run().Findings(), IsEmpty()); }

// Every finding arises from the change that its row names, and from nothing else in the model.
TEST(AttackSurface, EachAttributeMakesItsFindingAlone) {
  struct Row {
    Parts parts;
    std::vector<std::string> findings;
  };
  const std::string flow = Parts().flow;
  const Row rows[] = {
      {{.flow = "authentication: none, ip_filtered: yes, transport_security: tls, min_tls: tls_1_3"},
       {"UNAUTHENTICATED in"}},
      {{.flow = "authentication: none, ip_filtered: yes, transport_security: tls, min_tls: tls_1_3",
        .endpoint = "authenticated: no, unauthenticated_reason: Published"},
       {}},
      {{.flow = "authentication: mfa, ip_filtered: no, transport_security: tls, min_tls: tls_1_3"}, {"NO_GATEWAY web"}},
      {{.flow = "authentication: mfa, ip_filtered: yes, transport_security: none"}, {"CLEAR_TEXT in"}},
      {{.flow = "authentication: mfa, ip_filtered: yes, transport_security: tls, min_tls: tls_1_1"},
       {"TLS_BELOW_FLOOR in"}},
      {{.flow = "authentication: mfa, ip_filtered: yes, transport_security: ssh, protocol: ssh"}, {"ADMIN_DIRECT in"}},
      {{.flow = "authentication: credentials, ip_filtered: yes, transport_security: ssh, protocol: ssh"},
       {"ADMIN_SINGLE_FACTOR in", "ADMIN_DIRECT in"}},
      {{.flow = "authentication: mfa, ip_filtered: no, transport_security: tls, min_tls: tls_1_3",
        .source = "kind: external_entity, zone: hosted",
        .web = "kind: process, zone: inside"},
       {"ANY_ADDRESS in"}},
      {{.web = "kind: process, zone: inside, internet_facing: no"}, {"CONTRADICTED in"}},
      {{.web = "kind: datastore, zone: inside, internet_facing: yes"}, {"STORE_EXPOSED in"}},
      {{.web = "kind: process, zone: inside, environment: staging"}, {"STAGE_REACHABLE web"}},
      {{.web = "kind: process, zone: inside, lifecycle: retiring"}, {"LIFECYCLE web"}},
      {{.web = "kind: process, zone: inside, decommission_date: 2026-02-01"}, {"LIFECYCLE web"}},
      {{.web = "kind: process, zone: inside, eol_date: 2026-02-28"}, {"END_OF_LIFE web"}},
      {{.flow = "authentication: mfa, ip_filtered: no, transport_security: tls, min_tls: tls_1_3",
        .web = "kind: process, zone: inside, technology: [waf], posture: [{control: rate_limiting, state: absent}]"},
       {"NO_RATE_LIMIT web"}},
      {{.zone = "network_policy: allow"}, {"ZONE_ALLOWS inside"}},
      {{.api = "style: rest, schema_validation: no, cors: disabled"}, {"NO_VALIDATION api"}},
      {{.api = "style: rest, schema_validation: yes, cors: any"}, {"ANY_ORIGIN api"}},
      {{.endpoint = "authenticated: no"}, {"UNEXPLAINED api GET /x"}},
      {{.endpoint = "authenticated: no, unauthenticated_reason: Published"}, {}},
      {{.endpoint = "authenticated: no, unauthenticated_reason: Sign-up, state_changing: true"},
       {"CHANGES_UNAUTHENTICATED api GET /x"}},
      {{.pipeline = "approval_required: no, signed_artifacts: yes"}, {"PUSH_DEPLOYMENT ship host"}},
      {{.more = "- {id: b, name: F, source: user, target: db, ip_filtered: yes}\n"}, {"STORE_EXPOSED b"}},
  };
  for (const Row& row : rows) {
    const Parts& p = row.parts;
    SCOPED_TRACE(absl::StrJoin({p.flow, p.source, p.web, p.zone, p.api, p.endpoint, p.pipeline, p.more}, " | "));
    EXPECT_THAT(p.Run().Findings(), ::testing::ElementsAreArray(row.findings));
  }
}

TEST(AttackSurface, AComponentOpenToTheInternetNeedsAFlowFromThere) {
  const auto findings = [](const char* facing) {
    return Result(ModelText{.components = absl::StrCat("- {id: web, name: W, kind: process, zone: inside, ",
                                                       "internet_facing: ", facing, "}\n")})
        .Findings();
  };
  EXPECT_THAT(findings("yes"), ElementsAre("OPEN_WITHOUT_FLOW web"));
  EXPECT_THAT(findings("no"), IsEmpty());
  EXPECT_THAT(findings("unknown"), IsEmpty());
}

TEST(AttackSurface, UnknownIsNoFindingAndStandsApartInTheScore) {
  Parts parts;
  parts.flow = "dependency: hard";
  parts.api = "style: rest";
  parts.endpoint = "data: [notes]";
  parts.pipeline = "component: web";
  parts.policy = "password_min_length: 12";
  parts.zone = "trust: 50";
  parts.web = "kind: process, zone: inside";
  const Result unknown = parts.Run();
  EXPECT_THAT(unknown.Findings(), IsEmpty());
  EXPECT_EQ(unknown.Score("in"), 25) << "the origin alone";
  EXPECT_EQ(unknown.Open("in"), 25 + 10 + 10 + 5);
}

TEST(AttackSurface, TheSurveyCoversEveryKindOfFinding) {
  // Kinds that the tests above make; a new kind must join them.
  EXPECT_EQ(knowledge::v1::SurfaceFinding_descriptor()->value_count() - 1, 20);
}

// --- Scores ---

TEST(SurfaceScore, AddsUpItsTerms) {
  const Result result = Parts().Run();
  for (size_t i = 0; i < result.surface.entries.size(); ++i) {
    int points = 0, open = 0;
    for (const ScoreTerm& term : result.surface.scores[i].terms) (term.open ? open : points) += term.points;
    EXPECT_EQ(result.surface.scores[i].points, points);
    EXPECT_EQ(result.surface.scores[i].open, open);
    EXPECT_LE(points + open, 100);
  }
  EXPECT_EQ(result.Score("in"), 25 + 2 + 2) << "internet, several factors, listed addresses";
}

TEST(SurfaceScore, DataCountsLessTheFartherItIs) {
  const auto score = [](const char* flows) {
    return Result(ModelText{.components = "- {id: user, name: U, kind: external_entity, zone: open}\n"
                                          "- {id: web, name: W, kind: process, zone: inside}\n"
                                          "- {id: app, name: A, kind: process, zone: inside}\n"
                                          "- {id: db, name: D, kind: datastore, zone: inside, stores: [cards]}\n",
                            .flows = absl::StrCat("- {id: in, name: F, source: user, target: web}\n", flows)})
        .Score("in");
  };
  const int bare = score("");
  EXPECT_EQ(score("- {id: a, name: F, source: web, target: db}\n"), bare + 12);
  EXPECT_EQ(score("- {id: a, name: F, source: web, target: app}\n- {id: b, name: F, source: app, target: db}\n"),
            bare + 9);
}

TEST(SurfaceScore, APublicOperationByDecisionIsNoOpenDoor) {
  const auto score = [](const char* endpoint) { return Parts{.endpoint = endpoint}.Run().Score("api GET /x"); };
  const int open = score("authenticated: no");
  const int decided = score("authenticated: no, unauthenticated_reason: Published");
  EXPECT_EQ(open - decided, 15);
  EXPECT_EQ(score("authenticated: no, unauthenticated_reason: Published, state_changing: true"), open);
  EXPECT_GT(score("authenticated: no, unauthenticated_reason: Published, data: [accounts]"), open - 1)
      << "restricted data is not public";
}

// --- Measures ---

TEST(AttackSurface, AMeasureLowersTheScoreByItsTerm) {
  const Result result =
      Parts{.flow = "authentication: none, ip_filtered: yes, transport_security: tls, min_tls: tls_1_3"}.Run();
  const SurfaceFindingFact& finding = result.Of("UNAUTHENTICATED in");
  EXPECT_EQ(finding.before, 25 + 25 + 2);
  EXPECT_EQ(finding.after, 25 + 3 + 2);
  EXPECT_FALSE(finding.closes);
  EXPECT_EQ(finding.due, "2026-03-08") << "critical: 7 days after as_of";
}

TEST(AttackSurface, ClosingAWayInRemovesExactlyItsRows) {
  Parts parts;
  parts.more = "- {id: b, name: F, source: user, target: db, ip_filtered: yes, authentication: token}\n";
  const Result before = parts.Run();
  parts.more = "";
  const Result after = parts.Run();
  EXPECT_THAT(before.Findings(), ElementsAre("STORE_EXPOSED b"));
  EXPECT_THAT(after.Findings(), IsEmpty());
  ASSERT_EQ(before.surface.entries.size(), after.surface.entries.size() + 1);
  for (const EntryPoint& entry : after.surface.entries) {
    EXPECT_EQ(before.Score(entry.id), after.Score(entry.id)) << entry.id;
  }
}

TEST(AttackSurface, EveryMeasureReducesAndTheSumIsThatOfAll) {
  Parts parts;
  parts.flow = "authentication: none, ip_filtered: no, transport_security: none";
  parts.api = "style: rest, schema_validation: no, cors: any";
  parts.endpoint = "authenticated: no, state_changing: true";
  const Result result = parts.Run();
  std::set<size_t> about;
  for (const SurfaceFindingFact& finding : result.surface.findings) {
    EXPECT_LT(finding.after, finding.before) << finding.subject;
    about.insert(finding.entries.begin(), finding.entries.end());
  }
  for (size_t i = 0; i < result.surface.entries.size(); ++i) {
    if (about.count(i) > 0) {
      EXPECT_LT(result.surface.reduced[i].points, result.surface.scores[i].points);
    } else {
      EXPECT_EQ(result.surface.reduced[i].points, result.surface.scores[i].points);
    }
  }
}

TEST(AttackSurface, ACrownJewelOnAnOpenOperationRaisesItsSeverity) {
  const auto severity = [](const char* data) {
    return Parts{.endpoint = absl::StrCat("authenticated: no, unauthenticated_reason: R, state_changing: true, data: [",
                                          data, "]")}
        .Run()
        .Of("CHANGES_UNAUTHENTICATED api GET /x")
        .severity;
  };
  EXPECT_EQ(severity("notes"), model::v1::SEVERITY_MEDIUM);
  EXPECT_EQ(severity("cards"), model::v1::SEVERITY_HIGH);
}

}  // namespace
}  // namespace metapowers::analysis
