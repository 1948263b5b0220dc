#include "service/workspace/tree.h"

#include <algorithm>
#include <map>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "service/base/status_macros.h"
#include "service/workspace/errors.h"

namespace metapowers::workspace {
namespace {

constexpr size_t kRawIdSize = 20;

// Git sorts a directory as if its name ended in a slash.
std::string SortKey(const TreeEntry& entry) { return entry.is_directory() ? entry.name + "/" : entry.name; }

// Takes one entry off the front of `rest`; false when it is malformed.
bool TakeEntry(absl::string_view& rest, TreeEntry& entry) {
  const size_t space = rest.find(' ');
  const size_t nul = rest.find('\0');
  if (space == absl::string_view::npos || nul == absl::string_view::npos || space > 6 || nul <= space + 1) return false;
  if (rest.size() < nul + 1 + kRawIdSize) return false;
  entry.mode = 0;
  for (const char c : rest.substr(0, space)) {
    if (c < '0' || c > '7') return false;
    entry.mode = entry.mode * 8 + static_cast<unsigned>(c - '0');
  }
  entry.name = std::string(rest.substr(space + 1, nul - space - 1));
  entry.id = absl::BytesToHexString(rest.substr(nul + 1, kRawIdSize));
  rest.remove_prefix(nul + 1 + kRawIdSize);
  return true;
}

absl::StatusOr<std::vector<TreeEntry>> ReadTree(const ObjectSource& objects, absl::string_view id) {
  if (id.empty()) return std::vector<TreeEntry>();
  ASSIGN_OR_RETURN(const std::string body, objects.Read(id, ObjectType::kTree));
  return ParseTree(id, body);
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
    TreeEntry entry;
    if (!TakeEntry(body, entry)) return ObjectCorruptError(id, "no tree");
    entries.push_back(std::move(entry));
  }
  return entries;
}

std::string FormatTree(std::vector<TreeEntry> entries) {
  std::sort(entries.begin(), entries.end(),
            [](const TreeEntry& a, const TreeEntry& b) { return SortKey(a) < SortKey(b); });
  std::string body;
  for (const TreeEntry& entry : entries) {
    std::string mode;
    for (unsigned left = entry.mode; left != 0; left /= 8) mode.insert(mode.begin(), static_cast<char>('0' + left % 8));
    absl::StrAppend(&body, mode, " ", entry.name, absl::string_view("\0", 1), absl::HexStringToBytes(entry.id));
  }
  return body;
}

absl::StatusOr<std::optional<TreeEntry>> FindEntry(const ObjectSource& objects, absl::string_view root,
                                                   const std::vector<std::string>& components) {
  std::string tree(root);
  for (size_t depth = 0; depth < components.size(); ++depth) {
    ASSIGN_OR_RETURN(const std::vector<TreeEntry> entries, ReadTree(objects, tree));
    const auto entry = std::find_if(entries.begin(), entries.end(),
                                    [&](const TreeEntry& each) { return each.name == components[depth]; });
    if (entry == entries.end()) return std::nullopt;
    if (depth + 1 == components.size()) return *entry;
    if (entry->is_file()) return std::nullopt;
    if (!entry->is_directory()) {
      const auto end = components.begin() + static_cast<ptrdiff_t>(depth) + 1;
      return PathUnsafeError(absl::StrJoin(components.begin(), end, "/"), entry->kind());
    }
    tree = entry->id;
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
