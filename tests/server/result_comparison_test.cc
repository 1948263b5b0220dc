// Results of two revisions compared, and what that adds to outcomes and commits.
#include "service/server/result_comparison.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "metapowers/security/identify/v1/asset_inventory.pb.h"
#include "service/base/embedded_file.h"
#include "service/base/ids.h"
#include "service/render/template.h"
#include "service/server/backend.h"
#include "service/server/result_lists.h"
#include "service/server/run_command.h"
#include "tests/server/pipeline_fixture.h"
#include "tests/support/status_matchers.h"

namespace metapowers::server {

extern const EmbeddedFile kFindingChanges[];

namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

constexpr char kModelPath[] = ".metapowers/security/shop/system-model.yaml";

std::string Shop(const std::string& transport) {
  return absl::StrCat(ModelText(),
                      "  - {id: ledger, name: Ledger, kind: datastore, zone: inside, stores: [orders]}\n"
                      "flows:\n  - {id: web-to-ledger, name: Book, source: web, target: ledger, transport_security: ",
                      transport, "}\n");
}

// A finding for each flow, worse without encryption; the outcome stands for any result with such a list.
std::shared_ptr<const google::protobuf::Message> FindFlows(const commands::Input& input) {
  auto result = std::make_unique<v1::CommandOutcome>();
  for (const model::v1::Flow& flow : input.model.proto().flows()) {
    v1::OpenFinding& finding = *result->add_open_findings();
    finding.set_key(absl::StrCat("no-tls/", flow.id()));
    finding.set_severity(flow.transport_security() == model::v1::TRANSPORT_SECURITY_NONE ? model::v1::SEVERITY_HIGH
                                                                                         : model::v1::SEVERITY_MEDIUM);
    result->set_document(flow.id());
  }
  result->set_commit(input.model.proto().as_of());
  return result;
}

class ResultComparisonTest : public ::testing::Test {
 protected:
  ResultComparisonTest() {
    command_.stem = "identify/finder";
    command_.template_text = "## Threat Model\n\n{{document}} as of {{commit}}\n";
    command_.result = v1::CommandOutcome::descriptor();
    command_.generate = &FindFlows;
    spec_.set_id("finder");
    entry_.stem = "identify/finder";
    entry_.command = &command_;
    entry_.spec = &spec_;
  }

  Made MakeOf(const std::string& yaml, const std::string& decisions = "") {
    Made made;
    const auto model = generator_.Load(yaml, "shop");
    EXPECT_OK(model);
    made.inputs.model = *model;
    const auto decided = generator_.LoadDecisions(
        decisions.empty() ? absl::nullopt : absl::make_optional<absl::string_view>(decisions), **model);
    EXPECT_OK(decided);
    made.inputs.decisions = *decided;
    const auto generated = generator_.Generate(entry_, made.inputs);
    EXPECT_OK(generated);
    made.generated = *generated;
    return made;
  }
  std::string Sentence(const Made* before, const Made& now) {
    const auto diff = CompareMade(entry_, before, now);
    EXPECT_OK(diff);
    EXPECT_EQ(diff->command(), "finder");
    return diff->summary();
  }

  Generator generator_{1 << 20};
  commands::Command command_;
  v1::Command spec_;
  CommandEntry entry_;
};

TEST_F(ResultComparisonTest, SaysWhatBecameOfTheFindingsAndWhy) {
  const Made tls = MakeOf(Shop("tls"));
  const Made clear = MakeOf(Shop("none"));
  const Made none = MakeOf(ModelText());
  EXPECT_EQ(Sentence(&tls, clear),
            "Findings: 1 raised medium → high because flow web-to-ledger: transport_security tls → none.");
  EXPECT_EQ(Sentence(&clear, tls),
            "Findings: 1 lowered high → medium because flow web-to-ledger: transport_security none → tls.");
  EXPECT_EQ(Sentence(&none, clear), "Findings: 1 new high because flow web-to-ledger is new.");
  EXPECT_EQ(Sentence(&clear, none), "Findings: 1 closed because flow web-to-ledger is gone.");
  EXPECT_EQ(Sentence(nullptr, clear), "Findings: 1 new high.");
  EXPECT_EQ(Sentence(&tls, tls), "");
  const Made decided =
      MakeOf(ModelText(),
             "schema_version: \"1\"\ndecisions:\n  - {finding: no-tls/web-to-ledger, status: accepted, "
             "requested_by: lead, approved_by: ciso, authority: high, rationale: Old., "
             "decided_on: 2026-02-01, expires_on: 2026-08-01}\n");
  EXPECT_EQ(Sentence(&clear, decided), "Findings: 1 closed by a decision.");
}

TEST_F(ResultComparisonTest, SeveralGroupsAndCausesAreOneSentence) {
  v1::FindingChanges changes;
  v1::FindingGroup& added = *changes.add_groups();
  added.set_first(true);
  added.set_count(2);
  added.set_added(true);
  added.set_severity(model::v1::SEVERITY_HIGH);
  v1::FindingGroup& closed = *changes.add_groups();
  closed.set_last(true);
  closed.set_count(1);
  closed.set_closed(true);
  for (const char* attribute : {"owner_team", "zone"}) {
    v1::FindingCause& cause = *closed.add_causes();
    cause.set_first(closed.causes_size() == 1);
    cause.mutable_change()->set_element("component");
    cause.mutable_change()->set_id("web");
    cause.mutable_change()->set_attribute(attribute);
    cause.mutable_change()->set_after("core");
  }
  closed.set_more_causes(3);
  ASSERT_OK_AND_ASSIGN(const auto wording, render::Template::Parse(kFindingChanges[0].text, "finding_changes.md"));
  EXPECT_OK(wording.Check(*v1::FindingChanges::descriptor()));
  ASSERT_OK_AND_ASSIGN(const std::string text, wording.Render(changes));
  EXPECT_EQ(
      text,
      "Findings: 2 new high; 1 closed because component web: owner_team unset → core and component web: zone unset "
      "→ core and 3 more.\n");
}

// Keeps the outcome of the command.
class Kept : public RunObserver {
 public:
  void OnFinished(const v1::CommandOutcome& outcome, const SharedResult& result, int) override { outcome_ = outcome; }
  const v1::CommandOutcome& outcome() const { return outcome_; }

