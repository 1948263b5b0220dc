#include "service/base/config_text.h"

#include <algorithm>
#include <cstdio>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

namespace metapowers {
namespace {

// Words that some reader of YAML takes for something else than text.
bool IsReserved(absl::string_view text) {
  static constexpr absl::string_view kWords[] = {"true", "false", "yes", "no", "on", "off", "y", "n", "null"};
  const std::string word = absl::AsciiStrToLower(text);
  return std::find(std::begin(kWords), std::end(kWords), word) != std::end(kWords);
}

bool IsPlain(absl::string_view text) {
  if (text.empty() || !absl::ascii_isalpha(text.front()) || text.back() == ' ' || IsReserved(text)) return false;
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return absl::ascii_isalnum(c) || absl::StrContains(" _./()+-;=@$", c); });
}

// Bytes of a character that YAML does not print: C1 controls, line and paragraph separators, the byte order mark.
size_t UnprintableSize(absl::string_view text) {
  if (text.size() >= 2 && text[0] == '\xc2' && static_cast<unsigned char>(text[1]) < 0xa0) return 2;
  for (const absl::string_view mark : {"\xe2\x80\xa8", "\xe2\x80\xa9", "\xef\xbb\xbf"}) {
    if (absl::StartsWith(text, mark)) return mark.size();
  }
  return 0;
}

constexpr size_t kLineWidth = 120;

std::string Quoted(absl::string_view text) { return absl::StrCat("\"", EscapeQuoted(text), "\""); }

}  // namespace

std::string EscapeQuoted(absl::string_view text) {
  std::string out;
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '"' || c == '\\') {
      absl::StrAppend(&out, "\\", std::string(1, c));
    } else if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) {
      char code[8];
      std::snprintf(code, sizeof code, "\\u%04x", c);
      out += code;
    } else if (const size_t size = UnprintableSize(text.substr(i)); size > 0) {
      out += ' ';
      i += size - 1;
    } else {
      out += c;
    }
  }
  return out;
}

class ConfigWriter {
 public:
  using Kind = ConfigNode::Kind;

  static std::string YamlScalar(const ConfigNode& node) {
    if (node.kind_ == Kind::kWord || IsPlain(node.text_)) return node.text_;
    return Quoted(node.text_);
  }
  static std::string YamlKey(const std::string& key) { return IsPlain(key) ? key : Quoted(key); }

  // Of a list or mapping with entries: lines, each indented.
  static void YamlBlock(const ConfigNode& node, const std::string& indent, std::string& out) {
    for (size_t i = 0; i < node.items_.size(); ++i) {
      const ConfigNode& item = node.items_[i];
      const bool map = node.kind_ == Kind::kMap;
      const std::string start = absl::StrCat(indent, map ? YamlKey(node.keys_[i]) + ":" : "-");
      const std::string line = HasOneBranch(item, map) ? FlowYaml(item) : "";
      if (!IsNested(item) || (!line.empty() && start.size() + 1 + line.size() <= kLineWidth)) {
        absl::StrAppend(&out, start, " ", line, item.comment_.empty() ? "" : "  # ", item.comment_, "\n");
        continue;
      }
      absl::StrAppend(&out, Comment(item, indent));
      std::string block;
      YamlBlock(item, indent + "  ", block);
      // The first line of an item stands behind the dash.
      absl::StrAppend(&out, start, map ? "\n" : " ", absl::string_view(block).substr(map ? 0 : indent.size() + 2));
    }
  }

  // The line before a block.
  static std::string Comment(const ConfigNode& node, const std::string& indent) {
    return node.comment_.empty() ? "" : absl::StrCat(indent, "# ", node.comment_, "\n");
  }

  // True for what has no more than one branch, and nothing inside to explain. A mapping that is an item of a block
  // shows its one key there.
  static bool HasOneBranch(const ConfigNode& node, bool behind_key) {
    const auto explained = [](const ConfigNode& item) { return !item.comment_.empty(); };
    if (std::any_of(node.items_.begin(), node.items_.end(), explained)) return false;
    if (std::none_of(node.items_.begin(), node.items_.end(), IsNested)) return true;
    const bool chain = node.items_.size() == 1 && HasOneBranch(node.items_[0], true);
    return chain && (behind_key || node.kind_ == Kind::kList);
  }

