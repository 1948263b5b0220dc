#include "service/workspace/signing_key.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <memory>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "service/workspace/data_dir.h"
#include "service/workspace/local_engine.h"
#include "service/workspace/step_codec.h"
#include "tests/workspace/repository_fixture.h"

namespace metapowers::workspace {
namespace {

using ::metapowers::testing_support::HasError;
using ::testing::HasSubstr;

constexpr char kUid[] = "6f1c0e9a-5b1d-4c57-9c43-0d4a0a6f3e11";
constexpr char kEmail[] = "metapowers@localhost";

class SigningKeyTest : public ::testing::Test {
 protected:
  // A key that ssh-keygen makes with `options`; returns its path.
  std::string Generate(const std::string& name, const std::string& options) {
    const std::string path = dir_ / name;
    const std::string command = absl::StrCat("ssh-keygen -q -C test ", options, " -f '", path, "' </dev/null");
    EXPECT_EQ(std::system(command.c_str()), 0) << command;
    return path;
  }
  std::string Write(const std::string& name, const std::string& content, mode_t mode = 0600) {
    WriteFile(dir_ / name, content);
    ::chmod((dir_ / name).c_str(), mode);
    return dir_ / name;
  }
  void ExpectRefused(const std::string& path, const std::string& why) {
    EXPECT_THAT(SigningKey::Load(path),
                HasError(absl::StatusCode::kInvalidArgument, "ARGUMENT_INVALID", HasSubstr(why)));
  }

  const TempDir dir_;
};

TEST_F(SigningKeyTest, StockGitVerifiesWhatTheEngineCommits) {
  ASSERT_OK_AND_ASSIGN(const auto key, SigningKey::Load(Generate("key", "-t ed25519 -N ''")));
  const std::string signers = Write("signers", key->AllowedSigner(kEmail) + "\n");
  ASSERT_OK_AND_ASSIGN(const auto data_dir, DataDir::Open(dir_ / "data"));
  ASSERT_OK_AND_ASSIGN(const auto engine, NewLocalEngine(data_dir, {.answer_when_stored = true}));
  ASSERT_OK(engine->CreateWorkspace(kUid));
  std::shared_ptr<const Snapshot> earlier;  // on which the draft is made, to be moved
  for (int i = 0; i < 3; ++i) {
    ASSERT_OK_AND_ASSIGN(const auto tip, engine->Tip(kUid));
    const auto base = std::exchange(earlier, tip);
    Draft draft(base == nullptr ? tip : base);
    CommitSpec spec =
        Spec({{absl::StrCat(i, ".md"), "a"}}, "security(t): x\n\nBody.\n\nMetapowers-Command: security:x\n");
    spec.committer = {"metapowers", kEmail, key};
    ASSERT_OK_AND_ASSIGN(const auto made, draft.AddCommit(spec));
    EXPECT_EQ(made->Trailer("Metapowers-Command"), "security:x");
    ASSERT_OK(draft.MoveTo(tip));
    ASSERT_OK(engine->Commit(kUid, draft.batch()));
  }
  const std::string repository = data_dir->repository(kUid);
  const std::string verify = absl::StrCat("-c gpg.ssh.allowedSignersFile='", signers, "' verify-commit ");
  for (const char* commit : {"main", "main~1", "main~2"}) {
    EXPECT_THAT(GitOk(repository, verify + commit), HasSubstr(absl::StrCat("Good \"git\" signature for ", kEmail)));
  }
  ExpectFsckClean(repository);
  // Of another key, it is not.
  ASSERT_OK_AND_ASSIGN(const auto other, SigningKey::Load(Generate("other", "-t ed25519 -N ''")));
  Write("signers", other->AllowedSigner(kEmail) + "\n");
  EXPECT_NE(Git(repository, verify + "main").exit_code, 0);
}

TEST_F(SigningKeyTest, ReplayNeedsNoKey) {
  ASSERT_OK_AND_ASSIGN(const auto key, SigningKey::Load(Generate("key", "-t ed25519 -N ''")));
  EXPECT_EQ(key->Sign("text").value(), key->Sign("text").value());
  const auto empty = std::make_shared<const Snapshot>(nullptr, "", "", 0);
  Draft draft(empty);
  CommitSpec spec = Spec({{"a.md", "a"}});
  spec.committer.key = key;
  ASSERT_OK_AND_ASSIGN(const auto made, draft.AddCommit(spec));
  ASSERT_OK_AND_ASSIGN(const journal::v1::Step step, DecodeStep(EncodeStep(draft.batch())));
  ASSERT_OK_AND_ASSIGN(const CommitBatch again, RebuildBatch(step, empty));
  EXPECT_EQ(again.new_head, made->id);
  EXPECT_THAT(again.objects.back()->body, HasSubstr("\ngpgsig -----BEGIN SSH SIGNATURE-----\n U1NIU0lH"));
}

TEST_F(SigningKeyTest, RefusesWhatCannotSignInWords) {
  const std::string good = Generate("good", "-t ed25519 -N ''");
  const std::string text = ReadFileOrEmpty(good);
  ExpectRefused(dir_ / "absent", "cannot be read: No such file or directory");
  ExpectRefused(dir_.path(), "is no file of a key");
  ExpectRefused(Write("readable", text, 0640), "is open to others: its mode is 0640");
  ExpectRefused(Write("public", ReadFileOrEmpty(good + ".pub")), "is a public key");
  ExpectRefused(Generate("rsa", "-t rsa -b 2048 -N ''"), "is of type ssh-rsa; ssh-ed25519 is needed");
  ExpectRefused(Generate("locked", "-t ed25519 -N 'secret words'"), "has a passphrase");
  ExpectRefused(Generate("pem", "-t rsa -b 2048 -m PEM -N ''"), "is no private key of OpenSSH");
  ExpectRefused(Write("empty", ""), "is no private key of OpenSSH");
  ExpectRefused(Write("binary", std::string("\0\xff\0", 3)), "is no private key of OpenSSH");
}

TEST_F(SigningKeyTest, DamageAnywhereIsNoticed) {
  const std::string text = ReadFileOrEmpty(Generate("good", "-t ed25519 -N ''"));
  const std::string begin = "-----BEGIN OPENSSH PRIVATE KEY-----\n";
  for (size_t size = begin.size(); size + 2 < text.size(); size += 7) {
    ExpectRefused(Write("cut", text.substr(0, size)), "is cut off or damaged");
    ExpectRefused(Write("cut", text.substr(0, size) + "\n-----END OPENSSH PRIVATE KEY-----\n"), "");
  }
  int loaded = 0;
  for (size_t at = begin.size(); at + 40 < text.size(); at += 3) {
    std::string changed = text;
    changed[at] = changed[at] == 'A' ? 'B' : 'A';
    // What is not of the key may differ: its comment, and a check of the passphrase that is in there twice.
    loaded += SigningKey::Load(Write("changed", changed)).ok() ? 1 : 0;
  }
  EXPECT_LT(loaded, 12);
}

}  // namespace
}  // namespace metapowers::workspace
