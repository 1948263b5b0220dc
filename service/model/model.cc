#include "service/model/model.h"

#include <optional>
#include <utility>

#include "service/base/status_macros.h"
#include "service/model/assumed_values.h"
#include "service/model/canonical.h"
#include "service/model/faults.h"
#include "service/model/ordered_model.h"
#include "service/model/schema.h"
#include "service/model/validate.h"
#include "service/model/yaml_reader.h"

namespace metapowers::model {

using google::protobuf::Descriptor;
using google::protobuf::Message;

absl::Status CheckInOrder(const v1::SystemModel& model, const SourceMap& map, absl::string_view file_name,
                          Faults faults) {
  const Collections known = Collections::Of(model, map);
  CheckRules(model, known, model.as_of(), map, faults);
  CheckMeaning(model, map, faults);
  return faults.ToStatus(file_name);
}

absl::Status ReadInOrder(absl::string_view yaml, absl::string_view file_name, v1::SystemModel& model) {
  SourceMap map;
  Faults faults;
  if (!ReadYaml(yaml, model, map, faults)) return faults.ToStatus(file_name);
  return CheckInOrder(model, map, file_name, std::move(faults));
}

absl::StatusOr<std::shared_ptr<const Model>> Model::Parse(absl::string_view yaml, absl::string_view file_name) {
  v1::SystemModel proto;
  RETURN_IF_ERROR(ReadInOrder(yaml, file_name, proto));
  std::optional<KnownPart> part = FindKnownPart(yaml, proto);
  std::shared_ptr<Model> model = Of(std::move(proto));
  if (!part.has_value()) return model;
  model->SetKnown(std::move(part->known), std::move(part->assumed));
  return model;
}

std::shared_ptr<const Model> Model::WithKnown(const Model& model, v1::SystemModel known,
                                              std::vector<AssumedAttribute> assumed) {
  std::shared_ptr<Model> made = Of(model.proto());
  made->SetKnown(std::move(known), std::move(assumed));
  return made;
}

void Model::SetKnown(v1::SystemModel known, std::vector<AssumedAttribute> assumed) {
  const std::shared_ptr<Model> part = Of(std::move(known));
  part->assumed_ = assumed;
  known_ = part;
  assumed_ = std::move(assumed);
}

std::shared_ptr<Model> Model::Of(v1::SystemModel proto) {
  std::shared_ptr<Model> model(new Model());
  model->proto_ = std::move(proto);
  Canonicalise(model->proto_);
  model->as_of_ = ToCivilDay(model->proto_.as_of());
  model->AddToIndex(model->proto_);
  return model;
}

void Model::AddToIndex(const Message& message) {
  const Descriptor& type = *message.GetDescriptor();
  if (!CollectionOf(type).empty()) index_[&type].try_emplace(IdOf(message), &message);
  for (int i = 0; i < type.field_count(); ++i) {
    for (const Message* child : MessagesIn(message, *type.field(i))) AddToIndex(*child);
  }
}

const Message* Model::FindIn(const Descriptor& type, absl::string_view id) const {
  const auto collection = index_.find(&type);
  if (collection == index_.end()) return nullptr;
  const auto element = collection->second.find(id);
  return element == collection->second.end() ? nullptr : element->second;
}

absl::StatusOr<v1::Decisions> ParseDecisions(absl::string_view yaml, absl::string_view file_name, const Model& model) {
  v1::Decisions decisions;
  SourceMap map;
  Faults faults;
  const Collections known = Collections::Of(model.proto(), SourceMap());
  if (ReadYaml(yaml, decisions, map, faults)) {
    CheckRules(decisions, known, model.proto().as_of(), map, faults);
    CheckMeaning(decisions, map, faults);
  }
  RETURN_IF_ERROR(faults.ToStatus(file_name, "DECISIONS_INVALID"));
  Canonicalise(decisions);
  return decisions;
}

}  // namespace metapowers::model
