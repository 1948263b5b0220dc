// Reads a template as Markdown, line by line, to learn where each tag stands. The text is flattened first: every
// value tag is one kTag, section tags are kOpen and kClose, so that lines keep their shape in Markdown.
#include <algorithm>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/strip.h"
#include "service/render/program.h"

namespace metapowers::render {
namespace {

constexpr size_t kNone = absl::string_view::npos;
// ParseTemplate() rejects control characters, so these cannot come from the template.
constexpr char kTag = '\x01';
constexpr char kOpen = '\x02';
constexpr char kClose = '\x03';

bool IsMarker(char c) { return c >= kTag && c <= kClose; }
bool IsDelimiter(char c) { return c == '*' || c == '_' || c == '~'; }

// Length of the indentation, list markers and quote marks at the start of `line`.
size_t BlockPrefix(absl::string_view line) {
  size_t at = 0;
  while (at < line.size()) {
    const char c = line[at];
    const bool bullet = (c == '-' || c == '+' || c == '*') && at + 1 < line.size() && line[at + 1] == ' ';
    const size_t digits = std::min(line.find_first_not_of("0123456789", at), line.size()) - at;
    const size_t mark = at + digits;
    const bool item = digits > 0 && digits < 10 && mark + 1 < line.size() && (line[mark] == '.' || line[mark] == ')') &&
                      line[mark + 1] == ' ';
    if (c != ' ' && c != '>' && !bullet && !item) break;
    at = item ? mark + 2 : at + 1;
  }
  return at;
}

class Placer {
 public:
  Placer(std::vector<Token>& tokens, std::vector<Fault>& faults) : tokens_(tokens), faults_(faults) {
    for (Token& token : tokens) {
      if (token.kind == Token::Kind::kLiteral) {
        for (size_t i = 0; i < token.text.size(); ++i) {
          flat_ += token.text[i];
          source_.push_back(token.offset + i);
          owner_.push_back(nullptr);
        }
        continue;
      }
      flat_ += token.kind == Token::Kind::kValue ? kTag : token.kind == Token::Kind::kEnd ? kClose : kOpen;
      source_.push_back(token.offset);
      owner_.push_back(&token);
    }
    // What a tag sees around it; each region that must be closed has a number of its own.
    region_.assign(flat_.size(), 0);
  }

  void Run() {
    for (size_t at = 0; at < flat_.size();) {
      const size_t end = std::min(flat_.find('\n', at), flat_.size());
      Line(at, end);
      at = end + 1;
    }
    if (fence_ != '\0') Fail(fence_at_, "this code fence is never closed");
    if (in_comment_) Fail(comment_at_, "this HTML comment is never closed");
    CheckSections();
  }

 private:
  void Fail(size_t at, std::string what) { faults_.push_back({source_[at], std::move(what)}); }
  // The nearest character that is not a section tag; '\n' beyond the ends.
  char Before(size_t at) const {
    while (at > 0 && (flat_[at - 1] == kOpen || flat_[at - 1] == kClose)) --at;
    return at > 0 ? flat_[at - 1] : '\n';
  }
  char After(size_t at) const {
    do ++at;
    while (at < flat_.size() && (flat_[at] == kOpen || flat_[at] == kClose));
    return at < flat_.size() ? flat_[at] : '\n';
  }
  absl::string_view Flat(size_t begin, size_t end) const { return absl::string_view(flat_).substr(begin, end - begin); }

  void Line(size_t begin, size_t end) {
    std::string plain;
    for (size_t i = begin; i < end; ++i) {
      if (flat_[i] != kOpen && flat_[i] != kClose) plain += flat_[i];
    }
    if (fence_ != '\0') return CodeLine(begin, end, plain);
    if (in_comment_) return CommentLine(begin, end);
    const size_t prefix = BlockPrefix(plain);
    const absl::string_view body = absl::string_view(plain).substr(prefix);
    const size_t run = body.empty() ? 0 : std::min(body.find_first_not_of(body[0]), body.size());
    if (!body.empty() && (body[0] == '`' || body[0] == '~') && run >= 3) {
      if (plain.find_first_not_of(' ') != prefix) Fail(begin, "open a code fence on a line of its own");
      if (body.find(kTag) != kNone) Fail(begin, "no tag may stand on the line of a code fence");
      fence_ = body[0];
      fence_size_ = run;
      fence_indent_ = plain.substr(0, prefix);
      fence_at_ = begin;
      mermaid_ = absl::StripAsciiWhitespace(body.substr(run)) == "mermaid";
      ++regions_;
      return;
    }
    TextLine(begin, end, plain, prefix);
  }

