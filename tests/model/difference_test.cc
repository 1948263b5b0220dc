#include "service/model/difference.h"

#include <gmock/gmock.h>
#include <google/protobuf/util/message_differencer.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <tuple>
#include <vector>

#include "absl/strings/str_cat.h"
#include "metapowers/model/v1/system_model.pb.h"
#include "service/model/model.h"
#include "tests/model/model_texts.h"
#include "tests/support/status_matchers.h"

namespace metapowers::model {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

// Each difference as "path: before -> after".
std::vector<std::string> Compared(const google::protobuf::Message& before, const google::protobuf::Message& after) {
  std::vector<std::string> lines;
  for (const Difference& difference : Differences(before, after)) {
    lines.push_back(absl::StrCat(difference.path, ": ", difference.before, " -> ", difference.after));
  }
  return lines;
}

std::vector<std::string> Worded(const google::protobuf::Message& before, const google::protobuf::Message& after) {
  std::vector<std::string> lines;
  for (const Difference& difference : Differences(before, after)) lines.push_back(InWords(difference));
  return lines;
}

v1::SystemModel Shop() {
  v1::SystemModel model;
  model.set_name("Shop");
  v1::Component& web = *model.add_components();
  web.set_id("web");
  web.set_name("Web");
  web.add_technology("go-service");
  web.add_technology("nginx");
  web.set_replicas(1);
  v1::ControlPosture& mfa = *web.add_posture();
  mfa.set_control("mfa");
  mfa.set_state(v1::POSTURE_STATE_ABSENT);
  model.add_components()->set_id("db");
  return model;
}

TEST(DifferenceTest, NothingDiffersFromItself) {
  EXPECT_THAT(Differences(Shop(), Shop()), IsEmpty());
  v1::SystemModel other = Shop();
  other.mutable_components()->SwapElements(0, 1);
  other.mutable_components(1)->mutable_technology()->SwapElements(0, 1);
  EXPECT_THAT(Differences(Shop(), other), IsEmpty()) << "order means nothing";
}

TEST(DifferenceTest, NamesElementsByIdAndSortsByPath) {
  v1::SystemModel after = Shop();
  after.set_name("Store: one");
  v1::Component& web = *after.mutable_components(0);
  web.set_replicas(3);
  web.set_technology(0, "rust-service");
  web.set_tier(v1::TIER_TIER_1);
  web.mutable_posture(0)->set_state(v1::POSTURE_STATE_IMPLEMENTED);
  web.mutable_backup()->set_offsite(true);
  after.mutable_components(1)->set_id("ledger");
  EXPECT_THAT(
      Compared(Shop(), after),
      ElementsAre("components[db]: {id: db} -> ", "components[ledger]:  -> {id: ledger}",
                  "components[web].backup.offsite:  -> true",
                  "components[web].posture[mfa].state: absent -> implemented", "components[web].replicas: 1 -> 3",
                  "components[web].technology: [go-service, nginx] -> [rust-service, nginx]",
                  "components[web].tier:  -> tier_1", "name: Shop -> \"Store: one\""));
  EXPECT_THAT(
      Worded(Shop(), after),
      ElementsAre("component db is gone", "component ledger is new", "component web, backup: offsite unset → true",
                  "component web, posture mfa: state absent → implemented", "component web: replicas 1 → 3",
                  "component web: technology: added rust-service; removed go-service",
                  "component web: tier unset → tier_1", "name Shop → \"Store: one\""));
}

TEST(DifferenceTest, TellsWhetherItWasAddedRemovedOrChanged) {
  v1::SystemModel after = Shop();
  after.mutable_components(0)->clear_replicas();
  after.mutable_components(0)->set_name("Front");
  after.mutable_components(0)->set_logging(v1::LOGGING_LEVEL_CENTRAL);
  const std::vector<Difference> found = Differences(Shop(), after);
  ASSERT_EQ(found.size(), 3u);
  EXPECT_EQ(found[0].path, "components[web].logging");
  EXPECT_EQ(found[0].kind, Difference::Kind::kAdded);
  EXPECT_EQ(found[1].kind, Difference::Kind::kChanged);
  EXPECT_EQ(found[2].kind, Difference::Kind::kRemoved);
  EXPECT_EQ(found[2].in_after, &after.components(0));
  ASSERT_EQ(found[2].steps.size(), 2u);
  EXPECT_EQ(found[2].steps[0].key, "web");
  EXPECT_EQ(found[2].steps[1].field->name(), "replicas");
}

TEST(DifferenceTest, ZeroIsAValueWhereTheModelCanTellItFromNone) {
  v1::SystemModel after = Shop();
  after.mutable_components(0)->set_replicas(0);
  EXPECT_THAT(Compared(Shop(), after), ElementsAre("components[web].replicas: 1 -> 0"));
  after = Shop();
  after.mutable_components(1)->mutable_backup();
  EXPECT_THAT(Compared(Shop(), after), ElementsAre("components[db].backup:  -> {}"));
}

TEST(DifferenceTest, EntriesWithoutIdsAreToldApartByWhatIsRequired) {
  v1::Api before;
  before.set_id("api");
  before.add_endpoints()->set_path("/a");
  before.add_endpoints()->set_path("/b");
  v1::Api after = before;
  after.mutable_endpoints(1)->set_state_changing(true);
  EXPECT_THAT(Compared(before, after), ElementsAre("endpoints[/b].state_changing:  -> true"));
  // The same path twice: by method and path.
  for (v1::Api* api : {&before, &after}) {
    for (auto& endpoint : *api->mutable_endpoints()) endpoint.set_method("GET");
    v1::Endpoint& post = *api->add_endpoints();
    post.set_method("POST");
    post.set_path("/a");
  }
  after.mutable_endpoints(2)->set_summary("Makes one.");
  EXPECT_THAT(Compared(before, after),
              ElementsAre("endpoints[GET /b].state_changing:  -> true", "endpoints[POST /a].summary:  -> Makes one."));
  // Nothing tells them apart.
  after.mutable_endpoints(2)->set_method("GET");
  EXPECT_THAT(
      Compared(before, after),
      ElementsAre("endpoints[]: {method: GET, path: \"/b\"} -> ", "endpoints[]: {method: POST, path: \"/a\"} -> ",
                  "endpoints[]:  -> {method: GET, path: \"/a\", summary: Makes one.}",
                  "endpoints[]:  -> {method: GET, path: \"/b\", state_changing: true}"));
  EXPECT_THAT(Worded(before, after)[0], "endpoints: removed {method: GET, path: \"/b\"}");
}

// Ports are what their number and host say, wherever they are declared.
TEST(DifferenceTest, PortsOfHostsAreToldApartByNumberAndHost) {
  const auto with = [](const std::vector<std::tuple<int, const char*, const char*>>& ports) {
    v1::SystemModel model = Shop();
    for (const auto& [port, host, evidence] : ports) {
      v1::HostPort& added = *model.mutable_components(0)->add_host_ports();
      added.set_port(port);
      added.set_host(host);
      added.set_evidence(evidence);
    }
    return model;
  };
  EXPECT_THAT(Compared(with({{443, "a.example", "m.yaml:1"}, {443, "b.example", "m.yaml:2"}, {80, "", "m.yaml:3"}}),
                       with({{443, "b.example", "m.yaml:7"}, {443, "c.example", "m.yaml:8"}, {80, "", "m.yaml:3"}})),
              ElementsAre("components[web].host_ports[443 a.example]: {port: 443, evidence: \"m.yaml:1\", host: "
                          "a.example} -> ",
                          "components[web].host_ports[443 b.example].evidence: \"m.yaml:2\" -> \"m.yaml:7\"",
                          "components[web].host_ports[443 c.example]:  -> {port: 443, evidence: \"m.yaml:8\", host: "
                          "c.example}"));
  EXPECT_THAT(Compared(with({{80, "", "m.yaml:3"}}), with({{80, "", "m.yaml:4"}})),
              ElementsAre("components[web].host_ports[80].evidence: \"m.yaml:3\" -> \"m.yaml:4\""));
}

TEST(DifferenceTest, OrderCountsWhereTheFieldSaysSo) {
  v1::ConsumerClass before;
  before.add_authentication(v1::FLOW_AUTHENTICATION_TOKEN);
  before.add_authentication(v1::FLOW_AUTHENTICATION_CREDENTIALS);
  v1::ConsumerClass after = before;
  after.mutable_authentication()->SwapElements(0, 1);
  EXPECT_THAT(Worded(before, after), ElementsAre("authentication [token, credentials] → [credentials, token]"));
}

TEST(DifferenceTest, LongAndHostileValuesStayOnOneLine) {
  v1::SystemModel after = Shop();
  after.set_name(std::string(500, 'x') + "\ny");
  const std::vector<Difference> found = Differences(Shop(), after);
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].after.find('\n'), std::string::npos);
  EXPECT_LT(InWords(found[0]).size(), 140u);
}

