#include "service/server/errors.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "google/rpc/error_details.pb.h"
#include "service/base/error.h"
#include "service/base/strings.h"

namespace metapowers::server {
namespace {

constexpr int kRetrySeconds = 1;

// At most `limit` bytes, never ending inside a UTF-8 sequence.
std::string Cut(absl::string_view text, size_t limit) {
  if (text.size() <= limit) return std::string(text);
  size_t end = limit - 3;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0) == 0x80) --end;
  return absl::StrCat(text.substr(0, end), "...");
}

// Proto strings must be UTF-8, whatever the layers below put into a message.
std::string Text(absl::string_view text, size_t limit) {
  return IsUtf8(text) ? Cut(text, limit) : std::string("(text that is not UTF-8)");
}

void AddInfo(const ErrorDetails& details, google::rpc::Status& out) {
  google::rpc::ErrorInfo info;
  info.set_reason(details.reason);
  info.set_domain(kErrorDomain);
  for (const auto& [key, value] : details.metadata) (*info.mutable_metadata())[key] = Text(value, 500);
  out.add_details()->PackFrom(info);
}

// As many violations as fit; the last one then says how many are left out.
void AddViolations(const ErrorDetails& details, google::rpc::Status& out) {
  if (details.violations.empty()) return;
  google::rpc::BadRequest bad;
  size_t left = details.violations.size();
  const size_t budget = kMaxErrorDetailBytes - std::min(kMaxErrorDetailBytes, out.ByteSizeLong() + 400);
  size_t used = 0;
  for (const Violation& violation : details.violations) {
    google::rpc::BadRequest::FieldViolation row;
    const bool both = !violation.location.empty() && !violation.field.empty();
    row.set_field(Text(absl::StrCat(violation.location, both ? ": " : "", violation.field), 300));
    row.set_description(Text(violation.description, 500));
    used += row.ByteSizeLong() + 4;
    if (used > budget) break;
    *bad.add_field_violations() = std::move(row);
    --left;
  }
  if (left > 0) bad.add_field_violations()->set_description(absl::StrCat("and ", left, " more"));
  out.add_details()->PackFrom(bad);
}

void AddNextStep(const absl::Status& status, const ErrorDetails& details, google::rpc::Status& out) {
  if (status.code() == absl::StatusCode::kFailedPrecondition) {
    google::rpc::PreconditionFailure failure;
    google::rpc::PreconditionFailure::Violation& violation = *failure.add_violations();
    violation.set_type(details.reason);
    if (!details.metadata.empty()) violation.set_subject(Text(details.metadata.begin()->second, 200));
    violation.set_description(Text(details.next_step, 400));
    out.add_details()->PackFrom(failure);
  }
  if (!details.next_step.empty()) {
    google::rpc::Help help;
    help.add_links()->set_description(Text(details.next_step, 400));
    out.add_details()->PackFrom(help);
  }
  if (details.reason == "OVERLOADED" || details.reason == "DRAINING" || details.reason == "WATCHES_EXHAUSTED" ||
      details.reason == "WATCH_TOO_SLOW") {
    google::rpc::RetryInfo retry;
    retry.mutable_retry_delay()->set_seconds(kRetrySeconds);
    out.add_details()->PackFrom(retry);
  }
}

// True for what is our own fault, and not for a client to read.
bool IsFault(const absl::Status& status, const ErrorDetails& details) {
  return details.reason.empty() || status.code() == absl::StatusCode::kUnknown ||
         (status.code() == absl::StatusCode::kUnavailable && details.reason != "DRAINING");
}

}  // namespace

grpc::Status ToGrpcStatus(const absl::Status& status, absl::string_view request_id) {
  if (status.ok()) return grpc::Status::OK;
  const ErrorDetails details = DetailsOf(status);
  if (IsFault(status, details)) {
    return ToGrpcStatus(MakeError(absl::StatusCode::kInternal,
                                  absl::StrCat("internal error; the server's log has it under request ", request_id),
                                  {"INTERNAL", {{"request_id", std::string(request_id)}}, {}, ""}),
                        request_id);
  }
  // Both number the codes as google.rpc.Code does.
  const auto code = static_cast<grpc::StatusCode>(status.code());
  google::rpc::Status out;
  out.set_code(code);
  out.set_message(Text(status.message(), kMaxErrorMessageBytes));
  AddInfo(details, out);
  AddNextStep(status, details, out);
  AddViolations(details, out);
  return grpc::Status(code, out.message(), out.SerializeAsString());
}

absl::Status FromGrpcStatus(const grpc::Status& status) {
  const auto code = static_cast<absl::StatusCode>(status.error_code());
  google::rpc::Status parsed;
  ErrorDetails details;
  if (parsed.ParseFromString(status.error_details())) {
    for (const google::protobuf::Any& any : parsed.details()) {
      google::rpc::ErrorInfo info;
      google::rpc::BadRequest bad;
      google::rpc::Help help;
      if (any.UnpackTo(&info) && info.domain() == kErrorDomain) {
        details.reason = info.reason();
        details.metadata = {info.metadata().begin(), info.metadata().end()};
      } else if (any.UnpackTo(&bad)) {
        for (const auto& row : bad.field_violations())
          details.violations.push_back({row.field(), row.description(), ""});
      } else if (any.UnpackTo(&help) && help.links_size() > 0) {
        details.next_step = help.links(0).description();
      }
    }
  }
  if (details.reason.empty()) return absl::Status(code, status.error_message());
  return MakeError(code, status.error_message(), details);
}

absl::Status DrainingError() {
  return MakeError(absl::StatusCode::kUnavailable, "the server is shutting down",
                   {"DRAINING", {}, {}, "try again; another server, or this one after its restart, will answer"});
}

absl::Status OverloadedError() {
  return MakeError(absl::StatusCode::kResourceExhausted, "too many calls wait for this server",
                   {"OVERLOADED", {}, {}, "try again after the time in RetryInfo"});
}

}  // namespace metapowers::server
