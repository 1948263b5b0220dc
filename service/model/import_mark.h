// What an attribute of a draft rests on, as its text tells: a comment beside the value.
//
//   replicas: 3  # observed k8s/frontend.yaml:12
//   kind: datastore  # assumed: the image postgres is a database
//   replicas: 1  # default of Kubernetes, see k8s/cart.yaml:7
//
// An attribute without one was declared, or answered, by people. A default is a fact of the platform. Nothing that
// documents claim rests on what is assumed: Model::known() has the model without it, and sections are made of that.
#ifndef METAPOWERS_SERVICE_MODEL_IMPORT_MARK_H_
#define METAPOWERS_SERVICE_MODEL_IMPORT_MARK_H_

#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"

namespace metapowers::model {

inline constexpr absl::string_view kObservedMark = "observed ";
inline constexpr absl::string_view kAssumedMark = "assumed: ";
inline constexpr absl::string_view kDefaultMark = "default of ";

// `location` as `file:line`; empty where a file as a whole says it.
inline std::string ObservedMark(absl::string_view location) {
  return std::string(location.empty() ? "observed" : absl::StrCat(kObservedMark, location));
}
inline std::string AssumedMark(absl::string_view reason) { return absl::StrCat(kAssumedMark, reason); }
// `location` is what leaves the value to `platform`.
inline std::string DefaultMark(absl::string_view platform, absl::string_view location) {
  return absl::StrCat(kDefaultMark, platform, ", see ", location);
}

// Whether a comment, without `# `, is one.
inline bool IsImportMark(absl::string_view comment) {
  return absl::StartsWith(comment, kObservedMark) || absl::StartsWith(comment, kAssumedMark) ||
         absl::StartsWith(comment, kDefaultMark);
}

}  // namespace metapowers::model

#endif  // METAPOWERS_SERVICE_MODEL_IMPORT_MARK_H_