// Of each example, every element is taken out and every single field cleared: the one difference is found there.
TEST(DifferenceTest, FindsWhateverIsTakenOutOfAnExample) {
  int examples = 0;
  for (const auto& entry : std::filesystem::directory_iterator("deploy/examples")) {
    std::ifstream file(entry.path() / "system-model.yaml");
    if (!file.is_open()) continue;
    ++examples;
    const std::string yaml(std::istreambuf_iterator<char>(file), {});
    ASSERT_OK_AND_ASSIGN(const auto model, Model::Parse(yaml, entry.path().string()));
    for (int i = 0; i < model->proto().components_size(); ++i) {
      v1::SystemModel after = model->proto();
      after.mutable_components()->DeleteSubrange(i, 1);
      const std::vector<Difference> found = Differences(model->proto(), after);
      ASSERT_EQ(found.size(), 1u);
      EXPECT_EQ(found[0].path, absl::StrCat("components[", model->proto().components(i).id(), "]"));
      EXPECT_EQ(found[0].kind, Difference::Kind::kRemoved);
    }
    const google::protobuf::Descriptor& type = *v1::SystemModel::descriptor();
    for (int i = 0; i < type.field_count(); ++i) {
      v1::SystemModel after = model->proto();
      after.GetReflection()->ClearField(&after, type.field(i));
      const std::vector<Difference> found = Differences(model->proto(), after);
      EXPECT_EQ(found.empty(), IsSame(model->proto(), after)) << type.field(i)->name();
      for (const Difference& each : found) {
        EXPECT_EQ(each.steps[0].field, type.field(i)) << each.path;
        EXPECT_EQ(each.kind, Difference::Kind::kRemoved) << each.path;
      }
    }
  }
  EXPECT_GE(examples, 3);
}

}  // namespace
}  // namespace metapowers::model
