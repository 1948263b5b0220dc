#include "service/importers/model_elements.h"

#include <deque>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "google/protobuf/descriptor.h"
#include "service/model/schema.h"

namespace metapowers::importers {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;

namespace {

// Components name runtimes freely; those that stand in the model are meant.
bool IsReference(const FieldDescriptor& field) {
  return !model::RuleOf(field).refers_to().empty() || field.name() == "runtime_group" ||
         field.name() == "further_runtime_groups";
}

template <class Element>
void TakeReferences(Shown<Element>& shown) {
  Message& value = shown.value;
  const Reflection& r = *value.GetReflection();
  const auto& type = *value.GetDescriptor();
  for (int i = 0; i < type.field_count(); ++i) {
    const FieldDescriptor& field = *type.field(i);
    if (!IsReference(field) || !model::IsSet(value, field)) continue;
    const auto basis = shown.bases.find(field.name());
    const Spot& spot = basis == shown.bases.end() ? shown.spot : basis->second.spot;
    const int size = field.is_repeated() ? r.FieldSize(value, &field) : 1;
    for (int k = 0; k < size; ++k) {
      shown.Refers(field.name(), {model::StringAt(value, field, field.is_repeated() ? k : -1), "", spot});
    }
    r.ClearField(&value, &field);
  }
}

class Adder {
 public:
  Adder(const std::map<std::string, Basis>& bases, const Spot& spot) : bases_(bases), spot_(spot) {}

  template <class Elements, class Element>
  void Add(absl::string_view collection, const Elements& elements, std::deque<Shown<Element>>& into) const {
    for (const Element& element : elements) {
      Shown<Element>& shown = into.emplace_back();
      shown.value = element;
      shown.name = element.id();
      shown.names = {element.name()};
      const std::string path = absl::StrCat(collection, "[", element.id(), "].");
      for (auto at = bases_.lower_bound(path); at != bases_.end() && absl::StartsWith(at->first, path); ++at) {
        shown.bases[at->first.substr(path.size())] = at->second;
      }
      const auto id = shown.bases.find("id");
      shown.spot = id == shown.bases.end() ? spot_ : id->second.spot;
      shown.value.clear_id();
      TakeReferences(shown);
    }
  }

 private:
  const std::map<std::string, Basis>& bases_;
  const Spot& spot_;
};

}  // namespace

void AddElements(const model::v1::SystemModel& model, const std::map<std::string, Basis>& bases, const Spot& spot,
                 Inventory& inventory) {
  const Adder adder(bases, spot);
  adder.Add("teams", model.teams(), inventory.teams);
  adder.Add("data_classes", model.data_classes(), inventory.data_classes);
  adder.Add("zones", model.zones(), inventory.zones);
  adder.Add("shared_runtimes", model.shared_runtimes(), inventory.shared_runtimes);
  adder.Add("components", model.components(), inventory.components);
  adder.Add("flows", model.flows(), inventory.flows);
  adder.Add("third_parties", model.third_parties(), inventory.third_parties);
}

}  // namespace metapowers::importers
