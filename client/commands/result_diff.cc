#include "client/commands/result_diff.h"

#include <ostream>
#include <string>

#include "absl/strings/str_cat.h"
#include "client/output.h"

namespace metapowers::client {
namespace {

using metapowers::v1::ItemChange;
using metapowers::v1::ModelChange;

std::string Values(const std::string& before, const std::string& after) {
  return absl::StrCat(before.empty() ? "unset" : before, " → ", after.empty() ? "unset" : after);
}

std::string CauseText(const ModelChange& change) {
  const std::string element = absl::StrCat(change.element(), " ", change.id());
  switch (change.kind()) {
    case metapowers::v1::CHANGE_KIND_ADDED:
      return absl::StrCat(element, " is new");
    case metapowers::v1::CHANGE_KIND_REMOVED:
      return absl::StrCat(element, " is gone");
    default:
      return absl::StrCat(element, ": ", change.attribute(), " ", Values(change.before(), change.after()));
  }
}

void PrintItem(Session& session, const ItemChange& item) {
  const bool added = item.kind() == metapowers::v1::CHANGE_KIND_ADDED;
  const bool removed = item.kind() == metapowers::v1::CHANGE_KIND_REMOVED;
  const char* sign = added ? "+" : removed ? "-" : "~";
  const char* color = added ? "32" : removed ? "31" : "33";
  const std::string title = item.title().empty() || item.title() == item.key() ? "" : absl::StrCat("  ", item.title());
  session.out() << session.Styled(color,
                                  ForTerminal(absl::StrCat("  ", sign, " ", item.list(), "  ", item.key(), title)))
                << '\n';
  // Of a new or gone entry, all that is set would be listed: the section shows it.
  if (!added && !removed) {
    for (const auto& field : item.fields()) {
      session.out() << "      " << ForTerminal(absl::StrCat(field.field(), ": ", Values(field.before(), field.after())))
                    << '\n';
    }
  }
  for (const ModelChange& change : item.causes()) {
    session.out() << "      because " << ForTerminal(CauseText(change)) << '\n';
  }
}

}  // namespace

void PrintResultDiffs(Session& session, const google::protobuf::RepeatedPtrField<metapowers::v1::ResultDiff>& results) {
  for (const auto& result : results) {
    session.out() << session.Styled("1", ForTerminal(result.command())) << '\n';
    if (!result.summary().empty()) session.out() << "  " << ForTerminal(result.summary()) << '\n';
    for (const ItemChange& item : result.items()) PrintItem(session, item);
  }
}

}  // namespace metapowers::client
