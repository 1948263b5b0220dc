#include "service/commands/log_naming.h"

#include <algorithm>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "service/commands/applicable_references.h"
#include "service/commands/held_roles.h"
#include "service/commands/naming.h"
#include "service/commands/wording.h"

namespace metapowers::commands {

using analysis::LogCollection;
using analysis::LogSource;
using analysis::PciScope;
using analysis::RuleState;

std::string CollectionLabel(LogCollection collection) {
  switch (collection) {
    case LogCollection::kImmutable:
      return "collected, unchangeable";
    case LogCollection::kCentral:
      return "collected";
    case LogCollection::kClaimed:
      return "to be confirmed";
    case LogCollection::kPlanned:
      return "planned";
    case LogCollection::kLocal:
      return "local only";
    case LogCollection::kNone:
      return "none";
    case LogCollection::kUnknown:
      break;
  }
  return "not known";
}

std::string ElementLabel(const LogSource& source) {
  switch (source.element.subject) {
    case knowledge::v1::THREAT_SUBJECT_COMPONENT:
      return "component";
    case knowledge::v1::THREAT_SUBJECT_EXTERNAL_ENTITY:
      return "outside service";
    case knowledge::v1::THREAT_SUBJECT_THIRD_PARTY:
      return "supplier";
    case knowledge::v1::THREAT_SUBJECT_INFRASTRUCTURE:
      return "infrastructure";
    case knowledge::v1::THREAT_SUBJECT_REPOSITORY:
      return "repository";
    case knowledge::v1::THREAT_SUBJECT_PIPELINE:
      return "pipeline";
    case knowledge::v1::THREAT_SUBJECT_REGISTRY:
      return "registry";
    default:
      return "secret store";
  }
}

std::string ScopeLabel(const LogSource& source) {
  std::vector<std::string> scopes;
  if (source.pci == PciScope::kCde) scopes.push_back("PCI DSS: cardholder data environment");
  if (source.pci == PciScope::kConnected) scopes.push_back("PCI DSS: connected");
  if (source.hipaa) scopes.push_back("HIPAA");
  return absl::StrJoin(scopes, ", ");
}

std::string SigmaLabel(const LogSource& source) {
  std::vector<std::string> parts;
  if (!source.category.empty()) parts.push_back(absl::StrCat("category ", source.category));
  if (!source.product.empty()) parts.push_back(absl::StrCat("product ", source.product));
  if (!source.service.empty()) parts.push_back(absl::StrCat("service ", source.service));
  return absl::StrJoin(parts, " + ");
}

std::string StateLabel(RuleState state) {
  if (state == RuleState::kMet) return "met";
  return state == RuleState::kBroken ? "not met" : "not known";
}

std::string OwnerOf(const model::Model& model, const google::protobuf::RepeatedField<int>& kinds) {
  return ActingFor(model, {kinds.data(), static_cast<size_t>(kinds.size())});
}

std::string KeptOf(const model::Model& model, const LogCounts& logs) {
  if (logs.collected == 0) {
    if (logs.unclear == logs.all) return "not known: whether it is collected is an open question";
    return absl::StrCat("on the element alone, until it is overwritten there",
                        logs.unclear == 0 ? "" : "; whether the rest is collected is an open question");
  }
  const std::string retention = analysis::RetentionOf(model);
  if (retention.empty()) return "not declared";
  return absl::StrCat(retention, logs.collected == logs.all ? "" : ", where it is collected");
}

std::string DeclaredFor(const model::Model& model, const analysis::RetentionFact& fact) {
  return absl::StrCat(analysis::RetentionOf(model), fact.none_kept ? ", and none of these sources is collected" : "");
}

std::vector<analysis::RetentionFact> BindingRetentions(const Input& input, const analysis::LogSources& sources) {
  std::vector<analysis::RetentionFact> facts = analysis::Retentions(input.threats.Get().landscape(), sources);
  ReferenceFilter binding(input);
  const auto binds_not = [&](const analysis::RetentionFact& fact) {
    google::protobuf::RepeatedPtrField<std::string> reference;
    *reference.Add() = fact.duty->reference();
    return BindingReferences(binding, reference).empty();
  };
  facts.erase(std::remove_if(facts.begin(), facts.end(), binds_not), facts.end());
  return facts;
}

}  // namespace metapowers::commands
