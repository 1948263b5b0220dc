#include "service/lint/agreement_checks.h"

#include <algorithm>
#include <set>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "absl/time/civil_time.h"
#include "service/knowledge/knowledge.h"
#include "service/lint/citations.h"
#include "service/model/schema.h"

namespace metapowers::lint {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

// Row that sums up the others.
constexpr absl::string_view kSum = "all";
constexpr absl::string_view kBasis = "> Basis:";

std::string Rerun(const Check& check, const Section& section) {
  return absl::StrCat("metapowers run ", section.spec().id(), " ", check.subject().topic);
}

// `line` with each number replaced by '#'.
std::string Shape(absl::string_view line) {
  std::string shape;
  for (const char c : line) {
    if (!absl::ascii_isdigit(c)) {
      shape += c;
    } else if (shape.empty() || shape.back() != '#') {
      shape += '#';
    }
  }
  return shape;
}

void CompareWithMade(Check& check, const RunState& state) {
  std::multiset<std::string> made;
  std::multiset<std::string> shapes;
  for (const absl::string_view line : absl::StrSplit(state.made, '\n')) made.insert(std::string(line));
  std::vector<const Line*> differing;
  for (const Line& line : state.committed.lines()) {
    if (line.kind != LineKind::kText && line.kind != LineKind::kTableRow) continue;
    check.Look();
    const auto same = made.find(line.text);
    if (same == made.end()) {
      differing.push_back(&line);
    } else {
      made.erase(same);
    }
  }
  for (const std::string& line : made) shapes.insert(Shape(line));
  for (const Line* line : differing) {
    if (!HasNumber(line->text) || shapes.count(Shape(line->text)) == 0) continue;
    check.Fail(state.committed, line->number, "",
               absl::StrCat("other numbers follow from the model than: ", Plain(line->text).substr(0, 120)),
               Rerun(check, state.committed));
  }
}

// The list that `<entry>_count` counts; nullptr when the message has none.
const FieldDescriptor* ListOf(const google::protobuf::Descriptor& type, absl::string_view entry) {
  for (const std::string& name :
       {absl::StrCat(entry, "s"), absl::StrCat(entry, "es"), absl::StrCat(absl::StripSuffix(entry, "y"), "ies")}) {
    const FieldDescriptor* list = type.FindFieldByName(name);
    if (list != nullptr && list->is_repeated()) return list;
  }
  return nullptr;
}

void CompareCounts(Check& check, const Section& section, const Message& message) {
  const google::protobuf::Reflection& reflection = *message.GetReflection();
  for (int i = 0; i < message.GetDescriptor()->field_count(); ++i) {
    const FieldDescriptor& field = *message.GetDescriptor()->field(i);
    if (field.cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE && field.is_repeated()) {
      for (int n = 0; n < reflection.FieldSize(message, &field); ++n) {
        CompareCounts(check, section, reflection.GetRepeatedMessage(message, &field, n));
      }
    }
    absl::string_view entry = field.name();
    if (field.cpp_type() != FieldDescriptor::CPPTYPE_INT32 || field.is_repeated()) continue;
    if (!absl::ConsumeSuffix(&entry, "_count")) continue;
    const FieldDescriptor* list = ListOf(*message.GetDescriptor(), entry);
    if (list == nullptr) continue;
    check.Look();
    const int counted = reflection.GetInt32(message, &field);
    const int listed = reflection.FieldSize(message, list);
    if (counted == listed || listed == 0) continue;
    check.Fail(section, 0, field.full_name(), absl::StrCat("counts ", counted, " but lists ", listed),
               "a fault of this version");
  }
}

std::set<std::string> OwnersOf(const model::v1::SystemModel& model) {
  std::set<std::string> names = {model.organization().name()};
  for (const auto& team : model.teams()) names.insert({team.id(), team.name(), team.lead(), team.deputy()});
  for (const auto& role : model.roles()) names.insert({role.id(), role.title(), role.holder(), role.deputy()});
  for (const auto& supplier : model.third_parties()) names.insert({supplier.id(), supplier.name()});
  names.erase("");
  return names;
}

// Whether the cell names somebody of the model.
bool NamesOwner(absl::string_view cell, const std::set<std::string>& owners) {
  return std::any_of(owners.begin(), owners.end(), [cell](const std::string& name) { return NamesId(cell, name); });
}

void CheckOwners(Check& check, const Section& section, const std::set<std::string>& owners) {
  for (const Table* table : section.TablesWith({"Owner"})) {
    for (const Row& row : table->rows) {
      check.Look();
      const std::string& owner = table->Cell(row, "Owner");
      if (NamesNobody(owner) || owner == kSum || NamesOwner(owner, owners)) continue;
      check.Fail(section, row.line, row.cells.empty() ? "" : row.cells.front(),
                 absl::StrCat(table->heading, ": owner is \"", owner, "\", who is not in the model"));
    }
  }
}

// The date at the start of a cell; empty when there is none.
absl::string_view DateAt(absl::string_view cell) {
  const absl::string_view start = cell.substr(0, 10);
  return model::IsDate(start) ? start : absl::string_view();
}

// Rows that are shown as in force and have ended. Tables of what has ended have other columns or headings.
void CheckInForce(Check& check, const Section& section) {
  const std::string today = model::FormatDate(check.subject().model().as_of());
  for (const Table& table : section.tables()) {
    const bool decisions = table.Has({"Decision", "Approved by", "Until"});
    const bool exceptions = table.Has({"Exception", "Approved by"});
    if (!decisions && !exceptions) continue;
    for (const Row& row : table.rows) {
      check.Look();
      if (ContainsWords(table.Cell(row, "State"), "end")) continue;
      for (const char* column : {"Until", "Expires", "Ends"}) {
        const absl::string_view date = DateAt(table.Cell(row, column));
        if (date.empty() || date > today) continue;
        check.Fail(section, row.line, row.cells.front(),
                   absl::StrCat(table.heading, ": shown as in force, and ended on ", date), Rerun(check, section));
      }
    }
  }
}

void FailPast(Check& check, const std::string& path, absl::string_view what, absl::CivilDay due) {
  check.Look();
  if (due >= check.subject().model().as_of()) return;
  check.FailModel(path, absl::StrCat(what, " was due on ", model::FormatDate(due)));
}

absl::CivilDay MonthsAfter(absl::string_view date, int months) {
  const absl::CivilDay day = model::ToCivilDay(date);
  return absl::CivilDay(absl::CivilMonth(day) + months) + (day.day() - 1);
}

void CheckReviews(Check& check) {
  const model::v1::SystemModel& model = check.model();
  for (const auto& policy : model.policies()) {
    const std::string& from = policy.last_reviewed().empty() ? policy.effective_date() : policy.last_reviewed();
    if (from.empty() || !policy.has_review_interval_months()) continue;
    FailPast(check, absl::StrCat("policies[", policy.id(), "].last_reviewed"), "review of the policy",
             MonthsAfter(from, policy.review_interval_months()));
  }
  const auto& appetite = model.risk_appetite();
  if (!appetite.approved_on().empty() && appetite.has_review_interval_months()) {
    FailPast(check, "risk_appetite.approved_on", "review of the risk appetite",
             MonthsAfter(appetite.approved_on(), appetite.review_interval_months()));
  }
  for (const auto& assumption : model.assumptions()) {
    if (assumption.valid_until().empty()) continue;
    FailPast(check, absl::StrCat("assumptions[", assumption.id(), "].valid_until"), "confirmation of the assumption",
             model::ToCivilDay(assumption.valid_until()));
  }
  for (const auto& framework : model.frameworks()) {
    if (!framework.in_scope() || framework.next_assessment().empty()) continue;
    FailPast(check, absl::StrCat("frameworks[", framework.id(), "].next_assessment"), "assessment",
             model::ToCivilDay(framework.next_assessment()));
  }
}

}  // namespace

