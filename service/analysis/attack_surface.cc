#include "service/analysis/attack_surface.h"

#include <algorithm>
#include <functional>
#include <map>
#include <set>
#include <tuple>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "service/analysis/terms.h"
#include "service/knowledge/rules.h"

namespace metapowers::analysis {

namespace {

namespace kb = knowledge::v1;
using model::v1::Component;
using Kind = EntryPoint::Kind;
// What a measure does to the terms of a way in.
using Change = std::function<void(SurfaceInputs&)>;

Change Authenticate(const char* method) {
  return [method](SurfaceInputs& inputs) { inputs.authentication = method; };
}

bool IsWeak(const EntryPoint& entry) {
  return std::any_of(entry.authentication.begin(), entry.authentication.end(), [](auto method) {
    return method == model::v1::FLOW_AUTHENTICATION_CREDENTIALS || method == model::v1::FLOW_AUTHENTICATION_SESSION ||
           method == model::v1::FLOW_AUTHENTICATION_TOKEN || method == model::v1::FLOW_AUTHENTICATION_API_KEY;
  });
}

// "is" and the word of the data for a value, e.g. "several factors".
std::string Label(kb::SurfaceTerm term, const std::string& value) {
  return knowledge::SurfacePointsOf(term, value).label();
}

std::string Ends(const EntryPoint& entry) {
  return absl::StrCat(entry.source->component->id(), " to ", entry.target->component->id());
}

class Analysis {
 public:
  // Of two analyses, that of what is known has only what is in `presumed` too, which counts what is assumed: a finding
  // must not rest on what is not known either.
  Analysis(const Facts& facts, const AttackSurface* presumed)
      : facts_(facts), proto_(facts.model().proto()), presumed_(presumed) {
    surface_.entries = FindEntryPoints(facts);
    if (presumed != nullptr) surface_.assumed = KeepCommon(presumed->entries, surface_.entries);
    for (const EntryPoint& entry : surface_.entries) {
      inputs_.push_back(InputsOf(facts, entry));
      surface_.scores.push_back(ScoreOf(inputs_.back()));
    }
    reduced_ = inputs_;
    surface_.closed.resize(surface_.entries.size(), false);
    AddDecided();
  }

  AttackSurface Run() && {
    for (size_t i = 0; i < surface_.entries.size(); ++i) {
      CheckFlow(i);
      CheckEndpoint(i);
      CheckOther(i);
    }
    CheckRateLimits();
    CheckApis();
    CheckComponents();
    CheckGateways();
    CheckEndOfLife();
    CheckZones();
    for (const SurfaceInputs& inputs : reduced_) surface_.reduced.push_back(ScoreOf(inputs));
    std::sort(surface_.findings.begin(), surface_.findings.end(),
              [](const SurfaceFindingFact& a, const SurfaceFindingFact& b) {
                return std::forward_as_tuple(-a.severity, a.finding, a.subject) <
                       std::forward_as_tuple(-b.severity, b.finding, b.subject);
              });
    return std::move(surface_);
  }

 private:
  // Flows on which every operation that can be called is open for a declared reason.
  void AddDecided() {
    std::set<const model::v1::Flow*> others;
    for (const EntryPoint& entry : surface_.entries) {
      if (entry.kind != Kind::kEndpoint) continue;
      const bool decided =
          entry.authenticated == model::v1::TRISTATE_NO && !entry.endpoint->unauthenticated_reason().empty();
      (decided ? decided_ : others).insert(entry.arrivals.begin(), entry.arrivals.end());
    }
    for (const model::v1::Flow* flow : others) decided_.erase(flow);
  }

  // --- One way in ---

