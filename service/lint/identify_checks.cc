// Identify: inventory, threat model, attack surface.
#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "metapowers/security/identify/v1/threat_model.pb.h"
#include "service/analysis/applicability.h"
#include "service/analysis/asset_gaps.h"
#include "service/lint/checkers.h"
#include "service/lint/register_checks.h"

namespace metapowers::lint {
namespace {

using analysis::PciScope;
using model::v1::Severity;

constexpr char kInventory[] = "asset-inventory";
constexpr char kThreats[] = "threat-model";
constexpr char kSurface[] = "attack-surface";
constexpr char kClassification[] = "data-classification";

bool IsOurs(const model::v1::Component& component) {
  return component.kind() != model::v1::COMPONENT_KIND_EXTERNAL_ENTITY;
}

// Why nothing is asked of the scope, where PCI DSS is not known to apply; `pci` may be nullptr.
std::string WhyNoPci(const Check& check, const analysis::FrameworkFact* pci) {
  if (pci == nullptr) return "PCI DSS does not apply";
  const std::vector<std::string> open = analysis::UndecidedBy(check.subject().model(), *pci);
  if (open.empty()) return "PCI DSS does not apply";
  return absl::StrCat("undecided whether PCI DSS applies, for want of ", absl::StrJoin(open, ", "));
}

void CheckInventory(Check& check) {
  const Section& section = check.section(kInventory);
  std::vector<std::string> ours;
  std::vector<std::string> outside;
  for (const auto& component : check.model().components())
    (IsOurs(component) ? ours : outside).push_back(component.id());
  for (const auto& element : check.model().infrastructure()) ours.push_back(element.id());
  WantRows(check, section,
           {{"Asset", "Owner", "Tier", "Data classes", "Region", "Scope"}, {"Owner", "Tier", "Region", "Scope"}}, ours,
           "asset");
  WantRows(check, section, {{"Asset", "Owner", "Tier", "Data classes", "Region", "Scope", "Operated by"}}, outside,
           "external entity");
  std::vector<std::string> suppliers;
  for (const auto& supplier : check.model().third_parties()) suppliers.push_back(supplier.name());
  WantRows(check, section, {{"Third party", "Owner", "Data shared", "Region"}, {"Owner", "Region"}}, suppliers,
           "third party");
}

void CheckScopeDate(Check& check) {
  const analysis::PciConfirmation confirmation = analysis::PciScopeConfirmation(check.facts());
  if (confirmation.declaration == nullptr || !confirmation.declaration->in_scope()) return;
  check.Look();
  const std::string path = absl::StrCat("frameworks[", confirmation.declaration->id(), "].scope_confirmed");
  if (confirmation.declaration->scope_confirmed().empty()) {
    check.FailModel(path, "nobody has confirmed the scope (PCI DSS 4.0.1 12.5.2)");
  } else if (confirmation.overdue) {
    check.FailModel(path, absl::StrCat("the scope was to be confirmed again by ", confirmation.next));
  }
}

void CheckScope(Check& check) {
  const analysis::FrameworkFact* pci = analysis::PciFramework(check.facts());
  if (pci == nullptr || !pci->applies) {
    check.NotApplicable(WhyNoPci(check, pci));
    return;
  }
  const Section& section = check.section(kInventory);
  std::vector<std::string> components;
  for (const auto& [id, fact] : check.facts().components()) {
    if (fact.pci_scope != PciScope::kNotApplicable) components.push_back(id);
  }
  WantRows(check, section, {{"Component", "Scope", "Reason"}, {"Scope", "Reason"}}, components, "component");
  for (const Table* table : section.TablesWith({"Zone", "Network policy", "Enforced by", "Separates"})) {
    for (const Row& row : table->rows) {
      check.Look();
      if (table->Cell(row, "Separates") != "yes" || !SaysNothing(table->Cell(row, "Enforced by"))) continue;
      check.Fail(section, row.line, row.cells[0], "separates the scope, and what enforces it is not declared",
                 absl::StrCat("declare 'runs_on' of zone ", row.cells[0]));
    }
  }
  CheckScopeDate(check);
}

void CheckDiagrams(Check& check) {
  const Section& section = check.section(kThreats);
  std::map<std::string, int> rows;
  std::map<std::string, int> arrows;
  for (const Table* table : section.TablesWith({"Flow", "From", "To", "Boundary"})) {
    for (const Row& row : table->rows) ++rows[table->Cell(row, "Flow")];
  }
  bool zones = false;
  for (const Line* line : section.Under("Data Flow Diagram")) {
    if (line->kind != LineKind::kCode) continue;
    zones = zones || absl::StrContains(line->text, "subgraph ");
    if (!absl::StrContains(line->text, "-->")) continue;
    const size_t begin = line->text.find('"');
    const size_t end = begin == std::string::npos ? begin : line->text.find('"', begin + 1);
    if (end != std::string::npos) ++arrows[Plain(line->text.substr(begin + 1, end - begin - 1))];
  }
  const int place = section.LineOfHeading("Data Flow Diagram");
  for (const auto& flow : check.model().flows()) {
    check.Look();
    if (rows[flow.id()] != 1) {
      check.Fail(section, place, flow.id(),
                 absl::StrCat("flow ", flow.id(), " has ", rows[flow.id()], " rows, not one"));
    }
    if (arrows[flow.id()] != 1) {
      check.Fail(section, place, flow.id(),
                 absl::StrCat("flow ", flow.id(), " is drawn ", arrows[flow.id()], " times, not once"));
    }
  }
  if (!check.model().flows().empty() && !zones) check.Fail(section, place, "", "no diagram draws a zone");
}

void CheckStride(Check& check) {
  const Section& section = check.section(kThreats);
  std::vector<std::string> elements;
  for (const analysis::StrideRow& row : check.subject().threats->Get().coverage()) {
    elements.push_back(row.element_id);
    for (const analysis::StrideCell& cell : row.cells) {
      check.Look();
      if (cell.considered > 0 || !cell.reason.empty()) continue;
      check.Fail(section, 0, row.element_id,
                 absl::StrCat("letter ", static_cast<int>(cell.letter), " of ", row.element_id,
                              " has neither a threat nor a reason for none"));
    }
  }
  const std::vector<const Table*> matrix =
      section.TablesWith({"Elements", "Spoofing", "Tampering", "Repudiation", "Disclosure"});
  if (matrix.empty()) {
    check.Fail(section, 0, "", "no table has the letters of STRIDE as columns");
    return;
  }
  for (const std::string& element : elements) {
    const bool found = std::any_of(matrix.begin(), matrix.end(), [&element](const Table* table) {
      return std::any_of(table->rows.begin(), table->rows.end(),
                         [&element](const Row& row) { return NamesId(row.cells[0], element); });
    });
    if (!found) check.Fail(section, matrix.front()->line, element, absl::StrCat(element, " is not in the matrix"));
  }
}

void CheckThreat(Check& check, const Section& section, const analysis::Threat& threat) {
  check.Look();
  const auto fail = [&](const std::string& what) { check.Fail(section, 0, threat.key(), what); };
  if (analysis::ConsequenceOf(threat).empty()) fail("has no consequence");
  if (analysis::BecauseOf(threat).empty() && analysis::ScenarioOf(threat).empty()) fail("has no precondition");
  if (threat.rule->cwe().empty() && threat.rule->attack().empty()) fail("names neither a weakness nor a technique");
  if (analysis::DerivationOf(threat).likelihood.empty()) fail("does not say how its score came about");
}

void CheckThreats(Check& check) {
  const Section& section = check.section(kThreats);
  std::vector<std::string> urgent;
  const std::string text = Plain(section.text());
  for (const analysis::Threat* threat : check.subject().threats->Get().Prioritised()) {
    CheckThreat(check, section, *threat);
    if (!absl::StrContains(text, threat->rule->id())) {
      check.Fail(section, 0, threat->key(), absl::StrCat("threat ", threat->key(), " is not in the catalogue"));
    }
    if (threat->severity() >= model::v1::SEVERITY_HIGH) urgent.push_back(threat->key());
  }
  WantRows(check, section,
           {{"Threats", "Severity", "Mitigation", "Controls to put in place", "Owner", "Due"},
            {"Mitigation", "Controls to put in place", "Owner", "Due"}},
           urgent, "threat");
  WantFilled(check, section, {"Threat", "Inherent", "Now", "Target", "Derivation", "Status"});
}

void CheckEntryPoints(Check& check) {
  const Section& section = check.section(kSurface);
  std::vector<std::string> operations;
  for (const auto& api : check.model().apis()) {
    for (const auto& endpoint : api.endpoints()) {
      const std::string operation =
          endpoint.method().empty() ? endpoint.path() : absl::StrCat(endpoint.method(), " ", endpoint.path());
      operations.push_back(operation);
      if (endpoint.authenticated() != model::v1::TRISTATE_NO) continue;
      check.Look();
      if (!endpoint.unauthenticated_reason().empty()) continue;
      check.FailModel(absl::StrCat("apis[", api.id(), "].endpoints[", endpoint.path(), "].unauthenticated_reason"),
                      "asks for no authentication, and does not say why");
    }
  }
  WantRows(
      check, section,
      {{"Operation", "Exposure", "Authentication", "Rate limit", "Data"}, {"Exposure", "Authentication", "Rate limit"}},
      operations, "operation");
  for (const auto& [id, fact] : check.facts().components()) {
    if (fact.component->internet_facing() != model::v1::TRISTATE_YES || !IsOurs(*fact.component)) continue;
    check.Look();
    const bool found = std::any_of(section.tables().begin(), section.tables().end(), [&id = id](const Table& table) {
      return table.Has({"Way in", "To"}) && std::any_of(table.rows.begin(), table.rows.end(), [&](const Row& row) {
               return NamesId(table.Cell(row, "To"), id);
             });
    });
    if (!found) check.Fail(section, 0, id, absl::StrCat("component ", id, " faces the internet and is no entry point"));
  }
  WantFilled(check, section, {"Way in", "Exposure", "Declared reason", "Judged"});
}

void CheckCardData(Check& check) {
  const Section& section = check.section(kClassification);
  std::vector<std::string> components;
  const auto holds = [](const model::v1::DataClass& data, model::v1::DataCategory category) {
    return std::find(data.categories().begin(), data.categories().end(), category) != data.categories().end();
  };
  for (const auto& [id, fact] : check.facts().components()) {
    const auto is_card = [&holds](const model::v1::DataClass* data) {
      return holds(*data, model::v1::DATA_CATEGORY_PAN) || holds(*data, model::v1::DATA_CATEGORY_SAD);
    };
    if (std::any_of(fact.stores.begin(), fact.stores.end(), is_card) ||
        std::any_of(fact.processes.begin(), fact.processes.end(), is_card)) {
      components.push_back(id);
    }
    for (const model::v1::DataClass* data : fact.stores) {
      if (!holds(*data, model::v1::DATA_CATEGORY_SAD)) continue;
      check.Look();
      if (absl::StrContains(section.text(), id)) continue;
      check.Fail(section, 0, id,
                 absl::StrCat(id, " keeps ", data->id(), " after authorisation, and the section does not say so"));
    }
  }
  if (components.empty()) {
    check.NotApplicable("no component of ours stores or processes card data");
    return;
  }
  WantRows(check, section,
           {{"Component", "Data class", "Category", "Handling", "Stored", "Masked on display", "Tokens elsewhere"},
            {"Stored", "Masked on display"}},
           components, "component");
}

constexpr Checker kCheckers[] = {
    {"identify-1", CheckInventory}, {"identify-2", CheckScope},    {"identify-3", CheckDiagrams},
    {"identify-4", CheckStride},    {"identify-5", CheckThreats},  {"identify-6", CheckEntryPoints},
    {"identify-7", CheckCardData},  {"identify-8", CheckRegister}, {"identify-9", CheckGaps},
};

}  // namespace

absl::Span<const Checker> IdentifyCheckers() { return kCheckers; }

}  // namespace metapowers::lint
