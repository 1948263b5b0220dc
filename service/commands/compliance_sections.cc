#include "service/commands/compliance_sections.h"

#include <set>

#include "absl/algorithm/container.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "service/knowledge/compliance.h"
#include "service/knowledge/intel.h"
#include "service/knowledge/threats.h"

namespace metapowers::commands {

namespace {

namespace kb = knowledge::v1;
using analysis::ComplianceFact;
using analysis::ComplianceSource;

// The section that lists what has none of its own.
constexpr char kFallback[] = "compliance-gap";

std::string SectionOfSource(absl::string_view source) {
  for (const kb::ComplianceSection& section : knowledge::ComplianceSections().sections()) {
    for (const std::string& each : section.sources()) {
      if (each == source) return section.command();
    }
  }
  return kFallback;
}

std::string SectionOfCollection(absl::string_view collection) {
  std::string best = kFallback;
  size_t length = 0;
  for (const kb::ComplianceSection& section : knowledge::ComplianceSections().sections()) {
    for (const std::string& each : section.collections()) {
      const bool fits = collection == each || absl::StartsWith(collection, absl::StrCat(each, "."));
      if (!fits || each.size() <= length) continue;
      best = section.command();
      length = each.size();
    }
  }
  return best;
}

std::string SectionOfProgramme(absl::string_view id) {
  for (const kb::ComplianceSection& section : knowledge::ComplianceSections().sections()) {
    if (absl::c_linear_search(section.evidence(), id)) return section.command();
  }
  for (const kb::ComplianceEvidence& row : knowledge::ComplianceRows().evidence()) {
    if (row.id() == id) return SectionOfCollection(row.shown_by().collection());
  }
  return kFallback;
}

std::string SectionOfReference(absl::string_view reference) {
  for (const kb::ComplianceSection& section : knowledge::ComplianceSections().sections()) {
    for (const std::string& each : section.references()) {
      if (absl::StartsWith(reference, each)) return section.command();
    }
    if (absl::c_linear_search(section.records(), reference)) return section.command();
  }
  return kFallback;
}

}  // namespace

std::string SectionOf(const model::v1::Control& control) {
  for (const std::string& id : control.implements()) {
    const kb::SecurityControl* shipped = knowledge::FindControl(id);
    if (shipped != nullptr) return shipped->command();
  }
  for (const std::string& reference : control.framework_refs()) {
    std::string section = SectionOfReference(reference);
    if (section != kFallback) return section;
  }
  return kFallback;
}

std::string SectionOf(const model::Model& model, const ComplianceFact& fact) {
  switch (fact.source) {
    case ComplianceSource::kControl: {
      const auto* control = model.Find<model::v1::Control>(fact.id);
      return control == nullptr ? kFallback : SectionOf(*control);
    }
    case ComplianceSource::kPosture: {
      const kb::SecurityControl* control = knowledge::FindControl(fact.id);
      return control == nullptr ? kFallback : control->command();
    }
    case ComplianceSource::kHandling:
      return SectionOfSource("handling");
    case ComplianceSource::kInventory:
      return SectionOfSource("inventory");
    case ComplianceSource::kProgramme:
      return SectionOfProgramme(fact.id);
    case ComplianceSource::kSupplier:
      return SectionOfSource("supplier");
    case ComplianceSource::kPolicy:
      break;
  }
  return SectionOfSource("policy");
}

std::set<std::string> ShownBy(const ComplianceFact& fact) {
  std::set<std::string> ids;
  for (const analysis::ComplianceElement& element : fact.shown) ids.insert(element.id);
  for (const analysis::ComplianceElement& element : fact.failing) {
    if (element.partly) ids.insert(element.id);
  }
  return ids;
}

std::vector<std::string> RecordersOf(absl::string_view reference) {
  std::vector<std::string> commands;
  for (const kb::ComplianceSection& section : knowledge::ComplianceSections().sections()) {
    if (absl::c_linear_search(section.records(), reference)) commands.push_back(section.command());
  }
  return commands;
}

std::vector<std::string> SectionsOf(const model::Model& model, const analysis::RequirementVerdict& verdict) {
  std::set<std::string> sections;
  for (const ComplianceFact* fact : verdict.facts) {
    if (!ShownBy(*fact).empty() || fact->decides) sections.insert(SectionOf(model, *fact));
  }
  return {sections.begin(), sections.end()};
}

bool IsSpokenOf(const analysis::RequirementVerdict& verdict, absl::string_view reference) {
  return !verdict.facts.empty() || SectionOfReference(reference) != kFallback;
}

}  // namespace metapowers::commands
