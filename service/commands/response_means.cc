#include "service/commands/response_means.h"

#include <algorithm>
#include <set>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "metapowers/knowledge/v1/technologies.pb.h"
#include "service/analysis/alert_coverage.h"
#include "service/analysis/outside.h"
#include "service/analysis/people_access.h"
#include "service/commands/naming.h"
#include "service/commands/open_questions.h"
#include "service/commands/wording.h"
#include "service/knowledge/response.h"

namespace metapowers::commands {

using model::v1::Channel;
using model::v1::ThirdParty;

namespace {

class Finder {
 public:
  explicit Finder(const Input& input)
      : input_(input), proto_(input.model.proto()), landscape_(input.threats.Get().landscape()) {}

  std::vector<ResponseMeans> Run() {
    AddSignIn();
    AddAdministration();
    AddSecrets();
    AddLogs();
    AddTalk();
    return std::move(means_);
  }

 private:
  void Add(absl::string_view id, std::string subject, std::string fails_with, std::string path, std::string team) {
    means_.push_back({&knowledge::ResponseDependencyOf(id), std::move(subject), std::move(fails_with), std::move(path),
                      std::move(team)});
  }

  const std::string& SupplierName(const std::string& id) const {
    const auto* supplier = input_.model.Find<ThirdParty>(id);
    return supplier == nullptr ? id : supplier->name();
  }

  // Break glass of the secret stores; empty when none is declared.
  std::string BreakGlass() const {
    std::vector<std::string> ways;
    for (const model::v1::SecretStore& store : proto_.secrets().stores()) {
      if (!store.break_glass().empty()) ways.push_back(absl::StrCat(store.name(), " (", store.break_glass(), ")"));
    }
    return ways.empty() ? "" : absl::StrCat("break glass of ", List(ways));
  }

  std::string Channels() const { return List(OutOfBandChannels(input_.model)); }

  void AddSignIn() {
    constexpr uint64_t kProvider = uint64_t{1} << knowledge::v1::CAPABILITY_IDENTITY_PROVIDER;
    for (const analysis::ComponentView& view : landscape_.components()) {
      if ((view.capabilities & kProvider) == 0) continue;
      const model::v1::Component& component = *view.facts->component;
      const std::string supplier = component.third_party().empty() ? "" : SupplierName(component.third_party());
      Add("sign-in", component.id(), supplier, BreakGlass(), component.owner_team());
    }
  }

  void AddAdministration() {
    const std::vector<analysis::PeoplePath> paths = analysis::FindPeoplePaths(landscape_);
    for (const analysis::ComponentView& view : landscape_.components()) {
      const model::v1::Component& component = *view.facts->component;
      if (!analysis::IsBastion(component) || !analysis::IsOurs(input_.facts, *view.facts)) continue;
      std::set<std::string> others;
      for (const analysis::PeoplePath& path : paths) {
        if (path.people != analysis::People::kPersonnel || !path.administrative || path.through != nullptr) continue;
        if (path.target->component->id() != component.id()) others.insert(path.flow->id());
      }
      const std::vector<std::string> named(others.begin(), others.end());
      Add("administration", component.id(), List(view.facts->depends_on),
          named.empty() ? "" : absl::StrCat("flow ", List(named, 3)), component.owner_team());
    }
  }

  void AddSecrets() {
    for (const model::v1::SecretStore& store : proto_.secrets().stores()) {
      Add("secrets", store.name(), store.component(),
          store.break_glass().empty() ? "" : absl::StrCat("break glass: ", store.break_glass()), store.owner_team());
    }
  }

