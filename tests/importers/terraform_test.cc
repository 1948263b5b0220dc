// Terraform plans: what resources become.
#include "service/importers/terraform.h"

#include <gmock/gmock.h>

#include <string>
#include <vector>

#include "service/importers/terraform_plan.h"
#include "service/importers/terraform_types.h"
#include "service/knowledge/threats.h"
#include "tests/importers/read_format.h"

namespace metapowers::importers {
namespace {

namespace pb = model::v1;
using ::testing::AllOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::UnorderedElementsAre;

ReadFormat Read(const std::string& text) { return ReadFormat(kTerraform, {{"plan.json", text}}); }

std::vector<std::string> ControlsOf(const Shown<pb::Component>& component) {
  std::vector<std::string> out;
  for (const pb::ControlPosture& control : component.value.posture()) {
    out.push_back(absl::StrCat(control.control(), " ", pb::PostureState_Name(control.state()).substr(14)));
  }
  return out;
}

class TerraformTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() { read_ = new ReadFormat(Read(FixtureOf("terraform/shop.json"))); }
  static void TearDownTestSuite() { delete read_; }
  const ReadFormat& read() { return *read_; }
  static ReadFormat* read_;
};
ReadFormat* TerraformTest::read_ = nullptr;

TEST_F(TerraformTest, Counts) {
  EXPECT_THAT(read().faults, IsEmpty());
  EXPECT_EQ(read().Counted("resources"), 48);
  EXPECT_EQ(read().Counted("data_sources"), 1);
  EXPECT_EQ(read().Counted("components"), 14);
  EXPECT_EQ(read().Counted("trust_boundaries"), 5);
  EXPECT_EQ(read().Counted("flows"), 8);
  EXPECT_EQ(read().Counted("exposed_services"), 4);
  EXPECT_EQ(read().Counted("endpoints"), 3);
  EXPECT_EQ(read().Counted("unauthenticated_operations"), 1);
  EXPECT_EQ(read().Counted("skipped_resources"), 5);
  EXPECT_EQ(read().Counted("clusters"), 1);
}

TEST_F(TerraformTest, NothingSecretComesOut) {
  const std::string everything = read().Everything();
  for (const char* secret :
       {"plan-secret-0001", "task-secret-0001", "tok-secret-0002", "hidden-secret-0003", "random-secret-0004",
        "config-secret-0005", "variable-secret-0006", "output-secret-0007"}) {
    EXPECT_THAT(everything, Not(HasSubstr(secret)));
  }
}

TEST_F(TerraformTest, SecretsInClearTextAreRaisedByName) {
  const auto warnings = read().Notes(v1::IMPORT_NOTE_KIND_WARNING);
  EXPECT_THAT(warnings,
              Contains(HasSubstr("environment variable 'API_TOKEN' of aws_lambda_function.run[\"mail\"] holds a "
                                 "secret in clear text")));
  EXPECT_THAT(warnings, Contains(HasSubstr("environment variable 'DB_PASSWORD' of aws_ecs_task_definition.web holds")));
  EXPECT_THAT(warnings, Contains(HasSubstr("attribute password of aws_db_instance.orders holds")));
  EXPECT_THAT(warnings, Not(Contains(HasSubstr("'MODE'"))));
  EXPECT_THAT(ControlsOf(read().Component("web")), Contains("secrets_external ABSENT"));
  EXPECT_THAT(ControlsOf(read().Component("run-mail")), Contains("secrets_external ABSENT"));
  EXPECT_THAT(ControlsOf(read().Component("run-print")), Not(Contains("secrets_external ABSENT")))
      << "what is sensitive is not looked at";
}

TEST_F(TerraformTest, ZonesAreTheAccountItsNetworksAndSubnets) {
  EXPECT_EQ(read().Zone("AWS account").value.type(), pb::ZONE_TYPE_CLOUD_ACCOUNT);
  EXPECT_EQ(read().Zone("shop-net").value.type(), pb::ZONE_TYPE_VLAN);
  EXPECT_EQ(read().ParentOf("shop-net"), "AWS account");
  for (const char* subnet : {"private-a", "private-b", "public"}) {
    EXPECT_EQ(read().Zone(subnet).value.type(), pb::ZONE_TYPE_SECURITY_GROUP);
    EXPECT_EQ(read().ParentOf(subnet), "shop-net") << "through the variable of the module";
  }
  EXPECT_EQ(read().ZoneOf("shop-front"), "public") << "through the output of the module";
  EXPECT_EQ(read().ZoneOf("bastion"), "public");
  EXPECT_EQ(read().ZoneOf("web"), "shop-net") << "in several subnets";
  EXPECT_EQ(read().ZoneOf("orders-db"), "shop-net") << "through the subnet group";
  EXPECT_EQ(read().ZoneOf("worker"), "AWS account");
  EXPECT_EQ(read().ZoneOf("run-mail"), "AWS account");
}

TEST_F(TerraformTest, InfrastructureAndRegion) {
  ASSERT_EQ(read().inventory.infrastructure.size(), 3u);
  const auto& cluster = ReadFormat::Find(read().inventory.infrastructure, "shop-k8s");
  EXPECT_EQ(cluster.value.kind(), pb::INFRASTRUCTURE_KIND_KUBERNETES_CLUSTER);
  EXPECT_EQ(cluster.value.version(), "Kubernetes 1.29");
  EXPECT_EQ(ReadFormat::Find(read().inventory.infrastructure, "shop.example.com").value.kind(),
            pb::INFRASTRUCTURE_KIND_DNS);
  ASSERT_EQ(read().inventory.regions.size(), 1u);
  EXPECT_EQ(read().inventory.regions[0].name, "eu-west-1") << "through a variable that is no secret";
  EXPECT_THAT(read().Notes(v1::IMPORT_NOTE_KIND_WARNING),
              Contains(HasSubstr("the API of cluster shop-k8s can be reached from the internet")));
}

TEST_F(TerraformTest, ThePlanIsASourceOfCode) {
  ASSERT_EQ(read().inventory.iac.size(), 1u);
  const auto& source = read().inventory.iac[0];
  EXPECT_EQ(source.value.tool(), "Terraform");
  EXPECT_EQ(source.spot.at.line, 1);
  EXPECT_EQ(source.references.size(), read().inventory.infrastructure.size())
      << "the account, the cluster and the names";
}

TEST_F(TerraformTest, InstancesOfAFleetAreOneComponentAndOthersOneEach) {
  EXPECT_EQ(read().Component("worker").value.replicas(), 2);
  EXPECT_EQ(read().Component("worker").value.machine(), pb::MACHINE_VM);
  EXPECT_FALSE(read().Component("jobs-mail").value.has_replicas());
  EXPECT_EQ(read().Component("jobs-print").value.imported_id(), "aws_sqs_queue.jobs[\"print\"]");
  EXPECT_EQ(read().Component("web").value.replicas(), 3) << "desired_count";
  EXPECT_FALSE(read().Component("AWS KMS").value.has_replicas());
}

TEST_F(TerraformTest, AttributesOfADatabase) {
  const auto& db = read().Component("orders-db");
  EXPECT_EQ(db.value.kind(), pb::COMPONENT_KIND_DATASTORE);
  EXPECT_THAT(db.value.technology(), ElementsAre("postgres", "rds"));
  EXPECT_EQ(db.value.version(), "15.4");
  EXPECT_EQ(db.value.machine(), pb::MACHINE_MANAGED_SERVICE);
  EXPECT_EQ(db.value.provider(), pb::PROVIDER_AWS);
  EXPECT_EQ(db.value.encryption_at_rest(), pb::ENCRYPTION_AT_REST_CUSTOMER_KEY) << "the key is known after apply";
  EXPECT_EQ(db.value.redundant(), pb::TRISTATE_NO);
  EXPECT_EQ(db.value.internet_facing(), pb::TRISTATE_NO);
  EXPECT_EQ(db.value.backup().retention_days(), 14);
  EXPECT_EQ(db.value.backup().method(), pb::BACKUP_METHOD_UNSPECIFIED);
  EXPECT_EQ(db.bases.at("encryption_at_rest").kind, v1::BASIS_OBSERVED);
  EXPECT_EQ(db.bases.at("encryption_at_rest").spot.file, "plan.json");
}

TEST_F(TerraformTest, EncryptionIsWhatThePlanSays) {
  EXPECT_EQ(read().Component("jobs-mail").value.encryption_at_rest(), pb::ENCRYPTION_AT_REST_TRANSPARENT)
      << "a key of the provider";
  EXPECT_EQ(read().Component("jobs-print").value.encryption_at_rest(), pb::ENCRYPTION_AT_REST_NONE);
  EXPECT_EQ(read().Component("bastion").value.encryption_at_rest(), pb::ENCRYPTION_AT_REST_NONE);
  EXPECT_EQ(read().Component("shop-site").value.encryption_at_rest(), pb::ENCRYPTION_AT_REST_CUSTOMER_KEY);
  EXPECT_EQ(read().Component("shop-vault").value.encryption_at_rest(), pb::ENCRYPTION_AT_REST_UNSPECIFIED);
  EXPECT_EQ(read().Component("alarms").value.encryption_at_rest(), pb::ENCRYPTION_AT_REST_UNSPECIFIED);
  EXPECT_THAT(ControlsOf(read().Component("AWS KMS")), ElementsAre("key_rotation PARTIAL"));
}

TEST_F(TerraformTest, Exposure) {
  EXPECT_EQ(read().Component("shop-front").value.internet_facing(), pb::TRISTATE_YES);
  EXPECT_EQ(read().Component("shop-api").value.internet_facing(), pb::TRISTATE_YES);
  EXPECT_EQ(read().Component("bastion").value.internet_facing(), pb::TRISTATE_YES) << "address and open group";
  EXPECT_EQ(read().Component("worker").value.internet_facing(), pb::TRISTATE_UNSPECIFIED) << "an address may follow";
  EXPECT_EQ(read().Component("shop-site").value.internet_facing(), pb::TRISTATE_YES);
  EXPECT_EQ(read().Component("shop-vault").value.internet_facing(), pb::TRISTATE_NO);
  EXPECT_EQ(read().Component("run-mail").value.internet_facing(), pb::TRISTATE_UNSPECIFIED);
  EXPECT_THAT(ControlsOf(read().Component("shop-front")), ElementsAre("tls_floor ABSENT"));
  const auto warnings = read().Notes(v1::IMPORT_NOTE_KIND_WARNING);
  EXPECT_THAT(warnings,
              AllOf(Contains(HasSubstr("aws_security_group.web lets anyone on the internet connect to port 443")),
                    Contains(HasSubstr("aws_security_group_rule.ssh lets anyone on the internet connect to port 22")),
                    Not(Contains(HasSubstr("aws_security_group_rule.out"))),
                    Not(Contains(HasSubstr("aws_security_group.inner lets")))));
}

TEST_F(TerraformTest, WildcardsOfRolesAreOfWhatActsAsThem) {
  EXPECT_THAT(ControlsOf(read().Component("run-mail")), Contains("least_privilege ABSENT"));
  EXPECT_THAT(ControlsOf(read().Component("run-print")), Contains("least_privilege ABSENT"));
  EXPECT_THAT(ControlsOf(read().Component("web")), Not(Contains("least_privilege ABSENT")));
  const auto warnings = read().Notes(v1::IMPORT_NOTE_KIND_WARNING);
  EXPECT_THAT(warnings, Contains(HasSubstr("aws_iam_role_policy.run allows all actions on all resources")));
  EXPECT_THAT(warnings, Not(Contains(HasSubstr("aws_iam_role_policy.fine"))));
}

TEST_F(TerraformTest, FlowsAreWhatReferencesProve) {
  EXPECT_THAT(read().Flows(),
              UnorderedElementsAre("shop-front > web", "web > orders-db", "jobs-mail > run-mail",
                                   "jobs-print > run-print", "run-mail > shop-vault", "run-print > shop-vault",
                                   "shop-api > run-mail", "alarms > jobs-mail"));
  const auto& front = read().Flow("shop-front to web");
  EXPECT_EQ(front.value.protocol(), "http");
  EXPECT_EQ(front.value.port(), 8080);
  EXPECT_EQ(front.value.transport_security(), pb::TRANSPORT_SECURITY_NONE);
  EXPECT_EQ(read().Flow("jobs-mail to run-mail").value.purpose(), "events");
  EXPECT_EQ(read().Flow("jobs-mail to run-mail").value.transport_security(), pb::TRANSPORT_SECURITY_UNSPECIFIED);
}

TEST_F(TerraformTest, EndpointsOfAGateway) {
  ASSERT_EQ(read().inventory.apis.size(), 1u);
  const pb::Api& api = read().inventory.apis[0].value;
  ASSERT_EQ(api.endpoints_size(), 3);
  EXPECT_EQ(api.endpoints(0).method(), "GET");
  EXPECT_EQ(api.endpoints(0).path(), "/bikes/{id}");
  EXPECT_EQ(api.endpoints(0).authenticated(), pb::TRISTATE_NO);
  EXPECT_EQ(api.endpoints(1).authenticated(), pb::TRISTATE_YES);
  EXPECT_EQ(api.endpoints(2).method(), "");
  EXPECT_EQ(api.endpoints(2).path(), "$default");
  EXPECT_EQ(api.endpoints(2).authenticated(), pb::TRISTATE_UNSPECIFIED);
}

TEST_F(TerraformTest, WhatIsLeftOutIsListedByType) {
  EXPECT_THAT(read().Skipped(),
              ElementsAre(HasSubstr("aws_braket_thing.q: this type is not known"),
                          HasSubstr("aws_lambda_permission.p: it is a permission; who may do something is no flow"),
                          HasSubstr("2 resources of type aws_route_table: addresses, routes"),
                          HasSubstr("random_password.db: nothing runs in it")));
}

// --- Other clouds, states, bad files -----------------------------------------------------------------------------

std::string PlanOf(const std::string& resources, const std::string& configuration = "[]") {
  return absl::StrCat(R"({"format_version": "1.2", "planned_values": {"root_module": {"resources": )", resources,
                      R"(}}, "configuration": {"root_module": {"resources": )", configuration, "}}}");
}

TEST(TerraformCloudsTest, GoogleCloud) {
  const ReadFormat read = Read(PlanOf(
      R"([{"address": "google_sql_database_instance.db", "type": "google_sql_database_instance", "name": "db", "values": {
            "name": "orders", "region": "europe-west1", "database_version": "POSTGRES_15", "settings": [{
            "availability_type": "REGIONAL", "backup_configuration": [{"enabled": true, "point_in_time_recovery_enabled": true}],
            "ip_configuration": [{"ipv4_enabled": true, "require_ssl": false, "authorized_networks": [{"value": "10.0.0.0/8"},
            {"value": "0.0.0.0/0"}]}]}]}},
          {"address": "google_storage_bucket.b", "type": "google_storage_bucket", "name": "b", "values": {"name": "files"}},
          {"address": "google_storage_bucket_iam_member.m", "type": "google_storage_bucket_iam_member", "name": "m", "values": {"member": "allUsers"}},
          {"address": "google_cloud_run_v2_service.s", "type": "google_cloud_run_v2_service", "name": "s", "values": {
            "name": "api", "ingress": "INGRESS_TRAFFIC_INTERNAL_ONLY", "template": [{"containers": [{"env": [{"name": "DB_PASSWORD", "value": "run-secret-01"}]}]}]}},
          {"address": "google_pubsub_topic.t", "type": "google_pubsub_topic", "name": "t", "values": {"name": "t"}},
          {"address": "google_pubsub_subscription.t", "type": "google_pubsub_subscription", "name": "t", "values": {"name": "t"}},
          {"address": "google_compute_firewall.f", "type": "google_compute_firewall", "name": "f", "values": {
            "direction": "INGRESS", "source_ranges": ["0.0.0.0/0"], "allow": [{"protocol": "tcp", "ports": ["22", "8000-9000"]}]}},
          {"address": "google_project_iam_member.o", "type": "google_project_iam_member", "name": "o", "values": {"role": "roles/owner"}}])",
      R"([{"address": "google_storage_bucket_iam_member.m", "expressions": {"bucket": {"references": ["google_storage_bucket.b.name", "google_storage_bucket.b"]}}},
          {"address": "google_pubsub_subscription.t", "expressions": {"topic": {"references": ["google_pubsub_topic.t.id", "google_pubsub_topic.t"]},
            "push_config": [{"push_endpoint": {"references": ["google_cloud_run_v2_service.s.uri", "google_cloud_run_v2_service.s"]}}]}},
          {"address": "google_cloud_run_v2_service.s", "expressions": {"template": [{"containers": [{"env": [{"name": {"constant_value": "DB"},
            "value": {"references": ["google_sql_database_instance.db.connection_name", "google_sql_database_instance.db"]}}]}]}]}}])"));
  EXPECT_THAT(read.faults, IsEmpty());
  const auto& db = read.Component("orders");
  EXPECT_EQ(db.value.internet_facing(), pb::TRISTATE_YES);
  EXPECT_EQ(db.value.redundant(), pb::TRISTATE_YES);
  EXPECT_EQ(db.value.backup().method(), pb::BACKUP_METHOD_CONTINUOUS);
  EXPECT_EQ(db.value.version(), "POSTGRES_15");
  EXPECT_EQ(db.value.provider(), pb::PROVIDER_GCP);
  EXPECT_EQ(read.inventory.regions.size(), 1u);
  EXPECT_EQ(read.Component("files").value.internet_facing(), pb::TRISTATE_YES);
  EXPECT_EQ(read.Component("api").value.internet_facing(), pb::TRISTATE_NO);
  EXPECT_THAT(ControlsOf(read.Component("api")), ElementsAre("secrets_external ABSENT"));
  EXPECT_THAT(read.Everything(), Not(HasSubstr("run-secret-01")));
  // Topic and subscription have one name and one technology: a digest tells them apart.
  EXPECT_EQ(read.inventory.components.size(), 5u);
  EXPECT_EQ(read.Flows().size(), 3u);
  EXPECT_THAT(read.Flows(), Contains("api > orders"));
  EXPECT_THAT(read.Notes(v1::IMPORT_NOTE_KIND_WARNING),
              AllOf(Contains(HasSubstr("google_compute_firewall.f lets anyone on the internet connect to port 22, "
                                       "8000-9000")),
                    Contains(HasSubstr("gives role 'roles/owner'"))));
  EXPECT_EQ(read.Zone("Google Cloud project").value.type(), pb::ZONE_TYPE_CLOUD_ACCOUNT);
}

