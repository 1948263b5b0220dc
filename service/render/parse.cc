#include <algorithm>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "service/base/status_macros.h"
#include "service/base/strings.h"
#include "service/render/program.h"

namespace metapowers::render {
namespace {

constexpr size_t kNone = absl::string_view::npos;
constexpr size_t kMaxDepth = 32;  // of sections in sections; rendering recurses

bool IsName(absl::string_view name) {
  if (name == ".") return true;
  for (const absl::string_view part : absl::StrSplit(name, '.')) {
    if (part.empty() || absl::ascii_isdigit(part[0])) return false;
    for (const char c : part) {
      if (!absl::ascii_isalnum(c) && c != '_') return false;
    }
  }
  return true;
}

bool IsWord(absl::string_view text) {
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return absl::ascii_isalpha(c) || c == ' ' || c == '-' || c == ','; });
}

class Tokenizer {
 public:
  Tokenizer(absl::string_view text, std::vector<Fault>& faults) : text_(text), faults_(faults) {}

  std::vector<Token> Run() {
    while (at_ < text_.size()) {
      const size_t open = text_.find("{{", at_);
      if (open == kNone) break;
      const size_t close = text_.find("}}", open);
      if (close == kNone) {
        faults_.push_back({open, "'{{' is never closed by '}}'"});
        at_ = text_.size();
        break;
      }
      Tag(open, close);
    }
    Literal(text_.size());
    return std::move(tokens_);
  }

 private:
  void Literal(size_t end) {
    if (end > at_) tokens_.push_back({Token::Kind::kLiteral, text_.substr(at_, end - at_), "", "", "", at_, {}});
    at_ = std::max(at_, end);
  }

  void Tag(size_t open, size_t close) {
    const absl::string_view inside = text_.substr(open + 2, close - open - 2);
    const char sigil = inside.empty() ? '\0' : inside[0];
    Token token{Token::Kind::kValue, absl::StripAsciiWhitespace(inside), "", "", "", open, {}};
    if (absl::string_view("{&>=").find(sigil) != kNone && sigil != '\0') {
      faults_.push_back({open, sigil == '{' || sigil == '&' ? "every value is escaped: write {{name}}"
                               : sigil == '>'               ? "there are no partials: write the text here"
                                                            : "the delimiters are always {{ and }}"});
      Literal(open);
      at_ = close + 2 + (sigil == '{' && absl::StartsWith(text_.substr(close), "}}}") ? 1 : 0);
      return;
    }
    const bool line_tag = absl::string_view("#^/!").find(sigil) != kNone && sigil != '\0';
    if (line_tag) token.text = absl::StripAsciiWhitespace(inside.substr(1));
    if (!line_tag) TakeWords(token);
    if (sigil == '#') token.kind = Token::Kind::kSection;
    if (sigil == '^') token.kind = Token::Kind::kInverted;
    if (sigil == '/') token.kind = Token::Kind::kEnd;
    if (sigil != '!' && !(sigil == '/' && token.text.empty()) && !IsName(token.text)) {
      faults_.push_back({open, absl::StrCat("'", token.text, "' is not a name: a field, a path a.b, or '.'")});
    }
    size_t start = open;
    size_t end = close + 2;
    if (line_tag) WidenToLine(start, end);
    Literal(start);
    at_ = end;
    if (sigil != '!') tokens_.push_back(std::move(token));
  }

  // `name one/many`, `part of whole one/many`.
  static void TakeWords(Token& token) {
    const absl::string_view text = token.text;
    const size_t name = text.find(' ');
    size_t words = name;
    if (name != kNone && absl::StartsWith(text.substr(name), " of ")) words = text.find(' ', name + 4);
    const size_t slash = text.find('/');
    if (words == kNone || slash == kNone || slash < words) return;
    const absl::string_view one = text.substr(words + 1, slash - words - 1);
    const absl::string_view many = text.substr(slash + 1);
    const absl::string_view whole = words == name ? "" : text.substr(name + 4, words - name - 4);
    if (!IsWord(one) || !IsWord(many) || (one.empty() && many.empty())) return;
    if (words != name && !IsName(whole)) return;
    token.one = one;
    token.many = many;
    token.whole = whole;
    token.text = text.substr(0, name);
  }

  // A tag that stands alone on its line takes the line with it.
  void WidenToLine(size_t& start, size_t& end) const {
    size_t first = start;
    while (first > at_ && (text_[first - 1] == ' ' || text_[first - 1] == '\t')) --first;
    if (first != 0 && text_[first - 1] != '\n') return;
    size_t last = end;
    while (last < text_.size() && (text_[last] == ' ' || text_[last] == '\t')) ++last;
    if (last < text_.size() && text_[last] != '\n') return;
    start = first;
    end = std::min(last + 1, text_.size());
  }

