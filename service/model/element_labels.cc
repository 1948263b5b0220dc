#include "service/model/element_labels.h"

#include <algorithm>
#include <map>
#include <memory>
#include <numeric>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "service/model/canonical.h"
#include "service/model/schema.h"

namespace metapowers::model {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

namespace {

std::string LabelOf(const Message& message) {
  const auto& type = *message.GetDescriptor();
  if (IdField(type) != nullptr) return IdOf(message);
  for (int i = 0; i < type.field_count(); ++i) {
    const FieldDescriptor& field = *type.field(i);
    if (!RuleOf(field).required() || field.is_repeated() || field.cpp_type() != FieldDescriptor::CPPTYPE_STRING)
      continue;
    if (std::string text = StringAt(message, field, -1); !text.empty()) return text;
  }
  return "";
}

}  // namespace

std::vector<std::string> ElementLabels(const Message& holder, const FieldDescriptor& list) {
  const std::vector<const Message*> entries = MessagesIn(holder, list);
  std::map<std::string, std::vector<size_t>> by_label;
  std::vector<std::string> labels;
  for (size_t i = 0; i < entries.size(); ++i) {
    labels.push_back(LabelOf(*entries[i]));
    by_label[labels.back()].push_back(i);
  }
  for (auto& [label, positions] : by_label) {
    if (positions.size() == 1) continue;
    std::map<size_t, std::unique_ptr<Message>> canonical;
    for (const size_t position : positions) {
      auto& copy = canonical[position];
      copy.reset(entries[position]->New());
      copy->CopyFrom(*entries[position]);
      Canonicalise(*copy);
    }
    if (!RuleOf(list).ordered()) {
      std::stable_sort(positions.begin(), positions.end(),
                       [&](size_t a, size_t b) { return Compare(*canonical[a], *canonical[b]) < 0; });
    }
    for (size_t n = 1; n < positions.size(); ++n) absl::StrAppend(&labels[positions[n]], "#", n + 1);
  }
  return labels;
}

const PathFinder::Positions& PathFinder::PositionsIn(const Message& holder, const FieldDescriptor& list) {
  const auto [at, is_new] = lists_.try_emplace({&holder, &list});
  if (!is_new) return at->second;
  const std::vector<std::string> labels = ElementLabels(holder, list);
  for (size_t i = 0; i < labels.size(); ++i) at->second[labels[i]] = static_cast<int>(i);
  return at->second;
}

std::vector<ValueStep> PathFinder::Find(const Message& message, absl::string_view path) {
  std::vector<ValueStep> steps;
  const Message* at = &message;
  for (;;) {
    const absl::string_view name = path.substr(0, path.find_first_of(".["));
    const FieldDescriptor* field = at->GetDescriptor()->FindFieldByName(std::string(name));
    if (field == nullptr) return {};
    path.remove_prefix(name.size());
    if (path.empty()) {
      steps.push_back({field, -1});
      return steps;
    }
    if (field->cpp_type() != FieldDescriptor::CPPTYPE_MESSAGE || field->is_repeated() != (path.front() == '['))
      return {};
    if (!field->is_repeated()) {
      steps.push_back({field, -1});
      at = &at->GetReflection()->GetMessage(*at, field);
    } else {
      // A label may have brackets and dots of its own: the longest that fits is meant.
      const Positions& positions = PositionsIn(*at, *field);
      size_t end = path.rfind("].");
      auto found = positions.end();
      for (; end != absl::string_view::npos && end > 0; end = path.rfind("].", end - 1)) {
        if ((found = positions.find(path.substr(1, end - 1))) != positions.end()) break;
      }
      if (found == positions.end()) return {};
      const int index = found->second;
      steps.push_back({field, index});
      path.remove_prefix(end + 1);
      at = &at->GetReflection()->GetRepeatedMessage(*at, field, index);
    }
    if (!absl::ConsumePrefix(&path, ".")) return {};
  }
}

}  // namespace metapowers::model
