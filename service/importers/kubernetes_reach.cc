// From where load balancers, Ingresses and gateways can be reached: see kubernetes_entries.h.
#include <algorithm>
#include <iterator>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "service/importers/kubernetes_entries.h"
#include "service/model/schema.h"

namespace metapowers::importers::kubernetes {

namespace pb = model::v1;
using model::Quote;

namespace {

struct Annotation {
  absl::string_view key;
  absl::string_view value;  // in lower case; `*`: any but false
};

// What makes a load balancer internal.
constexpr Annotation kInternal[] = {
    {"service.beta.kubernetes.io/aws-load-balancer-internal", "*"},
    {"service.beta.kubernetes.io/aws-load-balancer-scheme", "internal"},
    {"service.beta.kubernetes.io/azure-load-balancer-internal", "true"},
    {"networking.gke.io/load-balancer-type", "internal"},
    {"cloud.google.com/load-balancer-type", "internal"},
    {"service.beta.kubernetes.io/oci-load-balancer-internal", "true"},
    {"oci.oraclecloud.com/load-balancer-type", "internal"},
    {"service.beta.kubernetes.io/openstack-internal-load-balancer", "true"},
    {"service.kubernetes.io/ibm-load-balancer-cloud-provider-ip-type", "private"},
    {"service.beta.kubernetes.io/alibaba-cloud-loadbalancer-address-type", "intranet"},
    {"service.kubernetes.io/qcloud-loadbalancer-internal-subnetid", "*"},
    {"alb.ingress.kubernetes.io/scheme", "internal"},
    {"appgw.ingress.kubernetes.io/use-private-ip", "true"},
    {"networking.istio.io/service-type", "clusterip"},
    {"run.googleapis.com/ingress", "internal"},
};
// What says that it is none.
constexpr Annotation kPublic[] = {
    {"service.beta.kubernetes.io/aws-load-balancer-scheme", "internet-facing"},
    {"alb.ingress.kubernetes.io/scheme", "internet-facing"},
    {"run.googleapis.com/ingress", "all"},
};
// Balancers that are internal unless something else says otherwise, which may be set elsewhere.
constexpr Annotation kDependsOnDefaults[] = {
    {"service.beta.kubernetes.io/aws-load-balancer-type", "external"},
    {"service.beta.kubernetes.io/aws-load-balancer-type", "nlb-ip"},
    {"run.googleapis.com/ingress", "internal-and-cloud-load-balancing"},
};
constexpr absl::string_view kCertificates[] = {
    "service.beta.kubernetes.io/aws-load-balancer-ssl-cert",
    "alb.ingress.kubernetes.io/certificate-arn",
    "networking.gke.io/managed-certificates",
    "ingress.gcp.kubernetes.io/pre-shared-cert",
    "service.beta.kubernetes.io/do-loadbalancer-certificate-id",
};
constexpr absl::string_view kRangeLists[] = {
    "nginx.ingress.kubernetes.io/whitelist-source-range",
    "nginx.ingress.kubernetes.io/allowlist-source-range",
    "alb.ingress.kubernetes.io/inbound-cidrs",
    "haproxy.org/allow-list",
    "ingress.kubernetes.io/whitelist-source-range",
};
constexpr absl::string_view kInternalClasses[] = {"gce-internal", "gke-l7-rilb", "gke-l7-rilb-mc",
                                                  "gke-l7-cross-regional-internal-managed-mc",
                                                  "gke-l7-regional-internal-managed"};
constexpr absl::string_view kInternalWords[] = {"internal", "private", "intranet"};

struct Guard {
  absl::string_view key;
  absl::string_view value;  // in lower case; `*`: any but false, off and optional
  pb::FlowAuthentication authentication;
};
constexpr Guard kGuards[] = {
    {"nginx.ingress.kubernetes.io/auth-tls-secret", "*", pb::FLOW_AUTHENTICATION_CLIENT_CERT},
    {"nginx.ingress.kubernetes.io/auth-type", "basic", pb::FLOW_AUTHENTICATION_CREDENTIALS},
    {"nginx.ingress.kubernetes.io/auth-type", "digest", pb::FLOW_AUTHENTICATION_CREDENTIALS},
    {"nginx.ingress.kubernetes.io/auth-url", "*", pb::FLOW_AUTHENTICATION_EXTERNALISED},
    {"alb.ingress.kubernetes.io/auth-type", "oidc", pb::FLOW_AUTHENTICATION_EXTERNALISED},
    {"alb.ingress.kubernetes.io/auth-type", "cognito", pb::FLOW_AUTHENTICATION_EXTERNALISED},
};

bool Says(const Field& value, absl::string_view wanted) {
  if (!value.exists()) return false;
  const std::string text = absl::AsciiStrToLower(value.Raw());
  if (wanted != "*") return text == wanted;
  return !text.empty() && text != "false" && text != "off" && text != "optional";
}

// The first of `table` that an object has; not there when it has none.
template <class Table>
Field FirstOf(const Object& object, const Table& table) {
  const Field annotations = object.metadata()["annotations"];
  for (const auto& row : table) {
    const Field value = annotations[row.key];
    if (Says(value, row.value)) return value;
  }
  return Field();
}

bool IsAnywhere(absl::string_view range) { return absl::EndsWith(range, "/0"); }

// RFC 1918, RFC 6598, loopback, link-local, and their kind in version 6.
bool IsPrivateRange(absl::string_view range) {
  if (IsAnywhere(range)) return false;
  const std::string text = absl::AsciiStrToLower(range);
  if (absl::StartsWith(text, "fc") || absl::StartsWith(text, "fd") || absl::StartsWith(text, "fe80")) return true;
  const std::vector<std::string> parts = absl::StrSplit(text, absl::ByAnyChar("./"));
  int first = 0;
  int second = 0;
  if (parts.size() < 4 || !absl::SimpleAtoi(parts[0], &first) || !absl::SimpleAtoi(parts[1], &second)) return false;
  return first == 10 || first == 127 || (first == 172 && second >= 16 && second <= 31) ||
         (first == 192 && second == 168) || (first == 169 && second == 254) ||
         (first == 100 && second >= 64 && second <= 127);
}

// Whether a text in lower case is an IP address, and not a name such as `fd.example.com`.
bool IsIpAddress(absl::string_view text) {
  if (absl::StrContains(text, ':')) return model::IsHost(text);
  const std::vector<std::string> parts = absl::StrSplit(text, '.');
  return parts.size() == 4 && std::all_of(parts.begin(), parts.end(), [](const std::string& part) {
           int number = 0;
           return absl::SimpleAtoi(part, &number) && number >= 0 && number <= 255;
         });
}

// An address that a load balancer or gateway has or asks for.
struct OwnAddress {
  Field value;
  bool is_ip = true;  // as its type goes; else a name

