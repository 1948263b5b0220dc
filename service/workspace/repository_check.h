// What is wrong with the repository of a workspace, seen from outside: it is only read, and may be in use. Thread-safe.
#ifndef METAPOWERS_SERVICE_WORKSPACE_REPOSITORY_CHECK_H_
#define METAPOWERS_SERVICE_WORKSPACE_REPOSITORY_CHECK_H_

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "service/workspace/commit.h"
#include "service/workspace/data_dir.h"
#include "service/workspace/journal.h"
#include "service/workspace/object.h"

namespace metapowers::workspace {

struct Finding {
  std::string place;  // "object 3f…", "branch main", "journal"
  std::string cause;
  std::string mend;
};

// A commit that a branch must contain, by the record of somebody.
struct KnownHead {
  std::string commit;    // "" = no record
  int64_t revision = 0;  // its number; 0 = not recorded
  std::string record;    // whose it is, e.g. "the history index"
};

// The first-parent line of a branch.
struct CommitLine {
  std::string head;                                  // "" = no commit
  absl::flat_hash_map<std::string, int64_t> number;  // of each commit, from the head down: the head has 0
  int64_t commits = 0;

  // Of `commit`, the first is 1; 0 when it is not on the line.
  int64_t RevisionOf(absl::string_view commit) const;
};

// A repository that is only read.
class CheckedRepository {
 public:
  // The errors of BareRepository::Open.
  static absl::StatusOr<CheckedRepository> Open(const std::string& path);

  const std::string& branch() const { return branch_; }  // as it was when this was opened
  const std::shared_ptr<const ObjectSource>& objects() const { return objects_; }

  // What `git fsck --strict` finds, by object.
  std::vector<Finding> CheckObjects() const;

  // Walks the line from the branch down and tells each commit and how many parents it has; what cannot be read is added
  // to `findings` and ends it.
  CommitLine Walk(const std::function<void(const CommitInfo& commit, int parents)>& visit,
                  std::vector<Finding>& findings) const;

  // Whether the branch contains what others know of it, at any place below it: the server's record of where it was
  // last, the commits that the server keeps or has noted since they were lost, and `known`. A missing one that another
  // missing one contains is not told: it comes back with that.
  std::vector<Finding> CheckHeads(const CommitLine& line, std::vector<KnownHead> known) const;

  // Whether the answered steps of the journal can be made again on the branch.
  std::vector<Finding> CheckSteps(const CommitLine& line, const std::vector<JournalEntry>& entries) const;

 private:
  // What is wrong with a head that is known.
  struct HeadFault {
    std::string commit;
    bool missing = false;  // the branch does not contain it
    Finding finding;
  };

  CheckedRepository(std::string path, std::string recorded, std::vector<std::string> lost,
                    std::vector<std::string> gone)
      : path_(std::move(path)), recorded_(std::move(recorded)), lost_(std::move(lost)), gone_(std::move(gone)) {}

  std::optional<HeadFault> CheckHead(const CommitLine& line, const KnownHead& head) const;
  // Whether what mends `other` brings `commit` back as well.
  bool IsMendedBy(const std::string& commit, const HeadFault& other) const;

  std::string path_;
  std::string recorded_;
  std::vector<std::string> lost_;
  std::vector<std::string> gone_;
  std::string branch_;
  std::shared_ptr<const ObjectSource> objects_;
};

// What the journal holds that no repository has, by workspace, in order. The errors of opening it.
absl::StatusOr<std::map<std::string, std::vector<JournalEntry>>> ReadJournal(const DataDir& data_dir);

}  // namespace metapowers::workspace

#endif  // METAPOWERS_SERVICE_WORKSPACE_REPOSITORY_CHECK_H_