  void CheckFlow(size_t i) {
    const EntryPoint& entry = surface_.entries[i];
    if (entry.kind != Kind::kFlow && entry.kind != Kind::kPull) return;
    if (entry.kind == Kind::kFlow) {
      CheckTarget(i);
      CheckAdministration(i);
      const bool decided =
          entry.exposure == EntryExposure::kInternet && !entry.administrative && decided_.count(entry.flow) > 0;
      if (entry.authenticated == model::v1::TRISTATE_NO && !decided) {
        Add(kb::SURFACE_FINDING_UNAUTHENTICATED, entry.id, Ends(entry), {i}, Authenticate("client_cert"));
      }
      const bool few = entry.administrative || entry.exposure == EntryExposure::kPartner ||
                       entry.exposure == EntryExposure::kSupplier;
      if (few && entry.ip_filtered == model::v1::TRISTATE_NO && !entry.vpn) {
        Add(kb::SURFACE_FINDING_ANY_ADDRESS, entry.id,
            absl::StrCat(Ends(entry), ", ", Label(kb::SURFACE_TERM_AUTHENTICATION, inputs_[i].authentication)), {i},
            [](SurfaceInputs& inputs) { inputs.filtering = "listed"; });
      }
    }
    if (inputs_[i].transport == "none") {
      Add(kb::SURFACE_FINDING_CLEAR_TEXT, entry.id, absl::StrCat(Ends(entry), Protocol(entry)), {i},
          [](SurfaceInputs& inputs) {
            inputs.transport = "protected";
            if (inputs.authentication == "unverified_answer") inputs.authentication = "verified_answer";
          });
    }
    if (inputs_[i].transport == "below_floor") {
      Add(kb::SURFACE_FINDING_TLS_BELOW_FLOOR, entry.id,
          absl::StrCat("accepts ", knowledge::Word(model::YamlName(entry.min_tls)), ", policy ",
                       knowledge::Word(model::YamlName(proto_.policy_parameters().min_tls()))),
          {i}, [](SurfaceInputs& inputs) { inputs.transport = "protected"; });
    }
  }

  static std::string Protocol(const EntryPoint& entry) {
    return entry.flow->protocol().empty() ? "" : absl::StrCat(", ", entry.flow->protocol());
  }

  void CheckTarget(size_t i) {
    const EntryPoint& entry = surface_.entries[i];
    const Component& target = *entry.target->component;
    if (entry.exposure == EntryExposure::kInternet && target.internet_facing() == model::v1::TRISTATE_NO) {
      Close(kb::SURFACE_FINDING_CONTRADICTED, entry.id, Ends(entry), {i});
    }
    if (IsOutside(entry.exposure) && target.kind() == model::v1::COMPONENT_KIND_DATASTORE) {
      Add(kb::SURFACE_FINDING_STORE_EXPOSED, entry.id,
          absl::StrCat(Ends(entry), ", ", Label(kb::SURFACE_TERM_AUTHENTICATION, inputs_[i].authentication)), {i},
          [](SurfaceInputs& inputs) {
            inputs.exposure = EntryExposure::kInside;
            inputs.filtering = "listed";
          });
    }
  }

  void CheckAdministration(size_t i) {
    const EntryPoint& entry = surface_.entries[i];
    if (!entry.administrative) return;
    const std::string how = absl::StrCat(Ends(entry), Protocol(entry), ", ",
                                         Label(kb::SURFACE_TERM_AUTHENTICATION, inputs_[i].authentication));
    if (IsOutside(entry.exposure) && !entry.guarded) {
      Add(kb::SURFACE_FINDING_ADMIN_DIRECT, entry.id, how, {i}, [](SurfaceInputs& inputs) {
        inputs.exposure = EntryExposure::kInside;
        inputs.authentication = "mfa";
        inputs.filtering = "listed";
      });
    }
    if (IsWeak(entry) && !IsBastion(*entry.source->component)) {
      Add(kb::SURFACE_FINDING_ADMIN_SINGLE_FACTOR, entry.id, how, {i}, Authenticate("mfa"));
    }
  }

  void CheckEndpoint(size_t i) {
    const EntryPoint& entry = surface_.entries[i];
    if (entry.kind != Kind::kEndpoint || entry.authenticated != model::v1::TRISTATE_NO) return;
    const std::string& reason = entry.endpoint->unauthenticated_reason();
    if (reason.empty()) {
      Add(kb::SURFACE_FINDING_UNEXPLAINED, entry.id, entry.endpoint->summary(), {i}, Authenticate("token"));
    }
    if (entry.endpoint->state_changing()) {
      Add(kb::SURFACE_FINDING_CHANGES_UNAUTHENTICATED, entry.id,
          absl::StrCat(entry.endpoint->summary(), reason.empty() ? "" : "; declared reason: ", reason), {i},
          Authenticate("signature"));
    }
  }

