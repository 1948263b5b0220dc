#include "service/analysis/asset_class.h"

#include <algorithm>

#include "service/knowledge/rules.h"

namespace metapowers::analysis {
namespace {

using knowledge::v1::AssetClass;

// An empty list does not restrict.
template <class List, class Value>
bool Allows(const List& list, const Value& value) {
  return list.empty() || std::find(list.begin(), list.end(), value) != list.end();
}

bool Matches(const AssetClass& rule, const model::v1::Component& component) {
  if (rule.component_kinds().empty() || !Allows(rule.component_kinds(), component.kind())) return false;
  if (!Allows(rule.machines(), component.machine())) return false;
  if (rule.custom_code() && !component.custom_code()) return false;
  if (rule.operated_by_supplier() && component.third_party().empty()) return false;
  return rule.technologies().empty() ||
         std::any_of(component.technology().begin(), component.technology().end(),
                     [&rule](const std::string& name) { return Allows(rule.technologies(), name); });
}

bool Matches(const AssetClass& rule, const model::v1::Infrastructure& element) {
  if (rule.infrastructure_kinds().empty()) return false;
  const bool rest = rule.infrastructure_kinds(0) == model::v1::INFRASTRUCTURE_KIND_UNSPECIFIED;
  return (rest || Allows(rule.infrastructure_kinds(), element.kind())) && Allows(rule.providers(), element.provider());
}

bool Matches(const AssetClass& rule, const model::v1::ThirdParty& supplier) {
  return rule.suppliers() ==
         (supplier.api() ? knowledge::v1::SUPPLIER_MATCH_API : knowledge::v1::SUPPLIER_MATCH_NO_API);
}

template <class Element>
const AssetClass& FirstMatch(const Element& element) {
  for (const AssetClass& rule : knowledge::AssetRules().classes()) {
    if (Matches(rule, element)) return rule;
  }
  return AssetClass::default_instance();
}

}  // namespace

const AssetClass& ClassOf(const model::v1::Component& component) { return FirstMatch(component); }
const AssetClass& ClassOf(const model::v1::Infrastructure& infrastructure) { return FirstMatch(infrastructure); }
const AssetClass& ClassOf(const model::v1::ThirdParty& supplier) { return FirstMatch(supplier); }

}  // namespace metapowers::analysis
