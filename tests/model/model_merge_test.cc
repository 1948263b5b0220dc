// A new draft meets what people made of the one before.
#include "service/model/model_merge.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "service/model/schema.h"
#include "service/model/validate.h"
#include "service/model/yaml_writer.h"
#include "tests/model/model_texts.h"
#include "tests/support/status_matchers.h"

namespace metapowers::model {
namespace {

using ::google::protobuf::FieldDescriptor;
using ::google::protobuf::Message;
using ::testing::ElementsAre;
using ::testing::Field;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

using Outcome = MergedChange::Outcome;

// kMinimal with a store, which a flow reaches.
std::string Draft(const std::string& replicas = "1", const std::string& more = "") {
  return absl::StrCat(kMinimal, "    replicas: ", replicas,
                      "\n    technology: [go, nginx]\n  - id: db\n    name: Store\n",
                      "    kind: datastore\n    zone: inside\n", more,
                      "flows:\n  - id: web-db\n    name: Web to store\n", "    source: web\n    target: db\n");
}

std::shared_ptr<const Model> Parsed(const std::string& yaml) {
  auto model = Model::Parse(yaml, "draft");
  EXPECT_TRUE(model.ok()) << model.status() << yaml;
  return model.ok() ? *model : nullptr;
}

absl::StatusOr<ModelMerge> Merge(const std::string& base, const std::string& ours, const std::string& theirs) {
  return MergeModel(*Parsed(base), ours, *Parsed(theirs),
                    {{"components[web].replicas", "observed k8s.yaml:7"}, {"flows[new].name", "observed k8s.yaml:9"}});
}

TEST(ModelMergeTest, WhatChangedInTheFilesChangesInTheModelAndNothingElseDoes) {
  const std::string ours = absl::StrReplaceAll(Draft(), {{"    name: Store\n", "    name: Ledger  # as we call it\n"}});
  ASSERT_OK_AND_ASSIGN(const ModelMerge merge, Merge(Draft(), ours, Draft("3")));
  EXPECT_EQ(merge.yaml, absl::StrReplaceAll(ours, {{"replicas: 1", "replicas: 3  # observed k8s.yaml:7"}}));
  ASSERT_EQ(merge.changes.size(), 1);
  EXPECT_EQ(merge.changes[0].path, "components[web].replicas");
  EXPECT_EQ(merge.changes[0].outcome, Outcome::kApplied);
  EXPECT_EQ(merge.changes[0].before, "1");
  EXPECT_EQ(merge.changes[0].after, "3");
}

TEST(ModelMergeTest, NothingNewChangesNothing) {
  const std::string ours = absl::StrCat("# ours\n", Draft("7"));
  ASSERT_OK_AND_ASSIGN(const ModelMerge merge, Merge(Draft(), ours, Draft()));
  EXPECT_EQ(merge.yaml, ours);
  EXPECT_THAT(merge.changes, IsEmpty());
}

TEST(ModelMergeTest, WhatPeopleWroteStandsAndIsAConflict) {
  ASSERT_OK_AND_ASSIGN(const ModelMerge merge, Merge(Draft(), Draft("5"), Draft("3")));
  EXPECT_EQ(merge.yaml, Draft("5"));
  ASSERT_EQ(merge.changes.size(), 1);
  EXPECT_EQ(merge.changes[0].outcome, Outcome::kConflict);
  EXPECT_EQ(merge.changes[0].kept, "5");
  EXPECT_THAT(merge.changes[0].text, HasSubstr("people wrote 5"));
}

TEST(ModelMergeTest, ListsOfWordsAreSets) {
  const std::string ours = absl::StrReplaceAll(Draft(), {{"[go, nginx]", "[nginx, redis]"}});
  const std::string theirs = absl::StrReplaceAll(Draft(), {{"[go, nginx]", "[envoy, go]"}});
  ASSERT_OK_AND_ASSIGN(const ModelMerge merge, Merge(Draft(), ours, theirs));
  EXPECT_THAT(merge.yaml, HasSubstr("technology: [redis, envoy]"));
}

TEST(ModelMergeTest, WhatIsStillReferredToStays) {
  const std::string without = absl::StrReplaceAll(
      Draft(), {{"  - id: db\n    name: Store\n    kind: datastore\n    zone: inside\n", ""},
                {"flows:\n  - id: web-db\n    name: Web to store\n    source: web\n    target: db\n", ""}});
  const std::string ours = absl::StrCat(Draft(), "  - id: own\n    name: Ours\n    source: web\n    target: db\n");
  ASSERT_OK_AND_ASSIGN(const ModelMerge merge, Merge(Draft(), ours, without));
  EXPECT_THAT(merge.yaml, HasSubstr("- id: db\n"));
  EXPECT_THAT(merge.yaml, Not(HasSubstr("- id: web-db\n")));
  ASSERT_EQ(merge.changes.size(), 2);
  EXPECT_EQ(merge.changes[0].outcome, Outcome::kConflict);
  EXPECT_THAT(merge.changes[0].text, HasSubstr("flows[own].target still refers to it"));
  EXPECT_EQ(merge.changes[1].outcome, Outcome::kApplied);
}

TEST(ModelMergeTest, WhatNeedsWhatPeopleTookOutIsNotTakenOver) {
  const std::string ours = absl::StrReplaceAll(
      Draft(), {{"  - id: db\n    name: Store\n    kind: datastore\n    zone: inside\n", ""},
                {"flows:\n  - id: web-db\n    name: Web to store\n    source: web\n    target: db\n", ""}});
  const std::string theirs = absl::StrCat(Draft(), "  - id: new\n    name: New\n    source: db\n    target: web\n");
  ASSERT_OK_AND_ASSIGN(const ModelMerge merge, Merge(Draft(), ours, theirs));
  EXPECT_EQ(merge.yaml, ours);
  ASSERT_EQ(merge.changes.size(), 1);
  EXPECT_EQ(merge.changes[0].outcome, Outcome::kConflict);
}

TEST(ModelMergeTest, OtherChangesOfAnElementStayWhenItsReferenceIsNotTakenOver) {
  const std::string ours = Draft();
  const std::string base =
      absl::StrReplaceAll(ours, {{"components:\n", "  - id: outer\n    name: Outer\n    type: vlan\ncomponents:\n"}});
  const std::string theirs =
      absl::StrReplaceAll(base, {{"    name: Web\n    kind: process\n    zone: inside\n    replicas: 1\n",
                                  "    name: Web\n    kind: process\n    zone: outer\n    replicas: 4\n"}});
  ASSERT_OK_AND_ASSIGN(const ModelMerge merge, Merge(base, ours, theirs));
  EXPECT_EQ(merge.yaml, absl::StrReplaceAll(ours, {{"replicas: 1", "replicas: 4  # observed k8s.yaml:7"}}));
  ASSERT_EQ(merge.changes.size(), 2);
  EXPECT_EQ(merge.changes[0].path, "components[web].replicas");
  EXPECT_EQ(merge.changes[0].outcome, Outcome::kApplied);
  EXPECT_EQ(merge.changes[1].path, "components[web].zone");
  EXPECT_EQ(merge.changes[1].outcome, Outcome::kConflict);
}

TEST(ModelMergeTest, ARenamedElementIsFollowed) {
  const std::string ours = absl::StrReplaceAll(
      Draft(), {{"  - id: db\n", "  - id: ledger\n    renamed_from: [db]\n"}, {"target: db", "target: ledger"}});
  const std::string theirs =
      absl::StrCat(Draft("1", "    replicas: 2\n"), "  - id: new\n    name: New\n    source: db\n    target: web\n");
  ASSERT_OK_AND_ASSIGN(const ModelMerge merge, Merge(Draft(), ours, theirs));
  EXPECT_THAT(merge.yaml, HasSubstr("renamed_from: [db]"));
  EXPECT_THAT(merge.yaml, HasSubstr("    replicas: 2\n"));
  EXPECT_THAT(merge.yaml, HasSubstr("  - id: new\n    name: New  # observed k8s.yaml:9\n    source: ledger\n"));
  EXPECT_THAT(merge.changes, ElementsAre(Field(&MergedChange::outcome, Outcome::kApplied),
                                         Field(&MergedChange::outcome, Outcome::kApplied)));
}

TEST(ModelMergeTest, TheDateIsPeoplesUnlessTheFilesHaveALaterOne) {
  const std::string earlier = absl::StrReplaceAll(Draft(), {{"as_of: 2026-03-01", "as_of: 2025-09-01"}});
  ASSERT_OK_AND_ASSIGN(const ModelMerge same, Merge(Draft(), Draft(), earlier));
  EXPECT_EQ(same.yaml, Draft());
  EXPECT_THAT(same.changes, IsEmpty());
  const std::string later = absl::StrReplaceAll(Draft(), {{"as_of: 2026-03-01", "as_of: 2026-09-01"}});
  ASSERT_OK_AND_ASSIGN(const ModelMerge moved, Merge(Draft(), Draft(), later));
  EXPECT_EQ(moved.yaml, later);
}

// A draft with a posture, an assumption of an import and a value with a mark.
std::string Proven(const std::string& line, const std::string& replicas = "1", const std::string& kinds = "web") {
  return absl::StrCat(kMinimal, "    replicas: ", replicas, "  # observed k.yaml:", line,
                      "\n    posture:\n      - {control: mfa, state: absent, evidence: \"k.yaml:", line,
                      "\"}\nassumptions:\n  - id: drawn-components-kind\n    statement: \"`components.kind` of ", kinds,
                      " is drawn from a convention; the comments in the model say from which.\"\n",
                      "    owner_team: core\n    valid_until: 2026-06-01\n");
}

TEST(ModelMergeTest, ProofThatOnlyMovedIsNoChange) {
  const std::string ours = absl::StrCat("# ours\n", Proven("7"));
  const auto merged = MergeModel(*Parsed(Proven("7")), ours, *Parsed(Proven("17", "1", "jobs, web")),
                                 {{"components[web].replicas", "observed k.yaml:17"}});
  ASSERT_OK(merged);
  EXPECT_EQ(merged->yaml, ours);
  EXPECT_THAT(merged->changes, IsEmpty());
  EXPECT_FALSE(merged->moved());
}

TEST(ModelMergeTest, WithARealChangeProofAndMarksFollow) {
  const std::string ours = absl::StrCat("# ours\n", Proven("7"));
  const std::string theirs = absl::StrReplaceAll(Proven("17", "1", "jobs, web"), {{"name: Web", "name: Site"}});
  const auto merged =
      MergeModel(*Parsed(Proven("7")), ours, *Parsed(theirs),
                 {{"components[web].replicas", "observed k.yaml:17"}, {"components[web].name", "observed k.yaml:12"}});
  ASSERT_OK(merged);
  EXPECT_EQ(merged->yaml, absl::StrCat("# ours\n", absl::StrReplaceAll(
                                                       theirs, {{"name: Site", "name: Site  # observed k.yaml:12"}})));
  ASSERT_EQ(merged->changes.size(), 1);
  EXPECT_EQ(merged->changes[0].path, "components[web].name");
}

TEST(ModelMergeTest, WhatPeopleAnsweredForDoesNotComeBackIntoAnAssumption) {
  const std::string base = Proven("7", "1", "jobs, web");
  const std::string theirs = Proven("7", "2", "jobs, mail, web");
  const auto merged = MergeModel(*Parsed(base), Proven("7"), *Parsed(theirs), {});
  ASSERT_OK(merged);
  EXPECT_THAT(merged->yaml, HasSubstr("of mail, web is drawn"));
  EXPECT_EQ(merged->changes.size(), 1);
}

// The model without one field, for some of the fields that may go, of all messages: each `every`-th from the first.
// What is required may not go: to write and read such a model only to find it invalid took half of the time.
class WithoutOneField {
 public:
  explicit WithoutOneField(v1::SystemModel model) : model_(std::move(model)) { Walk(model_, 0); }

