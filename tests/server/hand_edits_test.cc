// Edits of people in generated sections, over a real server and pushes of stock Git.
#include "service/server/hand_edits.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "google/rpc/error_details.pb.h"
#include "tests/server/pipeline_fixture.h"

namespace metapowers::server {
namespace {

using ::testing::AllOf;
using ::testing::AnyOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::StartsWith;

constexpr char kCopy[] = ".metapowers/.generated/shop/01-identify.md";
constexpr char kRegister[] = "The register lists every element that the system model of Shop declares, ";
constexpr char kNameRow[] = "| web | Web | not declared |";

using Changes = std::vector<std::pair<const absl::string_view, absl::string_view>>;

class HandEditsTest : public PipelineTest {
 protected:
  void SetUp() override {
    PipelineTest::SetUp();
    ExpectOk(client_.Inventory(WithModel()));
    ASSERT_THAT(Document(), AllOf(HasSubstr(kRegister), HasSubstr(kNameRow)));
  }

  std::string Document() const { return server_.ReadFile(kIdentifyFile); }
  void Edit(const Changes& changes, const std::string& author = "Ann") const {
    const std::string before = Document();
    const std::string after = absl::StrReplaceAll(before, changes);
    ASSERT_NE(before, after);
    server_.Push(kIdentifyFile, after, author);
  }

  // The same model with these changes, as a context.
  static v1::CommandContext Model(const Changes& changes, v1::EditChoice choice = v1::EDIT_CHOICE_UNSPECIFIED) {
    v1::CommandContext context = ContextOf();
    context.set_model_yaml(absl::StrReplaceAll(ModelText(), changes));
    context.set_edit_choice(choice);
    return context;
  }
  v1::CommandOutcome Run(const v1::CommandContext& context) {
    identify::AssetInventoryResponse response;
    ExpectOk(client_.Inventory(context, &response));
    return response.outcome();
  }

