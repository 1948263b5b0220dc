#include "service/commands/sight_wording.h"

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "service/commands/wording.h"
#include "service/knowledge/logging.h"

namespace metapowers::commands {

namespace {

using analysis::LogSource;
using analysis::Sight;
using analysis::ThreatSight;

// Names before the rest is counted.
constexpr size_t kNamed = 4;

std::vector<std::string> AllKeys(const std::vector<const LogSource*>& sources) {
  std::vector<std::string> keys;
  for (const LogSource* source : sources) keys.push_back(source->key);
  return keys;
}

std::vector<std::string> KindNames(const std::vector<std::string>& kinds) {
  std::vector<std::string> names;
  for (const std::string& kind : kinds) names.push_back(LogKindName(kind));
  return names;
}

// Of the logs that are not collected, those that one confirmation or one setting would add.
std::vector<std::string> Confirmable(const ThreatSight& sight) {
  std::vector<std::string> keys;
  for (const LogSource* source : sight.uncollected) {
    if (source->gap() == (sight.sight == Sight::kNotCollected)) keys.push_back(source->key);
  }
  return keys;
}

}  // namespace

std::string Share(int part, int whole) {
  constexpr int kAll = 100;
  return whole == 0 ? "no share" : absl::StrCat(part * kAll / whole, "%");
}

std::string LogKindName(const std::string& kind) {
  const knowledge::v1::LogKind* row = knowledge::FindLogKind(kind);
  return row == nullptr ? kind : row->name();
}

std::vector<std::string> LogKeys(const std::vector<const LogSource*>& sources) {
  std::vector<std::string> keys = AllKeys(sources);
  if (keys.size() <= kNamed) return keys;
  const size_t more = keys.size() - kNamed;
  keys.resize(kNamed);
  keys.push_back(absl::StrCat(more, " more"));
  return keys;
}

std::string FillSpan(const std::string& text, const analysis::AppliedDetection& detection) {
  return absl::StrReplaceAll(text, {{"{span}", Minutes(detection.threshold.minutes)}});
}

std::string BlindReason(const ThreatSight& sight) {
  switch (sight.sight) {
    case Sight::kUnconfirmed:
      return absl::StrCat("nobody has confirmed that these logs are collected: ", List(Confirmable(sight), kNamed));
    case Sight::kNotCollected:
      return absl::StrCat("these logs are not collected: ", List(Confirmable(sight), kNamed));
    case Sight::kNoLog:
      return absl::StrCat("no log of these kinds shows it: ", List(KindNames(sight.missing), kNamed));
    case Sight::kNoEvent:
      return absl::StrCat("no event shows it: ", sight.reason);
    case Sight::kNoDetection:
      return absl::StrCat("no detection names the rule ", sight.threat->rule->id());
    case Sight::kDetected:
      break;
  }
  return "";
}

std::string BlindRemedy(const ThreatSight& sight, const analysis::LogSources& sources, const std::string& platform) {
  const std::string where = sources.AllStay()  ? "a log platform apart from the machine that writes them"
                            : platform.empty() ? "the log platform"
                                               : platform;
  switch (sight.sight) {
    case Sight::kUnconfirmed:
      return absl::StrCat("answer where these logs go, and send them to ", where);
    case Sight::kNotCollected:
      return absl::StrCat("send these logs to ", where);
    case Sight::kNoLog:
      return absl::StrCat("a log of one of these kinds of ", sight.threat->element_id(),
                          ", or of what stands before it");
    case Sight::kNoEvent:
      return "the controls of the threat alone";
    case Sight::kNoDetection:
      return "a detection of the team that wrote the rule";
    case Sight::kDetected:
      break;
  }
  return "";
}

}  // namespace metapowers::commands
