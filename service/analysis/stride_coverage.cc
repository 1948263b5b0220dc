#include "service/analysis/stride_coverage.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"

namespace metapowers::analysis {

namespace {

namespace k = knowledge::v1;

using Cells = absl::flat_hash_map<std::pair<const google::protobuf::Message*, int>, StrideCell>;

Cells Count(const std::vector<Threat>& threats) {
  Cells cells;
  for (const Threat& threat : threats) {
    if (threat.status == ThreatStatus::kFalsePositive) continue;
    StrideCell& cell = cells[{threat.element.message, threat.rule->stride()}];
    ++cell.considered;
    if (!threat.open()) continue;
    ++cell.open;
    cell.worst = std::max(cell.worst, threat.severity());
  }
  return cells;
}

// How far a rule is from applying to an element.
struct Miss {
  int failed = 0;
  const Condition* first = nullptr;  // of those that fail
};

// Counts no further than `enough`.
Miss MissOf(const CompiledRule& rule, const Element& element, int enough) {
  Miss miss;
  const auto note = [&](const Condition& condition) {
    if (miss.failed++ == 0) miss.first = &condition;
  };
  for (const Condition& condition : rule.match) {
    if (miss.failed < enough && condition.Judge(element) != Truth::kYes) note(condition);
  }
  for (const Condition& condition : rule.unless) {
    if (miss.failed < enough && condition.Judge(element) == Truth::kYes) note(condition);
  }
  return miss;
}

// Why a rule whose conditions hold on an element has no threat there.
std::string WhyNone(const CompiledRule& rule, const Element& element, const KnownGround* ground) {
  if (ground != nullptr) {
    const Element* known = ground->Find(element);
    if (known == nullptr) return "that it exists is assumed";
    std::vector<const Condition*> assumed = KnownGround::RuledOutBy(element, *known);
    if (assumed.empty()) assumed = KnownGround::AssumedOf(rule, *known);
    if (!assumed.empty()) return absl::StrCat(assumed.front()->Say(element), ", assumed");
  }
  return "it handles no data of that kind";
}

// "kind is datastore, assumed": the condition that fails, and whether it does so by an assumption alone.
std::string WhyFails(const Condition& condition, const Element& element, const KnownGround* ground) {
  const Element* known = ground == nullptr ? nullptr : ground->Find(element);
  const bool assumed = known != nullptr && condition.Judge(*known) != condition.Judge(element);
  return absl::StrCat(condition.Say(element), assumed ? ", assumed" : "");
}

std::string ReasonFor(const RuleSet& rules, const Element& element, k::Stride letter, const KnownGround* ground) {
  const CompiledRule* nearest = nullptr;
  Miss least{std::numeric_limits<int>::max(), nullptr};
  for (const CompiledRule& rule : rules.rules()) {
    if (rule.row->stride() != letter || rule.row->subject() != element.subject) continue;
    const Miss miss = MissOf(rule, element, least.failed);
    if (miss.failed >= least.failed) continue;
    nearest = &rule;
    least = miss;
  }
  if (nearest == nullptr) return "";
  if (least.failed == 0) return absl::StrCat(nearest->row->id(), ": ", WhyNone(*nearest, element, ground));
  return absl::StrCat(nearest->row->id(), ": ", WhyFails(*least.first, element, ground));
}

model::v1::ComponentKind KindOf(const Element& element) { return element.component().facts->component->kind(); }

absl::string_view KindLabel(const Element& element) {
  if (element.subject == k::THREAT_SUBJECT_FLOW) return "flow";
  if (KindOf(element) == model::v1::COMPONENT_KIND_DATASTORE) return "data store";
  if (KindOf(element) == model::v1::COMPONENT_KIND_UNSPECIFIED) return "not known, asked as a process";
  return "process";
}

std::vector<k::Stride> LettersOf(const Element& element) {
  if (element.subject == k::THREAT_SUBJECT_FLOW) {
    return {k::STRIDE_SPOOFING, k::STRIDE_TAMPERING, k::STRIDE_INFORMATION_DISCLOSURE, k::STRIDE_DENIAL_OF_SERVICE};
  }
  if (KindOf(element) == model::v1::COMPONENT_KIND_DATASTORE) {
    return {k::STRIDE_TAMPERING, k::STRIDE_REPUDIATION, k::STRIDE_INFORMATION_DISCLOSURE, k::STRIDE_DENIAL_OF_SERVICE};
  }
  return {k::STRIDE_SPOOFING,          k::STRIDE_TAMPERING,
          k::STRIDE_REPUDIATION,       k::STRIDE_INFORMATION_DISCLOSURE,
          k::STRIDE_DENIAL_OF_SERVICE, k::STRIDE_ELEVATION_OF_PRIVILEGE};
}

}  // namespace

std::vector<StrideRow> CoverStride(const Landscape& landscape, const KnownGround* ground, const RuleSet& rules,
                                   const std::vector<Threat>& threats, absl::node_hash_set<std::string>& reasons) {
  const Cells cells = Count(threats);
  std::vector<StrideRow> rows;
  const auto add = [&](const Element& element) {
    const Element* known = ground == nullptr ? &element : ground->Find(element);
    const Element& certain = known == nullptr ? element : *known;
    if (element.subject == k::THREAT_SUBJECT_FLOW && !certain.flow().crosses) return;
    StrideRow row{CurrentId(element), KindLabel(certain), {}};
    const std::vector<k::Stride> asked = LettersOf(certain);
    row.cells.reserve(asked.size());
    for (int i = k::STRIDE_SPOOFING; i <= k::STRIDE_ELEVATION_OF_PRIVILEGE; ++i) {
      const auto letter = static_cast<k::Stride>(i);
      const auto found = known == nullptr ? cells.end() : cells.find({known->message, letter});
      if (found == cells.end() && std::find(asked.begin(), asked.end(), letter) == asked.end()) continue;
      row.cells.push_back(found != cells.end() ? found->second : StrideCell());
      row.cells.back().letter = letter;
      if (found == cells.end())
        row.cells.back().reason = *reasons.insert(ReasonFor(rules, element, letter, ground)).first;
    }
    rows.push_back(std::move(row));
  };
  for (const k::ThreatSubject subject : {k::THREAT_SUBJECT_COMPONENT, k::THREAT_SUBJECT_FLOW}) {
    for (const Element& element : KnownGround::ElementsOf(landscape, ground, subject)) add(element);
  }
  return rows;
}

}  // namespace metapowers::analysis
