#include "service/workspace/superseded_packs.h"

#include <unistd.h>

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "service/workspace/files.h"

namespace metapowers::workspace {
namespace {

constexpr size_t kIdBytes = 20;
constexpr absl::string_view kIndexHeader("\377tOc\0\0\0\2", 8);  // version 2
constexpr size_t kIdsAt = kIndexHeader.size() + 256 * 4;         // after the counts by first byte

struct Pack {
  std::string stem;  // path without ".idx"
  std::string ids;   // sorted, one after the other
};

// nullopt when the index is missing or not of version 2.
std::optional<std::string> ReadIds(const std::string& index) {
  const auto bytes = ReadWholeFile(index);
  if (!bytes.ok() || !bytes->has_value()) return std::nullopt;
  const absl::string_view text = **bytes;
  if (!absl::StartsWith(text, kIndexHeader) || text.size() < kIdsAt) return std::nullopt;
  size_t count = 0;
  for (size_t i = kIdsAt - 4; i < kIdsAt; ++i) count = count << 8 | static_cast<unsigned char>(text[i]);
  if (count == 0 || text.size() < kIdsAt + count * kIdBytes) return std::nullopt;
  return std::string(text.substr(kIdsAt, count * kIdBytes));
}

bool HasAll(absl::string_view ids, absl::string_view wanted) {
  for (; !wanted.empty(); wanted.remove_prefix(kIdBytes)) {
    const absl::string_view id = wanted.substr(0, kIdBytes);
    while (ids.substr(0, kIdBytes) < id && !ids.empty()) ids.remove_prefix(kIdBytes);
    if (ids.substr(0, kIdBytes) != id) return false;
  }
  return true;
}

}  // namespace

void RemoveSupersededPacks(const std::string& pack_dir) {
  const std::vector<std::string> names = ListNames(pack_dir);
  if (FileExists(pack_dir + "/multi-pack-index")) return;
  std::vector<Pack> packs;
  for (const std::string& name : names) {
    if (!absl::EndsWith(name, ".idx")) continue;
    std::string stem = absl::StrCat(pack_dir, "/", absl::StripSuffix(name, ".idx"));
    std::optional<std::string> ids = FileExists(stem + ".pack") ? ReadIds(stem + ".idx") : std::nullopt;
    if (ids.has_value()) packs.push_back({std::move(stem), *std::move(ids)});
  }
  std::stable_sort(packs.begin(), packs.end(),
                   [](const Pack& a, const Pack& b) { return a.ids.size() < b.ids.size(); });
  for (size_t i = 0; i < packs.size(); ++i) {
    const Pack& pack = packs[i];
    const bool superseded = std::any_of(packs.begin() + static_cast<ptrdiff_t>(i) + 1, packs.end(),
                                        [&](const Pack& other) { return HasAll(other.ids, pack.ids); });
    if (!superseded || FileExists(pack.stem + ".keep")) continue;
    // The index first: without it nobody looks for the rest.
    for (const char* suffix : {".idx", ".pack", ".rev", ".bitmap"}) ::unlink((pack.stem + suffix).c_str());
  }
}

}  // namespace metapowers::workspace
