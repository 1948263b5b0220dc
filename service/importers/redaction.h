// The one filter that all texts pass on their way from files into a model: it takes out what is a secret by its form.
#ifndef METAPOWERS_SERVICE_IMPORTERS_REDACTION_H_
#define METAPOWERS_SERVICE_IMPORTERS_REDACTION_H_

#include <functional>
#include <map>
#include <set>
#include <string>

#include "absl/strings/string_view.h"
#include "google/protobuf/message.h"
#include "service/importers/inventory.h"

namespace metapowers::importers {

// Takes secrets out of texts and tells of each kind once per line: where it stands, never what it is. Not thread-safe.
class Redaction {
 public:
  using Warn = std::function<void(const Spot& spot, const std::string& text)>;

  // `files` has the contents by name, to find lines in; both outlive it.
  Redaction(const std::map<std::string, absl::string_view>& files, Warn warn) : files_(files), warn_(std::move(warn)) {}

  // `spot` is where the text stands, or what it is of.
  void Clean(const Spot& spot, std::string& text);
  // All texts of a message and of its parts.
  void Clean(const Spot& spot, google::protobuf::Message& message);
  // Of an element also its names, and what refers to others: the same name becomes the same everywhere.
  template <class Element>
  void Clean(Shown<Element>& shown) {
    Clean(shown.spot, shown.value);
    Clean(shown.spot, shown.name);
    Clean(shown.spot, shown.scope);
    for (std::string& name : shown.names) Clean(shown.spot, name);
    for (auto& [field, basis] : shown.bases) Clean(basis.spot, basis.reason);
    for (auto& [field, reference] : shown.references) Clean(reference.spot, reference.name);
  }

 private:
  // The line of the file that has `secret`, the first from `spot` on; `spot` where none has it as it stands.
  Spot LineOf(absl::string_view secret, const Spot& spot) const;

  const std::map<std::string, absl::string_view>& files_;
  const Warn warn_;
  std::set<std::string> told_;  // locations with kinds
};

// Takes the secrets out of everything but the attachments, which are the files themselves and hold none
// (software_bill.h), with a warning for each.
void RedactSecrets(const std::map<std::string, absl::string_view>& files, Inventory& inventory);

}  // namespace metapowers::importers

#endif  // METAPOWERS_SERVICE_IMPORTERS_REDACTION_H_
