// Objects that are not stored yet, over a source of stored ones. Internal to workspace/. Thread-safe.
#ifndef METAPOWERS_SERVICE_WORKSPACE_STAGED_OBJECTS_H_
#define METAPOWERS_SERVICE_WORKSPACE_STAGED_OBJECTS_H_

#include <deque>
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
  std::deque<Object> objects_ ABSL_GUARDED_BY(mutex_);  // in the order made; addresses stay
};

}  // namespace metapowers::workspace

#endif  // METAPOWERS_SERVICE_WORKSPACE_STAGED_OBJECTS_H_
