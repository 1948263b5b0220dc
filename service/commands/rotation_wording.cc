#include "service/commands/rotation_wording.h"

#include "absl/strings/str_cat.h"
#include "service/commands/wording.h"

namespace metapowers::commands {

std::string NextLabel(const analysis::Rotation& rotation) {
  if (!rotation.known()) return "unknown";
  const std::string date = model::FormatDate(*rotation.next);
  if (rotation.overdue_days == 0) return date;
  return absl::StrCat(date, ", ", Count(rotation.overdue_days, "day", "days"), " late");
}

std::string IntervalLabel(const analysis::Rotation& rotation) {
  if (rotation.interval_days == 0) return "not declared";
  return absl::StrCat(InDays(rotation.interval_days), rotation.own ? "" : " (default)");
}

}  // namespace metapowers::commands
