// A command: a pure function from facts to a typed result, and the template that words it.
//
// Each command is one stem, e.g. identify/asset_inventory: the result's schema in proto/, the generator
// `AssetInventory()` in asset_inventory.h/.cc, the wording in asset_inventory.md. The list of stems is
// commands.cmake; what a command is called and where it writes stands in the method options of its RPC.
#ifndef METAPOWERS_SERVICE_COMMANDS_COMMAND_H_
#define METAPOWERS_SERVICE_COMMANDS_COMMAND_H_

#include <google/protobuf/message.h>

#include <memory>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "service/analysis/facts.h"
#include "service/analysis/threats.h"
#include "service/evidence/evidence.h"

namespace metapowers::commands {

// What a generator may read. Nothing else: no clock, files, randomness, or other command.
struct Input {
  // The model without what its text marks as assumed, and what follows from that (analysis::Facts::known()): what
  // documents may claim.
  const model::Model& model;
  const analysis::Facts& facts;
  // Threats of the model under the shipped rules and those of the workspace's teams, with the decisions that stand
  // beside the model; computed when first asked for.
  const analysis::ThreatSource& threats;
  // Of the entries that the model declares; only of commands with `reads_evidence`, empty for all others.
  const evidence::EvidenceSet& evidence;
  // What follows from the whole model: for what is told as assumed, and never ground for a claim. `facts` where nothing
  // is assumed.
  const analysis::Facts& presumed;

  // `presumed` is of the whole model.
  static Input Of(const analysis::Facts& presumed, const analysis::ThreatSource& threats,
                  const evidence::EvidenceSet& evidence) {
    return {presumed.known().model(), presumed.known(), threats, evidence, presumed};
  }
};

// One command as the server runs it.
struct Command {
  absl::string_view stem;           // "identify/asset_inventory"
  absl::string_view template_text;  // service/commands/<stem>.md
  const google::protobuf::Descriptor* result;
  // Never nullptr; a large result stands on an arena, which the pointer keeps alive.
  std::shared_ptr<const google::protobuf::Message> (*generate)(const Input& input);
  bool reads_evidence = false;  // large files are read and parsed for it, and it depends on them
};

// The commands that are built, sorted by stem. Made from commands.cmake at configure time.
const std::vector<Command>& Commands();

// The command with this stem, or nullptr while it is planned.
const Command* FindCommand(absl::string_view stem);

}  // namespace metapowers::commands

#endif  // METAPOWERS_SERVICE_COMMANDS_COMMAND_H_
