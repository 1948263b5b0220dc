#include "service/commands/test_wording.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "service/commands/wording.h"

namespace metapowers::commands {
namespace {

constexpr int kHalfYear = 183;
constexpr int kHalfYearMonths = 6;
constexpr int kYear = 365;
constexpr int kYearMonths = 12;

}  // namespace

std::string TestIntervalLabel(int days) {
  if (days == kYear) return Months(kYearMonths);
  return days == kHalfYear ? Months(kHalfYearMonths) : InDays(days);
}

std::string LastLabel(const analysis::SecurityTest& test) {
  return test.last.empty() ? "" : absl::StrCat(test.last, " (", test.record, ")");
}

std::string CommandFor(const std::string& command, const std::string& element) {
  std::string variable = absl::AsciiStrToUpper(element);
  std::replace_if(
      variable.begin(), variable.end(), [](char c) { return !absl::ascii_isalnum(c); }, '_');
  return absl::StrReplaceAll(command, {{"{element}", element}, {"{ELEMENT}", variable}});
}

}  // namespace metapowers::commands
