// Makes a draft complete, openly: what a model requires and no file says is filled in by a placeholder that nothing
// refers to, and by an assumption with an owner and an end date that tells of it.
#ifndef METAPOWERS_SERVICE_IMPORTERS_COMPLETION_H_
#define METAPOWERS_SERVICE_IMPORTERS_COMPLETION_H_

#include <map>
#include <set>
#include <string>

#include "absl/strings/string_view.h"
#include "google/protobuf/message.h"
#include "metapowers/model/v1/system_model.pb.h"
#include "service/importers/inventory.h"

namespace metapowers::importers {

// Days that an assumption of an import may stand unconfirmed.
inline constexpr int kAssumptionDays = 90;

// Not thread-safe.
class Completion {
 public:
  // `source` as sentences name what the model is drafted from, e.g. `model.yaml` or `the set of 3 imported files`.
  Completion(model::v1::SystemModel& model, std::string source) : model_(model), source_(std::move(source)) {}

  // Adds an assumption. Its owner and end date are filled in by Finish().
  void Assume(absl::string_view id, std::string statement, const std::set<std::string>& components = {});

  // Adds an assumption for each attribute of elements that `bases`, by path, draw from a convention, with the
  // components that have it.
  void AssumeDrawn(const std::map<std::string, Basis>& bases);

  // Id of the team that stands for those that no file names; added when it is asked for first.
  std::string PlaceholderTeam();

  // Fills in what elements require and do not have: owners, names, kinds.
  void CompleteElements();
  // Fills in what the model requires beside components: name, description, date, organisation, owner, regions, roles,
  // data classes and zones. `today` is for a model without date.
  void CompleteModel(const std::string& today);
  // Gives the assumptions their owner and end date.
  void Finish();

 private:
  void CompleteHead(const std::string& today);
  void CompleteOwner();
  void CompleteElement(google::protobuf::Message& element, const std::string& id);
  bool FillIn(google::protobuf::Message& message, const google::protobuf::FieldDescriptor& field);

  model::v1::SystemModel& model_;
  const std::string source_;
  std::string placeholder_;                            // id of the placeholder team; empty while there is none
  std::map<std::string, std::set<std::string>> fill_;  // `Component.kind`, say -> ids of elements that got one
};

}  // namespace metapowers::importers

#endif  // METAPOWERS_SERVICE_IMPORTERS_COMPLETION_H_
