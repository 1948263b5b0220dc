#include "service/evidence/json.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "service/evidence/evidence.h"

namespace metapowers::evidence {
namespace {

// Members of one object that are kept; only maps can have more names than the formats know.
constexpr size_t kMaxMembers = 256;

bool Has(const std::vector<absl::string_view>& sorted, absl::string_view name) {
  return std::binary_search(sorted.begin(), sorted.end(), name);
}

// Takes the events of the parser. Returning false ends the parsing.
class TreeBuilder {
 public:
  TreeBuilder(const Wanted& wanted, size_t size) : wanted_(wanted), size_(size) {}

  Value& root() { return root_; }
  JsonFault& fault() { return fault_; }

  bool null() { return Put({}); }
  bool boolean(bool value) { return PutNumber(Value::Kind::kBool, value ? 1 : 0); }
  bool number_integer(int64_t value) { return PutNumber(Value::Kind::kNumber, static_cast<double>(value)); }
  bool number_unsigned(uint64_t value) { return PutNumber(Value::Kind::kNumber, static_cast<double>(value)); }
  bool number_float(double value, const std::string&) { return PutNumber(Value::Kind::kNumber, value); }
  bool string(std::string& value) {
    if (!Keeps()) return true;
    Value text;
    text.kind = Value::Kind::kString;
    text.text = std::move(value);
    return Put(std::move(text));
  }
  bool binary(std::vector<uint8_t>&) { return Fail("binary data", "a JSON text"); }

  bool start_object(size_t) { return Open(Value::Kind::kObject); }
  bool start_array(size_t) { return Open(Value::Kind::kArray); }
  bool end_object() { return Close(); }
  bool end_array() { return Close(); }
  bool key(std::string& name) {
    Frame& frame = stack_.back();
    frame.key = std::move(name);
    frame.keeps_member = frame.keeps && (frame.is_map || Has(wanted_.names, frame.key));
    if (!frame.keeps_member) return true;
    const std::vector<std::string>& keys = frame.value.keys;
    if (std::find(keys.begin(), keys.end(), frame.key) != keys.end()) {
      return Fail("the object has this member twice", "remove one of them");
    }
    if (keys.size() >= kMaxMembers) {
      return Fail(absl::StrCat("the object has more than ", kMaxMembers, " members"), "export the report again");
    }
    return true;
  }
  bool parse_error(size_t position, const std::string&, const nlohmann::detail::exception&) {
    // The end of the text counts as one more byte.
    fault_ = {absl::StrCat("byte ", std::min(position, size_)), "the text is no JSON from here on",
              "export the report again as JSON"};
    return false;
  }

 private:
  struct Frame {
    Value value;
    std::string key;    // of the member that is being read
    size_t index = 0;   // of the element that is being read
    bool keeps = true;  // false: inside a member that is not kept
    bool keeps_member = false;
    bool is_map = false;
  };

  // Whether the value that comes next is kept.
  bool Keeps() const {
    if (stack_.empty()) return true;
    const Frame& frame = stack_.back();
    return frame.value.kind == Value::Kind::kObject ? frame.keeps_member : frame.keeps;
  }

  bool PutNumber(Value::Kind kind, double number) {
    Value value;
    value.kind = kind;
    value.number = number;
    return Put(std::move(value));
  }

  bool Put(Value value) {
    if (stack_.empty()) {
      root_ = std::move(value);
      return true;
    }
    const bool keeps = Keeps();
    Frame& frame = stack_.back();
    ++frame.index;
    if (!keeps) return true;
    if (++values_ > kMaxValues) {
      return Fail(absl::StrCat("the file holds more than ", kMaxValues, " values"), "split the report by component");
    }
    if (frame.value.kind == Value::Kind::kObject) frame.value.keys.push_back(frame.key);
    frame.value.items.push_back(std::move(value));
    return true;
  }

  bool Open(Value::Kind kind) {
    if (stack_.size() >= static_cast<size_t>(kMaxDepth)) {
      return Fail(absl::StrCat("nested deeper than ", kMaxDepth, " levels"), "export the report again");
    }
    Frame frame;
    frame.keeps = Keeps();
    frame.is_map = kind == Value::Kind::kObject && !stack_.empty() && Has(wanted_.maps, stack_.back().key);
    frame.value.kind = kind;
    stack_.push_back(std::move(frame));
    return true;
  }

  bool Close() {
    Value value = std::move(stack_.back().value);
    stack_.pop_back();
    return Put(std::move(value));
  }

  bool Fail(absl::string_view cause, absl::string_view mend) {
    fault_ = {Path(), std::string(cause), std::string(mend)};
    return false;
  }

  std::string Path() const {
    std::string path;
    for (const Frame& frame : stack_) {
      if (frame.value.kind == Value::Kind::kArray) {
        absl::StrAppend(&path, "[", frame.index, "]");
      } else if (!frame.key.empty()) {
        absl::StrAppend(&path, path.empty() ? "" : ".", absl::string_view(frame.key).substr(0, 64));
      }
    }
    return path.empty() ? "the whole file" : path;
  }

  const Wanted wanted_;
  const size_t size_;
  std::vector<Frame> stack_;
  Value root_;
  JsonFault fault_;
  int values_ = 0;
};

}  // namespace

const Value* Value::Find(absl::string_view key) const {
  for (size_t i = 0; i < keys.size(); ++i) {
    if (keys[i] == key) return &items[i];
  }
  return nullptr;
}

absl::string_view Value::Text(absl::string_view key) const {
  const Value* value = Find(key);
  return value == nullptr || value->kind != Kind::kString ? absl::string_view() : absl::string_view(value->text);
}

double Value::Number(absl::string_view key, double otherwise) const {
  const Value* value = Find(key);
  if (value == nullptr) return otherwise;
  double written = 0;
  if (value->kind == Kind::kString && absl::SimpleAtod(value->text, &written)) return written;
  return value->kind == Kind::kNumber ? value->number : otherwise;
}

const std::vector<Value>& Value::List(absl::string_view key) const {
  static const auto* const none = new std::vector<Value>;
  const Value* value = Find(key);
  return value == nullptr || value->kind != Kind::kArray ? *none : value->items;
}

std::pair<Value, JsonFault> ReadJson(absl::string_view text, const Wanted& wanted) {
  TreeBuilder builder(wanted, text.size());
  const bool read = nlohmann::json::sax_parse(text.begin(), text.end(), &builder);
  if (!read && builder.fault().cause.empty()) {
    builder.fault() = {"the whole file", "the text is no JSON", "export the report again as JSON"};
  }
  return {std::move(builder.root()), std::move(builder.fault())};
}

}  // namespace metapowers::evidence