  bool IsPrivate() const {
    const std::string text = absl::AsciiStrToLower(value.Raw());
    return is_ip && IsIpAddress(text) && IsPrivateRange(text);
  }
};

std::vector<OwnAddress> AddressesOf(const Object& object) {
  std::vector<OwnAddress> addresses;
  const auto add = [&](const Field& value, bool is_ip = true) {
    if (value.is_scalar()) addresses.push_back({value, is_ip});
  };
  const auto add_all = [&](const Field& entries) {
    for (const Field& entry : entries.Items()) {
      const std::string type = entry["type"].Raw();
      add(entry["value"], type.empty() || type == "IPAddress");
    }
  };
  const Field status = object.root["status"].Map();
  for (const Field& entry : status["loadBalancer"]["ingress"].Items()) add(entry["ip"]);
  add_all(status["addresses"]);
  if (!addresses.empty()) return addresses;
  add(object.spec["loadBalancerIP"]);
  add_all(object.spec["addresses"]);
  return addresses;
}

}  // namespace

void DescribeReach(const Object& object, const Field& class_name, Reach fallback, Entry& entry) {
  entry.reach = fallback;
  if (const Field internal = FirstOf(object, kInternal); internal.exists()) {
    entry.reach = Reach::kPrivate;
    entry.spot = internal.spot();
    entry.why = "is said to be internal";
    return;
  }
  if (FirstOf(object, kPublic).exists()) return;
  const std::string name = absl::AsciiStrToLower(class_name.Raw());
  if (std::find(std::begin(kInternalClasses), std::end(kInternalClasses), name) != std::end(kInternalClasses)) {
    entry.reach = Reach::kPrivate;
    entry.spot = class_name.spot();
    entry.why = absl::StrCat("is of the class ", Quote(name), ", which is internal");
    return;
  }
  const bool internal_word = std::any_of(std::begin(kInternalWords), std::end(kInternalWords),
                                         [&](absl::string_view word) { return absl::StrContains(name, word); });
  if (internal_word || name == "alb" || FirstOf(object, kDependsOnDefaults).exists()) {
    entry.reach = Reach::kUnknown;
    entry.why = "may be internal, as its class or type goes";
    return;
  }
  const std::vector<OwnAddress> addresses = AddressesOf(object);
  const auto is_private = [](const OwnAddress& address) { return address.IsPrivate(); };
  if (addresses.empty() || !std::all_of(addresses.begin(), addresses.end(), is_private)) return;
  const Field& first = addresses.front().value;
  entry.reach = Reach::kUnknown;
  entry.spot = first.spot();
  entry.why = absl::StrCat("has the private address ", first.Raw(), ": does something on the internet lead to it?");
}

void DescribeRanges(const std::vector<std::string>& ranges, const Spot& spot, Entry& entry) {
  if (ranges.empty() || std::any_of(ranges.begin(), ranges.end(), IsAnywhere)) return;
  entry.listed = true;
  entry.listed_spot = spot;
  if (!std::all_of(ranges.begin(), ranges.end(), IsPrivateRange)) return;
  entry.reach = Reach::kPrivate;
  entry.spot = spot;
  entry.why = "lets private addresses in only";
}

void DescribeGuards(const Object& object, Entry& entry) {
  const Field annotations = object.metadata()["annotations"];
  for (const Guard& guard : kGuards) {
    const Field value = annotations[guard.key];
    if (!Says(value, guard.value)) continue;
    // Asked for, and not required.
    const std::string verify = annotations["nginx.ingress.kubernetes.io/auth-tls-verify-client"].Raw();
    const bool optional =
        guard.authentication == pb::FLOW_AUTHENTICATION_CLIENT_CERT && !verify.empty() && verify != "on";
    if (optional) continue;
    entry.authentication = guard.authentication;
    entry.authentication_spot = value.spot();
    break;
  }
  for (const absl::string_view key : kRangeLists) {
    const Field value = annotations[key];
    if (!value.exists()) continue;
    const std::vector<std::string> ranges = absl::StrSplit(value.Raw(), absl::ByAnyChar(", "), absl::SkipEmpty());
    return DescribeRanges(ranges, value.spot(), entry);
  }
}

void SetWeb(bool tls, int port, const Spot& spot, Entry& entry) {
  entry.connection.port = port;
  entry.connection.protocol = tls ? "https" : "http";
  entry.connection.transport = tls ? pb::TRANSPORT_SECURITY_TLS : pb::TRANSPORT_SECURITY_NONE;
  entry.connection.spot = spot;
}

bool HasCertificate(const Object& object) {
  const Field annotations = object.metadata()["annotations"];
  return std::any_of(std::begin(kCertificates), std::end(kCertificates),
                     [&](absl::string_view key) { return annotations.Has(key); });
}

}  // namespace metapowers::importers::kubernetes
