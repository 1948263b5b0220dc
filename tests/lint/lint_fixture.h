// A topic to check, made of an example model: its documents as the commands write them, or as a test says.
#ifndef METAPOWERS_TESTS_LINT_LINT_FIXTURE_H_
#define METAPOWERS_TESTS_LINT_LINT_FIXTURE_H_

#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "service/knowledge/lint_items.h"
#include "service/lint/lint.h"
#include "service/server/command_index.h"
#include "service/server/document_frame.h"
#include "service/server/generator.h"
#include "tests/support/golden.h"
#include "tests/support/status_matchers.h"

namespace metapowers::lint {

// Evidence of an example, by Git id.
class FileObjects : public workspace::ObjectSource {
 public:
  void Add(std::string text) { texts_[server::BlobIdOf(text)] = std::move(text); }
  absl::StatusOr<workspace::ObjectPtr> Get(absl::string_view id, workspace::ObjectType type) const override {
    return std::make_shared<const workspace::Object>(
        workspace::Object{type, std::string(id), texts_.at(std::string(id))});
  }

 private:
  std::map<std::string, std::string> texts_;
};

// `text` with each first part replaced by the second, wherever it stands; each must stand somewhere.
inline std::string Replaced(std::string text, const std::vector<std::pair<std::string, std::string>>& edits) {
  for (const auto& [from, to] : edits) {
    size_t at = text.find(from);
    EXPECT_NE(at, std::string::npos) << "does not say: " << from;
    for (; at != std::string::npos; at = text.find(from, at + to.size())) text.replace(at, from.size(), to);
  }
  return text;
}

class Topic {
 public:
  // `model` is the text of a model whose id is the name of an example, whose evidence it has.
  explicit Topic(const std::string& example, const std::string& model, const std::string& decisions = "")
      : generator_(64 << 20), name_(example) {
    const auto loaded = generator_.Load(model, example);
    EXPECT_OK(loaded);
    if (!loaded.ok()) return;
    inputs_.model = *loaded;
    const auto decided = generator_.LoadDecisions(
        decisions.empty() ? absl::nullopt : absl::make_optional<absl::string_view>(decisions), **loaded);
    EXPECT_OK(decided);
    if (decided.ok()) inputs_.decisions = *decided;
    auto objects = std::make_shared<FileObjects>();
    for (const auto& evidence : inputs_.model->model->proto().evidence()) {
      std::string text = testing_support::ReadTestFile("deploy/examples/" + example + "/" + evidence.path());
      inputs_.evidence.push_back({evidence.id(), server::BlobIdOf(text)});
      objects->Add(std::move(text));
    }
    inputs_.objects = objects;
    for (const server::CommandEntry& entry : server::CommandIndex::Get().commands()) {
      RunState& state = subject_.commands.emplace_back();
      state.spec = entry.spec;
      state.built = entry.command != nullptr;
    }
    const auto threats = generator_.LoadThreats(inputs_);
    EXPECT_OK(threats);
    threats_ = *threats;
    subject_.topic = example;
    subject_.facts = &inputs_.model->facts->known();
    subject_.presumed = inputs_.model->facts.get();
    subject_.threats = threats_.get();
    subject_.questions = inputs_.model->questions;
    subject_.remake = [this](const std::shared_ptr<const model::Model>& changed) { return Remake(changed); };
  }

  // As if the command had been run, and its section edited.
  void Run(const std::string& command, const std::vector<std::pair<std::string, std::string>>& edits = {}) {
    const server::CommandEntry& entry = *server::CommandIndex::Get().Find(command);
    const auto generated = generator_.Generate(entry, inputs_);
    ASSERT_OK(generated);
    RunState& state = StateOf(command);
    state.made = (*generated)->section;
    state.result = (*generated)->result;
    Commit(state, Replaced(state.made, edits));
  }
  // As if a command of another version had written this section, without its heading.
  void Write(const std::string& command, const std::string& body) {
    RunState& state = StateOf(command);
    state.built = true;
    state.made = "## " + state.spec->heading() + "\n\n" + body;
    Commit(state, state.made);
  }
  void RunAllBuilt() {
    for (const server::CommandEntry& entry : server::CommandIndex::Get().commands()) {
      if (entry.command != nullptr) Run(entry.spec->id());
    }
  }
  // Changes a document as a whole.
  void EditDocument(const std::string& file, const std::vector<std::pair<std::string, std::string>>& edits) {
    subject_.documents[file] = Replaced(subject_.documents[file], edits);
  }

  const Subject& subject() const { return subject_; }
  const model::v1::SystemModel& model() const { return inputs_.model->model->proto(); }
  v1::LintTopicResponse Lint() const { return lint::Lint(subject_); }
  v1::LintResult Try(const std::string& item) const {
    const knowledge::v1::LintItem* found = knowledge::FindLintItem(item);
    if (found != nullptr) return TryItem(subject_, *found);
    ADD_FAILURE() << "no item " << item;
    return {};
  }

 private:
  RunState& StateOf(const std::string& command) {
    for (RunState& state : subject_.commands) {
      if (state.spec->id() == command) return state;
    }
    ADD_FAILURE() << "no command " << command;
    return subject_.commands.front();
  }
  void Commit(RunState& state, const std::string& section) {
    std::string& document = subject_.documents[state.spec->document()];
    const auto spliced = server::SpliceSection(document, *state.spec, name_, section);
    ASSERT_OK(spliced);
    document = *spliced;
    state.run = true;
    state.committed = Section(*state.spec, section, 1);
  }
  absl::StatusOr<Subject::Remade> Remake(const std::shared_ptr<const model::Model>& changed) {
    server::Generator fresh(64 << 20);
    server::Inputs inputs = inputs_;
    inputs.model = server::FactsOf("", changed);
    const auto& evidence = changed->proto().evidence();
    for (int i = 0; i < evidence.size(); ++i) inputs.evidence[i].id = evidence[i].id();
    Subject::Remade remade;
    for (const RunState& state : subject_.commands) {
      if (!state.run || state.result == nullptr) continue;
      const auto generated = fresh.Generate(*server::CommandIndex::Get().Find(state.spec->id()), inputs);
      if (!generated.ok()) return generated.status();
      remade[state.spec->id()] = (*generated)->section;
    }
    return remade;
  }

  server::Generator generator_;
  const std::string name_;
  server::Inputs inputs_;
  std::shared_ptr<const analysis::ThreatSource> threats_;
  Subject subject_;
};

inline std::string ExampleModel(const std::string& example) {
  return testing_support::ReadTestFile("deploy/examples/" + example + "/system-model.yaml");
}

inline std::string Explain(const v1::LintResult& result) { return result.DebugString(); }

}  // namespace metapowers::lint

#endif  // METAPOWERS_TESTS_LINT_LINT_FIXTURE_H_
