#include "service/model/faults.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "absl/strings/str_cat.h"
#include "service/base/error.h"
#include "service/base/strings.h"

namespace metapowers::model {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

namespace {

constexpr size_t kMaxQuoted = 60;

}  // namespace

std::string Quote(absl::string_view text) {
  const bool cut = text.size() > kMaxQuoted;
  if (cut) {
    size_t size = kMaxQuoted;
    while (size > 0 && (static_cast<unsigned char>(text[size]) & 0xc0) == 0x80) --size;
    text = text.substr(0, size);
  }
  return absl::StrCat("'", OneLine(text), cut ? "…'" : "'");
}

void Faults::Add(Position at, absl::string_view path, absl::string_view what, Hint hint) {
  ++total_;
  faults_.push_back({at, std::string(path), std::string(what), std::move(hint)});
  if (faults_.size() >= 10 * kMaxFaults) SortAndCut(faults_);
}

void Faults::Add(Faults other) {
  std::move(other.faults_.begin(), other.faults_.end(), std::back_inserter(faults_));
  total_ += other.total_;
  if (faults_.size() >= 10 * kMaxFaults) SortAndCut(faults_);
}

void Faults::SortAndCut(std::vector<Fault>& faults) {
  std::stable_sort(faults.begin(), faults.end(), [](const Fault& a, const Fault& b) { return a.at < b.at; });
  if (faults.size() > kMaxFaults) faults.erase(faults.begin() + kMaxFaults, faults.end());
}

absl::Status Faults::ToStatus(absl::string_view file_name, absl::string_view reason) const {
  if (empty()) return absl::OkStatus();
  std::vector<Fault> faults = faults_;
  SortAndCut(faults);
  ErrorDetails details;
  details.reason = std::string(reason);
  details.metadata["errors"] = absl::StrCat(total_);
  for (const Fault& fault : faults) {
    details.violations.push_back({fault.path, absl::StrCat(fault.what, fault.hint ? fault.hint() : ""),
                                  absl::StrCat(file_name, ":", fault.at.line, ":", fault.at.column)});
  }
  if (total_ > faults.size()) {
    details.violations.push_back({"", absl::StrCat("and ", total_ - faults.size(), " more"), std::string(file_name)});
  }
  details.next_step = "correct the lines named and try again";
  return MakeError(absl::StatusCode::kInvalidArgument,
                   absl::StrCat(Quote(file_name), " has ", total_, total_ == 1 ? " fault" : " faults"), details);
}

void SourceMap::SetMessage(const Message& message, Position at, std::string path) {
  places_[{&message, 0, -1}] = {at, true, false};
  paths_[&message] = std::move(path);
}

void SourceMap::SetField(const Message& message, const FieldDescriptor& field, int index, Position at) {
  Place& place = places_[{&message, field.number(), index}];
  place.at = at;
  place.known = true;
}

void SourceMap::SetFaulty(const Message& message, const FieldDescriptor& field, int index) {
  places_[{&message, field.number(), index}].faulty = true;
}

Position SourceMap::At(const Message& message, const FieldDescriptor* field, int index) const {
  const int number = field == nullptr ? 0 : field->number();
  for (const Key& key : {Key(&message, number, index), Key(&message, number, -1), Key(&message, 0, -1)}) {
    const auto found = places_.find(key);
    if (found != places_.end() && found->second.known) return found->second.at;
  }
  return Position();
}

std::string SourceMap::Path(const Message& message, const FieldDescriptor* field, int index) const {
  const auto found = paths_.find(&message);
  const std::string path = found == paths_.end() ? "" : found->second;
  return field == nullptr ? path : AppendPath(path, field->name(), index);
}

bool SourceMap::IsFaulty(const Message& message, const FieldDescriptor& field, int index) const {
  const auto found = places_.find(Key(&message, field.number(), index));
  return found != places_.end() && found->second.faulty;
}

std::string AppendPath(absl::string_view path, absl::string_view field, int index) {
  std::string out = absl::StrCat(path, path.empty() ? "" : ".", field);
  if (index >= 0) absl::StrAppend(&out, "[", index, "]");
  return out;
}

}  // namespace metapowers::model
