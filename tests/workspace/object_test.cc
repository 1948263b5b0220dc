// Stock Git is the witness: both ways to an id must give Git's own.
#include "service/workspace/object.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "tests/workspace/repository_fixture.h"

namespace metapowers::workspace {
namespace {

TEST(Object, HasGitsIdWhoeverMadeTheBytes) {
  const TempDir dir;
  GitOk(dir.path(), "init -q --bare .");
  std::vector<std::string> bodies = {"", "x", std::string("\0\n\xff without a line end", 22)};
  // Around the blocks of SHA-1, with the padding that Git's header takes part in.
  for (const size_t size : {45, 46, 47, 48, 54, 55, 56, 63, 64, 65, 4096, 300'000}) bodies.emplace_back(size, 'y');
  for (const std::string& body : bodies) {
    WriteFile(dir / "body", body);
    for (const ObjectType type : {ObjectType::kBlob, ObjectType::kTree, ObjectType::kCommit}) {
      SCOPED_TRACE(absl::StrCat(TypeName(type), " of ", body.size(), " bytes"));
      const std::string id = GitOk(dir.path(), absl::StrCat("hash-object --literally -t ", TypeName(type), " body"));
      for (const Origin origin : {Origin::kGiven, Origin::kMade}) {
        const Object object = MakeObject(type, body, origin);
        EXPECT_EQ(object.id, id);
        EXPECT_EQ(object.type, type);
        EXPECT_EQ(object.body, body);
      }
    }
  }
}

TEST(Object, IdsAreFortyLowerCaseHexDigits) {
  EXPECT_TRUE(IsObjectId(MakeObject(ObjectType::kBlob, "x", Origin::kMade).id));
  EXPECT_TRUE(IsObjectId(std::string(40, 'a')));
  for (const std::string& other :
       {std::string(), std::string(39, 'a'), std::string(41, 'a'), std::string(40, 'A'), std::string(40, 'g')}) {
    EXPECT_FALSE(IsObjectId(other)) << other;
  }
}

}  // namespace
}  // namespace metapowers::workspace
