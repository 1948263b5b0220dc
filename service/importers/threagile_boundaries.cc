// Trust boundaries and shared runtimes: see threagile_context.h.
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/string_view.h"
#include "service/importers/threagile_context.h"
#include "service/importers/threagile_words.h"

namespace metapowers::importers::threagile {

namespace pb = model::v1;
using model::Quote;

namespace {

// "zones[lab].parent"; of the element itself without a field.
std::string PathOf(absl::string_view collection, absl::string_view id, absl::string_view field = "") {
  return absl::StrCat(collection, "[", id, "]", field.empty() ? "" : ".", field);
}

class BoundaryImporter {
 public:
  explicit BoundaryImporter(Context& context) : context_(context) {}

  void Import(Titled& boundary) {
    Part& part = boundary.part;
    const std::string original = part.Raw("id");
    const std::string id = context_.boundaries.Find(original);
    pb::Zone& zone = *context_.draft.model().add_zones();
    zones_.try_emplace(id, &zone);
    places_.try_emplace(id, part.place());
    SetIds(original, id, zone);
    zone.set_name(boundary.title);
    zone.set_description(part.Text("description"));
    if (!part.Has("type")) {
      context_.findings.Fault(part.PlaceOf("type"), absl::StrCat("must be one of ", ListOf(kBoundaryType)));
    }
    zone.set_type(static_cast<pb::ZoneType>(part.Choice("type", kBoundaryType)));
    for (const std::string& tag : TagsOf(part, context_)) zone.add_tags(tag);
    Observe(part, PathOf("zones", id), zone, {}, context_.draft);
    for (const Item& item : part.Items("technical_assets_inside")) PlaceAsset(item, original, id);
    for (const Item& item : part.Items("trust_boundaries_nested")) Nest(item, original, id);
    part.ReportUnknown();
  }

  // After all boundaries are known.
  void SetParents() {
    for (const auto& [child, parent] : parents_) {
      if (const auto zone = zones_.find(child); zone != zones_.end()) zone->second->set_parent(parent);
    }
    std::set<std::string> done;
    for (const auto& [id, zone] : zones_) {
      std::vector<std::string> trail;
      std::set<std::string> on_trail;
      std::string at = id;
      while (!at.empty() && done.count(at) == 0 && on_trail.insert(at).second) {
        trail.push_back(at);
        const auto parent = parents_.find(at);
        at = parent == parents_.end() ? "" : parent->second;
      }
      if (on_trail.count(at) > 0) {
        while (trail.front() != at) trail.erase(trail.begin());
        trail.push_back(at);
        context_.findings.Fault(places_.at(at), absl::StrCat("is nested in itself: ", absl::StrJoin(trail, " in ")));
      }
      done.insert(on_trail.begin(), on_trail.end());
    }
  }

 private:
  void PlaceAsset(const Item& item, const std::string& original, const std::string& zone) {
    const std::string id = context_.assets.Resolve(item, context_.findings);
    if (id.empty()) return;
    const auto [first, is_new] = homes_.try_emplace(id, original);
    if (is_new) {
      context_.components.at(id)->set_zone(zone);
      context_.draft.Observed(PathOf("components", id, "zone"), item.place);
    } else {
      Twice(item, first->second);
    }
  }

  void Nest(const Item& item, const std::string& original, const std::string& parent) {
    const std::string id = context_.boundaries.Resolve(item, context_.findings);
    if (id.empty()) return;
    const auto [first, is_new] = nests_.try_emplace(id, original);
    if (is_new) {
      parents_[id] = parent;
      context_.draft.Observed(PathOf("zones", id, "parent"), item.place);
    } else {
      Twice(item, first->second);
    }
  }

  void Twice(const Item& item, const std::string& first) {
    context_.findings.Fault(item.place, absl::StrCat(Quote(item.text), " is inside trust boundary ", Quote(first),
                                                     " already; it can be inside one"));
  }

