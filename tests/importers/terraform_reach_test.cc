// Terraform plans: what the internet can reach, and what only looks so.
#include <gmock/gmock.h>

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "service/importers/terraform.h"
#include "tests/importers/read_format.h"

namespace metapowers::importers {
namespace {

namespace pb = model::v1;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

struct Planned {
  std::string address;
  std::string values;           // an object
  std::string references = "";  // `key=address`
};

// The part of a plan that both have in common.
std::string HeadOf(const Planned& each) {
  const std::vector<std::string> parts = absl::StrSplit(each.address, '.');
  return absl::StrCat(R"({"address": ")", each.address, R"(", "mode": "managed", "type": ")", parts[0],
                      R"(", "name": ")", parts[1], "\"");
}

ReadFormat Plan(const std::vector<Planned>& resources) {
  const auto planned = [](std::string* out, const Planned& each) {
    absl::StrAppend(out, HeadOf(each), R"(, "values": )", each.values, "}");
  };
  const auto configured = [](std::string* out, const Planned& each) {
    absl::StrAppend(out, HeadOf(each), R"(, "expressions": {)");
    const std::vector<std::string> pair = absl::StrSplit(each.references, '=');
    if (pair.size() == 2) absl::StrAppend(out, "\"", pair[0], R"(": {"references": [")", pair[1], "\"]}");
    absl::StrAppend(out, "}}");
  };
  return {kTerraform,
          {{"plan.json", absl::StrCat(R"({"format_version": "1.2", "planned_values": {"root_module": {"resources": [)",
                                      absl::StrJoin(resources, ", ", planned),
                                      R"(]}}, "configuration": {"root_module": {"resources": [)",
                                      absl::StrJoin(resources, ", ", configured), "]}}}")}}};
}

pb::Tristate FacingOf(const std::vector<Planned>& resources, const std::string& name = "a") {
  const ReadFormat run = Plan(resources);
  EXPECT_THAT(run.faults, IsEmpty());
  return run.Component(name).value.internet_facing();
}

TEST(TerraformReachTest, GroupsThatLetNobodyInFromTheInternetKeepItOut) {
  const Planned database = {"aws_db_instance.a", R"({"publicly_accessible": true})",
                            "vpc_security_group_ids=aws_security_group.g"};
  const std::string group = R"({"ingress": [{"cidr_blocks": ["%"], "from_port": 5432, "to_port": 5432}]})";
  const auto open_to = [&](const std::string& range) {
    return Planned{"aws_security_group.g", absl::StrJoin(std::vector<std::string>(absl::StrSplit(group, '%')), range)};
  };
  EXPECT_EQ(FacingOf({database, open_to("0.0.0.0/0")}), pb::TRISTATE_YES);
  EXPECT_EQ(FacingOf({database, open_to("10.0.0.0/8")}), pb::TRISTATE_UNSPECIFIED);
  EXPECT_EQ(FacingOf({{"aws_db_instance.a", R"({"publicly_accessible": true})"}}), pb::TRISTATE_YES);
  EXPECT_EQ(FacingOf({{"aws_lb.a", R"({"internal": false})", "security_groups=aws_security_group.g"},
                      open_to("203.0.113.0/24")}),
            pb::TRISTATE_UNSPECIFIED);
  EXPECT_EQ(
      FacingOf({{"aws_lb.a", R"({"internal": true})", "security_groups=aws_security_group.g"}, open_to("0.0.0.0/0")}),
      pb::TRISTATE_NO);
}

TEST(TerraformReachTest, PublicServicesOfAzureThatDenyByDefaultAreNotOpen) {
  const std::string on = R"("public_network_access_enabled": true)";
  EXPECT_EQ(FacingOf({{"azurerm_storage_account.a", absl::StrCat("{", on, R"(, "network_rules": []})")}}),
            pb::TRISTATE_YES);
  EXPECT_EQ(FacingOf({{"azurerm_storage_account.a",
                       absl::StrCat("{", on, R"(, "network_rules": [{"default_action": "Deny"}]})")}}),
            pb::TRISTATE_UNSPECIFIED);
  EXPECT_EQ(FacingOf({{"azurerm_storage_account.a", absl::StrCat("{", on, "}")},
                      {"azurerm_storage_account_network_rules.r", R"({"default_action": "Deny"})",
                       "storage_account_id=azurerm_storage_account.a"}}),
            pb::TRISTATE_UNSPECIFIED);
  EXPECT_EQ(
      FacingOf({{"azurerm_key_vault.a", absl::StrCat("{", on, R"(, "network_acls": [{"default_action": "Allow"}]})")}}),
      pb::TRISTATE_YES);
  EXPECT_EQ(
      FacingOf({{"azurerm_key_vault.a", absl::StrCat("{", on, R"(, "network_acls": [{"default_action": "Deny"}]})")}}),
      pb::TRISTATE_UNSPECIFIED);
  EXPECT_EQ(FacingOf({{"azurerm_cosmosdb_account.a", absl::StrCat("{", on, R"(, "ip_range_filter": "203.0.113.7"})")}}),
            pb::TRISTATE_UNSPECIFIED);
  EXPECT_EQ(FacingOf({{"azurerm_key_vault.a",
                       R"({"public_network_access_enabled": false, "network_acls": [{"default_action": "Deny"}]})"}}),
            pb::TRISTATE_NO);
}

TEST(TerraformReachTest, DatabasesOfAzureLetInWhomARuleNames) {
  const Planned server = {"azurerm_mssql_server.a", R"({"public_network_access_enabled": true})"};
  const auto rule = [](const std::string& first, const std::string& last) {
    return Planned{"azurerm_mssql_firewall_rule.r",
                   absl::StrCat(R"({"start_ip_address": ")", first, R"(", "end_ip_address": ")", last, R"("})"),
                   "server_id=azurerm_mssql_server.a"};
  };
  EXPECT_EQ(FacingOf({server}), pb::TRISTATE_UNSPECIFIED);
  EXPECT_EQ(FacingOf({server, rule("0.0.0.0", "0.0.0.0")}), pb::TRISTATE_UNSPECIFIED);
  EXPECT_EQ(FacingOf({server, rule("0.0.0.0", "255.255.255.255")}), pb::TRISTATE_YES);
  EXPECT_EQ(FacingOf({server, rule("255.255.255.255", "255.255.255.255")}), pb::TRISTATE_UNSPECIFIED);
}

TEST(TerraformReachTest, WhatIsClosedByItselfIsNotOpenedByOthers) {
  const Planned server = {"azurerm_mssql_server.a", R"({"public_network_access_enabled": false})"};
  const Planned rule = {"azurerm_mssql_firewall_rule.r",
                        R"({"start_ip_address": "0.0.0.0", "end_ip_address": "255.255.255.255"})",
                        "server_id=azurerm_mssql_server.a"};
  EXPECT_EQ(FacingOf({server}), pb::TRISTATE_NO);
  EXPECT_EQ(FacingOf({server, rule}), pb::TRISTATE_NO);
  EXPECT_EQ(FacingOf({rule, server}), pb::TRISTATE_NO);
  const Planned member = {"google_storage_bucket_iam_member.m", R"({"member": "allUsers"})",
                          "bucket=google_storage_bucket.a"};
  EXPECT_EQ(FacingOf({{"google_storage_bucket.a", "{}"}, member}), pb::TRISTATE_YES);
  EXPECT_EQ(FacingOf({{"google_storage_bucket.a", R"({"public_access_prevention": "enforced"})"}, member}),
            pb::TRISTATE_NO);
}

TEST(TerraformReachTest, RulesInsideOfAGroupOfAzureAreJudged) {
  const auto warnings = [](const std::string& access, const std::string& direction, const std::string& source) {
    return Plan({{"azurerm_network_security_group.g",
                  absl::StrCat(R"({"security_rule": [{"access": ")", access, R"(", "direction": ")", direction,
                               R"(", "source_address_prefix": ")", source, R"(", "destination_port_range": "22"},
                               {"access": "Allow", "direction": "Inbound", "source_address_prefix": "10.0.0.0/8",
                                "destination_port_range": "3389"}]})")}})
        .Warnings();
  };
  EXPECT_THAT(
      warnings("Allow", "Inbound", "*"),
      ElementsAre(HasSubstr("azurerm_network_security_group.g lets anyone on the internet connect to port 22")));
  EXPECT_THAT(warnings("Deny", "Inbound", "*"), IsEmpty());
  EXPECT_THAT(warnings("Allow", "Outbound", "*"), IsEmpty());
  EXPECT_THAT(warnings("Allow", "Inbound", "203.0.113.0/24"), IsEmpty());
}

TEST(TerraformReachTest, PortsAndPeersOfRulesOfAzureMayBeLists) {
  const std::string in = R"("access": "Allow", "direction": "Inbound", )";
  const auto inside = [&](const std::string& more) {
    return Plan({{"azurerm_network_security_group.g", absl::StrCat(R"({"security_rule": [{)", in, more, "}]}")}})
        .Warnings();
  };
  const std::string anyone = R"("source_address_prefix": "*", )";
  EXPECT_THAT(inside(anyone + R"("destination_port_range": "", "destination_port_ranges": ["443", "8000-8080"])"),
              ElementsAre(HasSubstr("connect to port 443, 8000-8080")));
  EXPECT_THAT(inside(anyone + R"("destination_port_range": "*", "destination_port_ranges": [])"),
              ElementsAre(HasSubstr("connect to all ports")));
  EXPECT_THAT(inside(anyone + R"("destination_port_ranges": ["0-65535"])"),
              ElementsAre(HasSubstr("connect to all ports")));
  const auto alone = [&](const std::string& more) {
    return Plan({{"azurerm_network_security_rule.r", absl::StrCat("{", in, more, "}")}}).Warnings();
  };
  EXPECT_THAT(alone(R"("source_address_prefixes": ["0.0.0.0/0"], "destination_port_ranges": ["22"])"),
              ElementsAre(HasSubstr("azurerm_network_security_rule.r lets anyone on the internet connect to port 22")));
  EXPECT_THAT(alone(R"("source_address_prefixes": ["203.0.113.0/24"], "destination_port_ranges": ["22"])"), IsEmpty());
}

TEST(TerraformReachTest, ANamespaceOfMessagesIsAComponent) {
  const ReadFormat run = Plan(
      {{"azurerm_servicebus_namespace.a", R"({"public_network_access_enabled": false, "minimum_tls_version": "1.2"})"},
       {"azurerm_eventhub_namespace.b", "{}"}});
  EXPECT_EQ(run.Component("a").value.internet_facing(), pb::TRISTATE_NO);
  ASSERT_EQ(run.Component("a").value.posture_size(), 1);
  EXPECT_EQ(run.Component("a").value.posture(0).control(), "tls_floor");
  EXPECT_EQ(run.Component("b").value.kind(), pb::COMPONENT_KIND_PROCESS);
  EXPECT_THAT(run.Skipped(), IsEmpty());
}

}  // namespace
}  // namespace metapowers::importers
