// Where evidence of elements is, and whether it may leave. Pure; thread-safe.
#ifndef METAPOWERS_SERVICE_COMMANDS_EVIDENCE_PLACES_H_
#define METAPOWERS_SERVICE_COMMANDS_EVIDENCE_PLACES_H_

#include <set>
#include <string>

#include "absl/strings/string_view.h"
#include "service/commands/command.h"
#include "service/commands/model_query.h"

namespace metapowers::commands {

// Regions of some elements, and whether they hold personal data.
struct EvidencePlaces {
  std::set<std::string> regions;
  bool personal = false;

  // Of a component, supplier or infrastructure of the model; others have none.
  void Add(const Input& input, absl::string_view element_id);
  // Of the backups of a component; where they are kept is not declared: of the component.
  void AddBackup(const Input& input, absl::string_view component_id);
};

// Where evidence must stay: personal data that is in the EU, the UK or Switzerland leaves only under a transfer
// mechanism (GDPR Art. 44 and the like); all else has no limit of law. Unknown places are said to be unknown.
std::string RegionLimit(const model::Model& model, const EvidencePlaces& places);

}  // namespace metapowers::commands

#endif  // METAPOWERS_SERVICE_COMMANDS_EVIDENCE_PLACES_H_
