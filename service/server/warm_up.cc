#include "service/server/warm_up.h"

#include <system_error>

#include "service/analysis/threat_rules.h"
#include "service/server/command_index.h"
#include "service/server/templates.h"

namespace metapowers::server {

WarmUp::WarmUp() {
  try {
    thread_ = std::thread([this] { Work(); });
  } catch (const std::system_error&) {  // no thread to be had: calls read what they need
  }
}

WarmUp::~WarmUp() {
  ended_ = true;
  if (thread_.joinable()) thread_.join();
}

void WarmUp::Work() {
  try {
    const CommandIndex& index = CommandIndex::Get();
    if (!ended_) analysis::RuleSet::Shipped();
    for (const CommandEntry& entry : index.commands()) {
      if (ended_) return;
      if (entry.command != nullptr) (void)TemplateOf(*entry.command);
    }
  } catch (...) {  // a call meets it where it is contained
  }
}

}  // namespace metapowers::server
