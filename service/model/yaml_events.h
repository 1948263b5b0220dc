// The only place that uses libyaml: a text as a stream of parse events, none of which is trusted.
#ifndef METAPOWERS_SERVICE_MODEL_YAML_EVENTS_H_
#define METAPOWERS_SERVICE_MODEL_YAML_EVENTS_H_

#include <yaml.h>

#include <cstdint>
#include <optional>
#include <string>

#include "absl/strings/string_view.h"
#include "service/model/faults.h"

namespace metapowers::model {

// U+FEFF, which some editors begin a file with.
inline constexpr absl::string_view kByteOrderMark = "\xef\xbb\xbf";

enum class YamlKind { kNone, kStreamEnd, kDocument, kDocumentEnd, kScalar, kAlias, kList, kListEnd, kMap, kMapEnd };

// Moves through the events of `text`, which must outlive it and have passed CheckText(). The caller
// stops at the depth it allows: libyaml's scanner looks at most 1024 characters ahead of the event, so
// that its quadratic cost in the depth never shows. Not thread-safe.
class YamlEvents {
 public:
  explicit YamlEvents(absl::string_view text);
  ~YamlEvents();
  YamlEvents(const YamlEvents&) = delete;
  YamlEvents& operator=(const YamlEvents&) = delete;

  // Goes to the next event; false at a syntax error, which syntax_error() and at() describe.
  bool Next();

  YamlKind kind() const { return kind_; }
  Position at() const { return at_; }
  // Code points before the event's first and after its last character.
  size_t begin() const { return event_.start_mark.index; }
  size_t end() const { return event_.end_mark.index; }
  const std::string& syntax_error() const { return syntax_error_; }

  // Of a scalar, else empty. Valid until Next().
  absl::string_view scalar() const;
  bool is_plain() const;  // without quotes
  bool is_block() const;  // after `|` or `>`
  bool is_flow() const;   // a mapping or list in brackets
  bool has_anchor() const { return kind_ != YamlKind::kAlias && !anchor().empty(); }
  // Name of the anchor that the node sets or the alias refers to; "" without. Valid until Next().
  absl::string_view anchor() const;
  bool has_tag() const { return !tag().empty(); }
  // In full, e.g. `tag:yaml.org,2002:str` of `!!str`; "" without. Valid until Next().
  absl::string_view tag() const;

 private:
  yaml_parser_t parser_;
  yaml_event_t event_;
  YamlKind kind_ = YamlKind::kNone;
  Position at_;
  std::string syntax_error_;
};

// `text` made safe for YamlEvents: without byte order mark, and with `?` in place of each character that
// is reported to `faults`. Nothing, after a report, when it is too long, is not UTF-8 or has directives.
std::optional<std::string> CheckText(absl::string_view text, Faults& faults);

// The same for texts of other tools: of any size, and with U+FFFD, unreported, in place of characters that are not
// allowed. Byte order marks at the start of lines are left out, and a first line with `%YAML` is taken.
std::optional<std::string> CheckForeignText(absl::string_view text, Faults& faults);

// `text`, which must be UTF-8, with U+FFFD in place of characters that are not allowed.
std::string WithAllowedCharacters(absl::string_view text);

// Whether text may contain this code point. Refused are control characters, except tab and line ends,
// and characters that change the direction of text or hide in it, since they make a review lie.
bool IsAllowed(uint32_t code_point);

// Code point at the start of well-formed UTF-8, which must not be empty; `text` moves past it.
uint32_t TakeCodePoint(absl::string_view& text);

// E.g. "U+202E".
std::string CodePointName(uint32_t code_point);

}  // namespace metapowers::model

#endif  // METAPOWERS_SERVICE_MODEL_YAML_EVENTS_H_
