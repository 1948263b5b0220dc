#include "service/importers/compose.h"

#include <algorithm>
#include <limits>
#include <map>
#include <memory>
#include <set>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "google/protobuf/descriptor.h"
#include "service/importers/attribute_bases.h"
#include "service/importers/completion.h"
#include "service/importers/element_groups.h"
#include "service/importers/flow_groups.h"
#include "service/importers/id_table.h"
#include "service/importers/merge_elements.h"
#include "service/importers/plain_text.h"
#include "service/importers/reconcile.h"
#include "service/model/faults.h"
#include "service/model/schema.h"

namespace metapowers::importers {

namespace pb = model::v1;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;

namespace {

// What tells elements of one name apart: the place that their scope names, e.g. the namespace.
std::string PlaceOf(const Group& group) {
  const std::string& scope = group.lead().scope;
  return scope.substr(scope.find(':') + 1);
}

// The field at a path such as `backup.key`, in the message that has it; nullptr when there is none.
std::pair<Message*, const FieldDescriptor*> FieldAt(Message& message, absl::string_view path) {
  Message* in = &message;
  const std::vector<std::string> names = absl::StrSplit(path, '.');
  for (size_t i = 0; i < names.size(); ++i) {
    const FieldDescriptor* field = in->GetDescriptor()->FindFieldByName(names[i]);
    if (field == nullptr || i + 1 == names.size()) return {in, field};
    if (field->is_repeated() || field->cpp_type() != FieldDescriptor::CPPTYPE_MESSAGE) break;
    in = in->GetReflection()->MutableMessage(in, field);
  }
  return {in, nullptr};
}

class Composer {
 public:
  Composer(Inventory& inventory, const std::string& topic_id, const std::string& today,
           const std::map<std::string, SourceNames>& earlier)
      : inventory_(inventory), today_(today), earlier_(earlier) {
    for (const std::string& file : inventory.files) file_order_.try_emplace(file, file_order_.size());
    composed_.model.set_id(topic_id);
  }

  Composed Compose() && {
    Group();
    MergeAll();
    Reconcile(composed_.model, bases_, inventory_);
    AskForFlows();
    Complete();
    composed_.bases = AttributeBases(composed_.model, bases_);
    return std::move(composed_);
  }

 private:
  // Finds what is the same, and gives ids.
  void Group() {
    Load(inventory_.regions, "regions");
    Load(inventory_.teams, "teams");
    Load(inventory_.data_classes, "data_classes");
    Load(inventory_.zones, "zones");
    Load(inventory_.infrastructure, "infrastructure");
    Load(inventory_.shared_runtimes, "shared_runtimes");
    Load(inventory_.components, "components");
    Load(inventory_.third_parties, "third_parties");
    Load(inventory_.consumer_classes, "consumer_classes");
    Load(inventory_.apis, "apis");
    Load(inventory_.secret_stores, "secret_stores");
    Load(inventory_.credentials, "credentials");
    Load(inventory_.iac, "iac");
    Load(inventory_.evidence, "evidence");
    for (auto& [name, groups] : collections_) {
      groups.SettleByName(name, inventory_);
      groups.GiveIds(PlaceOf, EarlierOf(name));
    }
    Load(inventory_.flows, "flows");
    GroupFlows(
        collections_["flows"], [this](const Reference& end) { return Resolve("components", end); }, EarlierOf("flows"),
        inventory_);
    for (const auto& [name, groups] : collections_) {
      for (const importers::Group* group : groups.groups()) composed_.names[name].emplace(group->source, group->id);
    }
  }

  const SourceNames& EarlierOf(const std::string& collection) const {
    static const auto* const none = new SourceNames();
    const auto found = earlier_.find(collection);
    return found == earlier_.end() ? *none : found->second;
  }

  template <class Element>
  void Load(const std::deque<Shown<Element>>& elements, const char* collection) {
    ElementGroups& groups = collections_[collection];
    for (const Shown<Element>& shown : elements) {
      const auto order = file_order_.try_emplace(shown.spot.file, file_order_.size()).first;
      groups.Add(MemberOf(shown, order->second));
    }
  }