  size_t fields() const { return seen_; }

  std::vector<v1::SystemModel> Take(size_t every) && {
    seen_ = 0;
    Walk(model_, every);
    return std::move(out_);
  }

 private:
  // Of 0 none is taken, and they are counted.
  void Walk(Message& at, size_t every) {
    std::vector<const FieldDescriptor*> set;
    const auto& reflection = *at.GetReflection();
    reflection.ListFields(at, &set);
    for (const FieldDescriptor* field : set) {
      if (field->name() == "as_of" || field->name() == "valid_until") continue;
      if (!RuleOf(*field).required() && every > 0 && seen_ % every == 0) {
        std::unique_ptr<Message> saved(at.New());
        saved->CopyFrom(at);
        reflection.ClearField(&at, field);
        out_.push_back(model_);
        at.CopyFrom(*saved);
      }
      seen_ += RuleOf(*field).required() ? 0 : 1;
      if (field->cpp_type() != FieldDescriptor::CPPTYPE_MESSAGE) continue;
      const int size = field->is_repeated() ? std::min(2, reflection.FieldSize(at, field)) : 1;
      for (int i = 0; i < size; ++i) {
        Walk(field->is_repeated() ? *reflection.MutableRepeatedMessage(&at, field, i)
                                  : *reflection.MutableMessage(&at, field),
             every);
      }
    }
  }

