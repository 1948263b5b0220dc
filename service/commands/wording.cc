#include "service/commands/wording.h"

#include <algorithm>
#include <cmath>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/strip.h"
#include "service/commands/naming.h"

namespace metapowers::commands {

using model::v1::Role;

std::string List(const std::vector<std::string>& items, size_t limit) {
  if (items.empty()) return "";
  if (items.size() == 1) return items[0];
  if (items.size() > limit) {
    return absl::StrCat(absl::StrJoin(items.begin(), items.begin() + limit, ", "), " and ", items.size() - limit,
                        " more");
  }
  return absl::StrCat(absl::StrJoin(items.begin(), items.end() - 1, ", "), " and ", items.back());
}

std::string Count(int64_t count, absl::string_view singular, absl::string_view plural) {
  return absl::StrCat(count, " ", count == 1 ? singular : plural);
}

std::string Minutes(int64_t minutes) {
  if (minutes == 0 || minutes % 60 != 0) return Count(minutes, "minute", "minutes");
  return Hours(minutes / 60);
}

std::string Hours(int64_t hours) {
  if (hours <= 72 || hours % 24 != 0) return Count(hours, "hour", "hours");
  return InDays(hours / 24);
}

std::string InDays(int64_t days) { return Count(days, "day", "days"); }

std::string Months(int64_t months) { return Count(months, "month", "months"); }

std::string Number(double value) {
  if (value == std::floor(value) && std::fabs(value) < 1e15) return absl::StrCat(static_cast<int64_t>(value));
  return absl::StrCat(value);
}

namespace {

// "policies" -> "policy", "hours" -> "hour"; other words stay.
std::string Singular(absl::string_view unit) {
  if (absl::ConsumeSuffix(&unit, "ies")) return absl::StrCat(unit, "y");
  if (unit.size() > 2) absl::ConsumeSuffix(&unit, "s");
  return std::string(unit);
}

}  // namespace

std::string Amount(double value, absl::string_view unit) {
  const bool currency =
      unit.size() == 3 && std::all_of(unit.begin(), unit.end(), [](char c) { return c >= 'A' && c <= 'Z'; });
  // What a large sum of money has after the point tells nothing.
  if (currency && std::fabs(value) >= 1000) value = std::round(value);
  const bool long_whole = value == std::floor(value) && std::fabs(value) >= 1000 && std::fabs(value) < 1e15;
  const std::string number = long_whole ? Thousands(static_cast<int64_t>(value)) : Number(value);
  if (currency) return absl::StrCat(unit, " ", number);
  return absl::StrCat(number, unit == "%" ? "" : " ", value == 1 ? Singular(unit) : unit);
}

absl::CivilDay AddMonths(absl::CivilDay day, int months) {
  const absl::CivilMonth month = absl::CivilMonth(day) + months;
  const absl::CivilDay last = absl::CivilDay(month + 1) - 1;
  return absl::CivilDay(month.year(), month.month(), std::min(day.day(), last.day()));
}

std::string RoleTitle(const model::Model& model, absl::string_view id) {
  const Role* role = model.Find<Role>(id);
  return role == nullptr ? std::string(id) : role->title();
}

const Role* FindRole(const model::Model& model, absl::Span<const int> kinds) {
  const Role* vacant = nullptr;
  for (const int kind : kinds) {
    for (const Role& role : model.proto().roles()) {
      if (role.kind() != kind) continue;
      if (!role.holder().empty()) return &role;
      if (vacant == nullptr) vacant = &role;
    }
  }
  return vacant;
}

const Role* FallbackRole(const model::Model& model) {
  const Role* role = FindRole(
      model, {model::v1::ROLE_KIND_CHIEF_INFORMATION_SECURITY_OFFICER, model::v1::ROLE_KIND_EXECUTIVE_SPONSOR});
  return role != nullptr || model.proto().roles().empty() ? role : &model.proto().roles(0);
}

}  // namespace metapowers::commands
