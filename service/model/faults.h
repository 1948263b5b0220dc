// Faults of a text and the places that they point at.
#ifndef METAPOWERS_SERVICE_MODEL_FAULTS_H_
#define METAPOWERS_SERVICE_MODEL_FAULTS_H_

#include <functional>
#include <string>
#include <tuple>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/message.h"

namespace metapowers::model {

// Faults that one error lists; the rest is counted.
inline constexpr size_t kMaxFaults = 100;

// Line and column, from 1; a column is one code point.
struct Position {
  int line = 1;
  int column = 1;

  bool operator==(const Position&) const = default;
  auto operator<=>(const Position&) const = default;
};

// `text` in single quotes, on one line and cut to a readable length: for messages about hostile input.
std::string Quote(absl::string_view text);

// Collects faults and reports the first kMaxFaults in the order of the text. Memory stays bounded
// whatever the input. Not thread-safe.
class Faults {
 public:
  // Text to end a message with, such as a suggestion. It is made only for faults that are reported, since
  // the search for a near word may be long; what it refers to must live until ToStatus().
  using Hint = std::function<std::string()>;

  void Add(Position at, absl::string_view path, absl::string_view what, Hint hint = nullptr);
  // Adds those of another part of the same text.
  void Add(Faults other);

  bool empty() const { return total_ == 0; }
  // True when a fault that comes later in the text than all before would not be listed.
  bool full() const { return total_ >= kMaxFaults; }

  // OK without faults, else INVALID_ARGUMENT `reason` with a Violation for each and `errors`, their
  // number, in the metadata.
  absl::Status ToStatus(absl::string_view file_name, absl::string_view reason = "MODEL_INVALID") const;

 private:
  struct Fault {
    Position at;
    std::string path;
    std::string what;
    Hint hint;
  };
  static void SortAndCut(std::vector<Fault>& faults);

  std::vector<Fault> faults_;
  size_t total_ = 0;
};

// Where each value of a message stands in the text that it was read from. Keyed by address: valid while
// the message and its parts neither move nor change.
class SourceMap {
 public:
  // `path` is the message's own, "" for the root.
  void SetMessage(const google::protobuf::Message& message, Position at, std::string path);
  // `index` is -1 for a field as a whole.
  void SetField(const google::protobuf::Message& message, const google::protobuf::FieldDescriptor& field, int index,
                Position at);
  // Tells that a value was reported already: nothing more should be said about it.
  void SetFaulty(const google::protobuf::Message& message, const google::protobuf::FieldDescriptor& field,
                 int index = -1);

  // The nearest known position: of the value, else of its field, else of its message.
  Position At(const google::protobuf::Message& message, const google::protobuf::FieldDescriptor* field = nullptr,
              int index = -1) const;
  // Path such as `components[3].zone`.
  std::string Path(const google::protobuf::Message& message, const google::protobuf::FieldDescriptor* field = nullptr,
                   int index = -1) const;
  bool IsFaulty(const google::protobuf::Message& message, const google::protobuf::FieldDescriptor& field,
                int index = -1) const;

 private:
  struct Place {
    Position at;
    bool known = false;
    bool faulty = false;
  };
  // Message, field number (0: the message itself), index.
  using Key = std::tuple<const google::protobuf::Message*, int, int>;

  absl::flat_hash_map<Key, Place> places_;
  absl::flat_hash_map<const google::protobuf::Message*, std::string> paths_;
};

// `path` with a field and, unless -1, an index appended.
std::string AppendPath(absl::string_view path, absl::string_view field, int index = -1);

}  // namespace metapowers::model

#endif  // METAPOWERS_SERVICE_MODEL_FAULTS_H_
