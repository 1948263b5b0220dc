#include "service/commands/identify/attack_surface.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "service/analysis/attack_surface.h"
#include "service/analysis/terms.h"
#include "tests/commands/command_fixture.h"

namespace metapowers::commands::identify {
namespace {

using security::identify::v1::AttackSurfaceResult;
using ::testing::Contains;
using ::testing::Not;

AttackSurfaceResult Surface(const std::string& yaml) { return AttackSurface(Case(yaml).input()); }

// Ids of all ways in as the inventory's tables list them.
std::multiset<std::string> Listed(const AttackSurfaceResult& result) {
  std::multiset<std::string> ids;
  for (const auto& group : result.connections()) {
    for (const auto& row : group.rows()) ids.insert(row.id());
  }
  for (const auto& row : result.pulls()) ids.insert(row.id());
  for (const auto& group : result.interfaces()) {
    for (const auto& row : group.rows()) ids.insert(absl::StrCat(group.id(), " ", row.operation()));
  }
  for (const auto& row : result.others()) ids.insert(row.id());
  return ids;
}

// "title subject" of each finding.
std::set<std::string> Findings(const AttackSurfaceResult& result) {
  std::set<std::string> list;
  for (const auto& group : result.findings()) {
    for (const auto& row : group.rows()) list.insert(absl::StrCat(group.title(), " | ", row.subject()));
  }
  return list;
}

TEST(AttackSurface, EveryDeclaredOperationStandsWithItsAttributes) {
  for (const char* name : kExamples) {
    const Case c(Example(name));
    const AttackSurfaceResult result = AttackSurface(c.input());
    int operations = 0;
    for (const auto& api : c.model().proto().apis()) operations += api.endpoints_size();
    int rows = 0;
    for (const auto& group : result.interfaces()) {
      for (const auto& row : group.rows()) {
        ++rows;
        for (const std::string* cell : {&row.operation(), &row.exposure(), &row.authentication(), &row.rate()}) {
          EXPECT_FALSE(cell->empty()) << row.ShortDebugString();
        }
        EXPECT_FALSE(row.owner().empty()) << row.operation();
      }
    }
    EXPECT_EQ(rows, operations) << name;
    EXPECT_EQ(result.totals().operations(), operations) << name;
  }
}

// A host name stands with all that callers find under it.
TEST(AttackSurface, HostNamesLeadToTheirWaysIn) {
  EXPECT_FALSE(Surface(Example("team-notes")).has().hosts());
  std::string yaml = Example("team-notes");
  const size_t at = yaml.find("  - id: web-app\n", yaml.find("\ncomponents:"));
  ASSERT_NE(at, std::string::npos);
  yaml.insert(at + 16, "    host_ports: [{port: 8443, host: notes.example}, {host: old.example}]\n");
  const size_t flows = yaml.find("\nflows:\n") + 8;
  yaml.insert(flows,
              "  - {id: a-way, name: A way, source: customer, target: web-app, hosts: [notes.example, "
              "\"*.notes.example\"]}\n");
  const AttackSurfaceResult result = Surface(yaml);
  std::map<std::string, std::string> rows;
  for (const auto& row : result.hosts()) {
    rows[row.host()] = absl::StrCat(absl::StrJoin(row.entries(), "+"), " ", row.exposure(), " ",
                                    absl::StrJoin(row.components(), "+"), " ", absl::StrJoin(row.owners(), "+"));
  }
  ASSERT_EQ(rows.size(), 3u);
  EXPECT_EQ(rows["notes.example"].substr(0, 27), "a-way+web-app port 8443 int");
  EXPECT_EQ(rows["old.example"].substr(0, 34), "web-app at a port internet web-app") << "it faces the internet";
  EXPECT_EQ(rows["*.notes.example"].substr(0, 6), "a-way ");
}

TEST(AttackSurface, AHostNameIsNoNarrowerThanWhatIsNotKnownOfIt) {
  const auto exposure = [](const std::string& facing) {
    const AttackSurfaceResult result =
        Surface(Edited(Example("team-notes"),
                       {{"    internet_facing: no\n", "    host_ports: [{port: 5432, host: db.example}]\n" + facing},
                        {"target: notes-db,", "target: notes-db, hosts: [db.example],"}}));
    EXPECT_EQ(result.hosts_size(), 1);
    EXPECT_EQ(result.hosts(0).entries_size(), 2);
    return result.hosts(0).exposure();
  };
  EXPECT_EQ(exposure("    internet_facing: no\n"), "inside");
  EXPECT_EQ(exposure(""), "to be answered");
}

// What nobody says the reach of is neither inside nor outside, and stands in the tables all the same.
TEST(AttackSurface, OperationsThatNothingReachesAreOfUnknownReach) {
  std::string yaml = Example("team-notes");
  const size_t end = yaml.find("\n", yaml.find("\ncomponents:") + 1) + 1;
  yaml.insert(end, "  - {id: lone, name: Lone, kind: process, owner_team: founders, zone: server-local}\n");
  const AttackSurfaceResult before = Surface(yaml);
  const size_t apis = yaml.find("\napis:");
  const std::string api =
      "  - {id: lone-api, name: Lone, component: lone, style: rest, endpoints: [\n"
      "      {method: GET, path: /a, authenticated: no}, {method: GET, path: /b, authenticated: yes}]}\n";
  if (apis == std::string::npos) {
    yaml += "apis:\n" + api;
  } else {
    yaml.insert(yaml.find('\n', apis + 1) + 1, api);
  }
  const AttackSurfaceResult after = Surface(yaml);
  EXPECT_EQ(before.totals().unknown_reach(), 0);
  EXPECT_EQ(before.phrases().unknown_reach(), "");
  EXPECT_EQ(before.bands(0).unknown(), "");
  EXPECT_EQ(after.totals().unknown_reach(), 2);
  EXPECT_EQ(after.totals().inside(), before.totals().inside());
  EXPECT_EQ(after.totals().entries(), before.totals().entries() + 2);
  EXPECT_EQ(after.phrases().unknown_reach(), "2 of unknown reach");
  EXPECT_EQ(after.phrases().unknown_ways(), "2 ways in");
  int in_bands = 0;
  for (const auto& row : after.bands()) in_bands += row.band() == "all" ? std::stoi(row.unknown()) : 0;
  EXPECT_EQ(in_bands, 2);
  const auto open = std::find_if(after.unauthenticated().begin(), after.unauthenticated().end(),
                                 [](const auto& row) { return row.id() == "lone-api GET /a"; });
  ASSERT_NE(open, after.unauthenticated().end());
  EXPECT_EQ(open->exposure(), "unknown");
  for (const auto& row : after.scores()) {
    if (!absl::StartsWith(row.id(), "lone-api ")) continue;
    EXPECT_THAT(row.unknown(), Contains("origin unknown 25")) << row.id();
  }
  const bool asked = std::any_of(after.questions().begin(), after.questions().end(), [](const auto& question) {
    return question.field() == "components[lone].internet_facing";
  });
  EXPECT_TRUE(asked);
}

TEST(AttackSurface, EveryFlowFromAnExternalEntityIsListed) {
  for (const char* name : kExamples) {
    const Case c(Example(name));
    const auto listed = Listed(AttackSurface(c.input()));
    for (const auto& flow : c.model().proto().flows()) {
      const auto& source = *c.facts().Find(flow.source())->component;
      const auto& target = *c.facts().Find(flow.target())->component;
      if (!analysis::IsExternal(source) || analysis::IsExternal(target)) continue;
      EXPECT_THAT(listed, Contains(flow.id())) << name;
    }
  }
}

TEST(AttackSurface, EveryAdministrativeInterfaceAndEveryDeviceIsListed) {
  for (const char* name : kExamples) {
    const Case c(Example(name));
    std::set<std::string> targets;
    for (const auto& entry : analysis::FindEntryPoints(c.facts())) {
      if (entry.target != nullptr) targets.insert(entry.target->component->id());
    }
    for (const auto& component : c.model().proto().components()) {
      const bool must = component.admin() || component.machine() == model::v1::MACHINE_DEVICE;
      if (must && !analysis::IsExternal(component)) {
        EXPECT_THAT(targets, Contains(component.id())) << name;
      }
    }
  }
}

// Counts in the summary, the count table, the bands, the score list and the inventory's tables are one number.
TEST(AttackSurface, TheNumbersReconcile) {
  for (const char* name : kExamples) {
    SCOPED_TRACE(name);
    const AttackSurfaceResult result = Surface(Example(name));
    const int entries = result.totals().entries();
    EXPECT_EQ(static_cast<int>(Listed(result).size()), entries);
    EXPECT_EQ(result.scores_size(), entries);
    const auto& totals = result.totals();
    EXPECT_EQ(totals.internet() + totals.parties() + totals.unknown_reach() + totals.inside(), entries);
    EXPECT_EQ(result.reduction().entries(), entries);
    const auto& all = result.counts(result.counts_size() - 1);
    EXPECT_EQ(all.entries(), entries);
    EXPECT_EQ(all.connections() + all.operations() + all.pulls() + all.others(), entries);
    EXPECT_EQ(all.unauthenticated(), result.unauthenticated_size());
    int by_exposure = 0;
    for (int i = 0; i + 1 < result.counts_size(); ++i) by_exposure += result.counts(i).entries();
    EXPECT_EQ(by_exposure, entries);
    int banded = 0;
    for (int i = 0; i + 1 < result.bands_size(); ++i) banded += result.bands(i).all();
    EXPECT_EQ(banded, entries);
    EXPECT_EQ(result.bands(result.bands_size() - 1).all(), entries);
    int sum = 0;
    for (const auto& row : result.scores()) sum += row.score();
    EXPECT_EQ(result.reduction().sum(), sum);
  }
}

TEST(AttackSurface, EachFindingIsScheduledOnceWithAnOwner) {
  for (const char* name : kExamples) {
    SCOPED_TRACE(name);
    const AttackSurfaceResult result = Surface(Example(name));
    int found = 0, scheduled = 0, subjects = 0;
    for (const auto& group : result.findings()) {
      found += group.rows_size();
      EXPECT_GT(group.references_size(), 0) << group.title();
      for (const auto& row : group.rows()) {
        EXPECT_FALSE(row.owner().empty()) << row.subject();
        EXPECT_GE(row.due(), result.as_of()) << row.subject();
        EXPECT_FALSE(row.fact().empty()) << row.subject();
      }
    }
    for (const auto& wave : result.waves()) {
      scheduled += wave.findings();
      for (const auto& row : wave.rows()) {
        subjects += row.subjects_size();
        EXPECT_LE(row.due(), wave.ends());
        EXPECT_FALSE(row.verification().empty());
      }
    }
    EXPECT_GT(found, 0);
    EXPECT_EQ(found, result.totals().findings());
    EXPECT_EQ(scheduled, found);
    EXPECT_EQ(subjects, found);
    EXPECT_EQ(result.loads(result.loads_size() - 1).all(), found);
  }
}

TEST(AttackSurface, UnauthenticatedWaysInAreExplainedOrFlagged) {
  for (const char* name : kExamples) {
    const AttackSurfaceResult result = Surface(Example(name));
    for (const auto& row : result.unauthenticated()) {
      EXPECT_TRUE(row.flagged() || !row.reason().empty()) << name << " " << row.id();
    }
  }
}

TEST(AttackSurface, OrderInTheFileNeverMatters) {
  for (const char* list : {"components", "flows", "zones", "apis", "consumer_classes"}) {
    EXPECT_EQ(Surface(Reversed(Example("api-platform"), list)).SerializeAsString(),
              Surface(Example("api-platform")).SerializeAsString())
        << list;
  }
}

TEST(AttackSurface, TheHospitalsKnownWaysInAreJudged) {
  const auto findings = Findings(Surface(Example("patient-platform")));
  EXPECT_THAT(findings, Contains("Administration that goes past a bastion | vendor-to-lab"));
  EXPECT_THAT(findings, Contains("Way in without authentication | pump-server-to-pumps"));
  EXPECT_THAT(findings, Contains("Zone that lets all traffic pass | medical-devices"));
  EXPECT_THAT(findings, Contains("Browser calls from any origin | fhir-api"));
  EXPECT_THAT(findings, Not(Contains("Administration that goes past a bastion | vendor-to-gateway")));
}

TEST(AttackSurface, EncryptingAFlowRemovesItsFindingAlone) {
  const std::string text = Example("patient-platform");
  const std::string flow = "id: clinician-to-downtime";
  const size_t at = text.find("transport_security: none", text.find(flow));
  ASSERT_NE(at, std::string::npos);
  std::string mended = text;
  mended.replace(at, strlen("transport_security: none"), "transport_security: tls, min_tls: tls_1_3");
  std::set<std::string> expected = Findings(Surface(text));
  EXPECT_EQ(expected.erase("Way in without encryption | clinician-to-downtime"), 1u);
  EXPECT_EQ(Findings(Surface(mended)), expected);
}

TEST(AttackSurface, AGatewayInFrontOfCardCaptureClosesItsFinding) {
  const std::string finding = "Public service without a gateway in front | card-capture";
  const std::string text = Example("api-platform");
  EXPECT_THAT(Findings(Surface(text)), Contains(finding));
  std::string guarded = text;
  for (const char* flow : {"id: payer-us-to-card-capture", "id: payer-eu-to-card-capture"}) {
    const size_t at = guarded.find("target: card-capture", guarded.find(flow));
    ASSERT_NE(at, std::string::npos);
    guarded.replace(at, strlen("target: card-capture"), "target: edge-waf");
  }
  EXPECT_THAT(Findings(Surface(guarded)), Not(Contains(finding)));
}

TEST(AttackSurface, PciIsCitedWhereASubjectIsInItsScope) {
  const auto cites = [](const AttackSurfaceResult& result, const std::string& title) {
    for (const auto& group : result.findings()) {
      if (group.title() != title) continue;
      return std::any_of(group.references().begin(), group.references().end(),
                         [](const std::string& reference) { return absl::StartsWith(reference, "PCI DSS"); });
    }
    ADD_FAILURE() << title;
    return false;
  };
  EXPECT_TRUE(cites(Surface(Example("api-platform")), "Public service without a gateway in front"));
  EXPECT_FALSE(cites(Surface(Example("patient-platform")), "Zone that lets all traffic pass"));
  // Its 4.2.1 is about account data on networks outside, and none of these flows carries any there.
  EXPECT_FALSE(cites(Surface(Example("api-platform")), "TLS version below the policy"));
}

TEST(AttackSurface, CrownJewelsTellTheirPath) {
  const AttackSurfaceResult result = Surface(Example("api-platform"));
  int jewels = 0;
  for (const auto& row : result.jewels()) {
    EXPECT_EQ(row.steps_size(), row.hops());
    EXPECT_LE(row.unguarded(), row.hops());
    if (row.data() == "platform-secrets") {
      ++jewels;
      EXPECT_EQ(row.origin(), "GitHub");
      EXPECT_EQ(row.hops(), 2);
    }
  }
  EXPECT_EQ(jewels, 1);
}

// Nothing but the least a model must have.
TEST(AttackSurface, AModelWithoutFlowsHasAnEmptySurface) {
  const AttackSurfaceResult result = Surface(
      "schema_version: \"1\"\nid: shop\nname: Shop\ndescription: Sells.\nas_of: 2026-03-01\n"
      "organization: {name: Shop Inc.}\nowner_team: core\nregions:\n- {id: eu, jurisdiction: eu}\n"
      "teams:\n- {id: core, name: Core, lead: L}\nroles:\n- {id: boss, title: Boss, kind: executive_sponsor, team: "
      "core}\n"
      "data_classes:\n- {id: notes, name: N, owner: core, confidentiality: internal}\n"
      "zones:\n- {id: inside, name: I, type: vlan}\ncomponents:\n- {id: web, name: W, kind: process, zone: inside}\n");
  EXPECT_EQ(result.totals().entries(), 0);
  EXPECT_EQ(result.totals().findings(), 0);
  EXPECT_FALSE(result.has().scores());
  EXPECT_FALSE(result.has().waves());
}

TEST(AttackSurface, CrownJewelsStayInReachWhereSomethingElseIsAssumed) {
  const std::string yaml = Example("api-platform");
  const std::string named = "    technology: [argocd]";
  const Case c(Edited(yaml, {{named, named + "  # assumed: the image is called so"}}));
  ASSERT_NE(&c.facts().known(), &c.facts());
  const AttackSurfaceResult before = Surface(yaml), after = AttackSurface(c.input());
  ASSERT_GT(before.jewels_size(), 0);
  EXPECT_EQ(after.jewels_size(), before.jewels_size());
  EXPECT_EQ(after.unreached_jewels_size(), before.unreached_jewels_size());
}

TEST(AttackSurface, QuestionsNameTheTeamThatAnswers) {
  for (const char* name : kExamples) {
    const AttackSurfaceResult result = Surface(Example(name));
    for (const auto& question : result.questions()) {
      EXPECT_FALSE(question.owner_name().empty()) << name << " " << question.field();
    }
  }
}

}  // namespace
}  // namespace metapowers::commands::identify
