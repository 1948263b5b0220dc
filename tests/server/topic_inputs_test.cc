// What stands beside the model: read from the same snapshot, refused as a whole when it is wrong, and part of what a
// section depends on.
#include "service/server/topic_inputs.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "metapowers/v1/document_frame.pb.h"
#include "service/workspace/draft.h"
#include "tests/server/pipeline_fixture.h"
#include "tests/support/status_matchers.h"

namespace metapowers::server {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using testing_support::HasError;

constexpr char kModelPath[] = ".metapowers/security/shop/system-model.yaml";
constexpr char kDecisionsPath[] = ".metapowers/security/shop/decisions.yaml";
constexpr char kDecisionsText[] =
    "schema_version: \"1\"\n"
    "decisions:\n"
    "  - finding: no-tls/web\n"
    "    status: accepted\n"
    "    requested_by: lead\n"
    "    approved_by: ciso\n"
    "    authority: high\n"
    "    rationale: Old devices.\n"
    "    decided_on: 2026-02-01\n"
    "    expires_on: 2026-08-01\n";

// A file of rules with one rule, whose title starts with "Own".
std::string OwnRule(const std::string& id, const std::string& title) {
  return absl::StrCat("rules:\n- {id: ", id, ", title: Own ", title,
                      ", stride: tampering, subject: component, scenario: S., precondition: p, consequence: C., "
                      "mitigation: M., impact: {legs: [integrity]}, controls: [{control: backup, impact: 1}]}\n");
}

// A command that tells what it was given: the result's topic lists it, and its template prints that.
std::shared_ptr<const google::protobuf::Message> TellInputs(const commands::Input& input) {
  auto told = std::make_unique<v1::DocumentFrame>();
  std::string text = input.model.proto().name();
  for (const auto& decision : input.threats.decisions().decisions()) {
    absl::StrAppend(&text, " decided ", decision.finding());
  }
  for (const auto& rule : input.threats.rules().rules()) {
    if (absl::StartsWith(rule.row->title(), "Own "))
      absl::StrAppend(&text, " ", rule.row->id(), "=", rule.row->title());
  }
  for (const auto& declaration : input.model.proto().evidence()) {
    const auto& entry = input.evidence.Find(declaration.id());
    absl::StrAppend(&text, " ", declaration.id(),
                    entry.state == evidence::EvidenceSet::State::kMissing ? " missing" : " there", entry.reason);
  }
  told->set_topic(text);
  return told;
}

class Teller {
 public:
  Teller() {
    command_.stem = "identify/teller";
    command_.template_text = "## Told\n\n{{topic}}\n";
    command_.result = v1::DocumentFrame::descriptor();
    command_.generate = &TellInputs;
    command_.reads_evidence = true;
    entry_.stem = "identify/teller";
    entry_.command = &command_;
  }
  void ReadNoEvidence() { command_.reads_evidence = false; }
  const CommandEntry& entry() const { return entry_; }

 private:
  commands::Command command_;
  CommandEntry entry_;
};

// A topic `shop` whose files a test pushes, and what a command is given of them.
class TopicInputsTest : public PipelineTest {
 protected:
  void SetUp() override {
    PipelineTest::SetUp();
    server_.Push(kModelPath, ModelText());
  }

  // As at the head, by a generator that has seen all heads before and by a fresh one, which must agree.
  absl::StatusOr<std::string> Told() {
    std::vector<std::string> told;
    Generator fresh(0);
    for (Generator* generator : {&cached_, &fresh}) {
      ASSIGN_OR_RETURN(const auto head, Head());
      ASSIGN_OR_RETURN(const Inputs inputs, ReadInputs(*generator, *head, {"w", "shop", ""}));
      ASSIGN_OR_RETURN(const auto made, generator->Generate(teller_.entry(), inputs));
      told.push_back(made->section);
    }
    EXPECT_EQ(told[0], told[1]);
    return told[0];
  }

