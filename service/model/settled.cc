#include "service/model/settled.h"

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>

#include "absl/functional/function_ref.h"
#include "absl/strings/str_cat.h"
#include "service/model/import_assumptions.h"
#include "service/model/import_mark.h"
#include "service/model/placeholder.h"
#include "service/model/schema.h"
#include "service/model/text_render.h"

namespace metapowers::model {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

namespace {

// Lists that an import gives a placeholder, and the assumption that tells of it.
struct Stand {
  const char* list;
  const char* assumption;
};
constexpr Stand kStands[] = {
    {"teams", "import-accountable-team"},
    {"regions", "import-regions"},
    {"data_classes", "import-data-classes"},
    {"zones", "import-zones"},
};

// Assumptions that are about a field of the model as a whole.
constexpr std::pair<const char*, const char*> kSubjects[] = {
    {"import-name", "name"},   {"import-description", "description"},
    {"import-date", "as_of"},  {"import-organisation", "organization.name"},
    {"import-roles", "roles"},
};

const FieldDescriptor* RootField(absl::string_view name) {
  return v1::SystemModel::descriptor()->FindFieldByName(std::string(name));
}

class Settler {
 public:
  Settler(const v1::SystemModel& standing, std::vector<TextEdit>& edits, std::deque<std::unique_ptr<Message>>& made)
      : standing_(standing), edits_(edits), made_(made), after_(standing) {
    for (const TextEdit& edit : edits) {
      ApplyEdit(edit, after_);
      Note(edit.path);
    }
  }

  void Settle() && {
    FindGone();
    const bool names_team = IsPlaceholderId(standing_.owner_team()) && !IsPlaceholderId(after_.owner_team());
    if (names_team) NameTeam();
    if (PlaceholderIn("teams") && !Referred("teams")) gone_.insert("teams");
    for (const std::string& list : gone_) TakeOut(list);
    SettleAssumptions();
  }

 private:
  // What an answer is about, in the three ways in which assumptions name it.
  void Note(const std::vector<ValueStep>& path) {
    std::string plain;
    for (const ValueStep& step : path) {
      absl::StrAppend(&plain, plain.empty() ? "" : ".", step.field->name());
      answered_.insert(plain);
    }
    const ValueStep& first = path.front();
    if (first.index < 0) return;
    const auto& list = *after_.GetReflection();
    const std::string id = IdOf(list.GetRepeatedMessage(after_, first.field, first.index));
    const FieldDescriptor& last = *path.back().field;
    elements_[plain].insert(id);
    elements_[absl::StrCat(last.containing_type()->name(), ".", last.name())].insert(id);
  }

  // The position of a placeholder that has something beside it.
  std::optional<int> PlaceholderIn(const std::string& list) const {
    const std::vector<const Message*> entries = MessagesIn(after_, *RootField(list));
    for (size_t i = 0; i < entries.size() && entries.size() > 1; ++i) {
      if (IsPlaceholderId(IdOf(*entries[i]))) return static_cast<int>(i);
    }
    return std::nullopt;
  }

  void FindGone() {
    for (const Stand& stand : kStands) {
      const std::string list = stand.list;
      if (list != "teams" && PlaceholderIn(list) && !Referred(list)) gone_.insert(list);
    }
  }

  // Whether anything that stays names the placeholder of a list.
  bool Referred(const std::string& list) const {
    if (!PlaceholderIn(list)) return false;
    const Message& entry = after_.GetReflection()->GetRepeatedMessage(after_, RootField(list), *PlaceholderIn(list));
    const std::string& collection = CollectionOf(*entry.GetDescriptor());
    bool referred = false;
    ForEachReference(collection, IdOf(entry), [&](const std::vector<ValueStep>&, const Message&) { referred = true; });
    return referred;
  }

  using Visit = absl::FunctionRef<void(const std::vector<ValueStep>& path, const Message& holder)>;

