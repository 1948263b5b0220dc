// Ways in: which there are, from where they can be used, and what is known of each.
#include "service/analysis/entry_points.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "tests/analysis/facts_of.h"

namespace metapowers::analysis {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using Kind = EntryPoint::Kind;

const char* const kKinds[] = {"flow", "pull", "endpoint", "open", "interface", "device", "deployment"};
const char* const kExposures[] = {"internet", "partner", "supplier", "unknown", "inside", "on site"};

// "kind id: exposure" of each.
std::vector<std::string> List(const std::vector<EntryPoint>& entries) {
  std::vector<std::string> list;
  for (const EntryPoint& entry : entries) {
    list.push_back(absl::StrCat(kKinds[static_cast<int>(entry.kind)], " ", entry.id, ": ",
                                kExposures[static_cast<int>(entry.exposure)]));
  }
  return list;
}

// What a test holds on to: entries refer to the facts.
struct Ways {
  std::shared_ptr<const Facts> facts;
  std::vector<EntryPoint> entries;

  explicit Ways(const ModelText& text) : facts(FactsOf(text)), entries(FindEntryPoints(*facts)) {}

  const EntryPoint& Of(absl::string_view id) const {
    for (const EntryPoint& entry : entries) {
      if (entry.id == id) return entry;
    }
    ADD_FAILURE() << "no way in " << id << " among\n" << absl::StrJoin(List(entries), "\n");
    std::abort();
  }
};

constexpr const char* kZones =
    "- {id: open, name: Open, type: internet}\n"
    "- {id: inside, name: Inside, type: vlan}\n"
    "- {id: vault, name: Vault, type: security_group}\n"
    "- {id: hosted, name: Hosted, type: saas}\n"
    "- {id: hosted-part, name: Part of it, type: vlan, parent: hosted}\n"
    "- {id: friends, name: Friends, type: partner}\n";

constexpr const char* kComponents =
    "- {id: user, name: User, kind: external_entity, zone: open}\n"
    "- {id: friend, name: Friend, kind: external_entity, zone: friends}\n"
    "- {id: bank, name: Bank, kind: external_entity, zone: hosted}\n"
    "- {id: clerk, name: Clerk, kind: external_entity, zone: inside}\n"
    "- {id: web, name: Web, kind: process, zone: inside}\n"
    "- {id: app, name: App, kind: process, zone: inside}\n"
    "- {id: db, name: Db, kind: datastore, zone: vault, stores: [cards]}\n";

TEST(EntryPoints, AFlowHasTheExposureOfItsSource) {
  const Ways ways({.components = kComponents,
                   .flows = "- {id: a-user, name: F, source: user, target: web}\n"
                            "- {id: b-friend, name: F, source: friend, target: web}\n"
                            "- {id: c-bank, name: F, source: bank, target: web}\n"
                            "- {id: d-clerk, name: F, source: clerk, target: web}\n"
                            "- {id: e-cross, name: F, source: app, target: db}\n"
                            "- {id: f-same-zone, name: F, source: web, target: app}\n"
                            "- {id: g-outwards, name: F, source: web, target: bank, sends: [notes]}\n",
                   .zones = kZones});
  EXPECT_THAT(List(ways.entries), ElementsAre("flow a-user: internet", "flow b-friend: partner",
                                              "flow c-bank: supplier", "flow d-clerk: inside", "flow e-cross: inside"));
}

TEST(EntryPoints, WithoutAZoneAPartyIsOnTheInternetAndAComponentOfOursAQuestion) {
  const Ways ways({.components = "- {id: user, name: User, kind: external_entity}\n"
                                 "- {id: web, name: Web, kind: process}\n"
                                 "- {id: app, name: App, kind: process, zone: inside}\n",
                   .flows = "- {id: user-web, name: F, source: user, target: web}\n"
                            "- {id: web-app, name: F, source: web, target: app}\n"});
  EXPECT_THAT(List(ways.entries), ElementsAre("flow user-web: internet"));
}

TEST(EntryPoints, AZoneInsideASuppliersIsTheSuppliers) {
  const Ways ways({.components = "- {id: theirs, name: T, kind: process, zone: hosted-part}\n"
                                 "- {id: web, name: Web, kind: process, zone: inside}\n",
                   .flows = "- {id: in, name: F, source: theirs, target: web}\n"
                            "- {id: out, name: F, source: web, target: theirs}\n",
                   .zones = kZones});
  EXPECT_THAT(List(ways.entries), ElementsAre("flow in: supplier"));
  EXPECT_FALSE(IsOurs(*ways.facts, *ways.facts->Find("theirs")));
}

TEST(EntryPoints, AVpnFromTheInternetIsInsideOrTheSuppliers) {
  const Ways ways({.components = "- {id: staff, name: S, kind: external_entity, zone: open}\n"
                                 "- {id: vendor, name: V, kind: external_entity, zone: open, third_party: acme}\n"
                                 "- {id: web, name: Web, kind: process, zone: inside}\n",
                   .flows = "- {id: a, name: F, source: staff, target: web, vpn: true}\n"
                            "- {id: b, name: F, source: vendor, target: web, vpn: true}\n"
                            "- {id: c, name: F, source: vendor, target: web}\n",
                   .rest = "third_parties:\n- {id: acme, name: Acme, service: support}\n"});
  EXPECT_EQ(ways.Of("a").exposure, EntryExposure::kInside);
  EXPECT_EQ(ways.Of("b").exposure, EntryExposure::kSupplier);
  EXPECT_EQ(ways.Of("c").exposure, EntryExposure::kInternet);
  EXPECT_EQ(ways.Of("a").ip_filtered, model::v1::TRISTATE_YES) << "a VPN lets in whom it knows";
}

TEST(EntryPoints, WhatWeTakeBackFromOutsideIsAWayIn) {
  const std::string flow = "- {id: fetch, name: F, source: web, target: bank, protocol: sftp, receives: [accounts]}\n";
  const Ways ways({.components = kComponents, .flows = flow, .zones = kZones});
  const EntryPoint& pull = ways.Of("fetch");
  EXPECT_EQ(pull.kind, Kind::kPull);
  EXPECT_EQ(pull.exposure, EntryExposure::kSupplier);
  EXPECT_EQ(pull.target->component->id(), "web");
  EXPECT_EQ(pull.source->component->id(), "bank");
  EXPECT_TRUE(pull.file_exchange);
  EXPECT_THAT(pull.authentication, IsEmpty());
}

TEST(EntryPoints, UnknownStaysUnknown) {
  const Ways ways(
      {.components = kComponents, .flows = "- {id: a, name: F, source: user, target: web}\n", .zones = kZones});
  const EntryPoint& entry = ways.Of("a");
  EXPECT_EQ(entry.authenticated, model::v1::TRISTATE_UNSPECIFIED);
  EXPECT_EQ(entry.ip_filtered, model::v1::TRISTATE_UNSPECIFIED);
  EXPECT_EQ(entry.transport, model::v1::TRANSPORT_SECURITY_UNSPECIFIED);
  EXPECT_EQ(entry.rate.state, model::v1::POSTURE_STATE_UNSPECIFIED);
}

TEST(EntryPoints, AdministrationIsByTargetSourceOrProtocol) {
  const Ways ways({.components = "- {id: admin, name: A, kind: external_entity, zone: inside, admin: true}\n"
                                 "- {id: user, name: U, kind: external_entity, zone: open}\n"
                                 "- {id: console, name: C, kind: process, zone: inside, admin: true}\n"
                                 "- {id: web, name: W, kind: process, zone: inside}\n",
                   .flows = "- {id: a, name: F, source: admin, target: web}\n"
                            "- {id: b, name: F, source: user, target: console}\n"
                            "- {id: c, name: F, source: user, target: web, protocol: ssh}\n"
                            "- {id: d, name: F, source: user, target: web, protocol: https}\n"
                            "- {id: e, name: F, source: console, target: web, authorization: technical_user}\n"
                            "- {id: f, name: F, source: console, target: web, authorization: end_user_propagated}\n"});
  for (const char* id : {"a", "b", "c", "f"}) EXPECT_TRUE(ways.Of(id).administrative) << id;
  EXPECT_FALSE(ways.Of("d").administrative);
  EXPECT_EQ(ways.entries.size(), 5u) << "e is a call of its own within one zone";
}

TEST(EntryPoints, OpenComponentsInterfacesAndDevicesNeedNoFlow) {
  const Ways ways({.components = "- {id: bare, name: B, kind: process, zone: inside, internet_facing: yes}\n"
                                 "- {id: desk, name: D, kind: process, zone: inside, used_by_human: true}\n"
                                 "- {id: pump, name: P, kind: process, zone: inside, machine: device}\n"
                                 "- {id: quiet, name: Q, kind: process, zone: inside, internet_facing: no}\n"});
  EXPECT_THAT(List(ways.entries), ElementsAre("open bare: internet", "interface desk: inside", "device pump: on site"));
}

TEST(EntryPoints, AnOpenComponentIsAsWeakAsTheFlowsThatEnterItFromInside) {
  const Ways ways({.components = "- {id: bare, name: B, kind: process, zone: inside, internet_facing: yes}\n"
                                 "- {id: a, name: A, kind: process, zone: inside}\n"
                                 "- {id: b, name: B, kind: process, zone: vault}\n",
                   .flows =
                       "- {id: a-in, name: F, source: a, target: bare, authentication: client_cert, ip_filtered: yes}\n"
                       "- {id: b-in, name: F, source: b, target: bare, authentication: api_key, ip_filtered: yes}\n"});
  EXPECT_THAT(ways.Of("bare").authentication, ElementsAre(model::v1::FLOW_AUTHENTICATION_API_KEY));
  EXPECT_EQ(ways.Of("bare").ip_filtered, model::v1::TRISTATE_YES);
}

TEST(EntryPoints, FlowsFromDevicesAreOnSiteAndThoseToThemInside) {
  const Ways ways({.components = "- {id: pump, name: P, kind: process, zone: inside, machine: device}\n"
                                 "- {id: web, name: W, kind: process, zone: inside}\n",
                   .flows = "- {id: from, name: F, source: pump, target: web}\n"
                            "- {id: to, name: F, source: web, target: pump}\n"});
  EXPECT_THAT(List(ways.entries), ElementsAre("flow to: inside", "flow from: on site", "device pump: on site"));
}

// --- Endpoints ---

constexpr const char* kApi =
    "consumer_classes:\n"
    "- {id: guest, name: guest, authentication: [none]}\n"
    "- {id: member, name: member, authentication: [oauth2_pkce, mfa], requests_per_minute: 60, authenticated: true}\n"
    "- {id: script, name: script, authentication: [api_key], requests_per_minute: 10, authenticated: true}\n"
    "apis:\n"
    "- {id: api, name: Api, component: web, style: rest, consumers: [guest, member, script], endpoints: [\n"
    "    {method: GET, path: /me, authenticated: yes, data: [people]},\n"
    "    {method: GET, path: /news, authenticated: no},\n"
    "    {method: GET, path: /old}]}\n";

TEST(EntryPoints, AnEndpointHasTheWeakestOfThoseWhoMayCallIt) {
  const Ways ways({.components = kComponents,
                   .flows = "- {id: a, name: F, source: user, target: web}\n",
                   .zones = kZones,
                   .rest = kApi});
  EXPECT_THAT(ways.Of("api GET /me").authentication, ElementsAre(model::v1::FLOW_AUTHENTICATION_API_KEY));
  EXPECT_EQ(ways.Of("api GET /me").rate.state, model::v1::POSTURE_STATE_IMPLEMENTED);
  EXPECT_EQ(ways.Of("api GET /me").rate.consumers.size(), 2u);
  EXPECT_THAT(ways.Of("api GET /news").authentication, ElementsAre(model::v1::FLOW_AUTHENTICATION_NONE));
  EXPECT_EQ(ways.Of("api GET /news").rate.state, model::v1::POSTURE_STATE_UNSPECIFIED);
  EXPECT_THAT(ways.Of("api GET /old").authentication, IsEmpty());
  EXPECT_EQ(ways.Of("api GET /old").authenticated, model::v1::TRISTATE_UNSPECIFIED);
}

TEST(EntryPoints, AnOperationThatNothingReachesIsUnknownBeforeItsReachIsAnswered) {
  const auto exposures = [](const char* web, const char* flows = "") {
    const Ways ways({.components = absl::StrCat("- {id: web, name: W, kind: process, zone: inside", web, "}\n",
                                                "- {id: app, name: A, kind: process, zone: inside}\n"),
                     .flows = flows,
                     .rest = kApi});
    std::set<EntryExposure> found;
    for (const EntryPoint& entry : ways.entries) {
      if (entry.endpoint != nullptr) found.insert(entry.exposure);
    }
    return found;
  };
  const char* inside = "- {id: a, name: F, source: app, target: web}\n";
  EXPECT_THAT(exposures(""), ElementsAre(EntryExposure::kUnknown));
  EXPECT_THAT(exposures(", internet_facing: no"), ElementsAre(EntryExposure::kInside));
  EXPECT_THAT(exposures(", internet_facing: yes"), ElementsAre(EntryExposure::kInternet));
  EXPECT_THAT(exposures("", inside), ElementsAre(EntryExposure::kInside)) << "whoever calls is declared";
  EXPECT_THAT(exposures(", host_ports: [{port: 30080}]", inside), ElementsAre(EntryExposure::kUnknown))
      << "a port that is open on some network lets in more";
  EXPECT_THAT(exposures(", internet_facing: no, host_ports: [{port: 30080}]", inside),
              ElementsAre(EntryExposure::kInside));
}

TEST(EntryPoints, AGatewayPassesTheInternetOnAndAnOrdinaryServiceDoesNot) {
  const auto exposure = [](const char* technology) {
    const Ways ways(
        {.components = absl::StrCat("- {id: user, name: User, kind: external_entity, zone: open}\n",
                                    "- {id: front, name: F, kind: process, zone: inside, technology: [", technology,
                                    "]}\n", "- {id: web, name: W, kind: process, zone: vault}\n"),
         .flows = "- {id: a, name: F, source: user, target: front, ip_filtered: no}\n"
                  "- {id: b, name: F, source: front, target: web, ip_filtered: yes}\n",
         .rest = kApi});
    EXPECT_EQ(ways.Of("api GET /me").guarded, ways.Of("api GET /me").exposure == EntryExposure::kInternet);
    return ways.Of("api GET /me").exposure;
  };
  EXPECT_EQ(exposure("waf"), EntryExposure::kInternet);
  EXPECT_EQ(exposure("go-service"), EntryExposure::kInside);
}

TEST(EntryPoints, AWebhookTakesTheSuppliersAndIsTheInternetsUnlessAddressesAreListed) {
  const auto ways = [](const char* filtered) {
    return Ways({.components = kComponents,
                 .flows = absl::StrCat("- {id: a, name: F, source: user, target: web, ip_filtered: no}\n"
                                       "- {id: b, name: F, source: bank, target: web, ip_filtered: ",
                                       filtered, "}\n"),
                 .zones = kZones,
                 .rest = "apis:\n- {id: hook, name: H, component: web, style: webhook, endpoints: [\n"
                         "    {method: POST, path: /in, authenticated: yes}]}\n"});
  };
  EXPECT_EQ(ways("yes").Of("hook POST /in").exposure, EntryExposure::kSupplier);
  EXPECT_EQ(ways("no").Of("hook POST /in").exposure, EntryExposure::kInternet);
}

// --- Data ---

TEST(EntryPoints, DataBehindIsTheStrongestAndWhatIsNearer) {
  const Ways ways({.components = "- {id: user, name: U, kind: external_entity, zone: open}\n"
                                 "- {id: web, name: W, kind: process, zone: inside, processes: [notes]}\n"
                                 "- {id: app, name: A, kind: process, zone: inside, processes: [people]}\n"
                                 "- {id: db, name: D, kind: datastore, zone: inside, stores: [cards]}\n",
                   .flows = "- {id: a, name: F, source: user, target: web}\n"
                            "- {id: b, name: F, source: web, target: app}\n"
                            "- {id: c, name: F, source: app, target: db}\n"});
  const std::vector<DataBehind>& behind = ways.Of("a").behind;
  ASSERT_EQ(behind.size(), 3u);
  EXPECT_EQ(behind[0].data->id(), "cards");
  EXPECT_EQ(behind[0].hops, 2);
  EXPECT_EQ(behind[0].holder->component->id(), "db");
  EXPECT_EQ(behind[1].data->id(), "people");
  EXPECT_EQ(behind[2].data->id(), "notes");
  EXPECT_EQ(behind[2].hops, 0);
  EXPECT_THAT(ways.Of("a").next, ElementsAre("app"));
}

TEST(EntryPoints, StakeIsTheHighestLeg) {
  model::v1::DataClass data;
  EXPECT_EQ(StakeOf(data), 0);
  data.set_confidentiality(model::v1::CONFIDENTIALITY_INTERNAL);
  data.set_integrity(model::v1::IMPORTANCE_MISSION_CRITICAL);
  EXPECT_TRUE(IsCrownJewel(data));
}

// --- Deployments ---

TEST(EntryPoints, APushingPipelineIsAWayInAndAPullingOneIsNot) {
  const auto entries = [](const char* pull) {
    return List(Ways({.components = "- {id: web, name: W, kind: process, runs_on: host, zone: inside}\n",
                      .rest = absl::StrCat("infrastructure:\n- {id: host, name: H, kind: virtual_machine}\n"
                                           "delivery: {pipelines: [{id: ship, name: S, platform: P, deploys_to: [host]",
                                           pull, "}]}\n")})
                    .entries);
  };
  EXPECT_THAT(entries(", deploys_by_pull: no"), ElementsAre("deployment ship host: supplier"));
  EXPECT_THAT(entries(", deploys_by_pull: yes"), IsEmpty());
  EXPECT_THAT(entries(""), IsEmpty());
}

// A shell is answered by the machine, not by the interface that runs on it.
TEST(EntryPoints, AnInterfaceIsNotCalledThroughAShell) {
  const Ways ways({.components = kComponents,
                   .flows = "- {id: a-user, name: F, source: user, target: web, protocol: https}\n"
                            "- {id: b-shell, name: F, source: user, target: web, protocol: ssh}\n"
                            "- {id: c-work, name: F, source: user, target: web, protocol: https, usage: devops}\n",
                   .zones = kZones,
                   .rest = "apis:\n- {id: shop, name: Shop, component: web, style: rest, endpoints: [\n"
                           "  {method: GET, path: /items}]}\n"});
  std::vector<std::string> arrivals;
  for (const model::v1::Flow* flow : ways.Of("shop GET /items").arrivals) arrivals.push_back(flow->id());
  EXPECT_THAT(arrivals, ElementsAre("a-user"));
}

}  // namespace
}  // namespace metapowers::analysis
