#include "service/workspace/tree.h"

#include <algorithm>
#include <map>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "service/base/status_macros.h"
#include "service/workspace/errors.h"

namespace metapowers::workspace {
namespace {

constexpr size_t kRawIdSize = 20;

// Negative when `a` stands before `b`: Git sorts a directory as if its name ended in a slash.
int CompareNames(absl::string_view a, bool a_is_directory, absl::string_view b, bool b_is_directory) {
  const size_t common = std::min(a.size(), b.size());
  const int order = a.substr(0, common).compare(b.substr(0, common));
  if (order != 0) return order;
  const auto next = [common](absl::string_view name, bool is_directory) {
    return name.size() > common ? static_cast<unsigned char>(name[common]) : is_directory ? '/' : '\0';
  };
  return next(a, a_is_directory) - next(b, b_is_directory);
}

// An entry where it lies in the body of its tree.
struct EntryView {
  unsigned mode = 0;
  absl::string_view name;
  absl::string_view raw_id;

  bool is_directory() const { return mode == kDirectoryMode; }
  TreeEntry Copy() const { return {.mode = mode, .name = std::string(name), .id = absl::BytesToHexString(raw_id)}; }
};

// Takes one entry off the front of `rest`; false when it is malformed.
bool TakeEntry(absl::string_view& rest, EntryView& entry) {
  const size_t space = rest.find(' ');
  const size_t nul = rest.find('\0');
  if (space == absl::string_view::npos || nul == absl::string_view::npos || space > 6 || nul <= space + 1) return false;
  if (rest.size() < nul + 1 + kRawIdSize) return false;
  entry.mode = 0;
  for (const char c : rest.substr(0, space)) {
    if (c < '0' || c > '7') return false;
    entry.mode = entry.mode * 8 + static_cast<unsigned>(c - '0');
  }
  entry.name = rest.substr(space + 1, nul - space - 1);
  entry.raw_id = rest.substr(nul + 1, kRawIdSize);
  rest.remove_prefix(nul + 1 + kRawIdSize);
  return true;
}

void AppendEntry(const TreeEntry& entry, std::string& body) {
  absl::StrAppend(&body, absl::StrFormat("%o ", entry.mode), entry.name, absl::string_view("\0", 1),
                  absl::HexStringToBytes(entry.id));
}

absl::StatusOr<std::vector<TreeEntry>> ReadTree(const ObjectSource& objects, absl::string_view id) {
  if (id.empty()) return std::vector<TreeEntry>();
  ASSIGN_OR_RETURN(const ObjectPtr tree, objects.Get(id, ObjectType::kTree));
  return ParseTree(id, tree->body);
}

absl::Status Diff(const ObjectSource& objects, absl::string_view prefix, absl::string_view old_tree,
                  absl::string_view new_tree, std::vector<TreeDifference>& out) {
  if (old_tree == new_tree) return absl::OkStatus();
  std::map<std::string, std::pair<TreeEntry, TreeEntry>> pairs;
  ASSIGN_OR_RETURN(std::vector<TreeEntry> old_entries, ReadTree(objects, old_tree));
  ASSIGN_OR_RETURN(std::vector<TreeEntry> new_entries, ReadTree(objects, new_tree));
  for (TreeEntry& entry : old_entries) pairs[entry.name].first = std::move(entry);
  for (TreeEntry& entry : new_entries) pairs[entry.name].second = std::move(entry);
  for (const auto& [name, pair] : pairs) {
    const auto& [before, after] = pair;
    if (before == after) continue;
    const std::string path = absl::StrCat(prefix, name);
    const auto file = [](const TreeEntry& entry) { return entry.is_directory() ? std::string() : entry.id; };
    const auto directory = [](const TreeEntry& entry) { return entry.is_directory() ? entry.id : std::string(); };
    if (!file(before).empty() || !file(after).empty()) out.push_back({path, file(before), file(after)});
    RETURN_IF_ERROR(Diff(objects, path + "/", directory(before), directory(after), out));
  }
  return absl::OkStatus();
}

}  // namespace

absl::string_view TreeEntry::kind() const {
  switch (mode) {
    case kDirectoryMode:
      return "directory";
    case kFileMode:
      return "file";
    case 0100755:
      return "executable file";
    case 0120000:
      return "symbolic link";
    case 0160000:
      return "submodule";
    default:
      return "file of an unknown mode";
  }
}

absl::StatusOr<std::vector<TreeEntry>> ParseTree(absl::string_view id, absl::string_view body) {
  std::vector<TreeEntry> entries;
  while (!body.empty()) {
    EntryView entry;
    if (!TakeEntry(body, entry)) return ObjectCorruptError(id, "no tree");
    entries.push_back(entry.Copy());
  }
  return entries;
}

absl::StatusOr<std::optional<TreeEntry>> FindInTree(absl::string_view id, absl::string_view body,
                                                    absl::string_view name) {
  while (!body.empty()) {
    EntryView entry;
    if (!TakeEntry(body, entry)) return ObjectCorruptError(id, "no tree");
    if (entry.name == name) return entry.Copy();
  }
  return std::nullopt;
}

absl::StatusOr<std::string> EditTree(absl::string_view id, absl::string_view body, std::vector<TreeEntry> edits) {
  std::sort(edits.begin(), edits.end(), [](const TreeEntry& a, const TreeEntry& b) {
    return CompareNames(a.name, a.is_directory(), b.name, b.is_directory()) < 0;
  });
  std::string out;
  out.reserve(body.size() + edits.size() * 64);
  const auto write = [&](const TreeEntry& edit) {
    if (!edit.id.empty()) AppendEntry(edit, out);
  };
  auto edit = edits.begin();
  absl::string_view kept = body;  // from the first entry that is not copied yet
  const auto copy_up_to = [&](absl::string_view entry) {
    out.append(kept.data(), kept.size() - entry.size());
    kept = entry;
  };
  EntryView last;
  while (!body.empty()) {
    const absl::string_view before = body;
    EntryView entry;
    if (!TakeEntry(body, entry)) return ObjectCorruptError(id, "no tree");
    if (!last.name.empty() && CompareNames(last.name, last.is_directory(), entry.name, entry.is_directory()) >= 0) {
      return ObjectCorruptError(id, "entries out of order");
    }
    last = entry;
    for (; edit != edits.end() && CompareNames(edit->name, edit->is_directory(), entry.name, entry.is_directory()) < 0;
         ++edit) {
      copy_up_to(before);
      write(*edit);
    }
    if (edit != edits.end() && edit->name == entry.name) {
      copy_up_to(before);
      write(*edit++);
      kept = body;
    }
  }
  copy_up_to(body);
  for (; edit != edits.end(); ++edit) write(*edit);
  return out;
}

absl::StatusOr<std::optional<TreeEntry>> FindEntry(const ObjectSource& objects, absl::string_view root,
                                                   const std::vector<std::string>& components) {
  std::string tree(root);
  for (size_t depth = 0; depth < components.size(); ++depth) {
    if (tree.empty()) return std::nullopt;
    ASSIGN_OR_RETURN(const ObjectPtr object, objects.Get(tree, ObjectType::kTree));
    ASSIGN_OR_RETURN(std::optional<TreeEntry> entry, FindInTree(tree, object->body, components[depth]));
    if (!entry.has_value() || depth + 1 == components.size()) return entry;
    if (entry->is_file()) return std::nullopt;
    if (!entry->is_directory()) {
      const auto end = components.begin() + static_cast<ptrdiff_t>(depth) + 1;
      return PathUnsafeError(absl::StrJoin(components.begin(), end, "/"), entry->kind());
    }
    tree = std::move(entry->id);
  }
  return std::nullopt;
}

absl::StatusOr<std::vector<TreeDifference>> DiffTrees(const ObjectSource& objects, absl::string_view old_tree,
                                                      absl::string_view new_tree) {
  std::vector<TreeDifference> differences;
  RETURN_IF_ERROR(Diff(objects, "", old_tree, new_tree, differences));
  return differences;
}

}  // namespace metapowers::workspace
