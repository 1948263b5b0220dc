#include "service/server/result_lists.h"

namespace metapowers::server {
namespace {

// Copies the list `name` of messages of `to`'s type; false when the result has no such list.
template <class Entry>
bool CopyList(const google::protobuf::Message& result, const char* name,
              google::protobuf::RepeatedPtrField<Entry>& to) {
  const auto* field = result.GetDescriptor()->FindFieldByName(name);
  if (field == nullptr || field->message_type() != Entry::descriptor() || !field->is_repeated()) return false;
  const google::protobuf::Reflection& reflection = *result.GetReflection();
  for (int i = 0; i < reflection.FieldSize(result, field); ++i) {
    to.Add()->CopyFrom(reflection.GetRepeatedMessage(result, field, i));
  }
  return true;
}

}  // namespace

void CopyLists(const google::protobuf::Message& result, v1::CommandOutcome& outcome) {
  CopyList(result, "questions", *outcome.mutable_questions());
  outcome.set_reports_findings(CopyList(result, "open_findings", *outcome.mutable_open_findings()));
}

}  // namespace metapowers::server
