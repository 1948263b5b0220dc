#include "service/export/markdown_html.h"

#include <md4c.h>

#include <algorithm>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "service/export/flowchart_svg.h"
#include "service/export/xml.h"

namespace metapowers::exporting {
namespace {

constexpr unsigned kFlags = MD_FLAG_TABLES | MD_FLAG_STRIKETHROUGH | MD_FLAG_TASKLISTS | MD_FLAG_NOHTML;
constexpr int kDeepest = 6;  // heading of HTML
constexpr absl::string_view kSchemes[] = {"https://", "http://", "mailto:"};

// The character that an entity stands for; 0 where it is none that documents need.
uint32_t CharacterOf(absl::string_view entity) {
  static const auto* const kNamed = new std::map<absl::string_view, uint32_t>{
      {"&amp;", '&'}, {"&lt;", '<'}, {"&gt;", '>'}, {"&quot;", '"'}, {"&apos;", '\''}, {"&nbsp;", 0xA0}};
  if (const auto found = kNamed->find(entity); found != kNamed->end()) return found->second;
  absl::string_view digits = entity;
  uint32_t number = 0;
  if (!absl::ConsumePrefix(&digits, "&#") || !absl::ConsumeSuffix(&digits, ";")) return 0;
  const bool hex = absl::ConsumePrefix(&digits, "x") || absl::ConsumePrefix(&digits, "X");
  if (!(hex ? absl::SimpleHexAtoi(digits, &number) : absl::SimpleAtoi(digits, &number))) return 0xFFFD;
  return number == 0 ? 0xFFFD : number;
}

void AppendEntity(absl::string_view entity, std::string& out) {
  const uint32_t character = CharacterOf(entity);
  if (character != 0) {
    AppendCodePoint(character, out);
  } else {
    AppendXml(entity, out);
  }
}

// Whether `text` starts with a date, `YYYY-MM-DD`, and goes on with no more of the word.
bool StartsWithDate(absl::string_view text) {
  constexpr absl::string_view kForm = "dddd-dd-dd";
  if (text.size() < kForm.size()) return false;
  for (size_t i = 0; i < kForm.size(); ++i) {
    if (kForm[i] == 'd' ? !absl::ascii_isdigit(text[i]) : text[i] != kForm[i]) return false;
  }
  return text.size() == kForm.size() || !absl::ascii_isalnum(text[kForm.size()]);
}

// Text with its dates marked, so that no line ends inside one.
void AppendText(absl::string_view text, std::string& out) {
  constexpr size_t kDate = 10;
  size_t begin = 0;
  for (size_t at = 0; at < text.size(); ++at) {
    if ((at > 0 && absl::ascii_isalnum(text[at - 1])) || !StartsWithDate(text.substr(at))) continue;
    AppendXml(text.substr(begin, at - begin), out);
    absl::StrAppend(&out, "<time>", text.substr(at, kDate), "</time>");
    begin = at + kDate;
    at = begin - 1;
  }
  AppendXml(text.substr(begin), out);
}

// "Trust boundaries & flows" -> "trust-boundaries-flows".
std::string Slug(absl::string_view text) {
  std::string slug;
  for (const char c : text) {
    if (absl::ascii_isalnum(c)) {
      slug += absl::ascii_tolower(c);
    } else if (!slug.empty() && slug.back() != '-') {
      slug += '-';
    }
  }
  while (!slug.empty() && slug.back() == '-') slug.pop_back();
  return slug.empty() ? "section" : slug;
}

class Writer {
 public:
  explicit Writer(absl::string_view id) : id_(id) {}

  HtmlPart Write(absl::string_view markdown) && {
    MD_PARSER parser = {};
    parser.flags = kFlags;
    parser.enter_block = [](MD_BLOCKTYPE type, void* detail, void* self) {
      return static_cast<Writer*>(self)->Enter(type, detail);
    };
    parser.leave_block = [](MD_BLOCKTYPE type, void* detail, void* self) {
      return static_cast<Writer*>(self)->Leave(type, detail);
    };
    parser.enter_span = [](MD_SPANTYPE type, void* detail, void* self) {
      return static_cast<Writer*>(self)->EnterSpan(type, detail);
    };
    parser.leave_span = [](MD_SPANTYPE type, void*, void* self) { return static_cast<Writer*>(self)->LeaveSpan(type); };
    parser.text = [](MD_TEXTTYPE type, const MD_CHAR* text, MD_SIZE size, void* self) {
      return static_cast<Writer*>(self)->Text(type, absl::string_view(text, size));
    };
    md_parse(markdown.data(), static_cast<MD_SIZE>(markdown.size()), &parser, this);
    return std::move(part_);
  }

 private:
  std::string& html() { return part_.html; }

  // --- Blocks ---

