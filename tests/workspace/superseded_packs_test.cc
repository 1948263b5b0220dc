#include "service/workspace/superseded_packs.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "service/workspace/files.h"
#include "tests/workspace/repository_fixture.h"

namespace metapowers::workspace {
namespace {

class SupersededPacksTest : public ::testing::Test {
 protected:
  void SetUp() override { GitOk(dir_.path(), "init -q ."); }
  std::string packs() const { return dir_ / ".git/objects/pack"; }

  // A commit whose objects are in a pack of their own.
  void CommitPacked(const std::string& file) {
    WriteFile(dir_ / file, file);
    GitOk(dir_.path(), "add .");
    GitOk(dir_.path(), "commit -q -m " + file);
    GitOk(dir_.path(), "repack -d -q");
  }
  int Packs() const {
    const std::vector<std::string> names = ListNames(packs());
    return static_cast<int>(std::count_if(names.begin(), names.end(),
                                          [](const std::string& name) { return absl::EndsWith(name, ".pack"); }));
  }

  const TempDir dir_;
};

TEST_F(SupersededPacksTest, GoWhenAnotherHasAllTheirObjects) {
  CommitPacked("a");
  CommitPacked("b");
  RemoveSupersededPacks(packs());
  EXPECT_EQ(Packs(), 2) << "each has what no other has";
  GitOk(dir_.path(), "repack -a -q");
  ASSERT_EQ(Packs(), 3);
  RemoveSupersededPacks(packs());
  EXPECT_EQ(Packs(), 1);
  EXPECT_EQ(ListNames(packs()).size(), 2u) << "nothing of them is left beside the pack and its index";
  ExpectFsckClean(dir_.path());
}

TEST_F(SupersededPacksTest, StayWhenSomebodyKeepsThemOrAnIndexNamesThem) {
  CommitPacked("a");
  WriteFile(packs() + "/" + ListNames(packs()).front().substr(0, 45) + ".keep", "");
  CommitPacked("b");
  GitOk(dir_.path(), "-c repack.packKeptObjects=true repack -a -q");
  ASSERT_EQ(Packs(), 3);
  GitOk(dir_.path(), "multi-pack-index write");
  RemoveSupersededPacks(packs());
  EXPECT_EQ(Packs(), 3);
  std::filesystem::remove(packs() + "/multi-pack-index");
  RemoveSupersededPacks(packs());
  EXPECT_EQ(Packs(), 2) << "the kept one and the whole one";
}

}  // namespace
}  // namespace metapowers::workspace