  void CodeLine(size_t begin, size_t end, absl::string_view plain) {
    const absl::string_view body = absl::StripAsciiWhitespace(plain);
    if (body.size() >= fence_size_ && body.find_first_not_of(fence_) == kNone) {
      // Section tags alone on the lines before it stand at its start, and still belong to the block.
      for (size_t i = begin; i < end && flat_[i] != fence_; ++i) region_[i] = regions_;
      fence_ = '\0';
      return;
    }
    std::fill(region_.begin() + static_cast<std::ptrdiff_t>(begin), region_.begin() + static_cast<std::ptrdiff_t>(end),
              regions_);
    for (size_t i = begin; i < end; ++i) {
      if (flat_[i] != kTag) continue;
      Place& place = owner_[i]->place;
      place.context = MarkdownContext::kCodeBlock;
      place.fence = fence_;
      place.indent = fence_indent_;
      if (mermaid_) MermaidTag(begin, i, place);
    }
  }

  void MermaidTag(size_t begin, size_t at, Place& place) {
    const absl::string_view before = Flat(begin, at);
    const char last = Before(at);
    const bool quoted = std::count(before.begin(), before.end(), '"') % 2 == 1;
    place.required = true;
    if (quoted || absl::StrContains(before, ": ")) {
      place.context = MarkdownContext::kMermaidLabel;
    } else if (absl::ascii_isalnum(last) || last == '_') {
      place.context = MarkdownContext::kMermaidId;
      place.required = false;
    } else {
      Fail(at, "in a Mermaid diagram a tag stands in \"quotes\", after ': ', or makes an identifier like n_{{id}}");
    }
  }

  void CommentLine(size_t begin, size_t end) {
    const size_t close = Flat(begin, end).find("-->");
    if (Flat(begin, end).substr(0, close).find(kTag) != kNone) Fail(begin, "no tag may stand in raw HTML");
    in_comment_ = close == kNone;
  }

  void TextLine(size_t begin, size_t end, absl::string_view plain, size_t prefix) {
    const absl::string_view body = plain.substr(prefix);
    const size_t marks = std::min(body.find_first_not_of('#'), body.size());
    const bool heading = marks >= 1 && marks <= 6 && marks < body.size() && body[marks] == ' ';
    table_ = absl::StartsWith(body, "|");
    if (!table_ && body.find('|') != kNone && body.find("--") != kNone && body.find_first_not_of("|-: ") == kNone) {
      Fail(begin, "start and end the rows of a table with '|'");
    }
    context_ = table_ ? MarkdownContext::kTableCell : heading ? MarkdownContext::kHeading : MarkdownContext::kText;
    for (size_t i = begin; i < end;) i = Inline(begin, i, end);
    if (!table_) MarkLast(begin, end);
  }

  // Handles what starts at `at`; returns where to go on.
  size_t Inline(size_t begin, size_t at, size_t end) {
    const char c = flat_[at];
    if (c == kTag) {
      TextTag(begin, at);
    } else if (c == '\\') {
      if (After(at) == kTag) Fail(at, "a backslash before a tag would escape what the tag renders");
      return at + 2;
    } else if (c == '`') {
      return CodeSpan(at, end);
    } else if (c == '[') {
      return Brackets(begin, at, end);
    } else if (c == '<' &&
               (IsMarker(After(at)) || absl::ascii_isalpha(After(at)) || After(at) == '/' || After(at) == '!')) {
      return Html(at, end);
    } else if (c == '&') {
      size_t next = at + 1;
      while (next < end && (absl::ascii_isalnum(flat_[next]) || flat_[next] == '#')) ++next;
      if (next < end && IsMarker(flat_[next])) Fail(at, "'&' before a tag could make an entity: write &amp;");
    } else if (IsDelimiter(c)) {
      return Delimiters(at, end);
    }
    return at + 1;
  }

  void TextTag(size_t begin, size_t at) {
    Place& place = owner_[at]->place;
    place.context = context_;
    place.in_table = table_;
    place.after = at + 1 == flat_.size() ? '\n' : IsMarker(flat_[at + 1]) ? '\0' : flat_[at + 1];
    place.required = place.required || IsDelimiter(Before(at));
    const absl::string_view before = Flat(begin, at);
    if (absl::EndsWith(before, "://") || absl::EndsWith(before, "www.") ||
        absl::StartsWith(Flat(at + 1, flat_.size()), "://")) {
      Fail(at, "an address in running text becomes a link of its own: write it in `code` or as a [link](...)");
    }
  }

  size_t CodeSpan(size_t at, size_t end) {
    size_t open = std::min(flat_.find_first_not_of('`', at), end);
    const size_t run = open - at;
    size_t close = open;
    size_t stop = open;
    for (; close < end; close = stop) {
      close = std::min(flat_.find('`', close), end);
      stop = std::min(flat_.find_first_not_of('`', close), end);
      if (stop - close == run) break;
    }
    if (close >= end) {
      Fail(at, "this code span is not closed on its line");
      return end;
    }
    ++regions_;
    bool sure = false;  // something stands in it whatever the message says
    bool literal = false;
    int depth = 0;
    for (size_t i = open; i < close; ++i) {
      region_[i] = regions_;
      depth += flat_[i] == kOpen ? 1 : flat_[i] == kClose ? -1 : 0;
      sure = sure || (depth == 0 && flat_[i] != ' ' && flat_[i] != kClose);
      literal = literal || (depth == 0 && flat_[i] != ' ' && !IsMarker(flat_[i]));
    }
    if (!sure) Fail(at, "this code span is empty when its sections are: put it inside of them");
    for (size_t i = open; i < close; ++i) {
      if (flat_[i] != kTag) continue;
      owner_[i]->place.context = table_ ? MarkdownContext::kTableCode : MarkdownContext::kCodeSpan;
      owner_[i]->place.required = !literal;
    }
    return stop;
  }

