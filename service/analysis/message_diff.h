// Two messages of one type, compared field by field. Pure; thread-safe.
#ifndef METAPOWERS_SERVICE_ANALYSIS_MESSAGE_DIFF_H_
#define METAPOWERS_SERVICE_ANALYSIS_MESSAGE_DIFF_H_

#include <string>
#include <vector>

#include "google/protobuf/descriptor.h"
#include "google/protobuf/message.h"
#include "metapowers/v1/result_diff.pb.h"

namespace metapowers::analysis {

// The field that tells entries of this type apart: `key`, or else `id`; nullptr when it has neither as a string.
const google::protobuf::FieldDescriptor* KeyField(const google::protobuf::Descriptor& type);

// The fields with another value, in the order of the schema; values as models and documents write them, on one line.
// Entries of a list are told apart by KeyField(), or else by their first field where that is unique, e.g.
// "posture[mfa].state"; other lists by their content, e.g. "steps[]". Fields whose type is a collection of the model
// (elements with ids of their own), and those that hold positions (`rows_of`), are left out.
std::vector<v1::FieldChange> DiffFields(const google::protobuf::Message& before,
                                        const google::protobuf::Message& after);

}  // namespace metapowers::analysis

#endif  // METAPOWERS_SERVICE_ANALYSIS_MESSAGE_DIFF_H_
