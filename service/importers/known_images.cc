#include "service/importers/known_images.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
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
};
constexpr KnownSetting kSettings[] = {
    {"MYSQL_ROOT_PASSWORD", "mysql"},
    {"MYSQL_RANDOM_ROOT_PASSWORD", "mysql"},
    {"MYSQL_ALLOW_EMPTY_PASSWORD", "mysql"},
    {"MARIADB_ROOT_PASSWORD", "mariadb"},
    {"MARIADB_ROOT_PASSWORD_HASH", "mariadb"},
    {"MARIADB_RANDOM_ROOT_PASSWORD", "mariadb"},
    {"MARIADB_ALLOW_EMPTY_ROOT_PASSWORD", "mariadb"},
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

// Words of names that tell what only works on the product that they name too: `redis-exporter`, `wait-for-postgres`.
constexpr absl::string_view kHelpers[] = {
    "admin",     "agent",   "api",      "app",     "backup",    "cli",        "client",   "commander", "connect",
    "connector", "console", "consumer", "create",  "curator",   "dashboard",  "exporter", "express",   "init",
    "job",       "loader",  "manager",  "migrate", "migration", "migrations", "migrator", "mirror",    "monitor",
    "operator",  "probe",   "producer", "proxy",   "reaper",    "registry",   "rest",     "restore",   "router",
    "seed",      "seeder",  "sentinel", "setup",   "sync",      "test",       "tests",    "tool",      "tools",
    "topics",    "ui",      "wait",     "web",     "worker"};

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

void Assume(model::v1::ComponentKind kind, absl::string_view technology, const std::string& why, const Spot& spot,
            Shown<model::v1::Component>& component) {
  component.value.set_kind(kind);
  component.value.add_technology(std::string(technology));
  component.Assumed("kind", spot, why);
  component.Assumed("technology", spot, why);
}

// The image that a service is named after: all of its name for any, and of stores also its first or last word where
// its image has no name of its own.
const KnownImage* FindNamed(absl::string_view service, absl::string_view image) {
  const std::string name = absl::AsciiStrToLower(service);
  if (const KnownImage* whole = Find(name); whole != nullptr) return whole;
  if (!image.empty() && !absl::StartsWith(ParseImageName(image).Last(), "$")) return nullptr;
  const std::vector<absl::string_view> words = absl::StrSplit(name, absl::ByAnyChar("-_."), absl::SkipEmpty());
  const bool helps = std::any_of(words.begin(), words.end(), [](absl::string_view word) {
    return std::find(std::begin(kHelpers), std::end(kHelpers), word) != std::end(kHelpers);
  });
  if (words.empty() || helps) return nullptr;
  for (const absl::string_view word : {words.back(), words.front()}) {
    const KnownImage* known = Find(word);
    if (known != nullptr && known->kind == kStore) return known;
  }
  return nullptr;
}

// Whether an image of it is there to be given code: it does not say who wrote what runs.
bool RunsCodeOfOthers(absl::string_view technology) {
  static constexpr absl::string_view kPlatforms[] = {"airflow",   "aspnet", "flink",  "notebook",
                                                     "openresty", "spark",  "tomcat", "wildfly"};
  return absl::EndsWith(technology, "-service") ||
         std::find(std::begin(kPlatforms), std::end(kPlatforms), technology) != std::end(kPlatforms);
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
    if (known->kind == kProcess && !RunsCodeOfOthers(known->technology)) {
      value.set_custom_code(false);
      component.Assumed("custom_code", spot, why);
    }
  }
  if (value.kind() != model::v1::COMPONENT_KIND_UNSPECIFIED) return;
  value.set_kind(known == nullptr ? kProcess : known->kind);
  if (value.kind() == kStore) {
    component.Assumed("kind", spot, absl::StrCat(why, " and keeps data"));
  } else if (absl::StartsWith(ParseImageName(reference).Last(), "$")) {
    component.Assumed("kind", spot, "the file leaves its image to a variable, and nothing says that it keeps data");
  } else {
    component.Observed("kind", spot);
  }
}

void DescribePort(int64_t port, const Spot& spot, Shown<model::v1::Component>& component) {
  if (!IsUnknown(component.value)) return;
  const auto* const known =
      std::find_if(std::begin(kPorts), std::end(kPorts), [&](const KnownPort& each) { return each.port == port; });
  if (known == std::end(kPorts)) return;
  Assume(kStore, known->technology,
         absl::StrCat("its container listens on ", port, ", the usual port of ", known->technology), spot, component);
}

void DescribeSetting(absl::string_view name, const Spot& spot, Shown<model::v1::Component>& component) {
  if (!IsUnknown(component.value)) return;
  const KnownSetting* known = FindSetting(name);
  if (known == nullptr) return;
  Assume(kStore, Find(known->image)->technology,
         absl::StrCat("its environment sets ", name, ", which the image of ", known->image, " reads"), spot, component);
}

void DescribeName(absl::string_view name, absl::string_view image, const Spot& spot,
                  Shown<model::v1::Component>& component) {
  if (!IsUnknown(component.value)) return;
  const KnownImage* known = FindNamed(name, image);
  if (known == nullptr) return;
  Assume(known->kind, known->technology,
         absl::StrCat("it is named after ", known->image, ", which is known to be ", known->technology), spot,
         component);
}

void DescribeVersion(absl::string_view reference, const Spot& spot, Shown<model::v1::Component>& component) {
  constexpr size_t kMaxTag = 128;  // by the specification of image references
  const ImageName name = ParseImageName(reference);
  const absl::string_view digits = absl::StripPrefix(name.tag, "v");
  if (absl::StrContains(name.tag, "latest")) return;  // `2019-latest`: what it names changes
  if (digits.empty() || digits.size() > kMaxTag || !absl::ascii_isdigit(digits.front())) return;
  // What has the form of no image may be a password: `user:1@host/image`.
  const bool is_image = name.digest.empty() || absl::StartsWith(name.digest, "sha");
  const std::string version = absl::StrCat(name.Last(), " ", name.tag);
  if (!is_image || absl::StrContains(version, '$')) return;
  component.value.set_version(version);
  component.Observed("version", spot);
}

}  // namespace metapowers::importers
