// The judgements are analysis'; this puts them into the tables of the section, one function a table.
#include "service/commands/identify/attack_surface.h"

#include <algorithm>
#include <map>
#include <set>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "service/analysis/attack_surface.h"
#include "service/analysis/reachability.h"
#include "service/commands/applicable_references.h"
#include "service/commands/entry_wording.h"
#include "service/commands/naming.h"
#include "service/commands/open_questions.h"
#include "service/commands/rows.h"
#include "service/commands/wording.h"

namespace metapowers::commands::identify {
namespace {

namespace kb = knowledge::v1;
namespace pb = security::identify::v1;
using analysis::EntryExposure;
using analysis::EntryPoint;
using analysis::IsOutside;
using analysis::SurfaceFindingFact;
using model::v1::DataClass;
using Kind = EntryPoint::Kind;

constexpr EntryExposure kExposures[] = {EntryExposure::kInternet, EntryExposure::kPartner, EntryExposure::kSupplier,
                                        EntryExposure::kUnknown,  EntryExposure::kInside,  EntryExposure::kOnSite};

constexpr char kToBeAnswered[] = "to be answered";

// A Mermaid block must stay under 2,000 characters; what a template adds to each line is counted in.
constexpr size_t kDiagramBudget = 1800;

std::string YesNo(bool value) { return value ? "yes" : "no"; }

bool IsOfUnknownReach(const EntryPoint& entry) { return entry.exposure == EntryExposure::kUnknown; }
bool IsUnauthenticated(const EntryPoint& entry) { return entry.authenticated == model::v1::TRISTATE_NO; }

class Surface {
 public:
  explicit Surface(const Input& input)
      : input_(input),
        model_(input.model),
        facts_(input.facts),
        proto_(input.model.proto()),
        surface_(analysis::AnalyseAttackSurface(input.presumed)),
        reach_(facts_) {}

  pb::AttackSurfaceResult Build() {
    result_.set_system(proto_.name());
    result_.set_as_of(proto_.as_of());
    result_.set_topic(proto_.id());
    for (const std::string& id : surface_.assumed) result_.add_assumed(id);
    AddCounts();
    AddMaps();
    AddConnections();
    AddInterfaces();
    AddOthers();
    AddHostPorts();
    AddHostNames();
    AddUnauthenticated();
    AddMethod();
    AddBands();
    AddScores();
    AddReach();
    AddJewels();
    AddShutOffs();
    AddFindings();
    AddQuestions();
    AddReduction();
    AddWaves();
    AddTotals();
    FillPresence(result_);
    return std::move(result_);
  }

 private:
  const std::vector<EntryPoint>& entries() const { return surface_.entries; }

  std::string Owner(const std::string& team) const {
    return TeamName(model_, team.empty() ? proto_.owner_team() : team);
  }

  // --- Inventory ---

  void AddCounts() {
    pb::ExposureCount all;
    all.set_exposure("all");
    for (const EntryExposure exposure : kExposures) {
      pb::ExposureCount row;
      row.set_exposure(ExposureLabel(exposure));
      for (const EntryPoint& entry : entries()) {
        if (entry.exposure != exposure) continue;
        CountIn(entry, row);
        CountIn(entry, all);
      }
      if (row.entries() > 0) *result_.add_counts() = std::move(row);
    }
    *result_.add_counts() = std::move(all);
  }

  static void CountIn(const EntryPoint& entry, pb::ExposureCount& row) {
    row.set_entries(row.entries() + 1);
    if (entry.kind == Kind::kFlow) {
      row.set_connections(row.connections() + 1);
    } else if (entry.kind == Kind::kEndpoint) {
      row.set_operations(row.operations() + 1);
    } else if (entry.kind == Kind::kPull) {
      row.set_pulls(row.pulls() + 1);
    } else {
      row.set_others(row.others() + 1);
    }
    row.set_administrative(row.administrative() + (entry.administrative ? 1 : 0));
    row.set_webhooks(row.webhooks() + (entry.webhook ? 1 : 0));
    row.set_files(row.files() + (entry.file_exchange ? 1 : 0));
    row.set_unauthenticated(row.unauthenticated() + (IsUnauthenticated(entry) ? 1 : 0));
  }

  // Parties outside, people and devices; connections between services of ours stand in the tables only.
  void AddMaps() {
    for (const EntryExposure exposure : kExposures) {
      std::map<std::pair<std::string, std::string>, pb::SurfaceEdge> edges;
      for (const EntryPoint& entry : entries()) {
        if (entry.exposure != exposure || entry.flow == nullptr) continue;
        if (!IsOutside(exposure) && exposure != EntryExposure::kOnSite &&
            !analysis::IsExternal(*entry.source->component)) {
          continue;
        }
        pb::SurfaceEdge& edge = edges[{entry.source->component->id(), entry.target->component->id()}];
        edge.set_party(entry.source->component->id());
        edge.set_component(entry.target->component->id());
        (entry.kind == Kind::kPull ? edge.add_taken() : edge.add_opened())->assign(entry.flow->id());
      }
      DrawMaps(exposure, edges);
    }
  }

