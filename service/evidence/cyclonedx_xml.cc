#include "service/evidence/cyclonedx_xml.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"

namespace metapowers::evidence {
namespace {

using model::YamlEntry;
using model::YamlNode;

constexpr absl::string_view kSpace = "http://cyclonedx.org/schema/bom/";
// A document type stands before the element that says what a text is.
constexpr size_t kMaxOpening = 1 << 16;
// Attributes and kinds of elements in one element.
constexpr size_t kMaxMembers = 256;

// Elements whose children are the items of a list.
constexpr absl::string_view kLists[] = {
    "affects",  "authors", "components", "custodians", "cwes",     "dependencies", "endpoints", "hashes",
    "licenses", "owners",  "ratings",    "references", "services", "stewards",     "versions",  "vulnerabilities",
};

// Elements that no reader of CycloneDX asks for, with all that is in them.
constexpr absl::string_view kUnread[] = {
    "Signature",      "advisories",   "annotations", "citations",
    "compositions",   "copyright",    "credits",     "cryptoProperties",
    "declarations",   "definitions",  "evidence",    "externalReferences",
    "formulation",    "modelCard",    "pedigree",    "properties",
    "proofOfConcept", "releaseNotes", "swid",        "text",
};

template <size_t n>
bool IsOneOf(const absl::string_view (&names)[n], absl::string_view name) {
  return std::find(std::begin(names), std::end(names), name) != std::end(names);
}

bool IsNumber(absl::string_view name) { return name == "cwe" || name == "score"; }

// Builds the tree from the inside out: what an element is depends on what is in it.
class TreeMaker : public XmlHandler {
 public:
  explicit TreeMaker(uint64_t max_nodes) : max_nodes_(max_nodes) {}

  bool is_cyclonedx() const { return is_cyclonedx_; }
  // Why the handler ended the reading, if it did.
  std::optional<XmlFault>& fault() { return fault_; }
  std::unique_ptr<const model::YamlTree> Take() { return root_ == nullptr ? nullptr : builder_.Take(*root_); }

  bool Start(absl::string_view space, absl::string_view name,
             const std::vector<std::pair<absl::string_view, absl::string_view>>& attributes,
             model::Position at) override {
    if (open_.empty() && unread_ == 0 && !StartRoot(space, name)) return false;
    if (unread_ > 0 || space != space_ || IsOneOf(kUnread, name)) {
      ++unread_;
      return true;
    }
    open_.push_back({std::string(name), at, {}, {}});
    for (const auto& [key, value] : attributes) {
      open_.back().attributes.push_back({std::string(key), at, &builder_.Add(at, value)});
    }
    return CheckSize(open_.back());
  }

  bool End(absl::string_view text) override {
    if (unread_ > 0) {
      --unread_;
      return true;
    }
    Element element = std::move(open_.back());
    open_.pop_back();
    YamlNode& node = NodeOf(element, text);
    if (open_.empty()) {
      root_ = &node;
    } else {
      open_.back().children.push_back({element.name, element.at, &node});
    }
    return CheckSize(element);
  }

 private:
  struct Element {
    std::string name;
    model::Position at;
    std::vector<YamlEntry> attributes;  // in the end with what is in it, if it is a map
    std::vector<YamlEntry> children;
  };

  bool StartRoot(absl::string_view space, absl::string_view name) {
    is_cyclonedx_ = absl::StartsWith(space, kSpace) && name == "bom";
    space_ = std::string(space);
    return is_cyclonedx_;
  }

  // Of the element that was read last, and of all.
  bool CheckSize(const Element& element) {
    const std::string split = "split the file by component, or export it as JSON";
    if (builder_.size() > max_nodes_) {
      fault_ = {element.at, absl::StrCat("is one value too many; the limit is ", max_nodes_), split};
    } else if (element.attributes.size() > kMaxMembers) {
      fault_ = {element.at, absl::StrCat("has more than ", kMaxMembers, " attributes and kinds of elements"),
                "export the file again"};
    }
    return !fault_.has_value();
  }

  // Sets a member that a map does not have yet.
  static void Put(std::vector<YamlEntry>& members, absl::string_view key, const YamlNode& value) {
    const auto has_key = [&](const YamlEntry& member) { return member.key == key; };
    if (std::none_of(members.begin(), members.end(), has_key)) members.push_back({std::string(key), value.at, &value});
  }

  YamlNode& NodeOf(Element& element, absl::string_view text) {
    if (open_.empty()) return RootOf(element);
    if (IsList(element)) return ListOf(element);
    if (element.name == "dependency") return DependencyOf(element);
    if (element.attributes.empty() && element.children.empty()) {
      return text.empty() ? builder_.Add(element.at) : builder_.Add(element.at, text, IsNumber(element.name));
    }
    YamlNode& map = MapOf(element);
    if (element.children.empty() && !text.empty()) Put(map.entries, "content", builder_.Add(element.at, text));
    return map;
  }

  YamlNode& RootOf(Element& element) {
    const absl::string_view version = absl::StripPrefix(absl::string_view(space_), kSpace);
    YamlNode& format = builder_.Add(element.at, "CycloneDX");
    YamlNode& spec = builder_.Add(element.at, version);
    YamlNode& map = MapOf(element);
    map.entries.insert(map.entries.begin(), {{"bomFormat", element.at, &format}, {"specVersion", element.at, &spec}});
    return map;
  }

