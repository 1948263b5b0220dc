// Whether the sections of a workspace are what their inputs give: each is derived again, from the model, decisions,
// rules and evidence at the commit that made it, and compared byte for byte.
#ifndef METAPOWERS_SERVICE_SERVER_SECTION_CHECK_H_
#define METAPOWERS_SERVICE_SERVER_SECTION_CHECK_H_

#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "service/server/command_index.h"
#include "service/server/generator.h"
#include "service/server/names.h"
#include "service/workspace/commit.h"
#include "service/workspace/object.h"
#include "service/workspace/repository_check.h"
#include "service/workspace/snapshot.h"

namespace metapowers::server {

// Not thread-safe.
class SectionCheck {
 public:
  // `version` is that of this program. Both outlive this.
  SectionCheck(Generator& generator, absl::string_view version) : generator_(generator), version_(version) {}

  // Takes note of a commit of the line; newest first. What is wrong with a commit of the service by itself is added to
  // `faults`: it has one parent at most, and names the model that it holds.
  void Visit(const workspace::ObjectSource& objects, const workspace::CommitInfo& commit, int parents,
             std::vector<workspace::Finding>& faults);

  struct Outcome {
    int same = 0;  // sections
    std::vector<workspace::Finding> faults;
    std::vector<workspace::Finding> notes;  // sections that were not checked, or edited since
  };
  // Checks all sections at the newest commit visited. The errors of reading what is stored.
  absl::StatusOr<Outcome> Check(const std::shared_ptr<const workspace::ObjectSource>& objects);

 private:
  using Key = std::pair<std::string, std::string>;  // topic and command

  absl::Status CheckTopic(const workspace::Snapshot& head, const ResourceName& topic, Outcome& outcome);
  absl::Status CheckSection(const ResourceName& topic, const CommandEntry& entry, const std::string& document,
                            const std::shared_ptr<const workspace::ObjectSource>& objects, Outcome& outcome);

  Generator& generator_;
  const absl::string_view version_;
  std::string head_, head_tree_;
  std::map<Key, workspace::CommitInfo> newest_;  // commits of each command
};

}  // namespace metapowers::server

#endif  // METAPOWERS_SERVICE_SERVER_SECTION_CHECK_H_