  void CheckOther(size_t i) {
    const EntryPoint& entry = surface_.entries[i];
    if (entry.kind == Kind::kOpen) {
      std::vector<std::string> from;
      for (const model::v1::Flow* flow : entry.arrivals) from.push_back(flow->id());
      Close(kb::SURFACE_FINDING_OPEN_WITHOUT_FLOW, entry.id,
            from.empty() ? "no flow enters it"
                         : absl::StrCat("entered by ", Enumerate(from), " only",
                                        inputs_[i].filtering == "listed" ? ", from listed addresses" : ""),
            {i});
    }
    if (entry.kind != Kind::kDeployment) return;
    std::vector<std::string> lacks;
    if (entry.pipeline->approval_required() == model::v1::TRISTATE_NO) lacks.push_back("approval");
    if (entry.pipeline->signed_artifacts() == model::v1::TRISTATE_NO) lacks.push_back("signature");
    if (lacks.empty()) return;
    Add(kb::SURFACE_FINDING_PUSH_DEPLOYMENT, entry.id,
        absl::StrCat(entry.pipeline->platform(), " pushes to ", entry.infrastructure->id(), " without ",
                     Enumerate(lacks, "or")),
        {i}, Authenticate("verified_push"));
  }

  // --- Several ways in ---

  void CheckRateLimits() {
    std::map<std::string, std::vector<size_t>> at;
    for (size_t i = 0; i < surface_.entries.size(); ++i) {
      const std::string& rate = inputs_[i].rate;
      if (rate == "absent" || rate == "partial" || rate == "planned") {
        at[surface_.entries[i].rate.declared_at].push_back(i);
      }
    }
    for (const auto& [id, entries] : at) {
      const RateLimit& rate = surface_.entries[entries.front()].rate;
      Add(kb::SURFACE_FINDING_NO_RATE_LIMIT, id,
          absl::StrCat(Words(rate.state), rate.evidence.empty() ? "" : ": ", rate.evidence), entries,
          [](SurfaceInputs& inputs) { inputs.rate = "implemented"; });
    }
  }

  void CheckApis() {
    for (const model::v1::Api& api : proto_.apis()) {
      const std::vector<size_t> entries =
          Where([&api](const EntryPoint& entry) { return entry.api != nullptr && entry.api->id() == api.id(); });
      if (entries.empty()) continue;
      const auto without = [](const char* value) {
        return [value](SurfaceInputs& inputs) {
          auto& all = inputs.requests;
          all.erase(std::remove(all.begin(), all.end(), value), all.end());
        };
      };
      if (api.schema_validation() == model::v1::TRISTATE_NO) {
        Add(kb::SURFACE_FINDING_NO_VALIDATION, api.id(), Operations(entries.size()), entries, without("not_validated"));
      }
      if (api.cors() == model::v1::CORS_POLICY_ANY) {
        Add(kb::SURFACE_FINDING_ANY_ORIGIN, api.id(), Operations(entries.size()), entries, without("any_origin"));
      }
    }
  }

  static std::string Operations(size_t count) { return absl::StrCat(count, count == 1 ? " operation" : " operations"); }

  template <class Predicate>
  std::vector<size_t> Where(Predicate predicate) const {
    std::vector<size_t> found;
    for (size_t i = 0; i < surface_.entries.size(); ++i) {
      if (predicate(surface_.entries[i])) found.push_back(i);
    }
    return found;
  }

  // Ways in from outside by the component that takes the input.
  std::map<std::string, std::vector<size_t>> FromOutside() const {
    std::map<std::string, std::vector<size_t>> by_component;
    for (size_t i = 0; i < surface_.entries.size(); ++i) {
      const EntryPoint& entry = surface_.entries[i];
      if (entry.target != nullptr && IsOutside(entry.exposure)) {
        by_component[entry.target->component->id()].push_back(i);
      }
    }
    return by_component;
  }

