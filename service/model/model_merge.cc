#include "service/model/model_merge.h"

#include <algorithm>
#include <cstddef>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/strip.h"
#include "service/base/status_macros.h"
#include "service/model/canonical.h"
#include "service/model/dangling.h"
#include "service/model/faults.h"
#include "service/model/import_assumptions.h"
#include "service/model/ordered_model.h"
#include "service/model/schema.h"
#include "service/model/text_edit.h"
#include "service/model/validate.h"
#include "service/model/yaml_reader.h"
#include "service/model/yaml_scalar.h"

namespace metapowers::model {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

namespace {

constexpr absl::string_view kFile = "system-model.yaml";

// The model's own date, unless files have something that is later, which a model cannot; and the end of assumptions,
// which is counted from it.
bool IsPeoples(const Difference& change, const v1::SystemModel& standing) {
  return (change.path == "as_of" && change.after <= standing.as_of()) ||
         (absl::StartsWith(change.path, "assumptions[") && absl::EndsWith(change.path, ".valid_until"));
}

// What changes when only lines of the files move, or the files are others of the same meaning: where something is
// declared, and of which elements an import assumes what it assumes.
bool IsProvenance(const Difference& change) {
  const FieldDescriptor& last = *change.steps.back().field;
  if (RuleOf(last).place()) return true;
  return change.steps.size() == 2 && change.steps.front().field->name() == "assumptions" &&
         IsImportAssumption(change.steps.front().key) && (last.name() == "statement" || last.name() == "components");
}

// A change that is to be made, and its edit.
struct Planned {
  size_t change;  // position in the merge's changes
  TextEdit edit;
};

class Merge {
 public:
  Merge(absl::string_view text, const v1::SystemModel& ours, const std::map<std::string, std::string>& marks)
      : text_(text), ours_(ours), marks_(marks) {}

  void Add(const Difference& difference) {
    MergedChange change{
        difference.path,    difference.kind, difference.before, difference.after, "", MergedChange::Outcome::kApplied,
        InWords(difference)};
    changes_.push_back(std::move(change));
    quiet_.push_back(IsProvenance(difference));
    steps_.push_back(difference.steps);
    Plan(difference);
  }

  // Applies what was planned, without what would leave a reference to nothing.
  absl::StatusOr<ModelMerge> Finish() && {
    if (!AnythingChanged()) return ModelMerge{std::string(text_), Told()};
    for (;;) {
      std::vector<TextEdit> edits;
      for (const Planned& planned : planned_) edits.push_back(planned.edit);
      ASSIGN_OR_RETURN(std::string yaml, EditText(text_, ours_, edits));
      v1::SystemModel result;
      SourceMap map;
      Faults faults;
      if (!ReadYaml(yaml, result, map, faults)) return faults.ToStatus(kFile);
      if (!GiveUpFor(FindDangling(result, map), result)) {
        RETURN_IF_ERROR(CheckInOrder(result, map, kFile, std::move(faults)));
        if (!AnythingChanged()) return ModelMerge{std::string(text_), Told()};
        return ModelMerge{RefreshMarks(yaml, result, marks_), Told()};
      }
    }
  }

 private:
  // Whether something of meaning comes into the text.
  bool AnythingChanged() const {
    return std::any_of(planned_.begin(), planned_.end(), [this](const Planned& each) { return !quiet_[each.change]; });
  }

  // The changes that people are told.
  std::vector<MergedChange> Told() {
    std::vector<MergedChange> told;
    for (size_t i = 0; i < changes_.size(); ++i) {
      if (!quiet_[i]) told.push_back(std::move(changes_[i]));
    }
    return told;
  }

  void Conflict(std::string kept, absl::string_view why) { MakeConflict(changes_.back(), std::move(kept), why); }
  static void MakeConflict(MergedChange& change, std::string kept, absl::string_view why) {
    change.outcome = MergedChange::Outcome::kConflict;
    change.kept = std::move(kept);
    absl::StrAppend(&change.text, ", which was not taken over: ", why);
  }
  void Present() { changes_.back().outcome = MergedChange::Outcome::kPresent; }