  void DrawMaps(EntryExposure exposure, std::map<std::pair<std::string, std::string>, pb::SurfaceEdge>& edges) {
    std::vector<pb::SurfaceMap> parts;
    size_t used = kDiagramBudget;
    std::set<std::string> drawn;
    for (auto& [ends, edge] : edges) {
      const int flows = edge.opened_size() + edge.taken_size();
      edge.set_label(flows > 1              ? Count(flows, "flow", "flows")
                     : edge.taken().empty() ? edge.opened(0)
                                            : absl::StrCat(edge.taken(0), " (answer)"));
      const auto cost = [&] {
        return Cost(ends.first) + Cost(ends.second) + edge.label().size() + 20 + NodeCost(ends.first, drawn) +
               NodeCost(ends.second, drawn);
      };
      if (used + cost() > kDiagramBudget) {
        parts.emplace_back();
        drawn.clear();
        used = 200;  // frame of the diagram
      }
      used += cost();
      AddNode(ends.first, drawn, *parts.back().mutable_parties());
      AddNode(ends.second, drawn, *parts.back().mutable_components());
      *parts.back().add_edges() = std::move(edge);
    }
    for (size_t i = 0; i < parts.size(); ++i) {
      parts[i].set_exposure(ExposureLabel(exposure));
      if (parts.size() > 1) parts[i].set_part(absl::StrCat("part ", i + 1, " of ", parts.size()));
      *result_.add_maps() = std::move(parts[i]);
    }
  }

  // Characters of an identifier in a diagram at most: what is no letter or digit may be written as an escape of four.
  static size_t Cost(absl::string_view id) {
    size_t cost = 2;
    for (const char c : id) cost += absl::ascii_isalnum(c) ? 1 : 4;
    return cost;
  }

  size_t NodeCost(const std::string& id, const std::set<std::string>& drawn) const {
    return drawn.contains(id) ? 0 : Cost(id) + facts_.Find(id)->component->name().size() + 12;
  }

  void AddNode(const std::string& id, std::set<std::string>& drawn,
               google::protobuf::RepeatedPtrField<pb::SurfaceNode>& nodes) const {
    if (!drawn.insert(id).second) return;
    pb::SurfaceNode& node = *nodes.Add();
    node.set_id(id);
    node.set_name(facts_.Find(id)->component->name());
  }

  void AddConnections() {
    for (const EntryExposure exposure : kExposures) {
      pb::ConnectionGroup group;
      for (const EntryPoint& entry : entries()) {
        if (entry.exposure == exposure && entry.kind == Kind::kFlow) AddConnection(entry, *group.add_rows());
      }
      if (group.rows().empty()) continue;
      group.set_exposure(ExposureLabel(exposure));
      group.set_internet(exposure == EntryExposure::kInternet);
      group.set_partner(exposure == EntryExposure::kPartner);
      group.set_supplier(exposure == EntryExposure::kSupplier);
      group.set_inside(exposure == EntryExposure::kInside);
      group.set_on_site(exposure == EntryExposure::kOnSite);
      *result_.add_connections() = std::move(group);
    }
    for (const EntryPoint& entry : entries()) {
      if (entry.kind == Kind::kPull) AddConnection(entry, *result_.add_pulls());
    }
  }

  void AddConnection(const EntryPoint& entry, pb::ConnectionRow& row) const {
    row.set_id(entry.flow->id());
    row.set_kind(KindLabel(entry));
    row.set_from(entry.source->component->id());
    row.set_to(entry.target->component->id());
    row.set_protocol(ProtocolLabel(*entry.flow));
    row.set_authentication(AuthenticationLabel(entry));
    row.set_rights(RightsLabel(entry.authorization));
    row.set_protection(ProtectionLabel(entry));
    row.set_addresses(AddressesLabel(entry));
    row.set_rate(RateLabel(entry));
    for (const DataClass* data : entry.data) row.add_data(data->id());
    AddAll(BehindLabels(entry), row.mutable_behind());
    AddAll(entry.next, row.mutable_next());
    row.set_owner(Owner(entry.owner_team));
    row.set_exposure(ExposureLabel(entry.exposure));
  }

  void AddInterfaces() {
    for (const model::v1::Api& api : proto_.apis()) {
      pb::InterfaceGroup group;
      EntryExposure widest = EntryExposure::kOnSite;
      for (const EntryPoint& entry : entries()) {
        if (entry.api == nullptr || entry.api->id() != api.id()) continue;
        if (group.rows().empty()) DescribeInterface(entry, group);
        widest = std::min(widest, entry.exposure);
        AddBehind(entry, group);
        AddOperation(entry, *group.add_rows());
      }
      if (group.rows().empty()) continue;
      group.set_exposure(ExposureLabel(widest));
      *result_.add_interfaces() = std::move(group);
    }
  }

  // `entry` is the first of the interface's operations; all have its component and arrivals.
  void DescribeInterface(const EntryPoint& entry, pb::InterfaceGroup& group) const {
    const model::v1::Api& api = *entry.api;
    group.set_id(api.id());
    group.set_name(api.name());
    group.set_component(api.component());
    group.set_style(absl::StrCat(Label(api.style()), api.version().empty() ? "" : " ", api.version()));
    group.set_validation(Label(api.schema_validation()));
    if (!api.schema_language().empty()) {
      group.set_validation(absl::StrCat(group.validation(), ", ", api.schema_language()));
    }
    group.set_max_request(api.has_max_request_bytes() ? absl::StrCat(Thousands(api.max_request_bytes()), " bytes")
                                                      : "unknown");
    group.set_cors(Label(api.cors()));
    for (const model::v1::Flow* flow : entry.arrivals) group.add_arrivals(flow->id());
    group.set_owner(Owner(entry.owner_team));
  }

