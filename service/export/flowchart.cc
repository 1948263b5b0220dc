#include "service/export/flowchart.h"

#include <algorithm>
#include <map>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"

namespace metapowers::exporting {
namespace {

using Shape = Flowchart::Shape;

// Deeper subgraphs, more nodes or more arrows make no drawing that anybody can read.
constexpr size_t kMaxNodes = 120;
constexpr size_t kMaxEdges = 160;
constexpr size_t kMaxGroups = 40;

struct Bracket {
  absl::string_view open;
  absl::string_view close;
  Shape shape;
};
// Longest first.
constexpr Bracket kBrackets[] = {
    {"([", "])", Shape::kStadium}, {"[(", ")]", Shape::kStore}, {"((", "))", Shape::kStadium},
    {"[", "]", Shape::kBox},       {"(", ")", Shape::kRound},   {"{", "}", Shape::kDecision},
};

struct Arrow {
  absl::string_view text;
  bool dotted;
  bool arrow;
};
constexpr Arrow kArrows[] = {
    {"-.->", true, true}, {"-.-", true, false}, {"-->", false, true}, {"---", false, false}, {"==>", false, true},
};

constexpr absl::string_view kIgnored[] = {"%%", "classDef ", "class ", "style ", "linkStyle ", "direction "};

// The characters that "#35;" and "#quot;" of a label stand for.
std::string Decoded(absl::string_view label) {
  static const auto* const kNames =
      new std::map<absl::string_view, char>{{"quot", '"'}, {"amp", '&'}, {"lt", '<'}, {"gt", '>'}, {"apos", '\''}};
  std::string out;
  for (size_t at = 0; at < label.size(); ++at) {
    const size_t end = label[at] == '#' ? label.find(';', at) : absl::string_view::npos;
    if (end == absl::string_view::npos) {
      out += label[at];
      continue;
    }
    const absl::string_view name = label.substr(at + 1, end - at - 1);
    int number = 0;
    if (const auto found = kNames->find(name); found != kNames->end()) {
      out += found->second;
    } else if (absl::SimpleAtoi(name, &number) && number >= 0x20 && number < 0x7F) {
      out += static_cast<char>(number);
    } else {
      out += label[at];
      continue;
    }
    at = end;
  }
  return out;
}

bool IsIdCharacter(char c) { return absl::ascii_isalnum(c) || c == '_'; }

class Parser {
 public:
  bool Read(absl::string_view source) {
    bool first = true;
    for (absl::string_view line : absl::StrSplit(source, '\n')) {
      line = absl::StripAsciiWhitespace(line);
      absl::ConsumeSuffix(&line, ";");
      if (line.empty() || IsIgnored(line)) continue;
      if (!(first ? ReadHead(line) : ReadLine(line))) return false;
      first = false;
    }
    return !first && open_.empty() && !chart_.nodes.empty() && chart_.nodes.size() <= kMaxNodes &&
           chart_.edges.size() <= kMaxEdges && chart_.groups.size() <= kMaxGroups;
  }

  Flowchart Take() { return std::move(chart_); }

 private:
  static bool IsIgnored(absl::string_view line) {
    return std::any_of(std::begin(kIgnored), std::end(kIgnored),
                       [line](absl::string_view start) { return absl::StartsWith(line, start); });
  }

  bool ReadHead(absl::string_view line) {
    static const auto* const kDirections = new std::map<absl::string_view, Flowchart::Direction>{
        {"LR", Flowchart::Direction::kRight}, {"RL", Flowchart::Direction::kLeft}, {"TD", Flowchart::Direction::kDown},
        {"TB", Flowchart::Direction::kDown},  {"BT", Flowchart::Direction::kUp},
    };
    if (!absl::ConsumePrefix(&line, "flowchart ") && !absl::ConsumePrefix(&line, "graph ")) return false;
    const auto found = kDirections->find(absl::StripAsciiWhitespace(line));
    if (found == kDirections->end()) return false;
    chart_.direction = found->second;
    return true;
  }

