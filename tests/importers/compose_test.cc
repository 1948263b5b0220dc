// What several files say, as one model.
#include "service/importers/compose.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "service/importers/attribute_bases.h"
#include "service/model/model.h"
#include "service/model/yaml_writer.h"
#include "tests/support/status_matchers.h"

namespace metapowers::importers {
namespace {

namespace pb = model::v1;
using ::testing::AllOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class ComposeTest : public testing::Test {
 protected:
  ComposeTest() { inventory_.files = {"k8s.yaml", "api.yaml", "sbom.json", "compose.yaml"}; }

  Shown<pb::Component>& Component(const std::string& name, const std::string& scope, const Spot& spot,
                                  std::vector<std::string> names = {}) {
    auto& shown = inventory_.components.emplace_back();
    shown.name = name;
    shown.scope = scope;
    shown.names = std::move(names);
    shown.spot = spot;
    shown.value.set_kind(pb::COMPONENT_KIND_PROCESS);
    return shown;
  }
  Shown<pb::Flow>& Flow(const std::string& name, const std::string& from, const std::string& to,
                        const std::string& scope, const Spot& spot) {
    auto& shown = inventory_.flows.emplace_back();
    shown.name = name;
    shown.scope = scope;
    shown.spot = spot;
    shown.Refers("source", {from, scope, spot}).Refers("target", {to, scope, spot});
    return shown;
  }
  // Composes; the model must be valid.
  Composed Draft() {
    Composed composed = Compose(inventory_, "shop", "2026-03-01", earlier_);
    const auto parsed = model::Model::Parse(model::WriteYaml(composed.model), "draft");
    EXPECT_TRUE(parsed.ok()) << parsed.status() << model::WriteYaml(composed.model);
    return composed;
  }
  static std::vector<std::string> Ids(const auto& elements) {
    std::vector<std::string> ids;
    for (const auto& element : elements) ids.push_back(element.id());
    return ids;
  }
  static std::string BasisOf(const Composed& composed, const std::string& field) {
    for (const auto& basis : composed.bases) {
      if (basis.field() != field) continue;
      return absl::StrCat(basis.basis() == v1::BASIS_OBSERVED ? "observed " : "assumed ", basis.location(), " ",
                          basis.reason());
    }
    return "none";
  }
  std::vector<std::string> Notes(v1::ImportNoteKind kind = v1::IMPORT_NOTE_KIND_WARNING) const {
    std::vector<std::string> notes;
    for (const auto& note : inventory_.notes) {
      if (note.kind() != kind) continue;
      notes.push_back(absl::StrCat(note.location(), ": ", note.field(), ": ", note.text()));
    }
    return notes;
  }

  std::map<std::string, SourceNames> earlier_;
  Inventory inventory_;
};

TEST_F(ComposeTest, IdsStayWhateverComesToTheFiles) {
  Component("cart", "kubernetes:shop", {"k8s.yaml", {3, 1}});
  Component("pay", "kubernetes:shop", {"k8s.yaml", {4, 1}});
  Flow("call", "pay", "cart", "kubernetes:shop", {"k8s.yaml", {5, 1}});
  const Composed before = Draft();
  EXPECT_THAT(Ids(before.model.components()), ElementsAre("cart", "pay"));

  inventory_ = Inventory();
  Component("cart", "kubernetes:bazaar", {"a.yaml", {1, 1}});
  Component("cart", "kubernetes:shop", {"other.yaml", {13, 1}});
  Component("pay", "kubernetes:shop", {"k8s.yaml", {14, 1}});
  Flow("call", "pay", "cart", "kubernetes:shop", {"k8s.yaml", {15, 1}});
  EXPECT_THAT(Ids(Draft().model.components()), ElementsAre("bazaar-cart", "pay", "shop-cart")) << "of a first import";
  earlier_ = ReadSourceNames(absl::StrCat("id: shop\n", SourceNamesText(before.names)));
  const Composed after = Draft();
  EXPECT_THAT(Ids(after.model.components()), ElementsAre("bazaar-cart", "cart", "pay"));
  ASSERT_EQ(after.model.flows_size(), 1);
  EXPECT_EQ(after.model.flows(0).id(), before.model.flows(0).id());
  EXPECT_EQ(after.model.flows(0).target(), "cart");
}

TEST_F(ComposeTest, ALongIdStaysWhenItsNamesakeGoes) {
  Component("cart", "kubernetes:shop", {"k8s.yaml", {3, 1}});
  Component("cart", "kubernetes:bazaar", {"k8s.yaml", {4, 1}});
  earlier_ = ReadSourceNames(SourceNamesText(Draft().names));
  inventory_ = Inventory();
  Component("cart", "kubernetes:shop", {"k8s.yaml", {3, 1}});
  EXPECT_THAT(Ids(Draft().model.components()), ElementsAre("shop-cart"));
}

TEST(SourceNamesTest, AnyNameIsReadBack) {
  std::map<std::string, SourceNames> names;
  names["components"][SourceName("a \" \" b", "", "k\n8s.yaml", "\xffé\\ # x")] = "one";
  names["components"][SourceName("", "kubernetes:shop", "k8s.yaml", "cart")] = "two";
  names["flows"][SourceName("", "kubernetes:shop", "k8s.yaml", "cart")] = "three";
  EXPECT_EQ(ReadSourceNames(absl::StrCat("id: x\n", SourceNamesText(names))), names);
  EXPECT_THAT(ReadSourceNames("id: x\n# components one \"a\"\n"), IsEmpty());
  EXPECT_NE(SourceName("", "", "a", "x"), SourceName("", "", "b", "x"));
  EXPECT_EQ(SourceName("", "s", "a", "x"), SourceName("", "s", "b", "x"));
}

TEST_F(ComposeTest, WhatHasANameInCommonIsOneComponentWithWhatAllSay) {
  Component("orders", "kubernetes:shop", {"k8s.yaml", {3, 1}}, {"acme/orders"}).value.set_replicas(3);
  Component("Orders", "", {"api.yaml", {1, 1}}).value.set_language("go");
  auto& bom = Component("acme/orders", "", {"sbom.json", {9, 1}});
  bom.value.set_version("1.2");
  bom.value.add_technology("go-service");
  const Composed composed = Draft();
  ASSERT_THAT(Ids(composed.model.components()), ElementsAre("orders"));
  const pb::Component& orders = composed.model.components(0);
  EXPECT_EQ(orders.name(), "orders") << "where it runs gives the name";
  EXPECT_EQ(orders.replicas(), 3);
  EXPECT_EQ(orders.language(), "go");
  EXPECT_EQ(orders.version(), "1.2");
  EXPECT_EQ(orders.origin(), pb::ORIGIN_DECLARED);
  EXPECT_EQ(BasisOf(composed, "components[orders].replicas"), "observed k8s.yaml:3 ");
  EXPECT_EQ(BasisOf(composed, "components[orders].technology"), "observed sbom.json:9 ");
  EXPECT_THAT(Notes(), IsEmpty());
}

TEST_F(ComposeTest, ScopesKeepApartWhatIsCalledTheSame) {
  Component("web", "kubernetes:a", {"k8s.yaml", {3, 1}});
  Component("web", "kubernetes:b", {"k8s.yaml", {9, 1}});
  Component("web", "compose:compose.yaml", {"compose.yaml", {2, 1}});
  EXPECT_THAT(Ids(Draft().model.components()), ElementsAre("a-web", "b-web", "compose-yaml-web"));
}

TEST_F(ComposeTest, WhatOneScopeNamesByTwoNamesIsTwo) {
  Component("web_shop", "compose:c", {"compose.yaml", {2, 1}}, {"nginx"});
  Component("web-shop", "compose:c", {"compose.yaml", {5, 1}}, {"nginx"});
  Component("数据库", "compose:c", {"compose.yaml", {7, 1}});
  Component("缓存", "compose:c", {"compose.yaml", {8, 1}});
  const Composed composed = Draft();
  EXPECT_THAT(composed.model.components(), SizeIs(4));
  EXPECT_THAT(Ids(composed.model.components()), Contains("web-shop"));
}

TEST_F(ComposeTest, OneFileDoesNotShowOneComponentTwice) {
  Component("web", "kubernetes:a", {"k8s.yaml", {3, 1}});
  Component("Web", "", {"api.yaml", {1, 1}});
  Component("WEB", "", {"api.yaml", {9, 1}});
  EXPECT_THAT(Draft().model.components(), SizeIs(2));
}

TEST_F(ComposeTest, ThousandsOfFilesMayShowOneComponent) {
  for (int i = 0; i < 1500; ++i) Component("web", "", {absl::StrCat(i, ".yaml"), {1, 1}}, {"www"});
  EXPECT_THAT(Draft().model.components(), SizeIs(1));
}

TEST_F(ComposeTest, WhatCouldBeSeveralIsNoneOfThem) {
  Component("web", "kubernetes:a", {"k8s.yaml", {3, 1}});
  Component("web", "kubernetes:b", {"k8s.yaml", {9, 1}});
  Component("Web", "", {"api.yaml", {1, 1}});
  EXPECT_THAT(Draft().model.components(), SizeIs(3));
  EXPECT_THAT(Notes(),
              ElementsAre("api.yaml:1: components[Web]: could be any of web (k8s.yaml:3), web (k8s.yaml:9); it "
                          "stays an element of its own"));
}

TEST_F(ComposeTest, AnOwnNameCountsMoreThanAFurtherOne) {
  Component("orders", "kubernetes:a", {"k8s.yaml", {3, 1}});
  Component("orders-v2", "kubernetes:a", {"k8s.yaml", {9, 1}}, {"orders"});
  Component("Orders", "", {"api.yaml", {1, 1}}).value.set_language("go");
  const Composed composed = Draft();
  ASSERT_THAT(Ids(composed.model.components()), ElementsAre("orders", "orders-v2"));
  EXPECT_EQ(composed.model.components(0).language(), "go");
}

TEST_F(ComposeTest, ContradictionsAreToldAndTheFirstFileStands) {
  Component("orders", "", {"api.yaml", {4, 1}}).value.set_replicas(2);
  Component("orders", "kubernetes:shop", {"k8s.yaml", {3, 1}}).value.set_replicas(3);
  const Composed composed = Draft();
  EXPECT_EQ(composed.model.components(0).replicas(), 3) << "k8s.yaml is the first of the request";
  EXPECT_THAT(Notes(), ElementsAre("api.yaml:4: components[orders].replicas: is 2 here and 3 at k8s.yaml:3; the first "
                                   "in the order of the files stands, 3"));
}

TEST_F(ComposeTest, WhatWasObservedTakesThePlaceOfWhatWasAssumed) {
  auto& first = Component("db", "kubernetes:shop", {"k8s.yaml", {3, 1}});
  first.value.set_kind(pb::COMPONENT_KIND_DATASTORE);
  first.value.add_technology("postgresql");
  first.Assumed("kind", {"k8s.yaml", {7, 1}}, "image 'postgres' is a data store");
  first.Assumed("technology", {"k8s.yaml", {7, 1}}, "image 'postgres'");
  auto& second = Component("db", "", {"api.yaml", {4, 1}});
  second.value.add_technology("mysql");
  const Composed composed = Draft();
  EXPECT_EQ(composed.model.components(0).kind(), pb::COMPONENT_KIND_PROCESS);
  EXPECT_THAT(composed.model.components(0).technology(), ElementsAre("mysql"));
  EXPECT_EQ(BasisOf(composed, "components[db].kind"), "observed api.yaml:4 ");
  EXPECT_THAT(Notes(), IsEmpty());
}

TEST_F(ComposeTest, AssumedAttributesAreAssumptionsOfTheModel) {
  Component("db", "kubernetes:shop", {"k8s.yaml", {3, 1}}).Assumed("kind", {"k8s.yaml", {7, 1}}, "image 'postgres'");
  const Composed composed = Draft();
  EXPECT_EQ(BasisOf(composed, "components[db].kind"), "assumed k8s.yaml:7 image 'postgres'");
  const auto& assumptions = composed.model.assumptions();
  const auto found = std::find_if(assumptions.begin(), assumptions.end(),
                                  [](const auto& each) { return each.id() == "drawn-components-kind"; });
  ASSERT_NE(found, assumptions.end());
  EXPECT_THAT(found->components(), ElementsAre("db"));
  EXPECT_EQ(found->valid_until(), "2026-05-30");
}

TEST_F(ComposeTest, ReferencesAreResolvedInTheirScope) {
  inventory_.zones.push_back({});
  inventory_.zones.back().name = "shop";
  inventory_.zones.back().scope = "kubernetes:";
  inventory_.zones.back().value.set_type(pb::ZONE_TYPE_K8S_NAMESPACE);
  inventory_.zones.back().spot = {"k8s.yaml", {0, 0}};
  auto& web = Component("web", "kubernetes:a", {"k8s.yaml", {3, 1}});
  web.Refers("zone", {"shop", "kubernetes:", {"k8s.yaml", {4, 1}}})
      .Refers("owner_team", {"ghosts", "", {"k8s.yaml", {5, 1}}});
  Component("db", "kubernetes:a", {"k8s.yaml", {9, 1}}, {"db.a.svc"});
  Component("db", "kubernetes:b", {"k8s.yaml", {19, 1}});
  Flow("web to db", "web", "db", "kubernetes:a", {"k8s.yaml", {6, 1}}).value.set_port(5432);
  const Composed composed = Draft();
  EXPECT_EQ(composed.model.components(2).zone(), "shop");
  EXPECT_EQ(BasisOf(composed, "components[web].zone"), "observed k8s.yaml:4 ");
  ASSERT_THAT(Ids(composed.model.flows()), ElementsAre("web-to-db"));
  EXPECT_EQ(composed.model.flows(0).target(), "a-db");
  EXPECT_THAT(Notes(),
              ElementsAre("k8s.yaml:5: components[web].owner_team: names 'ghosts', which no file shows; it was "
                          "left out"));
}

TEST_F(ComposeTest, FlowsAreTheSameByTheirEnds) {
  Component("web", "kubernetes:a", {"k8s.yaml", {3, 1}});
  Component("db", "kubernetes:a", {"k8s.yaml", {9, 1}});
  Flow("web to db", "web", "db", "kubernetes:a", {"k8s.yaml", {6, 1}}).value.set_port(5432);
  Flow("web to db", "web", "db", "kubernetes:a", {"k8s.yaml", {7, 1}}).value.set_ip_filtered(pb::TRISTATE_YES);
  Flow("query", "web", "db", "", {"api.yaml", {6, 1}}).value.set_protocol("postgresql");
  Flow("admin", "web", "db", "", {"sbom.json", {6, 1}}).value.set_port(22);
  Flow("loop", "web", "web", "", {"api.yaml", {7, 1}});
  Flow("lost", "web", "nobody", "", {"api.yaml", {8, 1}});
  const Composed composed = Draft();
  ASSERT_THAT(Ids(composed.model.flows()), ElementsAre("admin", "web-to-db"));
  const pb::Flow& flow = composed.model.flows(1);
  EXPECT_EQ(flow.port(), 5432);
  EXPECT_EQ(flow.ip_filtered(), pb::TRISTATE_YES);
  EXPECT_EQ(flow.protocol(), "postgresql");
  EXPECT_THAT(Notes(), ElementsAre(HasSubstr("api.yaml:7: flows[loop]: is left out: leads from web to itself"),
                                   HasSubstr("api.yaml:8: flows[lost]: is left out: its target 'nobody'")));
}

TEST_F(ComposeTest, ProcessesWithoutAnyFlowAreAskedFor) {
  Component("web", "", {"k8s.yaml", {3, 1}});
  Component("users", "", {"k8s.yaml", {4, 1}}).value.set_kind(pb::COMPONENT_KIND_EXTERNAL_ENTITY);
  Component("mail", "", {"k8s.yaml", {5, 1}});
  Component("db", "", {"k8s.yaml", {6, 1}}).value.set_kind(pb::COMPONENT_KIND_DATASTORE);
  Component("cron", "", {"k8s.yaml", {7, 1}});
  Flow("web to db", "web", "db", "", {"k8s.yaml", {8, 1}});
  Draft();
  EXPECT_THAT(Notes(v1::IMPORT_NOTE_KIND_QUESTION),
              ElementsAre("k8s.yaml:7: flows: no file shows a call to or from cron, mail: who calls whom?"));
}

TEST_F(ComposeTest, FlowsOfOneFileWithDifferentNamesAreTwo) {
  Component("a", "", {"api.yaml", {3, 1}});
  Component("b", "", {"api.yaml", {9, 1}});
  Flow("HTTP", "a", "b", "", {"api.yaml", {6, 1}});
  Flow("Login", "a", "b", "", {"api.yaml", {7, 1}});
  Flow("HTTP", "b", "a", "", {"api.yaml", {8, 1}});
  EXPECT_THAT(Ids(Draft().model.flows()), ElementsAre("a-to-b-http", "b-to-a-http", "login"));
}

TEST_F(ComposeTest, PartsOfListsAreMergedByTheirKeys) {
  Component("web", "", {"api.yaml", {1, 1}});
  for (const char* file : {"api.yaml", "sbom.json"}) {
    auto& api = inventory_.apis.emplace_back();
    api.name = "web api";
    api.spot = {file, {2, 1}};
    api.Refers("component", {"web", "", api.spot});
    auto& endpoint = *api.value.add_endpoints();
    endpoint.set_method("GET");
    endpoint.set_path("/orders");
    api.Observed("endpoints[0]", {file, {7, 1}});
    if (api.spot.file == "sbom.json") endpoint.set_authenticated(pb::TRISTATE_NO);
  }
  auto& lost = inventory_.apis.emplace_back();
  lost.name = "lost api";
  lost.spot = {"api.yaml", {50, 1}};
  const Composed composed = Draft();
  ASSERT_THAT(Ids(composed.model.apis()), ElementsAre("web-api"));
  ASSERT_THAT(composed.model.apis(0).endpoints(), SizeIs(1));
  EXPECT_EQ(BasisOf(composed, "apis[web-api].endpoints[0].path"), "observed api.yaml:7 ");
  EXPECT_EQ(BasisOf(composed, "apis[web-api].endpoints[0].authenticated"), "observed sbom.json:7 ");
  EXPECT_THAT(Notes(), ElementsAre("api.yaml:50: apis[lost-api]: is left out: no file says which component it belongs "
                                   "to"));
}

TEST_F(ComposeTest, WhatAModelMustHaveIsFilledInOpenly) {
  Component("web", "kubernetes:a", {"k8s.yaml", {3, 1}}).value.clear_kind();
  const Composed composed = Draft();
  EXPECT_EQ(composed.model.name(), "shop");
  EXPECT_EQ(composed.model.as_of(), "2026-03-01");
  EXPECT_THAT(Ids(composed.model.data_classes()), ElementsAre("to-be-named"));
  EXPECT_THAT(Ids(composed.model.zones()), ElementsAre("to-be-named"));
  EXPECT_EQ(composed.model.components(0).zone(), "") << "nothing refers to a placeholder";
  EXPECT_THAT(Ids(composed.model.assumptions()),
              ElementsAre("import-component-kind", "import-name", "import-description", "import-date",
                          "import-accountable-team", "import-organisation", "import-regions", "import-roles",
                          "import-data-classes", "import-zones"));
  EXPECT_THAT(BasisOf(composed, "components[web].kind"), HasSubstr("assumed  a model must have it"));
  EXPECT_THAT(BasisOf(composed, "organization.name"), HasSubstr("assumed"));
}

TEST_F(ComposeTest, WhatContradictsTheModelIsTakenBack) {
  for (const char* name : {"a", "b"}) {
    auto& zone = inventory_.zones.emplace_back();
    zone.name = name;
    zone.spot = {"k8s.yaml", {1, 1}};
    zone.value.set_type(pb::ZONE_TYPE_INTERNET);
    zone.Refers("parent", {*name == 'a' ? "b" : "a", "", zone.spot});
  }
  for (const char* name : {"cards", "orders"}) {
    auto& data = inventory_.data_classes.emplace_back();
    data.name = name;
    data.spot = {"k8s.yaml", {1, 1}};
    data.value.set_confidentiality(pb::CONFIDENTIALITY_CONFIDENTIAL);
  }
  auto& db = Component("db", "", {"k8s.yaml", {9, 1}});
  db.value.set_kind(pb::COMPONENT_KIND_DATASTORE);
  db.value.set_out_of_scope(true);
  db.Refers("zone", {"a", "", db.spot});
  db.Refers("processes", {"cards", "", db.spot}).Refers("processes", {"orders", "", db.spot});
  db.Refers("stores", {"cards", "", db.spot});
  auto& report = inventory_.evidence.emplace_back();
  report.name = "bom";
  report.spot = {"sbom.json", {1, 1}};
  report.value.set_format(pb::EVIDENCE_FORMAT_CYCLONEDX);
  report.value.set_path("evidence/bom.json");
  report.value.set_produced_on("2026-04-01");
  const Composed composed = Draft();
  EXPECT_THAT(composed.model.components(0).stores(), ElementsAre("cards", "orders"));
  EXPECT_EQ(composed.model.components(0).zone(), "");
  EXPECT_EQ(composed.model.as_of(), "2026-04-01");
  EXPECT_THAT(Notes(), ElementsAre(HasSubstr("zones[a].parent: leads back"),
                                   HasSubstr("components[db].zone: is the internet zone a")));
}

TEST_F(ComposeTest, TheOrderInTheFilesDoesNotMatter) {
  const auto fill = [&](bool reversed) {
    inventory_ = Inventory();
    inventory_.files = {"k8s.yaml", "api.yaml"};
    std::vector<std::string> names = {"web", "db", "cache", "Web Shop", "web-shop"};
    if (reversed) std::reverse(names.begin(), names.end());
    for (const std::string& name : names) Component(name, "kubernetes:a", {"k8s.yaml", {3, 1}}).value.add_tags(name);
    for (const std::string& name : names) {
      if (name != "web") Flow(absl::StrCat("web to ", name), "web", name, "kubernetes:a", {"k8s.yaml", {3, 1}});
    }
    Component("WEB", "", {"api.yaml", {3, 1}}).value.add_tags("api");
    return model::WriteYaml(Draft().model);
  };
  EXPECT_EQ(fill(false), fill(true));
}

}  // namespace
}  // namespace metapowers::importers
