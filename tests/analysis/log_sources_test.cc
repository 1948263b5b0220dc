// Which logs a model should have, and what it says of them.
#include "service/analysis/log_sources.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "service/analysis/attributes.h"
#include "service/knowledge/logging.h"
#include "tests/analysis/facts_of.h"

namespace metapowers::analysis {
namespace {

namespace k = knowledge::v1;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

class Case {
 public:
  explicit Case(const ModelText& text)
      : facts_(FactsOf(text)), landscape_(*facts_), sources_(LogSources::Of(landscape_)) {}

  const LogSources& operator*() const { return sources_; }
  const LogSource& operator[](const std::string& key) const {
    const LogSource* source = sources_.Find(key);
    if (source == nullptr) {
      ADD_FAILURE() << "no source " << key << " among " << absl::StrJoin(Keys(), ", ");
      std::abort();
    }
    return *source;
  }
  std::vector<std::string> Keys() const {
    std::vector<std::string> keys;
    for (const LogSource& source : sources_.all()) keys.push_back(source.key);
    return keys;
  }

 private:
  std::shared_ptr<const Facts> facts_;
  Landscape landscape_;
  LogSources sources_;
};

Case Of(const std::string& components, const std::string& rest = "", const std::string& flows = "") {
  return Case({.components = components, .flows = flows, .rest = rest});
}

TEST(LogSources, EveryShippedConditionIsOneThatItsSubjectKnows) {
  for (const k::LogKind& kind : knowledge::LogKinds().kinds()) {
    for (const k::LogEmitter& emitter : kind.emitters()) {
      for (const auto* rows : {&emitter.match(), &emitter.unless()}) {
        for (const k::AttributeMatch& row : *rows) {
          const auto condition = Condition::Compile(emitter.subject(), row);
          EXPECT_TRUE(condition.ok()) << kind.id() << ": " << condition.status();
        }
      }
    }
  }
}

TEST(LogSources, EveryComponentInScopeHasOneAndNobodyElseDoes) {
  const Case found =
      Of("- {id: web, name: Web, kind: process, zone: inside}\n"
         "- {id: odd, name: Odd, kind: datastore, technology: [own-format], zone: inside}\n"
         "- {id: buyer, name: Buyer, kind: external_entity}\n"
         "- {id: theirs, name: Theirs, kind: process, out_of_scope: true, scope_justification: x}\n");
  EXPECT_THAT(found.Keys(), ElementsAre("application@web", "database_audit@odd"));
}

TEST(LogSources, KindsFollowTechnologyAndPlatform) {
  const Case found = Of(
      "- {id: door, name: Door, kind: process, technology: [teleport], admin: true, zone: inside}\n"
      "- {id: gate, name: Gate, kind: process, technology: [waf], provider: aws, zone: inside}\n"
      "- {id: safe, name: Safe, kind: datastore, technology: [hashicorp-vault], zone: inside}\n"
      "- {id: store, name: Store, kind: datastore, technology: [postgresql], zone: inside, backup: {method: full}}\n",
      "infrastructure:\n- {id: account, name: A, kind: cloud_account, provider: aws}\n"
      "- {id: cluster, name: C, kind: kubernetes_cluster}\n"
      "delivery:\n  pipelines:\n  - {id: build, name: B, platform: GitHub Actions}\n");
  EXPECT_THAT(found.Keys(),
              ElementsAre("waf@gate", "admin_access@door", "secret_store_audit@safe", "database_audit@store",
                          "backup_job@store", "kubernetes_audit@cluster", "container_runtime@cluster",
                          "cloud_audit@account", "network_flow@account", "ci_audit@build"));
  EXPECT_EQ(found["waf@gate"].product, "aws");
  EXPECT_EQ(found["database_audit@store"].product, "postgresql");
  EXPECT_EQ(found["database_audit@store"].category, "database");
  EXPECT_EQ(found["cloud_audit@account"].service, "cloudtrail");
  EXPECT_EQ(found["network_flow@account"].category, "") << "the row says that it has none";
  EXPECT_EQ(found["ci_audit@build"].product, "github");
}

TEST(LogSources, ListenersOfClinicalProtocolsHaveLogsOfTheirOwn) {
  const Case found =
      Of("- {id: scanner, name: S, kind: process, machine: device, zone: inside}\n"
         "- {id: archive, name: A, kind: datastore, technology: [pacs], zone: inside}\n"
         "- {id: engine, name: E, kind: process, zone: inside}\n",
         "",
         "- {id: images, name: F, source: scanner, target: archive, protocol: dicom}\n"
         "- {id: orders, name: F, source: engine, target: scanner, protocol: https}\n"
         "- {id: results, name: F, source: scanner, target: engine, protocol: mllp}\n");
  EXPECT_THAT(found.Keys(), ElementsAre("application@engine", "storage_access@archive", "dicom_association@archive",
                                        "hl7_listener@engine", "device@scanner"));
}

TEST(LogSources, ASystemOnOneMachineHasItsHostLogOnce) {
  const Case found =
      Of("- {id: web, name: Web, kind: process, machine: vm, runs_on: server, zone: inside}\n"
         "- {id: guest, name: Guest, kind: process, machine: vm, runs_on: hypervisor, zone: inside}\n",
         "infrastructure:\n- {id: hypervisor, name: H, kind: physical_host}\n- {id: server, name: S, kind: "
         "virtual_machine}\n");
  EXPECT_THAT(found.Keys(),
              ElementsAre("application@guest", "application@web", "host@guest", "host@hypervisor", "host@server"));
}

TEST(LogSources, CollectionIsWhatTheModelSaysOfTheElement) {
  const Case found = Of(
      "- {id: a, name: A, kind: process, logging: immutable, zone: inside}\n"
      "- {id: b, name: B, kind: process, logging: central, zone: inside}\n"
      "- {id: c, name: C, kind: process, logging: local, zone: inside}\n"
      "- {id: d, name: D, kind: process, logging: none, zone: inside}\n"
      "- {id: e, name: E, kind: process, zone: inside}\n"
      "- {id: f, name: F, kind: process, zone: inside, posture: [{control: central_logging, state: implemented}]}\n");
  EXPECT_EQ(found["application@a"].collection, LogCollection::kImmutable);
  EXPECT_EQ(found["application@b"].collection, LogCollection::kCentral);
  EXPECT_EQ(found["application@b"].reason, "logging is central");
  EXPECT_EQ(found["application@c"].collection, LogCollection::kLocal);
  EXPECT_EQ(found["application@d"].collection, LogCollection::kNone);
  EXPECT_EQ(found["application@e"].collection, LogCollection::kUnknown);
  EXPECT_EQ(found["application@f"].collection, LogCollection::kCentral);
  EXPECT_TRUE(found["application@c"].gap());
  EXPECT_FALSE(found["application@c"].due.empty());
  EXPECT_FALSE(found["application@e"].gap()) << "unknown is a question";
  EXPECT_EQ(found["application@e"].due, "");
}

TEST(LogSources, APlannedControlSaysThatItsLogIsNotThereYet) {
  const auto control = [](const std::string& state, const std::string& rest) {
    return "frameworks:\n- {id: pci-dss-4.0.1, in_scope: true, reason: R, owner: ciso}\n"
           "controls:\n- {id: fim, name: F, state: " +
           state + ", framework_refs: [\"pci-dss-4.0.1:11.5.2\"]" + rest + "}\n";
  };
  const std::string till =
      "- {id: till, name: Till, kind: process, machine: vm, logging: central, zone: inside, processes: [cards]}\n";
  const Case planned = Of(till, control("planned", ", due: 2026-12-31"));
  EXPECT_EQ(planned["file_integrity@till"].collection, LogCollection::kPlanned);
  EXPECT_EQ(planned["file_integrity@till"].reason, "control fim is planned, due 2026-12-31");
  EXPECT_EQ(planned["application@till"].collection, LogCollection::kCentral) << "another kind of the same component";
  EXPECT_EQ(Of(till, control("absent", ""))["file_integrity@till"].collection, LogCollection::kNone);
  EXPECT_EQ(Of(till, control("implemented", ""))["file_integrity@till"].collection, LogCollection::kCentral);
}

TEST(LogSources, ASupplierSetsTheClockOfWhatItRuns) {
  const Case found =
      Of("- {id: web, name: Web, kind: process, machine: container, zone: inside}\n"
         "- {id: store, name: Store, kind: process, machine: managed_service, zone: inside}\n");
  EXPECT_TRUE(found["application@web"].own_clock);
  EXPECT_FALSE(found["application@store"].own_clock);
}

TEST(LogSources, AControlOfTheWholeProgrammeIsToBeConfirmed) {
  const Case found = Of("- {id: web, name: Web, kind: process, zone: inside}\n",
                        "infrastructure:\n- {id: account, name: A, kind: cloud_account, provider: gcp}\n"
                        "controls:\n- {id: logs, name: Logs, state: implemented, implements: [central_logging]}\n");
  EXPECT_EQ(found["cloud_audit@account"].collection, LogCollection::kClaimed);
  EXPECT_EQ(found["cloud_audit@account"].reason, "control logs");
  EXPECT_EQ(found["application@web"].collection, LogCollection::kClaimed);
  EXPECT_FALSE(found["application@web"].collected());
}

TEST(LogSources, SecretStoresCountByTheirAuditLog) {
  const Case found = Of("- {id: safe, name: Safe, kind: datastore, technology: [vault], zone: inside}\n",
                        "secrets:\n  stores:\n  - {id: file, name: File}\n  - {id: main, name: Main, component: safe, "
                        "audit_log: archive}\n"
                        "  - {id: other, name: Other, audit_log: archive}\n");
  EXPECT_EQ(found["secret_store_audit@safe"].collection, LogCollection::kCentral);
  EXPECT_EQ(found["secret_store_audit@safe"].reason, "audit_log of main is archive");
  EXPECT_EQ((*found).Find("secret_store_audit@file"), nullptr) << "a file records nothing";
  EXPECT_EQ(found["secret_store_audit@other"].collection, LogCollection::kCentral);
  EXPECT_EQ(found["secret_store_audit@other"].team, "core");
  EXPECT_EQ((*found).Find("secret_store_audit@main"), nullptr) << "the component stands for it";
}

TEST(LogSources, TheRateOfAComponentCountsOnce) {
  const Case found = Of(
      "- {id: store, name: Store, kind: datastore, technology: [postgresql], zone: inside, event_rate_per_second: 3, "
      "backup: {method: full}}\n"
      "- {id: web, name: Web, kind: process, zone: inside}\n",
      "logging: {average_event_bytes: 500}\n");
  EXPECT_EQ(found["database_audit@store"].bytes_per_day, 3 * 500 * 86'400);
  EXPECT_TRUE(found["database_audit@store"].takes_rate);
  EXPECT_FALSE(found["backup_job@store"].takes_rate);
  EXPECT_EQ(found["backup_job@store"].per_second, std::nullopt);
  EXPECT_TRUE(found["application@web"].takes_rate);
  EXPECT_EQ(found["application@web"].per_second, std::nullopt) << "unknown, not zero";
}

TEST(LogSources, WithoutTheSizeOfEventsThereAreNoBytes) {
  const Case found = Of("- {id: web, name: Web, kind: process, zone: inside, event_rate_per_second: 3}\n");
  EXPECT_EQ(found["application@web"].per_second, 3);
  EXPECT_EQ(found["application@web"].bytes_per_day, std::nullopt);
}

TEST(LogSources, ScopeAndZoneAreThoseOfTheElement) {
  const Case found =
      Of("- {id: till, name: Till, kind: process, zone: vault, machine: vm, processes: [cards], logging: none}\n"
         "- {id: ward, name: Ward, kind: process, zone: inside, scope_tags: [hipaa], renamed_from: [old-ward]}\n",
         "infrastructure:\n- {id: account, name: A, kind: cloud_account, scope_tags: [pci_cde, hipaa]}\n");
  EXPECT_EQ(found["application@till"].pci, PciScope::kCde);
  EXPECT_EQ(found["application@till"].zone->id(), "vault");
  EXPECT_EQ(found["file_integrity@till"].pci, PciScope::kCde);
  EXPECT_TRUE(found["application@old-ward"].hipaa) << "keys keep the first id";
  EXPECT_EQ(found["application@old-ward"].element_id, "ward");
  EXPECT_EQ(found["cloud_audit@account"].pci, PciScope::kCde);
  EXPECT_TRUE(found["cloud_audit@account"].hipaa);
  EXPECT_THAT((*found).OfKind("dns"), IsEmpty());
  EXPECT_EQ((*found).OfElement("ward").size(), 1u);
}

}  // namespace
}  // namespace metapowers::analysis
