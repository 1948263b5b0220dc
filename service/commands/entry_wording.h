// How documents write what is known of a way in. Short words only; sentences stand in templates. Pure; thread-safe.
#ifndef METAPOWERS_SERVICE_COMMANDS_ENTRY_WORDING_H_
#define METAPOWERS_SERVICE_COMMANDS_ENTRY_WORDING_H_

#include <string>
#include <vector>

#include "service/analysis/attack_surface.h"
#include "service/analysis/reachability.h"

namespace metapowers::commands {

// "internet", "on site".
std::string ExposureLabel(analysis::EntryExposure exposure);

// What it is for: "administration", "file exchange", "webhook", "people", "device", "service", "operation", "answer",
// or the kind of a way in that no flow describes, e.g. "no flow declared".
std::string KindLabel(const analysis::EntryPoint& entry);

// Id of the component, or of the infrastructure a pipeline deploys to.
std::string TargetOf(const analysis::EntryPoint& entry);

// "client certificate"; for an operation by consumer class, "partner: OAuth 2.0 with PKCE and API key".
std::string AuthenticationLabel(const analysis::EntryPoint& entry);

// On whose rights the target decides: "of the end user", "of the calling service", "not checked".
std::string RightsLabel(model::v1::FlowAuthorization authorization);

// "https 443".
std::string ProtocolLabel(const model::v1::Flow& flow);

// "TLS 1.3 or later", "mutual TLS, TLS 1.2 or later", "clear text", "unknown".
std::string ProtectionLabel(const analysis::EntryPoint& entry);

// "VPN only", "listed only", "any", "unknown".
std::string AddressesLabel(const analysis::EntryPoint& entry);

// "1,000 per minute per partner", "partial at web-app: per address only", "not declared"; "not applicable" where nobody
// sends requests.
std::string RateLabel(const analysis::EntryPoint& entry);

// "card-data (2 steps on, card-db)", strongest first.
std::vector<std::string> BehindLabels(const analysis::EntryPoint& entry);

// "internet 25 + password 12 = 37"; what is unknown is left out.
std::string Derivation(const analysis::SurfaceScore& score);

// "partner-to-edge (OAuth 2.0 with PKCE, gateway)", "device by touch".
std::string StepLabel(const analysis::ReachStep& step);

}  // namespace metapowers::commands

#endif  // METAPOWERS_SERVICE_COMMANDS_ENTRY_WORDING_H_