  void ForEachReference(const std::string& collection, const std::string& id, Visit visit) const {
    std::vector<ValueStep> path;
    Walk(after_, collection, id, path, visit);
  }

  void Walk(const Message& message, const std::string& collection, const std::string& id, std::vector<ValueStep>& path,
            Visit visit) const {
    std::vector<const FieldDescriptor*> set;
    message.GetReflection()->ListFields(message, &set);
    for (const FieldDescriptor* field : set) {
      const std::vector<const Message*> parts = field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE
                                                    ? MessagesIn(message, *field)
                                                    : std::vector<const Message*>();
      for (size_t i = 0; i < parts.size(); ++i) {
        if (path.empty() && gone_.count(field->name()) > 0 && IsPlaceholderId(IdOf(*parts[i]))) continue;
        path.push_back({field, field->is_repeated() ? static_cast<int>(i) : -1});
        Walk(*parts[i], collection, id, path, visit);
        path.pop_back();
      }
      if (RuleOf(*field).refers_to() != collection) continue;
      const int size = field->is_repeated() ? message.GetReflection()->FieldSize(message, field) : 1;
      for (int i = 0; i < size; ++i) {
        if (StringAt(message, *field, field->is_repeated() ? i : -1) != id) continue;
        path.push_back({field, -1});
        visit(path, message);
        path.pop_back();
        break;
      }
    }
  }

  // Puts the accountable team in the place of its placeholder.
  void NameTeam() {
    const std::string old = standing_.owner_team();
    std::vector<TextEdit> named;
    ForEachReference("teams", old, [&](const std::vector<ValueStep>& path, const Message& holder) {
      const FieldDescriptor& field = *path.back().field;
      Message& part = *made_.emplace_back(holder.New());
      part.CopyFrom(holder);
      const auto& reflection = *part.GetReflection();
      for (int i = 0; field.is_repeated() && i < reflection.FieldSize(part, &field); ++i) {
        if (StringAt(part, field, i) == old) reflection.SetRepeatedString(&part, &field, i, after_.owner_team());
      }
      if (!field.is_repeated()) reflection.SetString(&part, &field, after_.owner_team());
      TextEdit edit{path, &part, {}};
      const bool of_assumption = path.front().field->name() == "assumptions";
      if (!of_assumption) edit.marks[""] = AssumedMark("no file names a team, and this one is accountable");
      named.push_back(std::move(edit));
    });
    for (TextEdit& edit : named) {
      ApplyEdit(edit, after_);
      // What is answered in the same breath has its place already.
      if (edit.path.front().field->name() != "assumptions") Merge(std::move(edit));
    }
  }

  // Adds the edit, which `after_` has already; into an entry that is declared now, by declaring it so.
  void Merge(TextEdit edit) {
    const ValueStep first = edit.path.front();
    const auto& list = *after_.GetReflection();
    if (first.index < 0 || first.index < list.FieldSize(standing_, first.field)) return Push(std::move(edit));
    for (TextEdit& declared : edits_) {
      if (declared.path.size() != 1 || !IsSame(declared.path, {first})) continue;
      made_.emplace_back(declared.from->New())->CopyFrom(list.GetRepeatedMessage(after_, first.field, first.index));
      declared.from = made_.back().get();
    }
  }

