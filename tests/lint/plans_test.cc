// Checks of plans, on sections as a command might write them: they look at headings, ids and columns alone.
#include <gmock/gmock.h>

#include "absl/strings/str_cat.h"
#include "tests/lint/lint_fixture.h"

namespace metapowers::lint {
namespace {

using Edits = std::vector<std::pair<std::string, std::string>>;

std::string Part(const std::string& heading, const std::string& body) {
  return "### " + heading + "\n\n" + body + "\n\n";
}

std::string TableOf(const std::string& head, const std::vector<std::string>& rows) {
  std::string table = "| " + head + " |\n|";
  for (size_t i = 0; i <= static_cast<size_t>(std::count(head.begin(), head.end(), '|')); ++i) table += "---|";
  for (const std::string& row : rows) table += "\n| " + row + " |";
  return table;
}

class PlansTest : public testing::Test {
 protected:
  // The item passes on the section, and finds `says` after the edits of model or section.
  void Expect(const std::string& item, const std::string& command, const std::string& body, const Edits& section,
              const Edits& model, const std::string& says) {
    Topic good("api-platform", ExampleModel("api-platform"));
    good.Write(command, body);
    const v1::LintResult passing = good.Try(item);
    EXPECT_EQ(passing.verdict(), v1::LINT_VERDICT_PASS) << Explain(passing);
    Topic bad("api-platform", Replaced(ExampleModel("api-platform"), model));
    bad.Write(command, Replaced(body, section));
    const v1::LintResult failing = bad.Try(item);
    ASSERT_EQ(failing.verdict(), v1::LINT_VERDICT_FAIL) << item;
    std::string told;
    for (const v1::LintFinding& finding : failing.findings()) told += finding.text() + "\n";
    EXPECT_THAT(told, testing::HasSubstr(says));
  }

  // Ids of own components, and of stores alone.
  std::vector<std::string> Components(bool stores_only = false) const {
    std::vector<std::string> ids;
    for (const auto& component : topic_.model().components()) {
      const bool store = component.kind() == model::v1::COMPONENT_KIND_DATASTORE;
      if (component.kind() == model::v1::COMPONENT_KIND_EXTERNAL_ENTITY || (stores_only && !store)) continue;
      ids.push_back(component.id());
    }
    return ids;
  }
  static std::vector<std::string> Rows(const std::vector<std::string>& ids, const std::string& rest) {
    std::vector<std::string> rows;
    for (const std::string& id : ids) rows.push_back(id + rest);
    return rows;
  }

