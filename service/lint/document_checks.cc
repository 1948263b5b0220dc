// What every document must be: about this system, checkable, complete, open about what is not known, and reproducible.
#include <algorithm>
#include <map>
#include <set>

#include "absl/functional/function_ref.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "metapowers/v1/command.pb.h"
#include "service/base/error.h"
#include "service/base/status_macros.h"
#include "service/knowledge/lint_items.h"
#include "service/lint/agreement_checks.h"
#include "service/lint/checkers.h"
#include "service/lint/citations.h"
#include "service/lint/renamed_model.h"

namespace metapowers::lint {
namespace {

// The first fault of a model that is refused.
std::string FaultOf(const absl::Status& status) {
  const ErrorDetails details = DetailsOf(status);
  if (details.violations.empty()) return std::string(status.message());
  return absl::StrCat(details.violations.front().field, ": ", details.violations.front().description);
}

// Share of statements that must name something declared.
constexpr int kOwnLinesPercent = 60;

bool IsBody(const Line& line) { return line.kind == LineKind::kText || line.kind == LineKind::kTableRow; }

std::vector<const RunState*> RunCommands(const Check& check) {
  std::vector<const RunState*> run;
  for (const RunState& state : check.subject().commands) {
    if (state.run) run.push_back(&state);
  }
  return run;
}

// Lines of a text, each as often as it stands there.
std::multiset<std::string> LinesOf(absl::string_view text) {
  const std::vector<std::string> lines = absl::StrSplit(text, '\n');
  return {lines.begin(), lines.end()};
}

// Lines of `text` that `others` lacks.
std::vector<std::string> LinesBeyond(absl::string_view text, std::multiset<std::string> others) {
  std::vector<std::string> beyond;
  for (const absl::string_view line : absl::StrSplit(text, '\n')) {
    const auto found = others.find(std::string(line));
    if (found == others.end()) {
      beyond.emplace_back(line);
    } else {
      others.erase(found);
    }
  }
  return beyond;
}

// The statements of a section: rows, and lines of text with the indented ones below that go on with a list entry.
std::multiset<std::string> StatementsOf(const Section& section) {
  std::vector<std::string> statements;
  bool open = false;
  for (const Line& line : section.lines()) {
    const bool more = open && line.kind == LineKind::kText && absl::StartsWith(line.text, "  ");
    if (more) absl::StrAppend(&statements.back(), "\n", line.text);
    if (!more && IsBody(line)) statements.push_back(line.text);
    open = line.kind == LineKind::kText;
  }
  return {statements.begin(), statements.end()};
}

bool NamesAny(absl::string_view statement, const std::set<std::string>& names) {
  const std::string text = Plain(statement);
  return std::any_of(names.begin(), names.end(), [&text](const std::string& name) { return NamesId(text, name); });
}

// Questions of a typed result.
std::vector<const v1::Question*> QuestionsOf(const google::protobuf::Message& result) {
  std::vector<const v1::Question*> questions;
  const auto* field = result.GetDescriptor()->FindFieldByName("questions");
  if (field == nullptr || field->message_type() != v1::Question::descriptor() || !field->is_repeated())
    return questions;
  const google::protobuf::Reflection& reflection = *result.GetReflection();
  for (int i = 0; i < reflection.FieldSize(result, field); ++i) {
    questions.push_back(static_cast<const v1::Question*>(&reflection.GetRepeatedMessage(result, field, i)));
  }
  return questions;
}

// What the commands make of the model with a change.
absl::StatusOr<Subject::Remade> RemakeWith(const Check& check,
                                           absl::FunctionRef<void(model::v1::SystemModel& changed)> change) {
  ASSIGN_OR_RETURN(const auto model, Anew(check.subject().presumed->model(), change));
  return check.subject().remake(model);
}

// How many statements of a document or section are about this system.
struct Share {
  int body = 0;
  int own = 0;
  std::vector<std::pair<const RunState*, Share>> sections;  // of a document

