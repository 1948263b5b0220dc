// Cost of a threat model and an attack surface by the size of the system, in one run: time of facts, threats, result
// and section, and memory.
//
//   threat_bench JSON_FILE
#include <mimalloc.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/time/clock.h"
#include "service/commands/command.h"
#include "service/render/template.h"

namespace metapowers {
namespace {

constexpr char kThreatModel[] = "identify/threat_model";
constexpr char kExample[] = "deploy/examples/api-platform/system-model.yaml";

[[noreturn]] void Die(const std::string& message) {
  std::fprintf(stderr, "threat_bench: %s\n", message.c_str());
  std::exit(1);
}

std::shared_ptr<const model::Model> Parse(const std::string& yaml) {
  auto model = model::Model::Parse(yaml, "system-model.yaml");
  if (!model.ok()) Die(std::string(model.status().message()));
  return *model;
}

// A system of services and stores in 20 zones, of which one in ten is open to the internet; each flow goes a few
// components further, so that the graph is connected without being complete. One component in 50 stands outside: on the
// internet, or each at a partner of its own, so that origins grow with the system.
std::string Synthetic(int components, int flows, bool partners = false) {
  std::string yaml =
      "schema_version: \"1\"\nid: big\nname: Big\ndescription: A synthetic system.\nas_of: 2026-11-01\n"
      "organization: {name: Big Inc.}\nowner_team: core\nregions:\n- {id: eu, jurisdiction: eu}\n"
      "teams:\n- {id: core, name: Core, lead: Lead}\n"
      "roles:\n- {id: ciso, title: CISO, kind: chief_information_security_officer, team: core}\n"
      "data_classes:\n- {id: cards, name: Cards, owner: core, confidentiality: strictly_confidential, integrity: "
      "critical, "
      "availability: critical, categories: [pan]}\n- {id: people, name: People, owner: core, confidentiality: "
      "confidential, "
      "integrity: important, availability: important, categories: [pii]}\n";
  absl::StrAppend(&yaml, "zones:\n- {id: net, name: Internet, type: internet}\n");
  for (int i = 0; i < 20; ++i) absl::StrAppend(&yaml, "- {id: zone-", i, ", name: Zone, type: security_group}\n");
  for (int i = 0; partners && i < components; i += 50) {
    absl::StrAppend(&yaml, "- {id: net-", i, ", name: Partner, type: partner}\n");
  }
  absl::StrAppend(&yaml, "components:\n");
  for (int i = 0; i < components; ++i) {
    const bool external = i % 50 == 0;
    const bool store = i % 5 == 4;
    absl::StrAppend(
        &yaml, "- {id: c", i, ", name: Component ", i, ", kind: ",
        external ? absl::StrCat("external_entity, zone: net", partners ? absl::StrCat("-", i) : "")
        : store
            ? absl::StrCat("datastore, technology: [postgresql], stores: [people], tier: tier_1, zone: zone-", i % 20)
            : absl::StrCat("process, technology: [go-service], language: go, custom_code: true, machine: "
                           "container, processes: [",
                           i % 7 == 0 ? "cards" : "people", "], tier: tier_2, zone: zone-", i % 20),
        "}\n");
  }
  absl::StrAppend(&yaml, "flows:\n");
  for (int i = 0; i < flows; ++i) {
    const int source = i % components;
    const int target = (source + 1 + (i / components) * 13 + i % 3) % components;
    if (source == target) continue;
    absl::StrAppend(&yaml, "- {id: f", i, ", name: F, source: c", source, ", target: c", target,
                    ", protocol: ", i % 2 == 0 ? "https, transport_security: tls" : "http, transport_security: none",
                    ", authentication: ", i % 3 == 0 ? "none" : "token", ", sends: [", i % 4 == 0 ? "cards" : "people",
                    "]}\n");
  }
  return yaml;
}

struct Cost {
  double seconds = 0;
  double analysis = 0;  // of those: facts and threats
  double result = 0;
  size_t bytes = 0;  // of heap that the result and all that it rests on hold
};

// A command with its template.
struct Tried {
  explicit Tried(const char* stem) : command(commands::FindCommand(stem)) {
    if (command == nullptr) Die(absl::StrCat(stem, " is not built"));
    auto parsed = render::Template::Parse(command->template_text, stem);
    if (!parsed.ok()) Die(std::string(parsed.status().message()));
    text = std::make_unique<const render::Template>(*std::move(parsed));
  }

