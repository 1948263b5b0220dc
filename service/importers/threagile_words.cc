#include "service/importers/threagile_words.h"

#include <algorithm>

#include "metapowers/model/v1/decisions.pb.h"

namespace metapowers::importers::threagile {

namespace {

namespace pb = model::v1;

constexpr Word kUsageWords[] = {{"business", pb::USAGE_BUSINESS}, {"devops", pb::USAGE_DEVOPS}};

constexpr Word kQuantityWords[] = {{"very-few", pb::DATA_QUANTITY_VERY_FEW},
                                   {"few", pb::DATA_QUANTITY_FEW},
                                   {"many", pb::DATA_QUANTITY_MANY},
                                   {"very-many", pb::DATA_QUANTITY_VERY_MANY}};

constexpr Word kConfidentialityWords[] = {{"public", pb::CONFIDENTIALITY_PUBLIC},
                                          {"internal", pb::CONFIDENTIALITY_INTERNAL},
                                          {"restricted", pb::CONFIDENTIALITY_RESTRICTED},
                                          {"confidential", pb::CONFIDENTIALITY_CONFIDENTIAL},
                                          {"strictly-confidential", pb::CONFIDENTIALITY_STRICTLY_CONFIDENTIAL}};

constexpr Word kCriticalityWords[] = {{"archive", pb::IMPORTANCE_ARCHIVE},
                                      {"operational", pb::IMPORTANCE_OPERATIONAL},
                                      {"important", pb::IMPORTANCE_IMPORTANT},
                                      {"critical", pb::IMPORTANCE_CRITICAL},
                                      {"mission-critical", pb::IMPORTANCE_MISSION_CRITICAL}};

constexpr Word kTypeWords[] = {{"external-entity", pb::COMPONENT_KIND_EXTERNAL_ENTITY},
                               {"process", pb::COMPONENT_KIND_PROCESS},
                               {"datastore", pb::COMPONENT_KIND_DATASTORE}};

constexpr Word kSizeWords[] = {{"system", pb::COMPONENT_SIZE_SYSTEM},
                               {"service", pb::COMPONENT_SIZE_SERVICE},
                               {"application", pb::COMPONENT_SIZE_APPLICATION},
                               {"component", pb::COMPONENT_SIZE_COMPONENT}};

constexpr Word kMachineWords[] = {{"physical", pb::MACHINE_PHYSICAL},
                                  {"virtual", pb::MACHINE_VM},
                                  {"container", pb::MACHINE_CONTAINER},
                                  {"serverless", pb::MACHINE_SERVERLESS}};

// Both kinds of shared key are one to us: whoever reads the data shares the key that opens it.
constexpr Word kEncryptionWords[] = {{"none", pb::ENCRYPTION_AT_REST_NONE},
                                     {"transparent", pb::ENCRYPTION_AT_REST_TRANSPARENT},
                                     {"data-with-symmetric-shared-key", pb::ENCRYPTION_AT_REST_SHARED_KEY},
                                     {"data-with-asymmetric-shared-key", pb::ENCRYPTION_AT_REST_SHARED_KEY},
                                     {"data-with-end-user-individual-key", pb::ENCRYPTION_AT_REST_PER_USER_KEY},
                                     {"data-with-enduser-individual-key", pb::ENCRYPTION_AT_REST_PER_USER_KEY}};

constexpr Word kDataFormatWords[] = {
    {"json", pb::DATA_FORMAT_JSON}, {"xml", pb::DATA_FORMAT_XML}, {"serialization", pb::DATA_FORMAT_SERIALIZED},
    {"file", pb::DATA_FORMAT_FILE}, {"csv", pb::DATA_FORMAT_CSV}, {"yaml", pb::DATA_FORMAT_YAML}};

constexpr Word kAuthenticationWords[] = {{"none", pb::FLOW_AUTHENTICATION_NONE},
                                         {"credentials", pb::FLOW_AUTHENTICATION_CREDENTIALS},
                                         {"session-id", pb::FLOW_AUTHENTICATION_SESSION},
                                         {"token", pb::FLOW_AUTHENTICATION_TOKEN},
                                         {"client-certificate", pb::FLOW_AUTHENTICATION_CLIENT_CERT},
                                         {"two-factor", pb::FLOW_AUTHENTICATION_MFA},
                                         {"externalized", pb::FLOW_AUTHENTICATION_EXTERNALISED}};

constexpr Word kAuthorizationWords[] = {{"none", pb::FLOW_AUTHORIZATION_NONE},
                                        {"technical-user", pb::FLOW_AUTHORIZATION_TECHNICAL_USER},
                                        {"end-user-identity-propagation", pb::FLOW_AUTHORIZATION_END_USER_PROPAGATED},
                                        {"enduser-identity-propagation", pb::FLOW_AUTHORIZATION_END_USER_PROPAGATED}};

constexpr Word kBoundaryTypeWords[] = {{"network-on-prem", pb::ZONE_TYPE_ONPREM},
                                       {"network-dedicated-hoster", pb::ZONE_TYPE_HOSTER},
                                       {"network-virtual-lan", pb::ZONE_TYPE_VLAN},
                                       {"network-cloud-provider", pb::ZONE_TYPE_CLOUD_ACCOUNT},
                                       {"network-cloud-security-group", pb::ZONE_TYPE_SECURITY_GROUP},
                                       {"network-policy-namespace-isolation", pb::ZONE_TYPE_K8S_NAMESPACE},
                                       {"execution-environment", pb::ZONE_TYPE_EXECUTION_ENV}};

constexpr Word kProtocolWords[] = {{kUnknownProtocol, pb::TRANSPORT_SECURITY_UNSPECIFIED},
                                   {"http", pb::TRANSPORT_SECURITY_NONE},
                                   {"https", pb::TRANSPORT_SECURITY_TLS},
                                   {"ws", pb::TRANSPORT_SECURITY_NONE},
                                   {"wss", pb::TRANSPORT_SECURITY_TLS},
                                   {"reverse-proxy-web-protocol", pb::TRANSPORT_SECURITY_NONE},
                                   {"reverse-proxy-web-protocol-encrypted", pb::TRANSPORT_SECURITY_TLS},
                                   {"mqtt", pb::TRANSPORT_SECURITY_UNSPECIFIED},
                                   {"jdbc", pb::TRANSPORT_SECURITY_NONE},
                                   {"jdbc-encrypted", pb::TRANSPORT_SECURITY_TLS},
                                   {"odbc", pb::TRANSPORT_SECURITY_NONE},
                                   {"odbc-encrypted", pb::TRANSPORT_SECURITY_TLS},
                                   {"sql-access-protocol", pb::TRANSPORT_SECURITY_NONE},
                                   {"sql-access-protocol-encrypted", pb::TRANSPORT_SECURITY_TLS},
                                   {"nosql-access-protocol", pb::TRANSPORT_SECURITY_NONE},
                                   {"nosql-access-protocol-encrypted", pb::TRANSPORT_SECURITY_TLS},
                                   {"binary", pb::TRANSPORT_SECURITY_NONE},
                                   {"binary-encrypted", pb::TRANSPORT_SECURITY_TLS},
                                   {"text", pb::TRANSPORT_SECURITY_NONE},
                                   {"text-encrypted", pb::TRANSPORT_SECURITY_TLS},
                                   {"ssh", pb::TRANSPORT_SECURITY_SSH},
                                   {"ssh-tunnel", pb::TRANSPORT_SECURITY_SSH},
                                   {"smtp", pb::TRANSPORT_SECURITY_NONE},
                                   {"smtp-encrypted", pb::TRANSPORT_SECURITY_TLS},
                                   {"pop3", pb::TRANSPORT_SECURITY_NONE},
                                   {"pop3-encrypted", pb::TRANSPORT_SECURITY_TLS},
                                   {"imap", pb::TRANSPORT_SECURITY_NONE},
                                   {"imap-encrypted", pb::TRANSPORT_SECURITY_TLS},
                                   {"ftp", pb::TRANSPORT_SECURITY_NONE},
                                   {"ftps", pb::TRANSPORT_SECURITY_TLS},
                                   {"sftp", pb::TRANSPORT_SECURITY_SSH},
                                   {"scp", pb::TRANSPORT_SECURITY_SSH},
                                   {"ldap", pb::TRANSPORT_SECURITY_NONE},
                                   {"ldaps", pb::TRANSPORT_SECURITY_TLS},
                                   {"jms", pb::TRANSPORT_SECURITY_UNSPECIFIED},
                                   {"nfs", pb::TRANSPORT_SECURITY_UNSPECIFIED},
                                   {"smb", pb::TRANSPORT_SECURITY_NONE},
                                   {"smb-encrypted", pb::TRANSPORT_SECURITY_TLS},
                                   {"local-file-access", pb::TRANSPORT_SECURITY_LOCAL},
                                   {"nrpe", pb::TRANSPORT_SECURITY_UNSPECIFIED},
                                   {"xmpp", pb::TRANSPORT_SECURITY_UNSPECIFIED},
                                   {"iiop", pb::TRANSPORT_SECURITY_NONE},
                                   {"iiop-encrypted", pb::TRANSPORT_SECURITY_TLS},
                                   {"jrmp", pb::TRANSPORT_SECURITY_NONE},
                                   {"jrmp-encrypted", pb::TRANSPORT_SECURITY_TLS},
                                   {"in-process-library-call", pb::TRANSPORT_SECURITY_LOCAL},
                                   {"inter-process-communication", pb::TRANSPORT_SECURITY_LOCAL},
                                   {"container-spawning", pb::TRANSPORT_SECURITY_LOCAL}};

constexpr Word kRiskStatusWords[] = {
    {"unchecked", pb::DECISION_STATUS_UNSPECIFIED}, {"in-discussion", pb::DECISION_STATUS_UNSPECIFIED},
    {"accepted", pb::DECISION_STATUS_ACCEPTED},     {"in-progress", pb::DECISION_STATUS_MITIGATE},
    {"mitigated", pb::DECISION_STATUS_MITIGATE},    {"false-positive", pb::DECISION_STATUS_FALSE_POSITIVE}};

constexpr Word kSeverityWords[] = {{"low", 1}, {"medium", 2}, {"elevated", 3}, {"high", 4}, {"critical", 5}};
constexpr Word kLikelihoodWords[] = {{"unlikely", 1}, {"likely", 2}, {"very-likely", 3}, {"frequent", 4}};
constexpr Word kImpactWords[] = {{"low", 1}, {"medium", 2}, {"high", 3}, {"very-high", 4}};
constexpr Word kProbabilityWords[] = {{"improbable", 1}, {"possible", 2}, {"probable", 3}};
constexpr Word kStrideWords[] = {{"spoofing", 1},          {"tampering", 2},
                                 {"repudiation", 3},       {"information-disclosure", 4},
                                 {"denial-of-service", 5}, {"elevation-of-privilege", 6}};
constexpr Word kFunctionWords[] = {{"business-side", 1}, {"architecture", 2}, {"development", 3}, {"operations", 4}};

constexpr absl::string_view kTechnologyNames[] = {"ai",
                                                  "app-server",
                                                  "application-server",
                                                  "artifact-registry",
                                                  "artificial-intelligence",
                                                  "batch-processing",
                                                  "big-data",
                                                  "big-data-platform",
                                                  "block-storage",
                                                  "browser",
                                                  "build-pipeline",
                                                  "ci",
                                                  "cli",
                                                  "client",
                                                  "client-system",
                                                  "cms",
                                                  "code-analysis",
                                                  "code-inspection",
                                                  "code-inspection-platform",
                                                  "command-line",
                                                  "command-line-interface",
                                                  "command-line-tool",
                                                  "container",
                                                  "container-platform",
                                                  "content-management-system",
                                                  "continuous-integration",
                                                  "cron",
                                                  "data-lake",
                                                  "database",
                                                  "db",
                                                  "deep-learning",
                                                  "desktop",
                                                  "desktop-system",
                                                  "devops-client",
                                                  "dl",
                                                  "docker",
                                                  "ejb",
                                                  "email-server",
                                                  "enterprise-java-beans",
                                                  "enterprise-resource-planning",
                                                  "erp",
                                                  "event-listener",
                                                  "file-server",
                                                  "file-storage",
                                                  "function",
                                                  "gateway",
                                                  "git",
                                                  "hardware-security-module",
                                                  "hashicorp-vault",
                                                  "historian",
                                                  "hmi",
                                                  "hsm",
                                                  "human-machine-interface",
                                                  "identity-provider",
                                                  "identity-store",
                                                  "identity-store-database",
                                                  "identity-store-ldap",
                                                  "idp",
                                                  "ids",
                                                  "industrial-control-actor",
                                                  "industrial-control-sensor",
                                                  "intrusion-detection-system",
                                                  "intrusion-prevention-system",
                                                  "iot",
                                                  "iot-device",
                                                  "ips",
                                                  "job",
                                                  "jump-box",
                                                  "jump-host",
                                                  "jump-server",
                                                  "kubernetes",
                                                  "lb",
                                                  "ldap",
                                                  "ldap-server",
                                                  "library",
                                                  "load-balancer",
                                                  "local-file-system",
                                                  "local-storage",
                                                  "machine-learning",
                                                  "mail-server",
                                                  "mainframe",
                                                  "message-queue",
                                                  "ml",
                                                  "mobile-app",
                                                  "monitoring",
                                                  "mq",
                                                  "neural-network",
                                                  "operational-historian",
                                                  "plc",
                                                  "programmable-logic-controller",
                                                  "report-engine",
                                                  "reporting",
                                                  "rest-api",
                                                  "reverse-proxy",
                                                  "san",
                                                  "scada",
                                                  "scheduler",
                                                  "search-engine",
                                                  "search-index",
                                                  "service-discovery",
                                                  "service-mesh",
                                                  "service-registry",
                                                  "siem",
                                                  "soap-api",
                                                  "sourcecode-repository",
                                                  "stream-processing",
                                                  "task",
                                                  "tool",
                                                  "unknown",
                                                  "unknown-technology",
                                                  "utility",
                                                  "vault",
                                                  "waf",
                                                  "web-app",
                                                  "web-application",
                                                  "web-application-firewall",
                                                  "web-browser",
                                                  "web-server",
                                                  "web-service-rest",
                                                  "web-service-soap"};

}  // namespace

const absl::Span<const Word> kUsage = kUsageWords;
const absl::Span<const Word> kQuantity = kQuantityWords;
const absl::Span<const Word> kConfidentiality = kConfidentialityWords;
const absl::Span<const Word> kCriticality = kCriticalityWords;
const absl::Span<const Word> kType = kTypeWords;
const absl::Span<const Word> kSize = kSizeWords;
const absl::Span<const Word> kMachine = kMachineWords;
const absl::Span<const Word> kEncryption = kEncryptionWords;
const absl::Span<const Word> kDataFormat = kDataFormatWords;
const absl::Span<const Word> kAuthentication = kAuthenticationWords;
const absl::Span<const Word> kAuthorization = kAuthorizationWords;
const absl::Span<const Word> kBoundaryType = kBoundaryTypeWords;
const absl::Span<const Word> kProtocol = kProtocolWords;
const absl::Span<const Word> kRiskStatus = kRiskStatusWords;
const absl::Span<const Word> kSeverity = kSeverityWords;
const absl::Span<const Word> kLikelihood = kLikelihoodWords;
const absl::Span<const Word> kImpact = kImpactWords;
const absl::Span<const Word> kProbability = kProbabilityWords;
const absl::Span<const Word> kStride = kStrideWords;
const absl::Span<const Word> kFunction = kFunctionWords;

const std::vector<std::string>& Technologies() {
  static const auto* const names = [] {
    auto* const list = new std::vector<std::string>(std::begin(kTechnologyNames), std::end(kTechnologyNames));
    std::sort(list->begin(), list->end());
    return list;
  }();
  return *names;
}

}  // namespace metapowers::importers::threagile