  // Id of the element that a reference names; empty, and `why` says why, when there is no such one.
  std::string Resolve(const std::string& collection, const Reference& reference, std::string* why = nullptr) {
    const auto found = collections_.find(collection);
    const std::vector<const importers::Group*> groups =
        found == collections_.end() ? std::vector<const importers::Group*>() : found->second.Find(reference);
    if (groups.size() == 1) return groups.front()->id;
    if (why == nullptr) return "";
    std::set<std::string> ids;
    for (const importers::Group* group : groups) ids.insert(group->id);
    *why = absl::StrCat(
        "names ", model::Quote(reference.name),
        groups.empty() ? ", which no file shows" : absl::StrCat(", which could be any of ", ShortListOf(ids)),
        "; it was left out");
    return "";
  }

  void MergeAll() {
    pb::SystemModel& model = composed_.model;
    MergeInto("regions", *model.mutable_regions());
    MergeInto("teams", *model.mutable_teams());
    MergeInto("data_classes", *model.mutable_data_classes());
    MergeInto("zones", *model.mutable_zones());
    MergeInto("infrastructure", *model.mutable_infrastructure());
    MergeInto("shared_runtimes", *model.mutable_shared_runtimes());
    MergeInto("components", *model.mutable_components());
    MergeInto("flows", *model.mutable_flows());
    MergeInto("third_parties", *model.mutable_third_parties());
    MergeInto("apis", *model.mutable_apis());
    MergeInto("consumer_classes", *model.mutable_consumer_classes());
    MergeInto("evidence", *model.mutable_evidence());
    if (!inventory_.secret_stores.empty()) MergeInto("secret_stores", *model.mutable_secrets()->mutable_stores());
    if (!inventory_.credentials.empty()) MergeInto("credentials", *model.mutable_secrets()->mutable_credentials());
    if (!inventory_.iac.empty()) MergeInto("iac", *model.mutable_delivery()->mutable_iac());
  }

  template <class Elements>
  void MergeInto(const std::string& collection, Elements& elements) {
    for (const importers::Group* group : collections_[collection].groups()) {
      auto& element = *elements.Add();
      const std::string path = absl::StrCat(PathOf(collection), "[", group->id, "]");
      if (!Merge(*group, path, element)) elements.RemoveLast();
    }
  }

  static std::string PathOf(const std::string& collection) {
    if (collection == "secret_stores") return "secrets.stores";
    if (collection == "iac") return "delivery.iac";
    return collection == "credentials" ? "secrets.credentials" : collection;
  }

  // False when the element lacks what it is about, and is left out.
  bool Merge(const importers::Group& group, const std::string& path, Message& element) {
    ElementMerger merger(path, element, inventory_);
    for (const Member* member : group.members) {
      const std::unique_ptr<Message> value(member->value->New());
      value->CopyFrom(*member->value);
      std::map<std::string, Basis> bases = *member->bases;
      for (const auto& [field, reference] : *member->references) Refer(path, field, reference, *value, bases);
      merger.Add(*value, bases, member->spot);
    }
    const Spot& spot = group.lead().spot;
    if (const std::string missing = MissingReference(element); !missing.empty()) {
      inventory_.Note(v1::IMPORT_NOTE_KIND_WARNING, spot, path,
                      absl::StrCat("is left out: no file says which ", missing, " it belongs to"));
      return false;
    }
    std::map<std::string, Basis> bases = merger.bases();
    SetText(element, "id", group.id);
    bases["id"] = {v1::BASIS_OBSERVED, spot, ""};
    const FieldDescriptor* name = element.GetDescriptor()->FindFieldByName("name");
    if (name != nullptr && !model::IsSet(element, *name)) {
      const std::string line = OneLineOf(group.lead().name);
      SetText(element, "name", line.empty() ? group.id : line);
      bases["name"] = {v1::BASIS_OBSERVED, spot, ""};
    }
    const FieldDescriptor* origin = element.GetDescriptor()->FindFieldByName("origin");
    if (origin != nullptr && origin->enum_type() == pb::Origin_descriptor() && !model::IsSet(element, *origin)) {
      element.GetReflection()->SetEnumValue(&element, origin, pb::ORIGIN_DECLARED);
      bases["origin"] = {v1::BASIS_OBSERVED, spot, ""};
    }
    for (auto& [field, basis] : bases) bases_[model::AppendPath(path, field)] = std::move(basis);
    return true;
  }