  int Enter(MD_BLOCKTYPE type, void* detail) {
    switch (type) {
      case MD_BLOCK_QUOTE:
        html() += "<blockquote>\n";
        break;
      case MD_BLOCK_UL:
        html() += "<ul>\n";
        break;
      case MD_BLOCK_OL: {
        const unsigned start = static_cast<MD_BLOCK_OL_DETAIL*>(detail)->start;
        html() += start == 1 ? "<ol>\n" : absl::StrCat("<ol start=\"", start, "\">\n");
        break;
      }
      case MD_BLOCK_LI: {
        const auto& item = *static_cast<MD_BLOCK_LI_DETAIL*>(detail);
        html() += "<li>";
        if (item.is_task != 0) html() += item.task_mark == ' ' ? "☐ " : "☑ ";
        break;
      }
      case MD_BLOCK_HR:
        html() += "<hr/>\n";
        break;
      case MD_BLOCK_H:
        begin_ = html().size();
        plain_.clear();
        break;
      case MD_BLOCK_CODE: {
        const MD_ATTRIBUTE& language = static_cast<MD_BLOCK_CODE_DETAIL*>(detail)->lang;
        diagram_ = absl::string_view(language.text, language.size) == "mermaid";
        code_.emplace();
        break;
      }
      case MD_BLOCK_P:
        html() += "<p>";
        break;
      case MD_BLOCK_TABLE:
        absl::StrAppend(&html(),
                        "<div class=\"scroll\" role=\"group\" tabindex=\"0\" aria-label=\"Table: ", Xml(LastHeading()),
                        "\">\n<table>\n");
        break;
      case MD_BLOCK_THEAD:
        head_begin_ = html().size();
        head_says_something_ = false;
        html() += "<thead>\n";
        break;
      case MD_BLOCK_TBODY:
        html() += "<tbody>\n";
        break;
      case MD_BLOCK_TR:
        html() += "<tr>";
        first_cell_ = true;
        break;
      case MD_BLOCK_TH:
      case MD_BLOCK_TD:
        begin_ = html().size();
        break;
      default:
        break;
    }
    return 0;
  }

  int Leave(MD_BLOCKTYPE type, void* detail) {
    switch (type) {
      case MD_BLOCK_QUOTE:
        html() += "</blockquote>\n";
        break;
      case MD_BLOCK_UL:
        html() += "</ul>\n";
        break;
      case MD_BLOCK_OL:
        html() += "</ol>\n";
        break;
      case MD_BLOCK_LI:
        html() += "</li>\n";
        break;
      case MD_BLOCK_H:
        LeaveHeading(static_cast<int>(static_cast<MD_BLOCK_H_DETAIL*>(detail)->level));
        break;
      case MD_BLOCK_CODE:
        LeaveCode();
        break;
      case MD_BLOCK_P:
        html() += "</p>\n";
        break;
      case MD_BLOCK_TABLE:
        html() += "</table>\n</div>\n";
        break;
      case MD_BLOCK_THEAD:
        html() += "</thead>\n";
        // Of a list of facts, which has headers of rows alone.
        if (!head_says_something_) html().resize(head_begin_);
        break;
      case MD_BLOCK_TBODY:
        html() += "</tbody>\n";
        break;
      case MD_BLOCK_TR:
        html() += "</tr>\n";
        break;
      case MD_BLOCK_TH:
      case MD_BLOCK_TD:
        LeaveCell(type == MD_BLOCK_TH, static_cast<MD_BLOCK_TD_DETAIL*>(detail)->align);
        break;
      default:
        break;
    }
    return 0;
  }

  void LeaveHeading(int level) {
    const int above = part_.headings.empty() ? 1 : part_.headings.back().level;
    HtmlHeading heading;
    heading.level = std::min({level + 1, above + 1, kDeepest});
    heading.id = Unique(Slug(plain_));
    heading.text = std::string(absl::StripAsciiWhitespace(plain_));
    html().insert(begin_, absl::StrCat("<h", heading.level, " id=\"", heading.id, "\">"));
    absl::StrAppend(&html(), "</h", heading.level, ">\n");
    part_.headings.push_back(std::move(heading));
  }

  // The first cell of a row says what the row is about.
  void LeaveCell(bool head, MD_ALIGN align) {
    const bool empty = html().size() == begin_;
    head_says_something_ |= head && !empty;
    const bool row_header = !head && first_cell_ && !empty;
    const absl::string_view tag = (head && !empty) || row_header ? "th" : "td";
    std::string open = absl::StrCat("<", tag);
    if (tag == "th") absl::StrAppend(&open, " scope=\"", head ? "col" : "row", "\"");
    if (align == MD_ALIGN_RIGHT) open += " class=\"right\"";
    if (align == MD_ALIGN_CENTER) open += " class=\"center\"";
    html().insert(begin_, absl::StrCat(open, ">"));
    absl::StrAppend(&html(), "</", tag, ">");
    first_cell_ = false;
  }