  // What lies behind the interface's component, whatever a single operation carries; each once.
  static void AddBehind(const EntryPoint& entry, pb::InterfaceGroup& group) {
    const std::vector<std::string> labels = BehindLabels(entry);
    for (size_t i = 0; i < labels.size(); ++i) {
      const auto& known = group.behind();
      const bool carried = entry.behind[i].holder == nullptr;
      if (!carried && std::find(known.begin(), known.end(), labels[i]) == known.end()) group.add_behind(labels[i]);
    }
  }

  void AddOperation(const EntryPoint& entry, pb::OperationRow& row) const {
    const model::v1::Endpoint& endpoint = *entry.endpoint;
    row.set_operation(absl::StrCat(endpoint.method(), endpoint.method().empty() ? "" : " ", endpoint.path()));
    row.set_summary(endpoint.summary());
    row.set_exposure(ExposureLabel(entry.exposure));
    row.set_authentication(AuthenticationLabel(entry));
    row.set_rate(RateLabel(entry));
    for (const DataClass* data : entry.data) row.add_data(data->id());
    row.set_changes(YesNo(endpoint.state_changing()));
    row.set_object_id(YesNo(endpoint.object_level()));
    row.set_owner(Owner(entry.owner_team));
  }

  void AddOthers() {
    for (const EntryPoint& entry : entries()) {
      if (entry.kind == Kind::kFlow || entry.kind == Kind::kPull || entry.kind == Kind::kEndpoint) continue;
      pb::OtherEntry& row = *result_.add_others();
      row.set_id(entry.id);
      row.set_kind(KindLabel(entry));
      row.set_exposure(ExposureLabel(entry.exposure));
      row.set_to(TargetOf(entry));
      row.set_authentication(AuthenticationLabel(entry));
      row.set_rate(RateLabel(entry));
      AddAll(BehindLabels(entry), row.mutable_behind());
      row.set_owner(Owner(entry.owner_team));
    }
  }

  void AddHostPorts() {
    for (const model::v1::Component& component : proto_.components()) {
      for (const model::v1::HostPort& port : component.host_ports()) {
        pb::HostPortRow& row = *result_.add_host_ports();
        row.set_component(component.id());
        if (port.has_port()) row.set_port(absl::StrCat(port.port()));
        row.set_evidence(port.evidence());
        row.set_reach(Label(component.internet_facing()));
        row.set_open(component.internet_facing() == model::v1::TRISTATE_UNSPECIFIED);
        row.set_owner(Owner(component.owner_team()));
      }
    }
  }

  // What callers find under one name.
  struct HostName {
    std::vector<std::string> entries;
    EntryExposure widest = EntryExposure::kOnSite;  // kUnknown where something of unknown reach may be the widest
    std::set<std::string> components;
    std::set<std::string> owners;

    void Add(const std::string& entry, EntryExposure exposure, const model::v1::Component* component,
             const std::string& owner) {
      widest = std::min(widest, exposure);
      if (std::find(entries.begin(), entries.end(), entry) == entries.end()) entries.push_back(entry);
      if (component != nullptr) components.insert(component->id());
      owners.insert(owner);
    }
  };

  // What a port of the host is open to, as the table of ports says.
  static EntryExposure PortExposure(const model::v1::Component& component) {
    if (component.internet_facing() == model::v1::TRISTATE_YES) return EntryExposure::kInternet;
    return component.internet_facing() == model::v1::TRISTATE_NO ? EntryExposure::kInside : EntryExposure::kUnknown;
  }

  void AddHostNames() {
    std::map<std::string, HostName> names;
    for (const EntryPoint& entry : entries()) {
      const auto* hosts = entry.flow != nullptr && entry.kind == Kind::kFlow ? &entry.flow->hosts()
                          : entry.api != nullptr                             ? &entry.api->hosts()
                                                                             : nullptr;
      if (hosts == nullptr) continue;
      for (const std::string& host : *hosts) {
        HostName& name = names[host];
        name.Add(entry.flow != nullptr ? entry.id : entry.api->id(), entry.exposure,
                 entry.target == nullptr ? nullptr : entry.target->component, Owner(entry.owner_team));
      }
    }
    for (const model::v1::Component& component : proto_.components()) {
      for (const model::v1::HostPort& port : component.host_ports()) {
        if (port.host().empty()) continue;
        names[port.host()].Add(
            absl::StrCat(component.id(), port.has_port() ? absl::StrCat(" port ", port.port()) : " at a port"),
            PortExposure(component), &component, Owner(component.owner_team()));
      }
    }
    for (const auto& [host, name] : names) {
      pb::HostNameRow& row = *result_.add_hosts();
      row.set_host(host);
      row.set_exposure(name.widest == EntryExposure::kUnknown ? kToBeAnswered : ExposureLabel(name.widest));
      AddAll(name.entries, row.mutable_entries());
      AddAll(name.components, row.mutable_components());
      AddAll(name.owners, row.mutable_owners());
    }
  }

