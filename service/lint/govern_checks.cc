// Govern: policies, appetite, roles, third parties, transfers.
#include <algorithm>
#include <set>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/strip.h"
#include "metapowers/security/govern/v1/security_roles.pb.h"
#include "service/knowledge/knowledge.h"
#include "service/lint/checkers.h"

namespace metapowers::lint {
namespace {

using model::v1::Severity;

constexpr char kPolicy[] = "security-policy";
constexpr char kAppetite[] = "risk-appetite";
constexpr char kRoles[] = "security-roles";
constexpr char kSuppliers[] = "supply-chain-security";
constexpr char kClassification[] = "data-classification";
constexpr char kCsf[] = "csf-2.0";

void CheckFrameworks(Check& check) {
  const Section& section = check.section(kPolicy);
  for (const analysis::FrameworkFact& fact : check.facts().frameworks()) {
    if (fact.applies) {
      WantRows(check, section, {{"Framework", "Triggering facts"}, {"Triggering facts"}}, {fact.label}, "framework");
    } else if (fact.declared) {
      WantRows(check, section, {{"Framework", "Why not"}, {"Why not"}}, {fact.label}, "framework");
    }
  }
}

void CheckAppetite(Check& check) {
  const Section& section = check.section(kAppetite);
  const std::vector<const Table*> tables = section.TablesWith({"Category", "Metric", "Tolerance", "Limit", "Now"});
  for (const auto& category : check.model().risk_appetite().categories()) {
    check.Look();
    bool numbers = false;
    for (const Table* table : tables) {
      for (const Row& row : table->rows) {
        const bool same =
            table->Cell(row, "Category") == category.id() || table->Cell(row, "Category") == category.name();
        numbers = numbers || (same && HasNumber(table->Cell(row, "Tolerance")) && HasNumber(table->Cell(row, "Limit")));
      }
    }
    if (!numbers) {
      check.FailModel(absl::StrCat("risk_appetite.categories[", category.id(), "].thresholds"),
                      "no threshold has both a tolerance and a limit in numbers");
    }
  }
  if (check.model().risk_appetite().categories().empty()) {
    check.FailModel("risk_appetite.categories", "no category of risk is declared");
    return;
  }
  for (const Table* table : tables) {
    for (const Row& row : table->rows) {
      if (HasNumber(table->Cell(row, "Now"))) return;
    }
  }
  check.Fail(section, section.LineOfHeading("Tolerance Thresholds"), "",
             "no threshold is compared with a present value");
}

void CheckAcceptance(Check& check) {
  const Section& section = check.section(kAppetite);
  for (const char* level : {"critical", "high", "medium", "low"}) {
    // Nobody may: that is an answer too.
    if (absl::StrContains(section.text(), absl::StrCat("authorised to accept a ", level, " risk"))) {
      check.Look();
      continue;
    }
    WantRows(check, section, {{"Level", "Accepted by", "Longest term"}, {"Accepted by", "Longest term"}}, {level},
             "level");
  }
  for (const auto& exception : check.model().policy_parameters().exceptions()) {
    check.Look();
    if (exception.requested_by() != exception.approved_by()) continue;
    check.FailModel(absl::StrCat("policy_parameters.exceptions[", exception.id(), "].approved_by"),
                    "the role that asked has approved");
  }
  for (const auto& decision : check.subject().threats->decisions().decisions()) {
    check.Look();
    if (decision.requested_by() != decision.approved_by()) continue;
    check.FailDecision(decision.finding(), "the role that asked has approved");
  }
}

void CheckRaci(Check& check) {
  const Section& section = check.section(kRoles);
  const auto* result =
      dynamic_cast<const security::govern::v1::SecurityRolesResult*>(check.subject().Find(kRoles)->result.get());
  if (result != nullptr) {
    for (const auto& row : result->raci()) {
      check.Look();
      if (row.accountable_size() == 1) continue;
      check.FailModel(absl::StrCat("raci[", row.activity(), "].accountable"),
                      absl::StrCat(row.accountable_size(), " roles are accountable, not one"));
    }
  }
  WantFilled(check, section, {"Activity", "Accountable", "Responsible"});
  if (check.model().raci().empty()) check.FailModel("raci", "no activity has anybody accountable");
  std::vector<std::string> teams;
  for (const auto& team : check.model().teams()) teams.push_back(team.name());
  WantRows(check, section, {{"Team", "Roles in the matrix"}}, teams, "team");
  for (const auto& component : check.model().components()) {
    if (component.kind() == model::v1::COMPONENT_KIND_EXTERNAL_ENTITY || !component.third_party().empty()) continue;
    check.Look();
    if (!component.owner_team().empty()) continue;
    check.FailModel(absl::StrCat("components[", component.id(), "].owner_team"), "no team owns the component");
  }
}

// A clause begins "- **Title** (id): requirement" and goes on until the next list entry, heading or empty line.
void CheckClauses(Check& check) {
  const Section& section = check.section(kPolicy);
  const std::vector<const Line*> lines = section.Under("Individual Policies");
  for (size_t i = 0; i < lines.size(); ++i) {
    if (!absl::StartsWith(lines[i]->text, "- **") || !absl::StrContains(lines[i]->text, "): ")) continue;
    check.Look();
    std::string evidence;
    std::string controls;
    for (size_t n = i + 1; n < lines.size() && absl::StartsWith(lines[n]->text, "  "); ++n) {
      absl::string_view text = absl::StripLeadingAsciiWhitespace(lines[n]->text);
      if (absl::ConsumePrefix(&text, "Evidence, checked ")) evidence = std::string(text);
      if (absl::ConsumePrefix(&text, "Controls: ")) controls = std::string(text);
    }
    const std::string clause = Plain(lines[i]->text).substr(2, 60);
    const size_t colon = evidence.find(": ");
    if (colon == std::string::npos || colon == 0 || colon + 3 >= evidence.size()) {
      check.Fail(section, lines[i]->number, clause, "the clause has no evidence that is looked at in an interval");
    }
    if (controls.size() < 2)
      check.Fail(section, lines[i]->number, clause, "the clause names no requirement that it meets");
  }
}

void CheckSupplier(Check& check, const model::v1::ThirdParty& supplier) {
  const auto fail = [&](absl::string_view field, const std::string& what) {
    check.FailModel(absl::StrCat("third_parties[", supplier.id(), "].", field), what);
  };
  check.Look();
  if (supplier.regions().empty()) fail("regions", "no region is declared");
  if (supplier.roles().empty()) fail("roles", "no role is declared");
  const bool attested = supplier.attestation() != model::v1::ATTESTATION_UNSPECIFIED &&
                        supplier.attestation() != model::v1::ATTESTATION_NONE;
  if (attested && supplier.attestation_expires().empty()) {
    fail("attestation_expires", "the end of the attestation is not declared");
  }
  const auto& roles = supplier.roles();
  const bool card = std::find(roles.begin(), roles.end(), model::v1::THIRD_PARTY_ROLE_TPSP) != roles.end();
  if (card && supplier.responsibilities_ours().empty() && supplier.responsibilities_theirs().empty()) {
    fail("responsibilities_theirs", "who answers for which requirement is not declared");
  }
}

void CheckSuppliers(Check& check) {
  const Section& section = check.section(kSuppliers);
  for (const auto& supplier : check.model().third_parties()) {
    CheckSupplier(check, supplier);
    const bool listed = std::any_of(section.tables().begin(), section.tables().end(), [&supplier](const Table& table) {
      return std::any_of(table.rows.begin(), table.rows.end(), [&supplier](const Row& row) {
        return !row.cells.empty() && (NamesId(row.cells[0], supplier.id()) || NamesId(row.cells[0], supplier.name()));
      });
    });
    if (!listed) check.Fail(section, 0, supplier.id(), absl::StrCat("third party ", supplier.id(), " has no row"));
  }
}

void CheckSubcategories(Check& check) {
  const Section& section = check.section(kPolicy);
  const knowledge::v1::Framework* csf = knowledge::FindFramework(kCsf);
  const std::vector<const Table*> tables = section.TablesWith({"Subcategory", "Outcome", "Met by"});
  std::set<std::string> gaps;
  for (const Table* table : section.TablesWith({"Subcategory", "What is missing", "Owner"})) {
    for (const Row& row : table->rows) gaps.emplace(table->Cell(row, "Subcategory"));
  }
  for (const auto& requirement : csf->requirements()) {
    if (!absl::StartsWith(requirement.id(), "GV.")) continue;
    check.Look();
    const bool gap = gaps.count(requirement.id()) > 0;
    bool met = false;
    for (const Table* table : tables) {
      for (const Row& row : table->rows) {
        if (table->Cell(row, "Subcategory") != requirement.id()) continue;
        met = true;
        // "risk-appetite, Strategic Alignment": a section of a command that must have been run.
        for (const RunState& state : check.subject().commands) {
          const std::string prefix = absl::StrCat(state.spec->id(), ", ");
          if (!absl::StartsWith(table->Cell(row, "Met by"), prefix) || state.run) continue;
          check.Fail(section, row.line, requirement.id(),
                     absl::StrCat(requirement.id(), " rests on a section that is not written: ", state.spec->id()),
                     absl::StrCat("metapowers run ", state.spec->id(), " ", check.subject().topic));
        }
      }
    }
    if (met != gap) continue;
    check.Fail(section, section.LineOfHeading("Framework Alignment"), requirement.id(),
               absl::StrCat(requirement.id(), met ? " is both met and a gap" : " is neither met nor a gap"));
  }
}

void CheckTransfers(Check& check) {
  const Section& section = check.section(kClassification);
  if (check.facts().cross_border_flows().empty()) {
    check.NotApplicable("no flow takes personal or regulated data from one jurisdiction to another");
    return;
  }
  for (const analysis::CrossBorderFlow& border : check.facts().cross_border_flows()) {
    WantRows(check, section, {{"Flow", "From", "To", "Data", "Mechanism"}}, {border.flow->id()}, "flow");
    if (!border.lacks_mechanism()) continue;
    check.FailModel(absl::StrCat("flows[", border.flow->id(), "].transfer_mechanism"),
                    absl::StrCat("takes ", border.data.empty() ? "data" : border.data.front()->id(), " from ",
                                 border.from, " to ", border.to, " without a mechanism"));
  }
}

constexpr Checker kCheckers[] = {
    {"govern-1", CheckFrameworks},    {"govern-2", CheckAppetite},  {"govern-3", CheckAcceptance},
    {"govern-4", CheckRaci},          {"govern-5", CheckClauses},   {"govern-6", CheckSuppliers},
    {"govern-8", CheckSubcategories}, {"govern-9", CheckTransfers},
};

}  // namespace

absl::Span<const Checker> GovernCheckers() { return kCheckers; }

}  // namespace metapowers::lint