  void CheckComponents() {
    for (const auto& [id, entries] : FromOutside()) {
      const Component& component = *facts_.Find(id)->component;
      if (component.environment() == model::v1::ENVIRONMENT_STAGING ||
          component.environment() == model::v1::ENVIRONMENT_DEVELOPMENT) {
        Close(kb::SURFACE_FINDING_STAGE_REACHABLE, id, Words(component.environment()), entries);
      }
      const std::string& gone = component.decommission_date();
      const bool late = !gone.empty() && model::ToCivilDay(gone) <= facts_.model().as_of();
      if (component.lifecycle() == model::v1::LIFECYCLE_PLANNED ||
          component.lifecycle() == model::v1::LIFECYCLE_RETIRING || late) {
        Close(kb::SURFACE_FINDING_LIFECYCLE, id,
              absl::StrCat(Words(component.lifecycle()), gone.empty() ? "" : ", to be gone by ", gone), entries);
      }
    }
  }

  void CheckGateways() {
    std::map<std::string, std::vector<size_t>> open;
    for (size_t i = 0; i < surface_.entries.size(); ++i) {
      const EntryPoint& entry = surface_.entries[i];
      if (entry.kind != Kind::kFlow || entry.exposure != EntryExposure::kInternet || entry.administrative) continue;
      if (inputs_[i].filtering == "none" && entry.target->component->kind() == model::v1::COMPONENT_KIND_PROCESS) {
        open[entry.target->component->id()].push_back(i);
      }
    }
    for (const auto& [id, entries] : open) {
      std::vector<std::string> flows;
      for (const size_t i : entries) flows.push_back(surface_.entries[i].id);
      Add(kb::SURFACE_FINDING_NO_GATEWAY, id, absl::StrCat("entered by ", Enumerate(flows), " from any address"),
          entries, [](SurfaceInputs& inputs) { inputs.filtering = "gateway"; });
    }
  }

  void CheckEndOfLife() {
    std::map<std::string, std::vector<size_t>> by_element;
    std::map<std::string, const EndOfLifeFact*> elements;
    for (size_t i = 0; i < surface_.entries.size(); ++i) {
      if (!inputs_[i].unsupported || !IsOutside(surface_.entries[i].exposure)) continue;
      const EndOfLifeFact* element = UnsupportedAt(facts_, surface_.entries[i]);
      by_element[element->id].push_back(i);
      elements[element->id] = element;
    }
    for (const auto& [id, entries] : by_element) {
      const EndOfLifeFact& element = *elements[id];
      SurfaceFindingFact& finding =
          Add(kb::SURFACE_FINDING_END_OF_LIFE, id,
              absl::StrCat(element.version, element.version.empty() ? "" : ", ", "support ended ", element.eol_date),
              entries, [](SurfaceInputs& inputs) { inputs.unsupported = false; });
      const auto* host = facts_.model().Find<model::v1::Infrastructure>(id);
      if (host != nullptr && !host->owner_team().empty()) finding.team = host->owner_team();
    }
  }

  void CheckZones() {
    for (const model::v1::Zone& zone : proto_.zones()) {
      if (zone.network_policy() != model::v1::NETWORK_POLICY_ALLOW) continue;
      std::vector<const ComponentFacts*> inside;
      for (const auto& [id, component] : facts_.components()) {
        if (component.effective_zone == &zone && IsOurs(facts_, component) &&
            ExposureOf(facts_, component) == EntryExposure::kInside) {
          inside.push_back(&component);
        }
      }
      if (inside.empty()) continue;
      AddZone(zone, inside);
    }
  }

  void AddZone(const model::v1::Zone& zone, const std::vector<const ComponentFacts*>& inside) {
    size_t flows = 0;
    for (const model::v1::Flow& flow : proto_.flows()) {
      if (facts_.Find(flow.source())->effective_zone == &zone && facts_.Find(flow.target())->effective_zone == &zone) {
        ++flows;
      }
    }
    const std::vector<size_t> entries = Where(
        [&zone](const EntryPoint& entry) { return entry.target != nullptr && entry.target->effective_zone == &zone; });
    const std::string fact = inside.size() == 1
                                 ? absl::StrCat("1 component: ", inside.front()->component->id())
                                 : absl::StrCat(inside.size(), " components with ", flows,
                                                flows == 1 ? " declared flow" : " declared flows", " among them");
    SurfaceFindingFact& finding = Add(kb::SURFACE_FINDING_ZONE_ALLOWS, zone.id(), fact, entries, [](SurfaceInputs&) {});
    finding.scored = false;
    const auto* host = facts_.model().Find<model::v1::Infrastructure>(zone.runs_on());
    finding.team = host != nullptr && !host->owner_team().empty() ? host->owner_team() : OwnerOf(inside.front());
  }

