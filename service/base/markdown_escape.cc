#include "service/base/markdown_escape.h"

#include <algorithm>
#include <array>
#include <cstddef>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "service/base/strings.h"

namespace metapowers {
namespace {

constexpr size_t kNone = absl::string_view::npos;

// Forges look for @names and #numbers in the finished page, where an escape is no longer to be seen; only
// a character in between stops them.
constexpr char kZeroWidthSpace[] = "&#8203;";
constexpr char kDash[] = "\xe2\x80\x94";
constexpr char kHexDigits[] = "0123456789abcdef";

bool IsPlain(absl::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c >= 0x20 && c < 0x7f; });
}

// Size of the invisible character at the start of `text` that OneLine() keeps: zero width space, word joiner
// and the operators after it, soft hyphen, interlinear annotation, language tags. 0 when there is none.
size_t InvisibleSize(absl::string_view text) {
  const auto byte = [&](size_t i) { return static_cast<unsigned char>(text[i]); };
  if (byte(0) < 0xc2) return 0;
  if (absl::StartsWith(text, "\xc2\xad")) return 2;
  if (absl::StartsWith(text, "\xe2\x80\x8b") || absl::StartsWith(text, "\xe1\xa0\x8e")) return 3;
  if (absl::StartsWith(text, "\xe2\x81") && text.size() > 2 && byte(2) >= 0xa0 && byte(2) <= 0xaf) return 3;
  if (absl::StartsWith(text, "\xef\xbf") && text.size() > 2 && byte(2) >= 0xb9 && byte(2) <= 0xbb) return 3;
  if (absl::StartsWith(text, "\xf3\xa0") && text.size() > 3 && byte(2) <= 0x81) return 4;
  return 0;
}

// Size of the whitespace character, Unicode's included, at the start of `text`; 0 when there is none.
size_t SpaceSize(absl::string_view text) {
  if (text.empty()) return 0;
  if (text[0] == ' ') return 1;
  if (absl::StartsWith(text, "\xc2\xa0")) return 2;
  for (const absl::string_view space : {"\xe1\x9a\x80", "\xe2\x80\xaf", "\xe2\x81\x9f", "\xe3\x80\x80"}) {
    if (absl::StartsWith(text, space)) return 3;
  }
  if (!absl::StartsWith(text, "\xe2\x80") || text.size() < 3) return 0;
  const unsigned char third = static_cast<unsigned char>(text[2]);
  return third >= 0x80 && third <= 0x8a ? 3 : 0;
}

// Emphasis ends only next to a visible character, hence Unicode's spaces too.
absl::string_view Trim(absl::string_view text) {
  const auto visible = [](char c) { return c > ' ' && c < 0x7f; };
  if (!text.empty() && visible(text.front()) && visible(text.back())) return text;
  while (const size_t size = SpaceSize(text)) text.remove_prefix(size);
  for (bool again = true; again && !text.empty();) {
    again = false;
    for (size_t size = 1; size <= std::min<size_t>(3, text.size()) && !again; ++size) {
      again = SpaceSize(text.substr(text.size() - size)) == size;
      if (again) text.remove_suffix(size);
    }
  }
  return text;
}

// `text` on one line without what is removed everywhere. `storage` keeps the bytes when a copy was needed.
absl::string_view Clean(absl::string_view text, std::string& storage) {
  if (IsPlain(text)) return text;
  const std::string line = OneLine(text);
  storage.clear();
  for (absl::string_view rest = line; !rest.empty();) {
    const size_t invisible = InvisibleSize(rest);
    if (invisible == 0) storage += rest[0];
    rest.remove_prefix(std::max<size_t>(invisible, 1));
  }
  return storage;
}

