// Imports of manifests as tests look at them.
#ifndef METAPOWERS_TESTS_IMPORTERS_KUBERNETES_INVENTORY_H_
#define METAPOWERS_TESTS_IMPORTERS_KUBERNETES_INVENTORY_H_

#include <gmock/gmock.h>

#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "service/importers/kubernetes.h"
#include "tests/importers/read_format.h"

namespace metapowers::importers {

inline NamedTexts::value_type ManifestFixture(const std::string& name) {
  return {name, FixtureOf(absl::StrCat("kubernetes/", name))};
}

inline ReadFormat Manifests(const NamedTexts& files) { return {kKubernetes, files}; }
inline ReadFormat Manifests(const std::string& text) { return {kKubernetes, {{"m.yaml", text}}}; }

}  // namespace metapowers::importers

#endif  // METAPOWERS_TESTS_IMPORTERS_KUBERNETES_INVENTORY_H_
