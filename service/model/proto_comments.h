// The comments of the model's protos, at run time.
#ifndef METAPOWERS_SERVICE_MODEL_PROTO_COMMENTS_H_
#define METAPOWERS_SERVICE_MODEL_PROTO_COMMENTS_H_

#include <string>

namespace metapowers::model {

// The comment of a message, field, enum or value of metapowers.model.v1, on one line; "" when there is none.
// Thread-safe.
const std::string& ProtoComment(const std::string& full_name);

}  // namespace metapowers::model

#endif  // METAPOWERS_SERVICE_MODEL_PROTO_COMMENTS_H_