  void LeaveCode() {
    const std::string code = *std::exchange(code_, std::nullopt);
    if (diagram_) {
      const std::string id = absl::StrCat(id_, "-diagram-", ++diagrams_);
      const std::string name = absl::StrCat("Diagram: ", LastHeading());
      if (const auto chart = ParseFlowchart(code); chart.has_value()) {
        absl::StrAppend(&html(), "<figure class=\"scroll\" role=\"group\" tabindex=\"0\" aria-label=\"", Xml(name),
                        "\">\n", DrawFlowchart(*chart, id, name), "\n</figure>\n");
        return;
      }
    }
    absl::StrAppend(&html(), "<pre tabindex=\"0\"><code>", Xml(code), "</code></pre>\n");
  }

  std::string LastHeading() const { return part_.headings.empty() ? id_ : part_.headings.back().text; }

  std::string Unique(const std::string& slug) {
    std::string id = absl::StrCat(id_, "-", slug);
    for (int number = 2; !ids_.insert(id).second; ++number) id = absl::StrCat(id_, "-", slug, "-", number);
    return id;
  }

  // --- Spans and text ---

  int EnterSpan(MD_SPANTYPE type, void* detail) {
    switch (type) {
      case MD_SPAN_EM:
        html() += "<em>";
        break;
      case MD_SPAN_STRONG:
        html() += "<strong>";
        break;
      case MD_SPAN_DEL:
        html() += "<del>";
        break;
      case MD_SPAN_CODE:
        html() += "<code>";
        break;
      case MD_SPAN_A: {
        const std::string address = Address(static_cast<MD_SPAN_A_DETAIL*>(detail)->href);
        links_.push_back(!address.empty());
        if (!address.empty()) absl::StrAppend(&html(), "<a rel=\"noopener noreferrer\" href=\"", address, "\">");
        break;
      }
      default:
        break;
    }
    return 0;
  }

  int LeaveSpan(MD_SPANTYPE type) {
    switch (type) {
      case MD_SPAN_EM:
        html() += "</em>";
        break;
      case MD_SPAN_STRONG:
        html() += "</strong>";
        break;
      case MD_SPAN_DEL:
        html() += "</del>";
        break;
      case MD_SPAN_CODE:
        html() += "</code>";
        break;
      case MD_SPAN_A:
        if (links_.back()) html() += "</a>";
        links_.pop_back();
        break;
      default:
        break;
    }
    return 0;
  }

  // As the value of an attribute; "" unless it leads to the web or to a mailbox.
  static std::string Address(const MD_ATTRIBUTE& href) {
    const absl::string_view text(href.text, href.size);
    const bool known = std::any_of(std::begin(kSchemes), std::end(kSchemes), [text](absl::string_view scheme) {
      return absl::StartsWithIgnoreCase(text, scheme);
    });
    if (!known) return "";
    std::string out;
    for (size_t i = 0; href.substr_offsets[i] < href.size; ++i) {
      const absl::string_view piece =
          text.substr(href.substr_offsets[i], href.substr_offsets[i + 1] - href.substr_offsets[i]);
      if (href.substr_types[i] == MD_TEXT_ENTITY) {
        AppendEntity(piece, out);
      } else {
        AppendXml(piece, out);
      }
    }
    return out;
  }

  int Text(MD_TEXTTYPE type, absl::string_view text) {
    if (code_.has_value()) {
      code_->append(text.data(), text.size());
      return 0;
    }
    switch (type) {
      case MD_TEXT_NULLCHAR:
        AppendCodePoint(0, html());
        break;
      case MD_TEXT_BR:
        html() += "<br/>\n";
        break;
      case MD_TEXT_SOFTBR:
        html() += "\n";
        plain_ += ' ';
        break;
      case MD_TEXT_ENTITY: {
        AppendEntity(text, html());
        const uint32_t character = CharacterOf(text);
        if (character > 0 && character < 0x7F) plain_ += static_cast<char>(character);
        break;
      }
      case MD_TEXT_CODE:
        AppendXml(text, html());
        plain_.append(text.data(), text.size());
        break;
      default:
        AppendText(text, html());
        plain_.append(text.data(), text.size());
    }
    return 0;
  }

  const std::string id_;
  HtmlPart part_;
  size_t begin_ = 0;                 // of the heading or cell that is being written
  std::string plain_;                // text of the heading
  std::optional<std::string> code_;  // of the block that is being read
  bool diagram_ = false;             // it is one
  int diagrams_ = 0;
  size_t head_begin_ = 0;  // of the table that is being written
  bool head_says_something_ = false;
  bool first_cell_ = false;
  std::vector<bool> links_;  // open spans: whether they are shown as links
  std::set<std::string> ids_;
};

}  // namespace

HtmlPart MarkdownToHtml(absl::string_view markdown, absl::string_view id) { return Writer(id).Write(markdown); }

}  // namespace metapowers::exporting
