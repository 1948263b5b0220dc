// Reads JSON that nobody vouches for into a small tree: bounded in depth and number of values, and without the
// members that no format here reads, so that a large file takes little memory. No exceptions leave it.
#ifndef METAPOWERS_SERVICE_EVIDENCE_JSON_H_
#define METAPOWERS_SERVICE_EVIDENCE_JSON_H_

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"

namespace metapowers::evidence {

class Value {
 public:
  enum class Kind { kNull, kBool, kNumber, kString, kArray, kObject };

  Kind kind = Kind::kNull;
  double number = 0;  // of a number; 1 for true
  std::string text;   // of a string
  // Of an array, its elements; of an object, the values of its members, whose names stand in `keys`.
  std::vector<Value> items;
  std::vector<std::string> keys;

  // The member; nullptr when it is absent or this is no object.
  const Value* Find(absl::string_view key) const;
  // The text of a string member; "" when it is absent or something else.
  absl::string_view Text(absl::string_view key) const;
  // The number of a member, also of one that writes it as a string; `otherwise` when it is neither.
  double Number(absl::string_view key, double otherwise) const;
  // The elements of an array member; none when it is absent or something else.
  const std::vector<Value>& List(absl::string_view key) const;
  bool is_object() const { return kind == Kind::kObject; }
};

// Where and why a text cannot be read.
struct JsonFault {
  std::string place;  // JSON path of the value it is in, or "byte 17"
  std::string cause;  // empty when the text was read
  std::string mend;
};

// Which members are kept: those of these names, and all members of objects that are the value of a name in `maps`.
struct Wanted {
  const std::vector<absl::string_view>& names;  // sorted
  const std::vector<absl::string_view>& maps;   // sorted
};

// The tree, or the fault. A member that an object has twice is a fault, since readers differ on which one counts.
std::pair<Value, JsonFault> ReadJson(absl::string_view text, const Wanted& wanted);

}  // namespace metapowers::evidence

#endif  // METAPOWERS_SERVICE_EVIDENCE_JSON_H_
