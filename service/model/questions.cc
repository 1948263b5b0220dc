// OpenQuestions() of model.h.
#include <algorithm>
#include <deque>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "service/model/element_labels.h"
#include "service/model/faults.h"
#include "service/model/model.h"
#include "service/model/placeholder.h"
#include "service/model/schema.h"

namespace metapowers::model {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

namespace {

// A message and those around it. Messages that are unset stand as their default instance.
struct Scope {
  const Message& message;
  const Scope* outer;
  std::string path;

  template <class T>
  const T* As() const {
    return message.GetDescriptor() == T::descriptor() ? static_cast<const T*>(&message) : nullptr;
  }
};

// --- Which questions make sense -------------------------------------------------------------------

bool KeepsData(const v1::Component& component) {
  return component.kind() == v1::COMPONENT_KIND_DATASTORE || component.stores_size() > 0;
}

bool MakesSense(const v1::Component& component, absl::string_view field) {
  // What is inside it is not ours to know, or judged elsewhere.
  if (component.kind() == v1::COMPONENT_KIND_EXTERNAL_ENTITY) return false;
  if (component.out_of_scope()) return field == "owner_team";
  if (field == "encryption_at_rest" || field == "replication" || field == "backup") return KeepsData(component);
  if (field == "replicas") {
    // What matters is known, or the provider decides and changes the number.
    return component.redundant() == v1::TRISTATE_UNSPECIFIED && component.machine() != v1::MACHINE_SERVERLESS &&
           component.machine() != v1::MACHINE_MANAGED_SERVICE;
  }
  if (field == "custom_code") return MayHaveOwnCode(component);
  // The kind says which of the two lists is meant; what one of them says is enough.
  if (field == "stores") return component.kind() == v1::COMPONENT_KIND_DATASTORE && component.processes_size() == 0;
  if (field == "processes") return component.kind() == v1::COMPONENT_KIND_PROCESS && component.stores_size() == 0;
  return true;
}

bool MakesSense(const v1::BackupPolicy& backup, absl::string_view field) {
  const bool taken = backup.method() != v1::BACKUP_METHOD_UNSPECIFIED && backup.method() != v1::BACKUP_METHOD_NONE;
  return field == "method" || taken;
}

bool MakesSense(const v1::Zone& zone, absl::string_view field) {
  const bool foreign = zone.type() == v1::ZONE_TYPE_INTERNET || zone.type() == v1::ZONE_TYPE_PARTNER ||
                       zone.type() == v1::ZONE_TYPE_SAAS;
  return field != "network_policy" || !foreign;
}

bool MakesSense(const v1::Flow& flow, absl::string_view field, const Model& model) {
  const auto* target = model.Find<v1::Component>(flow.target());
  const bool theirs = target != nullptr && target->kind() == v1::COMPONENT_KIND_EXTERNAL_ENTITY;
  if (field == "sends") return flow.receives_size() == 0;
  if (field == "dependency") {
    // Inside one zone nothing that others can reach is interrupted.
    const auto* source = model.Find<v1::Component>(flow.source());
    return !theirs && source != nullptr && target != nullptr && source->zone() != target->zone();
  }
  return field != "authorization" || !theirs;
}

bool MakesSense(const v1::ThirdParty& supplier, absl::string_view field) {
  const bool about_data = field == "dpa" || field == "breach_notice_hours";
  return !about_data || supplier.data_shared_size() > 0;
}

bool MakesSense(const v1::Api& api, absl::string_view field) {
  const bool browser = api.style() != v1::API_STYLE_GRPC && api.style() != v1::API_STYLE_WEBHOOK;
  return field != "cors" || browser;
}

bool MakesSense(const Scope& scope, absl::string_view field, const Model& model) {
  if (const auto* component = scope.As<v1::Component>()) return MakesSense(*component, field);
  if (const auto* backup = scope.As<v1::BackupPolicy>()) return MakesSense(*backup, field);
  if (const auto* zone = scope.As<v1::Zone>()) return MakesSense(*zone, field);
  if (const auto* flow = scope.As<v1::Flow>()) return MakesSense(*flow, field, model);
  if (const auto* supplier = scope.As<v1::ThirdParty>()) return MakesSense(*supplier, field);
  if (const auto* api = scope.As<v1::Api>()) return MakesSense(*api, field);
  return true;
}

// --- Whom to ask, and in which words --------------------------------------------------------------

// The value of a string field; "" when the message has no such field.
std::string Value(const Message& message, const std::string& name) {
  const FieldDescriptor* field = message.GetDescriptor()->FindFieldByName(name);
  const bool text = field != nullptr && field->cpp_type() == FieldDescriptor::CPPTYPE_STRING && !field->is_repeated();
  return text ? StringAt(message, *field, -1) : std::string();
}

// The team that owns the message itself, or the component that it is about; "" when it names none.
std::string OwnerOf(const Message& message, const Model& model) {
  for (const char* name : {"owner_team", "owner", "team"}) {
    const FieldDescriptor* field = message.GetDescriptor()->FindFieldByName(name);
    const std::string value = Value(message, name);
    if (value.empty() || IsPlaceholderId(value)) continue;
    if (RuleOf(*field).refers_to() == "teams") return value;
    const auto* role = model.Find<v1::Role>(value);
    if (role != nullptr && !IsPlaceholderId(role->team())) return role->team();
  }
  for (const char* name : {"component", "source"}) {
    const auto* component = model.Find<v1::Component>(Value(message, name));
    if (component != nullptr && !component->owner_team().empty() && !IsPlaceholderId(component->owner_team())) {
      return component->owner_team();
    }
  }
  return "";
}

std::string NearestOwner(const Scope& scope, const Model& model) {
  // A team answers for itself.
  if (scope.As<v1::Team>() != nullptr) return IdOf(scope.message);
  for (const Scope* at = &scope; at != nullptr; at = at->outer) {
    if (std::string owner = OwnerOf(at->message, model); !owner.empty()) return owner;
  }
  return "";
}

// The nearest value of that name, or the id beside an empty `name`.
std::string Resolve(const Scope& scope, const std::string& name) {
  for (const Scope* at = &scope; at != nullptr; at = at->outer) {
    if (std::string value = Value(at->message, name); !value.empty()) return value;
    if (name == "name" && !IdOf(at->message).empty()) return IdOf(at->message);
  }
  return name;
}

std::string FillIn(absl::string_view text, const Scope& scope) {
  std::string out;
  while (!text.empty()) {
    const size_t open = text.find('{');
    const size_t close = open == absl::string_view::npos ? open : text.find('}', open);
    if (close == absl::string_view::npos) break;
    absl::StrAppend(&out, text.substr(0, open), Resolve(scope, std::string(text.substr(open + 1, close - open - 1))));
    text.remove_prefix(close + 1);
  }
  return absl::StrCat(out, text);
}

// Whether the field has what an import left for people to say.
bool IsPlaceholder(const Message& message, const FieldDescriptor& field) {
  if (field.cpp_type() != FieldDescriptor::CPPTYPE_STRING || field.is_repeated()) return false;
  const std::string value = StringAt(message, field, -1);
  return RuleOf(field).refers_to().empty() ? IsPlaceholderText(value) : IsPlaceholderId(value);
}

// --- The walk -------------------------------------------------------------------------------------

class Asker {
 public:
  Asker(const Model& model, absl::FunctionRef<bool(absl::string_view)> wanted) : model_(model), wanted_(wanted) {}

