#include "service/workspace/loose_objects.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <atomic>
#include <string>
#include <thread>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "tests/workspace/repository_fixture.h"

namespace metapowers::workspace {
namespace {

TEST(LooseObjects, AreStoredWhileGitRemovesEmptyFolders) {
  const TempDir dir;
  std::atomic<bool> stop{false};
  std::thread pruner([&] {
    while (!stop) {
      for (int i = 0; i < 256; ++i) ::rmdir((dir / absl::StrFormat("%02x", i)).c_str());
    }
  });
  for (int i = 0; i < 400; ++i) {
    const Object object = MakeObject(ObjectType::kBlob, absl::StrCat("content ", i));
    EXPECT_OK(WriteLooseObjects(dir / "", {&object}));
    ASSERT_OK_AND_ASSIGN(const auto read, ReadLooseObject(dir / "", object.id));
    EXPECT_EQ(read->body, object.body);
  }
  stop = true;
  pruner.join();
}

}  // namespace
}  // namespace metapowers::workspace
