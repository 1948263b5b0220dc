// Commits in memory, to build histories of any form, and to see who reads what.
#ifndef METAPOWERS_TESTS_WORKSPACE_MEMORY_COMMITS_H_
#define METAPOWERS_TESTS_WORKSPACE_MEMORY_COMMITS_H_

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "service/workspace/errors.h"
#include "service/workspace/object.h"

namespace metapowers::workspace {

class MemoryCommits : public ObjectSource {
 public:
  // A commit with these parents; its id. Two are never the same.
  std::string Add(const std::vector<std::string>& parents, int64_t seconds) {
    std::string body = "tree 4b825dc642cb6eb9a060e54bf8d69288fbee4904\n";
    for (const std::string& parent : parents) absl::StrAppend(&body, "parent ", parent, "\n");
    absl::StrAppend(&body, "author Ann <ann@example.com> ", seconds, " +0000\n", "committer Ann <ann@example.com> ",
                    seconds, " +0000\n\ncommit ", commits_.size(), "\n");
    const auto commit = std::make_shared<const Object>(MakeObject(ObjectType::kCommit, std::move(body)));
    commits_[commit->id] = commit;
    return commit->id;
  }
  // A line of commits above `parent`, each a second after the one below it; the last.
  std::string AddLine(std::string parent, int count, int64_t seconds) {
    for (int i = 0; i < count; ++i)
      parent = Add(parent.empty() ? std::vector<std::string>() : std::vector{parent}, seconds + i);
    return parent;
  }
  void Remove(const std::string& id) { commits_.erase(id); }

  absl::StatusOr<ObjectPtr> Get(absl::string_view id, ObjectType) const override {
    ++reads;
    if (on_read) on_read(reads);
    const auto found = commits_.find(std::string(id));
    if (found == commits_.end()) return ObjectCorruptError(id, "it is absent");
    return found->second;
  }

  mutable int reads = 0;
  std::function<void(int reads)> on_read;

 private:
  std::map<std::string, ObjectPtr> commits_;
};

}  // namespace metapowers::workspace

#endif  // METAPOWERS_TESTS_WORKSPACE_MEMORY_COMMITS_H_
