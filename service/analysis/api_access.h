// How callers of interfaces prove who they are, and how their way is protected. Pure.
//
// Proof of a class of consumers, the first that holds:
//
//   none      it calls without credentials
//   unknown   the model names no method
//   enough    it names several methods, or one that is enough alone by its row (ConsumerMethod.enough_alone)
//   weak      otherwise
//
// Proof of a flow, by the way in which its source authenticates:
//
//   unknown        the model names none
//   none           it does not
//   static secret  a password or key that is the same each time, and proves nothing once copied
//   in front       a component in front of the target has asked, and the target believes it
//   proven         otherwise
//
// Transport of a way in, by what its flow declares:
//
//   clear text    no protection; inside a VPN where the source reaches the target by one alone
//   otherwise     protected by something else than TLS
//   unknown       nothing is declared, or a TLS connection without its lowest version
//   no floor      TLS with a version, where the policy sets none to compare with
//   below, meets  the lowest version against that of the policy
//
// Credentials count where they come with callers: data classes of the category that arrive at an interface or that an
// operation carries, and declared credentials that a serving component uses, or that a flow of callers or to a
// supplier's interface is opened with.
#ifndef METAPOWERS_SERVICE_ANALYSIS_API_ACCESS_H_
#define METAPOWERS_SERVICE_ANALYSIS_API_ACCESS_H_

#include <string>
#include <vector>

#include "service/analysis/api_review.h"

namespace metapowers::analysis {

enum class CallerProof { kNone, kUnknown, kEnough, kWeak };

CallerProof ProofOf(const model::v1::ConsumerClass& consumer);

enum class FlowProof { kUnknown, kNone, kStaticSecret, kInFront, kProven };

FlowProof ProofOf(const model::v1::Flow& flow);

struct ConsumerFact {
  const model::v1::ConsumerClass* consumer = nullptr;
  CallerProof proof = CallerProof::kUnknown;
  std::vector<const ReviewedApi*> apis;             // that it may call, sorted by id
  int open = 0;                                     // operations of these without authentication
  std::vector<const model::v1::Endpoint*> changes;  // those of them that change data
  std::vector<std::string> threats;                 // keys of open ones on authentication there, sorted
};

// In the order of the model.
std::vector<ConsumerFact> Consumers(const model::Model& model, const ApiReview& review);

enum class TransportState { kClear, kInVpn, kOtherwise, kUnknown, kNoFloor, kBelowFloor, kMeetsFloor };

TransportState TransportOf(const Facts& facts, const EntryPoint& entry);

// Exactly one of the first two is set.
struct ApiCredential {
  const model::v1::DataClass* data = nullptr;
  const model::v1::Credential* credential = nullptr;
  std::vector<std::string> used_by;  // interfaces, components and flows, sorted
};

// Data classes sorted by id, then credentials in the order of the model.
std::vector<ApiCredential> ApiCredentials(const model::Model& model, const ApiReview& review);

// Whether whoever knows an id opens a confidential record by the operation: it takes one, and asks nobody who calls.
// No owner can be checked then, so that the id is the only secret.
bool OpensByIdAlone(const EntryPoint& operation);

// Ids of the data classes that the operations carry, sorted.
std::vector<std::string> CarriedData(const std::vector<const EntryPoint*>& operations);

}  // namespace metapowers::analysis

#endif  // METAPOWERS_SERVICE_ANALYSIS_API_ACCESS_H_
