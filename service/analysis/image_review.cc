#include "service/analysis/image_review.h"

#include <algorithm>

#include "absl/algorithm/container.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "service/knowledge/software_rules.h"

namespace metapowers::analysis {
namespace {

using knowledge::v1::ScanGateRule;

absl::string_view FileName(absl::string_view path) {
  const size_t slash = path.rfind('/');
  return slash == absl::string_view::npos ? path : path.substr(slash + 1);
}

// "DS2" for "DS-0002" and "DS002": the tool writes both.
std::string PlainRule(absl::string_view rule) {
  const size_t digits = rule.find_first_of("0123456789");
  int number = 0;
  if (digits == absl::string_view::npos || !absl::SimpleAtoi(rule.substr(digits), &number)) return std::string(rule);
  return absl::StrCat(absl::StrReplaceAll(rule.substr(0, digits), {{"-", ""}}), number);
}

bool Covers(const EvidenceFact& fact, int findings) {
  if (!fact.IsScan() || !fact.newest || fact.stale) return false;
  const std::string tool = absl::AsciiStrToLower(fact.entry->report.tool);
  const auto& tools = knowledge::ContainerRules().dockerfile_tools();
  const bool known = absl::c_any_of(tools, [&](const std::string& each) { return absl::StartsWith(tool, each); });
  return known && (findings > 0 || absl::StartsWith(tool, tools.Get(0)));
}

bool Stops(model::v1::Severity severity) {
  return absl::c_any_of(knowledge::ContainerRules().gates(),
                        [severity](const ScanGateRule& gate) { return gate.stops() && gate.severity() == severity; });
}

}  // namespace

ImagePin PinOf(absl::string_view image) {
  if (absl::StrContains(image, "@sha256:")) return ImagePin::kDigest;
  const absl::string_view name = FileName(image);
  const size_t colon = name.find(':');
  return colon == absl::string_view::npos || name.substr(colon + 1) == "latest" ? ImagePin::kNone : ImagePin::kTag;
}

const knowledge::v1::ImageKind* ImageKindOf(absl::string_view image) {
  const std::string name = absl::AsciiStrToLower(image);
  for (const knowledge::v1::ImageKind& kind : knowledge::ContainerRules().image_kinds()) {
    if (absl::StrContains(name, kind.contains())) return &kind;
  }
  return nullptr;
}

bool IsImageFile(absl::string_view file) {
  const std::string name = absl::AsciiStrToLower(FileName(file));
  return absl::StartsWith(name, "dockerfile") || absl::StartsWith(name, "containerfile") ||
         absl::EndsWith(name, ".dockerfile");
}

std::set<std::string> ImageFileReview::Failing(const knowledge::v1::ContainerCheck& check) const {
  std::set<std::string> subjects;
  for (const std::string& rule : {check.id(), check.trivy()}) {
    const auto found = rule.empty() ? failing.end() : failing.find(PlainRule(rule));
    if (found != failing.end()) subjects.insert(found->second.begin(), found->second.end());
  }
  return subjects;
}

ImageFileReview ReviewImageFiles(const VulnerabilityFacts& vulnerabilities) {
  ImageFileReview review;
  for (const Vulnerability& one : vulnerabilities.open) {
    if (!one.in_code() || !IsImageFile(one.file)) continue;
    review.findings.push_back(&one);
    review.failing[PlainRule(one.id)].insert(one.component.empty() ? one.repository : one.component);
  }
  for (const EvidenceFact& fact : vulnerabilities.evidence) {
    const auto findings = static_cast<int>(absl::c_count_if(
        fact.entry->report.findings, [](const evidence::Finding& each) { return IsImageFile(each.file); }));
    if (!Covers(fact, findings)) continue;
    review.reports.push_back({&fact, findings});
    const model::v1::Evidence& declaration = *fact.declaration;
    const std::string& subject = declaration.component().empty() ? declaration.repository() : declaration.component();
    if (!subject.empty()) review.reviewed.insert(subject);
  }
  return review;
}

ImageScan JudgeScan(const ScanFact& scan, const VulnerabilityFacts& vulnerabilities) {
  ImageScan judged;
  std::set<std::string> reports;
  for (const EvidenceFact* fact : scan.covered() ? scan.covered_by : scan.outdated_by) {
    reports.insert(fact->declaration->id());
    judged.age_days = std::max(judged.age_days, fact->age_days);
  }
  for (const Vulnerability& one : vulnerabilities.open) {
    if (one.in_code() || one.component != scan.target) continue;
    if (!absl::c_any_of(one.evidence, [&](const std::string& id) { return reports.contains(id); })) continue;
    ++judged.open[one.severity];
    if (one.fixed.empty()) continue;
    ++judged.fixable;
    judged.stopping += Stops(one.severity) ? 1 : 0;
  }
  return judged;
}

}  // namespace metapowers::analysis
