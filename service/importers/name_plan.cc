#include "service/importers/name_plan.h"

#include "absl/strings/str_cat.h"
#include "service/base/ids.h"
#include "service/importers/id_table.h"

namespace metapowers::importers {

NamePlan::NamePlan(absl::string_view file, absl::string_view kind, IdUse use)
    : prefix_(absl::StrCat(file, "#", kind, "/")), use_(use) {}

// Tools make UUIDs, people cannot read them.
bool NamePlan::IsName(absl::string_view id) const { return use_ == IdUse::kReadable && IsSlug(id) && !IsUuid(id); }

bool NamePlan::Add(const std::string& id, const std::string& title) {
  if (!titles_.try_emplace(id, title).second) return false;
  ++used_[NearestSlug(title)];
  if (IsName(id) && NearestSlug(title) != id) ++used_[id];
  return true;
}

std::string NamePlan::NameOf(const std::string& id) const {
  const std::string& title = titles_.at(id);
  if (IsName(id)) return id;
  if (title.empty()) return id;
  if (used_.at(NearestSlug(title)) == 1) return title;
  return absl::StrCat(title, " ", ShortDigest(id));
}

std::vector<std::string> NamePlan::NamesOf(const std::string& id) const {
  std::vector<std::string> names = {HandleOf(id)};
  const std::string& title = titles_.at(id);
  if (!title.empty() && title != NameOf(id) && used_.at(NearestSlug(title)) == 1) names.push_back(title);
  return names;
}

std::string NamePlan::HandleOf(const std::string& id) const { return MakeHandle(prefix_, id); }

std::string MakeHandle(absl::string_view prefix, absl::string_view id) {
  return absl::StrCat(prefix, id, " ", ShortDigest(id));
}

}  // namespace metapowers::importers