  v1::SystemModel model_;
  size_t seen_ = 0;
  std::vector<v1::SystemModel> out_;
};

std::vector<std::string> PathsOf(const std::vector<Difference>& differences) {
  std::vector<std::string> paths;
  for (const Difference& each : differences) {
    paths.push_back(absl::StrCat(each.path, ": ", each.before, " -> ", each.after));
  }
  return paths;
}

TEST(ModelMergeTest, UneditedModelsBecomeTheNewDraftForthAndBack) {
  int merged = 0;
  for (const auto& entry : std::filesystem::directory_iterator("deploy/examples")) {
    std::ifstream file(entry.path() / "system-model.yaml");
    if (!file.is_open()) continue;
    const std::string yaml(std::istreambuf_iterator<char>(file), {});
    const auto model = Parsed(yaml);
    WithoutOneField fields(model->proto());
    const size_t every = 1 + fields.fields() / 2;
    const std::vector<v1::SystemModel> others = std::move(fields).Take(every);
    for (size_t i = 0; i < others.size(); ++i) {
      const auto other = Model::Parse(WriteYaml(others[i]), "other");
      if (!other.ok()) continue;
      ++merged;
      ASSERT_OK_AND_ASSIGN(const ModelMerge there, MergeModel(*model, yaml, **other, {}));
      const auto changed = Parsed(there.yaml);
      EXPECT_THAT(PathsOf(Differences(changed->proto(), (*other)->proto())), IsEmpty()) << entry.path() << " " << i;
      ASSERT_OK_AND_ASSIGN(const ModelMerge back, MergeModel(*changed, there.yaml, *model, {}));
      EXPECT_THAT(PathsOf(Differences(Parsed(back.yaml)->proto(), model->proto())), IsEmpty())
          << entry.path() << " " << i;
    }
  }
  EXPECT_GE(merged, 12);
}

}  // namespace
}  // namespace metapowers::model
