// Types of manifests that are read.
#ifndef METAPOWERS_SERVICE_IMPORTERS_KUBERNETES_KINDS_H_
#define METAPOWERS_SERVICE_IMPORTERS_KUBERNETES_KINDS_H_

#include "absl/strings/string_view.h"
#include "service/importers/kubernetes_objects.h"

namespace metapowers::importers::kubernetes {

struct KnownKind {
  absl::string_view group;  // empty for the core group
  absl::string_view name;
  Kind kind;
  absl::string_view versions;  // with spaces between
  bool in_namespace = true;
  absl::string_view title = "";  // for people, where another kind has the name; empty: the name
};

// nullptr when it is not read. `extensions` stands for what moved out of it.
const KnownKind* FindKind(absl::string_view group, absl::string_view name);

// Whether a group is of Kubernetes itself, of the Gateway API or of Istio, so that a type of it that is not read has no
// place in a model.
bool IsKnownGroup(absl::string_view group);

}  // namespace metapowers::importers::kubernetes

#endif  // METAPOWERS_SERVICE_IMPORTERS_KUBERNETES_KINDS_H_
