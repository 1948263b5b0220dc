// The objects of a repository on disk: loose files, packs, and the alternates it borrows from.
// Internal to workspace/. Thread-safe.
#ifndef METAPOWERS_SERVICE_WORKSPACE_OBJECT_STORE_H_
#define METAPOWERS_SERVICE_WORKSPACE_OBJECT_STORE_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "service/workspace/git.h"
#include "service/workspace/object.h"

namespace metapowers::workspace {

class ObjectStore : public ObjectSource {
 public:
  static absl::StatusOr<std::shared_ptr<ObjectStore>> Open(const std::string& objects_dir);

  absl::StatusOr<ObjectPtr> Get(absl::string_view id, ObjectType type) const override;

  // What a call stored.
  struct Written {
    int loose = 0;  // files of one object
    int packs = 0;
  };
  // Stores, durably, those objects that no pack known so far holds: few as loose files, many as one pack.
  absl::StatusOr<Written> Write(const std::vector<ObjectPtr>& objects);

 private:
  ObjectStore(std::vector<std::string> directories, OdbHandle packs)
      : directories_(std::move(directories)), packs_(std::move(packs)) {}

  absl::StatusOr<Object> Find(absl::string_view id) const;
  absl::StatusOr<Object> FindPacked(absl::string_view id) const;
  void Remember(const ObjectPtr& object) const;

  const std::vector<std::string> directories_;  // [0] is our own; the rest are alternates
  const OdbHandle packs_;                       // pack backends only: libgit2 never sees a loose object

  // Trees and commits read lately: what every path look-up walks over. Two generations bound it: when the young one
  // is full it becomes the old, and the old is dropped.
  using Cache = absl::flat_hash_map<absl::string_view, ObjectPtr>;  // keys are of the objects
  mutable absl::Mutex cache_mutex_;
  mutable Cache young_ ABSL_GUARDED_BY(cache_mutex_);
  mutable Cache old_ ABSL_GUARDED_BY(cache_mutex_);
  mutable size_t young_bytes_ ABSL_GUARDED_BY(cache_mutex_) = 0;
};

}  // namespace metapowers::workspace

#endif  // METAPOWERS_SERVICE_WORKSPACE_OBJECT_STORE_H_