  v1::CommandStatus Status() const {
    v1::GetTopicStatusRequest request;
    request.set_topic("workspaces/w/topics/shop");
    v1::GetTopicStatusResponse response;
    grpc::ClientContext context;
    const grpc::Status status = client_.workflows->GetTopicStatus(&context, request, &response);
    EXPECT_TRUE(status.ok()) << status.error_message();
    for (const v1::CommandStatus& row : response.commands()) {
      if (row.command() == "asset-inventory") return row;
    }
    return {};
  }
};

const Changes& kNewName = *new Changes{{"name: Shop\n", "name: Store\n"}};
const Changes& kNewComponent = *new Changes{{"name: Web\n", "name: Front\n"}};

TEST_F(HandEditsTest, TwoPeopleAndARegenerationEndInOneDocument) {
  Edit({{"#### Services\n", "Ann counted them.\n\n#### Services\n"}}, "Ann");
  Edit({{"| web | platform service | none |", "| web | platform service | Bob |"}}, "Bob");
  const v1::CommandOutcome outcome = Run(Model(kNewName));
  EXPECT_THAT(Document(), AllOf(HasSubstr("\nAnn counted them.\n\n#### Services\n"),
                                HasSubstr("| web | platform service | Bob |"), HasSubstr("system model of Store")));
  EXPECT_EQ(outcome.hand_edits().kept(), 2);
  EXPECT_EQ(outcome.hand_edits().conflicts_resolved(), 0);
  EXPECT_THAT(outcome.warnings(), ElementsAre("2 edits by hand kept"));
  EXPECT_THAT(server_.Git("log -1 --format=%B"), HasSubstr("2 edits by hand kept."));
  EXPECT_EQ(server_.Git("fsck --strict"), "");
}

TEST_F(HandEditsTest, EditsSurviveOneRegenerationAfterTheOther) {
  Edit({{"#### Services\n", "Ann counted them.\n\n#### Services\n"}});
  Run(Model(kNewName));
  EXPECT_THAT(server_.ReadFile(kCopy),
              AllOf(StartsWith("## Asset Inventory\n"), HasSubstr("model of Store"), Not(HasSubstr("Ann counted"))));
  EXPECT_EQ(server_.ReadFile(".metapowers/.generated/.gitattributes"), "* linguist-generated\n");
  EXPECT_THAT(server_.Git("show --format= --name-only HEAD"), AllOf(HasSubstr(kCopy), HasSubstr("01-identify.md")));
  // The next ones start from the copy, also where it was lost meanwhile.
  Run(Model(kNewComponent));
  EXPECT_THAT(Document(), AllOf(HasSubstr("Ann counted them."), HasSubstr("| web | Front |"), HasSubstr("of Shop")));
  server_.Push(kCopy, "");
  Run(Model(kNewName));
  EXPECT_THAT(Document(), AllOf(HasSubstr("Ann counted them."), HasSubstr("| web | Web |"), HasSubstr("of Store")));
  server_.Push(kCopy, "no copy");
  Run(Model({}));
  EXPECT_THAT(Document(), AllOf(HasSubstr("Ann counted them."), HasSubstr("of Shop")));
  // Without the edit there is nothing to keep.
  Edit({{"Ann counted them.\n\n", ""}});
  const v1::CommandOutcome last = Run(Model(kNewName));
  EXPECT_FALSE(last.has_hand_edits());
  EXPECT_EQ(server_.ReadFile(kCopy), "");
  EXPECT_EQ(Status().state(), v1::SECTION_STATE_CURRENT);
  EXPECT_FALSE(Status().hand_edited());
}

TEST_F(HandEditsTest, AnEditOfTheCopiesTooIsAnEdit) {
  Edit({{"#### Services\n", "Ann counted them.\n\n#### Services\n"}});
  Run(Model(kNewName));
  const auto everywhere = [&](const Changes& changes) {
    for (const std::string& path : {std::string(kIdentifyFile), std::string(kCopy)}) {
      const std::string before = server_.ReadFile(path);
      ASSERT_NE(absl::StrReplaceAll(before, changes), before) << path;
      server_.Push(path, absl::StrReplaceAll(before, changes), "Bob");
    }
  };
  everywhere({{"The register lists every", "THE REGISTER LISTS EVERY"}, {"| platform service |", "| PLATFORM |"}});
  EXPECT_TRUE(Status().hand_edited());
  // What is generated anew stands elsewhere: the edit is kept.
  const Changes both{{"name: Shop\n", "name: Store\n"}, {"name: Web\n", "name: Front\n"}};
  Run(Model(both));
  EXPECT_THAT(Document(), AllOf(HasSubstr("THE REGISTER LISTS EVERY"), HasSubstr("| web | Front |"),
                                HasSubstr("| PLATFORM |"), HasSubstr("Ann counted them.")));
  EXPECT_THAT(server_.ReadFile(kCopy), AllOf(HasSubstr("The register lists"), Not(HasSubstr("PLATFORM"))));
  // What is generated anew stands in the same line: the edit is asked about.
  everywhere({{"Criticality Summary", "CRITICALITY"}});
  const grpc::Status status = client_.Inventory(Model({}));
  ExpectError(status, grpc::StatusCode::ABORTED, "SECTION_CONFLICT");
  EXPECT_THAT(DetailOf<google::rpc::BadRequest>(status).field_violations(0).description(),
              HasSubstr("Bob wrote \"THE REGISTER LISTS EVERY"));
}

TEST_F(HandEditsTest, ARevertOfPeopleBringsTheCopyBackToo) {
  Edit({{"#### Services\n", "Ann counted them.\n\n#### Services\n"}});
  Run(Model(kNewName));
  const std::string document = Document();
  const std::string copy = server_.ReadFile(kCopy);
  Run(Model(kNewComponent));
  server_.Push(kIdentifyFile, document);
  server_.Push(kCopy, copy);
  EXPECT_EQ(Run(Model(kNewComponent)).hand_edits().kept(), 1);
  EXPECT_THAT(Document(), AllOf(HasSubstr("Ann counted them."), HasSubstr("| web | Front |"), HasSubstr("of Shop")));
}

TEST_F(HandEditsTest, AMergeBringsTheCopyOfItsBranch) {
  const Changes note{{"#### Services\n", "Ann counted them.\n\n#### Services\n"}};
  Edit(note);
  Run(Model(kNewName));
  TestServer main;
  const auto bring = [&](const std::string& path) { main.Push(path, server_.ReadFile(path)); };
  main.Push(kGovernFile, "# Govern: shop\n");
  Client client(main.channel());
  ExpectOk(client.Inventory(WithModel()));
  main.Push(kIdentifyFile, absl::StrReplaceAll(main.ReadFile(kIdentifyFile), note));
  ExpectOk(client.Inventory(Model(kNewComponent)));
  for (const char* path : {".metapowers/security/shop/system-model.yaml", kIdentifyFile, kCopy}) bring(path);
  identify::AssetInventoryResponse response;
  ExpectOk(client.Inventory(Model({}), &response));
  EXPECT_EQ(response.outcome().hand_edits().kept(), 1);
  EXPECT_THAT(main.ReadFile(kIdentifyFile), AllOf(HasSubstr("Ann counted them."), HasSubstr("of Shop")));
}

TEST_F(HandEditsTest, ARunThatGeneratesTheSameChangesNothing) {
  Edit({{"#### Services\n", "Ann counted them.\n\n#### Services\n"}});
  const std::string before = Document();
  const v1::CommandOutcome outcome = Run(ContextOf());
  EXPECT_FALSE(outcome.changed());
  EXPECT_EQ(outcome.hand_edits().kept(), 1);
  EXPECT_EQ(Document(), before);
  EXPECT_EQ(server_.ReadFile(kCopy), "");
}

TEST_F(HandEditsTest, AConflictNamesBothPeopleAndWritesNothing) {
  Edit({{kRegister, "The register lists what Ann knows, "}}, "Ann");
  Edit({{kNameRow, "| web | Bob's web | not declared |"}}, "Bob");
  const std::string head = server_.Git("rev-parse HEAD");
  const v1::CommandContext context = Model({{"name: Shop\n", "name: Store\n"}, {"name: Web\n", "name: Front\n"}});
  const grpc::Status status = client_.Inventory(context);
  ExpectError(status, grpc::StatusCode::ABORTED, "SECTION_CONFLICT");
  EXPECT_THAT(status.error_message(), AllOf(HasSubstr("Ann"), HasSubstr("Bob"), HasSubstr("nothing was written")));
  const auto info = DetailOf<google::rpc::ErrorInfo>(status);
  EXPECT_EQ(info.metadata().at("document"), "workspaces/w/topics/shop/documents/01-identify.md");
  EXPECT_EQ(info.metadata().at("section"), "Asset Inventory");
  EXPECT_EQ(info.metadata().at("conflicts"), "2");
  const auto places = DetailOf<google::rpc::BadRequest>(status).field_violations();
  ASSERT_EQ(places.size(), 2);
  EXPECT_EQ(places[0].field(), "01-identify.md:9: Asset Register");
  EXPECT_THAT(places[0].description(),
              AllOf(HasSubstr("Ann wrote \"The register lists what Ann knows"),
                    HasSubstr("generated now: \"The register lists every"), HasSubstr("Store")));
  EXPECT_THAT(places[1].description(),
              AllOf(HasSubstr("Bob wrote \"| web | Bob's web |"), HasSubstr("| web | Front |")));
  const auto help = DetailOf<google::rpc::Help>(status);
  EXPECT_THAT(help.links(0).description(), AllOf(HasSubstr("metapowers run asset-inventory shop --edits keep"),
                                                 HasSubstr("metapowers run asset-inventory shop --edits take")));
  EXPECT_EQ(server_.Git("rev-parse HEAD"), head);
}

TEST_F(HandEditsTest, AChoiceResolvesConflicts) {
  Edit({{kRegister, "The register lists what Ann knows, "}, {"#### Services\n", "A note.\n\n#### Services\n"}});
  v1::CommandContext context = Model(kNewName, v1::EDIT_CHOICE_MARKERS);
  ExpectError(client_.Inventory(context), grpc::StatusCode::INVALID_ARGUMENT, "ARGUMENT_INVALID");
  context.set_validate_only(true);
  EXPECT_THAT(Run(context).diff(),
              AllOf(HasSubstr("+<<<<<<< edited by hand\n"), HasSubstr("+=======\n"), HasSubstr("of Store declares"),
                    HasSubstr("+>>>>>>> generated\n"), HasSubstr(absl::StrCat("+++ b/", kCopy, "\n"))));
  const v1::CommandOutcome kept = Run(Model(kNewName, v1::EDIT_CHOICE_KEEP));
  EXPECT_EQ(kept.hand_edits().conflicts_resolved(), 1);
  EXPECT_THAT(kept.warnings(), ::testing::Contains("1 conflict: what was written by hand was kept"));
  EXPECT_THAT(Document(), AllOf(HasSubstr("what Ann knows"), HasSubstr("A note.")));
  // It is resolved: what is generated now is known, and the edit stands against it.
  EXPECT_FALSE(Run(ContextOf()).changed());
  EXPECT_EQ(Status().state(), v1::SECTION_STATE_CURRENT);
  const v1::CommandOutcome taken = Run(Model({}, v1::EDIT_CHOICE_TAKE));
  EXPECT_EQ(taken.hand_edits().conflicts_resolved(), 1);
  EXPECT_THAT(Document(), AllOf(HasSubstr(kRegister), HasSubstr("A note."), Not(HasSubstr("what Ann knows"))));
}

TEST_F(HandEditsTest, AConflictIsTheLastEventOfAStream) {
  const std::string long_text = absl::StrCat("The register ", std::string(1'000, 'x'));
  Edit({{kRegister, absl::StrCat(long_text, " ")}}, "Ann");
  std::vector<v1::RunCommandsResponse> events;
  ExpectError(client_.Run("asset-inventory", Model(kNewName), &events), grpc::StatusCode::ABORTED, "SECTION_CONFLICT");
  ASSERT_FALSE(events.empty());
  const v1::SectionConflict& conflict = events.back().conflict();
  EXPECT_EQ(conflict.command(), "asset-inventory");
  EXPECT_EQ(conflict.document(), "workspaces/w/topics/shop/documents/01-identify.md");
  EXPECT_EQ(conflict.section(), "Asset Inventory");
  ASSERT_EQ(conflict.places_size(), 1);
  const v1::SectionConflict::Place& place = conflict.places(0);
  EXPECT_EQ(place.line(), 9);
  EXPECT_EQ(place.heading(), "Asset Register");
  EXPECT_THAT(place.before(), StartsWith(kRegister));
  EXPECT_THAT(place.standing(), StartsWith(long_text));
  EXPECT_THAT(place.generated(), HasSubstr("model of Store"));
  EXPECT_THAT(place.authors(), ElementsAre("Ann"));
  // Also where other commands went before.
  events.clear();
  ExpectError(client_.Run("identify", Model(kNewName), &events), grpc::StatusCode::ABORTED, "SECTION_CONFLICT");
  EXPECT_EQ(events.back().conflict().places_size(), 1);
}

TEST_F(HandEditsTest, APlanHasADiffExactlyWhereItHasChanges) {
  const auto plan = [&](v1::EditChoice choice) {
    v1::CommandContext context = ContextOf();
    context.set_edit_choice(choice);
    context.set_validate_only(true);
    return Run(context);
  };
  const auto put = [&](const Changes& changes) {
    v1::CommandContext context = ContextOf();
    context.set_model_yaml(absl::StrReplaceAll(ModelText(), changes));
    ExpectOk(client_.PutModel(context));
  };
  Edit({{kRegister, "The register lists what Ann knows, "}});
  put(kNewName);
  const v1::CommandOutcome kept = plan(v1::EDIT_CHOICE_KEEP);
  EXPECT_TRUE(kept.changed());
  EXPECT_THAT(kept.diff(), AllOf(HasSubstr(kCopy), HasSubstr("of Store declares")));
  Run(Model(kNewName, v1::EDIT_CHOICE_KEEP));
  // The edit is taken back, so that nothing is left to write.
  const std::string copy = server_.ReadFile(kCopy);
  const std::string document = Document();
  const size_t begin = document.find("## Asset Inventory\n");
  const size_t end = document.find("\n> ", begin);
  server_.Push(kIdentifyFile, absl::StrCat(document.substr(0, begin), copy, document.substr(end)));
  const v1::CommandOutcome none = plan(v1::EDIT_CHOICE_UNSPECIFIED);
  EXPECT_FALSE(none.changed());
  EXPECT_EQ(none.diff(), "");
  EXPECT_FALSE(Run(ContextOf()).changed());
  Run(Model(kNewComponent));
  EXPECT_EQ(server_.ReadFile(kCopy), "");
}

TEST_F(HandEditsTest, NotesOfWhatIsGoneAreOrphaned) {
  Edit({{"\n#### PCI DSS scope\n", "\n#### Our scope\n\nAsk Ann.\n\n#### PCI DSS scope\n\nAsk Bob.\n"}});
  // What the section was made of is pretended to have had another part.
  const std::string with_part = absl::StrReplaceAll(
      Document(),
      {{"\n### Criticality Summary\n", "\n#### Gone\n\nWas here.\n\nAsk Eve.\n\n### Criticality Summary\n"}});
  server_.Push(kIdentifyFile, with_part);
  const size_t begin = with_part.find("## Asset Inventory\n");
  const std::string copy =
      absl::StrReplaceAll(with_part.substr(begin, with_part.find("\n> ", begin) - begin),
                          {{"#### Our scope\n\nAsk Ann.\n\n", ""}, {"Ask Bob.\n\n", ""}, {"Ask Eve.\n\n", ""}});
  server_.Push(kCopy, copy);
  const v1::CommandOutcome outcome = Run(ContextOf());
  EXPECT_EQ(outcome.hand_edits().orphaned_notes(), 1);
  EXPECT_THAT(Document(), AllOf(HasSubstr("Ask Ann."), HasSubstr("Ask Bob."), Not(HasSubstr("Was here.")),
                                HasSubstr("\n### Orphaned notes\n\nStood in \"Gone\":\n\nAsk Eve.\n")));
  EXPECT_THAT(outcome.warnings(), ::testing::Contains(HasSubstr("1 note on what is generated no more")));
}

TEST_F(HandEditsTest, StatusShowsEditedSections) {
  Edit({{"#### Services\n", "A note.\n\n#### Services\n"}});
  EXPECT_EQ(Status().state(), v1::SECTION_STATE_CURRENT);
  EXPECT_TRUE(Status().hand_edited());
  ExpectOk(client_.PutModel(Model(kNewName)));
  EXPECT_EQ(Status().state(), v1::SECTION_STATE_STALE);
  EXPECT_TRUE(Status().hand_edited());
  Edit({{kRegister, "The register lists what Ann knows, "}});
  EXPECT_EQ(Status().state(), v1::SECTION_STATE_EDITED);
  EXPECT_TRUE(Status().hand_edited());
}

TEST_F(HandEditsTest, ConflictMarkersAreRefused) {
  Edit({{kRegister, "<<<<<<< HEAD\nours\n=======\ntheirs\n>>>>>>> topic\nThe register, "}});
  const std::string head = server_.Git("rev-parse HEAD");
  for (const v1::EditChoice choice : {v1::EDIT_CHOICE_UNSPECIFIED, v1::EDIT_CHOICE_KEEP, v1::EDIT_CHOICE_TAKE}) {
    const grpc::Status status = client_.Inventory(Model(kNewName, choice));
    ExpectError(status, grpc::StatusCode::FAILED_PRECONDITION, "CONFLICT_MARKERS");
    EXPECT_EQ(DetailOf<google::rpc::ErrorInfo>(status).metadata().at("lines"), "9,11,13");
  }
  EXPECT_EQ(Status().state(), v1::SECTION_STATE_EDITED);
  EXPECT_EQ(server_.Git("rev-parse HEAD"), head);
}

TEST_F(HandEditsTest, ARenamedSectionIsNotWrittenTwice) {
  Edit({{"## Asset Inventory\n", "## What we have\n"}});
  const grpc::Status status = client_.Inventory(Model(kNewName));
  ExpectError(status, grpc::StatusCode::FAILED_PRECONDITION, "DOCUMENT_MALFORMED");
  EXPECT_THAT(status.error_message(), HasSubstr("line 5, \"## What we have\", seems to be its heading"));
  Run(Model(kNewName, v1::EDIT_CHOICE_TAKE));
  EXPECT_THAT(Document(), AllOf(HasSubstr("## What we have\n"), HasSubstr("## Asset Inventory\n")));
}

TEST_F(HandEditsTest, ADeletedSectionIsMadeAnew) {
  Edit({{"#### Services\n", "A note.\n\n#### Services\n"}});
  Run(Model(kNewName));
  server_.Push(kIdentifyFile, "# Identify\n\n## Ours\n\nText.\n");
  Run(ContextOf());
  EXPECT_THAT(Document(),
              AllOf(HasSubstr("## Asset Inventory\n"), HasSubstr("## Ours\n\nText.\n"), Not(HasSubstr("A note."))));
  EXPECT_EQ(server_.ReadFile(kCopy), "");
}

TEST_F(HandEditsTest, LinesOfADocumentEndAlike) {
  Edit({{"\n", "\r\n"}});
  EXPECT_FALSE(Status().hand_edited());
  EXPECT_FALSE(Run(ContextOf()).changed());
  Edit({{"#### Services\r\n", "A note.\r\n\r\n#### Services\r\n"}});
  Run(Model(kNewName));
  ExpectOk(client_.Run("data-classification", ContextOf()));
  const std::string text = Document();
  EXPECT_THAT(text, AllOf(HasSubstr("A note.\r\n"), HasSubstr("of Store"), HasSubstr("## Data Classification\r\n")));
  EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), std::count(text.begin(), text.end(), '\r'));
  EXPECT_EQ(server_.ReadFile(kCopy).find('\r'), std::string::npos);
}

TEST_F(HandEditsTest, HostileBytesSurvive) {
  const std::string odd("\r\n\x00\xff |\\ <b>\r\n", 14);
  Edit({{"#### Services\n", absl::StrCat(odd, std::string(100'000, 'x'), "\n\n#### Services\n")}});
  Run(Model(kNewName));
  EXPECT_THAT(Document(), AllOf(HasSubstr(odd), HasSubstr(std::string(100'000, 'x')), HasSubstr("of Store")));
}

}  // namespace
}  // namespace metapowers::server