  void AddUnauthenticated() {
    std::set<size_t> flagged;
    for (const SurfaceFindingFact& finding : surface_.findings) {
      if (finding.finding == kb::SURFACE_FINDING_UNAUTHENTICATED ||
          finding.finding == kb::SURFACE_FINDING_UNEXPLAINED ||
          finding.finding == kb::SURFACE_FINDING_CHANGES_UNAUTHENTICATED) {
        flagged.insert(finding.entries.begin(), finding.entries.end());
      }
    }
    std::set<const model::v1::Flow*> explained;
    for (const EntryPoint& entry : entries()) {
      const bool reasoned = entry.endpoint != nullptr && !entry.endpoint->unauthenticated_reason().empty();
      if (reasoned) explained.insert(entry.arrivals.begin(), entry.arrivals.end());
    }
    for (size_t i = 0; i < entries().size(); ++i) {
      const EntryPoint& entry = entries()[i];
      if (!IsUnauthenticated(entry)) continue;
      pb::UnauthenticatedEntry& row = *result_.add_unauthenticated();
      row.set_id(entry.id);
      row.set_exposure(ExposureLabel(entry.exposure));
      if (entry.endpoint != nullptr) row.set_reason(entry.endpoint->unauthenticated_reason());
      row.set_flagged(flagged.contains(i));
      if (entry.flow != nullptr && !row.flagged() && explained.contains(entry.flow)) {
        row.set_reason("that of each operation");
      }
      row.set_owner(Owner(entry.owner_team));
    }
  }

  // --- Assessment ---

  void AddMethod() {
    const kb::SurfaceRules& rules = knowledge::SurfaceRules();
    std::map<kb::SurfaceTerm, pb::ScoreTermRow> rows;
    for (const kb::SurfacePoints& points : rules.points()) {
      pb::ScoreTermRow& row = rows[points.term()];
      const std::string term = absl::AsciiStrToLower(kb::SurfaceTerm_Name(points.term()));
      row.set_term(absl::StrReplaceAll(term, {{"surface_term_", ""}}));
      const bool unknown = points.value() == "unknown";
      if (points.points() > 0 && !unknown) row.add_values(absl::StrCat(points.label(), " (", points.points(), ")"));
      row.set_most(points.term() == kb::SURFACE_TERM_REQUESTS ? row.most() + (unknown ? 0 : points.points())
                                                              : std::max(row.most(), points.points()));
    }
    for (auto& [term, row] : rows) *result_.add_terms() = std::move(row);
    result_.set_points_per_hop(rules.points_per_hop());
  }

  void AddBands() {
    const bool unknown = std::any_of(entries().begin(), entries().end(), IsOfUnknownReach);
    pb::BandRow all;
    all.set_band("all");
    int above = 101;
    int of_all = 0;
    for (const kb::SurfaceBand& band : knowledge::SurfaceRules().bands()) {
      pb::BandRow row;
      row.set_band(Label(band.severity()));
      row.set_range(absl::StrCat(band.from(), " to ", above - 1));
      above = band.from();
      int of_band = 0;
      for (size_t i = 0; i < entries().size(); ++i) {
        if (surface_.scores[i].band != band.severity()) continue;
        of_band += IsOfUnknownReach(entries()[i]) ? 1 : 0;
        CountIn(entries()[i].exposure, row);
        CountIn(entries()[i].exposure, all);
      }
      if (unknown) row.set_unknown(absl::StrCat(of_band));
      of_all += of_band;
      *result_.add_bands() = std::move(row);
    }
    if (unknown) all.set_unknown(absl::StrCat(of_all));
    *result_.add_bands() = std::move(all);
  }

  static void CountIn(EntryExposure exposure, pb::BandRow& row) {
    row.set_all(row.all() + 1);
    switch (exposure) {
      case EntryExposure::kInternet:
        return row.set_internet(row.internet() + 1);
      case EntryExposure::kPartner:
        return row.set_partner(row.partner() + 1);
      case EntryExposure::kSupplier:
        return row.set_supplier(row.supplier() + 1);
      case EntryExposure::kInside:
        return row.set_inside(row.inside() + 1);
      case EntryExposure::kOnSite:
        return row.set_on_site(row.on_site() + 1);
      case EntryExposure::kUnknown:
        return;  // a column of its own, where there are any
    }
  }

  void AddScores() {
    std::vector<size_t> order(entries().size());
    for (size_t i = 0; i < order.size(); ++i) order[i] = i;
    std::stable_sort(order.begin(), order.end(),
                     [&](size_t a, size_t b) { return surface_.scores[a].points > surface_.scores[b].points; });
    for (const size_t i : order) {
      const EntryPoint& entry = entries()[i];
      const analysis::SurfaceScore& score = surface_.scores[i];
      pb::ScoreRow& row = *result_.add_scores();
      row.set_id(entry.id);
      row.set_kind(KindLabel(entry));
      row.set_exposure(ExposureLabel(entry.exposure));
      row.set_to(TargetOf(entry));
      row.set_score(score.points);
      row.set_open(score.open);
      row.set_band(score.band);
      row.set_derivation(Derivation(score));
      for (const analysis::ScoreTerm& term : score.terms) {
        if (term.open) row.add_unknown(absl::StrCat(term.label, " ", term.points));
      }
    }
  }

