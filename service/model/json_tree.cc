// JSON as a tree of YamlNodes, with the place of each value, which the parser does not tell by itself: it asks for one
// character after the other, so that the number of those it took says where a token ends.
#include <cstddef>
#include <iterator>
#include <nlohmann/json.hpp>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "service/model/model.h"
#include "service/model/yaml_events.h"
#include "service/model/yaml_tree.h"

namespace metapowers::model {
namespace {

// Characters of a text; counts those that were passed.
class CountingIterator {
 public:
  using iterator_category = std::input_iterator_tag;
  using value_type = char;
  using difference_type = std::ptrdiff_t;
  using pointer = const char*;
  using reference = const char&;

  CountingIterator(const char* at, size_t* passed) : at_(at), passed_(passed) {}
  const char& operator*() const { return *at_; }
  CountingIterator& operator++() {
    ++at_;
    ++*passed_;
    return *this;
  }
  bool operator==(const CountingIterator& other) const { return at_ == other.at_; }
  bool operator!=(const CountingIterator& other) const { return at_ != other.at_; }

 private:
  const char* at_;
  size_t* passed_;
};

bool IsOfNumber(char c) { return (c >= '0' && c <= '9') || c == '-' || c == '+' || c == '.' || c == 'e' || c == 'E'; }

}  // namespace

// Takes the events of the parser; returning false ends the parsing.
class JsonTreeReader {
 public:
  JsonTreeReader(absl::string_view text, uint64_t max_nodes, Faults& faults)
      : text_(text), max_nodes_(max_nodes), faults_(faults), tree_(new YamlTree()) {}

  std::unique_ptr<const YamlTree> Read() {
    const bool read = nlohmann::json::sax_parse(CountingIterator(text_.data(), &passed_),
                                                CountingIterator(text_.data() + text_.size(), &passed_), this);
    if (!read && !stopped_) return nullptr;
    if (tree_->root_ == nullptr) tree_->root_ = &tree_->nodes_.emplace_back();
    return std::move(tree_);
  }

  bool null() { return Put(YamlNode::Kind::kNull, passed_ - 4, "null"); }
  bool boolean(bool value) {
    return value ? Put(YamlNode::Kind::kScalar, passed_ - 4, "true")
                 : Put(YamlNode::Kind::kScalar, passed_ - 5, "false");
  }
  bool number_integer(int64_t) { return PutNumber(); }
  bool number_unsigned(uint64_t) { return PutNumber(); }
  bool number_float(double, const std::string&) { return PutNumber(); }
  bool string(std::string& value) {
    const size_t begin = BeginOfString();
    if (!Put(YamlNode::Kind::kScalar, begin, WithAllowedCharacters(value))) return false;
    tree_->nodes_.back().plain = false;
    return true;
  }
  bool binary(std::vector<uint8_t>&) { return false; }  // of other formats than JSON
  bool start_object(size_t) { return Open(YamlNode::Kind::kMap); }
  bool start_array(size_t) { return Open(YamlNode::Kind::kList); }
  bool end_object() { return Close(); }
  bool end_array() { return Close(); }
  bool key(std::string& name) {
    Frame& frame = frames_.back();
    frame.key_at = MoveTo(BeginOfString());
    frame.key = WithAllowedCharacters(name);
    const auto [first, is_new] = frame.lines.try_emplace(frame.key, frame.key_at.line);
    frame.twice = !is_new;
    if (frame.twice) {
      faults_.Add(frame.key_at, Path(), absl::StrCat("is written twice; the first time on line ", first->second));
    }
    return true;
  }
  bool parse_error(size_t, const std::string&, const nlohmann::detail::exception&) { return false; }

 private:
  struct Frame {
    YamlNode* node;
    // Of a map: the key whose value comes next, and whether an earlier value stands.
    std::string key;
    Position key_at;
    bool twice = false;
    absl::flat_hash_map<std::string, int> lines;  // of the keys so far
  };