// Where a backslash keeps `text` from starting a block; kNone when it starts none.
size_t BlockMark(absl::string_view text) {
  const auto at = [&](size_t i) { return i < text.size() ? text[i] : ' '; };
  switch (at(0)) {
    case '>':
    case '=':
    case '|':
    case '*':
      return 0;
    case '#': {
      const size_t end = std::min(text.find_first_not_of('#'), text.size());
      return at(end) == ' ' ? 0 : kNone;
    }
    case '-':
    case '+':
      return absl::string_view(" -+|:").find(at(1)) != kNone ? 0 : kNone;
    case ':':
      return at(1) == '-' || text.size() == 1 ? 0 : kNone;
    default:
      break;
  }
  const size_t digits = std::min(text.find_first_not_of("0123456789"), text.size());
  const bool item = digits > 0 && digits < 10 && (at(digits) == '.' || at(digits) == ')') && at(digits + 1) == ' ';
  return item ? digits : kNone;
}

// Whether the character means nothing to any renderer, whatever stands beside it. 'w' may start "www.".
bool IsInert(char c) {
  static const auto* const inert = [] {
    auto* const table = new std::array<bool, 256>();
    table->fill(true);
    for (const char special : absl::string_view("wW_*~&<@#!`[]|\\$:"))
      (*table)[static_cast<unsigned char>(special)] = false;
    return table;
  }();
  return (*inert)[static_cast<unsigned char>(c)];
}

// Escapes one value in running text, a heading, a cell or a link's text.
class InlineEscaper {
 public:
  InlineEscaper(absl::string_view text, MarkdownContext context, const MarkdownNeighbours& neighbours, std::string& out)
      : text_(text), context_(context), neighbours_(neighbours), out_(out) {}

  void Run() {
    const size_t block_mark = context_ == MarkdownContext::kText && neighbours_.block_start ? BlockMark(text_) : kNone;
    if (!text_.empty()) SeparateFromBefore();
    for (size_t i = 0; i < text_.size(); ++i) {
      if (i == block_mark) {
        Escape(i);
        continue;
      }
      size_t end = i;
      while (end < text_.size() && end != block_mark && IsInert(text_[end])) ++end;
      if (end > i) {
        absl::StrAppend(&out_, text_.substr(i, end - i));
        i = end - 1;
      } else {
        i += Put(i);
      }
    }
  }

 private:
  char Prev(size_t i) const { return i > 0 ? text_[i - 1] : neighbours_.before; }
  char Next(size_t i) const { return i + 1 < text_.size() ? text_[i + 1] : neighbours_.after; }
  bool Last(size_t i) const { return i + 1 == text_.size(); }
  bool InTable() const { return context_ == MarkdownContext::kTableCell || neighbours_.in_table; }
  void Escape(size_t i) {
    out_ += '\\';
    out_ += text_[i];
  }

  // What the text before, the template's or another value's, would make of the first character.
  void SeparateFromBefore() {
    const char before = neighbours_.before;
    const char first = text_[0];
    const bool reference = before == '@' ? absl::ascii_isalnum(first) : before == '#' && absl::ascii_isdigit(first);
    if (reference) out_ += kZeroWidthSpace;
    const bool after_brackets = before == ']' && (first == '(' || first == ':');
    if (after_brackets || (before == ':' && first == '/')) out_ += '\\';
  }

  // Writes the character at `i`; returns how many more it has consumed.
  size_t Put(size_t i) {
    const char c = text_[i];
    const char next = Next(i);
    switch (c) {
      case 'w':
      case 'W':
        return PutWww(i);
      case '_':
      case '*':
      case '~':
        return PutDelimiters(i);
      case '&':
        absl::StrAppend(&out_, StartsEntity(i) ? "&amp;" : "&");
        return 0;
      case '<':
        absl::StrAppend(&out_, StartsMarkup(i) ? "&lt;" : "<");
        return 0;
      case '@':
      case '#':
      case '!':
        return PutReference(i);
      default:
        break;
    }
    const bool escape =
        c == '`' || c == '[' || (c == ']' && context_ == MarkdownContext::kLinkText) || (c == '|' && InTable()) ||
        (c == '\\' && (Last(i) || absl::ascii_ispunct(next))) || (c == '$' && !absl::ascii_isdigit(next)) ||
        (c == ':' && absl::ascii_isalnum(Prev(i)) && next == '/' && (Last(i) || text_.substr(i).substr(0, 3) == "://"));
    if (escape) out_ += '\\';
    out_ += c;
    return 0;
  }

