// Objects that are not stored yet, over a source of stored ones. Internal to workspace/. Thread-safe.
#ifndef METAPOWERS_SERVICE_WORKSPACE_STAGED_OBJECTS_H_
#define METAPOWERS_SERVICE_WORKSPACE_STAGED_OBJECTS_H_

#include <memory>
#include <utility>
#include <vector>

#include "absl/synchronization/mutex.h"
#include "service/workspace/object.h"
#include "service/workspace/object_overlay.h"

namespace metapowers::workspace {

// Only ever grows, so that snapshots on it stay valid.
class StagedObjects : public ObjectOverlay {
 public:
  explicit StagedObjects(std::shared_ptr<const ObjectSource> lower) : ObjectOverlay(std::move(lower)) {}

  void Add(std::vector<ObjectPtr> objects) {
    absl::MutexLock lock(&mutex_);
    for (ObjectPtr& object : objects) {
      if (by_id_.try_emplace(object->id, object).second) objects_.push_back(std::move(object));
    }
  }

  std::vector<ObjectPtr> All() const {
    absl::ReaderMutexLock lock(&mutex_);
    return objects_;
  }

 private:
  std::vector<ObjectPtr> objects_ ABSL_GUARDED_BY(mutex_);  // in the order made
};

}  // namespace metapowers::workspace

#endif  // METAPOWERS_SERVICE_WORKSPACE_STAGED_OBJECTS_H_
