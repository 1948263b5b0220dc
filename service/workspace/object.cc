#include "service/workspace/object.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "service/base/digest.h"
#include "service/base/status_macros.h"
#include "service/workspace/git.h"

namespace metapowers::workspace {
namespace {

git_object_t GitType(ObjectType type) {
  switch (type) {
    case ObjectType::kBlob:
      return GIT_OBJECT_BLOB;
    case ObjectType::kTree:
      return GIT_OBJECT_TREE;
    case ObjectType::kCommit:
      return GIT_OBJECT_COMMIT;
  }
  return GIT_OBJECT_INVALID;
}

}  // namespace

absl::string_view TypeName(ObjectType type) {
  switch (type) {
    case ObjectType::kBlob:
      return "blob";
    case ObjectType::kTree:
      return "tree";
    case ObjectType::kCommit:
      return "commit";
  }
  return "";
}

Object MakeObject(ObjectType type, std::string body, Origin origin) {
  if (origin == Origin::kMade) {
    const std::string header = absl::StrCat(TypeName(type), " ", body.size());
    std::string id = Sha1Hex(absl::string_view(header.c_str(), header.size() + 1), body);  // the header ends in a NUL
    return {.type = type, .id = std::move(id), .body = std::move(body)};
  }
  (void)InitializeGit();  // hashing needs libgit2's tables; a version too old still has them
  git_oid oid = {};
  git_odb_hash(&oid, body.data(), body.size(), GitType(type));
  return {.type = type, .id = FromOid(oid), .body = std::move(body)};
}

absl::StatusOr<std::string> ObjectSource::Read(absl::string_view id, ObjectType type) const {
  ASSIGN_OR_RETURN(const ObjectPtr object, Get(id, type));
  return object->body;
}

bool IsObjectId(absl::string_view text) { return text.size() == 40 && IsAbbreviatedId(text); }

bool IsAbbreviatedId(absl::string_view text) {
  return text.size() >= 4 && text.size() <= 40 &&
         std::all_of(text.begin(), text.end(), [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

}  // namespace metapowers::workspace
