#include "service/document/line_scanner.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"

namespace metapowers::document {
namespace {

constexpr size_t kNone = absl::string_view::npos;

size_t Indent(absl::string_view text) { return std::min(text.find_first_not_of(' '), text.size()); }

bool ContainsIgnoreCase(absl::string_view text, absl::string_view lower) {
  for (size_t i = 0; i + lower.size() <= text.size(); ++i) {
    if (absl::EqualsIgnoreCase(text.substr(i, lower.size()), lower)) return true;
  }
  return false;
}

// Length of the list markers at the start of `text`, spaces after them included.
size_t ListMarkers(absl::string_view text) {
  size_t at = 0;
  while (at < text.size()) {
    const size_t start = at + Indent(text.substr(at));
    size_t mark = start;
    if (start >= text.size() || start - at > 3) break;
    if (absl::string_view("-+*").find(text[start]) == kNone) {
      mark = std::min(text.find_first_not_of("0123456789", start), text.size());
      if (mark == start || mark - start > 9 || mark >= text.size() || (text[mark] != '.' && text[mark] != ')')) break;
    }
    if (mark + 1 >= text.size() || text[mark + 1] != ' ') break;
    at = mark + 2;
  }
  return at;
}

// Whether `text` can open a block: false at a glance for most lines, which start with neither a list marker, nor a
// fence, nor a tag.
bool MayOpen(absl::string_view text) {
  size_t first = 0;
  while (first < text.size() && text[first] == ' ') ++first;
  if (first == text.size()) return false;
  switch (text[first]) {
    case '`':
    case '~':
    case '<':
    case '-':
    case '+':
    case '*':
      return true;
    default:
      return absl::ascii_isdigit(text[first]);
  }
}

}  // namespace

bool LineScanner::Next(Line& line) {
  if (at_ >= document_.size()) return false;
  const char* const start = document_.data() + at_;
  const size_t left = document_.size() - at_;
  const void* const newline = std::memchr(start, '\n', left);
  size_t size = newline == nullptr ? left : static_cast<size_t>(static_cast<const char*>(newline) - start);
  line.begin = at_;
  line.end = at_ += newline == nullptr ? left : size + 1;
  line.number = ++number_;
  if (size > 0 && start[size - 1] == '\r') --size;
  line.text = absl::string_view(start, size);
  if (fence_size_ > 0 && InsideFence(line.text)) {
    line.plain = false;
  } else if (!html_end_.empty()) {
    line.plain = false;
    if (ContainsIgnoreCase(line.text, html_end_)) html_end_ = {};
  } else {
    line.plain = !MayOpen(line.text) || (!OpensFence(line.text) && !OpensHtml(line.text));
  }
  return true;
}

// Also ends the block: at its closing fence, or where the list item around it ends.
bool LineScanner::InsideFence(absl::string_view text) {
  const size_t indent = Indent(text);
  absl::string_view rest = absl::StripTrailingAsciiWhitespace(text.substr(indent));
  if (!rest.empty() && indent < fence_container_) {
    fence_size_ = 0;
    return false;
  }
  const bool closes =
      indent < fence_container_ + 4 && rest.size() >= fence_size_ && rest.find_first_not_of(fence_) == kNone;
  if (closes) fence_size_ = 0;
  return true;
}

bool LineScanner::OpensFence(absl::string_view text) {
  const size_t markers = ListMarkers(text);
  const size_t indent = Indent(text.substr(markers));
  const absl::string_view rest = text.substr(markers + indent);
  if (indent > 3 || rest.empty() || (rest[0] != '`' && rest[0] != '~')) return false;
  const size_t run = std::min(rest.find_first_not_of(rest[0]), rest.size());
  if (run < 3 || (rest[0] == '`' && rest.find('`', run) != kNone)) return false;
  fence_ = rest[0];
  fence_size_ = run;
  fence_container_ = markers;
  opened_line_ = number_;
  return true;
}

bool LineScanner::OpensHtml(absl::string_view text) {
  static constexpr std::pair<const char*, const char*> kRaw[] = {
      {"<!--", "-->"},        {"<pre", "</pre>"},   {"<script", "</script>"}, {"<textarea", "</textarea>"},
      {"<style", "</style>"}, {"<![CDATA[", "]]>"},
  };
  const size_t indent = Indent(text);
  if (indent > 3 || indent >= text.size() || text[indent] != '<') return false;
  const absl::string_view rest = text.substr(indent);
  for (const auto& [start, end] : kRaw) {
    const absl::string_view open = start;
    if (!absl::StartsWithIgnoreCase(rest, open)) continue;
    const absl::string_view after = rest.substr(open.size());
    // <preview> is not <pre>.
    if (absl::ascii_isalpha(open.back()) && !after.empty() && absl::string_view(" \t>").find(after[0]) == kNone)
      continue;
    if (!ContainsIgnoreCase(after, end)) {
      html_end_ = end;
      opened_line_ = number_;
    }
    return true;
  }
  return false;
}

}  // namespace metapowers::document
