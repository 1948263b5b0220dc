// Resolves the names of a template in a message type; internal to this layer.
#ifndef METAPOWERS_SERVICE_RENDER_BIND_H_
#define METAPOWERS_SERVICE_RENDER_BIND_H_

#include <google/protobuf/descriptor.h>

#include <vector>

#include "absl/status/statusor.h"
#include "service/render/program.h"

namespace metapowers::render {

// What one tag means: `fields` followed from the frame that stands `frame` levels above the root.
// No fields: the current element.
struct Binding {
  size_t frame = 0;
  std::vector<const google::protobuf::FieldDescriptor*> fields;
  // Inside the section, names are looked up in a new frame: a message or an element of a repeated scalar.
  bool pushes = false;
  // The list of the rendered message in which the last field holds positions (option `rows_of`); else nullptr.
  const google::protobuf::FieldDescriptor* rows = nullptr;
};

// By Node::id. TEMPLATE_INVALID with all names that do not resolve or are used against their type.
absl::StatusOr<std::vector<Binding>> Bind(const ParsedTemplate& parsed, const google::protobuf::Descriptor& type);

}  // namespace metapowers::render

#endif  // METAPOWERS_SERVICE_RENDER_BIND_H_
