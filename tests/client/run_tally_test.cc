#include "client/commands/run_tally.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <sstream>
#include <string>

namespace metapowers::client {
namespace {

constexpr char kCall[] = "4f5b8bd0-6a36-4a0a-9bb5-0d4f9a5a2c11";

metapowers::v1::RunCommandsResponse Plan() {
  metapowers::v1::RunCommandsResponse event;
  for (const char* command : {"security-policy", "risk-appetite", "threat-model"}) {
    event.mutable_plan()->add_commands(command);
  }
  return event;
}

metapowers::v1::RunCommandsResponse Finished(const std::string& command, const std::string& commit) {
  metapowers::v1::RunCommandsResponse event;
  metapowers::v1::CommandOutcome& outcome = *event.mutable_finished()->mutable_outcome();
  outcome.set_command(command);
  outcome.set_changed(!commit.empty());
  outcome.set_commit(commit.empty() ? "0000000aaa" : commit);
  return event;
}

void AddRevision(const std::string& command, const std::string& commit, const std::string& request_id,
                 metapowers::v1::ListRevisionsResponse& history) {
  metapowers::v1::Revision& revision = *history.add_revisions();
  revision.set_command(command);
  revision.set_commit(commit);
  metapowers::v1::Trailer& trailer = *revision.add_trailers();
  trailer.set_key("Metapowers-Request-Id");
  trailer.set_value(request_id);
}

std::string Unfinished(const RunTally& tally, const std::string& failed = "") {
  std::ostringstream err;
  tally.PrintUnfinished(err, failed, "metapowers run all shop");
  return err.str();
}

TEST(RunTallyTest, NothingCommittedIsSaidSo) {
  RunTally tally;
  tally.Add(Plan());
  EXPECT_FALSE(tally.changed());
  EXPECT_EQ(Unfinished(tally),
            "  committed: 0 of 3 commands\n"
            "  not run: security-policy, risk-appetite, threat-model\n"
            "  to go on: metapowers run all shop\n");
}

TEST(RunTallyTest, ARunThatWasStoppedBeforeItsPlanHasCommittedNothing) {
  EXPECT_EQ(Unfinished(RunTally()), "  committed: nothing\n  to go on: metapowers run all shop\n");
}

TEST(RunTallyTest, ACommandThatFailsLeavesWhatWasCommitted) {
  RunTally tally;
  tally.Add(Plan());
  tally.Add(Finished("security-policy", "1234567890"));
  EXPECT_TRUE(tally.changed());
  EXPECT_EQ(Unfinished(tally, "risk-appetite"),
            "  committed: 1 of 3 commands; last: 1234567 security-policy\n"
            "  failed: risk-appetite\n"
            "  not run: threat-model\n"
            "  to go on: metapowers run all shop\n");
}

TEST(RunTallyTest, UnchangedCommandsAreDoneWithoutACommit) {
  RunTally tally;
  tally.Add(Plan());
  tally.Add(Finished("security-policy", ""));
  tally.Add(Finished("risk-appetite", "1234567890"));
  EXPECT_EQ(Unfinished(tally, "threat-model"),
            "  committed: 1 of 3 commands; last: 1234567 risk-appetite\n"
            "  unchanged: 1\n"
            "  failed: threat-model\n"
            "  to go on: metapowers run all shop\n");
}

TEST(RunTallyTest, TheHistoryTellsWhatWasNotHeard) {
  RunTally tally;
  tally.Add(Plan());
  metapowers::v1::ListRevisionsResponse history;
  AddRevision("pentest-plan", "9999999999", "another call", history);
  AddRevision("risk-appetite", "2222222222", kCall, history);
  AddRevision("", "1111111111", kCall, history);
  AddRevision("security-policy", "0000000000", "an earlier call", history);
  tally.AddHistory(history, kCall);
  EXPECT_TRUE(tally.inputs_committed());
  EXPECT_EQ(Unfinished(tally),
            "  committed: 1 of 3 commands, and the model; last: 2222222 risk-appetite\n"
            "  not run: security-policy, threat-model\n"
            "  to go on: metapowers run all shop\n");
}

TEST(RunTallyTest, TheCommandLineToGoOnIsTheOneThatWasGiven) {
  unsetenv("METAPOWERS_SERVER");
  RunOptions options;
  options.target = "all";
  options.topic = "shop";
  options.files.model = "my model.yaml";
  options.files.attachments = {"a.json=scans/a.json"};
  options.fail_on = "high";
  options.edits = "keep";
  options.skip_checks = true;
  options.reason = "it's a pilot";
  GlobalOptions global;
  global.server = "unix:/run/mp";
  global.timeout = absl::Seconds(90);
  EXPECT_EQ(CommandLineToGoOn(options, global, false),
            "metapowers --server unix:/run/mp --timeout 1m30s run all shop --model 'my model.yaml' --attach "
            "a.json=scans/a.json "
            "--fail-on high --edits keep --skip-checks --reason 'it'\\''s a pilot'");
  setenv("METAPOWERS_SERVER", "unix:/run/mp", 1);
  EXPECT_EQ(
      CommandLineToGoOn(options, global, true),
      "metapowers --timeout 1m30s run all shop --fail-on high --edits keep --skip-checks --reason 'it'\\''s a pilot'");
  unsetenv("METAPOWERS_SERVER");
}

TEST(RunTallyTest, TheAdviceOnAConflictIsTheLineThatWasGivenWithAChoice) {
  RunOptions options;
  options.target = "identify";
  options.topic = "shop";
  options.files.model = "m.yaml";
  options.edits = "markers";
  EXPECT_EQ(ConflictAdvice(options, GlobalOptions(), false, "threat-model"),
            "to see both: metapowers plan threat-model shop --model m.yaml --edits markers; to keep the edits, or what "
            "was merged by hand and committed: metapowers run threat-model shop --model m.yaml --edits keep; to take "
            "what is generated: metapowers run threat-model shop --model m.yaml --edits take");
  EXPECT_EQ(MarkersAdvice(options, GlobalOptions()),
            "to merge by hand: metapowers plan identify shop --model m.yaml --edits markers --raw | git apply; resolve "
            "what stands between the markers, commit, then: metapowers run identify shop --model m.yaml --edits keep");
}

}  // namespace
}  // namespace metapowers::client