  const commands::Command* command;
  std::unique_ptr<const render::Template> text;
};

// Bytes of the heap that are in use.
size_t HeapBytes() {
  mi_collect(/*force=*/false);
  size_t bytes = 0;
  mi_heap_visit_blocks(
      mi_heap_get_default(), /*visit_all_blocks=*/false,
      [](const mi_heap_t*, const mi_heap_area_t* area, void*, size_t, void* sum) {
        *static_cast<size_t*>(sum) += area->used * area->block_size;
        return true;
      },
      &bytes);
  return bytes;
}

// The best of several runs over a parsed model: facts, threats, result, section.
Cost Measure(const std::shared_ptr<const model::Model>& model, const Tried& tried, int runs) {
  Cost best;
  best.seconds = 1e9;
  for (int run = 0; run < runs; ++run) {
    const size_t before = HeapBytes();
    const absl::Time start = absl::Now();
    const auto facts = analysis::Facts::Compute(model);
    const analysis::ThreatSource threats(facts, nullptr, model::v1::Decisions());
    if (tried.command->stem == kThreatModel) threats.Get();
    const absl::Time analysed = absl::Now();
    const auto result = tried.command->generate(commands::Input::Of(*facts, threats, evidence::EvidenceSet::Empty()));
    const absl::Time made = absl::Now();
    const auto section = tried.text->Render(*result);
    if (!section.ok()) Die(std::string(section.status().message()));
    const double seconds = absl::ToDoubleSeconds(absl::Now() - start);
    if (seconds < best.seconds) {
      best.seconds = seconds;
      best.analysis = absl::ToDoubleSeconds(analysed - start);
      best.result = absl::ToDoubleSeconds(made - analysed);
    }
    best.bytes = HeapBytes() - before;
  }
  return best;
}

int Main(const std::string& json_file) {
  const Tried threat_model(kThreatModel);
  const Tried attack_surface("identify/attack_surface");
  std::ifstream file(kExample);
  const auto example = Parse(std::string((std::istreambuf_iterator<char>(file)), {}));
  Measure(example, threat_model, 1);  // shipped knowledge is read once
  const Cost warm = Measure(example, threat_model, 20);
  const Cost small = Measure(Parse(Synthetic(100, 400)), threat_model, 10);
  const Cost large = Measure(Parse(Synthetic(1000, 4000)), threat_model, 3);
  const double ratio = large.seconds / small.seconds;
  const double megabytes = static_cast<double>(large.bytes) / (1 << 20);
  const double surface_small = Measure(Parse(Synthetic(100, 400, true)), attack_surface, 10).seconds;
  const double surface_large = Measure(Parse(Synthetic(1000, 4000, true)), attack_surface, 3).seconds;
  std::printf("%-62s %10.2f ms: facts and threats %.2f, result %.2f, section %.2f\n", "threat model of api-platform",
              warm.seconds * 1e3, warm.analysis * 1e3, warm.result * 1e3,
              (warm.seconds - warm.analysis - warm.result) * 1e3);
  std::printf("%-62s %10.2f ms\n", "threat model, 100 components, 400 flows", small.seconds * 1e3);
  std::printf("%-62s %10.2f ms\n", "threat model, 1,000 components, 4,000 flows", large.seconds * 1e3);
  std::printf("%-62s %10.2f (aim at most 15)\n", "ratio of the last two", ratio);
  std::printf("%-62s %10.1f MB (aim under 64)\n", "memory that the large one holds", megabytes);
  std::printf("%-62s %10.2f ms\n", "attack surface, 100 components, 400 flows, 2 partners", surface_small * 1e3);
  std::printf("%-62s %10.2f ms\n", "attack surface, 1,000 components, 4,000 flows, 20 partners", surface_large * 1e3);
  std::printf("%-62s %10.2f\n", "ratio of the last two", surface_large / surface_small);
  std::ofstream(json_file) << absl::StrFormat(
      "{\"example_ms\": %.3f, \"small_ms\": %.3f, \"large_ms\": %.3f, \"ratio\": %.2f, \"large_mb\": %.1f, "
      "\"surface_small_ms\": %.3f, \"surface_large_ms\": %.3f}\n",
      warm.seconds * 1e3, small.seconds * 1e3, large.seconds * 1e3, ratio, megabytes, surface_small * 1e3,
      surface_large * 1e3);
  return 0;
}

}  // namespace
}  // namespace metapowers

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fprintf(stderr, "usage: threat_bench JSON_FILE\n");
    return 2;
  }
  return metapowers::Main(argv[1]);
}
