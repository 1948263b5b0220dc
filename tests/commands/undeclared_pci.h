// An example that does not say by itself whether PCI DSS is in scope.
#ifndef METAPOWERS_TESTS_COMMANDS_UNDECLARED_PCI_H_
#define METAPOWERS_TESTS_COMMANDS_UNDECLARED_PCI_H_

#include <string>

#include "tests/commands/command_fixture.h"

namespace metapowers::commands {

// `team-notes` without its declaration of PCI DSS, and with `roles`, a line of YAML or none, as legal roles of the
// organisation.
inline std::string TeamNotesOfUndeclaredScope(const std::string& roles) {
  return Edited(Example("team-notes"), {{"  legal_roles: [controller, processor, merchant]\n", roles},
                                        {"  - {id: pci-dss-4.0.1, in_scope: true, reason: Card payments on Stripe's "
                                         "hosted checkout, level: merchant SAQ A, scope_confirmed: 2026-01-10, owner: "
                                         "managing-director}\n",
                                         ""}});
}

}  // namespace metapowers::commands

#endif  // METAPOWERS_TESTS_COMMANDS_UNDECLARED_PCI_H_
