#include "service/commands/entry_wording.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "service/commands/naming.h"
#include "service/commands/wording.h"

namespace metapowers::commands {

using analysis::EntryPoint;
using Kind = EntryPoint::Kind;

namespace {

template <class Methods>
std::string MethodLabels(const Methods& methods) {
  std::vector<std::string> labels;
  for (const auto method : methods) labels.push_back(Label(static_cast<model::v1::FlowAuthentication>(method)));
  return List(labels);
}

// How the server of a connection that we open proves itself.
std::string ServerProof(model::v1::TransportSecurity transport) {
  switch (transport) {
    case model::v1::TRANSPORT_SECURITY_UNSPECIFIED:
      return "unknown";
    case model::v1::TRANSPORT_SECURITY_NONE:
      return "none";
    case model::v1::TRANSPORT_SECURITY_SSH:
      return "host key of the server";
    case model::v1::TRANSPORT_SECURITY_IPSEC:
      return "IPsec peer";
    default:
      return "server certificate";
  }
}

}  // namespace

std::string ExposureLabel(analysis::EntryExposure exposure) { return knowledge::Word(analysis::NameOf(exposure)); }

std::string KindLabel(const EntryPoint& entry) {
  switch (entry.kind) {
    case Kind::kFlow:
      if (entry.administrative) return "administration";
      if (entry.file_exchange) return "file exchange";
      if (entry.webhook) return "webhook";
      if (entry.source->component->machine() == model::v1::MACHINE_DEVICE) return "device";
      return analysis::IsExternal(*entry.source->component) && entry.source->component->used_by_human() ? "people"
                                                                                                        : "service";
    case Kind::kPull:
      return entry.file_exchange ? "file exchange" : "answer";
    case Kind::kEndpoint:
      return entry.webhook ? "webhook" : "operation";
    case Kind::kOpen:
      return "declared internet-facing";
    case Kind::kInterface:
      return entry.administrative ? "administration without a flow" : "people without a flow";
    case Kind::kDevice:
      return "device by touch";
    case Kind::kDeployment:
      return "deployment";
  }
  return "";
}

std::string TargetOf(const EntryPoint& entry) {
  return entry.target == nullptr ? entry.infrastructure->id() : entry.target->component->id();
}

std::string AuthenticationLabel(const EntryPoint& entry) {
  if (entry.kind == Kind::kPull) return ServerProof(entry.transport);
  if (entry.kind == Kind::kDeployment) {
    return absl::StrCat("approval: ", Label(entry.pipeline->approval_required()),
                        ", signature: ", Label(entry.pipeline->signed_artifacts()));
  }
  if (entry.authenticated == model::v1::TRISTATE_UNSPECIFIED) return "unknown";
  if (entry.kind != Kind::kEndpoint || entry.authenticated == model::v1::TRISTATE_NO) {
    return MethodLabels(entry.authentication);
  }
  std::vector<std::string> classes;
  for (const model::v1::ConsumerClass* consumer : entry.rate.consumers) {
    const std::string methods = MethodLabels(consumer->authentication());
    classes.push_back(absl::StrCat(consumer->name(), ": ", methods.empty() ? "method not declared" : methods));
  }
  return classes.empty() ? "required, method not declared" : absl::StrJoin(classes, "; ");
}

std::string RightsLabel(model::v1::FlowAuthorization authorization) {
  switch (authorization) {
    case model::v1::FLOW_AUTHORIZATION_NONE:
      return "not checked";
    case model::v1::FLOW_AUTHORIZATION_TECHNICAL_USER:
      return "of the calling service";
    case model::v1::FLOW_AUTHORIZATION_END_USER_PROPAGATED:
      return "of the end user";
    default:
      return "unknown";
  }
}

std::string ProtocolLabel(const model::v1::Flow& flow) {
  const std::string protocol = flow.protocol().empty() ? "unknown" : flow.protocol();
  return flow.has_port() ? absl::StrCat(protocol, " ", flow.port()) : protocol;
}

std::string ProtectionLabel(const EntryPoint& entry) {
  if (entry.transport == model::v1::TRANSPORT_SECURITY_NONE) return entry.vpn ? "VPN" : "clear text";
  const std::string label = Label(entry.transport);
  if (entry.transport == model::v1::TRANSPORT_SECURITY_TLS) {
    return entry.min_tls == 0 ? "TLS, version unknown" : absl::StrCat(Label(entry.min_tls), " or later");
  }
  return entry.min_tls == 0 ? label : absl::StrCat(label, ", ", Label(entry.min_tls), " or later");
}

std::string AddressesLabel(const EntryPoint& entry) {
  if (entry.vpn) return "VPN only";
  if (entry.ip_filtered == model::v1::TRISTATE_YES) return "listed only";
  return entry.ip_filtered == model::v1::TRISTATE_NO ? "any" : "unknown";
}

std::string RateLabel(const EntryPoint& entry) {
  if (entry.kind == Kind::kDevice || entry.kind == Kind::kDeployment) return "not applicable";
  std::vector<std::string> limits;
  bool complete = true;
  for (const model::v1::ConsumerClass* consumer : entry.rate.consumers) {
    complete &= consumer->has_requests_per_minute();
    limits.push_back(consumer->has_requests_per_minute()
                         ? absl::StrCat(Thousands(consumer->requests_per_minute()), " per minute ",
                                        consumer->limit_scope().empty() ? absl::StrCat("per ", consumer->name())
                                                                        : consumer->limit_scope())
                         : absl::StrCat("no number for ", consumer->name()));
  }
  if (entry.rate.state != model::v1::POSTURE_STATE_UNSPECIFIED && (limits.empty() || !complete)) {
    limits.push_back(absl::StrCat(Label(entry.rate.state), " at ", entry.rate.declared_at,
                                  entry.rate.evidence.empty() ? "" : ": ", entry.rate.evidence));
  }
  return limits.empty() ? "not declared" : absl::StrJoin(limits, "; ");
}

std::vector<std::string> BehindLabels(const EntryPoint& entry) {
  std::vector<std::string> labels;
  for (const analysis::DataBehind& behind : entry.behind) {
    const std::string& data = behind.data->id();
    if (behind.holder == nullptr) {
      labels.push_back(absl::StrCat(data, " (on it)"));
    } else if (behind.hops == 0) {
      labels.push_back(absl::StrCat(data, " (at ", behind.holder->component->id(), ")"));
    } else {
      labels.push_back(
          absl::StrCat(data, " (", Count(behind.hops, "step", "steps"), " on, ", behind.holder->component->id(), ")"));
    }
  }
  return labels;
}

std::string Derivation(const analysis::SurfaceScore& score) {
  std::vector<std::string> terms;
  for (const analysis::ScoreTerm& term : score.terms) {
    if (!term.open) terms.push_back(absl::StrCat(term.label, " ", term.points));
  }
  return absl::StrCat(absl::StrJoin(terms, " + "), " = ", score.points);
}

std::string StepLabel(const analysis::ReachStep& step) {
  if (step.flow == nullptr) return absl::StrCat(step.to->component->id(), " by touch");
  std::vector<std::string> guards;
  if (step.pulled) guards.push_back("answer taken in");
  if (step.authentication != 0 || !step.pulled) {
    guards.push_back(step.authentication == model::v1::FLOW_AUTHENTICATION_NONE ? "no authentication"
                     : step.authentication == 0                                 ? "authentication unknown"
                                                                                : Label(step.authentication));
  }
  if (step.gateway) guards.push_back(analysis::IsGateway(*step.to->component) ? "gateway" : "bastion");
  return absl::StrCat(step.flow->id(), " (", absl::StrJoin(guards, "; "), ")");
}

}  // namespace metapowers::commands
