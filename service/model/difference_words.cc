// Differences in words: InWords() of difference.h.
#include <algorithm>
#include <string>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "service/base/strings.h"
#include "service/model/difference.h"
#include "service/model/schema.h"
#include "service/model/yaml_scalar.h"

namespace metapowers::model {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

namespace {

constexpr size_t kMaxValueBytes = 80;

// "encryption at rest" for `encryption_at_rest`.
std::string Words(const std::string& name) { return absl::StrReplaceAll(name, {{"_", " "}}); }

std::string Short(absl::string_view value) {
  std::string line = OneLine(value);
  if (line.size() <= kMaxValueBytes) return line;
  size_t size = kMaxValueBytes;
  while (size > 0 && (static_cast<unsigned char>(line[size]) & 0xc0) == 0x80) --size;
  return absl::StrCat(line.substr(0, size), "…");
}

// "component web", "posture mfa", "organization".
std::string StepWords(const Difference::Step& step) {
  if (!step.entry) return Words(step.field->name());
  const bool has_id = IdField(*step.field->message_type()) != nullptr;
  return absl::StrCat(has_id ? TypeWords(step.field->message_type()->name()) : Words(step.field->name()),
                      step.key.empty() ? "" : " ", Short(step.key));
}

// Sorted values of a list of one message.
std::vector<std::string> ValuesOf(const Message& message, const FieldDescriptor& field) {
  std::vector<std::string> values;
  for (int i = 0; i < message.GetReflection()->FieldSize(message, &field); ++i) {
    values.push_back(ScalarOf(message, field, i));
  }
  std::sort(values.begin(), values.end());
  return values;
}

// "added go; removed java"; empty when only their order differs.
std::string ListWords(const Difference& difference, const FieldDescriptor& field) {
  const std::vector<std::string> before = ValuesOf(*difference.in_before, field);
  const std::vector<std::string> after = ValuesOf(*difference.in_after, field);
  std::vector<std::string> added, removed, parts;
  std::set_difference(after.begin(), after.end(), before.begin(), before.end(), std::back_inserter(added));
  std::set_difference(before.begin(), before.end(), after.begin(), after.end(), std::back_inserter(removed));
  if (!added.empty()) parts.push_back(absl::StrCat("added ", Short(absl::StrJoin(added, ", "))));
  if (!removed.empty()) parts.push_back(absl::StrCat("removed ", Short(absl::StrJoin(removed, ", "))));
  return absl::StrJoin(parts, "; ");
}

// What happened to the last step.
std::string ChangeWords(const Difference& difference) {
  const Difference::Step& last = difference.steps.back();
  const std::string name = StepWords(last);
  if (last.entry) {
    const bool added = difference.kind == Difference::Kind::kAdded;
    if (!last.key.empty()) return absl::StrCat(name, added ? " is new" : " is gone");
    return absl::StrCat(name, added ? ": added " : ": removed ", Short(added ? difference.after : difference.before));
  }
  if (last.field->is_repeated()) {
    if (const std::string change = ListWords(difference, *last.field); !change.empty()) {
      return absl::StrCat(name, ": ", change);
    }
  }
  return absl::StrCat(name, " ", difference.before.empty() ? "unset" : Short(difference.before), " → ",
                      difference.after.empty() ? "unset" : Short(difference.after));
}

}  // namespace

std::string TypeWords(absl::string_view type) {
  std::string words;
  for (const char c : type) {
    if (absl::ascii_isupper(c) && !words.empty()) words += ' ';
    words += absl::ascii_tolower(c);
  }
  return words;
}

std::string InWords(const Difference& difference) {
  std::string words;
  for (size_t i = 0; i + 1 < difference.steps.size(); ++i) {
    absl::StrAppend(&words, StepWords(difference.steps[i]), i + 2 < difference.steps.size() ? ", " : ": ");
  }
  return words + ChangeWords(difference);
}

}  // namespace metapowers::model
