// What the client decides on its own.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>
#include <string>

#include "client/commands/exported_files.h"
#include "client/commands/findings_gate.h"
#include "client/commands/input_files.h"
#include "client/commands/result_diff.h"
#include "service/base/api_limits.h"

namespace metapowers::client {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;

// A session that writes into strings.
class ClientTest : public ::testing::Test {
 protected:
  std::ostringstream out_, err_;
  Session session_{GlobalOptions(), Streams{&out_, &err_}};
};

metapowers::v1::CommandOutcome Outcome() {
  metapowers::v1::CommandOutcome outcome;
  outcome.set_reports_findings(true);
  const auto add = [&outcome](const char* key, metapowers::model::v1::Severity severity, const char* owner) {
    auto& finding = *outcome.add_open_findings();
    finding.set_key(key);
    finding.set_severity(severity);
    finding.set_owner(owner);
  };
  add("low/web", metapowers::model::v1::SEVERITY_LOW, "core");
  add("high/web", metapowers::model::v1::SEVERITY_HIGH, "");
  add("critical/db", metapowers::model::v1::SEVERITY_CRITICAL, "payments");
  add("unknown/db", metapowers::model::v1::SEVERITY_UNSPECIFIED, "payments");
  outcome.mutable_open_findings(2)->set_due("2026-12-01");
  return outcome;
}

TEST_F(ClientTest, TheGateFailsAtOrAboveItsLevel) {
  for (const auto& [level, code] : {std::pair("critical", kExitChanges), std::pair("high", kExitChanges),
                                    std::pair("low", kExitChanges), std::pair("", kExitOk)}) {
    FindingsGate gate(level);
    gate.Add(Outcome());
    EXPECT_EQ(gate.Conclude(session_, "threat-model"), code) << level;
  }
  metapowers::v1::CommandOutcome low = Outcome();
  low.mutable_open_findings()->DeleteSubrange(1, 2);
  FindingsGate gate("medium");
  gate.Add(low);
  EXPECT_EQ(gate.Conclude(session_, "threat-model"), kExitOk) << "what is unknown is no finding of a level";
}

TEST_F(ClientTest, TheGatePrintsWhatFailsOnceAndTheWorstFirst) {
  FindingsGate gate("high");
  gate.Add(Outcome());
  gate.Add(Outcome());  // the same findings in another section
  EXPECT_EQ(gate.Conclude(session_, "identify"), kExitChanges);
  EXPECT_EQ(err_.str(),
            "2 open findings at or above high, and no decision on them:\n"
            "  critical  critical/db  payments  due 2026-12-01\n"
            "  high      high/web     no owner\n");
  EXPECT_THAT(out_.str(), IsEmpty()) << "data alone belongs on stdout";
}

TEST_F(ClientTest, AGateThatCheckedNothingDoesNotPass) {
  FindingsGate gate("low");
  gate.Add(metapowers::v1::CommandOutcome());
  EXPECT_EQ(gate.Conclude(session_, "govern"), kExitPrecondition);
  EXPECT_THAT(err_.str(), HasSubstr("no command of 'govern' reports findings"));
  metapowers::v1::CommandOutcome clean;
  clean.set_reports_findings(true);
  gate.Add(clean);
  EXPECT_EQ(gate.Conclude(session_, "govern"), kExitOk);
}

TEST(AttachmentNameTest, IsSeenFromTheFolderOfTheModel) {
  const auto path = [](const std::string& text, const std::string& model) {
    return ParseAttachment(text, model, "shop").path;
  };
  EXPECT_EQ(path("m/scans/a.json", "m/system-model.yaml"), "scans/a.json");
  EXPECT_EQ(path("./m/../m/a.json", "m/system-model.yaml"), "a.json");
  EXPECT_EQ(path("scans/a.json", "system-model.yaml"), "scans/a.json");
  EXPECT_EQ(path("/tmp/x/a.json", "m/system-model.yaml"), "a.json");
  EXPECT_EQ(path("../a.json", "m/system-model.yaml"), "a.json");
  EXPECT_EQ(path(".metapowers/security/shop/scans/a.json", ""), "scans/a.json");
  EXPECT_EQ(path("build/a.json", "-"), "a.json");
  EXPECT_EQ(path("build/a.json=scans/b.json", "m/system-model.yaml"), "scans/b.json");
  EXPECT_EQ(ParseAttachment("a=b.json=scans/b.json", "", "shop").file, "a=b.json");
}

class InputFilesTest : public ClientTest {
 protected:
  void SetUp() override {
    folder_ = std::filesystem::path(::testing::TempDir()) / "input-files";
    std::filesystem::remove_all(folder_);
    std::filesystem::create_directories(folder_);
    Write("system-model.yaml", "id: shop\n");
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }
  std::string Path(const std::string& name) { return folder_ + "/" + name; }
  void Write(const std::string& name, const std::string& content) { std::ofstream(Path(name)) << content; }

