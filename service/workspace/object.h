// Git objects as values: what every engine stores and every snapshot reads. No libgit2 type is seen
// here, so that an engine may keep objects anywhere.
#ifndef METAPOWERS_SERVICE_WORKSPACE_OBJECT_H_
#define METAPOWERS_SERVICE_WORKSPACE_OBJECT_H_

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace metapowers::workspace {

enum class ObjectType { kBlob, kTree, kCommit };

// "blob", "tree" or "commit".
absl::string_view TypeName(ObjectType type);

struct Object {
  ObjectType type = ObjectType::kBlob;
  std::string id;    // 40 lower-case hex digits
  std::string body;  // without Git's header
};

// An object that never changes: draft, batch, readers and caches share one, from whoever made or read it.
using ObjectPtr = std::shared_ptr<const Object>;

// How the bytes of an object came about.
enum class Origin {
  kGiven,  // somebody chose them: their id is computed with a search for SHA-1 collisions, as Git does
  kMade,   // the service composed them, from text that Git holds already at most: plain SHA-1, ten times as fast
};

// An object with its id computed.
Object MakeObject(ObjectType type, std::string body, Origin origin = Origin::kGiven);

// True for 40 lower-case hex digits: the only form of a revision a caller may name.
bool IsObjectId(absl::string_view text);

// True for 4 to 40 lower-case hex digits: the start of an id.
bool IsAbbreviatedId(absl::string_view text);

// Where objects are read from. Thread-safe.
class ObjectSource {
 public:
  virtual ~ObjectSource() = default;

  // DATA_LOSS/STORAGE_CORRUPT when the object is damaged, absent or of another type: ids come from what is stored,
  // never from a caller.
  virtual absl::StatusOr<ObjectPtr> Get(absl::string_view id, ObjectType type) const = 0;

  // A copy of its body.
  absl::StatusOr<std::string> Read(absl::string_view id, ObjectType type) const;
};

}  // namespace metapowers::workspace

#endif  // METAPOWERS_SERVICE_WORKSPACE_OBJECT_H_
