// Configuration that documents print: shipped templates (config_template.proto says how placeholders are written)
// filled with values of the model, and structures that generators compute. Whatever a value says, a file keeps its
// structure. Pure; thread-safe.
#ifndef METAPOWERS_SERVICE_COMMANDS_CONFIG_SNIPPETS_H_
#define METAPOWERS_SERVICE_COMMANDS_CONFIG_SNIPPETS_H_

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "metapowers/knowledge/v1/config_template.pb.h"
#include "metapowers/knowledge/v1/key_and_access_rules.pb.h"
#include "metapowers/v1/config_snippet.pb.h"
#include "service/base/config_text.h"
#include "service/model/model.h"

namespace metapowers::commands {

// What placeholders stand for, by name.
using ConfigValues = std::map<std::string, ConfigNode, std::less<>>;

// The template with its placeholders filled in, each item with its own values. A placeholder without a value stays,
// which a test of each command finds.
metapowers::v1::ConfigSnippet FillConfig(const knowledge::v1::ConfigTemplate& row, const ConfigValues& values,
                                         const std::vector<ConfigValues>& items = {});

// A computed structure as YAML: one document, or several.
metapowers::v1::ConfigSnippet YamlConfig(std::string title, const std::vector<ConfigNode>& documents);

// Rows of a topic for this component: one of its technologies is theirs, or its name, description or version says one
// of their words. A managed service takes only rows that say so.
std::vector<const knowledge::v1::ProductConfig*> ConfigsFor(absl::string_view topic,
                                                            const model::v1::Component& component);

// Rows of a topic of which a word occurs in `text`.
std::vector<const knowledge::v1::ProductConfig*> ConfigsFor(absl::string_view topic, absl::string_view text);

}  // namespace metapowers::commands

#endif  // METAPOWERS_SERVICE_COMMANDS_CONFIG_SNIPPETS_H_
