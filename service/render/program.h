// The parsed form of a template; internal to this layer.
#ifndef METAPOWERS_SERVICE_RENDER_PROGRAM_H_
#define METAPOWERS_SERVICE_RENDER_PROGRAM_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "service/base/error.h"
#include "service/base/markdown_escape.h"

namespace metapowers::render {

// Where a value tag stands: what of its escaping the template fixes.
struct Place {
  MarkdownContext context = MarkdownContext::kText;
  char after = '\0';  // as MarkdownNeighbours::after
  bool in_table = false;
  bool scheme_fixed = false;
  bool required = false;
  bool may_stand_alone = false;  // nothing else is sure to follow on the line
  char fence = '`';
  std::string indent;
};

struct Node {
  enum class Kind { kLiteral, kValue, kSection, kInverted };
  Kind kind = Kind::kLiteral;
  std::string text;               // of a literal
  std::vector<std::string> path;  // of a tag; empty is {{.}}
  std::string one, many;          // of a value: the words that agree with it; both empty: the value itself
  size_t offset = 0;              // of a tag in the template's text
  size_t id = 0;                  // of a tag: position among all tags of the template
  Place place;                    // of a value
  std::vector<Node> children;     // of a section; of a value with words, the number that it is a share of
};

struct ParsedTemplate {
  std::string name;
  std::string text;
  std::vector<Node> nodes;
  size_t tags = 0;

  // "name:line:column" of an offset in `text`.
  std::string Location(size_t offset) const;
};

// A piece of a template in the order of the text; PlaceTags() decides the places of the values among them.
struct Token {
  enum class Kind { kLiteral, kValue, kSection, kInverted, kEnd };
  Kind kind = Kind::kLiteral;
  absl::string_view text;       // the literal, or the name in the tag
  absl::string_view one, many;  // of a value, as in Node
  absl::string_view whole;      // name of the number that it is a share of; empty for none
  size_t offset = 0;
  Place place;
};

struct Fault {
  size_t offset = 0;
  std::string what;
};

// Sets the place of every value token, and appends what no escaping could make safe to `faults`.
void PlaceTags(std::vector<Token>& tokens, std::vector<Fault>& faults);

// INVALID_ARGUMENT, TEMPLATE_INVALID: all faults, in order of the text. `faults` is not empty.
absl::Status TemplateError(const ParsedTemplate& parsed, std::vector<Fault> faults);

absl::StatusOr<ParsedTemplate> ParseTemplate(absl::string_view text, absl::string_view name);

}  // namespace metapowers::render

#endif  // METAPOWERS_SERVICE_RENDER_PROGRAM_H_
