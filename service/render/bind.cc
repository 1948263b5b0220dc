#include "service/render/bind.h"

#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "metapowers/v1/command_options.pb.h"
#include "service/base/strings.h"

namespace metapowers::render {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;

bool IsMessage(const FieldDescriptor& field) { return field.cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE; }

bool IsNumber(const FieldDescriptor& field) {
  return field.cpp_type() == FieldDescriptor::CPPTYPE_INT32 || field.cpp_type() == FieldDescriptor::CPPTYPE_INT64 ||
         field.cpp_type() == FieldDescriptor::CPPTYPE_UINT32 || field.cpp_type() == FieldDescriptor::CPPTYPE_UINT64;
}

class Binder {
 public:
  Binder(const ParsedTemplate& parsed, const Descriptor& type) : bindings_(parsed.tags) { frames_.push_back({&type}); }

  void Walk(const std::vector<Node>& nodes) {
    for (const Node& node : nodes) {
      if (node.kind == Node::Kind::kLiteral) continue;
      Binding& binding = bindings_[node.id];
      const bool resolved = Resolve(node, binding);
      if (node.kind == Node::Kind::kValue) {
        if (resolved) CheckValue(node, binding);
        Walk(node.children);
        continue;
      }
      // A section whose name is unknown hides what is in it; its names would only repeat the fault.
      if (resolved) WalkSection(node, binding);
    }
  }

  std::vector<Binding> TakeBindings() { return std::move(bindings_); }
  std::vector<Fault> TakeFaults() { return std::move(faults_); }

 private:
  // A message, or (type == nullptr) an element of a repeated scalar.
  struct Frame {
    const Descriptor* type;
  };

  void Fail(const Node& node, std::string what) { faults_.push_back({node.offset, std::move(what)}); }

  bool Resolve(const Node& node, Binding& binding) {
    if (node.path.empty()) {
      binding.frame = frames_.size() - 1;
      if (frames_.back().type == nullptr && node.kind == Node::Kind::kValue) return true;
      Fail(node, "'.' is the element of a repeated scalar: write it as a value in a section over one");
      return false;
    }
    const Descriptor* type = nullptr;
    const FieldDescriptor* field = nullptr;
    for (size_t depth = frames_.size(); depth-- > 0 && field == nullptr;) {
      type = frames_[depth].type;
      field = type == nullptr ? nullptr : type->FindFieldByName(node.path[0]);
      binding.frame = depth;
    }
    if (field == nullptr) return Unknown(node, node.path[0], VisibleNames());
    binding.fields.push_back(field);
    for (size_t i = 1; i < node.path.size(); ++i) {
      if (!IsMessage(*field) || field->is_repeated()) {
        Fail(node, absl::StrCat("'", field->name(), "' of ", field->containing_type()->full_name(),
                                " is not a single message, so nothing can follow its '.'"));
        return false;
      }
      type = field->message_type();
      field = type->FindFieldByName(node.path[i]);
      if (field == nullptr) return Unknown(node, node.path[i], FieldNames(*type));
      binding.fields.push_back(field);
    }
    if (!field->is_map() && field->type() != FieldDescriptor::TYPE_BYTES) return true;
    Fail(node, absl::StrCat("'", absl::StrJoin(node.path, "."), "' is a map or bytes, which have no text"));
    return false;
  }

  bool Unknown(const Node& node, absl::string_view name, const std::vector<std::string>& names) {
    Fail(node, absl::StrCat("no field '", name, "' in '", absl::StrJoin(node.path, "."), "'", DidYouMean(name, names)));
    return false;
  }

  void CheckValue(const Node& node, const Binding& binding) {
    const bool agrees = !node.one.empty() || !node.many.empty();
    if (agrees &&
        (binding.fields.empty() || binding.fields.back()->is_repeated() || !IsNumber(*binding.fields.back()))) {
      return Fail(node, absl::StrCat("'", node.one, "/", node.many, "' agrees with a whole number, which '",
                                     absl::StrJoin(node.path, "."), "' is not"));
    }
    if (binding.fields.empty()) return;
    const FieldDescriptor& field = *binding.fields.back();
    const MarkdownContext context = node.place.context;
    const bool one = context == MarkdownContext::kLinkUrl || context == MarkdownContext::kMermaidId;
    if (IsMessage(field)) {
      Fail(node,
           absl::StrCat("'", absl::StrJoin(node.path, "."), "' is a message: open a section, or name a field of it"));
    } else if (field.is_repeated() && one) {
      Fail(node, absl::StrCat("'", absl::StrJoin(node.path, "."), "' is repeated: only one value fits here"));
    }
  }

  void WalkSection(const Node& node, Binding& binding) {
    const FieldDescriptor& field = *binding.fields.back();
    const std::string& rows = field.options().GetExtension(v1::rows_of);
    if (!rows.empty()) {
      binding.rows = frames_[0].type->FindFieldByName(rows);
      const bool usable = binding.rows != nullptr && binding.rows->is_repeated() && IsMessage(*binding.rows) &&
                          field.cpp_type() == FieldDescriptor::CPPTYPE_INT32;
      if (!usable) {
        return Fail(node, absl::StrCat("'", field.name(), "' holds positions in '", rows, "', but ",
                                       frames_[0].type->full_name(), " has no list of that name"));
      }
    }
    const FieldDescriptor& element = binding.rows == nullptr ? field : *binding.rows;
    binding.pushes = node.kind == Node::Kind::kSection && (IsMessage(element) || field.is_repeated());
    if (binding.pushes) frames_.push_back({IsMessage(element) ? element.message_type() : nullptr});
    Walk(node.children);
    if (binding.pushes) frames_.pop_back();
  }

  static std::vector<std::string> FieldNames(const Descriptor& type) {
    std::vector<std::string> names;
    for (int i = 0; i < type.field_count(); ++i) names.push_back(type.field(i)->name());
    return names;
  }

  std::vector<std::string> VisibleNames() const {
    std::vector<std::string> names;
    for (auto frame = frames_.rbegin(); frame != frames_.rend(); ++frame) {
      if (frame->type == nullptr) continue;
      for (std::string& name : FieldNames(*frame->type)) names.push_back(std::move(name));
    }
    return names;
  }

  std::vector<Frame> frames_;
  std::vector<Binding> bindings_;
  std::vector<Fault> faults_;
};

}  // namespace

absl::StatusOr<std::vector<Binding>> Bind(const ParsedTemplate& parsed, const Descriptor& type) {
  Binder binder(parsed, type);
  binder.Walk(parsed.nodes);
  std::vector<Fault> faults = binder.TakeFaults();
  if (!faults.empty()) return TemplateError(parsed, std::move(faults));
  return binder.TakeBindings();
}

}  // namespace metapowers::render
