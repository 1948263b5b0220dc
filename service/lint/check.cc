#include "service/lint/check.h"

#include <algorithm>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

namespace metapowers::lint {

const RunState* Subject::Find(absl::string_view command) const {
  for (const RunState& each : commands) {
    if (each.spec->id() == command) return &each;
  }
  return nullptr;
}

v1::LintFinding& Check::Add(absl::string_view element, std::string text, std::string mend) {
  v1::LintFinding& finding = findings_.emplace_back();
  finding.set_element(std::string(element));
  finding.set_text(std::move(text));
  finding.set_mend(mend.empty() ? item_.mend() : std::move(mend));
  return finding;
}

void Check::Fail(const Section& section, int line, absl::string_view element, std::string text, std::string mend) {
  v1::LintFinding& finding = Add(element, std::move(text), std::move(mend));
  finding.set_document(section.spec().document());
  finding.set_section(section.spec().heading());
  finding.set_line(line == 0 ? section.line() : line);
}

void Check::FailDocument(absl::string_view document, int line, std::string text, std::string mend) {
  v1::LintFinding& finding = Add("", std::move(text), std::move(mend));
  finding.set_document(std::string(document));
  finding.set_line(line);
}

void Check::FailModel(absl::string_view path, std::string text, std::string mend) {
  Add(path, std::move(text), std::move(mend)).set_document("system-model.yaml");
}

void Check::FailDecision(absl::string_view finding, std::string text, std::string mend) {
  Add(finding, std::move(text), std::move(mend)).set_document("decisions.yaml");
}

v1::LintResult Check::Conclude() const {
  v1::LintResult result;
  result.set_id(item_.id());
  result.set_phase(item_.phase());
  result.set_asks(item_.asks());
  result.set_checked(looked_);
  for (const v1::LintFinding& finding : findings_) {
    if (result.findings_size() == kFindingsShown) break;
    *result.add_findings() = finding;
  }
  result.set_finding_count(static_cast<int>(findings_.size()));
  if (!findings_.empty()) {
    result.set_verdict(v1::LINT_VERDICT_FAIL);
  } else if (!reason_.empty() || looked_ == 0) {
    result.set_verdict(v1::LINT_VERDICT_NOT_APPLICABLE);
    result.set_reason(reason_.empty() ? "the model declares nothing that it is about" : reason_);
  } else {
    result.set_verdict(v1::LINT_VERDICT_PASS);
  }
  return result;
}

namespace {

// Whether a cell falls short: one about people must name somebody, others must say something.
bool FallsShort(absl::string_view column, absl::string_view cell) {
  const bool people = absl::StrContains(column, "Owner") || column == "Accountable" || column == "Responsible";
  return people ? NamesNobody(cell) : SaysNothing(cell);
}

}  // namespace

void WantRows(Check& check, const Section& section, const WantedRows& wanted, const std::vector<std::string>& keys,
              absl::string_view what) {
  const std::vector<const Table*> tables = section.TablesWith(wanted.columns);
  const absl::string_view key_column = *wanted.columns.begin();
  for (const std::string& key : keys) {
    check.Look();
    const Table* table = nullptr;
    const Row* row = nullptr;
    for (const Table* each : tables) {
      for (const Row& candidate : each->rows) {
        if (row != nullptr || !NamesId(each->Cell(candidate, key_column), key)) continue;
        table = each;
        row = &candidate;
      }
    }
    if (row == nullptr) {
      const int line = tables.empty() ? section.line() : tables.front()->line;
      check.Fail(section, line, key, absl::StrCat(what, " ", key, " has no row with ", key_column),
                 absl::StrCat("metapowers run ", section.spec().id(), " ", check.subject().topic));
      continue;
    }
    for (const absl::string_view column : wanted.filled) {
      if (!FallsShort(column, table->Cell(*row, column))) continue;
      check.Fail(section, row->line, key,
                 absl::StrCat(what, " ", key, ": ", column, " says \"", table->Cell(*row, column), "\""));
    }
  }
}

void WantFilled(Check& check, const Section& section, std::initializer_list<absl::string_view> columns,
                absl::string_view under) {
  for (const Table* table : section.TablesWith(columns)) {
    if (!under.empty() && table->part != under) continue;
    for (const Row& row : table->rows) {
      check.Look();
      for (const absl::string_view column : columns) {
        if (!FallsShort(column, table->Cell(row, column))) continue;
        check.Fail(section, row.line, row.cells.empty() ? "" : row.cells.front(),
                   absl::StrCat(table->heading, ": ", column, " says \"", table->Cell(row, column), "\""));
      }
    }
  }
}

}  // namespace metapowers::lint
