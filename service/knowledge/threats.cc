#include "service/knowledge/threats.h"

#include <string>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "service/knowledge/embedded_rows.h"

namespace metapowers::knowledge {

extern const EmbeddedFile kThreatFiles[];
extern const int kThreatFilesCount;

namespace {

// All files whose path has this start and end, merged in the order of their names.
template <class Rows>
const Rows* Load(absl::string_view start, absl::string_view end) {
  return LoadRows<Rows>(absl::MakeConstSpan(kThreatFiles, kThreatFilesCount), [=](absl::string_view path) {
    return absl::StartsWith(path, start) && absl::EndsWith(path, end);
  });
}

const v1::Technologies& Technologies() {
  static const auto* const rows = Load<v1::Technologies>("data/threats/technologies", ".textproto");
  return *rows;
}

template <class Row>
using ByName = absl::flat_hash_map<std::string, const Row*>;

template <class Row>
const Row* Look(const ByName<Row>& rows, absl::string_view name) {
  const auto found = rows.find(absl::AsciiStrToLower(name));
  return found == rows.end() ? nullptr : found->second;
}

template <class Rows>
auto IndexWithAliases(const Rows& rows) {
  using Row = typename Rows::value_type;
  auto* const index = new ByName<Row>();
  for (const Row& row : rows) {
    index->emplace(row.name(), &row);
    for (const std::string& alias : row.aliases()) index->emplace(alias, &row);
  }
  return index;
}

}  // namespace

const v1::ThreatRules& ThreatRules() {
  static const auto* const rows = Load<v1::ThreatRules>("data/threats/", "_rules.textproto");
  return *rows;
}

const v1::RiskGrid& RiskGrid() {
  static const auto* const grid = Load<v1::RiskGrid>("data/threats/risk_grid", ".textproto");
  return *grid;
}

const v1::SecurityControls& SecurityControls() {
  static const auto* const rows = Load<v1::SecurityControls>("data/controls/", ".textproto");
  return *rows;
}

const v1::SecurityControl* FindControl(absl::string_view id) {
  static const auto* const index = [] {
    auto* const map = new ByName<v1::SecurityControl>();
    for (const v1::SecurityControl& control : SecurityControls().controls()) map->emplace(control.id(), &control);
    return map;
  }();
  return Look(*index, id);
}

const v1::Technology* FindTechnology(absl::string_view name) {
  static const auto* const index = IndexWithAliases(Technologies().technologies());
  return Look(*index, name);
}

const v1::Protocol* FindProtocol(absl::string_view name) {
  static const auto* const index = IndexWithAliases(Technologies().protocols());
  return Look(*index, name);
}

const v1::Language* FindLanguage(absl::string_view name) {
  static const auto* const index = [] {
    auto* const map = new ByName<v1::Language>();
    for (const v1::Language& language : Technologies().languages()) map->emplace(language.name(), &language);
    return map;
  }();
  return Look(*index, name);
}

const v1::WeaknessCatalogue& Cwe() {
  static const auto* const rows = Load<v1::WeaknessCatalogue>("data/threats/cwe", ".textproto");
  return *rows;
}

const v1::WeaknessCatalogue& Capec() {
  static const auto* const rows = Load<v1::WeaknessCatalogue>("data/threats/capec", ".textproto");
  return *rows;
}

const v1::WeaknessCatalogue& Attack() {
  static const auto* const rows = Load<v1::WeaknessCatalogue>("data/threats/attack", ".textproto");
  return *rows;
}

const v1::CatalogueEntry* FindWeakness(absl::string_view id) {
  static const auto* const index = [] {
    auto* const map = new absl::flat_hash_map<absl::string_view, const v1::CatalogueEntry*>();
    for (const v1::WeaknessCatalogue* catalogue : {&Cwe(), &Capec(), &Attack()}) {
      for (const v1::CatalogueEntry& entry : catalogue->entries()) map->emplace(entry.id(), &entry);
    }
    return map;
  }();
  const auto found = index->find(id);
  return found == index->end() ? nullptr : found->second;
}

}  // namespace metapowers::knowledge
