#include "service/server/tree_changes.h"

#include <algorithm>
#include <map>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "service/base/file_path.h"
#include "service/base/status_macros.h"
#include "service/base/strings.h"
#include "service/document/text_diff.h"
#include "service/server/names.h"

namespace metapowers::server {
namespace {

using workspace::DirectoryEntry;
using workspace::Snapshot;

constexpr size_t kMaxComparedBytes = 8 << 20;  // no document or model is larger
constexpr size_t kMaxFileDiffBytes = 1 << 20;
constexpr size_t kMaxDiffBytes = 3 << 20;  // of all files of an answer

// Markdown and YAML, but for evidence: what stands in a folder of a topic.
bool IsForPeople(absl::string_view path) {
  if (!absl::EndsWith(path, ".md") && !absl::EndsWith(path, ".yaml")) return false;
  const bool of_topic = absl::ConsumePrefix(&path, absl::StrCat(kDomainPath, "/"));
  return !of_topic || std::count(path.begin(), path.end(), '/') <= 1;
}

class Comparison {
 public:
  Comparison(const Snapshot* before, const Snapshot& after, size_t most)
      : before_(before), after_(after), most_(most) {}

  absl::Status Compare(const std::string& folder) {
    // Names as they sort in a path: a folder behind files that its name begins.
    std::map<std::string, std::pair<DirectoryEntry, DirectoryEntry>> entries;
    const auto add = [&entries](std::vector<DirectoryEntry> listed, bool old) {
      for (DirectoryEntry& entry : listed) {
        auto& both = entries[absl::StrCat(entry.name, entry.is_directory ? "/" : "")];
        (old ? both.first : both.second) = std::move(entry);
      }
    };
    if (before_ != nullptr) {
      ASSIGN_OR_RETURN(auto listed, before_->ListDirectory(folder));
      add(std::move(listed), true);
    }
    ASSIGN_OR_RETURN(auto listed, after_.ListDirectory(folder));
    add(std::move(listed), false);
    for (auto& [name, both] : entries) {
      auto& [old, now] = both;
      const std::string& own = old.id.empty() ? now.name : old.name;
      if (old.id == now.id || files.size() >= most_) continue;
      const std::string path = absl::StrCat(folder, folder.empty() ? "" : "/", own);
      if (!PathObjection(absl::StrSplit(path, '/')).empty()) continue;
      if (old.is_directory || now.is_directory) {
        RETURN_IF_ERROR(Compare(path));
      } else {
        files.push_back({path, std::move(old.id), std::move(now.id)});
      }
    }
    return absl::OkStatus();
  }

  std::vector<ChangedFile> files;

 private:
  const Snapshot* const before_;
  const Snapshot& after_;
  const size_t most_;
};

}  // namespace

absl::StatusOr<std::vector<ChangedFile>> ChangedFiles(const Snapshot* before, const Snapshot& after,
                                                      absl::string_view path, size_t most) {
  Comparison comparison(before, after, most);
  RETURN_IF_ERROR(comparison.Compare(std::string(path)));
  return std::move(comparison.files);
}

absl::StatusOr<std::optional<std::string>> ReadBlob(const workspace::ObjectSource& objects, const std::string& id) {
  if (id.empty()) return std::nullopt;
  ASSIGN_OR_RETURN(std::string text, objects.Read(id, workspace::ObjectType::kBlob));
  return text;
}

size_t RoomForDiff(size_t used) { return std::min(kMaxFileDiffBytes, kMaxDiffBytes - std::min(kMaxDiffBytes, used)); }

absl::StatusOr<FileDiff> DiffOfText(const workspace::ObjectSource& objects, const ChangedFile& file, size_t most) {
  FileDiff diff;
  diff.omitted = most == 0;
  if (diff.omitted) return diff;
  ASSIGN_OR_RETURN(const std::optional<std::string> before, ReadBlob(objects, file.before));
  ASSIGN_OR_RETURN(const std::optional<std::string> after, ReadBlob(objects, file.after));
  if (!IsUtf8(before.value_or("")) || !IsUtf8(after.value_or(""))) return diff;
  diff.omitted = std::max(before.value_or("").size(), after.value_or("").size()) > kMaxComparedBytes;
  if (diff.omitted) return diff;
  const auto view = [](const std::optional<std::string>& text) {
    return text.has_value() ? absl::make_optional<absl::string_view>(*text) : absl::nullopt;
  };
  diff.text = document::UnifiedDiff(file.path, view(before), view(after));
  diff.omitted = diff.text.size() > most;
  if (diff.omitted) diff.text.clear();
  return diff;
}

absl::StatusOr<FileDiff> DiffOfFile(const workspace::ObjectSource& objects, const ChangedFile& file, size_t most) {
  return IsForPeople(file.path) ? DiffOfText(objects, file, most) : FileDiff();
}

}  // namespace metapowers::server
