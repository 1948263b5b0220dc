// The shipped controls: the vocabulary that rules, models and documents share.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <regex>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "service/knowledge/knowledge.h"
#include "service/knowledge/threats.h"

namespace metapowers::knowledge {
namespace {

using ::testing::IsSupersetOf;
using ::testing::MatchesRegex;

// Models and rules refer to these; none may go or change its name.
constexpr absl::string_view kKeys =
    "input_validation output_encoding parameterised_queries xml_hardening strict_http authn_source authz_source "
    "least_privilege mfa session_security csrf server_side_validation resource_limits rate_limiting "
    "hardening_baseline code_signing secrets_external audit_log_integrity header_hardening dependency_scanning "
    "image_provenance egress_filtering transport_encryption tls_floor mutual_authentication message_signing "
    "replay_protection ip_allowlist short_lived_credentials credential_rotation secret_scanning encryption_at_rest "
    "own_key_encryption tokenisation data_masking log_redaction central_logging security_monitoring waf api_gateway "
    "network_segmentation default_deny_network ddos_protection redundancy backup immutable_backup restore_test "
    "safe_deserialisation upload_checks path_canonicalisation url_allowlist ldap_safe_queries memory_safety "
    "container_hardening admission_control cluster_rbac branch_protection code_review static_analysis build_isolation "
    "signed_deployments pull_deployment registry_access immutable_tags iac_policy_checks state_encryption key_rotation "
    "certificate_monitoring tenant_isolation object_authorisation function_authorisation property_authorisation "
    "data_minimisation retention_deletion transfer_mechanism vendor_assurance vendor_exit_plan processing_agreement "
    "breach_notice_clause api_inventory schema_validation request_size_limit cors_restriction bot_protection "
    "transaction_limits dual_control signed_records time_sync admin_access_proxy access_review device_isolation "
    "patching supported_versions malware_scanning phishing_training dns_security mail_authentication account_lockout "
    "identity_isolation vault_isolation vault_audit broker_acl cache_authentication query_limits fallback_procedure "
    "prompt_guard identity_propagation mesh_authorisation runtime_isolation";

// Calls `check` with each control, its key in the trace.
template <class Check>
void ForEach(Check check) {
  for (const v1::SecurityControl& control : SecurityControls().controls()) {
    SCOPED_TRACE(control.id());
    check(control);
  }
}

TEST(SecurityControls, HoldsEveryKeyOnce) {
  std::vector<std::string> ids;
  ForEach([&](const v1::SecurityControl& control) { ids.push_back(control.id()); });
  const std::vector<std::string> keys = absl::StrSplit(kKeys, ' ');
  EXPECT_THAT(ids, IsSupersetOf(keys));
  EXPECT_EQ(std::set<std::string>(ids.begin(), ids.end()).size(), ids.size());
  for (const std::string& id : ids) {
    EXPECT_THAT(id, MatchesRegex("[a-z][a-z0-9]*(_[a-z0-9]+)*"));
    EXPECT_NE(FindControl(id), nullptr);
  }
}

TEST(SecurityControls, EveryReferenceIsInTheCatalogueOnce) {
  ForEach([](const v1::SecurityControl& control) {
    EXPECT_GT(control.references_size(), 0);
    std::set<std::string> seen;
    for (const std::string& reference : control.references()) {
      EXPECT_NE(FindRequirement(reference), nullptr) << reference;
      EXPECT_TRUE(seen.insert(reference).second) << reference << " twice";
    }
  });
}

// Pairs that mapping tables of others get wrong.
TEST(SecurityControls, KeepsClearOfUsualSlips) {
  ForEach([](const v1::SecurityControl& control) {
    for (const std::string& reference : control.references()) {
      // End-user devices is no place for sessions, threat intelligence none for a control of a component.
      EXPECT_NE(reference, "iso-27001-2022:A.8.1");
      EXPECT_NE(reference, "iso-27001-2022:A.5.7");
      // DNS query logs is no integrity of logs; alerts in one place no boundary.
      EXPECT_NE(reference, "cis-8:8.6");
      if (reference == "cis-8:13.1") {
        EXPECT_EQ(control.id(), "security_monitoring");
      }
      // Disk encryption alone leaves the PAN readable (3.5.1.2); no requirement of PCI DSS asks for backups.
      if (control.id() == "encryption_at_rest") {
        EXPECT_NE(reference, "pci-dss-4.0.1:3.5.1");
      }
      if (absl::StrContains(control.id(), "backup") || control.id() == "restore_test") {
        EXPECT_FALSE(absl::StartsWith(reference, "pci-dss"));
      }
    }
  });
}

TEST(SecurityControls, SaysWhatToDoHowToCheckWhoAndHowMuchWork) {
  // Verbs in the imperative: nobody is told to be, to have or to should.
  const std::regex imperative("^[A-Z][a-z]+,? ");
  const std::regex vague(
      "\\b(appropriate|adequate|proper|properly|sufficient|regularly|periodically|timely|as needed|where possible|"
      "best practice|robust|should|etc|and so on|if necessary|ensure)\\b",
      std::regex::icase);
  const std::regex placeholder("\\{([a-z_]*)\\}");
  const std::set<std::string> known = {"element", "name",      "data",      "zone",        "system",
                                       "team",    "tls_floor", "tls_below", "session_idle"};
  ForEach([&](const v1::SecurityControl& control) {
    EXPECT_FALSE(control.name().empty());
    EXPECT_TRUE(std::regex_search(control.measure(), imperative)) << control.measure();
    EXPECT_GT(control.verification().size(), 40u);
    EXPECT_GT(control.owners_size(), 0);
    EXPECT_NE(control.effort(), v1::EFFORT_UNSPECIFIED);
    EXPECT_TRUE(absl::StrContains(control.measure(), "{")) << "names no element";
    for (const std::string& text : {control.name(), control.measure(), control.verification()}) {
      EXPECT_FALSE(std::regex_search(text, vague)) << text;
      EXPECT_FALSE(absl::EndsWith(text, ".")) << text;
      for (std::sregex_iterator it(text.begin(), text.end(), placeholder); it != std::sregex_iterator(); ++it) {
        EXPECT_EQ(known.count((*it)[1]), 1u) << (*it)[0] << " in " << text;
      }
    }
  });
}

TEST(SecurityControls, InfersSomethingFromSomething) {
  ForEach([](const v1::SecurityControl& control) {
    for (const v1::ControlInference& inference : control.inferences()) {
      EXPECT_GT(inference.when_size(), 0);
      EXPECT_NE(inference.state(), model::v1::POSTURE_STATE_UNSPECIFIED);
      EXPECT_NE(inference.state(), model::v1::POSTURE_STATE_PLANNED) << "no attribute says what is decided";
      for (const v1::AttributeMatch& match : inference.when()) {
        EXPECT_NE(match.operator_(), v1::MATCH_OPERATOR_UNSPECIFIED) << match.attribute();
        EXPECT_FALSE(absl::StrContains(match.attribute(), "posture.")) << "would ask itself";
        EXPECT_EQ(match.operator_() == v1::MATCH_OPERATOR_SET, match.values().empty()) << match.attribute();
      }
    }
  });
}

}  // namespace
}  // namespace metapowers::knowledge