  Context& context_;
  std::map<std::string, pb::Zone*> zones_;      // by id
  std::map<std::string, Place> places_;         // by id
  std::map<std::string, std::string> homes_;    // component -> id of its boundary in the file
  std::map<std::string, std::string> nests_;    // zone -> id of its boundary in the file
  std::map<std::string, std::string> parents_;  // by id
};

// Where external entities are that no boundary holds: those that the file calls `internet`, on the internet; the model
// takes the same of the others, and that is only an assumption. Other components are left without a zone: of ours,
// `internet` may say where it is or from where it is reached, so people are asked.
void PlaceOutside(Context& context) {
  std::string internet;
  std::set<std::string> assumed;
  for (const auto& [id, component] : context.components) {
    if (!component->zone().empty() || component->kind() != pb::COMPONENT_KIND_EXTERNAL_ENTITY) continue;
    if (component->internet_facing() == pb::TRISTATE_YES) {
      const std::string said = PathOf("components", id, "internet_facing");
      if (internet.empty()) internet = context.boundaries.Reserve("internet");
      component->set_zone(internet);
      context.draft.RestsAs(PathOf("components", id, "zone"), said);
      for (const char* field : {"id", "name", "type"}) context.draft.RestsAs(PathOf("zones", internet, field), said);
    } else {
      assumed.insert(id);
    }
  }
  if (!assumed.empty()) {
    context.draft.Assume("import-outside-boundaries",
                         absl::StrCat(context.draft.file(), " puts these external entities into no trust boundary and ",
                                      "not on the internet; without a zone they are taken to be there: ",
                                      absl::StrJoin(assumed, ", "), "."),
                         assumed);
  }
  // A model has a zone; that one is true of any system.
  if (internet.empty() && context.draft.model().zones_size() == 0) internet = context.boundaries.Reserve("internet");
  if (internet.empty()) return;
  pb::Zone& zone = *context.draft.model().add_zones();
  zone.set_id(internet);
  zone.set_name("Internet");
  zone.set_type(pb::ZONE_TYPE_INTERNET);
}

// The cloud provider that tags name, as `aws` or `aws:s3`; unspecified for none and for several.
template <class Tags>
pb::Provider ProviderOf(const Tags& tags) {
  static constexpr Word kProviders[] = {
      {"aws", pb::PROVIDER_AWS}, {"azure", pb::PROVIDER_AZURE}, {"gcp", pb::PROVIDER_GCP}, {"ocp", pb::PROVIDER_OCI}};
  int provider = pb::PROVIDER_UNSPECIFIED;
  for (const std::string& tag : tags) {
    const absl::string_view base = absl::string_view(tag).substr(0, tag.find(':'));
    for (const Word& word : kProviders) {
      if (word.text != base || word.value == provider) continue;
      if (provider != pb::PROVIDER_UNSPECIFIED) return pb::PROVIDER_UNSPECIFIED;
      provider = word.value;
    }
  }
  return static_cast<pb::Provider>(provider);
}

}  // namespace

void ImportBoundaries(std::vector<Titled>& trust_boundaries, Context& context) {
  BoundaryImporter importer(context);
  for (Titled& boundary : trust_boundaries) importer.Import(boundary);
  importer.SetParents();
  PlaceOutside(context);
}

void ImportRuntimes(std::vector<Titled>& shared_runtimes, Context& context) {
  std::map<std::pair<std::string, std::string>, Place> places;  // of a component in a runtime
  for (Titled& titled : shared_runtimes) {
    Part& part = titled.part;
    pb::SharedRuntime& runtime = *context.draft.model().add_shared_runtimes();
    SetIds(part.Raw("id"), context.runtimes.Find(part.Raw("id")), runtime);
    runtime.set_name(titled.title);
    runtime.set_description(part.Text("description"));
    for (const std::string& tag : TagsOf(part, context)) runtime.add_tags(tag);
    Observe(part, PathOf("shared_runtimes", runtime.id()), runtime, {}, context.draft);
    for (const Item& item : part.Items("technical_assets_running")) {
      const std::string id = context.assets.Resolve(item, context.findings);
      if (id.empty()) continue;
      context.components.at(id)->add_further_runtime_groups(runtime.id());
      places.try_emplace({id, runtime.id()}, item.place);
    }
    part.ReportUnknown();
  }
  // The first by id is the component's own group, whatever the order of the file.
  for (const auto& [id, component] : context.components) {
    std::set<std::string> groups(component->further_runtime_groups().begin(),
                                 component->further_runtime_groups().end());
    groups.erase("");
    component->clear_further_runtime_groups();
    for (const std::string& group : groups) {
      const bool first = component->runtime_group().empty();
      first ? component->set_runtime_group(group) : component->add_further_runtime_groups(group);
      context.draft.Observed(PathOf("components", id, first ? "runtime_group" : "further_runtime_groups"),
                             places.at({id, group}));
    }
  }
}

void ImportProviders(Context& context) {
  const pb::SystemModel& model = context.draft.model();
  std::map<std::string, const pb::Zone*> zones;
  for (const pb::Zone& zone : model.zones()) zones[zone.id()] = &zone;
  std::map<std::string, const pb::SharedRuntime*> runtimes;
  for (const pb::SharedRuntime& runtime : model.shared_runtimes()) runtimes[runtime.id()] = &runtime;
  for (const auto& [id, component] : context.components) {
    pb::Provider provider = ProviderOf(component->tags());
    std::string named_by = PathOf("components", id, "tags");
    const auto ask = [&](absl::string_view collection, const auto& element) {
      if (provider != pb::PROVIDER_UNSPECIFIED) return;
      provider = ProviderOf(element.tags());
      named_by = PathOf(collection, element.id(), "tags");
    };
    std::set<std::string> passed;  // zones may be nested in themselves, which is a fault
    for (auto zone = zones.find(component->zone()); zone != zones.end(); zone = zones.find(zone->second->parent())) {
      if (!passed.insert(zone->first).second) break;
      ask("zones", *zone->second);
    }
    const auto runtime = runtimes.find(component->runtime_group());
    if (runtime != runtimes.end()) ask("shared_runtimes", *runtime->second);
    if (provider == pb::PROVIDER_UNSPECIFIED) continue;
    component->set_provider(provider);
    context.draft.RestsAs(PathOf("components", id, "provider"), named_by);
  }
}

}  // namespace metapowers::importers::threagile
