// Callers from the internet, as every importer writes them: who they are, and what their ways in are called.
#ifndef METAPOWERS_SERVICE_IMPORTERS_INTERNET_USERS_H_
#define METAPOWERS_SERVICE_IMPORTERS_INTERNET_USERS_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "metapowers/model/v1/system_model.pb.h"
#include "service/importers/inventory.h"

namespace metapowers::importers {

// Who stands for all callers from the internet; added with its zone when it is asked for first, with `spot` as the
// place of what lets them in.
Reference InternetUsers(const Spot& spot, Inventory& inventory);

// A host or pattern of hosts as the model has it, in lower case; empty where it has none: what a template has still to
// fill in.
std::string HostIn(absl::string_view written);

// Says of a flow of callers which host they come to. Flows to two hosts are two, whatever their port.
void SetHost(const std::string& host, const Spot& spot, Shown<model::v1::Flow>& flow);

// Where one of several flows between the same two ends leads.
struct WayIn {
  std::string host;  // empty: any
  int port = 0;      // 0: not known
};

// What their names need to differ, in their order: ` at shop.example.com`, ` on port 443`, both, or nothing for one.
std::vector<std::string> TellApart(const std::vector<WayIn>& ways);

}  // namespace metapowers::importers

#endif  // METAPOWERS_SERVICE_IMPORTERS_INTERNET_USERS_H_
