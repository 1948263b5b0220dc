#include "service/workspace/draft.h"

#include <map>
#include <utility>

#include "service/base/status_macros.h"
#include "service/workspace/errors.h"
#include "service/workspace/path.h"
#include "service/workspace/staged_objects.h"
#include "service/workspace/tree.h"

namespace metapowers::workspace {

namespace {

// The changes of one commit as a tree of names.
struct Change {
  const FileChange* file = nullptr;  // set on a leaf
  std::map<std::string, Change> below;
};

absl::StatusOr<Change> Arrange(const std::vector<FileChange>& changes) {
  Change root;
  for (const FileChange& change : changes) {
    ASSIGN_OR_RETURN(const std::vector<std::string> components, SplitPath(change.path));
    Change* at = &root;
    for (const std::string& component : components) {
      if (at->file != nullptr) return PathInvalidError(change.path, "it lies below a file of the same commit");
      at = &at->below[component];
    }
    if (at->file != nullptr) return PathInvalidError(change.path, "it is changed twice in one commit");
    if (!at->below.empty()) return PathInvalidError(change.path, "a file of the same commit lies below it");
    at->file = &change;
  }
  return root;
}

// Rebuilds the trees that changes touch, collecting new objects.
class TreeEditor {
 public:
  explicit TreeEditor(const ObjectSource& objects) : objects_(objects) {}

  // The id of `tree` ("" = none) after `change`, "" when nothing is left in it.
  absl::StatusOr<std::string> Apply(absl::string_view tree, const Change& change, const std::string& prefix) {
    std::map<std::string, TreeEntry> entries;
    if (!tree.empty()) {
      ASSIGN_OR_RETURN(const std::string body, objects_.Read(tree, ObjectType::kTree));
      ASSIGN_OR_RETURN(std::vector<TreeEntry> stored, ParseTree(tree, body));
      for (TreeEntry& entry : stored) entries[entry.name] = std::move(entry);
    }
    for (const auto& [name, below] : change.below) {
      TreeEntry entry{.mode = below.file != nullptr ? kFileMode : kDirectoryMode, .name = name, .id = ""};
      const auto existing = entries.find(name);
      if (existing != entries.end()) {
        if (existing->second.mode != entry.mode) return PathUnsafeError(prefix + name, existing->second.kind());
        entry.id = existing->second.id;
      }
      ASSIGN_OR_RETURN(entry.id,
                       below.file != nullptr ? File(*below.file) : Apply(entry.id, below, prefix + name + "/"));
      if (entry.id.empty()) {
        entries.erase(name);
      } else {
        entries[name] = std::move(entry);
      }
    }
    if (entries.empty()) return std::string();
    std::vector<TreeEntry> list;
    for (auto& [name, entry] : entries) list.push_back(std::move(entry));
    return Keep(ObjectType::kTree, FormatTree(std::move(list)));
  }

  std::string Keep(ObjectType type, std::string body, Origin origin = Origin::kMade) {
    made_.push_back(MakeObject(type, std::move(body), origin));
    return made_.back().id;
  }
  std::vector<Object> Take() { return std::move(made_); }

 private:
  absl::StatusOr<std::string> File(const FileChange& file) {
    return file.content.has_value() ? Keep(ObjectType::kBlob, *file.content, file.origin) : std::string();
  }

  const ObjectSource& objects_;
  std::vector<Object> made_;
};

}  // namespace

Draft::Draft(std::shared_ptr<const Snapshot> base)
    : base_(std::move(base)),
      staged_(std::make_shared<StagedObjects>(base_->objects())),
      state_(std::make_shared<Snapshot>(staged_, base_->commit(), base_->tree(), base_->revision())) {}

Draft::~Draft() = default;

absl::StatusOr<std::optional<CommitInfo>> Draft::AddCommit(CommitSpec spec) {
  ASSIGN_OR_RETURN(const Change root, Arrange(spec.changes));
  TreeEditor editor(*staged_);
  ASSIGN_OR_RETURN(std::string tree, editor.Apply(state_->tree(), root, ""));
  if (tree.empty() && !state_->tree().empty()) tree = editor.Keep(ObjectType::kTree, "");
  if (tree == state_->tree()) return std::nullopt;

  ASSIGN_OR_RETURN(std::string body, FormatCommit(spec, tree, state_->commit()));
  ASSIGN_OR_RETURN(CommitInfo info, ParseCommit(body));
  info.id = editor.Keep(ObjectType::kCommit, std::move(body));
  info.revision = state_->revision() + 1;
  staged_->Add(editor.Take());
  state_ = std::make_shared<Snapshot>(staged_, info.id, info.tree, info.revision);
  commits_.push_back(info);
  specs_.push_back(std::move(spec));
  return info;
}

CommitBatch Draft::batch() const {
  return {.expected_head = base_->commit(),
          .new_head = state_->commit(),
          .objects = staged_->All(),
          .commits = commits_,
          .specs = specs_,
          .request = std::nullopt};
}

}  // namespace metapowers::workspace