TEST(TerraformCloudsTest, EachRuleIsJudgedWithItsOwnPorts) {
  const ReadFormat read = Read(PlanOf(
      R"([{"address": "aws_security_group.g", "type": "aws_security_group", "name": "g", "values": {"ingress": [
            {"cidr_blocks": ["0.0.0.0/0"], "from_port": 443, "to_port": 443},
            {"cidr_blocks": ["10.0.0.0/8"], "from_port": 22, "to_port": 22},
            {"cidr_blocks": ["10.0.0.0/8", "0.0.0.0/0"], "from_port": 8000, "to_port": 8080}]}},
          {"address": "aws_security_group.all", "type": "aws_security_group", "name": "all", "values": {"ingress": [
            {"cidr_blocks": ["0.0.0.0/0"], "from_port": 443, "to_port": 443},
            {"ipv6_cidr_blocks": ["::/0"], "from_port": 0, "to_port": 0}]}}])"));
  EXPECT_THAT(
      read.Notes(v1::IMPORT_NOTE_KIND_WARNING),
      UnorderedElementsAre(HasSubstr("aws_security_group.g lets anyone on the internet connect to port 443, 8000-8080"),
                           HasSubstr("aws_security_group.all lets anyone on the internet connect to port 443"),
                           HasSubstr("aws_security_group.all lets anyone on the internet connect to all ports")));
}