  const absl::string_view text_;
  std::vector<Fault>& faults_;
  std::vector<Token> tokens_;
  size_t at_ = 0;
};

// Nests the tokens; `next` moves past those that were used.
std::vector<Node> Nest(const std::vector<Token>& tokens, size_t& next, const Token* section, size_t depth,
                       ParsedTemplate& parsed, std::vector<Fault>& faults) {
  std::vector<Node> nodes;
  while (next < tokens.size()) {
    const Token& token = tokens[next++];
    if (token.kind == Token::Kind::kEnd) {
      if (section != nullptr && (token.text.empty() || token.text == section->text)) return nodes;
      faults.push_back({token.offset, section == nullptr
                                          ? absl::StrCat("{{/", token.text, "}} closes no section")
                                          : absl::StrCat("{{/", token.text, "}} stands where {{/", section->text,
                                                         "}} must close the section opened before")});
      if (section != nullptr) return nodes;
      continue;
    }
    Node node;
    node.offset = token.offset;
    if (token.kind == Token::Kind::kLiteral) {
      node.text = std::string(token.text);
    } else {
      node.id = parsed.tags++;
      if (token.text != ".") node.path = absl::StrSplit(token.text, '.');
      node.one = std::string(token.one);
      node.many = std::string(token.many);
      if (!token.whole.empty()) {
        Node& whole = node.children.emplace_back();
        whole.kind = Node::Kind::kValue;
        whole.offset = token.offset;
        whole.id = parsed.tags++;
        whole.path = absl::StrSplit(token.whole, '.');
        whole.one = node.one;
        whole.many = node.many;
      }
      node.place = token.place;
      node.kind = token.kind == Token::Kind::kValue     ? Node::Kind::kValue
                  : token.kind == Token::Kind::kSection ? Node::Kind::kSection
                                                        : Node::Kind::kInverted;
      if (token.kind != Token::Kind::kValue) {
        if (depth == kMaxDepth) {
          faults.push_back({token.offset, absl::StrCat("sections are nested deeper than ", kMaxDepth)});
          next = tokens.size();
          return nodes;
        }
        node.children = Nest(tokens, next, &token, depth + 1, parsed, faults);
      }
    }
    nodes.push_back(std::move(node));
  }
  if (section != nullptr) {
    faults.push_back({section->offset, absl::StrCat("section '", section->text, "' is never closed: add {{/}}")});
  }
  return nodes;
}

}  // namespace

std::string ParsedTemplate::Location(size_t offset) const {
  const absl::string_view before = absl::string_view(text).substr(0, offset);
  const size_t line = static_cast<size_t>(std::count(before.begin(), before.end(), '\n')) + 1;
  const size_t start = before.rfind('\n');
  return absl::StrCat(name, ":", line, ":", offset - (start == kNone ? 0 : start + 1) + 1);
}

absl::Status TemplateError(const ParsedTemplate& parsed, std::vector<Fault> faults) {
  std::stable_sort(faults.begin(), faults.end(), [](const Fault& a, const Fault& b) { return a.offset < b.offset; });
  ErrorDetails details;
  details.reason = "TEMPLATE_INVALID";
  details.metadata["template"] = parsed.name;
  std::string message = absl::StrCat("template '", parsed.name, "' is not valid");
  for (const Fault& fault : faults) {
    const std::string location = parsed.Location(fault.offset);
    absl::StrAppend(&message, "\n", location, ": ", fault.what);
    details.violations.push_back({"", fault.what, location});
  }
  return MakeError(absl::StatusCode::kInvalidArgument, message, details);
}

absl::StatusOr<ParsedTemplate> ParseTemplate(absl::string_view text, absl::string_view name) {
  ParsedTemplate parsed;
  parsed.name = std::string(name);
  parsed.text = absl::StrReplaceAll(text, {{"\r\n", "\n"}});
  std::vector<Fault> faults;
  for (size_t i = 0; i < parsed.text.size(); ++i) {
    const char c = parsed.text[i];
    if ((absl::ascii_iscntrl(c) && c != '\n'))
      faults.push_back({i, "control character: use spaces and line ends only"});
  }
  if (!IsUtf8(parsed.text)) faults.push_back({0, "not UTF-8"});
  if (!faults.empty()) return TemplateError(parsed, std::move(faults));
  std::vector<Token> tokens = Tokenizer(parsed.text, faults).Run();
  size_t next = 0;
  // Places first: Nest() copies them into the nodes.
  if (faults.empty()) PlaceTags(tokens, faults);
  parsed.nodes = Nest(tokens, next, nullptr, 0, parsed, faults);
  if (!faults.empty()) return TemplateError(parsed, std::move(faults));
  return parsed;
}

}  // namespace metapowers::render