void CheckNumbers(Check& check) {
  for (const RunState& state : check.subject().commands) {
    if (!state.run || state.result == nullptr) continue;
    CompareWithMade(check, state);
    CompareCounts(check, state.committed, *state.result);
  }
  const RunState* inventory = check.subject().Find("asset-inventory");
  if (inventory == nullptr || !inventory->run) return;
  std::vector<std::string> ids;
  for (const auto& component : check.model().components()) ids.push_back(component.id());
  WantRows(check, inventory->committed, {{"Asset"}}, ids, "component");
}

void CheckCitations(Check& check) {
  for (const RunState& state : check.subject().commands) {
    if (!state.run) continue;
    for (const Line& line : state.committed.lines()) {
      for (const Citation& citation : CitationsIn(line.text)) {
        check.Look();
        if (citation.known) continue;
        check.Fail(state.committed, line.number, citation.text,
                   absl::StrCat(citation.text, " is in no shipped catalogue"));
      }
    }
  }
  for (const auto& [file, text] : check.subject().documents) {
    std::string basis;
    int number = 1;
    for (const absl::string_view line : absl::StrSplit(text, '\n')) {
      if (absl::StartsWith(line, kBasis)) basis = std::string(line);
      if (basis.empty()) ++number;
    }
    for (const knowledge::v1::Framework* framework : knowledge::FrameworksCitedIn(text)) {
      check.Look();
      if (absl::StrContains(basis, framework->short_name()) && absl::StrContains(basis, framework->version())) continue;
      check.FailDocument(file, basis.empty() ? 1 : number,
                         absl::StrCat("cites ", framework->short_name(), ", and its basis does not state the version"),
                         "run a command of the document again");
    }
  }
  for (const auto& control : check.model().controls()) {
    for (const std::string& reference : control.framework_refs()) {
      check.Look();
      if (knowledge::FindRequirement(reference) != nullptr) continue;
      check.FailModel(absl::StrCat("controls[", control.id(), "].framework_refs"),
                      absl::StrCat(reference, " is in no shipped catalogue"));
    }
  }
}

void CheckDates(Check& check) {
  const std::set<std::string> owners = OwnersOf(check.model());
  for (const RunState& state : check.subject().commands) {
    if (!state.run) continue;
    CheckOwners(check, state.committed, owners);
    CheckInForce(check, state.committed);
  }
  CheckReviews(check);
}

}  // namespace metapowers::lint
