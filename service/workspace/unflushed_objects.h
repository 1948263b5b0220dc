// Objects that the journal holds and the repository does not yet, over those of the repository. Internal to workspace/.
// Thread-safe.
#ifndef METAPOWERS_SERVICE_WORKSPACE_UNFLUSHED_OBJECTS_H_
#define METAPOWERS_SERVICE_WORKSPACE_UNFLUSHED_OBJECTS_H_

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "service/workspace/errors.h"
#include "service/workspace/object.h"

namespace metapowers::workspace {

class UnflushedObjects : public ObjectSource {
 public:
  explicit UnflushedObjects(std::shared_ptr<const ObjectSource> stored) : stored_(std::move(stored)) {}

  absl::StatusOr<std::string> Read(absl::string_view id, ObjectType type) const override {
    {
      absl::ReaderMutexLock lock(&mutex_);
      const auto found = by_id_.find(id);
      if (found != by_id_.end()) {
        if (found->second->type != type) return ObjectCorruptError(id, absl::StrCat("no ", TypeName(type)));
        return found->second->body;
      }
    }
    return stored_->Read(id, type);
  }

  // `objects` stay where they are until Drop().
  void Add(const std::vector<Object>& objects) {
    absl::MutexLock lock(&mutex_);
    for (const Object& object : objects) by_id_.try_emplace(object.id, &object);
  }

  // Of two steps with the same object the first has it, and is dropped first when they are stored; when steps fail, the
  // last is dropped first.
  void Drop(const std::vector<Object>& objects) {
    absl::MutexLock lock(&mutex_);
    for (const Object& object : objects) {
      const auto found = by_id_.find(object.id);
      if (found != by_id_.end() && found->second == &object) by_id_.erase(found);
    }
  }

 private:
  const std::shared_ptr<const ObjectSource> stored_;
  mutable absl::Mutex mutex_;
  absl::flat_hash_map<std::string, const Object*> by_id_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace metapowers::workspace

#endif  // METAPOWERS_SERVICE_WORKSPACE_UNFLUSHED_OBJECTS_H_