  static bool IsSame(const std::vector<ValueStep>& a, const std::vector<ValueStep>& b) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](const ValueStep& one, const ValueStep& other) {
      return one.field == other.field && one.index == other.index;
    });
  }

  // Adds the edit unless people answered its field.
  void Push(TextEdit edit) {
    const auto same = [&](const TextEdit& each) { return IsSame(each.path, edit.path); };
    if (std::none_of(edits_.begin(), edits_.end(), same)) edits_.push_back(std::move(edit));
  }

  void TakeOut(const std::string& list) { edits_.push_back({{{RootField(list), *PlaceholderIn(list)}}, nullptr, {}}); }

  void SettleAssumptions() {
    for (int i = 0; i < standing_.assumptions_size(); ++i) {
      const v1::Assumption& before = standing_.assumptions(i);
      std::unique_ptr<v1::Assumption> left(new v1::Assumption(after_.assumptions(i)));
      const std::vector<ValueStep> path = {{RootField("assumptions"), i}};
      if (!IsImportAssumption(before.id()) || StillStands(*left)) {
        for (const char* field : {"statement", "components", "owner_team"}) Change(path, before, *left, field);
        made_.push_back(std::move(left));
      } else {
        edits_.push_back({path, nullptr, {}});
      }
    }
  }

  void Change(std::vector<ValueStep> path, const v1::Assumption& before, const v1::Assumption& left, const char* name) {
    const FieldDescriptor* field = v1::Assumption::descriptor()->FindFieldByName(name);
    path.push_back({field, -1});
    const bool same = field->is_repeated() ? before.components_size() == left.components_size()
                                           : StringAt(before, *field, -1) == StringAt(left, *field, -1);
    if (same) return;
    Push({std::move(path), IsSet(left, *field) ? &left : nullptr, {}});
  }

  // Whether something of it is not answered; leaves only that.
  bool StillStands(v1::Assumption& assumption) const {
    for (const auto& [id, subject] : kSubjects) {
      if (assumption.id() == id) return answered_.count(subject) == 0;
    }
    for (const Stand& stand : kStands) {
      if (assumption.id() != stand.assumption) continue;
      const bool answered = std::string(stand.list) == "teams" && answered_.count("owner_team") > 0;
      return gone_.count(stand.list) == 0 && !answered;
    }
    std::optional<AssumedField> assumed = ReadStatement(assumption.statement());
    const auto answered = assumed.has_value() ? elements_.find(assumed->field) : elements_.end();
    if (answered == elements_.end()) return true;
    for (const std::string& id : answered->second) {
      if (assumed->elements.erase(id) == 0 && assumed->more > 0 && Names(assumption, id)) --assumed->more;
    }
    assumption.set_statement(StatementOf(*assumed));
    auto& components = *assumption.mutable_components();
    components.erase(std::remove_if(components.begin(), components.end(),
                                    [&](const std::string& id) { return answered->second.count(id) > 0; }),
                     components.end());
    return !assumed->elements.empty() || assumed->more > 0;
  }

  static bool Names(const v1::Assumption& assumption, const std::string& id) {
    return std::find(assumption.components().begin(), assumption.components().end(), id) !=
           assumption.components().end();
  }

  const v1::SystemModel& standing_;
  std::vector<TextEdit>& edits_;
  std::deque<std::unique_ptr<Message>>& made_;
  v1::SystemModel after_;
  std::set<std::string> answered_;                         // fields, without entries of lists
  std::map<std::string, std::set<std::string>> elements_;  // the same and `Component.kind` -> ids of elements
  std::set<std::string> gone_;                             // lists whose placeholder goes
};

}  // namespace

void ApplyEdit(const TextEdit& edit, Message& message) {
  Message* at = &message;
  for (size_t i = 0; i < edit.path.size(); ++i) {
    const ValueStep& step = edit.path[i];
    const auto& reflection = *at->GetReflection();
    const bool last = i + 1 == edit.path.size();
    if (last && step.index < 0) {
      reflection.ClearField(at, step.field);
      CopyField(*edit.from, *step.field, *at);
      return;
    }
    at = step.index < 0 ? reflection.MutableMessage(at, step.field)
         : step.index < reflection.FieldSize(*at, step.field)
             ? reflection.MutableRepeatedMessage(at, step.field, step.index)
             : reflection.AddMessage(at, step.field);
    if (last) at->CopyFrom(*edit.from);
  }
}

void Settle(const v1::SystemModel& standing, std::vector<TextEdit>& edits, std::deque<std::unique_ptr<Message>>& made) {
  Settler(standing, edits, made).Settle();
}

}  // namespace metapowers::model
