// How people get in, and whether several factors stand on each way. Pure; thread-safe.
//
// A path of people is a flow that an external entity used by people opens into a component of ours, and each flow that
// a bastion of ours opens on their behalf. Who they are:
//   customer   the entity serves business and stands in the internet: people whom the system is made for, and partners
//   supplier   the entity is a supplier's
//   personnel  all others: it works for operations, administers, or stands inside
// A bastion's onward flow is used by whoever enters the bastion; of several the one with the fewest factors counts.
//
// Several factors: yes where the flow authenticates by them, or the control `mfa` is declared implemented on the flow,
// its target or the bastion before it; no where the flow names another method and nothing says so; unknown where the
// method is unknown, or the caller's identity provider decides (external sign-in, OAuth 2.0).
//
// Personnel and suppliers need several factors on every path into production, and into the CDE (PCI DSS 8.4.2, which
// does not bind accounts of consumers). Customers do not by themselves.
#ifndef METAPOWERS_SERVICE_ANALYSIS_PEOPLE_ACCESS_H_
#define METAPOWERS_SERVICE_ANALYSIS_PEOPLE_ACCESS_H_

#include <vector>

#include "service/analysis/landscape.h"

namespace metapowers::analysis {

enum class People { kPersonnel, kSupplier, kCustomer };

struct PeoplePath {
  const model::v1::Flow* flow = nullptr;     // into the target
  const model::v1::Flow* through = nullptr;  // into the bastion before it; nullptr: direct
  const ComponentFacts* source = nullptr;    // the entity of the people
  const ComponentFacts* target = nullptr;
  People people = People::kPersonnel;
  bool administrative = false;  // the target, its source or the flow is for operations
  model::v1::Tristate several_factors = model::v1::TRISTATE_UNSPECIFIED;
  bool required = false;  // several factors are
  bool cde = false;       // the target is in the CDE
};

// All paths, sorted by people, then flow.
std::vector<PeoplePath> FindPeoplePaths(const Landscape& landscape);

// Whether the public opens the flow, for other ends than operation and through no VPN: customers on the internet, or
// whoever there needs to show nothing. Nobody can list their addresses or hand them certificates.
bool IsFromPublic(const Landscape& landscape, const FlowView& flow);

// Whether a path has the factors that it needs.
enum class FactorVerdict { kNotRequired, kMet, kFails, kUnknown };
FactorVerdict VerdictOn(const PeoplePath& path);

}  // namespace metapowers::analysis

#endif  // METAPOWERS_SERVICE_ANALYSIS_PEOPLE_ACCESS_H_
