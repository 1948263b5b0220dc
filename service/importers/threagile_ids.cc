#include "service/importers/threagile_ids.h"

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "service/base/strings.h"
#include "service/model/faults.h"

namespace metapowers::importers::threagile {

using model::Quote;

std::string LinkId(absl::string_view asset, absl::string_view title) {
  std::string slug;
  for (const char c : title) {
    if (absl::ascii_isalnum(c)) {
      slug += absl::ascii_tolower(c);
    } else if (!slug.empty() && slug.back() != '-') {
      slug += '-';
    }
  }
  while (!slug.empty() && slug.back() == '-') slug.pop_back();
  return absl::StrCat(asset, ">", slug);
}

void Ids::Collect(Part& part, Findings& findings) {
  const std::string id = part.Raw("id");
  if (id.empty()) {
    findings.Fault(part.PlaceOf("id"), absl::StrCat("is required: a ", what_, " has an id"));
    return;
  }
  Collect(id, part.PlaceOf("id"), findings);
}

void Ids::Collect(const std::string& id, const Place& place, Findings& findings) {
  const auto [first, is_new] = lines_.try_emplace(id, place.at.line);
  if (is_new) {
    table_.Add(id);
  } else {
    findings.Fault(place, absl::StrCat(Quote(id), " is the id of another ", what_, ", on line ", first->second));
  }
}

std::string Ids::Find(absl::string_view id) const {
  const std::string* found = table_.Find(id);
  return found == nullptr ? "" : *found;
}

std::string Ids::Resolve(const Item& reference, Findings& findings) const {
  std::string id = Find(reference.text);
  if (!id.empty() || reference.text.empty()) return id;
  findings.Fault(reference.place, absl::StrCat(Quote(reference.text), " is no ", what_, " of this file"),
                 [text = reference.text, this] {
                   constexpr size_t kMaxId = 64;
                   return text.size() > kMaxId ? "" : DidYouMean(text, table_.Keys());
                 });
  return "";
}

std::set<std::string> Ids::ResolveAll(const std::vector<Item>& references, Findings& findings) const {
  std::set<std::string> ids;
  for (const Item& reference : references) ids.insert(Resolve(reference, findings));
  ids.erase("");
  return ids;
}

}  // namespace metapowers::importers::threagile
