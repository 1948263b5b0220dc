#include "service/commands/clause_book.h"

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/strip.h"
#include "service/commands/applicable_references.h"
#include "service/commands/naming.h"
#include "service/commands/wording.h"
#include "service/knowledge/governance.h"
#include "service/knowledge/knowledge.h"
#include "service/model/schema.h"

namespace metapowers::commands {

using knowledge::v1::AttributeMatch;
using knowledge::v1::PolicyClause;
using model::v1::DataClass;
using model::v1::Policy;

namespace {

std::vector<std::string> Labels(const std::vector<Element>& elements) {
  std::vector<std::string> labels;
  for (const Element& element : elements) labels.push_back(element.label);
  return labels;
}

std::string DataNames(const std::vector<const DataClass*>& data) {
  std::vector<std::string> names;
  for (const DataClass* each : data) names.push_back(each->name());
  return List(names);
}

// Every data class that matched at some element, sorted by id.
std::vector<const DataClass*> AllData(const std::vector<Element>& elements) {
  std::map<std::string, const DataClass*> all;
  for (const Element& element : elements) {
    for (const DataClass* data : element.data) all.emplace(data->id(), data);
  }
  std::vector<const DataClass*> data;
  for (const auto& [id, each] : all) data.push_back(each);
  return data;
}

// "Cardholder data in card-vault and ledger-db; Invoices in billing-db".
std::string ByData(const std::vector<Element>& elements) {
  std::map<std::string, std::vector<std::string>> groups;
  for (const Element& element : elements) groups[DataNames(element.data)].push_back(element.label);
  std::vector<std::string> parts;
  for (const auto& [data, labels] : groups) parts.push_back(absl::StrCat(data, " in ", List(labels)));
  return absl::StrJoin(parts, "; ");
}

// "48 hours for critical; 7 days for high and medium": elements by equal value.
std::string Details(const Input& input, const std::vector<Element>& elements,
                    const knowledge::v1::ElementSelector& selector) {
  std::vector<std::pair<std::string, std::vector<std::string>>> by_value;
  for (const Element& element : elements) {
    const std::string detail = DetailOf(input, element, selector.detail());
    if (detail.empty()) continue;
    const auto same = std::find_if(by_value.begin(), by_value.end(), [&](const auto& g) { return g.first == detail; });
    if (same == by_value.end()) {
      by_value.push_back({detail, {element.label}});
    } else {
      same->second.push_back(element.label);
    }
  }
  if (selector.descending()) std::reverse(by_value.begin(), by_value.end());
  std::vector<std::string> parts;
  for (const auto& [value, labels] : by_value) parts.push_back(absl::StrCat(value, " for ", List(labels)));
  return absl::StrJoin(parts, "; ");
}

std::string AccessRoles(const model::Model& model, const std::vector<const DataClass*>& data) {
  std::set<std::string> titles;
  for (const DataClass* each : data) {
    for (const std::string& role : each->access_roles()) titles.insert(RoleTitle(model, role));
  }
  return List({titles.begin(), titles.end()});
}

std::string Slug(absl::string_view label) {
  std::string slug;
  for (const char c : absl::AsciiStrToLower(label)) {
    if (absl::ascii_isalnum(static_cast<unsigned char>(c))) {
      slug += c;
    } else if (!slug.empty() && slug.back() != '-') {
      slug += '-';
    }
  }
  while (!slug.empty() && slug.back() == '-') slug.pop_back();
  return slug;
}

// Fills placeholders in the texts of one clause and remembers the first field that is unset.
class Sentences {
 public:
  Sentences(const Input& input, const PolicyClause& row, const Policy* policy, std::vector<Element> elements,
            const Element* item)
      : input_(input), row_(row), policy_(policy), elements_(std::move(elements)), item_(item) {}