  Teller teller_;
  Generator cached_{64 << 20};
};

TEST_F(TopicInputsTest, CommandsGetTheDecisions) {
  EXPECT_EQ(*Told(), "## Told\n\nShop\n");
  server_.Push(kDecisionsPath, kDecisionsText);
  EXPECT_EQ(*Told(), "## Told\n\nShop decided no-tls/web\n");
  server_.Push(kDecisionsPath, absl::StrReplaceAll(kDecisionsText, {{"no-tls/web", "no-mfa/web"}}));
  EXPECT_EQ(*Told(), "## Told\n\nShop decided no-mfa/web\n");
  server_.Push(kDecisionsPath, "");
  EXPECT_EQ(*Told(), "## Told\n\nShop\n");
}

TEST_F(TopicInputsTest, FaultyDecisionsStopEveryCommandAndWriteNothing) {
  server_.Push(kDecisionsPath, absl::StrReplaceAll(kDecisionsText, {{"approved_by: ciso", "approved_by: lead"},
                                                                    {"authority: high", "authority: heigh"}}));
  const std::string head = server_.Git("rev-parse HEAD");
  for (const v1::CommandContext& context : {ContextOf(), WithModel("Store")}) {
    const grpc::Status status = client_.Inventory(context);
    ExpectError(status, grpc::StatusCode::INVALID_ARGUMENT, "DECISIONS_INVALID");
    std::vector<std::string> faults;
    const auto details = DetailOf<google::rpc::BadRequest>(status);
    for (const auto& fault : details.field_violations()) faults.push_back(fault.field());
    EXPECT_THAT(faults, ElementsAre("decisions.yaml:6:18: decisions[0].approved_by",
                                    "decisions.yaml:7:16: decisions[0].authority"));
    EXPECT_EQ(DetailOf<google::rpc::ErrorInfo>(status).metadata().at("errors"), "2");
  }
  ExpectError(client_.PutModel(WithModel("Store")), grpc::StatusCode::INVALID_ARGUMENT, "DECISIONS_INVALID");
  v1::GetTopicStatusRequest request;
  request.set_topic("workspaces/w/topics/shop");
  v1::GetTopicStatusResponse response;
  grpc::ClientContext context;
  ExpectError(client_.workflows->GetTopicStatus(&context, request, &response), grpc::StatusCode::INVALID_ARGUMENT,
              "DECISIONS_INVALID");
  EXPECT_EQ(server_.Git("rev-parse HEAD"), head);
}

TEST_F(TopicInputsTest, DecisionsAreCheckedAgainstTheModelOfTheCall) {
  server_.Push(kDecisionsPath, kDecisionsText);
  ExpectOk(client_.PutModel(WithModel("Store")));
  v1::CommandContext without = WithModel();
  without.set_model_yaml(absl::StrReplaceAll(ModelText(), {{"  - id: lead\n", "  - id: chief\n"}}));
  const grpc::Status status = client_.PutModel(without);
  ExpectError(status, grpc::StatusCode::INVALID_ARGUMENT, "DECISIONS_INVALID");
  EXPECT_THAT(DetailOf<google::rpc::BadRequest>(status).field_violations(0).description(),
              HasSubstr("'lead' is not among the roles"));
  EXPECT_THAT(server_.ReadFile(kModelPath), Not(HasSubstr("id: chief")));
}

TEST_F(TopicInputsTest, CommandsGetTheRulesOfTheTeams) {
  server_.Push(".metapowers/rules/web.yaml", OwnRule("web-x", "b"));
  server_.Push(".metapowers/rules/README.md", "no rule");
  server_.Push(".metapowers/rules/old/web.yaml", "in a folder of its own");
  EXPECT_EQ(*Told(), "## Told\n\nShop web-x=Own b\n");
  server_.Push(".metapowers/rules/api.yaml", OwnRule("api-x", "a"));
  EXPECT_EQ(*Told(), "## Told\n\nShop api-x=Own a web-x=Own b\n");
  server_.Push(".metapowers/rules/web.yaml", OwnRule("web-x", "c"));
  EXPECT_EQ(*Told(), "## Told\n\nShop api-x=Own a web-x=Own c\n");
  server_.Push(".metapowers/rules/api.yaml", "");
  EXPECT_EQ(*Told(), "## Told\n\nShop web-x=Own c\n");
}

TEST_F(TopicInputsTest, RulesHaveLimits) {
  std::string rules = OwnRule("web-x", "a");
  rules.resize(kMaxRuleFileBytes, '\n');
  server_.Push(".metapowers/rules/web.yaml", rules);
  EXPECT_OK(Told().status());
  server_.Push(".metapowers/rules/web.yaml", std::string(kMaxRuleFileBytes + 1, 'x'));
  EXPECT_THAT(Told().status(), HasError(absl::StatusCode::kInvalidArgument, "RULES_INVALID",
                                        "'.metapowers/rules/web.yaml' has 262145 bytes; 262144 are allowed"));
  ExpectError(client_.Inventory(ContextOf()), grpc::StatusCode::INVALID_ARGUMENT, "RULES_INVALID");

  workspace::Draft draft(*Head());
  workspace::CommitSpec spec;
  spec.message = "Add rules";
  spec.author = spec.committer = {"Ann", "ann@example.com"};
  for (size_t i = 0; i < kMaxRuleFiles; ++i) {
    spec.changes.push_back({absl::StrCat(kRulesPath, "/", i, ".yaml"), "x"});
  }
  ASSERT_OK(draft.AddCommit(spec));
  EXPECT_THAT(ReadInputs(cached_, *draft.state(), {"w", "shop", ""}).status(),
              HasError(absl::StatusCode::kInvalidArgument, "RULES_INVALID",
                       "'.metapowers/rules' holds 65 files; 64 are allowed"));
}

// A model with evidence `scan` in scans/scan.json and `list` in list.json.
std::string WithEvidence() {
  return absl::StrCat(ModelText(),
                      "evidence:\n  - {id: scan, format: trivy, path: scans/scan.json, component: web}\n"
                      "  - {id: list, format: spdx, path: list.json, component: web}\n");
}

TEST_F(TopicInputsTest, CommandsGetTheEvidenceThatTheModelDeclares) {
  server_.Push(kModelPath, WithEvidence());
  EXPECT_EQ(*Told(), "## Told\n\nShop list missing scan missing\n");
  server_.Push(".metapowers/security/shop/scans/scan.json", "{");
  EXPECT_THAT(*Told(), HasSubstr("Shop list missing scan there"));
  server_.Push(".metapowers/security/shop/list.json", "{");
  EXPECT_THAT(*Told(), HasSubstr("Shop list there"));
  server_.Push(".metapowers/security/shop/scans/scan.json", "");
  EXPECT_THAT(*Told(), HasSubstr("scan missing"));
}

TEST_F(TopicInputsTest, OnlyCommandsThatReadEvidencePayForIt) {
  server_.Push(kModelPath, WithEvidence());
  server_.Push(".metapowers/security/shop/scans/scan.json", "{");
  teller_.ReadNoEvidence();
  EXPECT_EQ(*Told(), "## Told\n\nShop list missing scan missing\n");
  ASSERT_OK_AND_ASSIGN(const auto head, Head());
  ASSERT_OK_AND_ASSIGN(Inputs inputs, ReadInputs(cached_, *head, {"w", "shop", ""}));
  ASSERT_EQ(inputs.evidence.size(), 2u);
  const std::string lost(40, '1');  // no such object: reading it would fail
  inputs.evidence[1].blob = lost;
  Generator fresh(0);
  EXPECT_OK(fresh.Generate(teller_.entry(), inputs).status());
  const Teller reader;
  EXPECT_THAT(fresh.Generate(reader.entry(), inputs).status(),
              HasError(absl::StatusCode::kDataLoss, "STORAGE_CORRUPT", HasSubstr(lost)));
}

// A section is made anew when any one of its inputs is another, and only then.
TEST_F(TopicInputsTest, EveryInputIsPartOfWhatASectionIsKeptBy) {
  server_.Push(kModelPath, WithEvidence());
  const auto made = [this] {
    const auto inputs = ReadInputs(cached_, **Head(), {"w", "shop", ""});
    EXPECT_OK(inputs);
    const auto generated = cached_.Generate(teller_.entry(), *inputs);
    EXPECT_OK(generated);
    return *generated;
  };
  auto last = made();
  EXPECT_EQ(made(), last);
  server_.Push("README.md", "no input");
  EXPECT_EQ(made(), last);
  const std::vector<std::pair<std::string, std::string>> pushes = {
      {kModelPath, absl::StrCat(WithEvidence(), "# the same in other words\n")},
      {kDecisionsPath, kDecisionsText},
      {kDecisionsPath, absl::StrCat(kDecisionsText, "# again\n")},
      {".metapowers/rules/web.yaml", OwnRule("web-x", "a")},
      {".metapowers/rules/web.yaml", OwnRule("web-x", "b")},
      {".metapowers/rules/api.yaml", OwnRule("api-x", "b")},
      {".metapowers/security/shop/scans/scan.json", "{"},
      {".metapowers/security/shop/scans/scan.json", "["},
      {".metapowers/security/shop/list.json", "["},
  };
  for (const auto& [path, content] : pushes) {
    server_.Push(path, content);
    const auto now = made();
    EXPECT_NE(now, last) << path << ": " << content;
    EXPECT_EQ(made(), now);
    last = now;
  }
  server_.Push(".metapowers/security/shop/other.json", "not declared");
  EXPECT_EQ(made(), last);
}

TEST_F(TopicInputsTest, LinksAreNeverFollowed) {
  server_.PushLink(".metapowers/rules/web.yaml", "/etc/passwd");
  EXPECT_THAT(Told().status(), HasError(absl::StatusCode::kFailedPrecondition, "PATH_UNSAFE",
                                        HasSubstr("'.metapowers/rules/web.yaml' is a symbolic link")));
  server_.Push(".metapowers/rules/web.yaml", "");
  EXPECT_OK(Told().status());
  server_.PushLink(kDecisionsPath, "system-model.yaml");
  EXPECT_THAT(Told().status(), HasError(absl::StatusCode::kFailedPrecondition, "PATH_UNSAFE",
                                        HasSubstr("decisions.yaml' is a symbolic link")));
  server_.Push(kDecisionsPath, "");
  server_.Push(kModelPath, WithEvidence());
  EXPECT_OK(Told().status());
  server_.PushLink(".metapowers/security/shop/scans", "../../..");
  EXPECT_THAT(Told().status(),
              HasError(absl::StatusCode::kFailedPrecondition, "PATH_UNSAFE", HasSubstr("scans' is a symbolic link")));
}

}  // namespace
}  // namespace metapowers::server
