// Objects that are not stored yet, over a source of stored ones. Internal to workspace/. Thread-safe.
#ifndef METAPOWERS_SERVICE_WORKSPACE_STAGED_OBJECTS_H_
#define METAPOWERS_SERVICE_WORKSPACE_STAGED_OBJECTS_H_

#include <deque>
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

// Only ever grows, so that snapshots on it stay valid.
class StagedObjects : public ObjectSource {
 public:
  explicit StagedObjects(std::shared_ptr<const ObjectSource> lower) : lower_(std::move(lower)) {}

  absl::StatusOr<std::string> Read(absl::string_view id, ObjectType type) const override {
    {
      absl::ReaderMutexLock lock(&mutex_);
      const auto found = by_id_.find(id);
      if (found != by_id_.end()) {
        if (found->second->type != type) return ObjectCorruptError(id, absl::StrCat("no ", TypeName(type)));
        return found->second->body;
      }
    }
    return lower_->Read(id, type);
  }

  void Add(std::vector<Object> objects) {
    absl::MutexLock lock(&mutex_);
    for (Object& object : objects) {
      if (by_id_.contains(object.id)) continue;
      objects_.push_back(std::move(object));
      by_id_[objects_.back().id] = &objects_.back();
    }
  }

  std::vector<Object> All() const {
    absl::ReaderMutexLock lock(&mutex_);
    return {objects_.begin(), objects_.end()};
  }

 private:
  const std::shared_ptr<const ObjectSource> lower_;
  mutable absl::Mutex mutex_;
  std::deque<Object> objects_ ABSL_GUARDED_BY(mutex_);  // in the order made; addresses stay
  absl::flat_hash_map<std::string, const Object*> by_id_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace metapowers::workspace

#endif  // METAPOWERS_SERVICE_WORKSPACE_STAGED_OBJECTS_H_
