// What a CycloneDX file says of the data of its services: classes, the way they go, and since 1.5 where they come from
// and go to, and who governs them.
#ifndef METAPOWERS_SERVICE_IMPORTERS_CYCLONEDX_DATA_H_
#define METAPOWERS_SERVICE_IMPORTERS_CYCLONEDX_DATA_H_

#include <functional>
#include <set>
#include <string>
#include <vector>

#include "service/importers/fields.h"
#include "service/importers/inventory.h"

namespace metapowers::importers::cyclonedx {

// One entry of `data` of a service.
struct ServiceData {
  std::string classification;
  Field field;
  bool in = false;   // the service takes it
  bool out = false;  // the service gives it
  // Whether it says where it comes from and goes to, and the services of the file that are among them, by name.
  bool has_sources = false;
  bool has_destinations = false;
  std::set<std::string> sources;
  std::set<std::string> destinations;

  // Whether the service takes it from, or gives it to, another service or the subject of the file.
  bool ComesFrom(const std::string& name) const { return in && (!has_sources || sources.count(name) != 0); }
  bool GoesTo(const std::string& name) const { return out && (!has_destinations || destinations.count(name) != 0); }
};

// Reads the data of services, and adds their classes to an inventory, each once. Not thread-safe.
class DataReader {
 public:
  // Name of the service that a reference or URL is of; "" when it is none of the file.
  using PeerLookup = std::function<std::string(const std::string& reference)>;

  // `inventory` outlives it.
  DataReader(Inventory& inventory, PeerLookup peer) : inventory_(inventory), peer_(std::move(peer)) {}

  // The data of a service, in the order of the file. What of it has no place in the model is told.
  std::vector<ServiceData> Read(const std::string& service, const Field& list);

 private:
  void ReadPeers(const std::string& service, const Field& list, const char* way, ServiceData& data, bool& has,
                 std::set<std::string>& names);
  void AddClass(const Field& data, const std::string& name);
  // The team that owns the data, where the file names an organisation as such; keeps what else it says in notes.
  void ReadGovernance(const Field& data, const std::string& name, Shown<model::v1::DataClass>* shown);
  void AddTeam(const std::string& name, const Field& field);

  Inventory& inventory_;
  const PeerLookup peer_;
  std::set<std::string> classes_;
  std::set<std::string> teams_;
};

}  // namespace metapowers::importers::cyclonedx

#endif  // METAPOWERS_SERVICE_IMPORTERS_CYCLONEDX_DATA_H_
