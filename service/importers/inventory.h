// What files of other tools show of a system, before it is a model.
//
// Each importer reads its files and adds what they show; Compose() (compose.h) makes one draft of all of it. Elements
// have the types of the system model, without ids and references: those are made when all files are read. An
// importer sets what a file says and nothing else. What no file says stays unset, which means unknown.
//
// Elements are the same where they have a name in common (see Shown::names and element_groups.h): a service that
// Kubernetes, OpenAPI and an SBOM show is one component with what all three say of it. Flows of one scope, or of one
// file without, are the same when their names and ends are; those of two when their ends are and neither port nor
// protocol speaks against it.
#ifndef METAPOWERS_SERVICE_IMPORTERS_INVENTORY_H_
#define METAPOWERS_SERVICE_IMPORTERS_INVENTORY_H_

#include <deque>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"
#include "metapowers/model/v1/system_model.pb.h"
#include "metapowers/v1/model_service.pb.h"
#include "service/model/faults.h"

namespace metapowers::importers {

// A place in one of the files.
struct Spot {
  std::string file;
  model::Position at;
};

// What an attribute rests on.
struct Basis {
  v1::Basis kind = v1::BASIS_OBSERVED;
  Spot spot;
  std::string reason;  // of an assumption: why, as a sentence without full stop; of a default: of which platform
};

// Names an element that may be in another file. Resolved after all files are read.
struct Reference {
  std::string name;   // e.g. `redis-cart`, `orders.shop.svc.cluster.local`, the host of a URL
  std::string scope;  // where the name holds, e.g. the namespace `kubernetes:shop`; empty: anywhere
  Spot spot;

  bool empty() const { return name.empty(); }
};

// An element as one file shows it.
template <class Element>
struct Shown {
  // What the file says; without id, and without what `references` has.
  Element value;
  // What it is called there; its id is made of it.
  std::string name;
  // Where that name holds, e.g. `kubernetes:shop` or `compose:deploy/compose.yaml`. Elements of two scopes are two,
  // unless one of them is empty (files that know no scope, such as OpenAPI and SBOMs).
  std::string scope;
  // Further names that files use for it: names of Services in front of it, hosts, image names, titles of APIs.
  std::vector<std::string> names;
  // Where it stands.
  Spot spot;
  // What single attributes rest on, by path in `value`, e.g. `container.runs_as_non_root`; the others were observed at
  // `spot`.
  std::map<std::string, Basis> bases;
  // Fields of `value` that refer to other elements, by their names: `zone`, `runs_on`, `parent`, `source`, `target`,
  // `component`, and for lists an entry for each (`processes`, `stores`, `sends`, `receives`, `consumers`,
  // `manages`).
  std::vector<std::pair<std::string, Reference>> references;

  Shown& Observed(absl::string_view field, Spot at) {
    bases[std::string(field)] = {v1::BASIS_OBSERVED, std::move(at), ""};
    return *this;
  }
  // What the platform does where the file says nothing; `at` is what leaves it to the platform.
  Shown& Default(absl::string_view field, Spot at, std::string platform) {
    bases[std::string(field)] = {v1::BASIS_DEFAULT, std::move(at), std::move(platform)};
    return *this;
  }
  Shown& Assumed(absl::string_view field, Spot drawn_from, std::string reason) {
    bases[std::string(field)] = {v1::BASIS_ASSUMED, std::move(drawn_from), std::move(reason)};
    return *this;
  }
  Shown& Refers(absl::string_view field, Reference to) {
    references.emplace_back(std::string(field), std::move(to));
    return *this;
  }
};

// Everything that the files show. Elements stay where they are. Not thread-safe.
struct Inventory {
  std::vector<std::string> files;  // names, in the order of the request

  std::string name;         // of the system, where a file tells; the first that does
  std::string description;  // likewise
  std::string as_of;        // newest date that a file gives for itself, yyyy-mm-dd; may be empty

  std::deque<Shown<model::v1::Region>> regions;
  std::deque<Shown<model::v1::Team>> teams;  // `lead` may be missing
  std::deque<Shown<model::v1::DataClass>> data_classes;
  std::deque<Shown<model::v1::Zone>> zones;
  std::deque<Shown<model::v1::Infrastructure>> infrastructure;
  std::deque<Shown<model::v1::SharedRuntime>> shared_runtimes;
  std::deque<Shown<model::v1::Component>> components;
  std::deque<Shown<model::v1::Flow>> flows;
  std::deque<Shown<model::v1::ThirdParty>> third_parties;
  std::deque<Shown<model::v1::ConsumerClass>> consumer_classes;
  std::deque<Shown<model::v1::Api>> apis;
  std::deque<Shown<model::v1::SecretStore>> secret_stores;
  std::deque<Shown<model::v1::Credential>> credentials;
  std::deque<Shown<model::v1::IacSource>> iac;
  std::deque<Shown<model::v1::Evidence>> evidence;  // with the bytes in `attachments`, by path

  std::map<std::string, std::string> attachments;  // path beside the model -> bytes

  // What was counted in the words of the format, e.g. `workloads`, `exposed_services`, `endpoints`,
  // `unauthenticated_operations`, `packages`, `trust_boundaries`, `flows`, `data_assets`; sums over files.
  std::map<std::string, int> counts;
  // What was left out, with its reason.
  std::vector<v1::SkippedItem> skipped;
  // What a person should know: contradictions, things that have no place in the model, questions.
  std::vector<v1::ImportNote> notes;

  void Count(absl::string_view what, int more = 1) { counts[std::string(what)] += more; }
  void Skip(const Spot& spot, std::string item, std::string reason);
  void Note(v1::ImportNoteKind kind, const Spot& spot, absl::string_view path, std::string text);
};

// `file:line`, or `file` when the place is the file as a whole (line 0).
std::string LocationOf(const Spot& spot);

// The place that LocationOf() tells.
Spot SpotOf(const std::string& location);

}  // namespace metapowers::importers

#endif  // METAPOWERS_SERVICE_IMPORTERS_INVENTORY_H_
