// Configuration made from shipped rows (snippet.proto) and values of the model. Whatever a value says, the file keeps
// its structure: text is written with the escapes of a double-quoted string, which JSON, YAML, Rego and HCL share, HCL
// with its interpolation escaped too; and control characters are left out. Pure; thread-safe.
#ifndef METAPOWERS_SERVICE_COMMANDS_SNIPPETS_H_
#define METAPOWERS_SERVICE_COMMANDS_SNIPPETS_H_

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "metapowers/knowledge/v1/snippet.pb.h"
#include "metapowers/v1/config_file.pb.h"

namespace metapowers::commands {

// Values of the placeholders of one snippet, by name.
class SnippetValues {
 public:
  SnippetValues& Text(absl::string_view name, absl::string_view value);
  SnippetValues& Number(absl::string_view name, int64_t value);
  SnippetValues& List(absl::string_view name, const std::vector<std::string>& values);

  // What stands for the placeholder `tag`, e.g. "limit#", in a file of this language; nothing when it has no value.
  std::optional<std::string> Find(absl::string_view tag, absl::string_view language) const;

 private:
  std::map<std::string, std::string, std::less<>> texts_;
  std::map<std::string, int64_t, std::less<>> numbers_;
  std::map<std::string, std::vector<std::string>, std::less<>> lists_;
};

// `text` with its placeholders filled in. One that has no value stays, which a test of each command finds.
std::string FillSnippet(absl::string_view text, const SnippetValues& values, absl::string_view language);

// The whole file: head, items, tail; the text stands in the field of the snippet's language.
metapowers::v1::ConfigFile MakeConfig(const knowledge::v1::Snippet& snippet, absl::string_view product,
                                      const SnippetValues& values, const std::vector<SnippetValues>& items);

}  // namespace metapowers::commands

#endif  // METAPOWERS_SERVICE_COMMANDS_SNIPPETS_H_
