#include "service/workspace/ancestry.h"

#include <cstdint>
#include <iterator>
#include <set>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "absl/time/time.h"
#include "service/base/status_macros.h"
#include "service/workspace/commit.h"

namespace metapowers::workspace {
namespace {

// As Git finds merge bases: both commits paint what they contain. A path from the tip down to the commit has only the
// tip's colour, since the commit contains nothing above it; so all is known once no commit of that colour alone waits,
// whatever the clocks of those who committed.
class Painting {
 public:
  explicit Painting(const ObjectSource& objects) : objects_(objects) {}

  absl::StatusOr<bool> Reaches(const std::string& tip, const std::string& commit) {
    RETURN_IF_ERROR(Paint(tip, kOfTip));
    RETURN_IF_ERROR(Paint(commit, kOfCommit));
    while (of_tip_alone_ > 0) {
      const std::string id = std::prev(waiting_.end())->second;
      waiting_.erase(std::prev(waiting_.end()));
      const Node node = nodes_[id];
      of_tip_alone_ -= node.colours == kOfTip ? 1 : 0;
      for (const std::string& parent : node.parents) {
        if (parent == commit && (node.colours & kOfTip) != 0) return true;
        RETURN_IF_ERROR(Paint(parent, node.colours));
      }
    }
    return false;
  }

 private:
  static constexpr int kOfTip = 1;
  static constexpr int kOfCommit = 2;

  struct Node {
    int colours = 0;
    int64_t time = 0;
    std::vector<std::string> parents;
  };

  absl::Status Paint(const std::string& id, int colours) {
    const auto [found, fresh] = nodes_.try_emplace(id);
    Node& node = found->second;
    if (fresh) {
      const absl::StatusOr<std::string> body = objects_.Read(id, ObjectType::kCommit);
      const absl::StatusOr<CommitInfo> commit = body.ok() ? ParseCommit(*body) : body.status();
      if (!commit.ok() && colours == kOfTip) return commit.status();
      if (commit.ok()) {
        node.time = absl::ToUnixSeconds(commit->time);
        node.parents = ParentsOf(*body);
      }
    }
    const int before = node.colours;
    node.colours |= colours;
    if (node.colours == before) return absl::OkStatus();
    const bool waited = !waiting_.emplace(node.time, id).second;
    of_tip_alone_ -= waited && before == kOfTip ? 1 : 0;
    of_tip_alone_ += node.colours == kOfTip ? 1 : 0;
    return absl::OkStatus();
  }

  const ObjectSource& objects_;
  absl::flat_hash_map<std::string, Node> nodes_;
  std::set<std::pair<int64_t, std::string>> waiting_;  // by time
  int of_tip_alone_ = 0;                               // of those that wait
};

}  // namespace

std::vector<std::string> ParentsOf(absl::string_view body) {
  std::vector<std::string> parents;
  for (absl::string_view line : absl::StrSplit(body.substr(0, body.find("\n\n")), '\n')) {
    if (absl::ConsumePrefix(&line, "parent ") && IsObjectId(line)) parents.emplace_back(line);
  }
  return parents;
}

absl::StatusOr<bool> Contains(const ObjectSource& objects, const std::string& tip, const std::string& commit) {
  if (tip.empty() || commit.empty()) return false;
  if (tip == commit) return true;
  return Painting(objects).Reaches(tip, commit);
}

}  // namespace metapowers::workspace
