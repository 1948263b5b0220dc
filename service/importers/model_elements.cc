#include "service/importers/model_elements.h"

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
void TakeReferences(const Spot& spot, Shown<Element>& shown) {
  Message& value = shown.value;
  const Reflection& r = *value.GetReflection();
  const auto& type = *value.GetDescriptor();
  for (int i = 0; i < type.field_count(); ++i) {
    const FieldDescriptor& field = *type.field(i);
    if (!IsReference(field) || !model::IsSet(value, field)) continue;
    const int size = field.is_repeated() ? r.FieldSize(value, &field) : 1;
    for (int k = 0; k < size; ++k) {
      shown.Refers(field.name(), {model::StringAt(value, field, field.is_repeated() ? k : -1), "", spot});
    }
    r.ClearField(&value, &field);
  }
}

template <class Elements, class Element>
void Add(const Elements& elements, const Spot& spot, std::deque<Shown<Element>>& into) {
  for (const Element& element : elements) {
    Shown<Element>& shown = into.emplace_back();
    shown.value = element;
    shown.name = element.id();
    shown.names = {element.name()};
    shown.spot = spot;
    shown.value.clear_id();
    TakeReferences(spot, shown);
  }
}

}  // namespace

void AddElements(const model::v1::SystemModel& model, const Spot& spot, Inventory& inventory) {
  Add(model.teams(), spot, inventory.teams);
  Add(model.data_classes(), spot, inventory.data_classes);
  Add(model.zones(), spot, inventory.zones);
  Add(model.shared_runtimes(), spot, inventory.shared_runtimes);
  Add(model.components(), spot, inventory.components);
  Add(model.flows(), spot, inventory.flows);
  Add(model.third_parties(), spot, inventory.third_parties);
}

}  // namespace metapowers::importers
