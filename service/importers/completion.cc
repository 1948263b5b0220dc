#include "service/importers/completion.h"

#include <algorithm>
#include <iterator>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "service/importers/element_groups.h"
#include "service/importers/id_table.h"
#include "service/model/import_assumptions.h"
#include "service/model/model.h"
#include "service/model/placeholder.h"
#include "service/model/schema.h"

namespace metapowers::importers {

namespace pb = model::v1;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;

namespace {

constexpr absl::string_view kToBeNamed = model::kPlaceholderId;

// A word that an element gets which must have one.
struct Fallback {
  absl::string_view field;
  int value;
};
constexpr Fallback kFallbacks[] = {
    {"Component.kind", pb::COMPONENT_KIND_PROCESS},
    {"Zone.type", pb::ZONE_TYPE_EXECUTION_ENV},
    {"DataClass.confidentiality", pb::CONFIDENTIALITY_INTERNAL},
};

int FallbackOf(const FieldDescriptor& field) {
  const std::string name = absl::StrCat(field.containing_type()->name(), ".", field.name());
  const auto found = std::find_if(std::begin(kFallbacks), std::end(kFallbacks),
                                  [&](const Fallback& fallback) { return fallback.field == name; });
  // The first word that means something.
  return found == std::end(kFallbacks) ? field.enum_type()->value(1)->number() : found->value;
}

template <class Elements>
std::string FreeId(const Elements& elements) {
  IdTable ids;
  for (const auto& element : elements) ids.Add(element.id());
  ids.Settle();
  return ids.Reserve(kToBeNamed);
}

}  // namespace

void Completion::Assume(absl::string_view id, std::string statement, const std::set<std::string>& components) {
  pb::Assumption& assumption = *model_.add_assumptions();
  assumption.set_id(std::string(id));
  assumption.set_statement(std::move(statement));
  for (const std::string& component : components) assumption.add_components(component);
}

void Completion::AssumeDrawn(const std::map<std::string, Basis>& bases) {
  std::map<std::string, std::set<std::string>> ids;  // by `components.kind`
  for (const auto& [path, basis] : bases) {
    if (basis.kind != v1::BASIS_ASSUMED || path.find('[') == std::string::npos) continue;
    std::string field;
    std::string id;  // the first in brackets; the others are places in lists
    for (absl::string_view rest = path; !rest.empty();) {
      const size_t open = rest.find('[');
      absl::StrAppend(&field, rest.substr(0, open));
      if (open == absl::string_view::npos) break;
      const size_t close = rest.find(']', open);
      if (id.empty()) id = std::string(rest.substr(open + 1, close - open - 1));
      rest.remove_prefix(close + 1);
    }
    ids[field].insert(id);
  }
  for (const auto& [field, elements] : ids) {
    const bool components = absl::StartsWith(field, "components.");
    Assume(NearestSlug(absl::StrCat("drawn ", field)),
           model::StatementOf({model::AssumedField::Kind::kDrawn, field, elements}),
           components ? elements : std::set<std::string>());
  }
}

std::string Completion::PlaceholderTeam() {
  if (!placeholder_.empty()) return placeholder_;
  placeholder_ = FreeId(model_.teams());
  pb::Team& team = *model_.add_teams();
  team.set_id(placeholder_);
  team.set_name("Team to be named");
  team.set_lead("Lead to be named");
  return placeholder_;
}

// Whether the field, which is required and not set, got a value.
bool Completion::FillIn(Message& message, const FieldDescriptor& field) {
  const Reflection& r = *message.GetReflection();
  if (field.is_repeated() || field.cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE) return false;
  if (field.cpp_type() == FieldDescriptor::CPPTYPE_ENUM) {
    r.SetEnumValue(&message, &field, FallbackOf(field));
    return true;
  }
  if (field.cpp_type() != FieldDescriptor::CPPTYPE_STRING) return false;
  const std::string& refers_to = model::RuleOf(field).refers_to();
  if (!refers_to.empty() && refers_to != "teams") return false;
  r.SetString(&message, &field, refers_to.empty() ? std::string(model::kPlaceholderText) : PlaceholderTeam());
  return true;
}

void Completion::CompleteElement(Message& element, const std::string& id) {
  const auto& type = *element.GetDescriptor();
  const Reflection& r = *element.GetReflection();
  for (int i = 0; i < type.field_count(); ++i) {
    const FieldDescriptor& field = *type.field(i);
    if (model::RuleOf(field).required() && !model::IsSet(element, field) && FillIn(element, field)) {
      fill_[absl::StrCat(type.name(), ".", field.name())].insert(id);
    }
    if (field.cpp_type() != FieldDescriptor::CPPTYPE_MESSAGE || !model::IsSet(element, field)) continue;
    if (!field.is_repeated()) CompleteElement(*r.MutableMessage(&element, &field), id);
    for (int k = 0; field.is_repeated() && k < r.FieldSize(element, &field); ++k) {
      CompleteElement(*r.MutableRepeatedMessage(&element, &field, k), id);
    }
  }
}

void Completion::CompleteElements() {
  const auto complete = [this](auto& elements) {
    for (auto& element : elements) CompleteElement(element, element.id());
  };
  complete(*model_.mutable_regions());
  // The placeholder comes to stand among them.
  for (int i = 0; i < model_.teams_size(); ++i) CompleteElement(*model_.mutable_teams(i), model_.teams(i).id());
  complete(*model_.mutable_data_classes());
  complete(*model_.mutable_zones());
  complete(*model_.mutable_infrastructure());
  complete(*model_.mutable_shared_runtimes());
  complete(*model_.mutable_components());
  complete(*model_.mutable_flows());
  complete(*model_.mutable_third_parties());
  complete(*model_.mutable_consumer_classes());
  complete(*model_.mutable_apis());
  complete(*model_.mutable_evidence());
  if (model_.has_secrets()) {
    complete(*model_.mutable_secrets()->mutable_stores());
    complete(*model_.mutable_secrets()->mutable_credentials());
  }
  for (const auto& [field, ids] : fill_) {
    const std::string id = absl::StrCat("import-", absl::StrReplaceAll(absl::AsciiStrToLower(field), {{".", "-"}}));
    const bool of_components = field.rfind("Component.", 0) == 0;
    Assume(NearestSlug(id), model::StatementOf({model::AssumedField::Kind::kStandIn, field, ids}),
           of_components ? ids : std::set<std::string>());
  }
}

void Completion::CompleteHead(const std::string& today) {
  model_.set_schema_version("1");
  if (model_.name().empty()) {
    model_.set_name(model_.id());
    Assume("import-name", absl::StrCat("The system is called by its topic, since ", source_, " does not name it."));
  }
  if (model_.description().empty()) {
    model_.set_description(absl::StrCat("Not described in ", source_, "."));
    Assume("import-description", absl::StrCat("Nothing in ", source_, " describes the system."));
  }
  if (model_.as_of().empty()) {
    model_.set_as_of(today);
    Assume("import-date", absl::StrCat("No date stands in ", source_, "; it is taken to be true on ", today,
                                       ", the day of the import."));
  }
}

// One owner of all components in scope answers for the system; of several, none does before people say so.
void Completion::CompleteOwner() {
  std::set<std::string> owners;
  for (const pb::Component& component : model_.components()) {
    if (!component.out_of_scope() && component.kind() != pb::COMPONENT_KIND_EXTERNAL_ENTITY) {
      owners.insert(component.owner_team());
    }
  }
  if (owners.size() == 1 && !owners.begin()->empty()) {
    model_.set_owner_team(*owners.begin());
    Assume("import-accountable-team",
           absl::StrCat("Team ", *owners.begin(), " is accountable for the system as a whole: it owns every component ",
                        "in scope, and ", source_, " names nobody."));
    return;
  }
  model_.set_owner_team(PlaceholderTeam());
  Assume("import-accountable-team", absl::StrCat("Team ", placeholder_, " stands for the team that is accountable for ",
                                                 "the system as a whole, which ", source_, " does not name."));
}

void Completion::CompleteModel(const std::string& today) {
  CompleteHead(today);
  CompleteOwner();
  model_.mutable_organization()->set_name("Organisation to be named");
  Assume("import-organisation",
         absl::StrCat("\"Organisation to be named\" stands for the organisation that operates the system, ", "which ",
                      source_, " does not name."));
  if (model_.regions().empty()) {
    pb::Region& region = *model_.add_regions();
    region.set_id(std::string(kToBeNamed));
    region.set_name("Region to be named");
    region.set_hosting(true);
    Assume("import-regions", absl::StrCat("Region ", kToBeNamed, " stands for where the system runs and where its ",
                                          "users are, which ", source_, " does not say."));
  }
  if (model_.roles().empty()) {
    pb::Role& role = *model_.add_roles();
    role.set_id("system-owner");
    role.set_title("Owner of the system");
    role.set_kind(pb::ROLE_KIND_SYSTEM_OWNER);
    role.set_team(model_.owner_team());
    Assume("import-roles",
           absl::StrCat("Role system-owner is vacant and stands for all security roles: ", source_, " names none."));
  }
  if (model_.data_classes().empty()) {
    pb::DataClass& data = *model_.add_data_classes();
    data.set_id(std::string(kToBeNamed));
    data.set_name("Data to be named");
    data.set_owner(model_.owner_team());
    data.set_confidentiality(pb::CONFIDENTIALITY_INTERNAL);
    Assume("import-data-classes", absl::StrCat("Data class ", kToBeNamed, " stands for the data that the system ",
                                               "handles, which ", source_, " does not name. Nothing refers to it."));
  }
  if (model_.zones().empty()) {
    pb::Zone& zone = *model_.add_zones();
    zone.set_id(std::string(kToBeNamed));
    zone.set_name("Zone to be named");
    zone.set_type(pb::ZONE_TYPE_EXECUTION_ENV);
    Assume("import-zones", absl::StrCat("Zone ", kToBeNamed, " stands for the networks that the system is in, which ",
                                        source_, " does not tell. Nothing refers to it."));
  }
}

void Completion::Finish() {
  const std::string until = model::FormatDate(model::ToCivilDay(model_.as_of()) + kAssumptionDays);
  for (pb::Assumption& assumption : *model_.mutable_assumptions()) {
    assumption.set_owner_team(model_.owner_team());
    assumption.set_valid_until(until);
  }
}

}  // namespace metapowers::importers
