#include "service/server/templates.h"

#include <map>
#include <string>

#include "absl/base/call_once.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"

namespace metapowers::server {
namespace {

struct Slot {
  absl::once_flag once;
  absl::StatusOr<render::Template> parsed;
};

Slot& SlotOf(absl::string_view stem) {
  static absl::Mutex mutex(absl::kConstInit);
  static auto* const slots = new std::map<std::string, Slot>();  // addresses stay
  absl::MutexLock lock(&mutex);
  return (*slots)[std::string(stem)];
}

}  // namespace

absl::StatusOr<const render::Template*> TemplateOf(const commands::Command& command) {
  Slot& slot = SlotOf(command.stem);
  absl::call_once(slot.once, [&] {
    slot.parsed = render::Template::Parse(command.template_text, absl::StrCat(command.stem, ".md"));
  });
  if (!slot.parsed.ok()) return slot.parsed.status();
  return &*slot.parsed;
}

}  // namespace metapowers::server