  void AddReach() {
    for (size_t i = 0; i < reach_.origins().size(); ++i) {
      const analysis::Origin& origin = reach_.origins()[i];
      pb::ReachRow& row = *result_.add_reach();
      row.set_id(origin.id);
      row.set_name(origin.name);
      row.set_exposure(ExposureLabel(origin.exposure));
      std::set<std::string> jewels;
      for (const analysis::Reached& reached : reach_.ReachedFrom(i)) {
        const std::string& id = reached.component->component->id();
        row.set_all(row.all() + 1);
        if (reached.hops == 1) row.add_first(id);
        if (reached.hops == 1) row.set_one(row.one() + 1);
        if (reached.hops == 2) row.set_two(row.two() + 1);
        if (reached.hops == 3) row.set_three(row.three() + 1);
        if (reached.hops > 3) row.set_more(row.more() + 1);
        if (reached.guarded == 0) row.add_unguarded(id);
        if (reached.hops > 2) continue;
        for (const auto* list : {&reached.component->stores, &reached.component->processes}) {
          for (const DataClass* data : *list) {
            if (analysis::IsCrownJewel(*data)) jewels.insert(data->id());
          }
        }
      }
      AddAll(jewels, row.mutable_jewels());
    }
  }

  // The nearest way to a jewel from the internet, from a partner or supplier, and from inside or on site.
  void AddJewels() {
    for (const DataClass& data : facts_.model().proto().data_classes()) {
      if (!analysis::IsCrownJewel(data)) continue;
      const std::vector<std::string> stores = Holders(data, &analysis::ComponentFacts::stores);
      const bool stored = !stores.empty();
      const std::vector<std::string> holders = stored ? stores : Holders(data, &analysis::ComponentFacts::processes);
      bool outside = AddJewel(data, holders, stored, EntryExposure::kInternet, EntryExposure::kInternet);
      outside |= AddJewel(data, holders, stored, EntryExposure::kPartner, EntryExposure::kSupplier);
      AddJewel(data, holders, stored, EntryExposure::kInside, EntryExposure::kOnSite);
      if (!outside) result_.add_unreached_jewels(data.id());
    }
  }

  std::vector<std::string> Holders(const DataClass& data,
                                   std::vector<const DataClass*> analysis::ComponentFacts::*list) const {
    std::vector<std::string> ids;
    for (const auto& [id, component] : facts_.components()) {
      const std::vector<const DataClass*>& held = component.*list;
      if (std::find(held.begin(), held.end(), &data) != held.end()) ids.push_back(id);
    }
    return ids;
  }

  bool AddJewel(const DataClass& data, const std::vector<std::string>& holders, bool stored, EntryExposure from,
                EntryExposure to) {
    const analysis::Reached* best = nullptr;
    size_t origin = 0;
    for (size_t i = 0; i < reach_.origins().size(); ++i) {
      if (reach_.origins()[i].exposure < from || reach_.origins()[i].exposure > to) continue;
      for (const std::string& holder : holders) {
        const analysis::Reached* one = reach_.Find(i, holder);
        if (one == nullptr) continue;
        if (best != nullptr && std::tie(best->hops, best->guarded) <= std::tie(one->hops, one->guarded)) continue;
        best = one;
        origin = i;
      }
    }
    if (best == nullptr) return false;
    const std::string& holder = best->component->component->id();
    pb::JewelRow& row = *result_.add_jewels();
    row.set_data(data.id());
    row.set_holder(holder);
    row.set_handling(stored ? "stores" : "processes");
    row.set_origin(reach_.origins()[origin].name);
    row.set_exposure(ExposureLabel(reach_.origins()[origin].exposure));
    row.set_hops(best->hops);
    row.set_unguarded(best->hops - best->guarded);
    for (const analysis::ReachStep& step : reach_.PathTo(origin, holder)) row.add_steps(StepLabel(step));
    return true;
  }

  void AddShutOffs() {
    std::map<std::string, const EntryPoint*> exposed;  // the first is the widest
    for (const EntryPoint& entry : entries()) {
      if (entry.target != nullptr && IsOutside(entry.exposure)) {
        exposed.emplace(entry.target->component->id(), &entry);
      }
    }
    for (const auto& [id, entry] : exposed) {
      bool found = false;
      for (const model::v1::ContainmentSwitch& one : proto_.containment_switches()) {
        if (std::find(one.components().begin(), one.components().end(), id) == one.components().end()) continue;
        pb::ShutOffRow& row = AddShutOff(*entry);
        row.set_switch_id(one.id());
        row.set_mechanism(one.mechanism());
        row.set_ordered_by(RoleTitle(model_, one.ordered_by()));
        if (one.has_effect_minutes()) row.set_effect(Minutes(one.effect_minutes()));
        row.set_last_tested(one.last_tested());
        found = true;
      }
      if (!found) AddShutOff(*entry);
    }
  }