  void Plan(const Difference& difference) {
    const Message* holder = &ours_;
    std::vector<ValueStep> path;
    for (size_t i = 0; i + 1 < difference.steps.size(); ++i) {
      const Difference::Step& step = difference.steps[i];
      int index = -1;
      if (step.entry && (index = finder_.Find(*holder, *step.field, step.key)) < 0) {
        return difference.kind == Difference::Kind::kRemoved ? Present() : Conflict("", "people took the entry out");
      }
      holder = step.entry ? &holder->GetReflection()->GetRepeatedMessage(*holder, step.field, index)
                          : &holder->GetReflection()->GetMessage(*holder, step.field);
      path.push_back({step.field, index});
    }
    const Difference::Step& last = difference.steps.back();
    path.push_back({last.field, -1});
    last.entry ? PlanEntry(difference, *holder, std::move(path)) : PlanField(difference, *holder, std::move(path));
  }

  void PlanEntry(const Difference& difference, const Message& holder, std::vector<ValueStep> path) {
    const FieldDescriptor& list = *path.back().field;
    const int index = EntryIn(holder, list, difference);
    const Message* standing = index < 0 ? nullptr : &holder.GetReflection()->GetRepeatedMessage(holder, &list, index);
    if (difference.in_after == nullptr) {
      if (standing == nullptr) return Present();
      if (!SaysTheSame(*standing, *difference.in_before)) return Conflict(FlowOf(*standing), "people changed it");
      path.back().index = index;
      return Take(std::move(path), nullptr);
    }
    if (standing != nullptr) {
      return SaysTheSame(*standing, *difference.in_after)
                 ? Present()
                 : Conflict(FlowOf(*standing), "people have an entry of that name");
    }
    path.back().index = holder.GetReflection()->FieldSize(holder, &list);
    Take(std::move(path), Renamed(*difference.in_after));
  }

  void PlanField(const Difference& difference, const Message& holder, std::vector<ValueStep> path) {
    const FieldDescriptor& field = *path.back().field;
    const std::string standing = IsSet(holder, field) ? FlowOf(holder, field) : "";
    if (standing == difference.after) return Present();
    if (field.is_repeated() && !RuleOf(field).ordered() && field.cpp_type() == FieldDescriptor::CPPTYPE_STRING) {
      return PlanWords(difference, holder, std::move(path));
    }
    if (standing != difference.before) {
      if (const Message* said = MergedStatement(difference, holder)) return Take(std::move(path), said);
      return Conflict(standing, standing.empty() ? "people took it out" : absl::StrCat("people wrote ", standing));
    }
    Take(std::move(path), difference.after.empty() ? nullptr : Renamed(*difference.in_after));
  }

  // The statement of an import without the elements that people have answered for; nullptr where it is none.
  const Message* MergedStatement(const Difference& difference, const Message& holder) {
    if (!quiet_.back() || difference.in_before == nullptr || difference.in_after == nullptr) return nullptr;
    const auto said = [&](const Message& message) {
      return ReadStatement(StringAt(message, *difference.steps.back().field, -1));
    };
    if (difference.steps.back().field->name() != "statement") return nullptr;
    const auto before = said(*difference.in_before);
    const auto standing = said(holder);
    auto after = said(*difference.in_after);
    if (!before.has_value() || !standing.has_value() || !after.has_value()) return nullptr;
    for (const std::string& id : before->elements) {
      if (standing->elements.count(id) == 0) after->elements.erase(id);
    }
    if (after->elements.empty() && after->more == 0) return nullptr;
    std::unique_ptr<Message> merged(holder.New());
    merged->CopyFrom(holder);
    merged->GetReflection()->SetString(merged.get(), difference.steps.back().field, StatementOf(*after));
    made_.push_back(std::move(merged));
    return made_.back().get();
  }

  // Words that came and went, in what people made of the list.
  void PlanWords(const Difference& difference, const Message& holder, std::vector<ValueStep> path) {
    const FieldDescriptor& field = *path.back().field;
    const std::set<std::string> before = WordsOf(difference.in_before, field);
    const Message* after_message = difference.in_after == nullptr ? nullptr : Renamed(*difference.in_after);
    const std::set<std::string> after = WordsOf(after_message, field);
    std::unique_ptr<Message> merged(holder.New());
    std::set<std::string> have;
    for (int i = 0; i < holder.GetReflection()->FieldSize(holder, &field); ++i) {
      const std::string word = StringAt(holder, field, i);
      if ((before.count(word) > 0 && after.count(word) == 0) || !have.insert(word).second) continue;
      merged->GetReflection()->AddString(merged.get(), &field, word);
    }
    for (const std::string& word : after) {
      if (before.count(word) > 0 || !have.insert(word).second) continue;
      merged->GetReflection()->AddString(merged.get(), &field, word);
    }
    if (FlowOf(*merged, field) == FlowOf(holder, field)) return Present();
    made_.push_back(std::move(merged));
    Take(std::move(path), have.empty() ? nullptr : made_.back().get());
  }

