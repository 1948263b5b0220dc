#include "service/commands/access_wording.h"

namespace metapowers::commands {

std::string PciScopeLabel(analysis::PciScope scope) {
  switch (scope) {
    case analysis::PciScope::kCde:
      return "CDE";
    case analysis::PciScope::kConnected:
      return "connected to the CDE";
    case analysis::PciScope::kOut:
      return "out of scope";
    default:
      return "";
  }
}

}  // namespace metapowers::commands
