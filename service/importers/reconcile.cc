#include "service/importers/reconcile.h"

#include <algorithm>
#include <set>

#include "absl/strings/str_cat.h"
#include "google/protobuf/descriptor.h"
#include "service/model/schema.h"

namespace metapowers::importers {

namespace pb = model::v1;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

namespace {

// The newest date of something that happened, or `newest`.
std::string NewestDate(const Message& message, std::string newest) {
  const auto& type = *message.GetDescriptor();
  for (int i = 0; i < type.field_count(); ++i) {
    const FieldDescriptor& field = *type.field(i);
    if (!model::IsSet(message, field)) continue;
    if (field.cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE) {
      for (const Message* part : model::MessagesIn(message, field)) newest = NewestDate(*part, newest);
    } else if (model::RuleOf(field).past() && !field.is_repeated()) {
      newest = std::max(newest, model::StringAt(message, field, -1));
    }
  }
  return newest;
}

class Reconciler {
 public:
  Reconciler(pb::SystemModel& model, std::map<std::string, Basis>& bases, Inventory& inventory)
      : model_(model), bases_(bases), inventory_(inventory) {}

  void Zones() {
    std::map<std::string, pb::Zone*> zones;
    for (pb::Zone& zone : *model_.mutable_zones()) zones[zone.id()] = &zone;
    for (pb::Zone& zone : *model_.mutable_zones()) {
      std::set<std::string> seen{zone.id()};
      for (const pb::Zone* at = &zone; !at->parent().empty(); at = zones.at(at->parent())) {
        if (seen.insert(at->parent()).second) continue;
        if (at->parent() == zone.id()) {
          Note(absl::StrCat("zones[", zone.id(), "].parent"),
               absl::StrCat("leads back to the zone itself by ", zone.parent(), "; it was left out"));
          zone.clear_parent();
        }
        break;
      }
    }
  }

  void Components() {
    std::set<std::string> outside;
    for (const pb::Zone& zone : model_.zones()) {
      if (zone.type() == pb::ZONE_TYPE_INTERNET) outside.insert(zone.id());
    }
    for (pb::Component& component : *model_.mutable_components()) {
      const std::string path = absl::StrCat("components[", component.id(), "]");
      const bool store = component.kind() == pb::COMPONENT_KIND_DATASTORE;
      if (store && component.processes_size() > 0) bases_.try_emplace(path + ".stores", bases_[path + ".processes"]);
      KeepOnce(component, store);
      if (store && outside.count(component.zone()) > 0) {
        Note(path + ".zone", absl::StrCat("is the internet zone ", component.zone(),
                                          ", where no data store of the system can be; it was left out"));
        component.clear_zone();
      }
      if (component.out_of_scope() && component.scope_justification().empty()) {
        component.set_scope_justification("Out of scope in the files that it was imported from.");
        bases_[path + ".scope_justification"] = bases_[path + ".out_of_scope"];
      }
    }
  }

 private:
  // What a component keeps is not listed again as handled; a data store keeps all.
  static void KeepOnce(pb::Component& component, bool store) {
    const std::set<std::string> kept(component.stores().begin(), component.stores().end());
    const std::vector<std::string> processes(component.processes().begin(), component.processes().end());
    component.clear_processes();
    for (const std::string& data : processes) {
      if (kept.count(data) > 0) continue;
      store ? component.add_stores(data) : component.add_processes(data);
    }
  }

  void Note(const std::string& path, const std::string& text) {
    const auto basis = bases_.find(path);
    inventory_.Note(v1::IMPORT_NOTE_KIND_WARNING, basis == bases_.end() ? Spot{"", {0, 0}} : basis->second.spot, path,
                    text);
  }

  pb::SystemModel& model_;
  std::map<std::string, Basis>& bases_;
  Inventory& inventory_;
};

}  // namespace

void Reconcile(pb::SystemModel& model, std::map<std::string, Basis>& bases, Inventory& inventory) {
  Reconciler reconciler(model, bases, inventory);
  reconciler.Zones();
  reconciler.Components();
}

void AdvanceDate(pb::SystemModel& model) { model.set_as_of(NewestDate(model, model.as_of())); }

}  // namespace metapowers::importers
