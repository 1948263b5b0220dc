// What two models differ in, by meaning. The one place that says it: sentences of commits, `model diff` and merges are
// made of this.
#ifndef METAPOWERS_SERVICE_MODEL_DIFFERENCE_H_
#define METAPOWERS_SERVICE_MODEL_DIFFERENCE_H_

#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/string_view.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/message.h"

namespace metapowers::model {

// One field, or one whole entry of a list, that differs.
struct Difference {
  enum class Kind { kAdded, kRemoved, kChanged };
  // A part of the path: a field, and of a list what names the entry.
  struct Step {
    const google::protobuf::FieldDescriptor* field = nullptr;
    std::string key;     // id, or else the values that tell the entries of the list apart; may be empty
    bool entry = false;  // an entry of a list of messages, not the field as a whole
  };

  std::string path;  // `components[web].replicas`; `components[web]` of an entry; `contacts[]` of one without a key
  Kind kind = Kind::kChanged;
  std::string before;  // as YAML on one line; empty when it was not set
  std::string after;   // likewise
  std::vector<Step> steps;
  // The entry itself, or the message that holds the field; nullptr where there is none. Parts of what was compared.
  const google::protobuf::Message* in_before = nullptr;
  const google::protobuf::Message* in_after = nullptr;
};

// The differences of two messages of one type, sorted by path. Order of entries counts only where the field's rule says
// so. Entries are the same when they have the same id, or, in lists without ids, the same value of a required field,
// the first field or both, where that tells them apart in both messages; else only equal entries are the same. A part
// (a message that is no list) is told field by field, also where only one side has it. Linear but for sorting. Pure;
// thread-safe.
std::vector<Difference> Differences(const google::protobuf::Message& before, const google::protobuf::Message& after);

// Finds entries of lists, each of which is indexed once: messages must stay where and as they are. For one thread.
class EntryFinder {
 public:
  // Position of the entry of a list of messages that a step with this key leads to; -1 when there is none, or no single
  // one. An entry that was renamed is found by its earlier ids too.
  int Find(const google::protobuf::Message& holder, const google::protobuf::FieldDescriptor& list,
           absl::string_view key);

 private:
  using Positions = absl::flat_hash_map<std::string, int>;
  absl::flat_hash_map<std::pair<const google::protobuf::Message*, const google::protobuf::FieldDescriptor*>, Positions>
      lists_;
};

// Whether two messages of one type say the same, their entries in the same order.
bool IsSame(const google::protobuf::Message& before, const google::protobuf::Message& after);

// "data class" for DataClass.
std::string TypeWords(absl::string_view type);

// The difference in words, without a full stop: `component web: replicas 1 → 3`, `flow web-db is new`,
// `component web: technology: added go; removed java`. Long values are cut.
std::string InWords(const Difference& difference);

}  // namespace metapowers::model

#endif  // METAPOWERS_SERVICE_MODEL_DIFFERENCE_H_