  static std::set<std::string> WordsOf(const Message* message, const FieldDescriptor& field) {
    std::set<std::string> words;
    for (int i = 0; message != nullptr && i < message->GetReflection()->FieldSize(*message, &field); ++i) {
      words.insert(StringAt(*message, field, i));
    }
    return words;
  }

  void Take(std::vector<ValueStep> path, const Message* from) {
    Planned planned{changes_.size() - 1, {std::move(path), from, {}}};
    const std::string& at = changes_.back().path;
    for (auto mark = marks_.lower_bound(at); from != nullptr && mark != marks_.end(); ++mark) {
      absl::string_view below = mark->first;
      if (!absl::ConsumePrefix(&below, at)) break;
      if (below.empty() || below.front() == '[' || absl::ConsumePrefix(&below, ".")) {
        planned.edit.marks[std::string(below)] = mark->second;
      }
    }
    planned_.push_back(std::move(planned));
  }

  int EntryIn(const Message& holder, const FieldDescriptor& list, const Difference& difference) {
    if (!difference.steps.back().key.empty()) return finder_.Find(holder, list, difference.steps.back().key);
    // Nothing tells entries apart but what they say.
    const Message& said = difference.in_after != nullptr ? *difference.in_after : *difference.in_before;
    const std::vector<const Message*> entries = MessagesIn(holder, list);
    for (size_t i = 0; i < entries.size(); ++i) {
      if (SaysTheSame(*entries[i], said)) return static_cast<int>(i);
    }
    return -1;
  }

  static bool SaysTheSame(const Message& a, const Message& b) { return Differences(a, b).empty(); }

  // A message of theirs with the ids that people gave to what it refers to; kept for the edits.
  const Message* Renamed(const Message& message) {
    if (names_ == std::nullopt) {
      names_.emplace();
      CollectNames(ours_);
    }
    if (names_->empty()) return &message;
    made_.emplace_back(message.New());
    made_.back()->CopyFrom(message);
    Rename(*made_.back());
    return made_.back().get();
  }

  void CollectNames(const Message& message) {
    const auto& type = *message.GetDescriptor();
    const FieldDescriptor* earlier = type.FindFieldByName("renamed_from");
    for (int i = 0; earlier != nullptr && i < message.GetReflection()->FieldSize(message, earlier); ++i) {
      names_->insert({{CollectionOf(type), StringAt(message, *earlier, i)}, IdOf(message)});
    }
    for (int i = 0; i < type.field_count(); ++i) {
      for (const Message* inner : MessagesIn(message, *type.field(i))) CollectNames(*inner);
    }
  }

  void Rename(Message& message) const {
    std::vector<const FieldDescriptor*> set;
    const auto& reflection = *message.GetReflection();
    reflection.ListFields(message, &set);
    const auto renamed = [this](const FieldDescriptor& field, const std::string& id) {
      const auto found = names_->find({RuleOf(field).refers_to(), id});
      return found == names_->end() ? id : found->second;
    };
    for (const FieldDescriptor* field : set) {
      const int size = field->is_repeated() ? reflection.FieldSize(message, field) : 1;
      for (int i = 0; i < size; ++i) {
        if (field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE) {
          Rename(field->is_repeated() ? *reflection.MutableRepeatedMessage(&message, field, i)
                                      : *reflection.MutableMessage(&message, field));
        } else if (!RuleOf(*field).refers_to().empty() && field->is_repeated()) {
          reflection.SetRepeatedString(&message, field, i, renamed(*field, StringAt(message, *field, i)));
        } else if (!RuleOf(*field).refers_to().empty()) {
          reflection.SetString(&message, field, renamed(*field, StringAt(message, *field, -1)));
        }
      }
    }
  }

