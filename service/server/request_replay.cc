#include "service/server/request_replay.h"

#include <memory>

#include "absl/strings/ascii.h"
#include "absl/strings/cord.h"
#include "absl/strings/str_cat.h"
#include "service/base/digest.h"
#include "service/base/error.h"
#include "service/base/status_macros.h"

namespace metapowers::server {

std::string CallFingerprint(absl::string_view what, const google::protobuf::Message& request) {
  const auto* field = request.GetDescriptor()->FindFieldByName("request_id");
  const google::protobuf::Reflection& reflection = *request.GetReflection();
  const std::string given = field == nullptr ? "" : reflection.GetString(request, field);
  const std::string id = absl::AsciiStrToLower(given);
  std::string text = absl::StrCat(what, "\n");
  // A request can be large: it is copied for an id in capitals alone.
  if (id == given) {
    request.AppendToString(&text);
    return Sha256Hex(text);
  }
  const std::unique_ptr<google::protobuf::Message> same(request.New());
  same->CopyFrom(request);
  reflection.SetString(same.get(), field, id);
  same->AppendToString(&text);
  return Sha256Hex(text);
}

absl::StatusOr<std::optional<std::string>> FindAnswer(workspace::Engine& engine, absl::string_view uid,
                                                      absl::string_view request_id, absl::string_view fingerprint) {
  if (request_id.empty()) return std::nullopt;
  ASSIGN_OR_RETURN(std::optional<workspace::RequestRecord> record, engine.FindRequest(uid, request_id));
  if (!record.has_value()) return std::nullopt;
  if (record->fingerprint != fingerprint) {
    return MakeError(absl::StatusCode::kInvalidArgument,
                     absl::StrCat("request_id ", request_id, " was used for another call in the last 24 hours"),
                     {"REQUEST_ID_REUSED",
                      {{"request_id", std::string(request_id)}},
                      {},
                      "give each call an id of its own, and repeat a call without changing it"});
  }
  if (record->answer.empty()) {
    return MakeError(absl::StatusCode::kAlreadyExists,
                     absl::StrCat("the call with request_id ", request_id, " was done, and its answer is kept no more"),
                     {"ANSWER_DROPPED",
                      {{"request_id", std::string(request_id)}},
                      {},
                      "metapowers log shows the commits that name it"});
  }
  return std::move(record->answer);
}

absl::Status ReadAnswer(absl::string_view kept, absl::string_view request_id, google::protobuf::Message& answer) {
  if (answer.ParseFromArray(kept.data(), static_cast<int>(kept.size()))) return absl::OkStatus();
  return MakeError(absl::StatusCode::kDataLoss, "the answer kept for this request_id is damaged",
                   {"STORAGE_CORRUPT", {{"request_id", std::string(request_id)}}, {}, "call again with another id"});
}

void KeepFailure(const absl::Status& status, journal::v1::RunFailure& failure) {
  failure.set_code(static_cast<int>(status.code()));
  failure.set_message(std::string(status.message()));
  status.ForEachPayload([&](absl::string_view url, const absl::Cord& payload) {
    (*failure.mutable_payloads())[std::string(url)] = std::string(payload);
  });
}

absl::Status FailureOf(const journal::v1::RunFailure& failure) {
  absl::Status status(static_cast<absl::StatusCode>(failure.code()), failure.message());
  for (const auto& [url, payload] : failure.payloads()) status.SetPayload(url, absl::Cord(payload));
  return status;
}

}  // namespace metapowers::server
