#include "service/model/yaml_events.h"

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/strip.h"
#include "service/base/strings.h"
#include "service/model/model.h"

namespace metapowers::model {
namespace {

constexpr uint32_t kMarkCodePoint = 0xfeff;
constexpr char kReplacement[] = "\xef\xbf\xbd";  // U+FFFD

YamlKind KindOf(yaml_event_type_t type) {
  switch (type) {
    case YAML_STREAM_END_EVENT:
      return YamlKind::kStreamEnd;
    case YAML_DOCUMENT_START_EVENT:
      return YamlKind::kDocument;
    case YAML_DOCUMENT_END_EVENT:
      return YamlKind::kDocumentEnd;
    case YAML_ALIAS_EVENT:
      return YamlKind::kAlias;
    case YAML_SCALAR_EVENT:
      return YamlKind::kScalar;
    case YAML_SEQUENCE_START_EVENT:
      return YamlKind::kList;
    case YAML_SEQUENCE_END_EVENT:
      return YamlKind::kListEnd;
    case YAML_MAPPING_START_EVENT:
      return YamlKind::kMap;
    case YAML_MAPPING_END_EVENT:
      return YamlKind::kMapEnd;
    case YAML_STREAM_START_EVENT:
    case YAML_NO_EVENT:
      return YamlKind::kNone;
  }
  return YamlKind::kNone;
}

Position PositionOf(const yaml_mark_t& mark) {
  return {static_cast<int>(mark.line) + 1, static_cast<int>(mark.column) + 1};
}

size_t SequenceSize(char lead) {
  const auto byte = static_cast<unsigned char>(lead);
  return byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : byte >= 0xc0 ? 2 : 1;
}

// The printable ASCII that `text` starts with: on one line, and always allowed.
absl::string_view PlainStart(absl::string_view text) {
  const auto end = std::find_if(text.begin(), text.end(), [](char c) { return c < ' ' || c > '~'; });
  return text.substr(0, end - text.begin());
}

// Walks over lines and columns as libyaml counts them.
class Cursor {
 public:
  Position at() const { return at_; }
  void Pass(uint32_t code_point) {
    const bool second_half = code_point == '\n' && last_ == '\r';
    last_ = code_point;
    if (second_half) return;
    if (code_point == '\n' || code_point == '\r') {
      ++at_.line;
      at_.column = 1;
    } else {
      ++at_.column;
    }
  }
  void PassPlain(absl::string_view plain) {
    at_.column += static_cast<int>(plain.size());
    last_ = 0;
  }

