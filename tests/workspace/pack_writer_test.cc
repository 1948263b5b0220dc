// Stock Git and libgit2 are the witnesses: what we pack they must read.
#include "service/workspace/pack_writer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

#include "absl/strings/str_cat.h"
#include "service/workspace/object_store.h"
#include "tests/workspace/repository_fixture.h"

namespace metapowers::workspace {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;

std::string Lines(int from, int to) {
  std::string text = "# A document that is long enough\n";
  for (int i = from; i < to; ++i) absl::StrAppend(&text, "| row ", i, " of a table | with two cells |\n");
  return text;
}

class PackWriterTest : public ::testing::Test {
 protected:
  void SetUp() override { GitOk(dir_.path(), "init -q --bare ."); }

  std::string objects_dir() const { return dir_ / "objects"; }

  // Packs objects with these bodies and reads each back, by our own store and by Git.
  void ExpectReadBack(const std::vector<Object>& objects) {
    std::vector<const Object*> pointers;
    for (const Object& object : objects) pointers.push_back(&object);
    ASSERT_OK(WritePack(objects_dir(), pointers));
    ASSERT_OK_AND_ASSIGN(const auto store, ObjectStore::Open(objects_dir()));
    for (const Object& object : objects) {
      ASSERT_OK_AND_ASSIGN(const std::string body, store->Read(object.id, object.type));
      EXPECT_EQ(body, object.body);
      const std::string file = absl::StrCat(TypeName(object.type), " ", object.id);
      EXPECT_EQ(GitOk(dir_.path(), absl::StrCat("cat-file ", file, " | git hash-object -t ", TypeName(object.type),
                                                " --literally --stdin")),
                object.id);
    }
    const std::string verified = GitOk(dir_.path(), "verify-pack -v objects/pack/*.idx");
    EXPECT_THAT(verified, HasSubstr("ok"));
  }

  TempDir dir_;
};

TEST_F(PackWriterTest, GitReadsWholeObjectsAndDeltas) {
  std::vector<Object> objects;
  for (int i = 0; i < 120; ++i) objects.push_back(MakeObject(ObjectType::kBlob, Lines(i, 200 + 2 * i)));
  objects.push_back(MakeObject(ObjectType::kBlob, ""));
  objects.push_back(MakeObject(ObjectType::kBlob, std::string("\0\n\xff without a line end", 22)));
  objects.push_back(MakeObject(ObjectType::kBlob, std::string(300'000, 'x')));
  objects.push_back(MakeObject(ObjectType::kBlob, std::string(300'001, 'x')));
  ExpectReadBack(objects);
  const std::string chains = GitOk(dir_.path(), "verify-pack -v objects/pack/*.idx | grep ^chain");
  EXPECT_THAT(chains, HasSubstr("chain length = 32")) << "deltas are made";
  EXPECT_THAT(chains, ::testing::Not(HasSubstr("chain length = 33"))) << "and their chains are bounded";
}

TEST_F(PackWriterTest, ObjectsThatRepeatAreStoredOnce) {
  const Object object = MakeObject(ObjectType::kBlob, "once");
  ASSERT_OK(WritePack(objects_dir(), {&object, &object}));
  EXPECT_EQ(GitOk(dir_.path(), "verify-pack -s objects/pack/*.idx"), "non delta: 1 object");
}

// Texts cut, repeated and shuffled at random: whatever the delta, Git must make the target of it.
TEST_F(PackWriterTest, AnyTextSurvivesItsDelta) {
  std::mt19937 random(20261128);
  const auto below = [&](int limit) { return static_cast<int>(random() % limit); };
  const std::string head = "every version starts alike, so that it is a delta\n";
  std::string text = head + Lines(0, 50);
  std::vector<Object> objects;
  for (int version = 0; version < 300; ++version) {
    const size_t at = head.size() + below(static_cast<int>(text.size() - head.size()));
    switch (below(4)) {
      case 0:
        text.insert(at, Lines(below(100), 100));
        break;
      case 1:
        text.erase(at, below(4000));
        break;
      case 2:
        text = head + text.substr(at) + text.substr(head.size(), at - head.size());
        break;
      default:
        for (int i = below(300); i > 0; --i) text.insert(text.begin() + at, static_cast<char>(below(256)));
    }
    if (text.size() > 60'000) text.resize(30'000);
    objects.push_back(MakeObject(ObjectType::kBlob, text));
  }
  std::vector<const Object*> pointers;
  for (const Object& object : objects) pointers.push_back(&object);
  ASSERT_OK(WritePack(objects_dir(), pointers));
  ASSERT_OK_AND_ASSIGN(const auto store, ObjectStore::Open(objects_dir()));
  for (const Object& object : objects) EXPECT_EQ(store->Read(object.id, object.type).value(), object.body);
  EXPECT_THAT(GitOk(dir_.path(), "verify-pack -v objects/pack/*.idx"), HasSubstr("chain length = 2:"));
}

TEST_F(PackWriterTest, WhatCannotBeStoredLeavesNothing) {
  const Object object = MakeObject(ObjectType::kBlob, "x");
  ASSERT_OK(WritePack(objects_dir(), {&object}));
  // The same pack again, where a folder has its name: the temporary files are there when the rename fails.
  std::string name;
  for (const auto& entry : std::filesystem::directory_iterator(objects_dir() + "/pack")) {
    if (entry.path().extension() == ".pack") name = entry.path();
  }
  std::filesystem::remove(name);
  std::filesystem::create_directories(name + "/full");
  EXPECT_FALSE(WritePack(objects_dir(), {&object}).ok());
  std::vector<std::string> left;
  for (const auto& entry : std::filesystem::directory_iterator(objects_dir() + "/pack")) {
    if (entry.path().filename().string().rfind("tmp_", 0) == 0) left.push_back(entry.path());
  }
  EXPECT_THAT(left, IsEmpty());
}

TEST(EncodeDelta, SaysOnlyWhatDiffers) {
  const std::string base = Lines(0, 1000);
  std::string target = base;
  target.replace(target.find("row 10 "), 6, "ROW 10");
  target.insert(target.find("| row 500"), "| a row that is new | here |\n");
  EXPECT_LT(EncodeDelta(base, target).size(), 200u);
}

}  // namespace
}  // namespace metapowers::workspace
