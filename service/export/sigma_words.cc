#include "service/export/sigma_words.h"

#include <set>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "service/knowledge/threats.h"

namespace metapowers::exporting {

namespace k = knowledge::v1;

std::string SigmaSource::Slug() const {
  std::string slug;
  for (const std::string* part : {&product, &service, &category}) {
    if (part->empty()) continue;
    if (!slug.empty()) slug += '-';
    for (const char c : *part) slug += absl::ascii_isalnum(c) ? absl::ascii_tolower(c) : '-';
  }
  return slug;
}

std::string SigmaLiteral(absl::string_view text) {
  return absl::StrReplaceAll(text, {{"\\", "\\\\"}, {"*", "\\*"}, {"?", "\\?"}});
}

std::string SigmaTimespan(int minutes) {
  constexpr int kHour = 60;
  constexpr int kDay = 24 * kHour;
  if (minutes % kDay == 0) return absl::StrCat(minutes / kDay, "d");
  if (minutes % kHour == 0) return absl::StrCat(minutes / kHour, "h");
  return absl::StrCat(minutes, "m");
}

std::string SigmaCorrelationType(k::CorrelationKind kind) {
  switch (kind) {
    case k::CORRELATION_KIND_VALUE_COUNT:
      return "value_count";
    case k::CORRELATION_KIND_TEMPORAL:
      return "temporal";
    case k::CORRELATION_KIND_TEMPORAL_ORDERED:
      return "temporal_ordered";
    default:
      return "event_count";
  }
}

std::vector<std::string> SigmaTags(const k::Detection& row) {
  std::set<std::string> tactics;
  std::vector<std::string> techniques;
  for (const std::string& id : row.attack()) {
    techniques.push_back(absl::StrCat("attack.", absl::AsciiStrToLower(id)));
    const k::CatalogueEntry* entry = knowledge::FindWeakness(id);
    if (entry == nullptr) continue;
    for (const std::string& tactic : entry->tactics()) tactics.insert(absl::StrCat("attack.", tactic));
  }
  std::vector<std::string> tags(tactics.begin(), tactics.end());
  tags.insert(tags.end(), techniques.begin(), techniques.end());
  return tags;
}

}  // namespace metapowers::exporting
