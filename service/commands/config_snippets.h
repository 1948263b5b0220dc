// Configuration of declared products, from the shipped rows. Values of the model are made safe for the language that
// they are put into. Pure; thread-safe.
#ifndef METAPOWERS_SERVICE_COMMANDS_CONFIG_SNIPPETS_H_
#define METAPOWERS_SERVICE_COMMANDS_CONFIG_SNIPPETS_H_

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"
#include "metapowers/knowledge/v1/key_and_access_rules.pb.h"
#include "metapowers/v1/config_snippet.pb.h"
#include "service/model/model.h"

namespace metapowers::commands {

// What the placeholders of a row stand for: one text, or a list, which is written as a list of the language.
struct PlaceholderValue {
  std::string name;
  std::vector<std::string> values;
  bool list = false;
};
using PlaceholderValues = std::vector<PlaceholderValue>;

// Rows of a topic for this component: one of its technologies is theirs, or its name, description or version says one
// of their words. A managed service takes only rows that say so.
std::vector<const knowledge::v1::SnippetRule*> SnippetsFor(absl::string_view topic,
                                                           const model::v1::Component& component);

// Rows of a topic of which a word occurs in `text`.
std::vector<const knowledge::v1::SnippetRule*> SnippetsFor(absl::string_view topic, absl::string_view text);

// The row with its placeholders filled in: `{name}` as a plain word, `{q:name}` quoted.
metapowers::v1::ConfigSnippet FillSnippet(const knowledge::v1::SnippetRule& row, const PlaceholderValues& values,
                                          const std::vector<PlaceholderValues>& items = {});

}  // namespace metapowers::commands

#endif  // METAPOWERS_SERVICE_COMMANDS_CONFIG_SNIPPETS_H_
