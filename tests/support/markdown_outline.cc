#include "tests/support/markdown_outline.h"

#include <md4c.h>

#include <cstdint>
#include <cstdlib>
#include <utility>

#include "absl/strings/str_cat.h"

namespace metapowers::testing_support {
namespace {

void AppendUtf8(uint32_t point, std::string& out) {
  if (point < 0x80) {
    out += static_cast<char>(point);
    return;
  }
  const int more = point < 0x800 ? 1 : point < 0x10000 ? 2 : 3;
  const uint32_t lead = more == 1 ? 0xc0 : more == 2 ? 0xe0 : 0xf0;
  out += static_cast<char>(lead | (point >> (6 * more)));
  for (int i = more - 1; i >= 0; --i) out += static_cast<char>(0x80 | ((point >> (6 * i)) & 0x3f));
}

// The entities that our escaping writes; others stay as they are and so show up in a comparison.
std::string Entity(absl::string_view entity) {
  if (entity == "&amp;") return "&";
  if (entity == "&lt;") return "<";
  if (entity.substr(0, 2) != "&#") return std::string(entity);
  std::string out;
  AppendUtf8(static_cast<uint32_t>(std::strtoul(std::string(entity.substr(2)).c_str(), nullptr, 10)), out);
  return out;
}

std::string Attribute(const MD_ATTRIBUTE& attribute) { return std::string(attribute.text, attribute.size); }

class Builder {
 public:
  int Enter(absl::string_view name) {
    Flush();
    absl::StrAppend(&outline_.structure, name, "(");
    return 0;
  }
  int Leave() {
    Flush();
    outline_.structure += ')';
    return 0;
  }
  int Block(MD_BLOCKTYPE type, void* detail) {
    static constexpr const char* kNames[] = {"doc",  "quote", "ul",    "ol",    "li",    "hr", "h",  "code",
                                             "html", "p",     "table", "thead", "tbody", "tr", "th", "td"};
    std::string name = kNames[type];
    if (type == MD_BLOCK_H) absl::StrAppend(&name, static_cast<MD_BLOCK_H_DETAIL*>(detail)->level);
    if (type == MD_BLOCK_CODE)
      absl::StrAppend(&name, "[", Attribute(static_cast<MD_BLOCK_CODE_DETAIL*>(detail)->lang), "]");
    if (type == MD_BLOCK_LI) absl::StrAppend(&name, static_cast<MD_BLOCK_LI_DETAIL*>(detail)->is_task ? "[task]" : "");
    if (type == MD_BLOCK_H) heading_ = static_cast<MD_BLOCK_H_DETAIL*>(detail)->level == 2 && depth_ == 1;
    if (heading_) text_of_heading_.clear();
    ++depth_;
    return Enter(name);
  }
  int LeaveBlock(MD_BLOCKTYPE type) {
    --depth_;
    const int result = Leave();
    if (type == MD_BLOCK_H && std::exchange(heading_, false)) outline_.sections.push_back(text_of_heading_);
    return result;
  }
  int Span(MD_SPANTYPE type, void* detail) {
    static constexpr const char* kNames[] = {"em", "strong", "a", "img", "code", "del", "math", "display", "wiki", "u"};
    std::string name = kNames[type];
    if (type == MD_SPAN_A) outline_.links.push_back(Attribute(static_cast<MD_SPAN_A_DETAIL*>(detail)->href));
    return Enter(name);
  }
  int Text(MD_TEXTTYPE type, absl::string_view text) {
    if (type == MD_TEXT_BR || type == MD_TEXT_HTML)
      absl::StrAppend(&outline_.structure, type == MD_TEXT_BR ? "br" : "html");
    if (type == MD_TEXT_BR || type == MD_TEXT_SOFTBR) text = " ";
    const std::string resolved = type == MD_TEXT_ENTITY ? Entity(text) : std::string(text);
    text_ += resolved;
    if (heading_) text_of_heading_ += resolved;
    return 0;
  }
  MarkdownOutline Take() { return std::move(outline_); }

 private:
  void Flush() {
    std::string squeezed;
    for (const char c : text_) {
      const bool space = c == ' ' || c == '\n';
      if (!space || (!squeezed.empty() && squeezed.back() != ' ')) squeezed += space ? ' ' : c;
    }
    if (!squeezed.empty() && squeezed.back() == ' ') squeezed.pop_back();
    if (!squeezed.empty()) {
      outline_.structure += "t ";
      outline_.texts.push_back(std::move(squeezed));
    }
    text_.clear();
  }

  MarkdownOutline outline_;
  std::string text_;
  std::string text_of_heading_;
  bool heading_ = false;
  int depth_ = 0;
};

Builder& Self(void* user) { return *static_cast<Builder*>(user); }

}  // namespace

MarkdownOutline OutlineOf(absl::string_view markdown) {
  Builder builder;
  MD_PARSER parser = {};
  parser.flags = MD_DIALECT_GITHUB;
  parser.enter_block = [](MD_BLOCKTYPE type, void* detail, void* user) { return Self(user).Block(type, detail); };
  parser.leave_block = [](MD_BLOCKTYPE type, void*, void* user) { return Self(user).LeaveBlock(type); };
  parser.enter_span = [](MD_SPANTYPE type, void* detail, void* user) { return Self(user).Span(type, detail); };
  parser.leave_span = [](MD_SPANTYPE, void*, void* user) { return Self(user).Leave(); };
  parser.text = [](MD_TEXTTYPE type, const MD_CHAR* text, MD_SIZE size, void* user) {
    return Self(user).Text(type, absl::string_view(text, size));
  };
  md_parse(markdown.data(), static_cast<MD_SIZE>(markdown.size()), &parser, &builder);
  return builder.Take();
}

}  // namespace metapowers::testing_support
