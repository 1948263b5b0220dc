// Everything that an importer says, as one text: to look for what must not be in it.
#ifndef METAPOWERS_TESTS_IMPORTERS_INVENTORY_TEXT_H_
#define METAPOWERS_TESTS_IMPORTERS_INVENTORY_TEXT_H_

#include <string>

#include "absl/strings/str_cat.h"
#include "service/importers/inventory.h"

namespace metapowers::importers {

// All but the attachments, which are the files themselves.
inline std::string TextOfInventory(const Inventory& in) {
  std::string text = absl::StrCat(in.name, "\n", in.description, "\n", in.as_of, "\n");
  const auto add = [&text](const auto& elements) {
    for (const auto& each : elements) {
      absl::StrAppend(&text, each.name, "\n", each.scope, "\n", each.value.DebugString());
      for (const std::string& name : each.names) absl::StrAppend(&text, name, "\n");
      for (const auto& [field, basis] : each.bases) {
        absl::StrAppend(&text, field, ": ", basis.spot.file, " ", basis.reason, "\n");
      }
      for (const auto& [field, reference] : each.references) {
        absl::StrAppend(&text, field, ": ", reference.scope, " ", reference.name, "\n");
      }
    }
  };
  add(in.regions), add(in.teams), add(in.data_classes), add(in.zones), add(in.infrastructure), add(in.shared_runtimes);
  add(in.components), add(in.flows), add(in.third_parties), add(in.consumer_classes), add(in.apis);
  add(in.secret_stores), add(in.credentials), add(in.evidence);
  for (const auto& [what, count] : in.counts) absl::StrAppend(&text, what, "\n");
  for (const auto& item : in.skipped) absl::StrAppend(&text, item.DebugString());
  for (const auto& note : in.notes) absl::StrAppend(&text, note.DebugString());
  return text;
}

}  // namespace metapowers::importers

#endif  // METAPOWERS_TESTS_IMPORTERS_INVENTORY_TEXT_H_
