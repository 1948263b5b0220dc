#include "service/commands/framework_coverage.h"

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "service/analysis/applicability.h"

namespace metapowers::commands {
namespace {

bool IsDigit(char c) { return absl::ascii_isdigit(static_cast<unsigned char>(c)); }

// The number at `at`, which moves behind it.
int NumberAt(const std::string& text, size_t& at) {
  int value = 0;
  for (; at < text.size() && IsDigit(text[at]); ++at) value = value * 10 + (text[at] - '0');
  return value;
}

}  // namespace

bool ByNumber::operator()(const std::string& a, const std::string& b) const {
  size_t i = 0, j = 0;
  while (i < a.size() && j < b.size()) {
    if (IsDigit(a[i]) && IsDigit(b[j])) {
      const int left = NumberAt(a, i), right = NumberAt(b, j);
      if (left != right) return left < right;
    } else if (a[i] != b[j]) {
      return a[i] < b[j];
    } else {
      ++i, ++j;
    }
  }
  return a.size() - i < b.size() - j;
}

bool IsConsidered(const analysis::FrameworkFact& fact) {
  const bool voluntary = fact.framework != nullptr && fact.framework->kind() == knowledge::v1::FRAMEWORK_KIND_VOLUNTARY;
  return fact.applies || fact.declared || !voluntary;
}

std::string WhyNotApplied(const model::Model& model, const analysis::FrameworkFact& fact) {
  const bool decided = analysis::UndecidedBy(model, fact).empty();
  return absl::StrCat(decided ? "" : "not decided: ", fact.reason);
}

std::string ChapterOf(const knowledge::v1::Framework& framework, const std::string& id) {
  std::string chapter;
  for (const knowledge::v1::Group& group : framework.groups()) {
    const size_t end = group.id().size();
    const bool starts = id.compare(0, end, group.id()) == 0;
    const bool whole =
        id.size() == end || (id.size() > end && !absl::ascii_isalnum(static_cast<unsigned char>(id[end])));
    if (starts && whole && end > chapter.size()) chapter = group.id();
  }
  return chapter;
}

}  // namespace metapowers::commands