TEST(TerraformCloudsTest, FirewallsThatDenyOrAreOffOpenNothing) {
  const auto warnings = [](const std::string& rule) {
    return Read(PlanOf(R"([{"address": "google_compute_firewall.f", "type": "google_compute_firewall", "name": "f",
        "values": {"direction": "INGRESS", "source_ranges": ["0.0.0.0/0"], )" +
                       rule + "}}]"))
        .Notes(v1::IMPORT_NOTE_KIND_WARNING);
  };
  const std::string allow = R"("allow": [{"protocol": "tcp", "ports": ["22"]}], "deny": [], "disabled": )";
  EXPECT_THAT(warnings(allow + "false"), ElementsAre(HasSubstr("connect to port 22")));
  EXPECT_THAT(warnings(allow + "true"), IsEmpty());
  EXPECT_THAT(warnings(R"("allow": [], "deny": [{"protocol": "all", "ports": []}])"), IsEmpty());
}

TEST(TerraformCloudsTest, Azure) {
  const ReadFormat read = Read(PlanOf(
      R"([{"address": "azurerm_storage_account.a", "type": "azurerm_storage_account", "name": "a", "values": {
            "name": "files", "location": "westeurope", "min_tls_version": "TLS1_0", "https_traffic_only_enabled": true,
            "public_network_access_enabled": false, "account_replication_type": "GRS"}},
          {"address": "azurerm_mssql_database.d", "type": "azurerm_mssql_database", "name": "d", "values": {
            "name": "orders", "transparent_data_encryption_enabled": true, "zone_redundant": false}},
          {"address": "azurerm_linux_web_app.w", "type": "azurerm_linux_web_app", "name": "w", "values": {
            "name": "web", "https_only": false, "public_network_access_enabled": true, "app_settings": {"API_KEY": "app-secret-01"}}},
          {"address": "azurerm_virtual_network.n", "type": "azurerm_virtual_network", "name": "n", "values": {"name": "vnet"}},
          {"address": "azurerm_subnet.s", "type": "azurerm_subnet", "name": "s", "values": {"name": "apps"}}])",
      R"([{"address": "azurerm_subnet.s", "expressions": {"virtual_network_name": {"references": ["azurerm_virtual_network.n.name", "azurerm_virtual_network.n"]}}},
          {"address": "azurerm_linux_web_app.w", "expressions": {"virtual_network_subnet_id": {"references": ["azurerm_subnet.s.id", "azurerm_subnet.s"]},
            "app_settings": {"references": ["azurerm_storage_account.a.primary_blob_endpoint", "azurerm_storage_account.a"]}}}])"));
  EXPECT_THAT(read.faults, IsEmpty());
  EXPECT_THAT(ControlsOf(read.Component("files")), ElementsAre("tls_floor ABSENT", "transport_encryption IMPLEMENTED"));
  EXPECT_TRUE(read.Component("files").value.multi_region());
  EXPECT_EQ(read.Component("files").value.internet_facing(), pb::TRISTATE_NO);
  EXPECT_EQ(read.Component("orders").value.encryption_at_rest(), pb::ENCRYPTION_AT_REST_TRANSPARENT);
  EXPECT_EQ(read.Component("web").value.internet_facing(), pb::TRISTATE_YES);
  EXPECT_EQ(read.ZoneOf("web"), "apps");
  EXPECT_EQ(read.ParentOf("apps"), "vnet");
  EXPECT_EQ(read.ParentOf("vnet"), "Azure subscription");
  EXPECT_THAT(read.Flows(), ElementsAre("web > files"));
  EXPECT_THAT(read.Everything(), Not(HasSubstr("app-secret-01")));
}

