#include "service/commands/recovery_naming.h"

#include "absl/strings/str_cat.h"
#include "service/commands/wording.h"

namespace metapowers::commands {
namespace {

struct Span {
  int from;
  int to;
  const char* word;
};

// Spans of days that people call by a word.
constexpr Span kSpans[] = {
    {1, 1, "daily"},           {7, 7, "weekly"},     {28, 31, "monthly"},        {84, 92, "quarterly"},
    {180, 184, "half-yearly"}, {360, 366, "yearly"}, {730, 732, "every 2 years"}};

}  // namespace

std::string Frequency(int days) {
  const std::string exact = days == 1 ? "every day" : absl::StrCat("every ", InDays(days));
  for (const Span& span : kSpans) {
    if (days >= span.from && days <= span.to) return absl::StrCat(span.word, " (", exact, ")");
  }
  return exact;
}

std::string VerdictLabel(analysis::TargetVerdict verdict) {
  if (verdict == analysis::TargetVerdict::kMet) return "met";
  return verdict == analysis::TargetVerdict::kNotMet ? "not met" : "not known";
}

std::string PointLabel(const analysis::RecoveryPoint& point) {
  if (point.minutes.has_value()) {
    return absl::StrCat(point.upper_bound ? "at most " : "", Minutes(*point.minutes), ": ", point.basis);
  }
  if (point.nothing_survives) return absl::StrCat("nothing: ", point.basis);
  return point.basis.empty() ? "not known" : absl::StrCat("not known: ", point.basis);
}

std::vector<std::string> PathLabels(const analysis::Restoration& restoration, const analysis::RestorationStep& step) {
  std::vector<std::string> labels;
  for (const std::string& id : step.path) {
    const std::optional<int> minutes = restoration.Find(id)->minutes;
    labels.push_back(absl::StrCat(id, " ", minutes.has_value() ? absl::StrCat(*minutes) : "not declared"));
  }
  return labels;
}

std::vector<std::string> StepIds(const std::vector<const analysis::RestorationStep*>& steps) {
  std::vector<std::string> ids;
  for (const analysis::RestorationStep* step : steps) ids.push_back(step->component->id());
  return ids;
}

std::string PlatformOf(const model::Model& model, const model::v1::Component& component) {
  const auto* supplier = model.Find<model::v1::ThirdParty>(component.third_party());
  const auto* infrastructure = model.Find<model::v1::Infrastructure>(component.runs_on());
  if (infrastructure != nullptr) return infrastructure->name();
  return supplier == nullptr ? "" : supplier->name();
}

}  // namespace metapowers::commands
