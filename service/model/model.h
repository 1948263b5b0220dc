// The system model, parsed, valid and indexed: what every command reads.
#ifndef METAPOWERS_SERVICE_MODEL_MODEL_H_
#define METAPOWERS_SERVICE_MODEL_MODEL_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/civil_time.h"
#include "metapowers/model/v1/decisions.pb.h"
#include "metapowers/model/v1/system_model.pb.h"

namespace metapowers::model {

// Limits of one model file. Larger ones are refused before they are parsed, deeper and longer ones on the way.
inline constexpr size_t kMaxModelBytes = 4 << 20;
inline constexpr int kMaxModelDepth = 64;
// List entries in one file: an entry of two bytes can take a kilobyte of memory.
inline constexpr int kMaxModelEntries = 200'000;

// An attribute that the text of a model marks as assumed (import_mark.h).
struct AssumedAttribute {
  std::string field;       // path, as Question::field
  std::string field_type;  // message and field, as Question::field_type
  std::string value;       // as an answer would have it; empty where no answer can say it
  std::string reason;      // as the mark has it
};

// Immutable; thread-safe.
class Model {
 public:
  Model(const Model&) = delete;
  Model& operator=(const Model&) = delete;

  // Parses and validates. INVALID_ARGUMENT MODEL_INVALID carries every fault as a Violation, in the
  // order of the text, with `file_name:line:col`; nothing is returned then.
  static absl::StatusOr<std::shared_ptr<const Model>> Parse(absl::string_view yaml, absl::string_view file_name);

  // Canonical: every list is sorted (entries with an id by id, others by content) unless its rule says
  // that order means something, so that output never depends on the order in the file.
  const v1::SystemModel& proto() const { return proto_; }

  // The same without what its text marks as assumed (import_mark.h): what a finding may rest on. Names and ids stay, so
  // an element is the same in both; one that is itself assumed is not there. nullptr when nothing is assumed.
  const std::shared_ptr<const Model>& known() const { return known_; }
  // All that the text marks as assumed, in its order; empty where nothing is. Placeholders are among them. Of a known
  // part, what it is without.
  const std::vector<AssumedAttribute>& assumed() const { return assumed_; }

  // `model`, which is valid, with this known part, and with what that is without: of one that is made of another model
  // and of its known part alike.
  static std::shared_ptr<const Model> WithKnown(const Model& model, v1::SystemModel known,
                                                std::vector<AssumedAttribute> assumed);

  // "Today", from `as_of`.
  absl::CivilDay as_of() const { return as_of_; }

  // The element of type T with this id, anywhere in the model; nullptr when there is none.
  // T is a message with the option `collection`, e.g. Find<v1::Team>("payments-team").
  template <class T>
  const T* Find(absl::string_view id) const {
    return static_cast<const T*>(FindIn(*T::descriptor(), id));
  }

 private:
  Model() = default;
  // Of a proto that is valid, or the known part of one.
  static std::shared_ptr<Model> Of(v1::SystemModel proto);
  void SetKnown(v1::SystemModel known, std::vector<AssumedAttribute> assumed);
  void AddToIndex(const google::protobuf::Message& message);
  const google::protobuf::Message* FindIn(const google::protobuf::Descriptor& type, absl::string_view id) const;

  v1::SystemModel proto_;
  absl::CivilDay as_of_;
  // Type and id -> element of proto_.
  absl::flat_hash_map<const google::protobuf::Descriptor*,
                      absl::flat_hash_map<std::string, const google::protobuf::Message*>>
      index_;
  std::shared_ptr<const Model> known_;
  std::vector<AssumedAttribute> assumed_;
};

// What `model` assumes, as `changed` has it: the same model with other values in the same places, such as other ids.
std::vector<AssumedAttribute> AssumedIn(const Model& model, const v1::SystemModel& changed);

// Parses and validates `decisions.yaml`, whose references are looked up in `model`. Canonical like the
// model's proto. INVALID_ARGUMENT DECISIONS_INVALID, with faults as those of Model::Parse().
absl::StatusOr<v1::Decisions> ParseDecisions(absl::string_view yaml, absl::string_view file_name, const Model& model);

// Parses a date that validation has accepted; the epoch for an empty one.
absl::CivilDay ToCivilDay(absl::string_view date);

// `YYYY-MM-DD`.
std::string FormatDate(absl::CivilDay day);

// Whether the organisation may have written its code: a process that is no provider's. Then a silent `custom_code` is
// an open question, else it means no.
bool MayHaveOwnCode(const v1::Component& component);

// Something that the model does not say: a field with an `ask` rule that is unset.
struct Question {
  std::string field;       // path, e.g. "components[ledger-db].encryption_at_rest"
  std::string field_type;  // message and field, e.g. "Component.encryption_at_rest"
  std::string text;        // the question, with element names filled in
  std::string owner;       // team id of the nearest element that has an owner; may be empty
};

// All open questions, sorted by field. Questions that make no sense for an element are left out: backups
// and encryption at rest of a component that keeps nothing, internals of external entities, and the like.
std::vector<Question> OpenQuestions(const Model& model);
// Those on fields that `wanted` takes (message and field, e.g. "Component.tier"): only what can hold one is looked at.
std::vector<Question> OpenQuestions(const Model& model, absl::FunctionRef<bool(absl::string_view)> wanted);

// Team that is asked about the field at this path, as OpenQuestions() finds it; may be empty.
std::string OwnerAt(const Model& model, absl::string_view path);

// Name of an enum value as YAML and documents write it: lower case, without the prefix of its type, e.g.
// TIER_0 -> "tier_0"... the zero value is "unknown".
template <class E>
std::string YamlName(E value);
std::string YamlName(const google::protobuf::EnumValueDescriptor& value);

template <class E>
std::string YamlName(E value) {
  const google::protobuf::EnumValueDescriptor* found =
      google::protobuf::GetEnumDescriptor<E>()->FindValueByNumber(value);
  return found == nullptr ? std::string("unknown") : YamlName(*found);
}

}  // namespace metapowers::model

#endif  // METAPOWERS_SERVICE_MODEL_MODEL_H_