  // Drops the changes that took out what is referred to, or else those that brought the references. False when there
  // is none.
  bool GiveUpFor(const std::vector<Dangling>& all, const v1::SystemModel& result) {
    EntryFinder in_result;
    std::map<size_t, std::pair<std::string, std::string>> given;  // position in planned_ -> why, and what is kept
    for (const Dangling& dangling : all) {
      const auto took_out = std::find_if(planned_.begin(), planned_.end(),
                                         [&](const Planned& planned) { return TookOut(planned, dangling); });
      if (took_out != planned_.end()) {
        given.try_emplace(static_cast<size_t>(took_out - planned_.begin()),
                          absl::StrCat(dangling.path, " still refers to it"), changes_[took_out->change].before);
        continue;
      }
      const auto brought = std::find_if(planned_.begin(), planned_.end(), [&](const Planned& planned) {
        return Brought(planned, dangling, result, in_result);
      });
      if (brought == planned_.end()) continue;
      given.try_emplace(static_cast<size_t>(brought - planned_.begin()),
                        absl::StrCat("it refers to '", dangling.id, "', which people took out"), "");
    }
    for (auto each = given.rbegin(); each != given.rend(); ++each) {
      GiveUp(each->first, each->second.first, each->second.second);
    }
    return !given.empty();
  }

  // Whether the change took out the element that is referred to, or an entry that has it.
  bool TookOut(const Planned& planned, const Dangling& dangling) const {
    if (planned.edit.from != nullptr || planned.edit.path.back().index < 0) return false;
    const Message* at = &ours_;
    for (const ValueStep& step : planned.edit.path) {
      at = step.index < 0 ? &at->GetReflection()->GetMessage(*at, step.field)
                          : &at->GetReflection()->GetRepeatedMessage(*at, step.field, step.index);
    }
    return Holds(*at, dangling);
  }

  // Whether the change wrote the reference: it is of the field that has it, or of an entry above.
  bool Brought(const Planned& planned, const Dangling& dangling, const v1::SystemModel& result,
               EntryFinder& in_result) const {
    if (planned.edit.from == nullptr) return false;
    const std::vector<Difference::Step>& steps = steps_[planned.change];
    const Difference::Step& last = steps.back();
    const Message* at = &result;
    for (size_t i = 0; i + 1 < steps.size(); ++i) {
      const FieldDescriptor* field = steps[i].field;
      const int index = steps[i].entry ? in_result.Find(*at, *field, steps[i].key) : -1;
      if (steps[i].entry && index < 0) return false;
      at = steps[i].entry ? &at->GetReflection()->GetRepeatedMessage(*at, field, index)
                          : &at->GetReflection()->GetMessage(*at, field);
    }
    const auto link = std::find_if(dangling.links.begin(), dangling.links.end(), [&](const Dangling::Link& each) {
      return each.holder == at && each.field == last.field;
    });
    if (link == dangling.links.end()) return false;
    if (!last.entry) return true;
    if (link->part == nullptr) return false;
    const int index = in_result.Find(*at, *last.field, last.key);
    return index < 0 ? SaysTheSame(*link->part, *planned.edit.from)
                     : link->part == &at->GetReflection()->GetRepeatedMessage(*at, last.field, index);
  }

  void GiveUp(size_t position, absl::string_view why, const std::string& kept) {
    MakeConflict(changes_[planned_[position].change], kept, why);
    planned_.erase(planned_.begin() + static_cast<std::ptrdiff_t>(position));
  }

  const absl::string_view text_;
  const v1::SystemModel& ours_;  // as the text has it
  const std::map<std::string, std::string>& marks_;
  std::vector<MergedChange> changes_;
  std::vector<bool> quiet_;                           // of each change: told to nobody
  std::vector<std::vector<Difference::Step>> steps_;  // of each change
  EntryFinder finder_;                                // in ours_
  std::vector<Planned> planned_;
  std::deque<std::unique_ptr<Message>> made_;                                        // what edits take values from
  std::optional<std::map<std::pair<std::string, std::string>, std::string>> names_;  // (collection, earlier id) -> id
};

}  // namespace

absl::StatusOr<ModelMerge> MergeModel(const Model& base, absl::string_view ours, const Model& theirs,
                                      const std::map<std::string, std::string>& marks) {
  v1::SystemModel standing;
  RETURN_IF_ERROR(ReadInOrder(ours, kFile, standing));
  Merge merge(ours, standing, marks);
  for (const Difference& difference : Differences(base.proto(), theirs.proto())) {
    if (!IsPeoples(difference, standing)) merge.Add(difference);
  }
  return std::move(merge).Finish();
}

}  // namespace metapowers::model
