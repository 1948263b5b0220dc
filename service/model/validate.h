// Checks of a message that was read from YAML: first what the rules of its fields ask, then what only
// holds between the fields of this model.
#ifndef METAPOWERS_SERVICE_MODEL_VALIDATE_H_
#define METAPOWERS_SERVICE_MODEL_VALIDATE_H_

#include <map>
#include <string>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/string_view.h"
#include "google/protobuf/message.h"
#include "metapowers/model/v1/decisions.pb.h"
#include "metapowers/model/v1/system_model.pb.h"
#include "service/model/faults.h"

namespace metapowers::model {

// The ids that exist, by collection.
class Collections {
 public:
  // None exist.
  Collections() = default;
  // Of every message in `root`. Collections with an element that could not be read are incomplete.
  static Collections Of(const google::protobuf::Message& root, const SourceMap& map);

  // False only when `id` is certainly not in the collection.
  bool MayContain(const std::string& collection, const std::string& id) const;
  // All known ids, sorted.
  std::vector<std::string> Ids(const std::string& collection) const;

 private:
  struct Collection {
    absl::flat_hash_set<std::string> ids;
    bool incomplete = false;
  };
  void Add(const google::protobuf::Message& message, const SourceMap& map);
  void MarkIncomplete(const google::protobuf::Descriptor& type, int depth);

  std::map<std::string, Collection> collections_;
};

// Checks every (rule) in `root` and that no id is used twice. References are looked up in `known`, which
// must outlive `faults`; dates of the past are compared with `as_of` unless that is no date.
void CheckRules(const google::protobuf::Message& root, const Collections& known, absl::string_view as_of,
                const SourceMap& map, Faults& faults);

// Checks that need more than one field: cycles, segregation of duties, contradictions.
void CheckMeaning(const v1::SystemModel& model, const SourceMap& map, Faults& faults);
void CheckMeaning(const v1::Decisions& decisions, const SourceMap& map, Faults& faults);

}  // namespace metapowers::model

#endif  // METAPOWERS_SERVICE_MODEL_VALIDATE_H_