  std::string folder_;
  metapowers::v1::CommandContext context_;
  int exit_code_ = 0;
};

TEST_F(InputFilesTest, SendsWhatWasNamed) {
  Write("decisions.yaml", "d");
  Write("scan.json", "s");
  const InputFiles files{Path("system-model.yaml"), Path("decisions.yaml"), {Path("scan.json")}};
  ASSERT_TRUE(ReadInputFiles(session_, files, "shop", &context_, &exit_code_)) << err_.str();
  EXPECT_EQ(NamesOfInputs(context_), "system-model.yaml, decisions.yaml, scan.json");
  EXPECT_EQ(context_.model_yaml(), "id: shop\n");
  EXPECT_EQ(context_.attachments(1).content(), "s");
  EXPECT_THAT(err_.str(), IsEmpty());
}

TEST_F(InputFilesTest, SaysThatDecisionsBesideTheModelStayBehind) {
  const InputFiles files{Path("system-model.yaml"), "", {}};
  ASSERT_TRUE(ReadInputFiles(session_, files, "shop", &context_, &exit_code_));
  EXPECT_THAT(err_.str(), IsEmpty()) << "there are none";
  Write("decisions.yaml", "d");
  ASSERT_TRUE(ReadInputFiles(session_, files, "shop", &context_, &exit_code_));
  EXPECT_EQ(err_.str(), "hint: " + Path("decisions.yaml") + " is not sent; to send it: --decisions " +
                            Path("decisions.yaml") + "\n");
  EXPECT_EQ(context_.attachments_size(), 0);
}

TEST_F(InputFilesTest, RefusesWhatCannotBeSent) {
  ASSERT_FALSE(ReadInputFiles(session_, {"", Path("absent.yaml"), {}}, "shop", &context_, &exit_code_));
  EXPECT_EQ(exit_code_, kExitInvalid);
  EXPECT_THAT(err_.str(), HasSubstr("absent.yaml"));
  ASSERT_FALSE(ReadInputFiles(session_, {"-", "-", {}}, "shop", &context_, &exit_code_));
  EXPECT_EQ(exit_code_, kExitUsage);
  Write("large.json", "");
  std::filesystem::resize_file(Path("large.json"), kMaxAttachmentBytes + 1);
  ASSERT_FALSE(ReadInputFiles(session_, {"", "", {Path("large.json")}}, "shop", &context_, &exit_code_));
  EXPECT_EQ(exit_code_, kExitInvalid);
  EXPECT_THAT(err_.str(), HasSubstr("65 MB together; one call takes 64"));
}

TEST_F(ClientTest, PrintsDifferencesInMeaning) {
  metapowers::v1::CompareResultsResponse response;
  auto& result = *response.add_results();
  result.set_command("threat-model");
  result.set_summary("Findings: 1 raised medium → high.");
  auto& item = *result.add_items();
  item.set_list("open_findings");
  item.set_key("no-tls/order");
  item.set_kind(metapowers::v1::CHANGE_KIND_CHANGED);
  item.set_title("Order is sent in clear");
  auto& field = *item.add_fields();
  field.set_field("severity");
  field.set_before("medium");
  field.set_after("high");
  auto& cause = *item.add_causes();
  cause.set_element("flow");
  cause.set_id("order");
  cause.set_kind(metapowers::v1::CHANGE_KIND_CHANGED);
  cause.set_attribute("transport_security");
  cause.set_before("tls");
  auto& gone = *result.add_items();
  gone.set_list("open_findings");
  gone.set_key("x");
  gone.set_kind(metapowers::v1::CHANGE_KIND_REMOVED);
  gone.add_causes()->set_kind(metapowers::v1::CHANGE_KIND_REMOVED);
  gone.mutable_causes(0)->set_element("component");
  gone.mutable_causes(0)->set_id("x");
  PrintResultDiffs(session_, response.results());
  EXPECT_EQ(out_.str(),
            "threat-model\n"
            "  Findings: 1 raised medium → high.\n"
            "  ~ open_findings  no-tls/order  Order is sent in clear\n"
            "      severity: medium → high\n"
            "      because flow order: transport_security tls → unset\n"
            "  - open_findings  x\n"
            "      because component x is gone\n");
}

// A folder that goes with the test.
class ExportTest : public ClientTest {
 protected:
  // Of this test and process alone: tests run side by side.
  ExportTest()
      : folder_(
            std::filesystem::path(::testing::TempDir()) /
            absl::StrCat("export-", getpid(), "-", ::testing::UnitTest::GetInstance()->current_test_info()->name())) {
    std::filesystem::remove_all(folder_);
  }
  ~ExportTest() override { std::filesystem::remove_all(folder_); }

