// What answers settle besides their own fields: assumptions and placeholders that an import left. Internal to model/.
#ifndef METAPOWERS_SERVICE_MODEL_SETTLED_H_
#define METAPOWERS_SERVICE_MODEL_SETTLED_H_

#include <deque>
#include <memory>
#include <vector>

#include "google/protobuf/message.h"
#include "metapowers/model/v1/system_model.pb.h"
#include "service/model/text_edit.h"

namespace metapowers::model {

// Writes the edit into a message as EditText() does into its text; the message must not be what the edit takes from.
void ApplyEdit(const TextEdit& edit, google::protobuf::Message& message);

// Adds to the edits of answers, none of which takes anything out, those that follow from them, by what they make of
// `standing`:
// - an assumption of an import whose subject is answered goes, or names the elements that are left;
// - a placeholder goes that nothing refers to any more and that has a namesake of people's beside it;
// - what named the placeholder of the accountable team names the team that takes its place, as an assumption.
// `made` keeps what they take values from.
void Settle(const v1::SystemModel& standing, std::vector<TextEdit>& edits,
            std::deque<std::unique_ptr<google::protobuf::Message>>& made);

}  // namespace metapowers::model

#endif  // METAPOWERS_SERVICE_MODEL_SETTLED_H_
