// The model in formats of other tools: what is said, what is not, and hostile names.
#include "service/export/model_export.h"

#include <gmock/gmock.h>
#include <google/protobuf/util/message_differencer.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "service/export/flowchart.h"
#include "tests/model/model_texts.h"
#include "tests/support/golden.h"
#include "tests/support/status_matchers.h"

namespace metapowers::exporting {
namespace {

using ::google::protobuf::util::MessageDifferencer;
using nlohmann::json;
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

std::shared_ptr<const model::Model> Parse(const std::string& yaml) {
  const auto parsed = model::Model::Parse(yaml, "m.yaml");
  EXPECT_TRUE(parsed.ok()) << parsed.status();
  return parsed.ok() ? *parsed : nullptr;
}

// A store beside the web component of the smallest model, and a flow between them.
std::string Shop(absl::string_view more = "") {
  return absl::StrCat(model::kMinimal, R"(  - id: db
    name: Orders
    kind: datastore
    technology: [postgresql, pgbouncer]
    zone: inside
    stores: [orders]
    tags: [pii]
    replicas: 2
  - id: shopper
    name: "Shopper \"Ann\" #1; [x]|<b>\\N"
    kind: external_entity
flows:
  - id: web-db
    name: Reads orders
    source: web
    target: db
    receives: [orders]
)",
                      more);
}

std::vector<std::string> Examples() {
  std::vector<std::string> models;
  for (const auto& entry : std::filesystem::directory_iterator("deploy/examples")) {
    const std::string yaml = testing_support::ReadTestFile((entry.path() / "system-model.yaml").string());
    if (!yaml.empty()) models.push_back(yaml);
  }
  EXPECT_GE(models.size(), 3u);
  return models;
}

// Ids of a list of objects.
std::set<std::string> IdsOf(const json& list) {
  std::set<std::string> ids;
  for (const json& each : list) EXPECT_TRUE(ids.insert(each.at("id").get<std::string>()).second) << each;
  return ids;
}

// What the schema of OTM 0.2 requires, and that every reference has its element.
void ExpectOtm(const json& otm) {
  EXPECT_EQ(otm.at("otmVersion"), "0.2.0");
  EXPECT_TRUE(otm.at("project").at("name").is_string() && otm.at("project").at("id").is_string());
  const std::set<std::string> zones = IdsOf(otm.at("trustZones"));
  const std::set<std::string> components = IdsOf(otm.at("components"));
  const std::set<std::string> assets = IdsOf(otm.value("assets", json::array()));
  const std::set<std::string> code = IdsOf(otm.value("representations", json::array()));
  IdsOf(otm.at("dataflows"));
  const auto expect_assets = [&](const json& list) {
    for (const json& id : list) EXPECT_EQ(assets.count(id.get<std::string>()), 1u) << id;
  };
  for (const json& zone : otm.at("trustZones")) {
    EXPECT_TRUE(zone.at("name").is_string() && zone.at("risk").at("trustRating").is_number()) << zone;
    if (zone.contains("parent")) {
      EXPECT_EQ(zones.count(zone.at("parent").at("trustZone").get<std::string>()), 1u) << zone;
    }
  }
  for (const json& asset : otm.value("assets", json::array())) {
    for (const char* key : {"confidentiality", "integrity", "availability"}) {
      const double rating = asset.at("risk").at(key);
      EXPECT_TRUE(rating >= 0 && rating <= 100) << asset;
    }
  }
  for (const json& component : otm.at("components")) {
    EXPECT_FALSE(component.at("type").get<std::string>().empty()) << component;
    ASSERT_EQ(component.at("parent").size(), 1u) << component;
    const json& parent = component.at("parent");
    EXPECT_EQ(parent.contains("trustZone") ? zones.count(parent.at("trustZone").get<std::string>())
                                           : components.count(parent.at("component").get<std::string>()),
              1u)
        << component;
    expect_assets(component.value("assets", json::object()).value("processed", json::array()));
    expect_assets(component.value("assets", json::object()).value("stored", json::array()));
    for (const json& place : component.value("representations", json::array())) {
      EXPECT_EQ(code.count(place.at("representation").get<std::string>()), 1u) << component;
    }
  }
  for (const json& flow : otm.at("dataflows")) {
    EXPECT_EQ(components.count(flow.at("source").get<std::string>()), 1u) << flow;
    EXPECT_EQ(components.count(flow.at("destination").get<std::string>()), 1u) << flow;
    expect_assets(flow.value("assets", json::array()));
  }
}

TEST(ModelExport, JsonIsTheModel) {
  for (const std::string& yaml : Examples()) {
    const auto model = Parse(yaml);
    const ModelExport exported = WriteJson(*model);
    EXPECT_TRUE(json::accept(exported.text));
    EXPECT_THAT(exported.left_out, IsEmpty());
    const auto back = Parse(exported.text);
    ASSERT_NE(back, nullptr);
    EXPECT_TRUE(MessageDifferencer::Equals(back->proto(), model->proto()));
  }
}

TEST(ModelExport, JsonKeepsWhatIsHardToWrite) {
  const auto model = Parse(absl::StrReplaceAll(
      Shop(), {{"description: Sells things.", "description: |2-\n    one \"two\" \\n\n  \t# three\n\n  é 数"},
               {"    replicas: 2\n", "    replicas: 0\n    backup: {}\n"}}));
  const auto back = Parse(WriteJson(*model).text);
  ASSERT_NE(back, nullptr);
  EXPECT_TRUE(MessageDifferencer::Equals(back->proto(), model->proto()));
  EXPECT_EQ(json::parse(WriteJson(*model).text)["components"][0]["replicas"], 0);
}

TEST(ModelExport, OtmOfTheExamplesIsWhole) {
  for (const std::string& yaml : Examples()) {
    const auto model = Parse(yaml);
    const json otm = json::parse(WriteOtm(*model).text);
    ExpectOtm(otm);
    EXPECT_EQ(otm["components"].size(), static_cast<size_t>(model->proto().components_size()));
    EXPECT_EQ(otm["dataflows"].size(), static_cast<size_t>(model->proto().flows_size()));
    EXPECT_EQ(otm["assets"].size(), static_cast<size_t>(model->proto().data_classes_size()));
    EXPECT_GE(otm["trustZones"].size(), static_cast<size_t>(model->proto().zones_size()));
  }
}

TEST(ModelExport, OtmSaysWhatItCanAndTellsTheRest) {
  const ModelExport exported = WriteOtm(*Parse(Shop("currency: EUR\n")));
  const json otm = json::parse(exported.text);
  ExpectOtm(otm);
  EXPECT_EQ(otm["project"]["owner"], "Core");
  EXPECT_EQ(otm["assets"][0]["risk"], json::parse(R"({"confidentiality": 25, "integrity": 0, "availability": 0})"));
  const json& db = otm["components"][0];
  EXPECT_EQ(db["id"], "db");
  EXPECT_EQ(db["type"], "pgbouncer");
  EXPECT_EQ(db["assets"]["stored"], json::array({"orders"}));
  EXPECT_EQ(db["tags"], json::array({"pii"}));
  EXPECT_EQ(otm["components"][1]["parent"]["trustZone"], "no-zone") << "the shopper is in no zone";
  EXPECT_EQ(otm["dataflows"][0]["bidirectional"], true);
  EXPECT_EQ(otm["dataflows"][0]["assets"], json::array({"orders"}));
  EXPECT_THAT(exported.left_out, Contains("currency"));
  EXPECT_THAT(exported.left_out, Contains("components.replicas"));
  EXPECT_THAT(exported.left_out, Contains(HasSubstr("'no-zone' holds shopper")));
  EXPECT_THAT(exported.left_out, Contains(HasSubstr("0 stands for what is not known of orders")));
  EXPECT_THAT(exported.left_out, Contains(HasSubstr("which way they go in web-db")));
  EXPECT_THAT(exported.left_out, Not(Contains("components.name")));
}

TEST(ModelExport, OtmSaysAgainWhatAnImportKept) {
  const std::string yaml = absl::StrReplaceAll(
      model::kMinimal,
      {{"    confidentiality: internal\n",
        "    confidentiality: internal\n    integrity: important\n    imported_id: A 1\n    tags: "
        "[\"otm:confidentiality=30\", "
        "\"otm:integrity=10\", \"otm:attribute:owner=Ann = Bob\"]\n"},
       {"    type: vlan\n",
        "    type: vlan\n    trust: 13\n    imported_id: f0ba7722\n    tags: [\"otm:type=aws\", \"otm:trust=12.5\"]\n"},
       {"  - id: web\n    name: Web\n    kind: process\n    zone: inside\n",
        R"(  - {id: web, name: Web, kind: process, zone: inside, imported_id: web.1, technology: [ec2], tags: ["otm:type=EC2"]}
  - {id: db, name: Db, kind: process, zone: inside, imported_id: db.1, processes: [orders], tags: ["otm:parent=web.1", "x", "otm:type=empty-component"]}
  - {id: cache, name: Cache, kind: process, zone: inside, tags: ["otm:parent=gone"]}
flows:
  - {id: f, name: F, source: web, target: db, imported_id: "f/1", tags: ["otm:bidirectional"], sends: [orders], receives: [orders]}
)"}});
  const ModelExport exported = WriteOtm(*Parse(yaml));
  const json otm = json::parse(exported.text);
  ExpectOtm(otm);
  const json& asset = otm["assets"][0];
  EXPECT_EQ(asset["id"], "A 1");
  EXPECT_EQ(asset["risk"]["confidentiality"], 30);
  EXPECT_EQ(asset["risk"]["integrity"], 50) << "a person rates it otherwise than the file did";
  EXPECT_EQ(asset["attributes"], json::parse(R"({"owner": "Ann = Bob"})"));
  const json& zone = otm["trustZones"][0];
  EXPECT_EQ(zone["id"], "f0ba7722");
  EXPECT_EQ(zone["type"], "aws");
  EXPECT_EQ(zone["risk"]["trustRating"], 12.5);
  ASSERT_EQ(otm["components"].size(), 3u);
  EXPECT_EQ(otm["components"][0]["parent"]["trustZone"], "f0ba7722") << "its parent is gone";
  EXPECT_EQ(otm["components"][1]["id"], "db.1");
  EXPECT_EQ(otm["components"][1]["type"], "empty-component");
  EXPECT_EQ(otm["components"][1]["parent"], json::parse(R"({"component": "web.1"})"));
  EXPECT_EQ(otm["components"][1]["assets"]["processed"], json::array({"A 1"}));
  EXPECT_EQ(otm["components"][1]["tags"], json::array({"x"}));
  EXPECT_EQ(otm["components"][2]["type"], "EC2");
  EXPECT_FALSE(otm["components"][2].contains("tags"));
  const json& flow = otm["dataflows"][0];
  EXPECT_EQ(flow["id"], "f/1");
  EXPECT_EQ(flow["source"], "web.1");
  EXPECT_EQ(flow["destination"], "db.1");
  EXPECT_EQ(flow["bidirectional"], true);
  EXPECT_THAT(exported.left_out, Not(Contains(HasSubstr("which way they go"))));
}

TEST(ModelExport, MermaidIsAFlowchartWithHostileNames) {
  const ModelExport exported = WriteMermaid(*Parse(Shop()));
  const auto chart = ParseFlowchart(exported.text);
  ASSERT_TRUE(chart.has_value()) << exported.text;
  ASSERT_EQ(chart->nodes.size(), 3u);
  EXPECT_EQ(chart->nodes[0].label, "Shopper \"Ann\" #1; [x]|<b>\\N") << "outside of all zones";
  EXPECT_EQ(chart->nodes[0].shape, Flowchart::Shape::kStadium);
  EXPECT_EQ(chart->nodes[0].group, -1);
  EXPECT_EQ(chart->nodes[1].shape, Flowchart::Shape::kStore);
  ASSERT_EQ(chart->groups.size(), 1u);
  EXPECT_EQ(chart->groups[0].label, "Inside");
  ASSERT_EQ(chart->edges.size(), 1u);
  EXPECT_EQ(chart->edges[0].label, "Reads orders");
  EXPECT_THAT(exported.left_out, Contains("teams"));
  EXPECT_THAT(exported.left_out, Not(Contains("components")));
  // As one line each: no name begins another.
  const std::string hostile =
      WriteMermaid(*Parse(absl::StrReplaceAll(
                       Shop(), {{"name: Inside", "name: \"\\\"] end %% --> a\""}, {"name: Web", "name: end"}})))
          .text;
  const auto same = ParseFlowchart(hostile);
  ASSERT_TRUE(same.has_value()) << hostile;
  EXPECT_EQ(same->nodes.size(), 3u);
  EXPECT_EQ(same->groups.size(), 1u);
}

TEST(ModelExport, DotHasClustersAndEscapesNames) {
  EXPECT_EQ(WriteDot(*Parse(Shop())).text,
            "digraph \"shop\" {\n"
            "  rankdir=LR;\n"
            "  node [shape=box];\n"
            "  label=\"Shop\";\n"
            "  \"shopper\" [label=\"Shopper \\\"Ann\\\" #1; [x]|<b>\\\\N\", style=rounded];\n"
            "  subgraph \"cluster_inside\" {\n"
            "    label=\"Inside\";\n"
            "    \"db\" [label=\"Orders\", shape=cylinder];\n"
            "    \"web\" [label=\"Web\"];\n"
            "  }\n"
            "  \"web\" -> \"db\" [label=\"Reads orders\"];\n"
            "}\n");
}

TEST(ModelExport, DiagramsOfTheExamplesHaveEveryElementOnce) {
  for (const std::string& yaml : Examples()) {
    const auto model = Parse(yaml);
    const std::string dot = WriteDot(*model).text;
    const std::string mermaid = WriteMermaid(*model).text;
    for (const auto& component : model->proto().components()) {
      const std::string node = absl::StrCat("  \"", component.id(), "\" [label=");  // where it ends a flow, one space
      ASSERT_NE(dot.find(node), std::string::npos) << node;
      EXPECT_EQ(dot.find(node, dot.find(node) + 1), std::string::npos) << node;
    }
    const auto count = [](const std::string& text, const std::string& what) {
      int found = 0;
      for (size_t at = text.find(what); at != std::string::npos; at = text.find(what, at + 1)) ++found;
      return found;
    };
    EXPECT_EQ(count(dot, " -> "), model->proto().flows_size());
    EXPECT_EQ(count(dot, "subgraph "), model->proto().zones_size());
    EXPECT_EQ(count(mermaid, " -->|"), model->proto().flows_size());
    EXPECT_EQ(count(mermaid, " end\n"), model->proto().zones_size());
    EXPECT_EQ(count(mermaid, "subgraph "), model->proto().zones_size());
  }
}

TEST(ModelExport, ZonesNestedWithoutEndAreDrawn) {
  std::string zones;
  for (int i = 0; i < 3000; ++i) {
    absl::StrAppend(&zones, "  - {id: z", i,
                    ", name: Z, type: vlan, parent: ", i == 0 ? "inside" : absl::StrCat("z", i - 1), "}\n");
  }
  const auto model =
      Parse(absl::StrReplaceAll(model::kMinimal, {{"components:\n", absl::StrCat(zones, "components:\n")}}));
  ASSERT_NE(model, nullptr);
  EXPECT_LT(WriteDot(*model).text.size(), 1'000'000u);
  EXPECT_THAT(WriteDot(*model).text, HasSubstr("cluster_z2999"));
}

}  // namespace
}  // namespace metapowers::exporting