  // [text], and (url) after it.
  size_t Brackets(size_t begin, size_t at, size_t end) {
    const MarkdownContext outer = std::exchange(context_, MarkdownContext::kLinkText);
    size_t i = at + 1;
    while (i < end && flat_[i] != ']') i = Inline(begin, i, end);
    context_ = outer;
    i = std::min(i + 1, end);
    if (i >= end || flat_[i] != '(') return i;
    ++regions_;
    int depth = 0;
    const size_t start = i + 1;
    for (; i < end; ++i) {
      region_[i] = regions_;
      depth += flat_[i] == '(' ? 1 : flat_[i] == ')' ? -1 : 0;
      if (depth == 0) return i + 1;
      if (flat_[i] != kTag) continue;
      const absl::string_view before = Flat(start, i);
      if (before.find_first_of(" \"'") != kNone) Fail(i, "no tag may stand in the title of a link");
      owner_[i]->place.context = MarkdownContext::kLinkUrl;
      owner_[i]->place.scheme_fixed = before.find_first_of("/:#?") != kNone;
    }
    Fail(at, "this link is not closed on its line");
    return end;
  }

  size_t Html(size_t at, size_t end) {
    const bool comment = absl::StartsWith(Flat(at, end), "<!--");
    const absl::string_view closing = comment ? "-->" : ">";
    const size_t found = Flat(at, end).find(closing);
    const size_t stop = found == kNone ? end : at + found + closing.size();
    const absl::string_view inside = Flat(at, stop);
    if (std::any_of(inside.begin(), inside.end(), IsMarker)) Fail(at, "no tag may stand in raw HTML");
    if (found != kNone) return stop;
    if (comment) {
      in_comment_ = true;
      comment_at_ = at;
    } else {
      Fail(at, "this HTML tag is not closed on its line; write &lt; for a plain '<'");
    }
    return end;
  }

  // Emphasis around a tag must hold whatever the value starts and ends with.
  size_t Delimiters(size_t at, size_t end) {
    const size_t stop = std::min(flat_.find_first_not_of(flat_[at], at), end);
    const char before = Before(at);
    const char after = After(stop - 1);
    const bool word_before = before == kTag || absl::ascii_isalnum(before) || (before & 0x80) != 0;
    const bool word_after = after == kTag || absl::ascii_isalnum(after) || (after & 0x80) != 0;
    if ((before == kTag && word_after) || (after == kTag && word_before)) {
      Fail(at, "emphasis between a tag and a word depends on the value: put a space or punctuation between");
    }
    return stop;
  }

  // After each value: is anything sure to follow on its line?
  void MarkLast(size_t begin, size_t end) {
    for (size_t i = begin; i < end; ++i) {
      if (flat_[i] != kTag) continue;
      int depth = 0;
      int outermost = 0;
      bool follows = false;
      for (size_t j = i + 1; j < end && !follows; ++j) {
        depth += flat_[j] == kOpen ? 1 : flat_[j] == kClose ? -1 : 0;
        outermost = std::min(outermost, depth);
        follows = depth <= outermost && flat_[j] != ' ' && flat_[j] != kOpen && flat_[j] != kClose;
      }
      owner_[i]->place.may_stand_alone = !follows;
    }
  }

  // A section opens and closes within the same code span, link or block.
  void CheckSections() {
    std::vector<size_t> open;
    for (size_t i = 0; i < flat_.size(); ++i) {
      if (flat_[i] == kOpen) open.push_back(i);
      if (flat_[i] != kClose || open.empty()) continue;
      if (region_[open.back()] != region_[i]) {
        Fail(open.back(), "this section opens and closes in different code spans, links or code blocks");
      }
      open.pop_back();
    }
  }

  std::vector<Token>& tokens_;
  std::vector<Fault>& faults_;
  std::string flat_;
  std::vector<size_t> source_;  // offset in the template of each character of flat_
  std::vector<Token*> owner_;   // of a marker
  std::vector<int> region_;
  int regions_ = 0;

  char fence_ = '\0';
  size_t fence_size_ = 0;
  size_t fence_at_ = 0;
  std::string fence_indent_;
  bool mermaid_ = false;
  bool in_comment_ = false;
  size_t comment_at_ = 0;
  bool table_ = false;
  MarkdownContext context_ = MarkdownContext::kText;
};

}  // namespace

void PlaceTags(std::vector<Token>& tokens, std::vector<Fault>& faults) { Placer(tokens, faults).Run(); }

}  // namespace metapowers::render