  // --- What all findings share ---

  std::string OwnerOf(const ComponentFacts* component) const {
    return component == nullptr || component->component->owner_team().empty() ? proto_.owner_team()
                                                                              : component->component->owner_team();
  }

  SurfaceFindingFact& Close(kb::SurfaceFinding kind, const std::string& subject, const std::string& fact,
                            const std::vector<size_t>& entries) {
    SurfaceFindingFact& finding = Add(kind, subject, fact, entries, [](SurfaceInputs&) {});
    finding.closes = true;
    finding.after = 0;
    for (const size_t i : entries) surface_.closed[i] = surface_.closed[i] || &finding != &left_out_;
    return finding;
  }

  SurfaceFindingFact& Add(kb::SurfaceFinding kind, const std::string& subject, const std::string& fact,
                          const std::vector<size_t>& entries, const Change& change) {
    const bool counts = presumed_ == nullptr || Has(*presumed_, kind, subject);
    SurfaceFindingFact& finding = counts ? surface_.findings.emplace_back() : left_out_;
    finding = {};
    finding.finding = kind;
    finding.subject = subject;
    finding.fact = fact;
    finding.entries = entries;
    auto band = model::v1::SEVERITY_UNSPECIFIED;
    bool jewel = false;
    for (const size_t i : entries) {
      const EntryPoint& entry = surface_.entries[i];
      SurfaceInputs changed = inputs_[i];
      change(changed);
      if (counts) change(reduced_[i]);
      finding.before = std::max(finding.before, surface_.scores[i].points);
      finding.after = std::max(finding.after, ScoreOf(changed).points);
      band = std::max(band, surface_.scores[i].band);
      jewel |= std::any_of(entry.data.begin(), entry.data.end(), [](const auto* data) { return IsCrownJewel(*data); });
      finding.exposure = i == entries.front() ? entry.exposure : std::min(finding.exposure, entry.exposure);
      if (finding.team.empty()) finding.team = entry.owner_team;
    }
    if (finding.team.empty()) finding.team = proto_.owner_team();
    const kb::SurfaceFindingKind& rule = knowledge::SurfaceFindingKindOf(kind);
    finding.severity = finding.exposure == EntryExposure::kInternet ? rule.severity_internet()
                       : IsOutside(finding.exposure)                ? rule.severity_party()
                                                                    : rule.severity_inside();
    if (jewel) finding.severity = std::max(finding.severity, rule.severity_jewel());
    if (rule.raised_by_score()) finding.severity = std::max(finding.severity, band);
    finding.due = model::FormatDate(facts_.model().as_of() + knowledge::GapTermDays(finding.severity));
    return finding;
  }

  static bool Has(const AttackSurface& surface, kb::SurfaceFinding kind, const std::string& subject) {
    return std::any_of(surface.findings.begin(), surface.findings.end(), [&](const SurfaceFindingFact& finding) {
      return finding.finding == kind && finding.subject == subject;
    });
  }

  const Facts& facts_;
  const model::v1::SystemModel& proto_;
  const AttackSurface* const presumed_;
  SurfaceFindingFact left_out_;
  std::vector<SurfaceInputs> inputs_;
  std::vector<SurfaceInputs> reduced_;
  AttackSurface surface_;
  std::set<const model::v1::Flow*> decided_;
};

}  // namespace

AttackSurface AnalyseAttackSurface(const Facts& facts) {
  AttackSurface presumed = Analysis(facts, nullptr).Run();
  return &facts.known() == &facts ? std::move(presumed) : Analysis(facts.known(), &presumed).Run();
}

}  // namespace metapowers::analysis
