#include "service/lint/register_checks.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <string>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"

namespace metapowers::lint {
namespace {

constexpr char kRisks[] = "risk-assessment";
constexpr char kGaps[] = "compliance-gap";
// Row that sums up the others.
constexpr char kAll[] = "all";
// Columns of a matrix: impact from 1 to 5.
constexpr absl::string_view kImpacts[] = {"Very low (1)", "Low (2)", "Medium (3)", "High (4)", "Critical (5)"};

// The number at the start of a cell; 0 where there is none.
int NumberAt(absl::string_view cell) {
  int value = 0;
  const std::string digits = absl::StrReplaceAll(cell.substr(0, cell.find_first_not_of("0123456789,")), {{",", ""}});
  return absl::SimpleAtoi(digits, &value) ? value : 0;
}

// Sum of a column, the row that sums up left out.
int SumOf(const Table& table, absl::string_view column) {
  int sum = 0;
  for (const Row& row : table.rows) {
    if (row.cells.empty() || row.cells[0] == kAll) continue;
    sum += NumberAt(table.Cell(row, column));
  }
  return sum;
}

// What the row that sums up says; -1 when there is none.
int TotalOf(const Table& table, absl::string_view column) {
  for (const Row& row : table.rows) {
    if (!row.cells.empty() && row.cells[0] == kAll) return NumberAt(table.Cell(row, column));
  }
  return -1;
}

void WantTotal(Check& check, const Section& section, const Table& table, int found, int wanted) {
  check.Look();
  if (found == wanted) return;
  check.Fail(section, table.line, table.heading,
             absl::StrCat(table.heading, ": adds up to ", found, ", the register to ", wanted));
}

void CheckSources(Check& check, const Section& section, const Table& sources) {
  for (const Row& row : sources.rows) {
    check.Look();
    const int rest = NumberAt(sources.Cell(row, "Found")) - NumberAt(sources.Cell(row, "Said by another risk")) -
                     NumberAt(sources.Cell(row, "False positives"));
    if (rest == NumberAt(sources.Cell(row, "Risks"))) continue;
    check.Fail(section, row.line, row.cells[0],
               absl::StrCat("found less left out is ", rest, ", not ", sources.Cell(row, "Risks")));
  }
}

void CheckKeysOnce(Check& check, const Section& section) {
  std::map<std::string, int> rows;
  for (const Table* table : section.TablesWith({"Risk", "What happens", "Treatment"})) {
    for (const Row& row : table->rows) {
      check.Look();
      if (++rows[table->Cell(row, "Risk")] < 2) continue;
      check.Fail(section, row.line, table->Cell(row, "Risk"),
                 absl::StrCat("risk ", table->Cell(row, "Risk"), " stands twice"));
    }
  }
}

}  // namespace

void CheckRegister(Check& check) {
  const Section& section = check.section(kRisks);
  const std::vector<const Table*> sources =
      section.TablesWith({"Source", "Found", "Said by another risk", "False positives", "Risks"});
  if (sources.empty()) {
    check.Fail(section, 0, "", "no table says which sources the register takes over");
    return;
  }
  CheckSources(check, section, *sources.front());
  const int total = SumOf(*sources.front(), "Risks");
  WantTotal(check, section, *sources.front(), TotalOf(*sources.front(), "Risks"), total);
  for (const Table* matrix : section.TablesWith({"Likelihood", kImpacts[0], kImpacts[4]})) {
    int sum = 0;
    for (const absl::string_view impact : kImpacts) sum += SumOf(*matrix, impact);
    WantTotal(check, section, *matrix, sum, total);
  }
  for (const Table* treatments : section.TablesWith({"Treatment", "Means", "Risks"})) {
    WantTotal(check, section, *treatments, SumOf(*treatments, "Risks"), total);
  }
  for (const Table* owners : section.TablesWith({"Owner", "Led or held by", "Risks"})) {
    WantTotal(check, section, *owners, SumOf(*owners, "Risks"), total);
  }
  CheckKeysOnce(check, section);
}

void CheckGaps(Check& check) {
  const auto& frameworks = check.facts().frameworks();
  if (std::none_of(frameworks.begin(), frameworks.end(),
                   [](const analysis::FrameworkFact& fact) { return fact.applies && fact.framework != nullptr; })) {
    check.NotApplicable("no framework of the catalogue is in scope, so that there is no requirement and no score");
    return;
  }
  const Section& section = check.section(kGaps);
  WantFilled(check, section, {"Requirement", "Asks for", "Status", "Severity", "Closed by"});
  WantFilled(check, section, {"Shown by", "What", "Requirements"});
  WantFilled(check, section, {"Action", "What to do", "Owner", "Effort", "Due"});
  const std::vector<const Line*> scorecard = section.Under("Compliance Scorecard");
  const bool formula = std::any_of(scorecard.begin(), scorecard.end(), [](const Line* line) {
    return absl::StartsWith(line->text, "Score = ") && absl::StrContains(line->text, "not applicable");
  });
  if (!formula)
    check.Fail(section, section.LineOfHeading("Compliance Scorecard"), "", "the formula of the score is not printed");
  for (const Table* table : section.TablesWith({"Framework", "Met", "Partly met", "Not met", "Score"})) {
    for (const Row& row : table->rows) {
      double printed = 0;
      if (!absl::SimpleAtod(absl::StrReplaceAll(table->Cell(row, "Score"), {{"%", ""}}), &printed)) continue;
      check.Look();
      const double met = NumberAt(table->Cell(row, "Met"));
      const double partly = NumberAt(table->Cell(row, "Partly met"));
      const double rated = met + partly + NumberAt(table->Cell(row, "Not met"));
      const double score = rated == 0 ? 0 : 100 * (met + partly / 2) / rated;
      if (std::abs(score - printed) < 0.06) continue;
      check.Fail(section, row.line, row.cells[0],
                 absl::StrCat("the formula gives another score than ", table->Cell(row, "Score")));
    }
  }
}

}  // namespace metapowers::lint
