// How policies and roles write values of the model: durations as they were agreed, lists, dates. Short words only;
// sentences stand in templates and data rows. Pure functions; thread-safe.
#ifndef METAPOWERS_SERVICE_COMMANDS_WORDING_H_
#define METAPOWERS_SERVICE_COMMANDS_WORDING_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/civil_time.h"
#include "service/model/model.h"

namespace metapowers::commands {

// "a", "a and b", "a, b and c"; at most `limit` items, then "and 7 more".
std::string List(const std::vector<std::string>& items, size_t limit = 24);

// "30 minutes", "1 hour", "90 minutes", "48 hours", "7 days", "90 days": units as people agree on them, while
// Days() of naming.h turns long spans into months and years.
std::string Minutes(int64_t minutes);
std::string Hours(int64_t hours);
std::string InDays(int64_t days);
std::string Months(int64_t months);

// "1 clause", "3 clauses".
std::string Count(int64_t count, absl::string_view singular, absl::string_view plural);

// A number without needless zeros: "99.9", "5000", "0".
std::string Number(double value);

// `value` with its unit: "99.9%", "12 hours", "1 hour", "10,000 records", "USD 5,000".
std::string Amount(double value, absl::string_view unit);

// The same day `months` later, or the last day of that month where it has no such day.
absl::CivilDay AddMonths(absl::CivilDay day, int months);

// Title of a role; the id where the model has none, "" for "".
std::string RoleTitle(const model::Model& model, absl::string_view id);

// The first declared role of one of these kinds, in their order, then by id: one that is held before a vacant
// one. nullptr when there is none.
const model::v1::Role* FindRole(const model::Model& model, absl::Span<const int> kinds);

// The role that answers where nothing else says so: CISO, then executive management, then the first role.
const model::v1::Role* FallbackRole(const model::Model& model);

}  // namespace metapowers::commands

#endif  // METAPOWERS_SERVICE_COMMANDS_WORDING_H_