  std::string Fill(absl::string_view text) {
    std::string filled;
    while (true) {
      const size_t open = text.find('{');
      const size_t close = open == absl::string_view::npos ? open : text.find('}', open);
      if (close == absl::string_view::npos) return absl::StrCat(filled, text);
      absl::StrAppend(&filled, text.substr(0, open), Resolve(text.substr(open + 1, close - open - 1)));
      text.remove_prefix(close + 1);
    }
  }

  std::string Actor() const {
    std::vector<int> kinds(row_.actors().begin(), row_.actors().end());
    const model::v1::Role* role = FindRole(input_.model, kinds);
    return role == nullptr || role->holder().empty() ? Owner() : role->title();
  }

  const std::string& missing() const { return missing_; }
  const std::vector<Element>& elements() const { return elements_; }

  // The question of the missing field: its own, else the clause's.
  std::string Question() const {
    const auto* field = FieldAt(*input_.model.proto().GetDescriptor(), missing_);
    const bool own = field != nullptr && !model::RuleOf(*field).ask().empty();
    return own && row_.question().empty() ? model::RuleOf(*field).ask() : row_.question();
  }

 private:
  std::string Resolve(absl::string_view name) {
    if (absl::ConsumePrefix(&name, "every:")) return Every(name);
    if (absl::ConsumePrefix(&name, "within:")) return Within(name);
    if (name == "elements") return List(Labels(elements_));
    if (name == "elements_data") return ByData(elements_);
    if (name == "data") return DataNames(AllData(elements_));
    if (name == "details") return Details(input_, elements_, row_.binds());
    if (absl::ConsumePrefix(&name, "count:")) {
      const size_t bar = name.find('|');
      return Count(static_cast<int64_t>(elements_.size()), name.substr(0, bar), name.substr(bar + 1));
    }
    if (name == "access_roles") return AccessRoles(input_.model, AllData(elements_));
    if (name == "system") return input_.model.proto().name();
    if (name == "organization") return input_.model.proto().organization().name();
    if (name == "owner") return Owner();
    if (name == "approver") return Approver();
    if (name == "actor") return Actor();
    if (name == "review") return Review();
    return Join(Values(name));
  }

  std::vector<Value> Values(absl::string_view path) {
    absl::string_view rest = path;
    const bool of_item = absl::ConsumePrefix(&rest, "item.");
    const google::protobuf::Message* root = of_item ? item_->message : &input_.model.proto();
    std::vector<Value> values = ValuesAt(input_.model, *root, rest);
    if (values.empty() && missing_.empty()) missing_ = std::string(path);
    return values;
  }

  static std::string Join(const std::vector<Value>& values) {
    std::vector<std::string> labels;
    for (const Value& value : values) labels.push_back(value.label);
    return List(labels);
  }

  // "every 90 days"; "every day" for one.
  std::string Every(absl::string_view path) {
    const std::vector<Value> values = Values(path);
    if (values.empty()) return "";
    const std::string& label = values[0].label;
    return absl::StrCat("every ", values[0].number == 1 ? label.substr(label.find(' ') + 1) : label);
  }

  std::string Within(absl::string_view path) {
    const std::vector<Value> values = Values(path);
    if (values.empty()) return "";
    return values[0].number == 0 ? "immediately" : absl::StrCat("within ", values[0].label);
  }

  std::string Owner() const {
    if (policy_ != nullptr) return RoleTitle(input_.model, policy_->owner());
    const model::v1::Role* role = FallbackRole(input_.model);
    return role == nullptr ? "" : role->title();
  }

  std::string Approver() const { return policy_ == nullptr ? Owner() : RoleTitle(input_.model, policy_->approver()); }

  // Policies without an interval are reviewed each year: the longest that PCI DSS 12.1.2 and GV.PO-02 leave room for.
  std::string Review() const {
    const int months =
        policy_ != nullptr && policy_->has_review_interval_months() ? policy_->review_interval_months() : 12;
    return absl::StrCat("every ", Months(months));
  }

