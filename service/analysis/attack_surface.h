// The attack surface as a whole: ways in with their scores, what is unnecessary about them, and what closing that
// would leave.
//
// Ways in, scores and findings are those of what is known (Facts::known()); what is only assumed makes none, and ways
// in that rest on it are named apart.
//
// A finding is about one subject: a flow, an operation, an API, a component, a pipeline or a zone; its key is kind and
// subject. Only what is known makes a finding. When each arises:
//
//   open without flow     a way in of kind open
//   contradicted          a flow from the internet into a component declared not internet-facing
//   store exposed         a flow from outside into a data store
//   admin direct          an administrative flow from outside whose target is neither bastion nor gateway
//   admin single factor   an administrative flow with password, session, token or API key that no bastion opens
//   any address           a flow of a partner or supplier, or an administrative one, that is open to all addresses
//   unexplained           an operation declared unauthenticated without a reason
//   changes unauth.       an operation declared unauthenticated that changes data
//   unauthenticated       a flow whose source does not authenticate; not one from the internet on which every operation
//                         that can be called is open for a declared reason
//   no rate limit         a limit that the posture says is absent, partial or planned, on a way in from outside; one
//                         per component or flow whose posture says so
//   clear text            a way in whose flow is in clear text outside a VPN
//   TLS below floor       a flow that accepts a TLS version below the policy
//   no validation,        an API without; whatever its exposure
//   any origin
//   stage reachable       a component of staging or development with a way in from outside
//   lifecycle             a component planned, retiring or past its decommission date with a way in from outside
//   end of life           an element past its end of support with a way in from outside
//   zone allows           a zone of ours that allows by default, with components of ours
//   push deployment       a pushing pipeline that lacks approval or signatures
//   no gateway            a service that flows of the internet enter from any address with no gateway in front; one per
//                         service
//
// Severity: that of the kind for the widest exposure among the ways in; more where the kind says so: the band of the
// highest score, or what a crown jewel on one of the ways in asks for. Due: `as_of` plus the term of the severity.
#ifndef METAPOWERS_SERVICE_ANALYSIS_ATTACK_SURFACE_H_
#define METAPOWERS_SERVICE_ANALYSIS_ATTACK_SURFACE_H_

#include <string>
#include <vector>

#include "service/analysis/entry_points.h"
#include "service/analysis/surface_score.h"

namespace metapowers::analysis {

struct SurfaceFindingFact {
  knowledge::v1::SurfaceFinding finding = knowledge::v1::SURFACE_FINDING_UNSPECIFIED;
  std::string subject;
  std::string fact;             // the values that make it so, e.g. "TLS 1.2, policy TLS 1.3"
  std::vector<size_t> entries;  // positions of the ways in that it is about, ascending
  std::string team;             // id of the team that answers for it
  EntryExposure exposure = EntryExposure::kInside;
  model::v1::Severity severity = model::v1::SEVERITY_UNSPECIFIED;
  std::string due;
  bool scored = true;   // whether the measure changes a score; a zone's policy does not
  bool closes = false;  // the measure removes the ways in
  int before = 0;       // highest score among the ways in
  int after = 0;        // the same when only this measure is done; 0 when it closes them
};

struct AttackSurface {
  std::vector<EntryPoint> entries;
  std::vector<SurfaceScore> scores;          // of the entry at the same position
  std::vector<SurfaceScore> reduced;         // the same when all measures are done
  std::vector<bool> closed;                  // whether one of the measures closes it
  std::vector<SurfaceFindingFact> findings;  // most severe first, then by kind and subject
  std::vector<std::string> assumed;          // ids of what is a way in only by what is assumed, sorted
};

// Refers to `facts`, which outlive it.
AttackSurface AnalyseAttackSurface(const Facts& facts);

}  // namespace metapowers::analysis

#endif  // METAPOWERS_SERVICE_ANALYSIS_ATTACK_SURFACE_H_
