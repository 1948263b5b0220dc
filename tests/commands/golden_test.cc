// The whole text of every built command, for each example model.
#include "tests/support/golden.h"

#include <gtest/gtest.h>

#include "service/render/template.h"
#include "tests/commands/command_fixture.h"
#include "tests/support/status_matchers.h"

namespace metapowers::commands {
namespace {

TEST(Golden, EveryCommandOnEveryExample) {
  for (const std::string example : kExamples) {
    const std::string folder = "deploy/examples/" + example;
    Case inputs(Example(example), folder);
    inputs.Decide(testing_support::ReadTestFile(folder + "/decisions.yaml"));
    for (const Command& command : Commands()) {
      ASSERT_OK_AND_ASSIGN(const auto wording, render::Template::Parse(command.template_text, command.stem));
      ASSERT_OK_AND_ASSIGN(const std::string text, wording.Render(*command.generate(inputs.input())));
      testing_support::ExpectGolden("tests/golden/" + example + "/" + std::string(command.stem) + ".md", text);
    }
  }
}

}  // namespace
}  // namespace metapowers::commands
