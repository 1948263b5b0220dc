#include "tests/crash/ledger.h"

#include <google/protobuf/util/message_differencer.h>

#include <algorithm>

#include "absl/strings/str_cat.h"

namespace metapowers::crash {
namespace {

std::string RequestIdOf(const v1::Revision& revision) {
  for (const v1::Trailer& trailer : revision.trailers()) {
    if (trailer.key() == "Metapowers-Request-Id") return trailer.value();
  }
  return "";
}

// Commits that the call must have made.
int CommitsOf(const AnsweredCall& of) {
  const auto& outcomes = of.answer.outcomes;
  const auto changed = std::count_if(outcomes.begin(), outcomes.end(), [](const auto& one) { return one.changed(); });
  // The methods of one command do not tell the outcome of the model.
  const bool one_command = of.call.kind == Kind::kSecurityPolicy || of.call.kind == Kind::kRiskAppetite;
  return static_cast<int>(changed) + (one_command && !of.call.context.model_yaml().empty() ? 1 : 0);
}

}  // namespace

std::string Difference(const Answer& first, const Answer& later) {
  if (later.outcomes.size() < first.outcomes.size()) {
    return absl::StrCat(first.outcomes.size(), " outcomes, then ", later.outcomes.size());
  }
  for (size_t i = 0; i < first.outcomes.size(); ++i) {
    google::protobuf::util::MessageDifferencer differencer;
    std::string difference;
    differencer.ReportDifferencesToString(&difference);
    if (!differencer.Compare(first.outcomes[i], later.outcomes[i])) return difference;
    if (first.results[i] != later.results[i]) return absl::StrCat("result ", i, " differs");
  }
  return "";
}

void Ledger::Fail(absl::string_view violation) {
  absl::MutexLock lock(&mutex_);
  if (!failed_.exchange(true)) violation_ = std::string(violation);
}

std::string Ledger::violation() const {
  absl::MutexLock lock(&mutex_);
  return violation_;
}

int64_t Ledger::Floor(const std::string& workspace) const {
  absl::MutexLock lock(&mutex_);
  const auto found = told_.find(workspace);
  return found == told_.end() ? 0 : found->second.newest;
}

void Ledger::Saw(absl::string_view what, const std::string& workspace, int64_t revision, const std::string& commit,
                 int64_t floor) {
  if (revision < floor) {
    return Fail(
        absl::StrCat(what, " in ", workspace, " was told revision ", revision, " after somebody was told ", floor));
  }
  std::string before;
  {
    absl::MutexLock lock(&mutex_);
    Told& told = told_[workspace];
    told.newest = std::max(told.newest, revision);
    before = told.commits.emplace(revision, commit).first->second;
  }
  if (before != commit) {
    Fail(absl::StrCat("revision ", revision, " of ", workspace, " was ", before, ", and ", what, " was told ", commit));
  }
}

void Ledger::SawCommit(absl::string_view what, const std::string& workspace, const std::string& commit, int64_t floor) {
  absl::MutexLock lock(&mutex_);
  told_[workspace].reads.push_back({std::string(what), commit, floor});
}

void Ledger::Answered(const Call& call, const Answer& answer, int64_t floor) {
  const std::string what = absl::StrCat("request ", call.context.request_id());
  // In the order of the commits, each new one above all that was told before the call: so a caller's answers have the
  // order of its commits too.
  int64_t last = floor;
  for (const v1::CommandOutcome& outcome : answer.outcomes) {
    Saw(what, call.workspace, outcome.revision(), outcome.commit(), outcome.changed() ? last + 1 : last);
    last = outcome.revision();
  }
  absl::MutexLock lock(&mutex_);
  told_[call.workspace].calls.push_back({call, answer});
}

std::vector<AnsweredCall> Ledger::answered() const {
  absl::MutexLock lock(&mutex_);
  std::vector<AnsweredCall> all;
  for (const auto& [workspace, told] : told_) all.insert(all.end(), told.calls.begin(), told.calls.end());
  return all;
}

void Ledger::Check(const std::string& workspace, const std::vector<v1::Revision>& history) {
  for (size_t i = 0; i < history.size(); ++i) {
    if (history[i].revision() == static_cast<int64_t>(i) + 1) continue;
    return Fail(absl::StrCat("commit ", i + 1, " of ", workspace, " is called revision ", history[i].revision()));
  }
  CheckSightings(workspace, history);
  if (failed()) return;
  CheckCalls(workspace, history);
}

void Ledger::CheckSightings(const std::string& workspace, const std::vector<v1::Revision>& history) {
  std::map<std::string, int64_t> revisions;
  for (const v1::Revision& revision : history) revisions[revision.commit()] = revision.revision();
  std::map<int64_t, std::string> commits;
  std::vector<ReadAt> reads;
  {
    absl::MutexLock lock(&mutex_);
    commits = told_[workspace].commits;
    reads = told_[workspace].reads;
  }
  for (const auto& [revision, commit] : commits) {
    const auto found = revisions.find(commit);
    if (found == revisions.end() || found->second != revision) {
      return Fail(absl::StrCat("revision ", revision, " of ", workspace, ", ", commit, ", was told and is lost"));
    }
  }
  for (const ReadAt& read : reads) {
    const auto found = revisions.find(read.commit);
    if (found == revisions.end() || found->second < read.floor) {
      return Fail(absl::StrCat(read.what, " in ", workspace, " read at ", read.commit,
                               found == revisions.end() ? ", which is lost" : ", which is older than what was told"));
    }
  }
}

void Ledger::CheckCalls(const std::string& workspace, const std::vector<v1::Revision>& history) {
  std::map<std::string, std::vector<int64_t>> made;  // revisions by request
  for (const v1::Revision& revision : history) made[RequestIdOf(revision)].push_back(revision.revision());
  std::vector<AnsweredCall> calls;
  {
    absl::MutexLock lock(&mutex_);
    calls = told_[workspace].calls;
  }
  for (const AnsweredCall& call : calls) {
    const std::string& id = call.call.context.request_id();
    const std::vector<int64_t> revisions = made[id];
    made.erase(id);
    const auto count = static_cast<int>(revisions.size());
    if (count != CommitsOf(call)) {
      return Fail(absl::StrCat("request ", id, " in ", workspace, " must have made ", CommitsOf(call),
                               " commits and made ", count));
    }
    if (count > 0 && revisions.back() - revisions.front() != count - 1) {
      return Fail(absl::StrCat("the commits of request ", id, " in ", workspace, " are apart"));
    }
    for (const v1::CommandOutcome& outcome : call.answer.outcomes) {
      if (!outcome.changed() || RequestIdOf(history[outcome.revision() - 1]) == id) continue;
      return Fail(absl::StrCat("revision ", outcome.revision(), " of ", workspace, " is not of request ", id));
    }
  }
  if (!made.empty()) Fail(absl::StrCat("nobody sent request '", made.begin()->first, "' of ", workspace));
}

}  // namespace metapowers::crash
