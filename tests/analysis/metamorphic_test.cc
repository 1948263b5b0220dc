// What must hold between the facts of two models that differ in a known way.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "tests/analysis/facts_of.h"

namespace metapowers::analysis {
namespace {

// All facts as lines, so that a difference shows what changed.
std::vector<std::string> Lines(const Facts& facts) {
  std::vector<std::string> lines;
  const auto add = [&lines](auto... parts) { lines.push_back(absl::StrCat(parts...)); };
  const auto names = [](const auto& elements) {
    return absl::StrJoin(elements, ",", [](std::string* out, const auto* e) { out->append(e->id()); });
  };
  for (const auto& [id, c] : facts.components()) {
    add(id, " criticality ", c.criticality.level, " ", c.criticality.derivation);
    add(id, " data ", c.confidentiality, " ", names(c.stores), " ", names(c.processes), " ", names(c.transfers));
    add(id, " pci ", static_cast<int>(c.pci_scope), " ", c.pci_reason);
    add(id, " zone ", c.effective_zone == nullptr ? "none" : c.effective_zone->id(), c.exposed_to_internet);
    add(id, " needs ", absl::StrJoin(c.depends_on, ","), " stops ", absl::StrJoin(c.dependents, ","), " ",
        c.transitive_dependents);
  }
  for (const auto& cycle : facts.dependency_cycles()) add("cycle ", absl::StrJoin(cycle, ","));
  for (const SinglePoint& p : facts.single_points())
    add("point ", p.id, " ", p.reason, " ", absl::StrJoin(p.stops, ","));
  for (const ScopeConflict& c : facts.scope_conflicts()) add("conflict ", c.id, " ", c.computed, " ", c.reason);
  for (const ZoneCrossing& c : facts.zone_crossings()) add("crossing ", c.flow->id());
  for (const CrossBorderFlow& f : facts.cross_border_flows()) {
    add("border ", f.flow->id(), " ", f.from, " ", f.to, " ", names(f.data), f.lacks_mechanism());
  }
  for (const FrameworkFact& f : facts.frameworks()) add("framework ", f.id, " ", f.applies, " ", f.reason);
  for (const EndOfLifeFact& f : facts.end_of_life()) add("end ", f.id, " ", f.days_left);
  for (int metric = 1; metric <= model::v1::ThresholdMetric_MAX; ++metric) {
    const auto value = facts.Metric(static_cast<model::v1::ThresholdMetric>(metric));
    add("metric ", metric, " ", value.value, " ", absl::StrJoin(value.ids, ","));
  }
  return lines;
}

ModelText Shop() {
  return {.components =
              "- {id: buyer, name: Buyer, kind: external_entity, used_by_human: true}\n"
              "- {id: gateway, name: Gateway, kind: process, zone: inside, tier: tier_1, replicas: 1, regions: [eu]}\n"
              "- {id: ledger, name: Ledger, kind: datastore, zone: vault, tier: tier_0, replicas: 3, regions: [eu], "
              "stores: [cards, people], eol_date: 2026-04-01}\n"
              "- {id: log, name: Log, kind: process, zone: hosted, third_party: logger, regions: [us]}\n"
              "- {id: pay, name: Pay, kind: process, zone: inside, tier: tier_0, replicas: 2, regions: [eu], "
              "processes: [cards], scope_tags: [pci_out]}\n",
          .flows =
              "- {id: buy, name: F, source: buyer, target: gateway, sends: [cards]}\n"
              "- {id: charge, name: F, source: gateway, target: pay, sends: [cards], dependency: hard}\n"
              "- {id: ship-logs, name: F, source: pay, target: log, sends: [people], dependency: async}\n"
              "- {id: write, name: F, source: pay, target: ledger, sends: [cards], dependency: hard}\n",
          .organization = "{name: Shop, countries: [DE], legal_roles: [merchant]}",
          .rest = "third_parties:\n- {id: logger, name: Logger, service: logs, data_shared: [people]}\n"};
}

std::string Reversed(const std::string& list) {
  std::vector<std::string> lines = absl::StrSplit(list, '\n', absl::SkipEmpty());
  std::reverse(lines.begin(), lines.end());
  return absl::StrCat(absl::StrJoin(lines, "\n"), "\n");
}

TEST(Metamorphic, OrderInTheFileChangesNothing) {
  ModelText turned = Shop();
  turned.components = Reversed(turned.components);
  turned.flows = Reversed(turned.flows);
  turned.data_classes = Reversed(turned.data_classes);
  turned.zones = Reversed(turned.zones);
  EXPECT_EQ(Lines(*FactsOf(Shop())), Lines(*FactsOf(turned)));
  EXPECT_EQ(FactsOf(Shop())->restoration_order(), FactsOf(turned)->restoration_order());
}

TEST(Metamorphic, AnUnrelatedComponentChangesNoOtherFact) {
  ModelText more = Shop();
  absl::StrAppend(&more.components,
                  "- {id: blog, name: Blog, kind: process, zone: open, owner_team: core, stores: [notes]}\n");
  std::vector<std::string> with = Lines(*FactsOf(more));
  with.erase(
      std::remove_if(with.begin(), with.end(), [](const std::string& line) { return line.substr(0, 5) == "blog "; }),
      with.end());
  EXPECT_EQ(Lines(*FactsOf(Shop())), with);
}

TEST(Metamorphic, ARenamedComponentKeepsItsFacts) {
  ModelText renamed = Shop();
  renamed.components = absl::StrReplaceAll(renamed.components, {{"id: pay,", "id: payments, renamed_from: [pay],"}});
  renamed.flows = absl::StrReplaceAll(renamed.flows, {{": pay,", ": payments,"}});
  std::vector<std::string> expected;
  for (const std::string& line : Lines(*FactsOf(Shop()))) {
    std::vector<std::string> words;
    for (absl::string_view word : absl::StrSplit(line, ' ')) {
      std::vector<std::string> parts = absl::StrSplit(word, ',');
      for (std::string& part : parts) {
        if (part == "pay" || part == "pay;") part.insert(3, "ments");
      }
      words.push_back(absl::StrJoin(parts, ","));
    }
    expected.push_back(absl::StrJoin(words, " "));
  }
  EXPECT_EQ(Lines(*FactsOf(renamed)), expected);
}

TEST(Metamorphic, AMechanismTakesTheTransferOffTheList) {
  ModelText covered = Shop();
  covered.flows =
      absl::StrReplaceAll(covered.flows, {{"dependency: async", "dependency: async, transfer_mechanism: scc"}});
  absl::StrAppend(&covered.rest, "transfer_mechanisms:\n- {id: scc, mechanism: standard_contractual_clauses}\n");
  const auto metric = model::v1::THRESHOLD_METRIC_TRANSFERS_WITHOUT_MECHANISM;
  EXPECT_EQ(FactsOf(Shop())->Metric(metric).value, 1);
  EXPECT_EQ(FactsOf(covered)->Metric(metric).value, 0);
}

TEST(Metamorphic, ASecondReplicaTakesTheSinglePointOffTheList) {
  ModelText doubled = Shop();
  doubled.components = absl::StrReplaceAll(doubled.components, {{"replicas: 1", "replicas: 2"}});
  EXPECT_EQ(FactsOf(Shop())->single_points().size(), 1u);
  EXPECT_EQ(FactsOf(doubled)->single_points().size(), 0u);
}

TEST(Scale, AThousandComponentsAndFourThousandFlows) {
  ModelText text;
  text.components.clear();
  for (int i = 0; i < 1000; ++i) {
    absl::StrAppend(&text.components, "- {id: c", i,
                    ", name: C, kind: process, zone: ", i % 2 == 0 ? "inside" : "vault", ", tier: tier_", i % 4,
                    ", replicas: ", 1 + i % 3, ", regions: [", i % 5 == 0 ? "us" : "eu", "]}\n");
  }
  for (int i = 0; i < 4000; ++i) {
    const int source = i % 1000;
    const int target = (source + 1 + i / 1000 * 37) % 1000;
    absl::StrAppend(&text.flows, "- {id: f", i, ", name: F, source: c", source, ", target: c", target,
                    ", dependency: hard, sends: [", i % 50 == 0 ? "cards" : "people", "]}\n");
  }
  const auto facts = FactsOf(text);
  EXPECT_EQ(facts->components().size(), 1000u);
  EXPECT_EQ(facts->restoration_order().size(), 1000u);
  ASSERT_EQ(facts->dependency_cycles().size(), 1u);
  EXPECT_EQ(facts->dependency_cycles()[0].size(), 1000u);
  EXPECT_EQ(facts->Find("c0")->transitive_dependents, 999);
  EXPECT_FALSE(facts->cross_border_flows().empty());
}

}  // namespace
}  // namespace metapowers::analysis
