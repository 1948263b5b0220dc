#include "service/importers/inventory.h"

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"

namespace metapowers::importers {

void Inventory::Skip(const Spot& spot, std::string item, std::string reason) {
  v1::SkippedItem& out = skipped.emplace_back();
  out.set_location(LocationOf(spot));
  out.set_item(std::move(item));
  out.set_reason(std::move(reason));
}

void Inventory::Note(v1::ImportNoteKind kind, const Spot& spot, absl::string_view path, std::string text) {
  v1::ImportNote& out = notes.emplace_back();
  out.set_kind(kind);
  out.set_location(LocationOf(spot));
  out.set_field(std::string(path));
  out.set_text(std::move(text));
}

std::string LocationOf(const Spot& spot) {
  return spot.at.line == 0 ? spot.file : absl::StrCat(spot.file, ":", spot.at.line);
}

Spot SpotOf(const std::string& location) {
  Spot spot{location, {0, 0}};
  const size_t colon = location.rfind(':');
  if (colon != std::string::npos && absl::SimpleAtoi(location.substr(colon + 1), &spot.at.line)) {
    spot.file = location.substr(0, colon);
  }
  return spot;
}

}  // namespace metapowers::importers
