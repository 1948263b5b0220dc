#include "service/analysis/detection_alerts.h"

#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"

namespace metapowers::analysis {

namespace {

namespace k = knowledge::v1;
using model::v1::Alert;

// `text` in lower case, as words between single spaces: "Failed sign-ins" is "failed sign ins".
std::string InWords(absl::string_view text) { return absl::StrReplaceAll(absl::AsciiStrToLower(text), {{"-", " "}}); }

// Behind a number these end what is counted: "20 in 5 minutes" counts nothing that it names.
bool EndsCount(absl::string_view word) {
  static constexpr std::array<absl::string_view, 10> kEnds = {"in", "of",   "per",    "a",       "for",
                                                              "by", "from", "within", "percent", "%"};
  return std::find(kEnds.begin(), kEnds.end(), word) != kEnds.end();
}

template <class Words>
bool HasOne(const std::string& text, const Words& words) {
  return std::any_of(words.begin(), words.end(),
                     [&text](const std::string& word) { return absl::StrContains(text, word); });
}

}  // namespace

bool IsOnTheSame(const Alert& alert, const k::Detection& row) {
  return HasOne(InWords(absl::StrCat(alert.id(), " ", alert.name())), row.alert_words());
}

bool CountsTheSame(const Alert& alert, const k::EventCorrelation& correlation) {
  constexpr int kWordsCounted = 3;
  const std::string number = absl::StrCat(alert.threshold());
  const std::string condition = absl::StrReplaceAll(InWords(alert.condition()), {{",", ""}});
  const std::vector<std::string> words = absl::StrSplit(condition, ' ', absl::SkipEmpty());
  for (size_t i = 0; i < words.size(); ++i) {
    if (words[i] != number) continue;
    std::string counted;
    for (size_t next = i + 1; next < words.size() && next <= i + kWordsCounted && !EndsCount(words[next]); ++next) {
      absl::StrAppend(&counted, words[next], " ");
    }
    if (HasOne(counted, correlation.counted_words())) return true;
  }
  return false;
}

}  // namespace metapowers::analysis