  void AddLogs() {
    std::set<std::string> products;
    for (const std::string& product :
         {proto_.logging().platform(), proto_.monitoring().platform(), proto_.monitoring().siem()}) {
      if (product.empty() || !products.insert(product).second) continue;
      std::vector<std::string> paths;
      std::string supplier_name;
      std::string team;
      for (const ThirdParty& supplier : proto_.third_parties()) {
        if (!absl::StrContains(absl::AsciiStrToLower(product), absl::AsciiStrToLower(supplier.name()))) continue;
        supplier_name = supplier.name();
        team = supplier.owner_team();
        if (!supplier.outage_procedure().empty()) {
          paths.push_back(
              absl::StrCat("procedure for an outage of ", supplier.name(), ": ", supplier.outage_procedure()));
        }
      }
      const std::string& archive = proto_.logging().cold_storage();
      if (!archive.empty()) paths.insert(paths.begin(), absl::StrCat("archive in ", archive));
      Add("logs", product, supplier_name, paths.empty() ? "" : List(paths), team);
    }
  }

  void AddTalk() {
    std::set<std::string> tools;
    for (const model::v1::OnCall& rotation : proto_.monitoring().on_call()) {
      if (rotation.tool().empty() || !tools.insert(rotation.tool()).second) continue;
      Add("paging", rotation.tool(), "", Channels(), rotation.team());
    }
    for (const Channel& channel : proto_.incident_response().channels()) {
      if (channel.out_of_band()) continue;
      Add("chat", channel.name(), NeedsOf(input_.model, channel), Channels(), "");
    }
    const std::string& tool = proto_.incident_response().incident_tool();
    if (tool.empty()) return;
    const std::string channels = Channels();
    Add("incident-tool", tool, "",
        channels.empty() ? "" : absl::StrCat("written log, read out over ", OutOfBandChannels(input_.model).front()),
        "");
  }

  const Input& input_;
  const model::v1::SystemModel& proto_;
  const analysis::Landscape& landscape_;
  std::vector<ResponseMeans> means_;
};

}  // namespace

bool IsOutOfBand(const Channel& channel) {
  return channel.out_of_band() && channel.depends_on().empty() && channel.depends_on_third_parties().empty();
}

std::vector<std::string> OutOfBandChannels(const model::Model& model) {
  std::vector<std::string> names;
  for (const Channel& channel : model.proto().incident_response().channels()) {
    const bool for_public = analysis::Mentions(channel.name(), knowledge::ResponsePlans().public_channel_words());
    if (IsOutOfBand(channel) && !for_public) names.push_back(channel.name());
  }
  return names;
}

std::string NeedsOf(const model::Model& model, const Channel& channel) {
  std::vector<std::string> needs(channel.depends_on().begin(), channel.depends_on().end());
  for (const std::string& id : channel.depends_on_third_parties()) {
    const auto* supplier = model.Find<ThirdParty>(id);
    needs.push_back(supplier == nullptr ? id : supplier->name());
  }
  return List(needs);
}

std::vector<ResponseMeans> FindResponseMeans(const Input& input) { return Finder(input).Run(); }

void AddMeansFindings(const Input& input, const std::vector<ResponseMeans>& means, ReadinessFindings& findings,
                      Questions& questions) {
  for (const Channel& channel : input.model.proto().incident_response().channels()) {
    const std::string needs = NeedsOf(input.model, channel);
    if (channel.out_of_band() && !needs.empty()) {
      findings.Add("channel-depends-on-system", channel.id(), absl::StrCat("needs ", needs), "");
    }
    if (!channel.out_of_band() && needs.empty()) {
      *questions.Add() = Ask(input.model, absl::StrCat("incident_response.channels[", channel.id(), "].depends_on"),
                             absl::StrCat("Which components and suppliers does channel ", channel.id(), " need?"), "");
    }
  }
  if (OutOfBandChannels(input.model).empty()) {
    findings.Add("no-out-of-band-channel", input.model.proto().id(),
                 "no channel is declared that needs nothing of ours", "");
  }
  for (const ResponseMeans& each : means) {
    if (!each.path.empty()) continue;
    findings.Add("dependency-without-path", each.subject,
                 absl::StrCat(each.row->name(), ": no way around it is declared"), each.team);
    *questions.Add() = Ask(input.model, "incident_response",
                           absl::StrReplaceAll(each.row->question(), {{"{subject}", each.subject}}), each.team);
  }
}

}  // namespace metapowers::commands
