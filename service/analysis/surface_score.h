// How exposed a way in is: the sum of terms, each a few points, at most 100 together. Terms and points are data rows
// (service/knowledge/data/rules/surface_rules.textproto). What is unknown adds nothing: it is counted apart, as the
// points that the worst answer would add.
//
//   origin           from where it can be used
//   authentication   how the weakest caller proves who it is. An operation that is unauthenticated for a declared
//                    reason, changes nothing and carries no data of stake 3 or more is public by decision. For answers
//                    that we take in: whether their server is known; for deployments: whether approved and signed
//   filtering        VPN, listed addresses or a gateway, whichever lets in the fewest
//   rate             limit on requests of callers outside from any address; unknown ones from the internet only
//   transport        clear text, or TLS below the policy
//   requests         operations: validation against a schema, and cross-origin calls
//   platform         the component, or what runs it, is past its end of support
//   data             strongest data, less for each flow between the way in and what holds it; of all candidates the
//                    one with the most points
//
// Terms that make no sense for a kind of way in are left out: there are no addresses before a device.
#ifndef METAPOWERS_SERVICE_ANALYSIS_SURFACE_SCORE_H_
#define METAPOWERS_SERVICE_ANALYSIS_SURFACE_SCORE_H_

#include <string>
#include <vector>

#include "metapowers/knowledge/v1/surface_rules.pb.h"
#include "service/analysis/entry_points.h"

namespace metapowers::analysis {

// Values of the terms, by their names in the data; a finding's measure changes single ones. Empty: left out.
struct SurfaceInputs {
  EntryExposure exposure = EntryExposure::kInside;
  std::string authentication;
  std::string filtering;
  std::string rate;
  std::string transport;
  std::vector<std::string> requests;
  bool unsupported = false;
  DataBehind data;  // no data: nullptr
};

struct ScoreTerm {
  knowledge::v1::SurfaceTerm term = knowledge::v1::SURFACE_TERM_UNSPECIFIED;
  std::string label;
  int points = 0;
  bool open = false;  // unknown: `points` are not in the score
};

struct SurfaceScore {
  int points = 0;
  int open = 0;  // that unknowns would add at worst
  model::v1::Severity band = model::v1::SEVERITY_UNSPECIFIED;
  std::vector<ScoreTerm> terms;  // with points, in the order of the terms
};

SurfaceInputs InputsOf(const Facts& facts, const EntryPoint& entry);

SurfaceScore ScoreOf(const SurfaceInputs& inputs);

// The element past its end of support that answers at the way in: its component, or what runs that; nullptr when
// there is none.
const EndOfLifeFact* UnsupportedAt(const Facts& facts, const EntryPoint& entry);

// Whether TLS versions are accepted that the policy forbids; no when either is unknown.
bool BelowTlsFloor(const Facts& facts, const EntryPoint& entry);

// Name of an exposure in the data and in documents, e.g. "on_site".
std::string NameOf(EntryExposure exposure);

}  // namespace metapowers::analysis

#endif  // METAPOWERS_SERVICE_ANALYSIS_SURFACE_SCORE_H_
