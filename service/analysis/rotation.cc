#include "service/analysis/rotation.h"

#include <algorithm>
#include <string>

namespace metapowers::analysis {
namespace {

Rotation Of(const model::Model& model, const std::string& last, bool own, int own_days, int default_days) {
  Rotation rotation;
  rotation.own = own;
  rotation.interval_days = own ? own_days : default_days;
  if (!last.empty()) rotation.last = model::ToCivilDay(last);
  if (rotation.last && rotation.interval_days > 0) rotation.next = *rotation.last + rotation.interval_days;
  if (rotation.next) rotation.overdue_days = std::max(0, static_cast<int>(model.as_of() - *rotation.next));
  return rotation;
}

// Keys of certificates and signatures live as long as what they sign for, which the policy on data keys does not say.
bool ProtectsData(model::v1::KeyUse use) {
  return use == model::v1::KEY_USE_DATA_AT_REST || use == model::v1::KEY_USE_BACKUP ||
         use == model::v1::KEY_USE_TOKENISATION;
}

// Due so many days before the key ends, at the latest.
Rotation ByTheEnd(const model::Model& model, const model::v1::CryptoKey& key, int days_before) {
  const int default_days = ProtectsData(key.use()) ? model.proto().policy_parameters().key_rotation_days() : 0;
  Rotation rotation = Of(model, key.last_rotated(), key.has_rotation_days(), key.rotation_days(), default_days);
  if (key.expires().empty()) return rotation;
  const absl::CivilDay latest = model::ToCivilDay(key.expires()) - days_before;
  if (!rotation.next || latest < *rotation.next) rotation.next = latest;
  rotation.overdue_days = std::max(0, static_cast<int>(model.as_of() - *rotation.next));
  return rotation;
}

}  // namespace

Rotation RotationOf(const model::Model& model, const model::v1::Credential& credential) {
  return Of(model, credential.last_rotated(), credential.has_rotation_days(), credential.rotation_days(),
            model.proto().secrets().default_rotation_days());
}

Rotation RotationOf(const model::Model& model, const model::v1::CryptoKey& key) { return ByTheEnd(model, key, 0); }

Rotation RenewalOf(const model::Model& model, const model::v1::CryptoKey& key) {
  return ByTheEnd(model, key, kRenewalDays);
}

}  // namespace metapowers::analysis
