// One order for what has no order.
#ifndef METAPOWERS_SERVICE_MODEL_CANONICAL_H_
#define METAPOWERS_SERVICE_MODEL_CANONICAL_H_

#include "google/protobuf/message.h"

namespace metapowers::model {

// A total order of messages of one type: by id where there is one, then field by field in the order of
// their numbers, text by bytes, numbers and enums by value, unset first. Negative, zero (equal) or positive.
int Compare(const google::protobuf::Message& a, const google::protobuf::Message& b);

// Sorts every list in `message`, at any depth, whose rule is not `ordered`: messages by Compare(), values
// by value, with equal values kept once. Texts that list the same things in different order become equal.
void Canonicalise(google::protobuf::Message& message);

}  // namespace metapowers::model

#endif  // METAPOWERS_SERVICE_MODEL_CANONICAL_H_