TEST(TerraformFilesTest, AStateIsReadLikeAPlan) {
  const ReadFormat read = Read(
      R"({"format_version": "1.0", "terraform_version": "1.5.0", "values": {"root_module": {"resources": [
          {"address": "aws_s3_bucket.b", "mode": "managed", "type": "aws_s3_bucket", "name": "b", "values": {"bucket": "files"}}]}}})");
  EXPECT_THAT(read.faults, IsEmpty());
  EXPECT_EQ(read.ZoneOf("files"), "AWS account");
}

TEST(TerraformFilesTest, OtherFilesOfTerraformAreRefusedWithMend) {
  const ReadFormat raw = Read(R"({"version": 4, "terraform_version": "1.5.0", "lineage": "x", "resources": []})");
  EXPECT_THAT(raw.Skipped(), ElementsAre(HasSubstr("pass what `terraform show -json` prints of it")));
  const ReadFormat later = Read(R"({"format_version": "2.0", "planned_values": {"root_module": 7}})");
  EXPECT_THAT(later.Skipped(), ElementsAre("plan.json:1 Terraform plan, format '2.0': formats 0.x and 1.x are read"));
  EXPECT_THAT(later.faults, IsEmpty());
  const ReadFormat empty = Read(R"({"format_version": "1.0", "terraform_version": "1.5.0"})");
  EXPECT_THAT(empty.Skipped(), ElementsAre(HasSubstr("it has neither `planned_values` nor `values`")));
}