  pb::ShutOffRow& AddShutOff(const EntryPoint& entry) {
    pb::ShutOffRow& row = *result_.add_shut_offs();
    row.set_component(entry.target->component->id());
    row.set_exposure(ExposureLabel(entry.exposure));
    row.set_owner(Owner(entry.owner_team));
    return row;
  }

  // --- Findings ---

  void AddFindings() {
    std::map<kb::SurfaceFinding, pb::SurfaceFindingGroup*> groups;
    for (const SurfaceFindingFact& finding : surface_.findings) {
      pb::SurfaceFindingGroup*& group = groups[finding.finding];
      if (group == nullptr) {
        group = result_.add_findings();
        DescribeKind(finding, *group);
      }
      AddReferences(finding, *group);
      pb::SurfaceFindingRow& row = *group->add_rows();
      row.set_subject(finding.subject);
      row.set_fact(finding.fact);
      row.set_exposure(ExposureLabel(finding.exposure));
      row.set_severity(finding.severity);
      row.set_entries(static_cast<int>(finding.entries.size()));
      row.set_owner(Owner(finding.team));
      row.set_due(finding.due);
      row.set_before(finding.before);
      row.set_after(finding.closes ? "closed" : absl::StrCat(finding.after));
      row.set_scored(finding.scored);
    }
  }

  void DescribeKind(const SurfaceFindingFact& finding, pb::SurfaceFindingGroup& group) {
    const kb::SurfaceFindingKind& kind = knowledge::SurfaceFindingKindOf(finding.finding);
    group.set_kind(finding.finding);
    group.set_title(kind.title());
    group.set_consequence(kind.consequence());
    group.set_measure(kind.measure());
    group.set_verification(kind.verification());
    group.set_severity(finding.severity);
  }

  // Requirements that bind the subjects of the group so far: those of PCI DSS only where they are about one.
  void AddReferences(const SurfaceFindingFact& finding, pb::SurfaceFindingGroup& group) {
    google::protobuf::RepeatedPtrField<std::string> references;
    for (const std::string& reference : knowledge::SurfaceFindingKindOf(finding.finding).references()) {
      const bool about = std::any_of(finding.entries.begin(), finding.entries.end(),
                                     [&](size_t i) { return IsAbout(reference, entries()[i]); });
      if (about) bound_.emplace(finding.finding, reference);
      if (bound_.contains({finding.finding, reference})) *references.Add() = reference;
    }
    group.clear_references();
    AddAll(BindingReferences(binding_, references), group.mutable_references());
  }

  // PCI DSS is about its scope, and its 4.2.1 about account data on networks outside.
  bool IsAbout(const std::string& reference, const EntryPoint& entry) const {
    if (!absl::StartsWith(reference, "pci-dss")) return true;
    if (reference != "pci-dss-4.0.1:4.2.1") return InPciScope(entry);
    return InPciScope(entry) && IsOutside(entry.exposure) &&
           std::any_of(entry.data.begin(), entry.data.end(),
                       [](const DataClass* data) { return analysis::IsAccountData(*data); });
  }

  bool InPciScope(const EntryPoint& entry) const {
    const auto in_scope = [](const analysis::ComponentFacts& component) {
      return component.pci_scope == analysis::PciScope::kCde || component.pci_scope == analysis::PciScope::kConnected;
    };
    if (entry.target != nullptr) return in_scope(*entry.target);
    return std::any_of(entry.next.begin(), entry.next.end(),
                       [&](const std::string& id) { return in_scope(*facts_.Find(id)); });
  }

  void AddQuestions() {
    std::set<std::string> flows;
    for (const EntryPoint& entry : entries()) {
      if (entry.flow != nullptr) flows.insert(absl::StrCat("flows[", entry.flow->id(), "]"));
    }
    for (metapowers::v1::Question& question : QuestionsOn(
             model_, {"Component.internet_facing", "Component.zone", "Component.owner_team", "Endpoint.authenticated",
                      "ConsumerClass.requests_per_minute", "Api.schema_validation", "Api.max_request_bytes", "Api.cors",
                      "Zone.network_policy", "PolicyParameters.min_tls", "Flow.authentication", "Flow.authorization",
                      "Flow.transport_security", "Flow.protocol"})) {
      const std::string element = question.field().substr(0, question.field().rfind('.'));
      if (absl::StartsWith(element, "flows[") && !flows.contains(element)) continue;
      *result_.add_questions() = std::move(question);
    }
    for (metapowers::v1::Question& question :
         QuestionsOn(model_, {}, {"Api.component", "Component.kind", "Flow.source", "Flow.target", "Zone.type"})) {
      *result_.add_questions() = std::move(question);
    }
    for (const EntryPoint& entry : entries()) AskAbout(entry);
    for (const model::v1::Pipeline& pipeline : proto_.delivery().pipelines()) {
      if (pipeline.deploys_by_pull() == 0 && !pipeline.deploys_to().empty()) {
        Ask("Pipeline.deploys_by_pull", "delivery.pipelines", pipeline.id(), OwnerOf(pipeline));
      }
    }
  }

  std::string OwnerOf(const model::v1::Pipeline& pipeline) const {
    const auto* component = facts_.Find(pipeline.component());
    return component == nullptr ? "" : component->component->owner_team();
  }

