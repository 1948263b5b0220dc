#include "service/evidence/cvss.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <tuple>

#include "absl/strings/match.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"

namespace metapowers::evidence {
namespace {

using Metrics = std::map<absl::string_view, absl::string_view>;
using Weights = std::map<absl::string_view, double>;

// The weight of a metric; nothing when it is missing or has no such value.
std::optional<double> Weigh(const Metrics& metrics, absl::string_view metric, const Weights& weights) {
  const auto value = metrics.find(metric);
  if (value == metrics.end()) return std::nullopt;
  const auto weight = weights.find(value->second);
  if (weight == weights.end()) return std::nullopt;
  return weight->second;
}

// Smallest number with one decimal that is at least `value` (appendix A: in integers, against binary rounding).
double RoundUp(double value) {
  const auto scaled = static_cast<int64_t>(std::lround(value * 100000));
  return scaled % 10000 == 0 ? static_cast<double>(scaled) / 100000.0
                             : (std::floor(static_cast<double>(scaled) / 10000.0) + 1) / 10.0;
}

// The metrics of a vector; nothing when one is repeated or malformed.
std::optional<Metrics> Split(absl::string_view vector) {
  Metrics metrics;
  const std::vector<absl::string_view> parts = absl::StrSplit(vector, '/');
  for (size_t i = 1; i < parts.size(); ++i) {
    const std::vector<absl::string_view> pair = absl::StrSplit(parts[i], ':');
    if (pair.size() != 2 || !metrics.emplace(pair[0], pair[1]).second) return std::nullopt;
  }
  return metrics;
}

int Rank(absl::string_view version) {
  if (version == "3.1") return 0;
  if (version == "3.0") return 1;
  if (version == "4.0") return 2;
  return version == "2.0" ? 3 : 4;
}

}  // namespace

std::optional<double> BaseScore(absl::string_view vector) {
  if (!absl::StartsWith(vector, "CVSS:3.0/") && !absl::StartsWith(vector, "CVSS:3.1/")) return std::nullopt;
  const auto metrics = Split(vector);
  if (!metrics.has_value() || metrics->size() != 8) return std::nullopt;
  static const auto* const impacts = new Weights{{"H", 0.56}, {"L", 0.22}, {"N", 0}};
  const auto scope = Weigh(*metrics, "S", {{"U", 0}, {"C", 1}});
  if (!scope.has_value()) return std::nullopt;
  const bool changed = *scope == 1;
  const auto av = Weigh(*metrics, "AV", {{"N", 0.85}, {"A", 0.62}, {"L", 0.55}, {"P", 0.2}});
  const auto ac = Weigh(*metrics, "AC", {{"L", 0.77}, {"H", 0.44}});
  const auto pr = Weigh(*metrics, "PR", {{"N", 0.85}, {"L", changed ? 0.68 : 0.62}, {"H", changed ? 0.5 : 0.27}});
  const auto ui = Weigh(*metrics, "UI", {{"N", 0.85}, {"R", 0.62}});
  const auto c = Weigh(*metrics, "C", *impacts);
  const auto i = Weigh(*metrics, "I", *impacts);
  const auto a = Weigh(*metrics, "A", *impacts);
  if (!av || !ac || !pr || !ui || !c || !i || !a) return std::nullopt;
  const double iss = 1 - (1 - *c) * (1 - *i) * (1 - *a);
  const double impact = changed ? 7.52 * (iss - 0.029) - 3.25 * std::pow(iss - 0.02, 15) : 6.42 * iss;
  if (impact <= 0) return 0;
  const double exploitability = 8.22 * *av * *ac * *pr * *ui;
  return RoundUp(std::min((changed ? 1.08 : 1.0) * (impact + exploitability), 10.0));
}

std::string VersionOfVector(absl::string_view vector) {
  if (absl::StartsWith(vector, "CVSS:")) {
    const absl::string_view version = vector.substr(5, vector.find('/') - 5);
    return Rank(version) < 4 ? std::string(version) : "";
  }
  return absl::StartsWith(vector, "AV:") || absl::StartsWith(vector, "(AV:") ? "2.0" : "";
}

absl::string_view AttackVectorOf(absl::string_view vector) {
  absl::ConsumePrefix(&vector, "(");  // as version 2 is written too
  for (absl::string_view metric : absl::StrSplit(vector, '/')) {
    if (!absl::ConsumePrefix(&metric, "AV:")) continue;
    return metric == "N" || metric == "A" || metric == "L" || metric == "P" ? metric : absl::string_view();
  }
  return "";
}

std::optional<Cvss> ChooseCvss(std::vector<CvssCandidate> candidates) {
  const CvssCandidate* best = nullptr;
  const auto order = [](const CvssCandidate& one) {
    return std::make_tuple(Rank(one.cvss.version), !one.primary, -one.cvss.score, one.cvss.vector);
  };
  for (CvssCandidate& candidate : candidates) {
    Cvss& cvss = candidate.cvss;
    if (const std::string version = VersionOfVector(cvss.vector); !version.empty()) cvss.version = version;
    if (!candidate.has_score) {
      const auto computed = BaseScore(cvss.vector);
      if (!computed.has_value()) continue;
      cvss.score = *computed;
      cvss.computed = true;
    }
    if (!(cvss.score >= 0 && cvss.score <= 10)) continue;
    if (best == nullptr || order(candidate) < order(*best)) best = &candidate;
  }
  if (best == nullptr) return std::nullopt;
  return best->cvss;
}

}  // namespace metapowers::evidence
