#include "service/analysis/outside.h"

#include <algorithm>

#include "service/analysis/terms.h"
#include "service/knowledge/rules.h"

namespace metapowers::analysis {

using model::v1::Component;
using model::v1::Zone;

namespace {

bool HasTechnology(const Component& component, const google::protobuf::RepeatedPtrField<std::string>& technologies) {
  return std::any_of(component.technology().begin(), component.technology().end(), [&](const std::string& one) {
    return std::find(technologies.begin(), technologies.end(), one) != technologies.end();
  });
}

// The zone itself or the nearest around it that belongs to a supplier or partner; nullptr when all are ours.
const Zone* ForeignZone(const model::Model& model, const Zone* zone) {
  for (int depth = 0; zone != nullptr && depth <= model.proto().zones_size(); ++depth) {
    if (zone->type() == model::v1::ZONE_TYPE_SAAS || zone->type() == model::v1::ZONE_TYPE_PARTNER) return zone;
    zone = model.Find<Zone>(zone->parent());
  }
  return nullptr;
}

}  // namespace

std::optional<EntryExposure> ExposureOf(const Facts& facts, const ComponentFacts& component) {
  if (component.zone_unknown) return std::nullopt;
  if (component.effective_zone == nullptr) return EntryExposure::kInternet;
  if (const Zone* foreign = ForeignZone(facts.model(), component.effective_zone)) {
    return foreign->type() == model::v1::ZONE_TYPE_SAAS ? EntryExposure::kSupplier : EntryExposure::kPartner;
  }
  return component.effective_zone->type() == model::v1::ZONE_TYPE_INTERNET ? EntryExposure::kInternet
                                                                           : EntryExposure::kInside;
}

bool IsOurs(const Facts& facts, const ComponentFacts& component) {
  if (IsExternal(*component.component)) return false;
  if (component.effective_zone == nullptr) return component.component->third_party().empty();
  return ForeignZone(facts.model(), component.effective_zone) == nullptr;
}

bool IsGateway(const Component& component) {
  return HasTechnology(component, knowledge::SurfaceRules().gateway_technologies());
}

bool IsBastion(const Component& component) {
  return HasTechnology(component, knowledge::SurfaceRules().bastion_technologies());
}

}  // namespace metapowers::analysis
