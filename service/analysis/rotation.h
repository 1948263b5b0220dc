// When keys and credentials are due for a change. Pure; thread-safe.
//
// The interval is the element's own, else the declared default: `policy_parameters.key_rotation_days` for keys that
// protect kept data, backups or tokens, `secrets.default_rotation_days` for credentials. The next change is due that
// many days after the last one, and overdue from the day after. A certificate is due at its end at the latest. Without
// an interval or a last date nothing is due: that is a question.
#ifndef METAPOWERS_SERVICE_ANALYSIS_ROTATION_H_
#define METAPOWERS_SERVICE_ANALYSIS_ROTATION_H_

#include <optional>

#include "absl/time/civil_time.h"
#include "service/model/model.h"

namespace metapowers::analysis {

struct Rotation {
  int interval_days = 0;  // 0: not declared
  bool own = false;       // the element declares the interval itself
  std::optional<absl::CivilDay> last;
  std::optional<absl::CivilDay> next;  // when the next change is due
  int overdue_days = 0;                // 0: not overdue, or unknown

  // Whether the model says enough to judge.
  bool known() const { return next.has_value(); }
};

Rotation RotationOf(const model::Model& model, const model::v1::Credential& credential);
Rotation RotationOf(const model::Model& model, const model::v1::CryptoKey& key);

// A certificate is renewed at least so many days before it ends.
inline constexpr int kRenewalDays = 30;

// As RotationOf(); next is the day by which a key with an end is renewed, which may come before its interval is over.
Rotation RenewalOf(const model::Model& model, const model::v1::CryptoKey& key);

}  // namespace metapowers::analysis

#endif  // METAPOWERS_SERVICE_ANALYSIS_ROTATION_H_
