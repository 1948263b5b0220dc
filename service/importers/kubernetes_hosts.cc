#include "service/importers/kubernetes_hosts.h"

#include <set>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"

namespace metapowers::importers::kubernetes {

NamedHost HostOf(const Field& value) {
  std::string name = absl::AsciiStrToLower(value.Raw());
  if (const size_t slash = name.find('/'); slash != std::string::npos) name.erase(0, slash + 1);
  if (name == "*") name.clear();
  return {std::move(name), value.spot()};
}

std::vector<NamedHost> HostsOf(const Field& list) {
  std::vector<NamedHost> hosts;
  for (const Field& value : list.Items()) hosts.push_back(HostOf(value));
  return hosts;
}

bool Covers(absl::string_view pattern, absl::string_view host) {
  if (pattern.empty() || pattern == host) return true;
  return absl::StartsWith(pattern, "*.") && absl::EndsWith(host, pattern.substr(1));
}

std::vector<NamedHost> Meet(const std::vector<NamedHost>& outer, const std::vector<NamedHost>& inner,
                            const Spot& spot) {
  const std::vector<NamedHost> any = {{"", spot}};
  std::vector<NamedHost> met;
  std::set<std::string> names;
  for (const NamedHost& out : outer.empty() ? any : outer) {
    for (const NamedHost& in : inner.empty() ? any : inner) {
      const NamedHost* narrower = Covers(out.name, in.name) ? &in : Covers(in.name, out.name) ? &out : nullptr;
      if (narrower != nullptr && names.insert(narrower->name).second) met.push_back(*narrower);
    }
  }
  return met;
}

}  // namespace metapowers::importers::kubernetes