  int Export(const std::string& text, bool force = false, const std::string& name = "a.yml") {
    metapowers::v1::ExportResponse exported;
    exported.set_family_mark("author: metapowers\n");
    metapowers::v1::ExportedFile& file = *exported.add_files();
    file.set_name(name);
    file.set_text(text);
    file.set_mark("id: 17\n");
    return WriteExported(session_, exported, folder_.string(), force);
  }
  std::string Read(const std::string& name) const {
    std::ifstream in(folder_ / name);
    return std::string(std::istreambuf_iterator<char>(in), {});
  }
  void Put(const std::string& name, const std::string& text) {
    std::filesystem::create_directories(folder_);
    std::ofstream(folder_ / name) << text;
  }

  const std::filesystem::path folder_;
};

TEST_F(ExportTest, ReplacesItsOwnFilesAndLeavesEqualOnesAlone) {
  EXPECT_EQ(Export("id: 17\nlevel: low\n"), kExitOk);
  EXPECT_THAT(out_.str(), HasSubstr("a.yml"));
  EXPECT_EQ(Export("id: 17\nlevel: high\n"), kExitOk);
  EXPECT_EQ(Read("a.yml"), "id: 17\nlevel: high\n");
  out_.str("");
  EXPECT_EQ(Export("id: 17\nlevel: high\n"), kExitOk);
  EXPECT_THAT(out_.str(), IsEmpty());
  EXPECT_THAT(err_.str(), HasSubstr("0 files written, 1 file as before"));
}

TEST_F(ExportTest, RefusesFilesOfOthersUnlessForced) {
  Put("a.yml", "mine\n");
  EXPECT_EQ(Export("id: 17\n"), kExitConflict);
  EXPECT_EQ(Read("a.yml"), "mine\n");
  EXPECT_THAT(err_.str(), HasSubstr("--force"));
  EXPECT_EQ(Export("id: 17\n", true), kExitOk);
  EXPECT_EQ(Read("a.yml"), "id: 17\n");
}

TEST_F(ExportTest, FollowsNoLink) {
  Put("target", "id: 17\n");
  std::filesystem::create_symlink("target", folder_ / "a.yml");
  EXPECT_EQ(Export("id: 17\nlevel: low\n"), kExitConflict);
  EXPECT_EQ(Export("id: 17\nlevel: low\n", true), kExitOk);
  EXPECT_EQ(Read("target"), "id: 17\n");
}

TEST_F(ExportTest, WritesNowhereButIntoTheFolder) {
  for (const char* name : {"../a.yml", "/etc/a.yml", ".git", ""}) {
    EXPECT_EQ(Export("id: 17\n", true, name), kExitInternal) << name;
  }
}

TEST_F(ExportTest, NamesFilesOfEarlierExportsThatAreNoPartOfThisOne) {
  Put("old.yml", "title: x\nauthor: metapowers\n");
  Put("other.yml", "title: x\nauthor: somebody\n");
  Put("old.txt", "title: x\nauthor: metapowers\n");
  EXPECT_EQ(Export("id: 17\n"), kExitOk);
  EXPECT_THAT(err_.str(), HasSubstr("old.yml"));
  EXPECT_THAT(err_.str(), ::testing::Not(HasSubstr("other.yml")));
  EXPECT_THAT(err_.str(), ::testing::Not(HasSubstr("old.txt")));
}

}  // namespace
}  // namespace metapowers::client
