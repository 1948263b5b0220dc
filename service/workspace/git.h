// libgit2 for this layer: its process-wide set-up, owning handles and error mapping. The only header
// that includes libgit2; internal to workspace/.
//
// libgit2 is used for packs, references, discovery and the index. Loose objects are read and written by
// our own code (loose_objects.h): 1.5.1 loops for ever on a truncated one.
#ifndef METAPOWERS_SERVICE_WORKSPACE_GIT_H_
#define METAPOWERS_SERVICE_WORKSPACE_GIT_H_

#include <git2.h>
#include <git2/sys/odb_backend.h>

#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace metapowers::workspace {

template <auto kFree>
struct GitDeleter {
  template <class T>
  void operator()(T* handle) const {
    kFree(handle);
  }
};
using RepositoryHandle = std::unique_ptr<git_repository, GitDeleter<git_repository_free>>;
using ReferenceHandle = std::unique_ptr<git_reference, GitDeleter<git_reference_free>>;
using OdbHandle = std::unique_ptr<git_odb, GitDeleter<git_odb_free>>;
using OdbObjectHandle = std::unique_ptr<git_odb_object, GitDeleter<git_odb_object_free>>;
using IndexHandle = std::unique_ptr<git_index, GitDeleter<git_index_free>>;
using ConfigHandle = std::unique_ptr<git_config, GitDeleter<git_config_free>>;

// Sets libgit2 up, once per process, before anything is opened: fsync on (references sample it when a
// repository is opened), no configuration from outside a repository, bounded caches, ownership checked.
// Thread-safe and cheap when repeated. FAILED_PRECONDITION/GIT_UNSUPPORTED below 1.5.1.
const absl::Status& InitializeGit();

// `id` must be IsObjectId().
git_oid ToOid(absl::string_view id);
std::string FromOid(const git_oid& oid);

// The status of libgit2 return code `rc` (negative). libgit2's own text names server paths and is dropped; the
// system error it ends in decides the code. Call right after the failed call, in the same thread.
absl::Status GitError(int rc, absl::string_view what);

// The system's error that the last failed libgit2 call of this thread met, or EIO when it names none.
int GitSystemError();

// Moves `reference` from `expected` ("" = it must not exist) to `target`, durably. ABORTED/HEAD_MOVED without the
// actual value, FAILED_PRECONDITION/LOCKED when another process holds its lock for over a second.
absl::Status MoveReference(git_repository* repository, const std::string& reference, absl::string_view expected,
                           absl::string_view target, const std::string& log_message);

}  // namespace metapowers::workspace

#endif  // METAPOWERS_SERVICE_WORKSPACE_GIT_H_