  // Of elements that it has several times, a list is made.
  YamlNode& MapOf(Element& element) {
    YamlNode& map = NewMap(element.at);
    std::vector<YamlEntry>& members = element.attributes;
    std::vector<YamlNode*> lists(members.size());
    for (const YamlEntry& child : element.children) {
      size_t i = 0;
      while (i < members.size() && members[i].key != child.key) ++i;
      if (i == members.size()) {
        if (i > kMaxMembers) break;  // told by CheckSize()
        members.push_back(child);
        lists.push_back(nullptr);
        continue;
      }
      if (lists[i] == nullptr) {
        lists[i] = &NewList(members[i].at);
        lists[i]->items.push_back(members[i].value);
        members[i].value = lists[i];
      }
      lists[i]->items.push_back(child.value);
    }
    map.entries = members;
    return map;
  }

  // Tools were a list before 1.5; data are classes, and since 1.5 flows of them.
  static bool IsList(const Element& element) {
    if (IsOneOf(kLists, element.name)) return true;
    if (element.children.empty()) return false;
    const std::string& first = element.children.front().key;
    if (element.name == "tools") return first == "tool";
    return element.name == "data" && (first == "classification" || first == "dataflow");
  }

  YamlNode& ListOf(Element& element) {
    YamlNode& list = NewList(element.at);
    for (const YamlEntry& child : element.children) list.items.push_back(&ItemOf(element.name, child));
    return list;
  }

  const YamlNode& ItemOf(absl::string_view list, const YamlEntry& child) {
    if (list == "licenses") return LicenceOf(child);
    if (list == "data") return child.key == "dataflow" ? DataflowOf(child) : ClassificationOf(child);
    return *child.value;
  }

  // `<license>` is what the member `license` has, beside `<expression>`.
  YamlNode& LicenceOf(const YamlEntry& child) {
    YamlNode& item = NewMap(child.at);
    const YamlNode* content = child.value->Find("content");
    Put(item.entries, child.key, child.key == "expression" && content != nullptr ? *content : *child.value);
    return item;
  }

  // `<classification flow="inbound">PII</classification>` has two members.
  YamlNode& ClassificationOf(const YamlEntry& child) {
    YamlNode& item = NewMap(child.at);
    const YamlNode* content = child.value->Find("content");
    if (const YamlNode* flow = child.value->Find("flow")) Put(item.entries, "flow", *flow);
    if (content == nullptr && child.value->kind == YamlNode::Kind::kScalar) content = child.value;
    if (content != nullptr) Put(item.entries, "classification", *content);
    return item;
  }

  YamlNode& DataflowOf(const YamlEntry& child) {
    YamlNode& item = NewMap(child.at);
    for (const YamlEntry& member : child.value->entries) {
      if (member.key == "classification") {
        for (const YamlEntry& part : ClassificationOf(member).entries) Put(item.entries, part.key, *part.value);
      } else if (member.key == "source" || member.key == "destination") {
        Put(item.entries, member.key, UrlsOf(member));
      } else {
        Put(item.entries, member.key, *member.value);
      }
    }
    return item;
  }

  YamlNode& UrlsOf(const YamlEntry& member) {
    YamlNode& list = NewList(member.at);
    if (const YamlNode* url = member.value->Find("url")) {
      list.items = url->kind == YamlNode::Kind::kList ? url->items : std::vector<const YamlNode*>{url};
    }
    return list;
  }

  // What a dependency asks for are the dependencies in it.
  YamlNode& DependencyOf(Element& element) {
    YamlNode& item = NewMap(element.at);
    item.entries = std::move(element.attributes);
    YamlNode* asked = nullptr;
    for (const YamlEntry& child : element.children) {
      const YamlNode* reference = child.value->Find("ref");
      if (child.key != "dependency" || reference == nullptr) continue;
      if (asked == nullptr) {
        asked = &NewList(element.at);
        Put(item.entries, "dependsOn", *asked);
      }
      asked->items.push_back(reference);
    }
    return item;
  }

  YamlNode& NewMap(model::Position at) {
    YamlNode& map = builder_.Add(at);
    map.kind = YamlNode::Kind::kMap;
    return map;
  }

  YamlNode& NewList(model::Position at) {
    YamlNode& list = builder_.Add(at);
    list.kind = YamlNode::Kind::kList;
    return list;
  }

  const uint64_t max_nodes_;
  model::YamlTree::Builder builder_;
  std::string space_;
  bool is_cyclonedx_ = false;
  std::vector<Element> open_;
  uint64_t unread_ = 0;  // elements that are open and not kept
  YamlNode* root_ = nullptr;
  std::optional<XmlFault> fault_;
};

}  // namespace

CycloneDxXml ReadCycloneDxXml(absl::string_view text, uint64_t max_nodes) {
  TreeMaker maker(max_nodes);
  CycloneDxXml read;
  read.fault = ReadXml(text, maker);
  if (maker.fault().has_value()) read.fault = std::move(maker.fault());
  read.is_cyclonedx =
      maker.is_cyclonedx() || (read.fault.has_value() && absl::StrContains(text.substr(0, kMaxOpening), kSpace));
  if (!read.fault.has_value()) read.tree = maker.Take();
  return read;
}

}  // namespace metapowers::evidence