  bool falls_short() const { return own * 100 < body * kOwnLinesPercent; }
  void Add(const RunState& state, const Share& section) {
    body += section.body;
    own += section.own;
    sections.emplace_back(&state, section);
  }
};

// Sections of a document that fall short, fewest statements of their own first.
std::vector<std::pair<const RunState*, Share>> ShortSections(const Share& document) {
  std::vector<std::pair<const RunState*, Share>> fewest;
  for (const auto& section : document.sections) {
    if (section.second.falls_short()) fewest.push_back(section);
  }
  std::stable_sort(fewest.begin(), fewest.end(), [](const auto& a, const auto& b) {
    return a.second.own * b.second.body < b.second.own * a.second.body;
  });
  return fewest;
}

// "; fewest in Compliance Map (2 of 25)"
std::string WhereFewest(const Share& document) {
  std::vector<std::string> named;
  for (const auto& [state, share] : ShortSections(document)) {
    named.push_back(absl::StrCat(state->spec->heading(), " (", share.own, " of ", share.body, ")"));
    if (named.size() == 3) break;
  }
  return absl::StrCat("; fewest in ", absl::StrJoin(named, ", "));
}

// What the sections that fall short ask; empty where they ask nothing.
std::string WhatToAnswer(const Check& check, const Share& document) {
  std::vector<std::string> fields;
  for (const auto& [state, share] : ShortSections(document)) {
    if (state->result == nullptr) continue;
    for (const v1::Question* question : QuestionsOf(*state->result)) {
      const bool known = std::find(fields.begin(), fields.end(), question->field()) != fields.end();
      if (!known && fields.size() < 3 && !question->field().empty()) fields.push_back(question->field());
    }
  }
  if (fields.empty()) return "";
  return absl::StrCat("answer what these sections ask, first of all ", absl::StrJoin(fields, ", "),
                      ": metapowers model questions ", check.subject().topic);
}

// A statement is about this system when the command makes another one for the renamed model; one that somebody has
// written, when it names something declared.
void CheckOwnLines(Check& check) {
  const absl::StatusOr<Subject::Remade> renamed =
      RemakeWith(check, [](model::v1::SystemModel& model) { model = Renamed(model); });
  if (!renamed.ok()) {
    check.NotApplicable(absl::StrCat("the model cannot be renamed as a whole: ", FaultOf(renamed.status())));
    return;
  }
  const std::set<std::string> names = DeclaredNames(check.model());
  std::map<std::string, Share> shares;  // by document
  for (const RunState* state : RunCommands(check)) {
    const auto other = renamed->find(state->spec->id());
    std::multiset<std::string> others =
        StatementsOf(Section(*state->spec, other == renamed->end() ? "" : other->second, 1));
    Share share;
    const std::multiset<std::string> made = StatementsOf(Section(*state->spec, state->made, 1));
    for (const std::string& statement : StatementsOf(state->committed)) {
      ++share.body;
      const auto same = others.find(statement);
      if (same != others.end()) {
        others.erase(same);
      } else if (made.count(statement) > 0 || NamesAny(statement, names)) {
        ++share.own;
      }
    }
    shares[state->spec->document()].Add(*state, share);
  }
  for (const auto& [document, share] : shares) {
    check.Look();
    if (!share.falls_short()) continue;
    check.FailDocument(document, 1,
                       absl::StrCat(share.own, " of ", share.body,
                                    " statements say something declared: ", share.own * 100 / std::max(share.body, 1),
                                    "%, wanted ", kOwnLinesPercent, "%", WhereFewest(share)),
                       WhatToAnswer(check, share));
  }
}

// The vague word in a line; nullptr when it has none.
const knowledge::v1::VagueWord* FindVague(absl::string_view text) {
  const std::string lower = absl::AsciiStrToLower(text);
  for (const knowledge::v1::VagueWord& word : knowledge::LintItems().vague_words()) {
    if (NamesId(lower, word.word())) return &word;
  }
  return nullptr;
}

void CheckWords(Check& check) {
  for (const RunState* state : RunCommands(check)) {
    for (const Line& line : state->committed.lines()) {
      if (!IsBody(line)) continue;
      check.Look();
      const knowledge::v1::VagueWord* vague = FindVague(WithoutPublishedNames(Plain(line.text)));
      if (vague == nullptr) continue;
      check.Fail(state->committed, line.number, vague->word(), absl::StrCat("says \"", vague->word(), "\""),
                 absl::StrCat("write ", vague->instead(), "; where the words come from the model, change them there"));
    }
  }
}

void CheckRequirements(Check& check) {
  for (const RunState* state : RunCommands(check)) {
    WantFilled(check, state->committed, {"Owner", "Due"});
    WantFilled(check, state->committed, {"Measure", "Verified by"});
    WantFilled(check, state->committed, {"Measure", "Verification"});
    WantFilled(check, state->committed, {"Requirement", "Evidence", "References"});
    WantFilled(check, state->committed, {"Requirement", "Applies to", "What", "Measure"});
  }
}

// Words of at least four letters, in lower case.
std::set<std::string> WordsOf(absl::string_view text) {
  std::set<std::string> words;
  for (const absl::string_view word : absl::StrSplit(text, absl::ByAnyChar(" ,.;:?()\"'"), absl::SkipEmpty())) {
    if (word.size() >= 4) words.insert(absl::AsciiStrToLower(word));
  }
  return words;
}

// Whether a line has the question, or three fifths of its words: sections may ask several in one sentence.
bool Asks(const Section& section, absl::string_view question) {
  const std::string plain = Plain(question);
  const std::set<std::string> words = WordsOf(plain);
  return std::any_of(section.lines().begin(), section.lines().end(), [&](const Line& line) {
    if (!IsBody(line)) return false;
    const std::string text = Plain(line.text);
    if (absl::StrContains(text, plain)) return true;
    const std::set<std::string> said = WordsOf(text);
    const auto found =
        std::count_if(words.begin(), words.end(), [&said](const auto& word) { return said.count(word) > 0; });
    return found * 5 >= static_cast<int>(words.size()) * 3;
  });
}

void CheckQuestions(Check& check) {
  std::set<std::string> unowned;
  for (const RunState* state : RunCommands(check)) {
    if (state->result == nullptr) continue;
    for (const v1::Question* question : QuestionsOf(*state->result)) {
      check.Look();
      if (!Asks(state->committed, question->text())) {
        check.Fail(state->committed, 0, question->field(), absl::StrCat("does not ask: ", question->text()),
                   absl::StrCat("metapowers run ", state->spec->id(), " ", check.subject().topic));
      }
      const bool answered_by = !question->owner().empty() || !question->owner_name().empty();
      if (!answered_by && unowned.insert(question->text()).second) {
        check.FailModel(question->field(), absl::StrCat("nobody can answer: ", question->text()));
      }
    }
  }
  for (const model::Question& question : check.subject().questions) {
    check.Look();
    if (question.owner.empty() && unowned.insert(question.text).second) {
      check.FailModel(question.field, absl::StrCat("nobody can answer: ", question.text));
    }
  }
}

// The first component of ours by id; nullptr without any.
const model::v1::Component* FirstOwnComponent(const model::v1::SystemModel& model) {
  for (const model::v1::Component& component : model.components()) {
    if (component.kind() != model::v1::COMPONENT_KIND_EXTERNAL_ENTITY && !component.name().empty()) return &component;
  }
  return nullptr;
}

// Sections must be the same but for the new name of one component.
void CheckOneChange(Check& check, const Subject::Remade& before) {
  const model::v1::Component* const component = FirstOwnComponent(check.model());
  if (component == nullptr) return;
  const std::string new_name = absl::StrCat(component->name(), " two");
  const absl::StatusOr<Subject::Remade> after = RemakeWith(check, [&](model::v1::SystemModel& changed) {
    for (model::v1::Component& each : *changed.mutable_components()) {
      if (each.id() == component->id()) each.set_name(new_name);
    }
  });
  if (!after.ok()) return;
  for (const RunState* state : RunCommands(check)) {
    const auto was = before.find(state->spec->id());
    const auto is = after->find(state->spec->id());
    if (was == before.end() || is == after->end()) continue;
    check.Look();
    const std::string restored = absl::StrReplaceAll(is->second, {{new_name, component->name()}});
    const std::vector<std::string> beyond = LinesBeyond(restored, LinesOf(was->second));
    if (beyond.empty()) continue;
    check.Fail(state->committed, 0, component->id(),
               absl::StrCat("a new name of ", component->id(), " changes lines that do not say it, e.g. \"",
                            beyond.front().substr(0, 120), "\""));
  }
}

void CheckReproducible(Check& check) {
  const absl::StatusOr<Subject::Remade> again = RemakeWith(check, [](model::v1::SystemModel&) {});
  if (!again.ok()) {
    check.NotApplicable(absl::StrCat("the model cannot be written anew: ", FaultOf(again.status())));
    return;
  }
  for (const RunState* state : RunCommands(check)) {
    check.Look(2);
    const auto made = again->find(state->spec->id());
    if (made == again->end() || made->second != state->made) {
      check.Fail(state->committed, 0, state->spec->id(), "the same model gives other bytes when it is written anew",
                 "a fault of this version");
    }
    if (absl::StripTrailingAsciiWhitespace(state->made) !=
        absl::StripTrailingAsciiWhitespace(state->committed.text())) {
      check.Fail(state->committed, 0, state->spec->id(),
                 "is not what the command makes now: the model has changed since, or somebody has edited the section",
                 absl::StrCat("metapowers run ", state->spec->id(), " ", check.subject().topic));
    }
  }
  CheckOneChange(check, *again);
}

constexpr Checker kCheckers[] = {
    {"all-1", CheckOwnLines},  {"all-2", CheckWords},     {"all-3", CheckRequirements}, {"all-4", CheckNumbers},
    {"all-5", CheckCitations}, {"all-6", CheckQuestions}, {"all-7", CheckReproducible}, {"all-8", CheckDates},
};

}  // namespace

absl::Span<const Checker> DocumentCheckers() { return kCheckers; }

}  // namespace metapowers::lint