  // "www." starts a link of its own; the dot may also come from what follows.
  size_t PutWww(size_t i) {
    const bool www = !absl::ascii_isalnum(Prev(i)) && absl::EqualsIgnoreCase(text_.substr(i, 3), "www");
    const char after = www ? Next(i + 2) : ' ';
    if (!www || (after != '.' && after != '\0')) {
      out_ += text_[i];
      return 0;
    }
    absl::StrAppend(&out_, text_.substr(i, 2));
    if (i + 3 < text_.size()) {
      absl::StrAppend(&out_, text_.substr(i + 2, 1), "\\.");
      return 3;
    }
    absl::StrAppend(&out_, text_[i + 2] == 'w' ? "&#119;" : "&#87;");
    return 2;
  }

  // A run of one delimiter: inside a word, or between spaces, it is plain text.
  size_t PutDelimiters(size_t i) {
    const char c = text_[i];
    const size_t end = std::min(text_.find_first_not_of(c, i), text_.size());
    const char before = Prev(i);
    const char after = Next(end - 1);
    bool plain = i > 0 && before == ' ' && after == ' ' && end < text_.size();
    if (c == '_') plain = plain || (absl::ascii_isalnum(before) && absl::ascii_isalnum(after));
    if (c == '~') plain = plain || (end - i == 1 && (before == ' ' || before == '\n') && absl::ascii_isdigit(after));
    if (c == '_' && i == 0) plain = false;
    for (size_t at = i; at < end; ++at) {
      if (plain) {
        out_ += c;
      } else {
        Escape(at);
      }
    }
    return end - i - 1;
  }

  size_t PutReference(size_t i) {
    const char c = text_[i];
    const char next = Next(i);
    if (c == '#' && context_ == MarkdownContext::kHeading && ClosesHeading(i)) {
      Escape(i);
      return 0;
    }
    if (c == '!' && Last(i) && (next == '[' || next == '\0')) {
      Escape(i);
      return 0;
    }
    out_ += c;
    const bool reference = c == '@' ? absl::ascii_isalnum(next) || next == '\0' : absl::ascii_isdigit(next);
    if (reference) out_ += kZeroWidthSpace;
    return 0;
  }

  // "## Title ##" drops the last marks.
  bool ClosesHeading(size_t i) const {
    const char before = Prev(i);
    return (before == ' ' || before == '\0') && text_.find_first_not_of('#', i) == kNone;
  }

  // A tag, a comment, or an autolink: md4c takes any character as the first of its scheme, a space too.
  bool StartsMarkup(size_t i) const {
    const char next = Next(i);
    if (Last(i) || absl::ascii_isalpha(next) || next == '/' || next == '!' || next == '?') return true;
    size_t end = i + 2;
    while (end < text_.size() &&
           (absl::ascii_isalnum(text_[end]) || text_[end] == '+' || text_[end] == '-' || text_[end] == '.')) {
      ++end;
    }
    if (end < text_.size()) return text_[end] == ':';
    const char after = neighbours_.after;
    return after == '\0' || after == ':' || absl::ascii_isalnum(after);
  }

  bool StartsEntity(size_t i) const {
    size_t end = i + 1;
    while (end < text_.size() && (absl::ascii_isalnum(text_[end]) || (text_[end] == '#' && end == i + 1))) ++end;
    if (end == text_.size()) {
      const char after = neighbours_.after;
      return after == '\0' || after == ';' || after == '#' || absl::ascii_isalnum(after);
    }
    return text_[end] == ';' && end > i + 1;
  }

  const absl::string_view text_;
  const MarkdownContext context_;
  const MarkdownNeighbours& neighbours_;
  std::string& out_;
};

void AppendCodeSpan(absl::string_view text, bool in_table, std::string& out) {
  for (const char c : text) {
    if (c == '`') {
      out += '\'';
    } else {
      if (c == '|' && in_table) out += '\\';  // GFM takes it away again, in code too
      out += c;
    }
  }
}

// True when a line of just `piece` could close the fence, or be a part of one that does.
bool IsFence(absl::string_view piece, char fence) {
  return piece.find_first_not_of(std::string{fence, ' '}) == kNone && piece.find(fence) != kNone;
}

