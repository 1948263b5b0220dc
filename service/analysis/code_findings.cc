#include "service/analysis/code_findings.h"

#include <map>
#include <tuple>

#include "absl/algorithm/container.h"
#include "absl/strings/str_cat.h"
#include "service/knowledge/reviews.h"
#include "service/knowledge/threats.h"

namespace metapowers::analysis {
namespace {

namespace kb = knowledge::v1;

const kb::LanguageRule* RuleFor(const CodeScope& scope, const Vulnerability& one) {
  const CodeRepository* code = scope.FindRepository(one.repository);
  if (code == nullptr) return nullptr;
  for (const kb::LanguageRules* language : code->languages) {
    for (const kb::LanguageRule& rule : language->rules()) {
      if (absl::c_linear_search(one.cwes, rule.cwe())) return &rule;
    }
  }
  return nullptr;
}

bool HasWeakness(const kb::ThreatRule& rule, const Vulnerability& one) {
  return absl::c_any_of(one.cwes, [&](const std::string& id) { return absl::c_linear_search(rule.cwe(), id); });
}

const kb::CodeCategory* CategoryFor(const Vulnerability& one, const kb::LanguageRule* own) {
  for (const kb::CodeCategory& category : knowledge::CodeReview().categories()) {
    if (own != nullptr && category.id() == own->category()) return &category;
  }
  if (own != nullptr) return nullptr;
  for (const kb::CodeCategory& category : knowledge::CodeReview().categories()) {
    for (const kb::ThreatRule& rule : knowledge::ThreatRules().rules()) {
      if (IsIn(rule, category) && HasWeakness(rule, one)) return &category;
    }
  }
  return nullptr;
}

bool IsAbsent(const kb::ReviewGate& gate, const model::Model& model, const model::v1::Repository& repository) {
  const auto* field = repository.GetDescriptor()->FindFieldByName(gate.field());
  if (field != nullptr) return repository.GetReflection()->GetEnumValue(repository, field) == model::v1::TRISTATE_NO;
  const model::v1::PolicyParameters& policy = model.proto().policy_parameters();
  return gate.field() == "code_reviewers" && policy.has_code_reviewers() && policy.code_reviewers() == 0;
}

bool Covers(const EvidenceFact& fact, const CodeRepository& code) {
  if (!IsCodeScan(fact) || fact.entry->state != evidence::EvidenceSet::State::kRead) return false;
  return fact.declaration->repository() == code.repository->id() ||
         absl::c_any_of(code.components, [&](const CodeComponent* one) {
           return one->facts->component->id() == fact.declaration->component();
         });
}

}  // namespace

bool IsOnCode(const CodeScope& scope, const Threat& threat) {
  switch (threat.element.subject) {
    case kb::THREAT_SUBJECT_COMPONENT:
      return scope.Find(threat.element_id()) != nullptr;
    case kb::THREAT_SUBJECT_FLOW:
      return scope.Find(threat.element.flow().flow->target()) != nullptr;
    case kb::THREAT_SUBJECT_API:
      return scope.Find(static_cast<const model::v1::Api&>(*threat.element.message).component()) != nullptr;
    case kb::THREAT_SUBJECT_REPOSITORY:
      return scope.FindRepository(threat.element_id()) != nullptr;
    case kb::THREAT_SUBJECT_SYSTEM:
      return !scope.components.empty() &&
             absl::c_any_of(threat.rule->match(), [](const auto& match) { return match.attribute() == "own_code"; });
    default:
      return false;
  }
}

std::vector<CodeFinding> CodeFindings(const CodeScope& scope, const VulnerabilityFacts& vulnerabilities) {
  std::vector<CodeFinding> findings;
  std::map<std::tuple<std::string, std::string, std::string, int>, size_t> places;
  for (const Vulnerability& one : vulnerabilities.open) {  // highest risk first
    const bool code = scope.FindRepository(one.repository) != nullptr || scope.Find(one.component) != nullptr;
    if (!one.in_code() || !code) continue;
    const std::string& where = one.repository.empty() ? one.component : one.repository;
    const auto [at, added] = places.emplace(std::make_tuple(where, one.id, one.file, one.line), findings.size());
    if (added) {
      const kb::LanguageRule* rule = RuleFor(scope, one);
      findings.push_back({&one, {}, rule, CategoryFor(one, rule)});
    }
    if (!one.component.empty()) findings[at->second].components.push_back(one.component);
  }
  return findings;
}

bool IsIn(const kb::ThreatRule& rule, const kb::CodeCategory& category) {
  return absl::c_linear_search(rule.equivalents(), absl::StrCat("owasp-top10:", category.id()));
}

std::vector<const kb::ReviewGate*> AbsentGates(const model::Model& model, const model::v1::Repository& repository) {
  std::vector<const kb::ReviewGate*> absent;
  for (const kb::ReviewGate& gate : knowledge::CodeReview().gates()) {
    if (IsAbsent(gate, model, repository)) absent.push_back(&gate);
  }
  return absent;
}

bool IsCodeScan(const EvidenceFact& fact) { return fact.declaration->format() == model::v1::EVIDENCE_FORMAT_SARIF; }

bool IsCodeScan(const EvidenceFact& fact, const CodeScope& scope) {
  return IsCodeScan(fact) && (scope.FindRepository(fact.declaration->repository()) != nullptr ||
                              scope.Find(fact.declaration->component()) != nullptr);
}

const EvidenceFact* CurrentScan(const CodeRepository& code, const VulnerabilityFacts& vulnerabilities) {
  const EvidenceFact* current = nullptr;
  for (const EvidenceFact& fact : vulnerabilities.evidence) {
    if (Covers(fact, code) && fact.newest && !fact.stale) current = &fact;
  }
  return current;
}

}  // namespace metapowers::analysis
