#include "service/importers/known_images.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"

namespace metapowers::importers {
namespace {

constexpr auto kStore = model::v1::COMPONENT_KIND_DATASTORE;
constexpr auto kProcess = model::v1::COMPONENT_KIND_PROCESS;

// Sorted by image. `library/` are the official images of Docker Hub, whose short names are those of languages.
constexpr KnownImage kImages[] = {
    {"adminer", "tool", kProcess},
    {"apache/activemq-artemis", "activemq", kProcess},
    {"apache/activemq-classic", "activemq", kProcess},
    {"apache/airflow", "airflow", kProcess},
    {"apache/spark", "spark", kProcess},
    {"apache/superset", "superset", kProcess},
    {"arangodb", "arangodb", kStore},
    {"argocd", "argocd", kProcess},
    {"aspnet", "aspnet", kProcess},
    {"authelia", "identity-provider", kProcess},
    {"authentik", "authentik", kProcess},
    {"azure-sql-edge", "mssql", kStore},
    {"azurite", "azure-blob", kStore},
    {"caddy", "caddy", kProcess},
    {"cassandra", "cassandra", kStore},
    {"chroma", "chroma", kStore},
    {"clickhouse", "clickhouse", kStore},
    {"clickhouse/clickhouse-server", "clickhouse", kStore},
    {"cockroach", "cockroachdb", kStore},
    {"confluentinc/ksqldb-server", "stream-processing", kProcess},
    {"consul", "consul", kProcess},
    {"couchbase", "couchbase", kStore},
    {"couchdb", "couchdb", kStore},
    {"cp-kafka", "kafka", kStore},
    {"cp-schema-registry", "schema-registry", kProcess},
    {"cp-server", "kafka", kStore},
    {"cp-zookeeper", "zookeeper", kStore},
    {"database/free", "oracle", kStore},
    {"datalust/seq", "log-collector", kProcess},
    {"db2", "db2", kStore},
    {"dex", "dex", kProcess},
    {"dragonfly", "dragonfly", kStore},
    {"drupal", "drupal", kProcess},
    {"dynamodb-local", "dynamodb", kStore},
    {"elasticsearch", "elasticsearch", kStore},
    {"emqx", "emqx", kProcess},
    {"envoy", "envoy", kProcess},
    {"etcd", "etcd", kStore},
    {"flink", "flink", kProcess},
    {"fluent-bit", "fluent-bit", kProcess},
    {"fluentd", "fluentd", kProcess},
    {"getsentry/sentry", "sentry", kProcess},
    {"gitea", "gitea", kProcess},
    {"gitlab-ce", "gitlab", kProcess},
    {"gitlab-ee", "gitlab", kProcess},
    {"goharbor/harbor-core", "harbor", kProcess},
    {"grafana", "grafana", kProcess},
    {"graylog", "graylog", kProcess},
    {"guacamole", "guacamole", kProcess},
    {"gvenzl/oracle-free", "oracle", kStore},
    {"gvenzl/oracle-xe", "oracle", kStore},
    {"haproxy", "haproxy", kProcess},
    {"hazelcast", "hazelcast", kStore},
    {"hbase", "hbase", kStore},
    {"hivemq4", "mqtt-broker", kProcess},
    {"influxdb", "influxdb", kStore},
    {"jaeger", "jaeger", kProcess},
    {"jaegertracing/all-in-one", "jaeger", kProcess},
    {"jenkins", "jenkins", kProcess},
    {"joomla", "joomla", kProcess},
    {"jupyter/base-notebook", "notebook", kProcess},
    {"kafka", "kafka", kStore},
    {"keycloak", "keycloak", kProcess},
    {"keydb", "keydb", kStore},
    {"kibana", "kibana", kProcess},
    {"kong", "kong", kProcess},
    {"kong-gateway", "kong", kProcess},
    {"krakend", "krakend", kProcess},
    {"library/amazoncorretto", "java-service", kProcess},
    {"library/eclipse-temurin", "java-service", kProcess},
    {"library/ghost", "cms", kProcess},
    {"library/golang", "go-service", kProcess},
    {"library/httpd", "web-server", kProcess},
    {"library/node", "nodejs-service", kProcess},
    {"library/openjdk", "java-service", kProcess},
    {"library/php", "php-service", kProcess},
    {"library/python", "python-service", kProcess},
    {"library/registry", "artifact-registry", kProcess},
    {"library/ruby", "ruby-service", kProcess},
    {"library/sentry", "sentry", kProcess},
    {"localstack/localstack", "tool", kProcess},
    {"logstash", "logstash", kProcess},
    {"loki", "loki", kProcess},
    {"mailcatcher", "mail-server", kProcess},
    {"mailhog", "mail-server", kProcess},
    {"mailpit", "mail-server", kProcess},
    {"mariadb", "mariadb", kStore},
    {"mariadb-galera", "mariadb", kStore},
    {"matomo", "web-application", kProcess},
    {"meilisearch", "meilisearch", kStore},
    {"memcached", "memcached", kStore},
    {"metabase", "metabase", kProcess},
    {"milvus", "milvus", kStore},
    {"minio", "minio", kStore},
    {"mongo", "mongodb", kStore},
    {"mongo-express", "tool", kProcess},
    {"mongodb", "mongodb", kStore},
    {"mongodb-community-server", "mongodb", kStore},
    {"mosquitto", "mosquitto", kProcess},
    {"mssql/server", "mssql", kStore},
    {"mysql", "mysql", kStore},
    {"mysql-server", "mysql", kStore},
    {"n8n", "workflow-engine", kProcess},
    {"nats", "nats", kProcess},
    {"neo4j", "neo4j", kStore},
    {"nextcloud", "nextcloud", kProcess},
    {"nexus3", "nexus", kProcess},
    {"nginx", "nginx", kProcess},
    {"nginx-unprivileged", "nginx", kProcess},
    {"oauth2-proxy", "identity-aware-proxy", kProcess},
    {"odoo", "odoo", kProcess},
    {"ollama", "ollama", kProcess},
    {"openldap", "openldap", kStore},
    {"openresty", "openresty", kProcess},
    {"opensearch", "opensearch", kStore},
    {"opensearch-dashboards", "web-application", kProcess},
    {"opentelemetry-collector", "opentelemetry-collector", kProcess},
    {"opentelemetry-collector-contrib", "opentelemetry-collector", kProcess},
    {"oracle-xe", "oracle", kStore},
    {"oracle/database", "oracle", kStore},
    {"percona", "percona", kStore},
    {"percona-server", "mysql", kStore},
    {"pgadmin4", "tool", kProcess},
    {"pgbouncer", "proxy", kProcess},
    {"pgvector", "postgresql", kStore},
    {"phpmyadmin", "tool", kProcess},
    {"postfix", "postfix", kProcess},
    {"postgis", "postgresql", kStore},
    {"postgres", "postgresql", kStore},
    {"postgresql", "postgresql", kStore},
    {"postgresql-repmgr", "postgresql", kStore},
    {"prom/alertmanager", "monitoring", kProcess},
    {"prometheus", "prometheus", kProcess},
    {"pulsar", "pulsar", kStore},
    {"qdrant", "qdrant", kStore},
    {"questdb", "questdb", kStore},
    {"rabbitmq", "rabbitmq", kProcess},
    {"redis", "redis", kStore},
    {"redis-cluster", "redis", kStore},
    {"redis-stack", "redis", kStore},
    {"redis-stack-server", "redis", kStore},
    {"redpanda", "redpanda", kStore},
    {"scylla", "scylladb", kStore},
    {"solr", "solr", kStore},
    {"sonarqube", "sonarqube", kProcess},
    {"spark", "spark", kProcess},
    {"squid", "squid", kProcess},
    {"strapi", "strapi", kProcess},
    {"tempo", "tempo", kProcess},
    {"temporalio/auto-setup", "workflow-engine", kProcess},
    {"timberio/vector", "vector", kProcess},
    {"timescaledb", "timescaledb", kStore},
    {"timescaledb-ha", "timescaledb", kStore},
    {"tomcat", "tomcat", kProcess},
    {"traefik", "traefik", kProcess},
    {"typesense", "typesense", kStore},
    {"valkey", "valkey", kStore},
    {"varnish", "varnish", kProcess},
    {"vault", "vault", kProcess},
    {"vaultwarden", "password-manager", kProcess},
    {"verdaccio", "verdaccio", kProcess},
    {"weaviate", "weaviate", kStore},
    {"wildfly", "wildfly", kProcess},
    {"wordpress", "wordpress", kProcess},
    {"yugabyte", "cockroachdb", kStore},
    {"zipkin", "zipkin", kProcess},
    {"zookeeper", "zookeeper", kStore},
};
static_assert(std::is_sorted(std::begin(kImages), std::end(kImages),
                             [](const KnownImage& a, const KnownImage& b) { return a.image < b.image; }));

// Ports that stores listen on unless they are told otherwise, and that little else uses. By the registry of IANA
// (RFC 6335), and by the maker's documentation for CockroachDB, Cassandra and MongoDB.
struct KnownPort {
  int port;
  absl::string_view technology;  // of the catalogue
};
constexpr KnownPort kPorts[] = {
    {1433, "mssql"}, {3306, "mysql"},     {5432, "postgresql"}, {5984, "couchdb"},      {6379, "redis"},
    {7687, "neo4j"}, {9042, "cassandra"}, {11211, "memcached"}, {26257, "cockroachdb"}, {27017, "mongodb"},
};

// Settings that set up a server, by the pages of the official images on Docker Hub. `MYSQL_PASSWORD`, `MYSQL_USER` and
// their like are not here, since clients have them as often.
struct KnownSetting {
  absl::string_view name;  // or with `_FILE` behind it
  absl::string_view image;
  enum class Does { kSetsPassword, kAllowsNone, kOther } does = Does::kOther;
};
constexpr KnownSetting kSettings[] = {
    {"MYSQL_ROOT_PASSWORD", "mysql", KnownSetting::Does::kSetsPassword},
    {"MYSQL_RANDOM_ROOT_PASSWORD", "mysql", KnownSetting::Does::kSetsPassword},
    {"MYSQL_ALLOW_EMPTY_PASSWORD", "mysql", KnownSetting::Does::kAllowsNone},
    {"MARIADB_ROOT_PASSWORD", "mariadb", KnownSetting::Does::kSetsPassword},
    {"MARIADB_ROOT_PASSWORD_HASH", "mariadb", KnownSetting::Does::kSetsPassword},
    {"MARIADB_RANDOM_ROOT_PASSWORD", "mariadb", KnownSetting::Does::kSetsPassword},
    {"MARIADB_ALLOW_EMPTY_ROOT_PASSWORD", "mariadb", KnownSetting::Does::kAllowsNone},
    {"POSTGRES_PASSWORD", "postgres"},
    {"POSTGRES_INITDB_ARGS", "postgres"},
    {"MONGO_INITDB_ROOT_USERNAME", "mongo"},
};

const KnownSetting* FindSetting(absl::string_view name) {
  const absl::string_view plain = absl::StripSuffix(name, "_FILE");
  const auto* const found = std::find_if(std::begin(kSettings), std::end(kSettings),
                                         [&](const KnownSetting& each) { return each.name == plain; });
  return found == std::end(kSettings) ? nullptr : found;
}

const KnownImage* Find(absl::string_view image) {
  const auto* const found = std::lower_bound(std::begin(kImages), std::end(kImages), image,
                                             [](const KnownImage& a, absl::string_view b) { return a.image < b; });
  return found == std::end(kImages) || found->image != image ? nullptr : found;
}

// The last `parts` parts of a path, or all of it.
absl::string_view LastParts(absl::string_view path, int parts) {
  size_t begin = path.size();
  for (; parts > 0; --parts) {
    const size_t slash = begin < 2 ? absl::string_view::npos : path.rfind('/', begin - 2);
    if (slash == absl::string_view::npos) return path;
    begin = slash + 1;
  }
  return path.substr(begin);
}

// Whether nothing says yet what runs in a container.
bool IsUnknown(const model::v1::Component& component) {
  return component.kind() == kProcess && component.technology_size() == 0;
}

void AssumeStore(absl::string_view technology, const std::string& why, const Spot& spot,
                 Shown<model::v1::Component>& component) {
  component.value.set_kind(kStore);
  component.value.add_technology(std::string(technology));
  component.Assumed("kind", spot, why);
  component.Assumed("technology", spot, why);
}

}  // namespace

std::string ImageName::Last() const { return std::string(LastParts(repository, 1)); }

ImageName ParseImageName(absl::string_view reference) {
  ImageName name;
  absl::string_view rest = absl::StripAsciiWhitespace(reference);
  if (const size_t at = rest.find('@'); at != absl::string_view::npos) {
    name.digest = std::string(rest.substr(at + 1));
    rest = rest.substr(0, at);
  }
  const size_t slash = rest.rfind('/');
  const size_t colon = rest.rfind(':');
  if (colon != absl::string_view::npos && (slash == absl::string_view::npos || colon > slash)) {
    name.tag = std::string(rest.substr(colon + 1));
    rest = rest.substr(0, colon);
  }
  // The first part is a registry when it can be no name of an owner.
  if (const size_t end = rest.find('/'); end != absl::string_view::npos) {
    const absl::string_view first = rest.substr(0, end);
    if (first.find_first_of(".:") != absl::string_view::npos || first == "localhost") {
      name.registry = std::string(first);
      rest = rest.substr(end + 1);
    }
  }
  const bool hub = name.registry.empty() || name.registry == "docker.io" || name.registry == "index.docker.io";
  const bool official = hub && !rest.empty() && rest.find('/') == absl::string_view::npos;
  name.repository = absl::AsciiStrToLower(absl::StrCat(official ? "library/" : "", rest));
  return name;
}

const KnownImage* FindKnownImage(absl::string_view reference) {
  const ImageName name = ParseImageName(reference);
  const KnownImage* exact = Find(LastParts(name.repository, 2));
  return exact != nullptr ? exact : Find(LastParts(name.repository, 1));
}

void DescribeImage(absl::string_view reference, const Spot& spot, Shown<model::v1::Component>& component) {
  model::v1::Component& value = component.value;
  const KnownImage* known = FindKnownImage(reference);
  std::string why;
  if (known != nullptr) {
    why = absl::StrCat("the image is called ", known->image, ", which is known to be ", known->technology);
    value.add_technology(std::string(known->technology));
    component.Assumed("technology", spot, why);
  }
  if (value.kind() != model::v1::COMPONENT_KIND_UNSPECIFIED) return;
  value.set_kind(known == nullptr ? kProcess : known->kind);
  if (value.kind() == kStore) {
    component.Assumed("kind", spot, absl::StrCat(why, " and keeps data"));
  } else {
    component.Observed("kind", spot);
  }
}

void DescribePort(int64_t port, const Spot& spot, Shown<model::v1::Component>& component) {
  if (!IsUnknown(component.value)) return;
  const auto* const known =
      std::find_if(std::begin(kPorts), std::end(kPorts), [&](const KnownPort& each) { return each.port == port; });
  if (known == std::end(kPorts)) return;
  AssumeStore(known->technology,
              absl::StrCat("its container listens on ", port, ", the usual port of ", known->technology), spot,
              component);
}

void DescribeSetting(absl::string_view name, const Spot& spot, Shown<model::v1::Component>& component) {
  if (!IsUnknown(component.value)) return;
  const KnownSetting* known = FindSetting(name);
  if (known == nullptr) return;
  AssumeStore(Find(known->image)->technology,
              absl::StrCat("its environment sets ", name, ", which the image of ", known->image, " reads"), spot,
              component);
}

bool SetsRootPassword(absl::string_view name) {
  const KnownSetting* known = FindSetting(name);
  return known != nullptr && known->does == KnownSetting::Does::kSetsPassword;
}

bool AllowsNoRootPassword(absl::string_view name) {
  const KnownSetting* known = FindSetting(name);
  return known != nullptr && known->does == KnownSetting::Does::kAllowsNone;
}

}  // namespace metapowers::importers