TEST(TerraformFilesTest, WrongFormsAreFaults) {
  const ReadFormat read = Read(PlanOf(R"([7, {"address": "x", "type": "aws_s3_bucket"}])"));
  EXPECT_THAT(read.faults, ElementsAre(HasSubstr("resources[0]: must be a mapping, not text"),
                                       HasSubstr("resources[1].type: and `name` of a resource are required")));
}

TEST(TerraformFilesTest, ReferencesInACircleEnd) {
  const ReadFormat read = Read(
      R"({"format_version": "1.0", "planned_values": {"root_module": {"resources": [
          {"address": "aws_lambda_function.f", "type": "aws_lambda_function", "name": "f", "values": {}}]}},
          "configuration": {"root_module": {"resources": [{"address": "aws_lambda_function.f", "expressions": {
            "environment": [{"variables": {"references": ["module.m.a", "aws_lambda_function.f", "", "var", "x"]}}]}}],
          "module_calls": {"m": {"expressions": {"v": {"references": ["module.m.a"]}}, "module": {
            "outputs": {"a": {"expression": {"references": ["var.v"]}}}}}}}}})");
  EXPECT_THAT(read.faults, IsEmpty());
  EXPECT_THAT(read.Flows(), IsEmpty());
}

TEST(TerraformPlanTest, IndexesAreStripped) {
  EXPECT_EQ(terraform::StripIndexes("module.a[0].module.b[\"x.y]\\\"[\"].aws_s3_bucket.c[1]"),
            "module.a.module.b.aws_s3_bucket.c");
  EXPECT_EQ(terraform::StripIndexes("a]b"), "a]b");
  EXPECT_EQ(terraform::StripIndexes("a[\""), "a");
}

TEST(TerraformTypesTest, EveryTypeIsOfItsCloud) {
  for (const auto& types : {terraform::AwsTypes(), terraform::GoogleTypes(), terraform::AzureTypes()}) {
    const terraform::Cloud* cloud = terraform::CloudOf(types.front().type);
    for (const terraform::ResourceType& type : types) {
      EXPECT_EQ(terraform::CloudOf(type.type), cloud) << type.type;
      EXPECT_EQ(terraform::FindType(type.type), &type) << type.type;
      const bool component = type.role == terraform::Role::kComponent || type.role == terraform::Role::kShared;
      EXPECT_EQ(component, type.kind != pb::COMPONENT_KIND_UNSPECIFIED) << type.type;
      EXPECT_EQ(type.role == terraform::Role::kShared, !type.service.empty()) << type.type;
      if (!type.technology.empty()) {
        EXPECT_NE(knowledge::FindTechnology(type.technology), nullptr) << type.type << ": " << type.technology;
      }
    }
  }
}

}  // namespace
}  // namespace metapowers::importers
