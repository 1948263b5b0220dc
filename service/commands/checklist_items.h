// What has to be in place before a launch, each once, with who does it, by when and how it is seen. Pure; thread-safe.
//
//   controls      of the catalogue that lower a threat of the model (control_effects.h): those for which an open threat
//                 waits, with the gaps against frameworks that the same control closes; and those in place everywhere
//   other gaps    of the register (risk_register.h) that are to be mitigated: gaps of the inventory by kind, gaps
//   against
//                 frameworks by what closes them
//   what is done  of people, plans and records that frameworks ask for: facts that are shown without a part missing
//
// States: `done` it is in place; `open` the model says of some element that it is missing, partial or planned;
// `not known` risks wait for it, and the model says of no element that it is missing.
#ifndef METAPOWERS_SERVICE_COMMANDS_CHECKLIST_ITEMS_H_
#define METAPOWERS_SERVICE_COMMANDS_CHECKLIST_ITEMS_H_

#include <set>
#include <string>
#include <vector>

#include "service/analysis/compliance.h"
#include "service/analysis/risk_register.h"
#include "service/commands/command.h"

namespace metapowers::commands {

enum class ChecklistState { kOpen, kUnknown, kDone };

struct ChecklistItem {
  std::string id;  // of the control, else the key of the gaps without their element, e.g. `gap:programme:tpsp-status`
  std::string name;
  std::string area;  // command whose section has the details
  ChecklistState state = ChecklistState::kDone;
  // Of what is not done:
  std::set<std::string> elements;  // may be empty: the system
  int risks = 0;                   // that wait for it
  model::v1::Severity worst = model::v1::SEVERITY_UNSPECIFIED;
  std::string due;
  std::set<std::string> owners;  // names
  std::string measure;
  std::string verification;
  std::string effort;
  std::vector<std::string> references;  // that bind the system
};

// Those that are not done first: worst, then earliest due, then most risks; then by id.
std::vector<ChecklistItem> ChecklistItems(const Input& input, const analysis::Compliance& compliance,
                                          const analysis::RiskRegister& risks);

// Ids of the items that end a risk of the register: the controls that a threat waits for, or the one item of a gap.
std::vector<std::string> ItemsThatEnd(const analysis::Risk& risk);

}  // namespace metapowers::commands

#endif  // METAPOWERS_SERVICE_COMMANDS_CHECKLIST_ITEMS_H_
