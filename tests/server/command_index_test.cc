#include "service/server/command_index.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <set>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "service/base/error.h"
#include "service/render/template.h"
#include "service/server/document_frame.h"
#include "service/server/linked_protos.h"
#include "tests/support/status_matchers.h"

namespace metapowers::server {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::MatchesRegex;
using ::testing::Not;

std::vector<std::string> Ids(absl::string_view target) {
  std::vector<std::string> ids;
  const auto found = CommandIndex::Get().Resolve(target);
  EXPECT_TRUE(found.ok()) << target;
  if (found.ok()) {
    for (const CommandEntry* entry : *found) ids.push_back(entry->spec->id());
  }
  return ids;
}

TEST(CommandIndexTest, HasTheContractInOrder) {
  const auto& commands = CommandIndex::Get().commands();
  ASSERT_EQ(commands.size(), 39u);
  for (size_t i = 0; i < commands.size(); ++i) EXPECT_EQ(commands[i].spec->position(), static_cast<int>(i) + 1);
}

TEST(CommandIndexTest, EveryBuiltCommandIsInTheContract) {
  std::set<absl::string_view> stems;
  for (const CommandEntry& entry : CommandIndex::Get().commands()) {
    if (entry.command != nullptr) stems.insert(entry.command->stem);
  }
  for (const commands::Command& command : commands::Commands())
    EXPECT_EQ(stems.count(command.stem), 1u) << command.stem;
  EXPECT_EQ(stems.size(), commands::Commands().size());
}

TEST(CommandIndexTest, ResponsesOfBuiltCommandsHoldTheirResult) {
  for (const CommandEntry& entry : CommandIndex::Get().commands()) {
    if (entry.command == nullptr) continue;
    const auto* result = entry.method->output_type()->FindFieldByName("result");
    ASSERT_NE(result, nullptr) << entry.method_name;
    EXPECT_EQ(result->message_type(), entry.command->result) << entry.method_name;
  }
}

TEST(CommandIndexTest, ResolvesEveryForm) {
  EXPECT_THAT(Ids("threat-model"), ElementsAre("threat-model"));
  EXPECT_THAT(Ids("security:threat-model"), ElementsAre("threat-model"));
  EXPECT_THAT(Ids("/security:threat-model"), ElementsAre("threat-model"));
  EXPECT_THAT(Ids("govern"), ElementsAre("security-policy", "risk-appetite", "security-roles", "supply-chain-security",
                                         "security-culture"));
  EXPECT_EQ(Ids("all").size(), 39u);
  EXPECT_EQ(Ids("walkthrough").size(), 21u);
  EXPECT_EQ(Ids("utility").size(), 5u);
}

TEST(CommandIndexTest, UnknownTargetsGetASuggestion) {
  for (const char* target : {"", "threat", "/threat-model", "security:", "privacy:threat-model", "x\ny"}) {
    const auto found = CommandIndex::Get().Resolve(target);
    EXPECT_EQ(found.status().code(), absl::StatusCode::kNotFound) << target;
    EXPECT_EQ(DetailsOf(found.status()).reason, "COMMAND_UNKNOWN");
  }
  EXPECT_THAT(std::string(CommandIndex::Get().Resolve("threat-modle").status().message()), HasSubstr("'threat-model'"));
}

TEST(CommandIndexTest, EveryMethodDeclaresItsAccess) {
  for (const auto* service : LinkedServices()) {
    const bool phase = absl::StartsWith(service->full_name(), "metapowers.security.");
    for (int i = 0; i < service->method_count(); ++i) {
      const auto& options = service->method(i)->options();
      const std::string& name = service->method(i)->full_name();
      EXPECT_NE(options.GetExtension(v1::access).effect(), v1::EFFECT_UNSPECIFIED) << name;
      EXPECT_NE(options.GetExtension(v1::access).permission(), "") << name;
      EXPECT_EQ(options.HasExtension(v1::command), phase) << name;
      const bool reads = options.GetExtension(v1::access).effect() == v1::EFFECT_READ;
      EXPECT_EQ(reads, options.idempotency_level() == google::protobuf::MethodOptions::NO_SIDE_EFFECTS) << name;
    }
  }
}

TEST(CommandIndexTest, CommandsAreWholeAndUnlike) {
  std::set<std::string> ids;
  std::set<std::string> headings;
  for (const CommandEntry& entry : CommandIndex::Get().commands()) {
    const v1::Command& spec = *entry.spec;
    EXPECT_TRUE(ids.insert(spec.id()).second) << spec.id();
    EXPECT_TRUE(headings.insert(absl::StrCat(spec.document(), "#", spec.heading())).second) << spec.heading();
    EXPECT_FALSE(spec.sections().empty()) << spec.id();
    EXPECT_FALSE(spec.summary().empty()) << spec.id();
    EXPECT_TRUE(absl::EndsWith(entry.method->service()->full_name(), "Service")) << spec.id();
    EXPECT_THAT(entry.method_name, HasSubstr(absl::StrCat("metapowers.security.", spec.phase(), ".v1.")));
  }
}

TEST(CommandIndexTest, EveryTemplateFitsItsResult) {
  for (const commands::Command& command : commands::Commands()) {
    ASSERT_OK_AND_ASSIGN(const auto parsed, render::Template::Parse(command.template_text, std::string(command.stem)));
    EXPECT_OK(parsed.Check(*command.result));
  }
}

TEST(CommandIndexTest, EveryDocumentHasAFrame) {
  std::set<std::string> documents;
  for (const CommandEntry& entry : CommandIndex::Get().commands()) documents.insert(entry.spec->document());
  EXPECT_EQ(documents.size(), 11u);
  for (const std::string& document : documents) {
    ASSERT_OK_AND_ASSIGN(const document::Layout layout, LayoutOf(document, "shop", "See CSF 2.0 PR.DS-01."));
    EXPECT_THAT(layout.title, HasSubstr("shop"));
    EXPECT_THAT(layout.basis, MatchesRegex("> Basis: catalogue 20[0-9.]+; CSF 2.0, NIST CSWP 29 of .*"));
    EXPECT_THAT(layout.basis, Not(HasSubstr("PCI")));
    EXPECT_THAT(layout.note, HasSubstr(": "));
    EXPECT_FALSE(layout.headings.empty());
  }
}

}  // namespace
}  // namespace metapowers::server
