// What runs under the shim: opens the engine, tells what it finds there, and has callers make steps, each of which is
// told before it is asked for and after it is answered.
//
//   power_cut_workload DATA_DIR ROUND STEPS WHEN_STORED PACKING
//
// Lines of the log: "opened", "created UID", "asks UID REQUEST -", "answered UID REQUEST COMMIT", and of a reader
// "sees UID - COMMIT".
#include <dlfcn.h>

#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "service/workspace/data_dir.h"
#include "service/workspace/draft.h"
#include "service/workspace/local_engine.h"
#include "tests/power_cut/operation.h"
#include "tests/power_cut/workspaces.h"

namespace metapowers::power_cut {
namespace {

using workspace::CommitBatch;
using workspace::CommitSpec;
using workspace::DataDir;
using workspace::Draft;
using workspace::Engine;
using workspace::FileChange;

constexpr int kCallers = 4;
constexpr int kFilesOfPack = 120;  // of a step that is stored as a pack

void Mark(const std::string& line) {
  static MarkFunction* const mark = reinterpret_cast<MarkFunction*>(::dlsym(RTLD_DEFAULT, kMarkFunction));
  if (mark != nullptr) mark(line.data(), line.size());
}

[[noreturn]] void Fail(const absl::Status& status) {
  std::fprintf(stderr, "%s\n", status.ToString().c_str());
  std::_Exit(1);
}

template <class Result>
auto Must(Result result) {
  if (!result.ok()) Fail(result.status());
  return *std::move(result);
}

void See(Engine& engine, const std::string& uid) {
  const auto head = Must(engine.Head(uid));
  if (!head->commit().empty()) Mark(absl::StrCat("sees ", uid, " - ", head->commit()));
}

CommitSpec StepOf(int caller, int step, const std::string& request) {
  std::vector<FileChange> changes = {{absl::StrCat("caller-", caller, ".md"), request}};
  for (int i = 0; caller == 0 && step == 2 && i < kFilesOfPack; ++i) {
    changes.push_back({absl::StrCat("many/", i, ".md"), absl::StrCat(request, " ", i)});
  }
  return {.changes = std::move(changes),
          .message = absl::StrCat("change\n\n", kRequestTrailer, ": ", request),
          .author = {"Ann", "ann@example.com"},
          .committer = {"metapowers", "metapowers@example.com"},
          .time = absl::FromUnixSeconds(1'700'000'000)};
}

void Call(Engine& engine, int caller, int round, int steps, absl::Duration pause) {
  const std::string uid = kUids[caller % kWorkspaces];
  for (int i = 0; i < steps; ++i) {
    const std::string request = absl::StrCat("r", round, "-", caller, "-", i);
    Mark(absl::StrCat("asks ", uid, " ", request, " -"));
    for (;;) {
      Draft draft(Must(engine.Tip(uid)));
      Must(draft.AddCommit(StepOf(caller, i, request)));
      CommitBatch batch = draft.batch();
      batch.request = workspace::RequestRecord{request, "f", draft.state()->commit(), {}};
      const std::string commit = batch.new_head;
      const absl::Status status = engine.Commit(uid, std::move(batch));
      if (status.ok()) {
        Mark(absl::StrCat("answered ", uid, " ", request, " ", commit));
        break;
      }
      if (!absl::IsAborted(status)) Fail(status);
    }
    See(engine, uid);
    absl::SleepFor(pause);
  }
}

void Run(const char* data_dir, int round, int steps, bool when_stored, bool packing) {
  const auto engine =
      Must(workspace::NewLocalEngine(Must(DataDir::Open(data_dir)), {.loose_object_limit = packing ? size_t{10} : 0,
                                                                     .pack_limit = packing ? size_t{1} : 0,
                                                                     .flush_delay = absl::Milliseconds(2),
                                                                     .answer_when_stored = when_stored}));
  Mark("opened");
  for (const char* uid : kUids) {
    const absl::Status created = engine->CreateWorkspace(uid);
    if (!created.ok() && !absl::IsAlreadyExists(created)) Fail(created);
    Mark(absl::StrCat("created ", uid));
    See(*engine, uid);
  }
  // Long enough for Git to pack what there is in the meantime.
  const absl::Duration pause = packing ? absl::Milliseconds(20) : absl::ZeroDuration();
  std::vector<std::thread> callers;
  for (int c = 0; c < kCallers; ++c) callers.emplace_back([&, c] { Call(*engine, c, round, steps, pause); });
  for (std::thread& caller : callers) caller.join();
}

}  // namespace
}  // namespace metapowers::power_cut

int main(int argc, char** argv) {
  if (argc != 6) return 2;
  metapowers::power_cut::Run(argv[1], std::atoi(argv[2]), std::atoi(argv[3]), std::atoi(argv[4]) != 0,
                             std::atoi(argv[5]) != 0);
  return 0;
}