  const Topic topic_{"api-platform", ExampleModel("api-platform")};
};

TEST_F(PlansTest, SeverityLadder) {
  Expect("respond-1", "incident-response",
         Part("Severity Classification", "SEV-1 Data Breach: card-capture.\n\nSEV-2 Service Compromise: vault."),
         {{"vault", "a service"}}, {}, "level SEV-2 is not told");
}

TEST_F(PlansTest, Notification) {
  std::string body;
  for (const analysis::FrameworkFact& fact : topic_.subject().facts->frameworks()) {
    if (fact.applies) body += "- " + fact.label + ": within 72 hours of becoming aware.\n\n\n\n\n\n\n\n\n\n\n\n\n\n";
  }
  for (const auto& regulator : topic_.model().incident_response().regulators()) body += "- " + regulator.name() + "\n";
  Expect("respond-2", "incident-communication", Part("Regulatory Notification Templates", body),
         {{"- DORA: within 72 hours of becoming aware.", "- DORA: some time."}}, {}, "duty to notify of DORA");
}

TEST_F(PlansTest, Playbooks) {
  std::string body =
      "API abuse, stolen credential, malicious package, insider, ransomware, breach at a supplier, card number in a "
      "log.\n";
  for (const analysis::Threat* threat : topic_.subject().threats->Get().Prioritised())
    body += "- " + threat->element_id() + "\n";
  Expect("respond-3", "incident-response", Part("Response Playbooks", body), {{"ransomware, ", ""}}, {},
         "no playbook for: ransomware");
}

TEST_F(PlansTest, Containment) {
  Expect("respond-4", "containment-strategy",
         Part("Pre-Built Isolation Mechanisms", TableOf("Component | Action | Stops too | Reversible | Ordered by",
                                                        Rows(Components(), " | cut off | nothing | yes | CISO"))),
         {{"| ledger-service |", "| other |"}}, {}, "component ledger-service has no containment action");
}

TEST_F(PlansTest, PeopleOnCall) {
  std::string body;
  for (const auto& rotation : topic_.model().monitoring().on_call()) body += "- " + rotation.name() + "\n";
  Expect("respond-5", "incident-response", Part("Response Team", body), {{"- Payments engineers\n", ""}}, {},
         "rotation payments-on-call is not named");
  Expect("respond-5", "incident-response", Part("Response Team", body), {},
         {{"    holder: Head of Platform\n    deputy: Staff Site Reliability Engineer",
           "    holder: Head of Platform\n    deputy: Head of Platform"}},
         "stands in for themselves");
}

TEST_F(PlansTest, EvidenceOfIncidents) {
  std::string regions;
  for (const auto& region : topic_.model().regions()) regions += "- " + region.id() + ": stays there\n";
  const std::string body = Part("Forensic Data Sources", TableOf("Source | Retention", {"api-gateway | 365 days"})) +
                           Part("Evidence Preservation", regions) +
                           Part("Chain of Custody", "Each handover is signed.");
  Expect("respond-6", "forensic-readiness", body, {{"| api-gateway | 365 days |", "| api-gateway | unknown |"}}, {},
         "no retention");
  Expect("respond-6", "forensic-readiness", body, {{"Each handover is signed.", ""}}, {},
         "Chain of Custody says nothing");
}

TEST_F(PlansTest, ChannelsOutOfBand) {
  std::string body;
  for (const auto& channel : topic_.model().incident_response().channels()) body += "- " + channel.name() + "\n";
  Expect("respond-7", "incident-response", Part("Communication Protocols", body), {{"- Telephone bridge\n", ""}}, {},
         "channel bridge is not named");
  Expect("respond-7", "incident-response", Part("Communication Protocols", body), {},
         {{"out_of_band: true", "out_of_band: false"}}, "no channel works");
}

TEST_F(PlansTest, Lessons) {
  std::string body;
  for (const auto& incident : topic_.model().incident_response().past_incidents()) {
    for (const auto& action : incident.actions()) body += "- " + action.id() + ": " + action.action() + "\n";
  }
  Expect("respond-10", "lessons-learned", Part("Corrective Actions", body),
         {{"- key-prefix: Give keys a prefix and register it with secret scanners\n", ""}}, {},
         "action key-prefix is not listed");
}

TEST_F(PlansTest, OrderOfRestoration) {
  std::vector<std::string> rows;
  int wave = 1;
  for (const std::string& id : topic_.subject().facts->restoration_order())
    rows.push_back(absl::StrCat(wave++, " | ", id));
  std::string needed;
  std::string dependent;
  for (const std::string& id : topic_.subject().facts->restoration_order()) {
    const auto& depends_on = topic_.subject().facts->Find(id)->depends_on;
    if (!depends_on.empty() && dependent.empty()) {
      dependent = id;
      needed = depends_on.front();
    }
  }
  const std::string body = Part("Recovery Priorities", TableOf("Wave | Component", rows));
  Expect("recover-1", "recovery-plan", body, {{" | " + needed + " |\n", " | gone |\n| 900 | " + needed + " |\n"}}, {},
         dependent + " comes back in wave");
}

TEST_F(PlansTest, PromisedTimes) {
  std::string body;
  for (const std::string& id : Components()) body += "- " + id + "\n";
  Expect("recover-2", "recovery-plan", Part("RTO/RPO Targets", body),
         Edits{{"- card-vault-db\n", ""}, {"- payments-db\n", ""}, {"- platform-db\n", ""}, {"- ledger-service\n", ""}},
         {{"{tier: tier_1, rto_minutes: 240, rpo_minutes: 15}", "{tier: tier_1, rto_minutes: 900, rpo_minutes: 1}"}},
         "which the plan does not say");
}

TEST_F(PlansTest, Backups) {
  std::string body;
  for (const char* part : {"Backup Inventory", "Backup Frequency", "Storage Locations", "Test Restoration Schedule"}) {
    body += Part(part, TableOf("Store | What", Rows(Components(true), " | as declared")));
  }
  Expect("recover-3", "backup-validation", body, {{"| event-bus |", "| other |"}}, {},
         "Backup Inventory does not name event-bus");
}

TEST_F(PlansTest, SinglePointsOfFailure) {
  std::string body;
  for (const analysis::SinglePoint& point : topic_.subject().facts->single_points()) body += "- " + point.id + "\n";
  Expect("recover-4", "business-continuity", Part("Disruption Scenarios", body), {{"- eu-customer-db\n", ""}}, {},
         "eu-customer-db is a single point of failure");
}

TEST_F(PlansTest, OutagesOfThirdParties) {
  std::string body;
  for (const auto& supplier : topic_.model().third_parties()) body += "- " + supplier.name() + "\n";
  Expect("recover-5", "business-continuity", Part("Disruption Scenarios", body), {{"- Stripe\n", ""}}, {},
         "outage of stripe is not planned for");
}

TEST_F(PlansTest, StepsOfRestoration) {
  std::string body;
  for (const std::string& id : Components()) body += "- " + id + "\n";
  for (const auto& element : topic_.model().infrastructure()) body += "- " + element.id() + "\n";
  Expect("recover-6", "recovery-plan", Part("Restoration Procedures", body), {{"- vault\n", ""}}, {},
         "no step restores vault");
}

TEST_F(PlansTest, DataStaysInItsRegion) {
  Expect("recover-7", "recovery-plan", Part("Recovery Priorities", "EU data stays in the EU."), {},
         {{"locations: [eu-central-1]", "locations: [us-east-1]"}}, "backed up to us-east-1");
}

TEST_F(PlansTest, Exercises) {
  std::string body;
  for (const auto& exercise : topic_.model().recovery().exercises()) body += "- " + exercise.name() + "\n";
  Expect("recover-9", "business-continuity", Part("Tabletop Exercise Plan", body), {{"- Red team exercise\n", ""}}, {},
         "exercise red-team is in no plan");
}

TEST_F(PlansTest, TheWayBack) {
  const std::string body =
      Part("Communication Plan", TableOf("Milestone | Told by", {"declared | Incident commander"})) +
      Part("Failback Plan", TableOf("Step | Owner", {"reconcile | Head of Platform"}));
  Expect("recover-10", "recovery-plan", body, {{"| reconcile | Head of Platform |", "| reconcile | unknown |"}}, {},
         "no owner");
}

TEST_F(PlansTest, ThirdParties) {
  std::string text = ExampleModel("api-platform");
  std::vector<std::string> rows;
  for (const auto& supplier : topic_.model().third_parties()) rows.push_back(supplier.name() + " | x");
  Expect("govern-6", "supply-chain-security", Part("Vendor Inventory", TableOf("Vendor | Data", rows)),
         {{"| Stripe |", "| Other |"}}, {}, "third party stripe has no row");
}

}  // namespace
}  // namespace metapowers::lint
