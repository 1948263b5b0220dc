// Example models with single facts changed, for tests of commands.
#ifndef METAPOWERS_TESTS_COMMANDS_COMMAND_FIXTURE_H_
#define METAPOWERS_TESTS_COMMANDS_COMMAND_FIXTURE_H_

#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "service/commands/command.h"
#include "tests/support/golden.h"
#include "tests/support/status_matchers.h"

namespace metapowers::commands {

inline constexpr const char* kExamples[] = {"api-platform", "patient-platform", "team-notes"};

// The evidence of a model whose files stand in `folder`. A file that is not there is missing.
inline std::shared_ptr<const evidence::EvidenceSet> EvidenceIn(const std::string& folder, const model::Model& model) {
  std::map<std::string, std::string> texts;
  evidence::Files files;
  for (const auto& declaration : model.proto().evidence()) {
    const std::string path = folder + "/" + declaration.path();
    if (!std::ifstream(path).good()) continue;
    files[declaration.id()] = texts[declaration.id()] = testing_support::ReadTestFile(path);
  }
  return evidence::EvidenceSet::Build(model, files);
}

// A model with what stands beside it, its facts, and what a generator reads of them.
class Case {
 public:
  // `folder` is where the files of its evidence stand; without it, nobody has read them.
  explicit Case(const std::string& yaml, const std::string& folder = "") {
    const auto parsed = model::Model::Parse(yaml, "m.yaml");
    EXPECT_OK(parsed);
    if (!parsed.ok()) return;
    model_ = *parsed;
    facts_ = analysis::Facts::Compute(model_);
    threats_ = std::make_unique<analysis::ThreatSource>(facts_, nullptr, model::v1::Decisions());
    if (!folder.empty()) evidence_ = EvidenceIn(folder, *model_);
  }
  // With these files as evidence.
  Case(const std::string& yaml, const evidence::Files& files) : Case(yaml) {
    if (model_ != nullptr) evidence_ = evidence::EvidenceSet::Build(*model_, files);
  }
  // From now on with the decisions of this file's text; "" is no file.
  void Decide(const std::string& decisions_yaml) {
    if (decisions_yaml.empty()) return;
    const auto decided = model::ParseDecisions(decisions_yaml, "decisions.yaml", *model_);
    EXPECT_OK(decided);
    if (decided.ok()) threats_ = std::make_unique<analysis::ThreatSource>(facts_, nullptr, *decided);
  }
  const model::Model& model() const { return *model_; }
  const analysis::Facts& facts() const { return *facts_; }
  Input input() const {
    return Input::Of(*facts_, *threats_, evidence_ == nullptr ? evidence::EvidenceSet::Empty() : *evidence_);
  }

 private:
  std::shared_ptr<const model::Model> model_;
  std::shared_ptr<const analysis::Facts> facts_;
  std::unique_ptr<const analysis::ThreatSource> threats_;
  std::shared_ptr<const evidence::EvidenceSet> evidence_;
};

inline std::string Example(const std::string& name) {
  return testing_support::ReadTestFile("deploy/examples/" + name + "/system-model.yaml");
}

// `text` with each first part, which must occur once, replaced by the second.
inline std::string Edited(std::string text, const std::vector<std::pair<std::string, std::string>>& edits) {
  for (const auto& [from, to] : edits) {
    const size_t at = text.find(from);
    EXPECT_NE(at, std::string::npos) << "the example no longer says: " << from;
    if (at == std::string::npos) continue;
    EXPECT_EQ(text.find(from, at + 1), std::string::npos) << "the example says more than once: " << from;
    text.replace(at, from.size(), to);
  }
  return text;
}

// Team Notes with nobody in any role.
inline std::string Vacated(std::string yaml) {
  for (size_t at = yaml.find("holder: "); at != std::string::npos; at = yaml.find("holder: ", at)) {
    yaml.replace(at, yaml.find_first_of(",\n", at) - at, "full_time: false");
  }
  return yaml;
}

// The example with the entries of a top-level list in reverse order.
inline std::string Reversed(const std::string& text, const std::string& list) {
  const size_t head = text.find("\n" + list + ":\n");
  EXPECT_NE(head, std::string::npos) << list;
  const size_t begin = text.find("\n  - ", head);
  size_t end = begin;
  do {
    end = text.find('\n', end + 1);
  } while (end != std::string::npos && (text[end + 1] == ' ' || text[end + 1] == '\n' || text[end + 1] == '#'));
  if (end == std::string::npos) end = text.size();
  std::vector<std::string> entries;
  for (size_t at = begin; at != std::string::npos && at < end;) {
    const size_t next = std::min(text.find("\n  - ", at + 1), end);
    entries.push_back(text.substr(at, next - at));
    at = next;
  }
  EXPECT_GT(entries.size(), 1u) << list;
  std::reverse(entries.begin(), entries.end());
  std::string reversed;
  for (const std::string& entry : entries) reversed += entry;
  return text.substr(0, begin) + reversed + text.substr(end);
}

}  // namespace metapowers::commands

#endif  // METAPOWERS_TESTS_COMMANDS_COMMAND_FIXTURE_H_