// A value may have several lines; none of them may close the fence.
void AppendCodeBlock(absl::string_view text, const MarkdownNeighbours& neighbours, std::string& out) {
  std::string storage;
  while (true) {
    const size_t end = std::min(text.find_first_of("\n\t"), text.size());
    absl::string_view piece = text.substr(0, end);
    const absl::string_view indent = piece.substr(0, std::min(piece.find_first_not_of(' '), piece.size()));
    piece = Clean(piece.substr(indent.size()), storage);
    absl::StrAppend(&out, indent, piece);
    if (IsFence(piece, neighbours.fence)) {
      std::replace(out.end() - static_cast<std::ptrdiff_t>(piece.size()), out.end(), neighbours.fence,
                   neighbours.fence == '`' ? '\'' : '-');
    }
    if (end == text.size()) return;
    if (text[end] == '\t') {
      out += '\t';
    } else {
      absl::StrAppend(&out, "\n", neighbours.indent);
    }
    text.remove_prefix(end + 1);
  }
}

void AppendPercent(char c, std::string& out) {
  const unsigned char byte = static_cast<unsigned char>(c);
  absl::StrAppend(&out, "%", absl::AsciiStrToUpper(absl::string_view(&kHexDigits[byte >> 4], 1)),
                  absl::AsciiStrToUpper(absl::string_view(&kHexDigits[byte & 15], 1)));
}

void AppendUrl(absl::string_view text, const MarkdownNeighbours& neighbours, std::string& out) {
  const bool web = neighbours.before == '(' &&
                   (absl::StartsWithIgnoreCase(text, "https://") || absl::StartsWithIgnoreCase(text, "http://"));
  const bool colon = neighbours.scheme_fixed || web;
  for (const char c : text) {
    if (c == '&') {
      out += "&amp;";
    } else if (absl::ascii_isalnum(c) || absl::string_view("-._/?#=%@+,").find(c) != kNone || (c == ':' && colon)) {
      out += c;
    } else {
      AppendPercent(c, out);
    }
  }
}

void AppendMermaidLabel(absl::string_view text, std::string& out) {
  for (const char c : text) {
    const bool plain = (c & 0x80) != 0 || absl::ascii_isalnum(c) || absl::string_view(" -_.,/:!?=+*'").find(c) != kNone;
    if (c == '"') {
      out += "#quot;";
    } else if (plain) {
      out += c;
    } else {
      absl::StrAppend(&out, "#", static_cast<int>(c), ";");
    }
  }
}

void AppendMermaidId(absl::string_view text, std::string& out) {
  for (const char c : text) {
    if (absl::ascii_isalnum(c)) {
      out += c;
    } else {
      const unsigned char byte = static_cast<unsigned char>(c);
      absl::StrAppend(&out, "_", absl::string_view(&kHexDigits[byte >> 4], 1),
                      absl::string_view(&kHexDigits[byte & 15], 1));
    }
  }
}

}  // namespace

void AppendMarkdown(absl::string_view text, MarkdownContext context, const MarkdownNeighbours& neighbours,
                    std::string& out) {
  if (context == MarkdownContext::kCodeBlock) return AppendCodeBlock(text, neighbours, out);
  std::string storage;
  text = Trim(Clean(text, storage));
  if (text.empty() && neighbours.required) {
    absl::StrAppend(&out, kDash);
    return;
  }
  switch (context) {
    case MarkdownContext::kCodeSpan:
    case MarkdownContext::kTableCode:
      return AppendCodeSpan(text, context == MarkdownContext::kTableCode, out);
    case MarkdownContext::kLinkUrl:
      return AppendUrl(text, neighbours, out);
    case MarkdownContext::kMermaidLabel:
      return AppendMermaidLabel(text, out);
    case MarkdownContext::kMermaidId:
      return AppendMermaidId(text, out);
    default:
      return InlineEscaper(text, context, neighbours, out).Run();
  }
}

std::string MarkdownCell(absl::string_view text) {
  std::string out;
  AppendMarkdown(text, MarkdownContext::kTableCell, {.before = ' ', .after = ' '}, out);
  return out;
}

}  // namespace metapowers
