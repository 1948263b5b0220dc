#include "service/commands/protection_gaps.h"

#include <algorithm>
#include <tuple>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "service/analysis/terms.h"
#include "service/commands/naming.h"
#include "service/commands/posture_wording.h"
#include "service/commands/rows.h"
#include "service/commands/wording.h"
#include "service/knowledge/key_and_access.h"
#include "service/knowledge/rules.h"
#include "service/knowledge/threats.h"

namespace metapowers::commands {
namespace {

using metapowers::v1::ProtectionGap;

bool IsLoweredBy(const analysis::Threat& threat, absl::string_view control) {
  return std::any_of(threat.controls.begin(), threat.controls.end(),
                     [&](const analysis::ControlOnThreat& each) { return each.control->id() == control; });
}

bool Lacks(const analysis::Threat& threat, absl::string_view control) {
  return std::any_of(threat.controls.begin(), threat.controls.end(), [&](const analysis::ControlOnThreat& each) {
    return each.control->id() == control && each.posture->state == model::v1::POSTURE_STATE_ABSENT;
  });
}

// The control that the requirement is about; empty where none is, or none that has a place on the subject.
std::string ControlOf(const analysis::Landscape& landscape, const analysis::HandlingFact& fact) {
  for (const knowledge::v1::SecurityControl& control : knowledge::SecurityControls().controls()) {
    if (control.handling() != fact.requirement->id()) continue;
    if (landscape.IndexOf(fact.subject) < 0) return control.id();
    const analysis::ControlPosture posture = PostureOn(landscape, fact.subject, control.id());
    return posture.state == model::v1::POSTURE_STATE_NOT_APPLICABLE ? "" : control.id();
  }
  return "";
}

std::string About(const std::string& sentence, const std::string& subjects) {
  return absl::StrReplaceAll(sentence, {{"{subject}", subjects}});
}

// The subjects stand beside a sentence about them; a long list of them in it would not be read.
std::string Named(const std::vector<std::string>& subjects) {
  return subjects.size() <= 4 ? List(subjects) : "each element named";
}

// Puts the subjects and threats of rows that read the same into the first of them.
void MergeEqual(std::vector<ProtectionGap>& rows) {
  std::map<std::tuple<std::string, std::string, std::string, int, std::string>, size_t> first;
  std::vector<ProtectionGap> merged;
  for (ProtectionGap& row : rows) {
    const auto [at, added] =
        first.emplace(std::make_tuple(row.rule(), row.owner(), row.fact(), row.severity(), row.due()), merged.size());
    if (added) {
      merged.push_back(std::move(row));
      continue;
    }
    AddAll(row.subjects(), merged[at->second].mutable_subjects());
    AddAll(row.threats(), merged[at->second].mutable_threats());
  }
  for (ProtectionGap& row : merged) {
    auto& threats = *row.mutable_threats();
    std::sort(threats.begin(), threats.end());
    threats.erase(std::unique(threats.begin(), threats.end()), threats.end());
  }
  rows = std::move(merged);
}

// Whether the store or flow handles account data.
bool HandlesAccountData(const Input& input, const std::string& subject) {
  std::vector<const model::v1::DataClass*> data;
  if (const analysis::ComponentFacts* facts = input.facts.Find(subject)) data = facts->stores;
  if (const auto* flow = input.model.Find<model::v1::Flow>(subject)) data = analysis::DataOf(input.model, *flow);
  return std::any_of(data.begin(), data.end(), [](const auto* each) { return analysis::IsAccountData(*each); });
}

}  // namespace

ProtectionGaps::ProtectionGaps(const Input& input) : input_(input) {
  for (const analysis::Threat& threat : input.threats.Get().all()) {
    if (!threat.open()) continue;
    open_[threat.element_id()].push_back(&threat);
    if (threat.rule->subject() != knowledge::v1::THREAT_SUBJECT_CREDENTIAL) continue;
    const auto& credential = static_cast<const model::v1::Credential&>(*threat.element.message);
    for (const std::string& id : credential.used_by()) open_in_use_[id].push_back(&threat);
  }
}

void ProtectionGaps::Complete(absl::string_view team, ProtectionGap& row) const {
  const model::Model& model = input_.model;
  const analysis::Threat* worst = nullptr;
  const auto add = [&](const ThreatsOf& threats, const auto& counts) {
    const auto found = threats.find(row.subjects(0));
    if (found == threats.end()) return;
    for (const analysis::Threat* threat : found->second) {
      if (!counts(*threat, row.control())) continue;
      row.add_threats(threat->key());
      if (worst == nullptr || threat->scores.current.product() > worst->scores.current.product()) worst = threat;
    }
  };
  add(open_, IsLoweredBy);
  add(open_in_use_, Lacks);
  if (worst != nullptr) row.set_severity(worst->severity());
  row.set_due(worst != nullptr ? *worst->due
                               : model::FormatDate(model.as_of() + knowledge::GapTermDays(row.severity())));
  row.set_owner(TeamName(model, team.empty() ? model.proto().owner_team() : team));
}

void ProtectionGaps::Add(absl::string_view rule, absl::string_view subject, std::string fact, absl::string_view team,
                         std::optional<absl::CivilDay> latest) {
  Add(knowledge::ProtectionGapRuleOf(rule), subject, std::move(fact), team, latest);
}

void ProtectionGaps::Add(const knowledge::v1::ProtectionGapRule& known, absl::string_view subject, std::string fact,
                         absl::string_view team, std::optional<absl::CivilDay> latest) {
  ProtectionGap& row = rows_.emplace_back();
  row.set_rule(known.id());
  row.set_title(known.title());
  row.add_subjects(std::string(subject));
  row.set_fact(std::move(fact));
  row.set_severity(known.severity());
  row.set_control(known.control());
  row.set_verification(known.verification());
  Complete(team, row);
  if (latest.has_value()) {
    row.set_due(std::min(row.due(), model::FormatDate(std::max(*latest, input_.model.as_of()))));
  }
  Closing& closing = closings_[row.rule()];
  closing.measure = known.measure();
  closing.verification = known.verification();
  closing.references = BindingReferences(binding_, known.references());
  closing.subjects.insert(std::string(subject));
}

void ProtectionGaps::Add(const analysis::HandlingFact& fact) {
  const knowledge::v1::HandlingRequirement& requirement = *fact.requirement;
  ProtectionGap& row = rows_.emplace_back();
  row.set_rule(requirement.id());
  row.set_title(requirement.gap());
  row.add_subjects(fact.subject);
  row.set_fact(fact.data.empty() ? fact.fact : absl::StrCat(fact.data, ": ", fact.fact));
  row.set_severity(requirement.severity());
  row.set_control(ControlOf(input_.threats.Get().landscape(), fact));
  row.set_verification(requirement.verification());
  Complete(fact.team, row);
  Closing& closing = closings_[row.rule()];
  closing.measure = requirement.remedy();
  closing.verification = requirement.verification();
  closing.subjects.insert(fact.subject);
  const bool account_data =
      std::any_of(closing.subjects.begin(), closing.subjects.end(),
                  [&](const std::string& subject) { return HandlesAccountData(input_, subject); });
  closing.references = DataReferences(input_, requirement.references(), account_data);
}

void ProtectionGaps::MoveTo(google::protobuf::RepeatedPtrField<ProtectionGap>& gaps,
                            google::protobuf::RepeatedPtrField<metapowers::v1::GapMeasure>& measures) {
  std::stable_sort(rows_.begin(), rows_.end(), [](const ProtectionGap& a, const ProtectionGap& b) {
    return std::make_tuple(-a.severity(), a.due(), a.rule(), a.subjects(0)) <
           std::make_tuple(-b.severity(), b.due(), b.rule(), b.subjects(0));
  });
  MergeEqual(rows_);
  for (ProtectionGap& row : rows_) {
    const auto closing = closings_.find(row.rule());
    if (closing != closings_.end()) {
      const std::vector<std::string> subjects(closing->second.subjects.begin(), closing->second.subjects.end());
      metapowers::v1::GapMeasure& measure = *measures.Add();
      measure.set_title(row.title());
      for (const std::string& subject : subjects) measure.add_subjects(subject);
      measure.set_measure(About(closing->second.measure, Named(subjects)));
      measure.set_verification(About(closing->second.verification, Named(subjects)));
      for (std::string& reference : closing->second.references) *measure.add_references() = std::move(reference);
      closings_.erase(closing);
    }
    row.set_verification(About(row.verification(), Named({row.subjects().begin(), row.subjects().end()})));
    *gaps.Add() = std::move(row);
  }
  rows_.clear();
}

int CountGaps(const google::protobuf::RepeatedPtrField<ProtectionGap>& gaps) {
  int count = 0;
  for (const ProtectionGap& gap : gaps) count += gap.subjects_size();
  return count;
}

std::vector<std::string> DataReferences(const Input& input,
                                        const google::protobuf::RepeatedPtrField<std::string>& references,
                                        bool account_data) {
  google::protobuf::RepeatedPtrField<std::string> kept;
  for (const std::string& reference : references) {
    const bool on_account_data =
        absl::StartsWith(reference, "pci-dss-4.0.1:3.") || absl::StartsWith(reference, "pci-dss-4.0.1:4.");
    if (account_data || !on_account_data) *kept.Add() = reference;
  }
  ReferenceFilter binding(input);
  return BindingReferences(binding, kept);
}

}  // namespace metapowers::commands