 private:
  Position at_;
  uint32_t last_ = 0;
};

Position FirstBadSequence(absl::string_view text) {
  Cursor cursor;
  while (!text.empty() && IsUtf8(text.substr(0, SequenceSize(text[0])))) cursor.Pass(TakeCodePoint(text));
  return cursor.at();
}

// `text` with what `replace` gives for each character that is not allowed.
template <class Replace>
std::optional<std::string> MakeSafe(absl::string_view text, Faults& faults, const Replace& replace) {
  if (!IsUtf8(text)) {
    faults.Add(FirstBadSequence(text), "", "is not UTF-8");
    return std::nullopt;
  }
  std::string safe;
  safe.reserve(text.size());
  Cursor cursor;
  while (!text.empty()) {
    const Position at = cursor.at();
    if (text[0] == '%' && at.column == 1) {
      // Beside being of no use here, they cost libyaml time quadratic in their number.
      faults.Add(at, "", "a line must not start with '%': YAML directives are not allowed");
      return std::nullopt;
    }
    if (const absl::string_view plain = PlainStart(text); !plain.empty()) {
      cursor.PassPlain(plain);
      safe.append(plain.data(), plain.size());
      text.remove_prefix(plain.size());
      continue;
    }
    const absl::string_view rest = text;
    const uint32_t code_point = TakeCodePoint(text);
    cursor.Pass(code_point);
    if (IsAllowed(code_point)) {
      safe.append(rest.data(), rest.size() - text.size());
    } else {
      safe += replace(at, code_point);
    }
  }
  return safe;
}

}  // namespace

YamlEvents::YamlEvents(absl::string_view text) : event_{} {
  yaml_parser_initialize(&parser_);
  yaml_parser_set_encoding(&parser_, YAML_UTF8_ENCODING);
  yaml_parser_set_input_string(&parser_, reinterpret_cast<const unsigned char*>(text.data()), text.size());
}

YamlEvents::~YamlEvents() {
  yaml_event_delete(&event_);
  yaml_parser_delete(&parser_);
}

bool YamlEvents::Next() {
  yaml_event_delete(&event_);
  event_ = {};
  if (yaml_parser_parse(&parser_, &event_) == 0) {
    kind_ = YamlKind::kNone;
    at_ = PositionOf(parser_.problem_mark);
    syntax_error_ = absl::StrCat("is not YAML: ", parser_.problem == nullptr ? "out of memory" : parser_.problem);
    if (parser_.context != nullptr) absl::StrAppend(&syntax_error_, " ", parser_.context);
    return false;
  }
  kind_ = KindOf(event_.type);
  at_ = PositionOf(event_.start_mark);
  return true;
}

absl::string_view YamlEvents::scalar() const {
  if (kind_ != YamlKind::kScalar) return "";
  return {reinterpret_cast<const char*>(event_.data.scalar.value), event_.data.scalar.length};
}

bool YamlEvents::is_plain() const {
  return kind_ == YamlKind::kScalar && event_.data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
}

bool YamlEvents::is_block() const {
  return kind_ == YamlKind::kScalar && (event_.data.scalar.style == YAML_LITERAL_SCALAR_STYLE ||
                                        event_.data.scalar.style == YAML_FOLDED_SCALAR_STYLE);
}

bool YamlEvents::is_flow() const {
  return (kind_ == YamlKind::kList && event_.data.sequence_start.style == YAML_FLOW_SEQUENCE_STYLE) ||
         (kind_ == YamlKind::kMap && event_.data.mapping_start.style == YAML_FLOW_MAPPING_STYLE);
}

absl::string_view YamlEvents::anchor() const {
  const yaml_char_t* name = nullptr;
  if (kind_ == YamlKind::kScalar) name = event_.data.scalar.anchor;
  if (kind_ == YamlKind::kList) name = event_.data.sequence_start.anchor;
  if (kind_ == YamlKind::kMap) name = event_.data.mapping_start.anchor;
  if (kind_ == YamlKind::kAlias) name = event_.data.alias.anchor;
  return name == nullptr ? "" : reinterpret_cast<const char*>(name);
}

absl::string_view YamlEvents::tag() const {
  const yaml_char_t* name = nullptr;
  if (kind_ == YamlKind::kScalar) name = event_.data.scalar.tag;
  if (kind_ == YamlKind::kList) name = event_.data.sequence_start.tag;
  if (kind_ == YamlKind::kMap) name = event_.data.mapping_start.tag;
  return name == nullptr ? "" : reinterpret_cast<const char*>(name);
}

std::optional<std::string> CheckText(absl::string_view text, Faults& faults) {
  if (text.size() > kMaxModelBytes) {
    faults.Add({}, "", absl::StrCat("has ", text.size(), " bytes; the limit is ", kMaxModelBytes));
    return std::nullopt;
  }
  absl::ConsumePrefix(&text, kByteOrderMark);
  return MakeSafe(text, faults, [&](Position at, uint32_t code_point) {
    faults.Add(at, "", absl::StrCat("character ", CodePointName(code_point), " is not allowed"));
    return "?";
  });
}

std::optional<std::string> CheckForeignText(absl::string_view text, Faults& faults) {
  absl::ConsumePrefix(&text, kByteOrderMark);
  std::string copy;
  if (absl::StartsWith(text, "%YAML ")) {
    copy = std::string(text);
    copy[0] = '#';
    text = copy;
  }
  return MakeSafe(text, faults, [](Position at, uint32_t code_point) {
    return code_point == kMarkCodePoint && at.column == 1 ? "" : kReplacement;
  });
}

std::string WithAllowedCharacters(absl::string_view text) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const absl::string_view plain = PlainStart(text);
    out.append(plain.data(), plain.size());
    text.remove_prefix(plain.size());
    if (text.empty()) break;
    const absl::string_view rest = text;
    const bool allowed = IsAllowed(TakeCodePoint(text));
    absl::StrAppend(&out, allowed ? rest.substr(0, rest.size() - text.size()) : kReplacement);
  }
  return out;
}

bool IsAllowed(uint32_t code_point) {
  if (code_point == '\t' || code_point == '\n' || code_point == '\r') return true;
  const bool control = code_point < 0x20 || (code_point >= 0x7f && code_point < 0xa0);
  const bool direction = code_point == 0x061c || code_point == 0x200e || code_point == 0x200f ||
                         (code_point >= 0x202a && code_point <= 0x202e) ||
                         (code_point >= 0x2066 && code_point <= 0x2069);
  const bool line_end = code_point == 0x2028 || code_point == 0x2029;
  const bool no_character = code_point == 0xfeff || (code_point & 0xfffe) == 0xfffe;
  return !control && !direction && !line_end && !no_character;
}

uint32_t TakeCodePoint(absl::string_view& text) {
  const size_t size = SequenceSize(text[0]);
  uint32_t code_point = static_cast<unsigned char>(text[0]);
  if (size > 1) code_point &= 0xffu >> (size + 1);
  for (size_t i = 1; i < size; ++i) code_point = (code_point << 6) | (static_cast<unsigned char>(text[i]) & 0x3f);
  text.remove_prefix(size);
  return code_point;
}

std::string CodePointName(uint32_t code_point) { return absl::StrFormat("U+%04X", code_point); }

}  // namespace metapowers::model
