#include "service/commands/api_wording.h"

#include "absl/strings/str_cat.h"

namespace metapowers::commands {

using analysis::ApiRiskState;
using analysis::CallerProof;
using analysis::TransportState;

std::string OperationLabel(const model::v1::Endpoint& endpoint) {
  return absl::StrCat(endpoint.method(), endpoint.method().empty() ? "" : " ", endpoint.path());
}

std::string LimitScope(const model::v1::ConsumerClass& consumer) {
  return consumer.limit_scope().empty() ? absl::StrCat("per ", consumer.name()) : consumer.limit_scope();
}

std::string StateLabel(ApiRiskState state) {
  switch (state) {
    case ApiRiskState::kOpen:
      return "open";
    case ApiRiskState::kGap:
      return "gap";
    case ApiRiskState::kUnknown:
      return "not known";
    case ApiRiskState::kInPlace:
      return "in place";
  }
  return "";
}

std::string ProofLabel(CallerProof proof) {
  switch (proof) {
    case CallerProof::kNone:
      return "no identity";
    case CallerProof::kUnknown:
      return "not known";
    case CallerProof::kEnough:
      return "enough";
    case CallerProof::kWeak:
      return "too weak";
  }
  return "";
}

std::string TransportLabel(TransportState state) {
  switch (state) {
    case TransportState::kClear:
      return "clear text";
    case TransportState::kInVpn:
      return "inside a VPN";
    case TransportState::kOtherwise:
      return "no TLS: protected otherwise";
    case TransportState::kUnknown:
      return "not known";
    case TransportState::kNoFloor:
      return "no floor to meet";
    case TransportState::kBelowFloor:
      return "below the floor";
    case TransportState::kMeetsFloor:
      return "meets the floor";
  }
  return "";
}

std::string SizeLabel(int64_t bytes) {
  const std::string exact = absl::StrCat(bytes, " bytes");
  if (bytes >= 1 << 20 && bytes % (1 << 20) == 0) return absl::StrCat(bytes >> 20, " MB (", exact, ")");
  if (bytes >= 1 << 10 && bytes % (1 << 10) == 0) return absl::StrCat(bytes >> 10, " KB (", exact, ")");
  return exact;
}

}  // namespace metapowers::commands