  size_t BeginOfString() const {
    for (size_t at = passed_ - 1; at > 0;) {
      if (text_[--at] != '"') continue;
      size_t escape = at;
      while (escape > 0 && text_[escape - 1] == '\\') --escape;
      if ((at - escape) % 2 == 0) return at;
    }
    return 0;
  }

  // The parser knows that a number ends when it has seen the character behind it.
  bool PutNumber() {
    size_t end = passed_;
    if (!IsOfNumber(text_[end - 1])) --end;
    size_t begin = end;
    while (begin > 0 && IsOfNumber(text_[begin - 1])) --begin;
    return Put(YamlNode::Kind::kScalar, begin, std::string(text_.substr(begin, end - begin)));
  }

  // Position of a character behind all those asked for before.
  Position MoveTo(size_t begin) {
    for (; cursor_ < begin; ++cursor_) {
      if (text_[cursor_] == '\n') {
        ++at_.line;
        at_.column = 1;
      } else if ((static_cast<unsigned char>(text_[cursor_]) & 0xc0) != 0x80) {
        ++at_.column;
      }
    }
    return at_;
  }

  bool Put(YamlNode::Kind kind, size_t begin, std::string text) {
    const Position at = MoveTo(begin);
    if (tree_->nodes_.size() >= max_nodes_) {
      return Stop(at, absl::StrCat("is one value too many; the limit is ", max_nodes_));
    }
    YamlNode& node = tree_->nodes_.emplace_back();
    node.at = at;
    node.kind = kind;
    if (kind == YamlNode::Kind::kScalar) node.text = std::move(text);
    node.plain = true;
    if (frames_.empty()) {
      tree_->root_ = &node;
      return true;
    }
    Frame& frame = frames_.back();
    if (frame.node->kind == YamlNode::Kind::kList) {
      frame.node->items.push_back(&node);
    } else if (!frame.twice) {
      frame.node->entries.push_back({frame.key, frame.key_at, &node});
    }
    return true;
  }

  bool Open(YamlNode::Kind kind) {
    if (frames_.size() == static_cast<size_t>(kMaxModelDepth)) {
      return Stop(MoveTo(passed_ - 1), absl::StrCat("is nested more than ", kMaxModelDepth, " levels deep"));
    }
    if (!Put(kind, passed_ - 1, "")) return false;
    tree_->nodes_.back().plain = false;
    frames_.push_back({&tree_->nodes_.back(), "", {}, false, {}});
    return true;
  }

  bool Close() {
    YamlNode& node = *frames_.back().node;
    for (const YamlNode* item : node.items) node.weight += item->weight;
    for (const YamlEntry& entry : node.entries) node.weight += entry.value->weight;
    frames_.pop_back();
    return true;
  }

  bool Stop(Position at, absl::string_view why) {
    faults_.Add(at, Path(), why);
    stopped_ = true;
    return false;
  }

  std::string Path() const {
    std::string path;
    for (const Frame& frame : frames_) {
      if (frame.node->kind == YamlNode::Kind::kMap) {
        path = AppendKey(path, frame.key);
      } else {
        // What is open stands in the list already.
        absl::StrAppend(&path, "[", frame.node->items.size() - (&frame == &frames_.back() ? 0 : 1), "]");
      }
    }
    return path;
  }

  const absl::string_view text_;
  const uint64_t max_nodes_;
  Faults& faults_;
  std::unique_ptr<YamlTree> tree_;
  std::vector<Frame> frames_;
  size_t passed_ = 0;  // characters that the parser took
  size_t cursor_ = 0;  // characters that at_ is behind of
  Position at_;
  bool stopped_ = false;
};

std::unique_ptr<const YamlTree> YamlTree::ParseJson(absl::string_view text, uint64_t max_nodes, Faults& faults) {
  // Of a text that turns out to be no JSON, these are of no interest.
  Faults found;
  auto tree = JsonTreeReader(text, max_nodes, found).Read();
  if (tree != nullptr) faults.Add(std::move(found));
  return tree;
}

}  // namespace metapowers::model
