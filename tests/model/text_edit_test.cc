// Single values change and nothing else does.
#include "service/model/text_edit.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "metapowers/model/v1/system_model.pb.h"
#include "service/model/yaml_reader.h"
#include "tests/support/status_matchers.h"

namespace metapowers::model {
namespace {

using ::metapowers::testing_support::HasError;
using ::testing::_;

MATCHER_P(Gives, text, "") {
  *result_listener << (arg.ok() ? *arg : arg.status().ToString());
  return arg.ok() && *arg == text;
}

// Steps such as {"components", 0, "replicas"}: names, each with a position where it is a list's entry.
struct Step {
  std::string name;
  int index = -1;
};

std::vector<ValueStep> PathOf(const std::vector<Step>& steps) {
  const google::protobuf::Descriptor* type = v1::SystemModel::descriptor();
  std::vector<ValueStep> path;
  for (const Step& step : steps) {
    const auto* field = type->FindFieldByName(step.name);
    path.push_back({field, step.index});
    type = field->message_type();
  }
  return path;
}

absl::StatusOr<std::string> Edit(const std::string& yaml, const std::vector<TextEdit>& edits) {
  v1::SystemModel model;
  SourceMap map;
  Faults faults;
  EXPECT_TRUE(ReadYaml(yaml, model, map, faults)) << yaml;
  EXPECT_TRUE(faults.empty()) << faults.ToStatus("before") << yaml;
  auto edited = EditText(yaml, model, edits);
  if (edited.ok()) {
    v1::SystemModel again;
    SourceMap again_map;
    Faults again_faults;
    EXPECT_TRUE(ReadYaml(*edited, again, again_map, again_faults)) << *edited;
    EXPECT_TRUE(again_faults.empty()) << again_faults.ToStatus("after") << *edited;
  }
  return edited;
}

class TextEditTest : public ::testing::Test {
 protected:
  TextEditTest() {
    component_.set_id("db");
    component_.set_name("Data base");
    component_.set_replicas(3);
    component_.add_technology("postgresql");
    component_.mutable_container()->set_read_only_root(v1::TRISTATE_YES);
    component_.mutable_backup()->set_interval_minutes(60);
    component_.set_description("First line.\nSecond line.");
    flow_.set_port(5432);
  }
  v1::Component component_;
  v1::Flow flow_;
};

TEST_F(TextEditTest, TheMarkOfAPartStaysWithWhatDoesNotChangeInIt) {
  const std::string head = "components:\n  - id: db\n    container:  # observed k.yaml:3\n";
  EXPECT_THAT(
      Edit(absl::StrCat(head, "      base_image: go\n      read_only_root: no\n      image_signed: yes  # ours\n"),
           {{PathOf({{"components", 0}, {"container"}, {"read_only_root"}}), &component_.container(), {}}}),
      Gives("components:\n  - id: db\n    container:\n      base_image: go  # observed k.yaml:3\n"
            "      read_only_root: yes\n      image_signed: yes  # ours\n"));
  EXPECT_THAT(Edit(absl::StrCat(head, "      base_image: go\n"),
                   {{PathOf({{"components", 0}, {"container"}, {"read_only_root"}}), &component_.container(), {}}}),
              Gives("components:\n  - id: db\n    container:\n      base_image: go  # observed k.yaml:3\n"
                    "      read_only_root: yes\n"));
  const std::string people = absl::StrReplaceAll(head, {{"# observed k.yaml:3", "# as we run it"}});
  EXPECT_THAT(Edit(absl::StrCat(people, "      read_only_root: no\n"),
                   {{PathOf({{"components", 0}, {"container"}, {"read_only_root"}}), &component_.container(), {}}}),
              Gives(absl::StrCat(people, "      read_only_root: yes\n")));
}

TEST_F(TextEditTest, MarksAreRefreshedWhereTheyStandAndNowhereElse) {
  const std::string yaml =
      "# top\ncomponents:\n  - id: db\n    name: D  # observed k.yaml:3\n    kind: process  # assumed: old, see "
      "k.yaml:4\n"
      "    replicas: 1  # ours, observed k.yaml:3 and kept\n    tier: tier_0\n    container:  # observed k.yaml:9\n"
      "      read_only_root: yes\n      resource_limits: yes\n";
  v1::SystemModel model;
  SourceMap map;
  Faults faults;
  ASSERT_TRUE(ReadYaml(yaml, model, map, faults));
  EXPECT_EQ(RefreshMarks(yaml, model,
                         {{"components[db].name", "observed k.yaml:13"},
                          {"components[db].kind", "assumed: new"},
                          {"components[db].replicas", "observed k.yaml:13"},
                          {"components[db].tier", "observed k.yaml:13"},
                          {"components[db].container.read_only_root", "observed k.yaml:19"},
                          {"components[db].container.resource_limits", "observed k.yaml:19"}}),
            absl::StrReplaceAll(yaml, {{"D  # observed k.yaml:3", "D  # observed k.yaml:13"},
                                       {"assumed: old, see k.yaml:4", "assumed: new"},
                                       {"observed k.yaml:9", "observed k.yaml:19"}}));
}

TEST_F(TextEditTest, AValueOfOneLineKeepsItsLineAndTheCommentOfPeople) {
  EXPECT_THAT(Edit("components:\n  - id: db  # the ledger\n    replicas:   1   # two in autumn\n    tier: tier_0\n",
                   {{PathOf({{"components", 0}, {"replicas"}}), &component_, {}}}),
              Gives("components:\n  - id: db  # the ledger\n    replicas:   3   # two in autumn\n    tier: tier_0\n"));
}

TEST_F(TextEditTest, AMarkGoesWithTheValueThatItToldOf) {
  const std::string before = "components:\n  - id: db\n    replicas: 1  # observed k8s.yaml:12\n    tier: tier_0\n";
  EXPECT_THAT(Edit(before, {{PathOf({{"components", 0}, {"replicas"}}), &component_, {}}}),
              Gives("components:\n  - id: db\n    replicas: 3\n    tier: tier_0\n"));
  EXPECT_THAT(Edit(before, {{PathOf({{"components", 0}, {"replicas"}}), &component_, {{"", "observed k8s.yaml:14"}}}}),
              Gives("components:\n  - id: db\n    replicas: 3  # observed k8s.yaml:14\n    tier: tier_0\n"));
}

TEST_F(TextEditTest, AMissingFieldComesBehindThoseBeforeItInTheSchema) {
  EXPECT_THAT(
      Edit("components:\n  # the ledger\n  - id: db\n    # note\n    tier: tier_0  # x\n    stores: [orders]\n\n"
           "flows: []\n",
           {{PathOf({{"components", 0}, {"replicas"}}), &component_, {}}}),
      Gives("components:\n  # the ledger\n  - id: db\n    # note\n    tier: tier_0  # x\n    replicas: 3\n"
            "    stores: [orders]\n\nflows: []\n"));
}

TEST_F(TextEditTest, PartsOnTheWayAreWrittenOnceForSeveralEdits) {
  v1::Component other;
  other.mutable_container()->set_base_image("scratch");
  EXPECT_THAT(Edit("components:\n- id: db\n",
                   {{PathOf({{"components", 0}, {"container"}, {"read_only_root"}}), &component_.container(), {}},
                    {PathOf({{"components", 0}, {"container"}, {"base_image"}}), &other.container(), {}},
                    {PathOf({{"components", 0}, {"backup"}, {"interval_minutes"}}), &component_.backup(), {}}}),
              Gives("components:\n- id: db\n  backup:\n    interval_minutes: 60\n  container:\n"
                    "    base_image: scratch\n    read_only_root: yes\n"));
}

TEST_F(TextEditTest, ABlockTakesThePlaceOfALine) {
  EXPECT_THAT(Edit("components:\n  - id: db\n    description: Old.  # said Ann\n    tier: tier_0\n",
                   {{PathOf({{"components", 0}, {"description"}}), &component_, {}}}),
              Gives("components:\n  - id: db\n    # said Ann\n    description: |-\n      First line.\n"
                    "      Second line.\n    tier: tier_0\n"));
  EXPECT_THAT(Edit("components:\n  - id: db\n    technology:\n      # for years\n      - mysql\n    tier: tier_0\n",
                   {{PathOf({{"components", 0}, {"technology"}}), &component_, {}}}),
              Gives("components:\n  - id: db\n    # for years\n    technology: [postgresql]\n    tier: tier_0\n"));
}

TEST_F(TextEditTest, EntriesComeLastAndGoWithTheirLines) {
  const std::string before =
      "components:\n  - id: a\n    name: A\n  # about b\n  - id: b\n    name: B\n\nflows:\n  - id: f\n";
  v1::Component small;
  small.set_id("c");
  small.set_name("C");
  EXPECT_THAT(Edit(before, {{PathOf({{"components", 2}}), &small, {}}}),
              Gives("components:\n  - id: a\n    name: A\n  # about b\n  - id: b\n    name: B\n"
                    "  - id: c\n    name: C\n\nflows:\n  - id: f\n"));
  EXPECT_THAT(Edit(before, {{PathOf({{"components", 0}}), nullptr, {}}}),
              Gives("components:\n  # about b\n  - id: b\n    name: B\n\nflows:\n  - id: f\n"));
  EXPECT_THAT(Edit(before, {{PathOf({{"components", 1}}), nullptr, {}}, {PathOf({{"components", 2}}), &small, {}}}),
              Gives("components:\n  - id: a\n    name: A\n  # about b\n  - id: c\n    name: C\n\nflows:\n  - id: f\n"));
  EXPECT_THAT(Edit(before, {{PathOf({{"flows", 0}}), nullptr, {}}}),
              Gives("components:\n  - id: a\n    name: A\n  # about b\n  - id: b\n    name: B\n\n"));
}

TEST_F(TextEditTest, AnEmptyListAndAMissingOneGetTheirFirstEntries) {
  v1::Flow other;
  flow_.set_id("f");
  other.set_id("g");
  const std::vector<TextEdit> edits = {{PathOf({{"flows", 0}}), &flow_, {}}, {PathOf({{"flows", 1}}), &other, {}}};
  EXPECT_THAT(Edit("name: x\nflows: []  # none yet\ncurrency: EUR\n", edits),
              Gives("name: x\n# none yet\nflows:\n  - id: f\n    port: 5432\n  - id: g\ncurrency: EUR\n"));
  EXPECT_THAT(Edit("name: x\n", edits), Gives("name: x\n\nflows:\n  - id: f\n    port: 5432\n  - id: g\n"));
}

TEST_F(TextEditTest, ValuesInBracketsStayThere) {
  const std::string before = "components:\n  - {id: db, replicas: 1}  # small\n  - {id: web}\n";
  EXPECT_THAT(Edit(before, {{PathOf({{"components", 0}, {"replicas"}}), &component_, {}},
                            {PathOf({{"components", 1}, {"technology"}}), &component_, {}}}),
              Gives("components:\n  - {id: db, replicas: 3}  # small\n  - {id: web, technology: [postgresql]}\n"));
  EXPECT_THAT(Edit(before, {{PathOf({{"components", 0}, {"replicas"}}), nullptr, {}}}),
              Gives("components:\n  - {id: db}  # small\n  - {id: web}\n"));
  EXPECT_THAT(Edit(before, {{PathOf({{"components", 0}, {"description"}}), &component_, {}}}),
              HasError(absl::StatusCode::kInvalidArgument, "MODEL_INVALID", _));
}

TEST_F(TextEditTest, WhatWouldBeLeftEmptyGoesToo) {
  EXPECT_THAT(
      Edit("components:\n  - id: db\n    container:\n      read_only_root: yes  # observed a:1\n    tier: tier_0\n",
           {{PathOf({{"components", 0}, {"container"}, {"read_only_root"}}), nullptr, {}}}),
      Gives("components:\n  - id: db\n    tier: tier_0\n"));
}

TEST_F(TextEditTest, ATrailingCommaInBracketsIsTheOneBeforeTheNewValue) {
  v1::Flow other;
  other.set_id("g");
  EXPECT_THAT(Edit("components:\n  - {id: db,}\n", {{PathOf({{"components", 0}, {"replicas"}}), &component_, {}}}),
              Gives("components:\n  - {id: db, replicas: 3}\n"));
  EXPECT_THAT(Edit("flows: [{id: f}, ]\n", {{PathOf({{"flows", 1}}), &other, {}}}),
              Gives("flows: [{id: f}, {id: g} ]\n"));
  EXPECT_THAT(
      Edit("flows: [{id: f},]\n", {{PathOf({{"flows", 0}}), nullptr, {}}, {PathOf({{"flows", 1}}), &other, {}}}),
      Gives("flows: [{id: g}]\n"));
  EXPECT_THAT(Edit("components:\n  - {id: db, technology: []}\n",
                   {{PathOf({{"components", 0}, {"technology"}}), &component_, {}}}),
              Gives("components:\n  - {id: db, technology: [postgresql]}\n"));
}

TEST_F(TextEditTest, WhatGetsAValueIsNotTakenOutWithItsLastField) {
  EXPECT_THAT(
      Edit("components:\n  - id: db\n    container:\n      base_image: scratch\n      read_only_root: unknown\n",
           {{PathOf({{"components", 0}, {"container"}, {"base_image"}}), nullptr, {}},
            {PathOf({{"components", 0}, {"container"}, {"read_only_root"}}), &component_.container(), {}}}),
      Gives("components:\n  - id: db\n    container:\n      read_only_root: yes\n"));
}

TEST_F(TextEditTest, PeoplesCommentsStayWhereWhatTheyStoodInIsTakenOut) {
  const std::string before =
      "components:\n  - id: a\n  - id: b  # ask Bob\n    # since autumn\n    tier: tier_0  # observed k.yaml:3\n"
      "    replicas: 2  # observed k.yaml:12 - wrong, ask Ann\n";
  EXPECT_THAT(Edit(before, {{PathOf({{"components", 1}}), nullptr, {}}}),
              Gives("components:\n  - id: a\n  # ask Bob\n  # since autumn\n"
                    "  # observed k.yaml:12 - wrong, ask Ann\n"));
  EXPECT_THAT(Edit(before, {{PathOf({{"components", 1}, {"replicas"}}), nullptr, {}}}),
              Gives("components:\n  - id: a\n  - id: b  # ask Bob\n    # since autumn\n"
                    "    tier: tier_0  # observed k.yaml:3\n    # observed k.yaml:12 - wrong, ask Ann\n"));
  EXPECT_THAT(Edit(before, {{PathOf({{"components", 1}, {"replicas"}}), &component_, {{"", "observed k.yaml:14"}}}}),
              Gives(absl::StrReplaceAll(before, {{"replicas: 2", "replicas: 3"}})));
  EXPECT_THAT(Edit("flows: [\n  {id: f},  # by night\n  {id: g}\n]\n", {{PathOf({{"flows", 0}}), nullptr, {}}}),
              Gives("flows: [\n   # by night\n  {id: g}\n]\n"));
}

TEST_F(TextEditTest, WindowsLineEndsAndAMissingLastOneStay) {
  EXPECT_THAT(Edit("components:\r\n  - id: db\r\n    tier: tier_0\r\n",
                   {{PathOf({{"components", 0}, {"replicas"}}), &component_, {}}}),
              Gives("components:\r\n  - id: db\r\n    tier: tier_0\r\n    replicas: 3\r\n"));
  EXPECT_THAT(Edit("\xef\xbb\xbf# Größe\ncomponents:\n  - id: db",
                   {{PathOf({{"components", 0}, {"replicas"}}), &component_, {}}}),
              Gives("\xef\xbb\xbf# Größe\ncomponents:\n  - id: db\n    replicas: 3"));
}

}  // namespace
}  // namespace metapowers::model
