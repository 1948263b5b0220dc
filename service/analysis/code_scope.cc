#include "service/analysis/code_scope.h"

#include <algorithm>
#include <map>
#include <set>

#include "absl/algorithm/container.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "service/analysis/outside.h"
#include "service/analysis/terms.h"
#include "service/knowledge/reviews.h"
#include "service/knowledge/threats.h"

namespace metapowers::analysis {
namespace {

namespace kb = knowledge::v1;

bool IsOwnCode(const Facts& facts, const ComponentFacts& component) {
  const model::v1::Component& declared = *component.component;
  return (declared.custom_code() || !declared.repository().empty()) && !IsExternal(declared) &&
         IsOurs(facts, component);
}

model::v1::Confidentiality HighestBeyondSecrets(const ComponentFacts& component) {
  if (component.component->confidentiality_override() != model::v1::CONFIDENTIALITY_UNSPECIFIED) {
    return component.component->confidentiality_override();
  }
  auto highest = component.component->confidentiality_floor();
  for (const auto* list : {&component.stores, &component.processes, &component.transfers}) {
    for (const model::v1::DataClass* data : *list) {
      const bool secrets = data->categories_size() == 1 && data->categories(0) == model::v1::DATA_CATEGORY_SECRETS;
      if (!secrets) highest = std::max(highest, data->confidentiality());
    }
  }
  return highest;
}

AsvsFact LevelOf(const ComponentFacts& component, model::v1::Confidentiality confidentiality) {
  for (const kb::AsvsLevel& row : knowledge::Asvs().levels()) {
    if (confidentiality < row.confidentiality()) continue;
    if (!row.tiers().empty() && !absl::c_linear_search(row.tiers(), component.component->tier())) continue;
    if (row.exposed() && !component.exposed_to_internet) continue;
    std::string reason = row.reason();
    if (row.confidentiality() != 0) absl::StrAppend(&reason, " ", Words(confidentiality));
    if (!row.tiers().empty()) absl::StrAppend(&reason, " ", Words(component.component->tier()));
    return {row.level(), std::move(reason)};
  }
  return {};
}

// The rules for what queries stores, when the component opens a connection to one.
void AddStoreLanguages(const Landscape& landscape, const ComponentFacts& component,
                       std::set<const kb::LanguageRules*>& languages) {
  const ComponentView& view = landscape.components()[landscape.IndexOf(component.component->id())];
  for (const int outbound : view.outbound) {
    const model::v1::Component& target = *landscape.components()[landscape.flows()[outbound].target].facts->component;
    for (const std::string& technology : target.technology()) {
      const kb::Technology* known = knowledge::FindTechnology(technology);
      const kb::LanguageRules* rules = known == nullptr ? nullptr : RulesOf(known->name());
      if (rules != nullptr && rules->of_stores()) languages.insert(rules);
    }
  }
}

void AddLanguages(const Landscape& landscape, CodeScope& scope, CodeRepository& repository) {
  std::set<const kb::LanguageRules*> found;
  std::set<std::string> unknown;
  const auto add = [&](const std::string& language) {
    if (language.empty()) return;
    const kb::LanguageRules* rules = RulesOf(language);
    if (rules == nullptr) {
      unknown.insert(language);
    } else {
      found.insert(rules);
    }
  };
  add(repository.repository->language());
  for (const CodeComponent* component : repository.components) {
    add(component->language);
    AddStoreLanguages(landscape, *component->facts, found);
  }
  for (const kb::LanguageRules& rules : knowledge::CodeReview().languages()) {
    if (found.contains(&rules)) repository.languages.push_back(&rules);
  }
  for (const std::string& language : unknown) {
    if (!absl::c_linear_search(scope.languages_without_rules, language)) {
      scope.languages_without_rules.push_back(language);
    }
  }
  absl::c_sort(scope.languages_without_rules);
}

}  // namespace

const kb::LanguageRules* RulesOf(absl::string_view language) {
  const std::string name = absl::AsciiStrToLower(language);
  for (const kb::LanguageRules& rules : knowledge::CodeReview().languages()) {
    if (absl::c_linear_search(rules.names(), name)) return &rules;
  }
  return nullptr;
}

const CodeComponent* CodeScope::Find(absl::string_view component) const {
  const auto found =
      absl::c_find_if(components, [&](const CodeComponent& one) { return one.facts->component->id() == component; });
  return found == components.end() ? nullptr : &*found;
}

const CodeRepository* CodeScope::FindRepository(absl::string_view repository) const {
  const auto found =
      absl::c_find_if(repositories, [&](const CodeRepository& one) { return one.repository->id() == repository; });
  return found == repositories.end() ? nullptr : &*found;
}

CodeScope FindCodeScope(const Landscape& landscape) {
  const model::Model& model = landscape.model();
  CodeScope scope;
  for (const auto& [id, component] : landscape.facts().components()) {
    if (!IsOwnCode(landscape.facts(), component)) continue;
    CodeComponent code;
    code.facts = &component;
    code.repository = model.Find<model::v1::Repository>(component.component->repository());
    code.language = component.component->language();
    if (code.language.empty() && code.repository != nullptr) code.language = code.repository->language();
    const ComponentFacts& known = *landscape.facts().known().Find(id);
    code.confidentiality = HighestBeyondSecrets(known);
    code.asvs = LevelOf(known, code.confidentiality);
    scope.components.push_back(std::move(code));
  }
  for (const model::v1::Repository& repository : model.proto().delivery().repositories()) {
    CodeRepository code;
    code.repository = &repository;
    for (const CodeComponent& component : scope.components) {
      if (component.repository != &repository) continue;
      code.components.push_back(&component);
      if (component.asvs.level > code.asvs.level) {
        code.asvs = {component.asvs.level, absl::StrCat(component.facts->component->id(), " ", component.asvs.reason)};
      }
    }
    if (code.components.empty()) {
      scope.elsewhere.push_back(&repository);
      continue;
    }
    AddLanguages(landscape, scope, code);
    scope.repositories.push_back(std::move(code));
  }
  return scope;
}

}  // namespace metapowers::analysis