 private:
  v1::CommandOutcome outcome_;
};

// The same command in the pipeline, over real Git.
class FindingRunTest : public ResultComparisonTest {
 protected:
  FindingRunTest() : folder_(absl::StrCat(::testing::TempDir(), "/finding-run-", NewUuid())) {
    std::filesystem::create_directories(folder_);
    spec_.set_document("01-identify.md");
    spec_.set_heading("Threat Model");
    absl::StatusOr<Env> env = OpenDataDirEnv(folder_ + "/data");
    EXPECT_OK(env);
    EXPECT_OK(env->registry->Create("w", "", absl::UnixEpoch()));
    backend_ = std::make_unique<Backend>(*std::move(env));
  }
  ~FindingRunTest() override {
    backend_.reset();
    std::filesystem::remove_all(folder_);
  }

  v1::CommandOutcome RunOn(const std::string& yaml, bool validate_only = false) {
    v1::CommandContext context = ContextOf();
    context.set_model_yaml(yaml);
    context.set_validate_only(validate_only);
    Call call("/test", "peer", kRequestId, absl::InfiniteFuture(), *backend_->env.clock);
    Kept kept;
    EXPECT_OK(RunCommands(*backend_, call, context, {&entry_}, kept));
    return kept.outcome();
  }

  const std::string folder_;
  std::unique_ptr<Backend> backend_;
};

TEST_F(FindingRunTest, TheCommitSaysWhatBecameOfTheFindings) {
  const v1::CommandOutcome first = RunOn(Shop("tls"));
  EXPECT_THAT(first.summary(), IsEmpty()) << "all is new: the section says it";
  ASSERT_EQ(first.open_findings_size(), 1);
  EXPECT_EQ(first.open_findings(0).severity(), model::v1::SEVERITY_MEDIUM);

  const std::string sentence =
      "Findings: 1 raised medium → high because flow web-to-ledger: transport_security tls → none.";
  // The section of this fake does not depend on the transport; only a section that changes is compared.
  const std::string clear = absl::StrReplaceAll(Shop("none"), {{"as_of: 2026-03-01", "as_of: 2026-03-02"}});
  EXPECT_THAT(RunOn(clear, /*validate_only=*/true).summary(), ElementsAre(sentence));
  const v1::CommandOutcome second = RunOn(clear);
  EXPECT_THAT(second.summary(), ElementsAre(sentence));
  EXPECT_EQ(second.open_findings(0).severity(), model::v1::SEVERITY_HIGH);
  EXPECT_TRUE(second.reports_findings());
  ASSERT_OK_AND_ASSIGN(const workspace::Workspace found, backend_->env.registry->Get("w"));
  ASSERT_OK_AND_ASSIGN(const auto page, backend_->env.engine->History(found.uid, {"", "", 10, ""}));
  EXPECT_EQ(page.commits[0].body, sentence);
  EXPECT_EQ(page.commits[0].subject, "security(shop): finder");

  const v1::CommandOutcome same = RunOn(clear);
  EXPECT_FALSE(same.changed());
  EXPECT_THAT(same.summary(), IsEmpty());
  EXPECT_EQ(same.open_findings_size(), 1) << "the gate holds whether or not anything changed";
}

TEST(ResultListsTest, CopiesTheListsThatResultsMayHave) {
  v1::CommandOutcome result, outcome;
  result.add_questions()->set_text("Who?");
  result.add_open_findings()->set_key("a");
  result.add_open_findings()->set_key("b");
  CopyLists(result, outcome);
  EXPECT_EQ(outcome.questions(0).text(), "Who?");
  ASSERT_EQ(outcome.open_findings_size(), 2);
  EXPECT_EQ(outcome.open_findings(1).key(), "b");
  EXPECT_TRUE(outcome.reports_findings());

  v1::CommandOutcome none, empty;
  CopyLists(none, empty);
  EXPECT_TRUE(empty.reports_findings()) << "no finding is a result too";
  CopyLists(v1::FindingChanges(), empty);
  EXPECT_FALSE(empty.reports_findings()) << "such a result says nothing about findings";
  CopyLists(identify::AssetInventoryResult(), empty);
  EXPECT_FALSE(empty.reports_findings());
}

class CompareResultsTest : public PipelineTest {
 protected:
  grpc::Status Compare(const std::string& base, const std::string& target, const std::string& commands,
                       v1::CompareResultsResponse& response) {
    v1::CompareResultsRequest request;
    request.set_topic("workspaces/w/topics/shop");
    request.set_base(base);
    request.set_target(target);
    request.set_commands(commands);
    grpc::ClientContext context;
    return client_.documents->CompareResults(&context, request, &response);
  }
};

TEST_F(CompareResultsTest, RegeneratesBothRevisionsFromTheirInputs) {
  server_.Push(kModelPath, Shop("tls"));
  const std::string base = server_.Git("rev-parse HEAD");
  server_.Push(kModelPath, absl::StrReplaceAll(Shop("none"), {{"name: Ledger", "name: Ledger database"}}));
  const std::string target = server_.Git("rev-parse HEAD");
  server_.Push(kModelPath, ModelText());

  v1::CompareResultsResponse response;
  ExpectOk(Compare(base, target, "asset-inventory", response));
  ASSERT_EQ(response.results_size(), 1);
  EXPECT_EQ(response.results(0).command(), "asset-inventory");
  bool found = false;
  for (const auto& item : response.results(0).items()) {
    if (item.list() != "component_groups.components") continue;
    EXPECT_EQ(item.key(), "ledger");
    EXPECT_EQ(item.kind(), v1::CHANGE_KIND_CHANGED);
    ASSERT_EQ(item.causes_size(), 1);
    EXPECT_EQ(item.causes(0).attribute(), "name");
    EXPECT_EQ(item.causes(0).after(), "Ledger database");
    found = true;
  }
  EXPECT_TRUE(found);

  v1::CompareResultsResponse all;
  ExpectOk(Compare(base, target, "", all));
  EXPECT_GE(all.results_size(), 1);
  v1::CompareResultsResponse same;
  ExpectOk(Compare(target, target, "all", same));
  EXPECT_EQ(same.results_size(), 0);
  v1::CompareResultsResponse head;
  ExpectOk(Compare(base, "", "asset-inventory", head));
  EXPECT_THAT(head.results(0).DebugString(), HasSubstr("CHANGE_KIND_REMOVED"));
  v1::CompareResultsResponse from_nothing;
  ExpectOk(Compare("", base, "asset-inventory", from_nothing));
  EXPECT_THAT(from_nothing.results(0).DebugString(), Not(HasSubstr("CHANGE_KIND_CHANGED")));
}

TEST_F(CompareResultsTest, SaysWhichRevisionIsAtFault) {
  v1::CompareResultsResponse response;
  const std::string without = server_.Git("rev-parse HEAD");
  ExpectError(Compare("", "", "all", response), grpc::StatusCode::FAILED_PRECONDITION, "MODEL_MISSING");
  server_.Push(kModelPath, "id: [");
  const std::string broken = server_.Git("rev-parse HEAD");
  server_.Push(kModelPath, ModelText());
  const grpc::Status status = Compare(broken, "", "all", response);
  ExpectError(status, grpc::StatusCode::INVALID_ARGUMENT, "MODEL_INVALID");
  EXPECT_THAT(status.error_message(), HasSubstr(broken));
  ExpectOk(Compare(without, "", "all", response));
  ExpectError(Compare("", "", "threat-modle", response), grpc::StatusCode::NOT_FOUND, "COMMAND_UNKNOWN");
  {
    const Planned planned("threat-model");
    ExpectError(Compare("", "", "threat-model", response), grpc::StatusCode::UNIMPLEMENTED, "COMMAND_PLANNED");
  }
  ExpectError(Compare(std::string(40, '0'), "", "all", response), grpc::StatusCode::NOT_FOUND, "REVISION_NOT_FOUND");
}

}  // namespace
}  // namespace metapowers::server
