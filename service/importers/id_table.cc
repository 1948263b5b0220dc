#include "service/importers/id_table.h"

#include <cstdint>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "service/base/ids.h"

namespace metapowers::importers {
namespace {

constexpr size_t kMaxSlug = 63;

// FNV-1a: stable across versions and platforms, which std::hash is not.
uint32_t HashOf(absl::string_view text) {
  uint32_t hash = 2166136261u;
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 16777619u;
  return hash;
}

std::string CutTo(absl::string_view slug, size_t size) {
  slug = slug.substr(0, size);
  while (!slug.empty() && slug.back() == '-') slug.remove_suffix(1);
  return std::string(slug);
}

}  // namespace

std::string ShortDigest(absl::string_view text) { return absl::StrCat(absl::Hex(HashOf(text), absl::kZeroPad8)); }

std::string NearestSlug(absl::string_view text) {
  std::string slug;
  for (const char c : text) {
    if (absl::ascii_isalnum(c)) {
      slug += absl::ascii_tolower(c);
    } else if (!slug.empty() && slug.back() != '-') {
      slug += '-';
    }
    if (slug.size() > kMaxSlug) break;
  }
  if (slug.empty()) return "id";
  if (!absl::ascii_islower(slug.front())) slug.insert(0, "id-");
  return CutTo(slug, kMaxSlug);
}

bool IdTable::Add(absl::string_view key, absl::string_view original) {
  return entries_.try_emplace(std::string(key), Entry{std::string(original), ""}).second;
}

bool IdTable::Keep(absl::string_view key, absl::string_view id) {
  const auto entry = entries_.find(key);
  if (entry == entries_.end() || !entry->second.id.empty() || !IsSlug(id) || !taken_.insert(std::string(id)).second) {
    return false;
  }
  entry->second.id = std::string(id);
  return true;
}

void IdTable::Settle() {
  for (auto& [key, entry] : entries_) {
    if (!entry.id.empty()) continue;
    if (!IsSlug(entry.original) || !taken_.insert(entry.original).second) continue;
    entry.id = entry.original;
  }
  for (auto& [key, entry] : entries_) {
    if (!entry.id.empty()) continue;
    entry.id = Free(entry.original);
    taken_.insert(entry.id);
  }
}

std::string IdTable::Reserve(absl::string_view wanted) {
  std::string id = Free(wanted);
  taken_.insert(id);
  return id;
}

std::string IdTable::Free(absl::string_view original) const {
  const std::string near = NearestSlug(original);
  std::string id = near;
  for (uint32_t attempt = 0; taken_.contains(id); ++attempt) {
    const std::string end = absl::StrCat("-", absl::Hex(HashOf(original) + attempt, absl::kZeroPad8));
    id = absl::StrCat(CutTo(near, kMaxSlug - end.size()), end);
  }
  return id;
}

const std::string* IdTable::Find(absl::string_view key) const {
  const auto found = entries_.find(key);
  return found == entries_.end() ? nullptr : &found->second.id;
}

std::vector<std::string> IdTable::Keys() const {
  std::vector<std::string> keys;
  for (const auto& [key, entry] : entries_) keys.push_back(key);
  return keys;
}

}  // namespace metapowers::importers