  void Walk(const Scope& scope) {
    for (const Part& part : PartsOf(*scope.message.GetDescriptor())) {
      const FieldDescriptor& field = *part.field;
      if (!MakesSense(scope, field.name(), model_)) continue;
      if (part.asks && (!IsSet(scope.message, field) || IsPlaceholder(scope.message, field))) {
        questions_.push_back({AppendPath(scope.path, field.name()),
                              absl::StrCat(field.containing_type()->name(), ".", field.name()),
                              FillIn(RuleOf(field).ask(), scope), NearestOwner(scope, model_)});
      }
      if (part.leads_on) WalkInto(scope, field);
    }
  }

  std::vector<Question> Sorted() && {
    std::sort(questions_.begin(), questions_.end(),
              [](const Question& a, const Question& b) { return a.field < b.field; });
    return std::move(questions_);
  }

 private:
  // A field that is asked about, or leads to messages with such fields.
  struct Part {
    const FieldDescriptor* field = nullptr;
    bool asks = false;
    bool leads_on = false;
  };

  // Made once for a type. Of a type that contains itself, only what the outer one leads to counts.
  const std::vector<Part>& PartsOf(const Descriptor& type) {
    const auto [known, added] = parts_.try_emplace(&type);
    if (!added) return known->second;
    std::vector<Part> parts;
    for (int i = 0; i < type.field_count(); ++i) {
      const FieldDescriptor& field = *type.field(i);
      Part part{&field, false, false};
      part.asks = !RuleOf(field).ask().empty() && wanted_(absl::StrCat(type.name(), ".", field.name()));
      part.leads_on = field.cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE && !PartsOf(*field.message_type()).empty();
      if (part.asks || part.leads_on) parts.push_back(part);
    }
    return parts_[&type] = std::move(parts);
  }

