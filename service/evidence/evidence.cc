#include "service/evidence/evidence.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "service/base/error.h"
#include "service/base/strings.h"

namespace metapowers::evidence {
namespace {

// Place, cause and mend of an error on one line.
std::string Reason(const absl::Status& status) {
  const ErrorDetails details = DetailsOf(status);
  std::vector<std::string> parts;
  for (const Violation& violation : details.violations) {
    parts.push_back(absl::StrCat(violation.field, ": ", violation.description));
  }
  if (parts.empty()) parts.emplace_back(status.message());
  if (!details.next_step.empty()) parts.push_back(details.next_step);
  return OneLine(absl::StrJoin(parts, "; "));
}

EvidenceSet::Entry ToEntry(const model::v1::Evidence& declaration, const absl::StatusOr<absl::string_view>& bytes) {
  using State = EvidenceSet::State;
  if (absl::IsNotFound(bytes.status())) return {};
  if (!bytes.ok()) return {State::kUnreadable, Reason(bytes.status()), {}};
  absl::StatusOr<Report> report = Parse(declaration, *bytes);
  if (!report.ok()) return {State::kUnreadable, Reason(report.status()), {}};
  return {State::kRead, "", *std::move(report)};
}

size_t SpaceOf(const Finding& finding) {
  size_t size = sizeof(finding) + finding.id.size() + finding.title.size() + finding.package.size() +
                finding.purl.size() + finding.file.size() + finding.installed_version.size() +
                finding.fixed_version.size() + finding.justification.size();
  for (const std::string& alias : finding.aliases) size += sizeof(alias) + alias.size();
  return size;
}

size_t SpaceOf(const Package& package) {
  size_t size =
      sizeof(package) + package.name.size() + package.version.size() + package.purl.size() + package.supplier.size();
  for (const std::string& licence : package.licences) size += sizeof(licence) + licence.size();
  return size;
}

}  // namespace

absl::string_view VexStateName(VexState state) {
  switch (state) {
    case VexState::kNone:
      return "";
    case VexState::kResolved:
      return "resolved";
    case VexState::kResolvedWithPedigree:
      return "resolved_with_pedigree";
    case VexState::kExploitable:
      return "exploitable";
    case VexState::kInTriage:
      return "in_triage";
    case VexState::kFalsePositive:
      return "false_positive";
    case VexState::kNotAffected:
      return "not_affected";
  }
  return "";
}

std::shared_ptr<const EvidenceSet> EvidenceSet::Build(const model::Model& model, const Files& files) {
  auto set = std::make_shared<EvidenceSet>();
  for (const model::v1::Evidence& declaration : model.proto().evidence()) {
    const auto file = files.find(declaration.id());
    set->entries_[declaration.id()] = file == files.end() ? Entry{} : ToEntry(declaration, file->second);
  }
  return set;
}

const EvidenceSet& EvidenceSet::Empty() {
  static const auto* const empty = new EvidenceSet;
  return *empty;
}

const EvidenceSet::Entry& EvidenceSet::Find(absl::string_view evidence_id) const {
  static const auto* const missing = new Entry;
  const auto found = entries_.find(evidence_id);
  return found == entries_.end() ? *missing : found->second;
}

size_t EvidenceSet::SpaceUsed() const {
  size_t size = sizeof(*this);
  for (const auto& [id, entry] : entries_) {
    size += sizeof(entry) + id.size() + entry.reason.size();
    for (const std::string& warning : entry.report.warnings) size += sizeof(warning) + warning.size();
    for (const Finding& finding : entry.report.findings) size += SpaceOf(finding);
    if (!entry.report.bom.has_value()) continue;
    for (const Package& package : entry.report.bom->packages) size += SpaceOf(package);
  }
  return size;
}

}  // namespace metapowers::evidence
