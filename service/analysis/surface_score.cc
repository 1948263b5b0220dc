#include "service/analysis/surface_score.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "service/analysis/terms.h"
#include "service/knowledge/rules.h"

namespace metapowers::analysis {

namespace {

using knowledge::v1::SurfaceTerm;
using Kind = EntryPoint::Kind;

constexpr const char* kUnknown = "unknown";

bool UsesTls(model::v1::TransportSecurity transport) {
  return transport == model::v1::TRANSPORT_SECURITY_TLS || transport == model::v1::TRANSPORT_SECURITY_MTLS ||
         transport == model::v1::TRANSPORT_SECURITY_MESH_MTLS;
}

bool IsPublic(const EntryPoint& entry) {
  return entry.kind == Kind::kEndpoint && entry.authenticated == model::v1::TRISTATE_NO &&
         !entry.endpoint->unauthenticated_reason().empty() && !entry.endpoint->state_changing() &&
         std::all_of(entry.data.begin(), entry.data.end(),
                     [](const model::v1::DataClass* data) { return StakeOf(*data) < 3; });
}

// Whether a deployment is approved and signed.
std::string VerificationOf(const model::v1::Pipeline& pipeline) {
  const auto has = [&pipeline](model::v1::Tristate value) {
    return pipeline.approval_required() == value || pipeline.signed_artifacts() == value;
  };
  if (has(model::v1::TRISTATE_NO)) return "unverified_push";
  return has(model::v1::TRISTATE_UNSPECIFIED) ? kUnknown : "verified_push";
}

std::string AuthenticationOf(const EntryPoint& entry) {
  if (entry.kind == Kind::kDeployment) return VerificationOf(*entry.pipeline);
  if (IsPublic(entry)) return "public";
  if (entry.kind == Kind::kPull) {
    const bool clear = entry.transport == model::v1::TRANSPORT_SECURITY_NONE && !entry.vpn;
    return clear ? "unverified_answer" : "verified_answer";
  }
  std::string best = kUnknown;
  int points = 101;
  for (const model::v1::FlowAuthentication method : entry.authentication) {
    const std::string name = model::YamlName(method);
    const int own = knowledge::SurfacePointsOf(knowledge::v1::SURFACE_TERM_AUTHENTICATION, name).points();
    if (own >= points) continue;
    points = own;
    best = name;
  }
  return best;
}

std::string FilteringOf(const EntryPoint& entry) {
  if (entry.kind == Kind::kDevice || entry.kind == Kind::kDeployment) return "";
  if (entry.kind == Kind::kPull) return "own";
  if (entry.vpn) return "vpn";
  if (entry.ip_filtered == model::v1::TRISTATE_YES) return "listed";
  if (entry.guarded) return "gateway";
  return entry.ip_filtered == model::v1::TRISTATE_NO ? "none" : kUnknown;
}

std::string RateOf(const EntryPoint& entry) {
  const bool asks = entry.kind == Kind::kFlow || entry.kind == Kind::kEndpoint || entry.kind == Kind::kOpen;
  const bool listed = !entry.arrivals.empty() && (entry.vpn || entry.ip_filtered == model::v1::TRISTATE_YES);
  if (!asks || listed || !IsOutside(entry.exposure)) return "";
  if (entry.rate.state != model::v1::POSTURE_STATE_UNSPECIFIED) return model::YamlName(entry.rate.state);
  return entry.exposure == EntryExposure::kInternet ? kUnknown : "";
}

std::string TransportOf(const Facts& facts, const EntryPoint& entry) {
  if (entry.arrivals.empty()) return "";
  if (entry.transport == model::v1::TRANSPORT_SECURITY_NONE) return entry.vpn ? "protected" : "none";
  if (entry.transport == model::v1::TRANSPORT_SECURITY_UNSPECIFIED) return kUnknown;
  return BelowTlsFloor(facts, entry) ? "below_floor" : "protected";
}

std::vector<std::string> RequestsOf(const EntryPoint& entry) {
  std::vector<std::string> values;
  if (entry.kind != Kind::kEndpoint) return values;
  if (entry.api->schema_validation() == model::v1::TRISTATE_NO) values.push_back("not_validated");
  if (entry.api->schema_validation() == model::v1::TRISTATE_UNSPECIFIED) values.push_back(kUnknown);
  if (entry.api->cors() == model::v1::CORS_POLICY_ANY) values.push_back("any_origin");
  return values;
}

int PointsOf(const DataBehind& behind) {
  if (behind.data == nullptr) return 0;
  const int full =
      knowledge::SurfacePointsOf(knowledge::v1::SURFACE_TERM_DATA, absl::StrCat(StakeOf(*behind.data))).points();
  return std::max(0, full - behind.hops * knowledge::SurfaceRules().points_per_hop());
}

std::string DataLabel(const DataBehind& behind) {
  if (behind.holder == nullptr) return behind.data->id();
  const std::string where = absl::StrCat(behind.data->id(), " at ", behind.holder->component->id());
  if (behind.hops == 0) return where;
  return absl::StrCat(where, ", ", behind.hops, behind.hops == 1 ? " step on" : " steps on");
}

class Sum {
 public:
  void Add(SurfaceTerm term, absl::string_view value) {
    if (value.empty()) return;
    const knowledge::v1::SurfacePoints& row = knowledge::SurfacePointsOf(term, value);
    AddPoints(term, row.label(), row.points(), value == kUnknown);
  }

