// Reads the model by field paths and selects elements of it by data rows, so that conditions and sentences of
// shipped knowledge need no code of their own. Pure; thread-safe.
#ifndef METAPOWERS_SERVICE_COMMANDS_MODEL_QUERY_H_
#define METAPOWERS_SERVICE_COMMANDS_MODEL_QUERY_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "metapowers/knowledge/v1/policy_clauses.pb.h"
#include "service/commands/command.h"

namespace metapowers::commands {

// One value of a field. Only values that are set exist.
struct Value {
  std::string yaml;   // as YAML writes it
  std::string label;  // as documents write it: "TLS 1.3", "1 hour", the title of a role
  std::optional<double> number;
  const google::protobuf::EnumValueDescriptor* enum_value = nullptr;
};

// All values at `path` in `message`, through lists on the way; empty when nothing is set there. `path` must
// name fields of the message's type, see PathExists().
std::vector<Value> ValuesAt(const model::Model& model, const google::protobuf::Message& message,
                            absl::string_view path);

// The same without labels, which cost most of it.
std::vector<Value> UnlabelledValuesAt(const google::protobuf::Message& message, absl::string_view path);

// -1, 0 or 1 as `value` is below, at or above `wanted`; enums by the order of their values.
int Compare(const Value& value, const std::string& wanted);

// The field that the path ends at; nullptr when it does not exist.
const google::protobuf::FieldDescriptor* FieldAt(const google::protobuf::Descriptor& type, absl::string_view path);

// An element of the model, or of a computed list.
struct Element {
  const google::protobuf::Message* message = nullptr;
  std::string label;
  std::string owner;                                          // name of the team or role; empty when none is declared
  std::vector<const model::v1::DataClass*> data;              // that matched a condition on data, sorted by id
  std::vector<std::pair<std::string, std::string>> computed;  // values of `$` attributes of computed lists
};

enum class Truth { kNo, kUnknown, kYes };

// Whether a condition on the whole model holds.
Truth Matches(const Input& input, const knowledge::v1::AttributeMatch& match);

// Whether a condition on one element holds; `$system.` before a path makes it start at the root, e.g.
// `$system.logging.tamper_protection`.
Truth Matches(const Input& input, const Element& element, const knowledge::v1::AttributeMatch& match);

// Elements that meet every condition of `where`, in the order of the model.
std::vector<Element> Select(const Input& input, const knowledge::v1::ElementSelector& selector);

// Whether there is any such element.
bool SelectsAny(const Input& input, const knowledge::v1::ElementSelector& selector);

// The value of `path` of one element as documents write it; "" when it is unset.
std::string DetailOf(const Input& input, const Element& element, absl::string_view path);

// How a data file names the `$` attributes and lists that exist; for tests of the data.
bool IsComputedAttribute(absl::string_view name);
bool IsComputedList(absl::string_view name);

}  // namespace metapowers::commands

#endif  // METAPOWERS_SERVICE_COMMANDS_MODEL_QUERY_H_