  void WalkInto(const Scope& scope, const FieldDescriptor& field) {
    const std::string path = AppendPath(scope.path, field.name());
    if (!field.is_repeated()) {
      // An unset part raises the questions that an empty one would.
      const Message& part = scope.message.GetReflection()->GetMessage(scope.message, &field);
      if (!IsInside(part, scope)) Walk({part, &scope, path});
      return;
    }
    const std::vector<const Message*> elements = MessagesIn(scope.message, field);
    const std::vector<std::string> labels = ElementLabels(scope.message, field);
    for (size_t i = 0; i < elements.size(); ++i) {
      if (IsPlaceholderId(IdOf(*elements[i]))) continue;  // to be replaced, not completed
      Walk({*elements[i], &scope, absl::StrCat(path, "[", labels[i], "]")});
    }
  }

  // Keeps the walk over unset parts finite if a type ever contains itself.
  static bool IsInside(const Message& part, const Scope& scope) {
    for (const Scope* at = &scope; at != nullptr; at = at->outer) {
      if (at->message.GetDescriptor() == part.GetDescriptor()) return true;
    }
    return false;
  }

  const Model& model_;
  const absl::FunctionRef<bool(absl::string_view)> wanted_;
  std::map<const Descriptor*, std::vector<Part>> parts_;  // whose entries stay where they are
  std::vector<Question> questions_;
};

}  // namespace

std::string OwnerAt(const Model& model, absl::string_view path) {
  std::deque<Scope> scopes;
  scopes.push_back({model.proto(), nullptr, ""});
  for (const ValueStep& step : PathFinder().Find(model.proto(), path)) {
    if (step.field->cpp_type() != FieldDescriptor::CPPTYPE_MESSAGE) break;
    const Message& holder = scopes.back().message;
    const auto& reflection = *holder.GetReflection();
    const Message& part = step.index < 0 ? reflection.GetMessage(holder, step.field)
                                         : reflection.GetRepeatedMessage(holder, step.field, step.index);
    scopes.push_back({part, &scopes.back(), ""});
  }
  return NearestOwner(scopes.back(), model);
}

bool MayHaveOwnCode(const v1::Component& component) {
  return component.kind() == v1::COMPONENT_KIND_PROCESS && component.machine() != v1::MACHINE_MANAGED_SERVICE;
}

std::vector<Question> OpenQuestions(const Model& model) {
  return OpenQuestions(model, [](absl::string_view) { return true; });
}

std::vector<Question> OpenQuestions(const Model& model, absl::FunctionRef<bool(absl::string_view)> wanted) {
  Asker asker(model, wanted);
  asker.Walk({model.proto(), nullptr, ""});
  return std::move(asker).Sorted();
}

}  // namespace metapowers::model