  void AddPoints(SurfaceTerm term, const std::string& label, int points, bool open) {
    if (points == 0) return;
    score_.terms.push_back({term, label, points, open});
    (open ? score_.open : score_.points) += points;
  }

  SurfaceScore Finish() && {
    for (const knowledge::v1::SurfaceBand& band : knowledge::SurfaceRules().bands()) {
      if (score_.points < band.from()) continue;
      score_.band = band.severity();
      break;
    }
    return std::move(score_);
  }

 private:
  SurfaceScore score_;
};

}  // namespace

std::string NameOf(EntryExposure exposure) {
  switch (exposure) {
    case EntryExposure::kInternet:
      return "internet";
    case EntryExposure::kPartner:
      return "partner";
    case EntryExposure::kSupplier:
      return "supplier";
    case EntryExposure::kUnknown:
      return kUnknown;
    case EntryExposure::kInside:
      return "inside";
    case EntryExposure::kOnSite:
      return "on_site";
  }
  return "";
}

bool BelowTlsFloor(const Facts& facts, const EntryPoint& entry) {
  const model::v1::TlsVersion floor = facts.model().proto().policy_parameters().min_tls();
  return std::any_of(entry.arrivals.begin(), entry.arrivals.end(), [&](const model::v1::Flow* flow) {
    return UsesTls(flow->transport_security()) && flow->min_tls() != model::v1::TLS_VERSION_UNSPECIFIED &&
           flow->min_tls() < floor;
  });
}

const EndOfLifeFact* UnsupportedAt(const Facts& facts, const EntryPoint& entry) {
  const auto past = [&facts](absl::string_view id) -> const EndOfLifeFact* {
    const std::vector<EndOfLifeFact>& all = facts.end_of_life();
    const auto at = std::lower_bound(all.begin(), all.end(), id,
                                     [](const EndOfLifeFact& fact, absl::string_view key) { return fact.id < key; });
    return at == all.end() || at->id != id || at->days_left >= 0 ? nullptr : &*at;
  };
  if (entry.target == nullptr) return past(entry.infrastructure->id());
  const EndOfLifeFact* own = past(entry.target->component->id());
  return own != nullptr ? own : past(entry.target->component->runs_on());
}

SurfaceInputs InputsOf(const Facts& facts, const EntryPoint& entry) {
  SurfaceInputs inputs;
  inputs.exposure = entry.exposure;
  inputs.authentication = AuthenticationOf(entry);
  inputs.filtering = FilteringOf(entry);
  inputs.rate = RateOf(entry);
  inputs.transport = TransportOf(facts, entry);
  inputs.requests = RequestsOf(entry);
  inputs.unsupported = UnsupportedAt(facts, entry) != nullptr;
  for (const DataBehind& behind : entry.behind) {
    if (PointsOf(behind) > PointsOf(inputs.data)) inputs.data = behind;
  }
  return inputs;
}

SurfaceScore ScoreOf(const SurfaceInputs& inputs) {
  Sum sum;
  sum.Add(knowledge::v1::SURFACE_TERM_ORIGIN, NameOf(inputs.exposure));
  sum.Add(knowledge::v1::SURFACE_TERM_AUTHENTICATION, inputs.authentication);
  sum.Add(knowledge::v1::SURFACE_TERM_FILTERING, inputs.filtering);
  sum.Add(knowledge::v1::SURFACE_TERM_RATE, inputs.rate);
  sum.Add(knowledge::v1::SURFACE_TERM_TRANSPORT, inputs.transport);
  for (const std::string& value : inputs.requests) sum.Add(knowledge::v1::SURFACE_TERM_REQUESTS, value);
  if (inputs.unsupported) sum.Add(knowledge::v1::SURFACE_TERM_PLATFORM, "unsupported");
  if (inputs.data.data != nullptr) {
    sum.AddPoints(knowledge::v1::SURFACE_TERM_DATA, DataLabel(inputs.data), PointsOf(inputs.data), false);
  }
  return std::move(sum).Finish();
}

}  // namespace metapowers::analysis