  void AskAbout(const EntryPoint& entry) {
    const std::string& team = entry.owner_team;
    if (entry.kind == Kind::kFlow || entry.kind == Kind::kPull) {
      const bool tls = !analysis::InputsOf(facts_, entry).transport.empty() && UsesTls(entry);
      if (tls && entry.min_tls == 0) Ask("Flow.min_tls", "flows", entry.flow->id(), team);
    }
    if (entry.kind == Kind::kFlow && (IsOutside(entry.exposure) || entry.administrative)) {
      if (entry.ip_filtered == 0 && !entry.vpn) Ask("Flow.ip_filtered", "flows", entry.flow->id(), team);
      if (entry.exposure == EntryExposure::kInternet && entry.rate.state == 0) {
        Ask("Flow.posture", "flows", entry.flow->id(), team);
      }
    }
    if (entry.kind == Kind::kEndpoint && entry.exposure == EntryExposure::kInternet && entry.rate.state == 0 &&
        entry.rate.consumers.empty()) {
      Ask("Component.posture", "components", entry.target->component->id(), team);
    }
    if (entry.kind == Kind::kOpen && entry.rate.state == 0) {
      Ask("Component.posture", "components", entry.id, team);
    }
    if (entry.kind == Kind::kInterface) Ask("Component.used_by_human", "components", entry.id, team);
    if (entry.kind == Kind::kDevice) Ask("Component.machine", "components", entry.id, team);
  }

  static bool UsesTls(const EntryPoint& entry) {
    return entry.transport == model::v1::TRANSPORT_SECURITY_TLS ||
           entry.transport == model::v1::TRANSPORT_SECURITY_MTLS ||
           entry.transport == model::v1::TRANSPORT_SECURITY_MESH_MTLS;
  }

  // Asks each question once.
  void Ask(absl::string_view type, absl::string_view list, const std::string& id, const std::string& team) {
    const std::string field = absl::StrCat(list, "[", id, "]", type.substr(type.find('.')));
    if (!asked_.insert(field).second) return;
    for (const kb::SurfaceQuestion& rule : knowledge::SurfaceRules().questions()) {
      if (rule.field() != type) continue;
      metapowers::v1::Question& question = *result_.add_questions();
      question.set_field(field);
      question.set_text(absl::StrReplaceAll(rule.text(), {{"{id}", id}}));
      question.set_owner(team.empty() ? proto_.owner_team() : team);
      question.set_owner_name(TeamName(model_, question.owner()));
    }
  }

  // --- Reduction and roadmap ---

  void AddReduction() {
    pb::Reduction& out = *result_.mutable_reduction();
    const auto severe = [](const analysis::SurfaceScore& score) { return score.band >= model::v1::SEVERITY_HIGH; };
    for (size_t i = 0; i < entries().size(); ++i) {
      out.set_entries(out.entries() + 1);
      out.set_sum(out.sum() + surface_.scores[i].points);
      out.set_severe(out.severe() + (severe(surface_.scores[i]) ? 1 : 0));
      if (surface_.closed[i]) continue;
      out.set_remaining(out.remaining() + 1);
      out.set_remaining_sum(out.remaining_sum() + surface_.reduced[i].points);
      out.set_remaining_severe(out.remaining_severe() + (severe(surface_.reduced[i]) ? 1 : 0));
    }
    if (out.sum() > 0) out.set_percent((out.sum() - out.remaining_sum()) * 100 / out.sum());
  }

  void AddWaves() {
    const auto& waves = knowledge::SurfaceRules().waves();
    std::map<std::string, std::vector<int>> loads;
    std::vector<int> all(waves.size(), 0);
    int number = 0;
    std::string after;
    for (const kb::SurfaceWave& rule : waves) {
      pb::RoadmapWave wave;
      const std::string ends = model::FormatDate(model_.as_of() + rule.days());
      for (const SurfaceFindingFact& finding : surface_.findings) {
        if (finding.due <= after || finding.due > ends) continue;
        wave.set_findings(wave.findings() + 1);
        std::vector<int>& load = loads[Owner(finding.team)];
        load.resize(waves.size(), 0);
        ++load[number];
        ++all[number];
      }
      AddRoadmapRows(after, ends, wave);
      after = ends;
      wave.set_number(++number);
      wave.set_days(rule.days());
      wave.set_ends(ends);
      result_.add_wave_days(absl::StrCat(rule.days()));
      if (wave.findings() > 0) *result_.add_waves() = std::move(wave);
    }
    for (const auto& [owner, load] : loads) AddLoad(owner, load);
    if (!loads.empty()) AddLoad("all", all);
    for (const kb::GapTerm& term : knowledge::AssetRules().terms()) {
      result_.add_severity_terms(absl::StrCat(Label(term.severity()), " ", Days(term.days())));
    }
  }

