#include "service/lint/plan_tables.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

namespace metapowers::lint {
namespace {

bool Names(absl::string_view text, absl::string_view id, absl::string_view name) {
  return NamesId(text, id) || (!name.empty() && NamesId(text, name));
}

// Position of the first column whose name holds one of the words; -1 when there is none.
int ColumnLike(const Table& table, std::initializer_list<absl::string_view> words) {
  for (size_t i = 0; i < table.columns.size(); ++i) {
    for (const absl::string_view word : words) {
      if (ContainsWords(table.columns[i], word)) return static_cast<int>(i);
    }
  }
  return -1;
}

// What a row is about: its first cell, or the second where the first only numbers the rows.
absl::string_view SubjectOf(const Table& table, const Row& row) {
  const size_t column = !table.columns.empty() && table.columns.front() == "#" ? 1 : 0;
  return column < row.cells.size() ? absl::string_view(row.cells[column]) : "";
}

bool IsUnder(const Table& table, absl::string_view part) { return part.empty() || table.part == part; }

}  // namespace

bool Mentions(const Section& section, absl::string_view part, absl::string_view id, absl::string_view name) {
  if (part.empty()) return Names(Plain(section.text()), id, name);
  const std::vector<const Line*> lines = section.Under(part);
  return std::any_of(lines.begin(), lines.end(), [&](const Line* line) { return Names(Plain(line->text), id, name); });
}

bool HasRowOf(const Section& section, absl::string_view part, absl::string_view id, absl::string_view name) {
  for (const Table& table : section.tables()) {
    if (!IsUnder(table, part)) continue;
    for (const Row& row : table.rows) {
      for (const std::string& cell : row.cells) {
        if (Names(cell, id, name)) return true;
      }
    }
  }
  return false;
}

bool HasColumn(const Section& section, absl::string_view part, std::initializer_list<absl::string_view> words) {
  return std::any_of(section.tables().begin(), section.tables().end(),
                     [&](const Table& table) { return IsUnder(table, part) && ColumnLike(table, words) >= 0; });
}

void WantColumn(Check& check, const Section& section, absl::string_view part,
                std::initializer_list<absl::string_view> words, absl::string_view what) {
  bool found = false;
  for (const Table& table : section.tables()) {
    const int column = ColumnLike(table, words);
    if (!IsUnder(table, part) || column < 0) continue;
    found = true;
    for (const Row& row : table.rows) {
      check.Look();
      if (column < static_cast<int>(row.cells.size()) && !SaysNothing(row.cells[column])) continue;
      check.Fail(section, row.line, SubjectOf(table, row), absl::StrCat(table.heading, ": no ", what));
    }
  }
  if (found) return;
  check.Look();
  check.Fail(section, section.LineOfHeading(part), "",
             absl::StrCat(part.empty() ? section.spec().heading() : std::string(part), ": no table says the ", what));
}

std::vector<const model::v1::Component*> RunningComponents(const Check& check) {
  std::vector<const model::v1::Component*> running;
  for (const auto& component : check.model().components()) {
    const bool ours = component.kind() != model::v1::COMPONENT_KIND_EXTERNAL_ENTITY;
    if (ours && component.lifecycle() != model::v1::LIFECYCLE_PLANNED) running.push_back(&component);
  }
  return running;
}

}  // namespace metapowers::lint
