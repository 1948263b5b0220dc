#include "service/importers/attribute_bases.h"

#include <set>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "google/protobuf/descriptor.h"
#include "service/model/faults.h"
#include "service/model/import_mark.h"
#include "service/model/schema.h"

namespace metapowers::importers {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

namespace {

class Walker {
 public:
  explicit Walker(const std::map<std::string, Basis>& known) : known_(known) {}

  std::vector<v1::AttributeBasis> Walk(const model::v1::SystemModel& model) && {
    Walk(model, "");
    return std::move(bases_);
  }

 private:
  void Walk(const Message& message, const std::string& path) {
    const auto& type = *message.GetDescriptor();
    for (int i = 0; i < type.field_count(); ++i) {
      const FieldDescriptor& field = *type.field(i);
      if (!model::IsSet(message, field)) continue;
      const std::string at = model::AppendPath(path, field.name());
      if (path.empty() && (at == "id" || at == "schema_version" || at == "assumptions")) continue;
      if (field.cpp_type() != FieldDescriptor::CPPTYPE_MESSAGE) {
        Tell(at);
        continue;
      }
      int index = 0;
      for (const Message* part : model::MessagesIn(message, field)) {
        if (!field.is_repeated()) {
          Walk(*part, at);
        } else {
          const std::string& id = model::IdOf(*part);
          Walk(*part, id.empty() ? absl::StrCat(at, "[", index, "]") : absl::StrCat(at, "[", id, "]"));
        }
        ++index;
      }
    }
  }

  void Tell(const std::string& path) {
    v1::AttributeBasis& basis = bases_.emplace_back();
    basis.set_field(path);
    const auto found = known_.find(path);
    if (found == known_.end()) {
      basis.set_basis(v1::BASIS_ASSUMED);
      basis.set_reason("a model must have it, and no file says it");
      return;
    }
    basis.set_basis(found->second.kind);
    if (!found->second.spot.file.empty()) basis.set_location(LocationOf(found->second.spot));
    basis.set_reason(found->second.reason);
  }

  const std::map<std::string, Basis>& known_;
  std::vector<v1::AttributeBasis> bases_;
};

// The parts that an attribute is in, innermost last: `a[x].b.c` has `a[x].b`, but not the element `a[x]` itself, whose
// attributes rest on different places as a rule.
std::vector<std::string> PartsOf(const std::string& path) {
  std::vector<std::string> parts;
  size_t end = path.find(']');
  if (end == std::string::npos) end = 0;
  while ((end = path.find_first_of(".[", end + 1)) != std::string::npos) {
    const std::string part = path.substr(0, end);
    if (part.find(']') + 1 != part.size()) parts.push_back(part);
    if (path[end] == '[') end = path.find(']', end);
    if (end == std::string::npos) break;
    if (end + 1 < path.size() && path[end] == ']') parts.push_back(path.substr(0, end + 1));
  }
  return parts;
}

}  // namespace

std::string MarkOf(const v1::AttributeBasis& basis) {
  if (basis.basis() == v1::BASIS_DEFAULT) return model::DefaultMark(basis.reason(), basis.location());
  if (basis.basis() != v1::BASIS_ASSUMED) return model::ObservedMark(basis.location());
  return model::AssumedMark(absl::StrCat(basis.reason(), basis.location().empty() ? "" : ", see ", basis.location()));
}

std::vector<v1::AttributeBasis> AttributeBases(const model::v1::SystemModel& model,
                                               const std::map<std::string, Basis>& known) {
  return Walker(known).Walk(model);
}

std::map<std::string, std::string> MarksOf(const std::vector<v1::AttributeBasis>& bases) {
  std::map<std::string, std::set<std::string>> marks_in;  // by part
  for (const v1::AttributeBasis& basis : bases) {
    for (const std::string& part : PartsOf(basis.field())) marks_in[part].insert(MarkOf(basis));
  }
  std::map<std::string, std::string> marks;
  for (const v1::AttributeBasis& basis : bases) {
    std::string at = basis.field();
    for (const std::string& part : PartsOf(basis.field())) {
      if (marks_in[part].size() > 1) continue;
      at = part;
      break;
    }
    marks[at] = MarkOf(basis);
  }
  return marks;
}

}  // namespace metapowers::importers