  // Findings due after `after` and by `ends`, those of one kind, date and owner in one row.
  void AddRoadmapRows(const std::string& after, const std::string& ends, pb::RoadmapWave& wave) const {
    std::map<std::tuple<std::string, int, int, std::string>, pb::RoadmapRow> rows;
    for (const SurfaceFindingFact& finding : surface_.findings) {
      if (finding.due <= after || finding.due > ends) continue;
      const kb::SurfaceFindingKind& kind = knowledge::SurfaceFindingKindOf(finding.finding);
      pb::RoadmapRow& row = rows[{finding.due, -finding.severity, finding.finding, Owner(finding.team)}];
      row.set_due(finding.due);
      row.set_severity(finding.severity);
      row.set_title(kind.title());
      row.add_subjects(finding.subject);
      row.set_owner(Owner(finding.team));
      row.set_verification(kind.verification());
    }
    for (auto& [key, row] : rows) *wave.add_rows() = std::move(row);
  }

  void AddLoad(const std::string& owner, const std::vector<int>& load) {
    pb::OwnerLoad& row = *result_.add_loads();
    row.set_owner(owner);
    for (const int count : load) {
      row.add_by_wave(absl::StrCat(count));
      row.set_all(row.all() + count);
    }
  }

  // --- Totals ---

  void AddTotals() {
    pb::SurfaceTotals& totals = *result_.mutable_totals();
    for (const EntryPoint& entry : entries()) {
      totals.set_entries(totals.entries() + 1);
      if (entry.exposure == EntryExposure::kInternet) {
        totals.set_internet(totals.internet() + 1);
      } else if (IsOutside(entry.exposure)) {
        totals.set_parties(totals.parties() + 1);
      } else if (IsOfUnknownReach(entry)) {
        totals.set_unknown_reach(totals.unknown_reach() + 1);
      } else {
        totals.set_inside(totals.inside() + 1);
      }
      totals.set_administrative(totals.administrative() + (entry.administrative ? 1 : 0));
      totals.set_operations(totals.operations() + (entry.kind == Kind::kEndpoint ? 1 : 0));
      const bool asks = entry.kind == Kind::kFlow || entry.kind == Kind::kEndpoint;
      totals.set_unknown(totals.unknown() + (asks && entry.authenticated == 0 ? 1 : 0));
    }
    totals.set_unauthenticated(result_.unauthenticated_size());
    for (const pb::UnauthenticatedEntry& row : result_.unauthenticated()) {
      totals.set_flagged(totals.flagged() + (row.flagged() ? 1 : 0));
    }
    totals.set_findings(static_cast<int>(surface_.findings.size()));
    for (const SurfaceFindingFact& finding : surface_.findings) {
      totals.set_severe(totals.severe() + (finding.severity >= model::v1::SEVERITY_HIGH ? 1 : 0));
    }
    if (!result_.scores().empty()) totals.set_highest(result_.scores(0).score());
    AddPhrases(totals);
  }

  void AddPhrases(const pb::SurfaceTotals& totals) {
    pb::SurfacePhrases& phrases = *result_.mutable_phrases();
    SayUnanswered(phrases);
    phrases.set_entries(phrases.unanswered().empty() ? Count(totals.entries(), "way in", "ways in")
                                                     : Count(totals.entries(), "known way in", "known ways in"));
    phrases.set_internet(absl::StrCat(totals.internet(), " from the internet"));
    phrases.set_parties(absl::StrCat(totals.parties(), " from partners and suppliers"));
    phrases.set_inside(absl::StrCat(totals.inside(), " from inside or on site"));
    if (totals.unknown_reach() > 0) {
      phrases.set_unknown_reach(absl::StrCat(totals.unknown_reach(), " of unknown reach"));
      phrases.set_unknown_ways(Count(totals.unknown_reach(), "way in", "ways in"));
    }
    phrases.set_unauthenticated(Count(totals.unauthenticated(), "way in needs", "ways in need"));
    if (totals.unauthenticated() > 0) {
      phrases.set_flagged(totals.flagged() == 0
                              ? "none of them is a finding"
                              : Count(totals.flagged(), "of them is a finding", "of them are findings"));
    }
    phrases.set_findings(Count(totals.findings(), "exposure is", "exposures are"));
    if (totals.findings() > 0) {
      phrases.set_severe(totals.severe() == 0 ? "none of them is"
                                              : Count(totals.severe(), "of them is", "of them are"));
    }
    if (!result_.scores().empty()) phrases.set_highest(result_.scores(0).id());
  }

  // Components with open ports of which the model does not say how far they reach.
  void SayUnanswered(pb::SurfacePhrases& phrases) const {
    std::set<std::string> ids;
    for (const pb::HostPortRow& row : result_.host_ports()) {
      if (row.open()) ids.insert(row.component());
    }
    if (ids.empty()) return;
    const bool one = ids.size() == 1;
    phrases.set_unanswered(absl::StrCat(ids.size(), one ? " component (" : " components (",
                                        List({ids.begin(), ids.end()}), one ? ") is" : ") are"));
  }

  const Input& input_;
  const model::Model& model_;
  const analysis::Facts& facts_;
  const model::v1::SystemModel& proto_;
  ReferenceFilter binding_{input_};
  const analysis::AttackSurface surface_;
  const analysis::UntrustedReach reach_;
  std::set<std::string> asked_;
  std::set<std::pair<kb::SurfaceFinding, std::string>> bound_;  // references that are about a finding of their kind
  pb::AttackSurfaceResult result_;
};

}  // namespace

pb::AttackSurfaceResult AttackSurface(const Input& input) { return Surface(input).Build(); }

}  // namespace metapowers::commands::identify
