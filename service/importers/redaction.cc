#include "service/importers/redaction.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "google/protobuf/descriptor.h"
#include "service/importers/secret_text.h"

namespace metapowers::importers {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;

namespace {

constexpr size_t kMaxSearched = 200;  // secrets whose lines are looked for; of more, their elements are told

}  // namespace

Spot Redaction::LineOf(absl::string_view secret, const Spot& spot) const {
  const auto file = files_.find(spot.file);
  if (file == files_.end() || told_.size() > kMaxSearched) return spot;
  const absl::string_view content = file->second;
  secret = secret.substr(0, secret.find('\n'));
  size_t begin = 0;
  for (int line = 1; line < spot.at.line && begin != absl::string_view::npos; ++line) {
    begin = content.find('\n', begin);
    if (begin != absl::string_view::npos) ++begin;
  }
  size_t at = content.find(secret, std::min(begin, content.size()));
  if (at == absl::string_view::npos) at = content.find(secret);
  if (at == absl::string_view::npos) return spot;
  const auto lines = std::count(content.begin(), content.begin() + static_cast<std::ptrdiff_t>(at), '\n');
  return {spot.file, {static_cast<int>(lines) + 1, 1}};
}

void Redaction::Clean(const Spot& spot, std::string& text) {
  const std::vector<FoundSecret> secrets = SecretsIn(text);
  if (secrets.empty()) return;
  for (const FoundSecret& secret : secrets) {
    const Spot line = LineOf(secret.text, spot);
    if (!told_.insert(absl::StrCat(LocationOf(line), " ", secret.kind)).second) continue;
    warn_(line,
          absl::StrCat("a text here holds ", secret.kind,
                       ", which was not copied; take it out of the file, change it, and keep it in a secret store"));
  }
  text = WithoutSecrets(text);
}

void Redaction::Clean(const Spot& spot, Message& message) {
  const Reflection& reflection = *message.GetReflection();
  std::vector<const FieldDescriptor*> fields;
  reflection.ListFields(message, &fields);
  for (const FieldDescriptor* field : fields) {
    const int size = field->is_repeated() ? reflection.FieldSize(message, field) : 1;
    for (int i = 0; i < size; ++i) {
      if (field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE) {
        Clean(spot, field->is_repeated() ? *reflection.MutableRepeatedMessage(&message, field, i)
                                         : *reflection.MutableMessage(&message, field));
      } else if (field->cpp_type() == FieldDescriptor::CPPTYPE_STRING) {
        const std::string was = field->is_repeated() ? reflection.GetRepeatedString(message, field, i)
                                                     : reflection.GetString(message, field);
        std::string text = was;
        Clean(spot, text);
        if (text == was) continue;
        field->is_repeated() ? reflection.SetRepeatedString(&message, field, i, std::move(text))
                             : reflection.SetString(&message, field, std::move(text));
      }
    }
  }
}

void RedactSecrets(const std::map<std::string, absl::string_view>& files, Inventory& inventory) {
  std::vector<std::pair<Spot, std::string>> warnings;
  Redaction redaction(files, [&](const Spot& spot, const std::string& text) { warnings.emplace_back(spot, text); });
  const auto clean = [&](auto& elements) {
    for (auto& shown : elements) redaction.Clean(shown);
  };
  clean(inventory.regions), clean(inventory.teams), clean(inventory.data_classes), clean(inventory.zones);
  clean(inventory.infrastructure), clean(inventory.shared_runtimes), clean(inventory.components);
  clean(inventory.flows), clean(inventory.third_parties), clean(inventory.consumer_classes), clean(inventory.apis);
  clean(inventory.secret_stores), clean(inventory.credentials), clean(inventory.iac);
  clean(inventory.evidence);
  const Spot first = {inventory.files.empty() ? "" : inventory.files.front(), {0, 0}};
  redaction.Clean(first, inventory.name);
  redaction.Clean(first, inventory.description);
  for (v1::ImportNote& note : inventory.notes) {
    redaction.Clean(SpotOf(note.location()), *note.mutable_text());
    redaction.Clean(SpotOf(note.location()), *note.mutable_field());
  }
  for (v1::SkippedItem& item : inventory.skipped) {
    redaction.Clean(SpotOf(item.location()), *item.mutable_item());
    redaction.Clean(SpotOf(item.location()), *item.mutable_reason());
  }
  for (auto& [spot, text] : warnings) inventory.Note(v1::IMPORT_NOTE_KIND_WARNING, spot, "", std::move(text));
}

}  // namespace metapowers::importers
