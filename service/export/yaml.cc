#include "service/export/yaml.h"

#include <yaml.h>

#include <algorithm>
#include <cstdlib>

#include "absl/strings/ascii.h"

namespace metapowers::exporting {

namespace {

// Whether no reader takes the text for anything but text without quotes: words that start with a letter and are none
// of the words for booleans and nothing.
bool IsPlain(absl::string_view text) {
  static constexpr absl::string_view kWords[] = {"true", "false", "yes", "no", "on", "off", "y", "n", "null"};
  if (text.empty() || !absl::ascii_isalpha(text.front())) return false;
  const std::string word = absl::AsciiStrToLower(text);
  if (std::find(std::begin(kWords), std::end(kWords), word) != std::end(kWords)) return false;
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return absl::ascii_isalnum(c) || c == '-' || c == '_' || c == '.'; });
}

// Sentences, which read best without quotes; the emitter adds them where the text needs them.
bool IsSentence(absl::string_view text) {
  return !text.empty() && absl::ascii_isalpha(text.front()) && text.find(' ') != absl::string_view::npos;
}

// Out of memory is the only failure of the calls below.
int Checked(int result) {
  if (result == 0) std::abort();
  return result;
}

const unsigned char* Bytes(const std::string& text) { return reinterpret_cast<const unsigned char*>(text.data()); }

}  // namespace

// Owns a document of libyaml while it is filled and written.
class YamlDocument {
 public:
  explicit YamlDocument(const Yaml& root) {
    Checked(yaml_document_initialize(&document_, nullptr, nullptr, nullptr, 1, 1));
    AddNode(root);
  }

  // The emitter takes the document over.
  std::string Write() && {
    std::string out;
    yaml_emitter_t emitter;
    Checked(yaml_emitter_initialize(&emitter));
    yaml_emitter_set_output(
        &emitter,
        [](void* data, unsigned char* bytes, size_t size) {
          static_cast<std::string*>(data)->append(reinterpret_cast<const char*>(bytes), size);
          return 1;
        },
        &out);
    yaml_emitter_set_unicode(&emitter, 1);
    yaml_emitter_set_width(&emitter, -1);
    Checked(yaml_emitter_open(&emitter));
    Checked(yaml_emitter_dump(&emitter, &document_));
    Checked(yaml_emitter_close(&emitter));
    yaml_emitter_delete(&emitter);
    return out;
  }

 private:
  int AddNode(const Yaml& value) {
    switch (value.kind_) {
      case Yaml::Kind::kText:
        return AddText(value.text_, IsPlain(value.text_) || IsSentence(value.text_));
      case Yaml::Kind::kPlain:
        return AddText(value.text_, true);
      case Yaml::Kind::kList: {
        const int list = Checked(yaml_document_add_sequence(
            &document_, nullptr, value.items_.empty() ? YAML_FLOW_SEQUENCE_STYLE : YAML_BLOCK_SEQUENCE_STYLE));
        for (const Yaml& item : value.items_) {
          Checked(yaml_document_append_sequence_item(&document_, list, AddNode(item)));
        }
        return list;
      }
      case Yaml::Kind::kMap:
        break;
    }
    const int map = Checked(yaml_document_add_mapping(
        &document_, nullptr, value.items_.empty() ? YAML_FLOW_MAPPING_STYLE : YAML_BLOCK_MAPPING_STYLE));
    for (size_t i = 0; i < value.items_.size(); ++i) {
      const int key = AddText(value.keys_[i], true);
      Checked(yaml_document_append_mapping_pair(&document_, map, key, AddNode(value.items_[i])));
    }
    return map;
  }

  int AddText(const std::string& text, bool plain) {
    return Checked(yaml_document_add_scalar(&document_, nullptr, Bytes(text), static_cast<int>(text.size()),
                                            plain ? YAML_PLAIN_SCALAR_STYLE : YAML_SINGLE_QUOTED_SCALAR_STYLE));
  }

  yaml_document_t document_;
};

Yaml Yaml::Texts(const std::vector<std::string>& texts) {
  Yaml list = List();
  for (const std::string& text : texts) list.Add(Text(text));
  return list;
}

Yaml& Yaml::Add(Yaml item) {
  items_.push_back(std::move(item));
  return *this;
}

Yaml& Yaml::Set(absl::string_view key, Yaml value) {
  keys_.emplace_back(key);
  return Add(std::move(value));
}

std::string Yaml::Write() const { return YamlDocument(*this).Write(); }

}  // namespace metapowers::exporting