  static void SetText(Message& element, const char* name, const std::string& text) {
    element.GetReflection()->SetString(&element, element.GetDescriptor()->FindFieldByName(name), text);
  }

  // Sets the field that a reference is for.
  void Refer(const std::string& path, const std::string& field_path, const Reference& reference, Message& value,
             std::map<std::string, Basis>& bases) {
    if (reference.empty()) return;
    const auto [in, field] = FieldAt(value, field_path);
    if (field == nullptr || field->cpp_type() != FieldDescriptor::CPPTYPE_STRING) return;
    std::string collection = model::RuleOf(*field).refers_to();
    if (collection.empty()) collection = "shared_runtimes";  // the only names that are no references in the schema
    std::string why;
    const std::string id = Resolve(collection, reference, &why);
    if (id.empty()) {
      inventory_.Note(v1::IMPORT_NOTE_KIND_WARNING, reference.spot, absl::StrCat(path, ".", field_path), why);
      return;
    }
    bases.try_emplace(field_path, Basis{v1::BASIS_OBSERVED, reference.spot, ""});
    const Reflection& r = *in->GetReflection();
    field->is_repeated() ? r.AddString(in, field, id) : r.SetString(in, field, id);
  }

  // The kind of element that the element must name and does not; of teams a placeholder takes the place.
  static std::string MissingReference(const Message& element) {
    const auto& type = *element.GetDescriptor();
    for (int i = 0; i < type.field_count(); ++i) {
      const FieldDescriptor& field = *type.field(i);
      const std::string& refers_to = model::RuleOf(field).refers_to();
      if (refers_to.empty() || refers_to == "teams" || !model::RuleOf(field).required()) continue;
      if (!model::IsSet(element, field)) return field.name();
    }
    return "";
  }

  // A process that stands alone has no threats of its flows, which is no proof that it has no flows.
  void AskForFlows() {
    std::set<std::string> alone;
    for (const pb::Component& component : composed_.model.components()) {
      if (component.kind() == pb::COMPONENT_KIND_PROCESS) alone.insert(component.id());
    }
    for (const pb::Flow& flow : composed_.model.flows()) {
      alone.erase(flow.source());
      alone.erase(flow.target());
    }
    if (alone.empty()) return;
    for (const importers::Group* group : collections_["components"].groups()) {
      if (group->id != *alone.begin()) continue;
      return inventory_.Note(v1::IMPORT_NOTE_KIND_QUESTION, group->lead().spot, "flows",
                             absl::StrCat("no file shows a call to or from ", ShortListOf(alone), ": who calls whom?"));
    }
  }

  void Complete() {
    pb::SystemModel& model = composed_.model;
    model.set_name(OneLineOf(inventory_.name));
    model.set_description(inventory_.description);
    model.set_as_of(inventory_.as_of);
    const Spot file{inventory_.files.size() == 1 ? inventory_.files.front() : "", {0, 0}};
    for (const char* field : {"name", "description", "as_of"}) bases_[field] = {v1::BASIS_OBSERVED, file, ""};
    if (model.name().empty()) bases_.erase("name");
    if (model.description().empty()) bases_.erase("description");
    if (model.as_of().empty()) bases_.erase("as_of");
    // Named the same however many files there are, so that one more changes nothing by itself.
    Completion completion(model, "the import");
    completion.CompleteElements();
    completion.CompleteModel(today_);
    AdvanceDate(model);
    completion.AssumeDrawn(bases_);
    completion.Finish();
  }

  Inventory& inventory_;
  const std::string today_;
  const std::map<std::string, SourceNames>& earlier_;
  std::map<std::string, size_t> file_order_;
  std::map<std::string, ElementGroups> collections_;  // by name of the collection
  std::map<std::string, Basis> bases_;                // by path in the model
  Composed composed_;
};

}  // namespace

Composed Compose(Inventory& inventory, const std::string& topic_id, const std::string& today,
                 const std::map<std::string, SourceNames>& earlier) {
  return Composer(inventory, topic_id, today, earlier).Compose();
}

}  // namespace metapowers::importers