  static std::string FlowYaml(const ConfigNode& node) {
    if (!IsNested(node)) return Inline(node);
    const bool map = node.kind_ == Kind::kMap;
    std::string out = map ? "{" : "[";
    for (size_t i = 0; i < node.items_.size(); ++i) {
      absl::StrAppend(&out, i == 0 ? "" : ", ", map ? YamlKey(node.keys_[i]) + ": " : "", FlowYaml(node.items_[i]));
    }
    return out + (map ? "}" : "]");
  }

  static bool IsNested(const ConfigNode& node) {
    return (node.kind_ == Kind::kList || node.kind_ == Kind::kMap) && !node.items_.empty();
  }

  static std::string Inline(const ConfigNode& node) {
    if (node.kind_ == Kind::kList) return "[]";
    if (node.kind_ == Kind::kMap) return "{}";
    return YamlScalar(node);
  }

  static void Json(const ConfigNode& node, const std::string& indent, std::string& out) {
    if (!IsNested(node)) {
      out += node.kind_ == Kind::kText ? Quoted(node.text_) : Inline(node);
      return;
    }
    const bool map = node.kind_ == Kind::kMap;
    const std::string inner = indent + "  ";
    out += map ? "{" : "[";
    for (size_t i = 0; i < node.items_.size(); ++i) {
      absl::StrAppend(&out, i == 0 ? "\n" : ",\n", inner, map ? Quoted(node.keys_[i]) + ": " : "");
      Json(node.items_[i], inner, out);
    }
    absl::StrAppend(&out, "\n", indent, map ? "}" : "]");
  }

  static std::string InlineJson(const ConfigNode& node) {
    if (!IsNested(node)) return node.kind_ == Kind::kText ? Quoted(node.text_) : Inline(node);
    const bool map = node.kind_ == Kind::kMap;
    std::string out = map ? "{" : "[";
    for (size_t i = 0; i < node.items_.size(); ++i) {
      absl::StrAppend(&out, i == 0 ? "" : ", ", map ? Quoted(node.keys_[i]) + ": " : "", InlineJson(node.items_[i]));
    }
    return out + (map ? "}" : "]");
  }
};

ConfigNode ConfigNode::Map(std::vector<std::pair<std::string, ConfigNode>> entries) {
  ConfigNode map(Kind::kMap);
  for (auto& [key, value] : entries) map.Set(std::move(key), std::move(value));
  return map;
}

ConfigNode ConfigNode::List(std::vector<ConfigNode> items) {
  ConfigNode list(Kind::kList);
  list.items_ = std::move(items);
  return list;
}

ConfigNode ConfigNode::Texts(const std::vector<std::string>& texts) {
  ConfigNode list(Kind::kList);
  for (const std::string& text : texts) list.Add(text);
  return list;
}

ConfigNode& ConfigNode::Set(std::string key, ConfigNode value) {
  keys_.push_back(std::move(key));
  items_.push_back(std::move(value));
  return *this;
}

ConfigNode& ConfigNode::Add(ConfigNode item) {
  items_.push_back(std::move(item));
  return *this;
}

ConfigNode& ConfigNode::Explain(absl::string_view comment) {
  comment_ = EscapeQuoted(comment);
  return *this;
}

std::string ConfigNode::Plain() const {
  if (kind_ != Kind::kList) return text_;
  std::string out;
  for (const ConfigNode& item : items_) absl::StrAppend(&out, out.empty() ? "" : ", ", item.Plain());
  return out;
}

std::string ToYaml(const ConfigNode& node) {
  if (!ConfigWriter::IsNested(node)) return ConfigWriter::Inline(node) + "\n";
  std::string out = ConfigWriter::Comment(node, "");
  ConfigWriter::YamlBlock(node, "", out);
  return out;
}

std::string ToYaml(const std::vector<ConfigNode>& documents) {
  std::string out;
  for (const ConfigNode& document : documents) absl::StrAppend(&out, out.empty() ? "" : "---\n", ToYaml(document));
  return out;
}

std::string ToJson(const ConfigNode& node) {
  std::string out;
  ConfigWriter::Json(node, "", out);
  return out + "\n";
}

std::string InlineYaml(const ConfigNode& node) { return ConfigWriter::FlowYaml(node); }

std::string InlineJson(const ConfigNode& node) { return ConfigWriter::InlineJson(node); }

}  // namespace metapowers