  bool ReadLine(absl::string_view line) {
    if (line == "end") {
      if (open_.empty()) return false;
      open_.pop_back();
      return true;
    }
    if (absl::ConsumePrefix(&line, "subgraph ")) return ReadGroup(line);
    rest_ = line;
    int from = ReadNode();
    if (from < 0) return false;
    for (SkipBlanks(); !rest_.empty(); SkipBlanks()) {
      Flowchart::Edge edge;
      edge.from = from;
      if (!ReadArrow(edge)) return false;
      SkipBlanks();
      edge.to = from = ReadNode();
      if (from < 0) return false;
      chart_.edges.push_back(std::move(edge));
    }
    return true;
  }

  // `id["label"]`, or a label alone.
  bool ReadGroup(absl::string_view text) {
    Flowchart::Group group;
    group.parent = open_.empty() ? -1 : open_.back();
    rest_ = absl::StripAsciiWhitespace(text);
    absl::string_view all = rest_;
    ReadId();
    SkipBlanks();
    std::string label;
    Shape shape;
    const bool bracketed = !rest_.empty() && ReadBracket(label, shape);
    if (!bracketed) label = Decoded(Unquoted(all));
    group.label = std::move(label);
    open_.push_back(static_cast<int>(chart_.groups.size()));
    chart_.groups.push_back(std::move(group));
    return true;
  }

  absl::string_view ReadId() {
    const size_t size =
        static_cast<size_t>(std::find_if_not(rest_.begin(), rest_.end(), IsIdCharacter) - rest_.begin());
    const absl::string_view id = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return id;
  }

  // Position of the node that stands next, which may be new; -1 when none does.
  int ReadNode() {
    const absl::string_view id = ReadId();
    if (id.empty()) return -1;
    const auto [known, is_new] = positions_.emplace(std::string(id), chart_.nodes.size());
    if (is_new) {
      Flowchart::Node& node = chart_.nodes.emplace_back();
      node.id = node.label = std::string(id);
      node.group = open_.empty() ? -1 : open_.back();
    }
    Flowchart::Node& node = chart_.nodes[known->second];
    std::string label;
    Shape shape;
    if (ReadBracket(label, shape)) {
      node.label = std::move(label);
      node.shape = shape;
    }
    if (absl::ConsumePrefix(&rest_, ":::")) node.style = std::string(ReadId());
    return static_cast<int>(known->second);
  }

  bool ReadBracket(std::string& label, Shape& shape) {
    for (const Bracket& bracket : kBrackets) {
      absl::string_view rest = rest_;
      if (!absl::ConsumePrefix(&rest, bracket.open)) continue;
      const bool quoted = absl::ConsumePrefix(&rest, "\"");
      const size_t end = quoted ? rest.find('"') : rest.find(bracket.close);
      if (end == absl::string_view::npos) continue;
      const absl::string_view text = rest.substr(0, end);
      rest.remove_prefix(end + (quoted ? 1 : 0));
      if (!absl::ConsumePrefix(&rest, bracket.close)) continue;
      label = Decoded(text);
      shape = bracket.shape;
      rest_ = rest;
      return true;
    }
    return false;
  }

  bool ReadArrow(Flowchart::Edge& edge) {
    for (const Arrow& arrow : kArrows) {
      if (!absl::ConsumePrefix(&rest_, arrow.text)) continue;
      edge.dotted = arrow.dotted;
      edge.arrow = arrow.arrow;
      SkipBlanks();
      if (!absl::ConsumePrefix(&rest_, "|")) return true;
      const bool quoted = absl::ConsumePrefix(&rest_, "\"");
      const size_t end = rest_.find(quoted ? "\"|" : "|");
      if (end == absl::string_view::npos) return false;
      edge.label = Decoded(rest_.substr(0, end));
      rest_.remove_prefix(end + (quoted ? 2 : 1));
      return true;
    }
    return false;
  }

  static absl::string_view Unquoted(absl::string_view text) {
    if (text.size() >= 2 && text.front() == '"' && text.back() == '"') return text.substr(1, text.size() - 2);
    return text;
  }

  void SkipBlanks() { rest_ = absl::StripLeadingAsciiWhitespace(rest_); }

  Flowchart chart_;
  std::map<std::string, size_t> positions_;  // of nodes by id
  std::vector<int> open_;                    // groups, outermost first
  absl::string_view rest_;                   // of the line
};

}  // namespace

std::optional<Flowchart> ParseFlowchart(absl::string_view source) {
  Parser parser;
  if (!parser.Read(source)) return std::nullopt;
  return parser.Take();
}

}  // namespace metapowers::exporting
