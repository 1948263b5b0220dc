// Objects that the journal holds and the repository does not yet, over those of the repository. Internal to workspace/.
// Thread-safe.
#ifndef METAPOWERS_SERVICE_WORKSPACE_UNFLUSHED_OBJECTS_H_
#define METAPOWERS_SERVICE_WORKSPACE_UNFLUSHED_OBJECTS_H_

#include <memory>
#include <utility>
#include <vector>

#include "absl/synchronization/mutex.h"
#include "service/workspace/object.h"
#include "service/workspace/object_overlay.h"

namespace metapowers::workspace {

class UnflushedObjects : public ObjectOverlay {
 public:
  explicit UnflushedObjects(std::shared_ptr<const ObjectSource> stored) : ObjectOverlay(std::move(stored)) {}

  void Add(const std::vector<ObjectPtr>& objects) {
    absl::MutexLock lock(&mutex_);
    for (const ObjectPtr& object : objects) by_id_.try_emplace(object->id, object);
  }

  // Of two steps with the same object the first has it, and is dropped first when they are stored; when steps fail, the
  // last is dropped first.
  void Drop(const std::vector<ObjectPtr>& objects) {
    absl::MutexLock lock(&mutex_);
    for (const ObjectPtr& object : objects) {
      const auto found = by_id_.find(object->id);
      if (found != by_id_.end() && found->second == object) by_id_.erase(found);
    }
  }
};

}  // namespace metapowers::workspace

#endif  // METAPOWERS_SERVICE_WORKSPACE_UNFLUSHED_OBJECTS_H_