  const Input& input_;
  const PolicyClause& row_;
  const Policy* policy_;
  std::vector<Element> elements_;
  const Element* item_;
  std::string missing_;
};

// "ledger-db (Payments engineering: backup immutable no)": the element, who owns it, and the fact that decided.
std::string WithFact(const Input& input, const Element& element, const AttributeMatch& match) {
  const std::string value = DetailOf(input, element, match.attribute());
  const std::string name = absl::StrReplaceAll(match.attribute(), {{".", " "}, {"_", " "}, {"$", ""}});
  return absl::StrCat(element.label, " (", element.owner, element.owner.empty() ? "" : ": ", name, " ",
                      value.empty() ? "not declared" : value, ")");
}

// Elements that do not keep the clause today, and those of which nothing is known.
void JudgeElements(const Input& input, const knowledge::v1::ElementSelector& selector,
                   const std::vector<Element>& elements, Clause& clause) {
  if (!selector.met().empty()) clause.judged += static_cast<int>(elements.size());
  for (const Element& element : elements) {
    Truth truth = Truth::kYes;
    const AttributeMatch* decisive = nullptr;
    for (const AttributeMatch& match : selector.met()) {
      const Truth each = Matches(input, element, match);
      if (each >= truth) continue;
      truth = each;
      decisive = &match;
    }
    if (truth == Truth::kNo) clause.not_met.push_back(WithFact(input, element, *decisive));
    if (truth == Truth::kUnknown) clause.not_known.push_back(WithFact(input, element, *decisive));
  }
}

// Whether the conditions hold. Unset: the clause waits for the field; a parameter declared "no": it is declined.
// nullopt: the clause does not apply.
std::optional<ClauseState> StateOf(const Input& input, const PolicyClause& row, std::string& field) {
  if (!row.frameworks().empty() && std::none_of(row.frameworks().begin(), row.frameworks().end(),
                                                [&](const std::string& id) { return Applies(input.facts, id); })) {
    return std::nullopt;
  }
  for (const AttributeMatch& match : row.when()) {
    const Truth truth = Matches(input, match);
    if (truth == Truth::kYes) continue;
    const auto* declared = FieldAt(*input.model.proto().GetDescriptor(), match.attribute());
    if (declared == nullptr || declared->enum_type() != model::v1::Tristate_descriptor()) return std::nullopt;
    field = match.attribute();
    return truth == Truth::kNo ? ClauseState::kDeclined : ClauseState::kWaiting;
  }
  return ClauseState::kInForce;
}

std::string AskFor(const PolicyClause& row, const std::string& path) {
  const auto* field = FieldAt(*model::v1::SystemModel::descriptor(), path);
  return field != nullptr && row.question().empty() ? model::RuleOf(*field).ask() : row.question();
}

// What one framework asks of an element does not serve another law or contract.
void KeepReferencesOf(const std::string& framework, std::vector<std::string>& references) {
  if (framework.empty()) return;
  const auto other = [&](const std::string& reference) {
    const std::string id = reference.substr(0, reference.find(':'));
    const knowledge::v1::Framework* found = knowledge::FindFramework(id);
    return id != framework && found != nullptr && found->kind() != knowledge::v1::FRAMEWORK_KIND_VOLUNTARY;
  };
  references.erase(std::remove_if(references.begin(), references.end(), other), references.end());
}

// Takes out the references that ask for more than the model declares.
void DropTooWeak(const Input& input, const PolicyClause& row, Clause& clause) {
  for (const knowledge::v1::ReferenceLimit& limit : row.limits()) {
    if (Matches(input, limit.needs()) != Truth::kNo) continue;
    const auto found = std::find(clause.references.begin(), clause.references.end(), limit.reference());
    if (found == clause.references.end()) continue;
    clause.references.erase(found);
    clause.too_weak.push_back(&limit);
  }
}

Clause MakeClause(const Input& input, ReferenceFilter& binding, const PolicyClause& row, const Policy* policy,
                  std::vector<Element> elements, const Element* item) {
  Clause clause;
  clause.row = &row;
  clause.id = item == nullptr ? row.id() : absl::StrCat(row.id(), "-", Slug(item->label));
  clause.title = item == nullptr ? row.title() : absl::StrCat(row.title(), " ", item->label);
  clause.elements = Labels(elements);
  JudgeElements(input, row.binds(), elements, clause);
  if (row.has_shown_on()) JudgeElements(input, row.shown_on(), Select(input, row.shown_on()), clause);
  Sentences sentences(input, row, policy, std::move(elements), item);
  clause.actor = sentences.Actor();
  clause.requirement = sentences.Fill(row.requirement());
  clause.because = sentences.Fill(row.because());
  clause.evidence = sentences.Fill(row.evidence());
  clause.cadence = sentences.Fill(row.cadence());
  clause.references = binding.Applicable(row.references());
  DropTooWeak(input, row, clause);
  if (item != nullptr) KeepReferencesOf(DetailOf(input, *item, "framework"), clause.references);
  if (!sentences.missing().empty()) {
    clause.state = ClauseState::kWaiting;
    clause.missing_field = sentences.missing();
    clause.question = sentences.Question();
  }
  return clause;
}

}  // namespace

std::vector<Clause> ClausesOf(const Input& input, model::v1::PolicyArea area, const Policy* policy) {
  std::vector<Clause> clauses;
  ReferenceFilter binding(input);
  for (const PolicyClause& row : knowledge::PolicyClauses().clauses()) {
    if (row.area() != area) continue;
    std::string field;
    const std::optional<ClauseState> state = StateOf(input, row, field);
    if (!state.has_value()) continue;
    std::vector<Element> elements = row.has_binds() ? Select(input, row.binds()) : std::vector<Element>();
    if (row.has_binds() && elements.empty()) continue;
    if (row.each()) {
      for (const Element& item : elements) clauses.push_back(MakeClause(input, binding, row, policy, {item}, &item));
      continue;
    }
    Clause clause = MakeClause(input, binding, row, policy, std::move(elements), nullptr);
    if (*state != ClauseState::kInForce) {
      clause.state = *state;
      clause.not_met.clear();  // nobody breaks what is not in force
      clause.not_known.clear();
      clause.missing_field = field;
      clause.question = AskFor(row, field);
    }
    clauses.push_back(std::move(clause));
  }
  return clauses;
}

std::string Controls(const std::vector<std::string>& references) {
  std::vector<std::pair<std::string, std::vector<std::string>>> by_framework;
  for (const std::string& reference : references) {
    const std::string label = knowledge::ReferenceLabel(reference);
    const knowledge::v1::Requirement* requirement = knowledge::FindRequirement(reference);
    const size_t name_end = label.size() - (requirement == nullptr ? 0 : requirement->id().size());
    const std::string name = label.substr(0, name_end);
    const auto same =
        std::find_if(by_framework.begin(), by_framework.end(), [&](const auto& f) { return f.first == name; });
    if (same == by_framework.end()) {
      by_framework.push_back({name, {label.substr(name_end)}});
    } else {
      same->second.push_back(label.substr(name_end));
    }
  }
  std::vector<std::string> parts;
  for (const auto& [name, ids] : by_framework) parts.push_back(absl::StrCat(name, absl::StrJoin(ids, ", ")));
  return absl::StrJoin(parts, "; ");
}

std::vector<std::string> Placeholders(absl::string_view text) {
  std::vector<std::string> names;
  for (size_t open = text.find('{'); open != absl::string_view::npos; open = text.find('{', open + 1)) {
    const size_t close = text.find('}', open);
    if (close == absl::string_view::npos) break;
    names.emplace_back(text.substr(open + 1, close - open - 1));
  }
  return names;
}

}  // namespace metapowers::commands
