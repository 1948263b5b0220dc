// Commands run on the example models, and on variants of them made by editing their text.
#ifndef METAPOWERS_TESTS_COMMANDS_IDENTIFY_COMMANDS_OF_H_
#define METAPOWERS_TESTS_COMMANDS_IDENTIFY_COMMANDS_OF_H_

#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <memory>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "service/analysis/facts.h"
#include "service/base/error.h"
#include "service/commands/command.h"
#include "service/render/template.h"

namespace metapowers::commands {

inline const char* const kExamples[] = {"api-platform", "patient-platform", "team-notes"};

// The YAML of an example model.
inline std::string ExampleText(absl::string_view name) {
  std::ifstream in(absl::StrCat("deploy/examples/", name, "/system-model.yaml"), std::ios::binary);
  EXPECT_TRUE(in) << name;
  return std::string((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
}

// `text` with the one occurrence of `from` replaced: a variant that changes nothing would prove nothing.
inline std::string Edit(const std::string& text, const std::string& from, const std::string& to) {
  EXPECT_NE(text.find(from), std::string::npos) << from;
  EXPECT_EQ(text.find(from), text.rfind(from)) << from;
  return absl::StrReplaceAll(text, {{from, to}});
}

inline std::shared_ptr<const analysis::Facts> FactsOfText(const std::string& yaml) {
  auto model = model::Model::Parse(yaml, "model.yaml");
  if (!model.ok()) {
    ADD_FAILURE() << model.status();
    std::abort();
  }
  return analysis::Facts::Compute(*std::move(model));
}

// The typed result of a generator on this text.
template <class Result>
Result Run(Result (*generator)(const Input&), const std::string& yaml) {
  const std::shared_ptr<const analysis::Facts> facts = FactsOfText(yaml);
  return generator({facts->model(), *facts});
}

// The rendered section, summary lines included.
inline std::string Rendered(absl::string_view stem, const std::string& yaml) {
  const Command* command = FindCommand(stem);
  EXPECT_NE(command, nullptr) << stem;
  if (command == nullptr) return "";
  const std::shared_ptr<const analysis::Facts> facts = FactsOfText(yaml);
  auto parsed = render::Template::Parse(command->template_text, absl::StrCat(stem, ".md"));
  EXPECT_TRUE(parsed.ok()) << parsed.status();
  if (!parsed.ok()) return "";
  auto text = parsed->Render(*command->generate({facts->model(), *facts}));
  EXPECT_TRUE(text.ok()) << text.status();
  return text.ok() ? *std::move(text) : "";
}

}  // namespace metapowers::commands

#endif  // METAPOWERS_TESTS_COMMANDS_IDENTIFY_COMMANDS_OF_H_
