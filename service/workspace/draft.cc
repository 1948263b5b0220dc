#include "service/workspace/draft.h"

#include <algorithm>
#include <map>
#include <utility>

#include "absl/container/flat_hash_set.h"
#include "service/base/status_macros.h"
#include "service/workspace/errors.h"
#include "service/workspace/path.h"
#include "service/workspace/signing_key.h"
#include "service/workspace/staged_objects.h"
#include "service/workspace/tree.h"

namespace metapowers::workspace {

namespace {

// The changes of one commit as a tree of names.
struct Change {
  FileChange* file = nullptr;  // set on a leaf
  std::map<std::string, Change> below;
};

absl::StatusOr<Change> Arrange(std::vector<FileChange>& changes) {
  Change root;
  for (FileChange& change : changes) {
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

// Shorter contents are not worth a comparison.
constexpr size_t kCompared = 4'096;

size_t CommonPrefix(absl::string_view a, absl::string_view b) {
  constexpr size_t kBlock = 256;
  const size_t most = std::min(a.size(), b.size());
  size_t at = 0;
  while (at + kBlock <= most && a.substr(at, kBlock) == b.substr(at, kBlock)) at += kBlock;
  while (at < most && a[at] == b[at]) ++at;
  return at;
}

size_t CommonSuffix(absl::string_view a, absl::string_view b) {
  constexpr size_t kBlock = 256;
  const size_t most = std::min(a.size(), b.size());
  size_t at = 0;
  while (at + kBlock <= most && a.substr(a.size() - at - kBlock, kBlock) == b.substr(b.size() - at - kBlock, kBlock)) {
    at += kBlock;
  }
  while (at < most && a[a.size() - at - 1] == b[b.size() - at - 1]) ++at;
  return at;
}

// Rebuilds the trees that changes touch, collecting new objects.
class TreeEditor {
 public:
  // Files are taken from `made`, unless that is nullptr: another editor has been through the changes then.
  TreeEditor(const ObjectSource& objects, const ObjectSource* made) : objects_(objects), earlier_(made) {}

  // The id of `tree` ("" = none) after `change`, "" when nothing is left in it.
  absl::StatusOr<std::string> Apply(absl::string_view tree, const Change& change, const std::string& prefix) {
    ObjectPtr object;
    if (!tree.empty()) {
      ASSIGN_OR_RETURN(object, objects_.Get(tree, ObjectType::kTree));
    }
    const absl::string_view body = object == nullptr ? absl::string_view() : object->body;
    std::vector<TreeEntry> edits;
    for (const auto& [name, below] : change.below) {
      TreeEntry entry{.mode = below.file != nullptr ? kFileMode : kDirectoryMode, .name = name, .id = ""};
      ASSIGN_OR_RETURN(const std::optional<TreeEntry> existing, FindInTree(tree, body, name));
      if (existing.has_value() && existing->mode != entry.mode) {
        return PathUnsafeError(prefix + name, existing->kind());
      }
      const std::string before = existing.has_value() ? existing->id : "";
      if (below.file != nullptr) {
        ASSIGN_OR_RETURN(entry.id, earlier_ == nullptr ? File(*below.file, before) : Again(*below.file, before));
      } else {
        ASSIGN_OR_RETURN(entry.id, Apply(before, below, prefix + name + "/"));
      }
      if (entry.id != before) {
        edits.push_back(std::move(entry));
      } else if (below.file != nullptr) {
        idle_.insert(below.file);
        if (!before.empty()) made_.pop_back();
      }
    }
    if (edits.empty()) return std::string(tree);
    ASSIGN_OR_RETURN(std::string edited, EditTree(tree, body, std::move(edits)));
    return edited.empty() ? std::string() : Keep(ObjectType::kTree, std::move(edited));
  }

  std::string Keep(ObjectType type, std::string body, Origin origin = Origin::kMade) {
    return Keep(MakeObject(type, std::move(body), origin));
  }
  std::vector<ObjectPtr> Take() { return std::move(made_); }
  // Whether the change found everything as it wants it.
  bool Idle(const FileChange& change) const { return idle_.contains(&change); }

 private:
  const std::string& Keep(Object object) {
    made_.push_back(std::make_shared<const Object>(std::move(object)));
    return made_.back()->id;
  }

  absl::StatusOr<std::string> File(FileChange& file, const std::string& before) {
    file.before = before;
    if (!file.content.has_value()) return std::string();
    FindKept(file, before);
    const size_t kept = file.kept_prefix + file.kept_suffix;
    std::string changed = file.content->substr(file.kept_prefix, file.content->size() - kept);
    std::string body = *std::exchange(file.content, std::move(changed));
    if (file.id.empty()) return file.id = Keep(ObjectType::kBlob, std::move(body), file.origin);
    return Keep({.type = ObjectType::kBlob, .id = file.id, .body = std::move(body)});
  }

  absl::StatusOr<std::string> Again(const FileChange& file, const std::string& before) {
    if (file.before != before) return HeadMovedError(file.before, before);
    if (!file.content.has_value()) return std::string();
    ASSIGN_OR_RETURN(made_.emplace_back(), earlier_->Get(file.id, ObjectType::kBlob));
    return file.id;
  }

  void FindKept(FileChange& file, const std::string& before) const {
    file.kept_prefix = file.kept_suffix = 0;
    if (file.content->size() < kCompared || before.empty()) return;
    const absl::StatusOr<ObjectPtr> old = objects_.Get(before, ObjectType::kBlob);
    if (!old.ok()) return;  // it is being replaced
    const absl::string_view body = (*old)->body;
    file.kept_prefix = CommonPrefix(body, *file.content);
    file.kept_suffix =
        CommonSuffix(body.substr(file.kept_prefix), absl::string_view(*file.content).substr(file.kept_prefix));
  }

  const ObjectSource& objects_;
  const ObjectSource* const earlier_;
  std::vector<ObjectPtr> made_;
  absl::flat_hash_set<const FileChange*> idle_;
};

}  // namespace

Draft::Draft(std::shared_ptr<const Snapshot> base)
    : base_(std::move(base)),
      staged_(std::make_shared<StagedObjects>(base_->objects())),
      state_(std::make_shared<Snapshot>(staged_, base_->commit(), base_->tree(), base_->revision())) {}

Draft::~Draft() = default;

absl::StatusOr<std::optional<CommitInfo>> Draft::AddCommit(CommitSpec spec) { return Stage(std::move(spec), nullptr); }

absl::Status Draft::MoveTo(std::shared_ptr<const Snapshot> base) {
  Draft moved(std::move(base));
  for (CommitSpec& spec : specs_) {
    spec.signature.clear();  // it was of another commit
    RETURN_IF_ERROR(moved.Stage(std::move(spec), staged_.get()).status());
  }
  base_ = std::move(moved.base_);
  staged_ = std::move(moved.staged_);
  state_ = std::move(moved.state_);
  commits_ = std::move(moved.commits_);
  specs_ = std::move(moved.specs_);
  return absl::OkStatus();
}

absl::StatusOr<std::optional<CommitInfo>> Draft::Stage(CommitSpec spec, const ObjectSource* made) {
  ASSIGN_OR_RETURN(const Change root, Arrange(spec.changes));
  TreeEditor editor(*staged_, made);
  ASSIGN_OR_RETURN(std::string tree, editor.Apply(state_->tree(), root, ""));
  if (tree.empty() && !state_->tree().empty()) tree = editor.Keep(ObjectType::kTree, "");
  if (tree == state_->tree()) return std::nullopt;

  ASSIGN_OR_RETURN(std::string body, FormatCommit(spec, tree, state_->commit()));
  if (spec.signature.empty() && spec.committer.key != nullptr) {
    ASSIGN_OR_RETURN(spec.signature, spec.committer.key->Sign(body));
  }
  if (!spec.signature.empty()) body = AddSignature(body, spec.signature);
  ASSIGN_OR_RETURN(CommitInfo info, ParseCommit(body));
  info.id = editor.Keep(ObjectType::kCommit, std::move(body));
  info.revision = state_->revision() + 1;
  staged_->Add(editor.Take());
  state_ = std::make_shared<Snapshot>(staged_, info.id, info.tree, info.revision);
  commits_.push_back(info);
  std::vector<FileChange> changes;
  for (FileChange& change : spec.changes) {
    if (!editor.Idle(change)) changes.push_back(std::move(change));
  }
  spec.changes = std::move(changes);
  specs_.push_back(std::move(spec));
  return info;
}

CommitBatch Draft::batch() const { return MakeBatch(commits_, specs_); }

CommitBatch Draft::TakeBatch() { return MakeBatch(std::move(commits_), std::move(specs_)); }

CommitBatch Draft::MakeBatch(std::vector<CommitInfo> commits, std::vector<CommitSpec> specs) const {
  return {.expected_head = base_->commit(),
          .new_head = state_->commit(),
          .objects = staged_->All(),
          .commits = std::move(commits),
          .specs = std::move(specs),
          .request = std::nullopt};
}

}  // namespace metapowers::workspace
