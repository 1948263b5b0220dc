// Objects in memory over a source of others: what both kinds of objects that are not stored yet are read through.
// Internal to workspace/. Thread-safe.
#ifndef METAPOWERS_SERVICE_WORKSPACE_OBJECT_OVERLAY_H_
#define METAPOWERS_SERVICE_WORKSPACE_OBJECT_OVERLAY_H_

#include <memory>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "service/workspace/errors.h"
#include "service/workspace/object.h"

namespace metapowers::workspace {

// Who derives from it says what is in `by_id_`.
class ObjectOverlay : public ObjectSource {
 public:
  absl::StatusOr<ObjectPtr> Get(absl::string_view id, ObjectType type) const override {
    {
      absl::ReaderMutexLock lock(&mutex_);
      const auto found = by_id_.find(id);
      if (found != by_id_.end()) {
        if (found->second->type != type) return ObjectCorruptError(id, absl::StrCat("no ", TypeName(type)));
        return found->second;
      }
    }
    return lower_->Get(id, type);
  }

 protected:
  explicit ObjectOverlay(std::shared_ptr<const ObjectSource> lower) : lower_(std::move(lower)) {}

  mutable absl::Mutex mutex_;
  absl::flat_hash_map<absl::string_view, ObjectPtr> by_id_ ABSL_GUARDED_BY(mutex_);  // keys are of the objects

 private:
  const std::shared_ptr<const ObjectSource> lower_;
};

}  // namespace metapowers::workspace

#endif  // METAPOWERS_SERVICE_WORKSPACE_OBJECT_OVERLAY_H_
