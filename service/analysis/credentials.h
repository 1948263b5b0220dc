// What each declared credential opens, and which connections prove themselves with a secret that nobody declared. Pure;
// thread-safe.
//
// A credential opens the target of its flow. Its blast radius is what whoever holds it may do there: the data on the
// flow and, where the flow writes or the target decides on the rights of the calling service, the data that the target
// keeps. A component that is declared to use a credential without a flow of its own to that target holds more than it
// needs. Where no flow is named, the reach is unknown.
//
// A flow needs a credential when a component of ours opens it with a password, a token or an API key, or signs it with
// a shared secret, and no declared credential names the flow or has the same target and user.
#ifndef METAPOWERS_SERVICE_ANALYSIS_CREDENTIALS_H_
#define METAPOWERS_SERVICE_ANALYSIS_CREDENTIALS_H_

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "service/analysis/facts.h"
#include "service/analysis/rotation.h"

namespace metapowers::analysis {

struct CredentialFact {
  const model::v1::Credential* credential = nullptr;
  const model::v1::SecretStore* store = nullptr;  // nullptr: not declared
  Rotation rotation;
  const model::v1::Flow* flow = nullptr;          // nullptr: not declared
  const ComponentFacts* target = nullptr;         // of the flow
  std::vector<const ComponentFacts*> users;       // sorted by id
  std::vector<std::string> without_need;          // users without a flow to the target, sorted
  std::vector<const model::v1::DataClass*> data;  // blast radius, sorted by id
  model::v1::Confidentiality confidentiality = model::v1::CONFIDENTIALITY_UNSPECIFIED;  // strongest of that
  PciScope pci_scope = PciScope::kNotApplicable;  // widest of the users and the target
};

// Cannot be copied: the order points into the list.
struct CredentialInventory {
  CredentialInventory() = default;
  CredentialInventory(CredentialInventory&&) = default;

  std::vector<CredentialFact> credentials;         // sorted by id
  std::vector<const model::v1::Flow*> undeclared;  // flows that need one, sorted by id
  // Widest blast radius first: PCI DSS scope, then confidentiality, then number of users, then id.
  std::vector<const CredentialFact*> revocation_order;
};

CredentialInventory FindCredentials(const Facts& facts);

// Whether what is declared as a store is a place on its users, such as a file of theirs: each component of ours that
// uses one of its credentials says that it has no external store.
bool IsBesideItsUsers(const CredentialInventory& inventory, const model::v1::SecretStore& store);

// Which credentials are kept in a declared store, by what their users say of an external one. Immutable; thread-safe.
class StoredCredentials {
 public:
  explicit StoredCredentials(const Facts& facts);

  // Without a store: no where a user says that it has none, else unknown. With one: no where all users say so and use
  // nothing without a store that would explain it, so that what is declared as the store is a place on them; else yes.
  model::v1::Tristate IsInStore(const model::v1::Credential& credential) const;

 private:
  // Users without an external store, and whether no credential without a store explains that.
  std::map<std::string, bool, std::less<>> lacks_;
};

}  // namespace metapowers::analysis

#endif  // METAPOWERS_SERVICE_ANALYSIS_CREDENTIALS_H_
