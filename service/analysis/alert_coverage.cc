#include "service/analysis/alert_coverage.h"

#include <algorithm>
#include <iterator>
#include <set>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "service/analysis/attributes.h"
#include "service/analysis/terms.h"
#include "service/knowledge/logging.h"
#include "service/knowledge/rules.h"

namespace metapowers::analysis {

namespace {

namespace k = knowledge::v1;
using model::v1::Alert;

bool Applies(const Element& system, const k::RequiredAlert& row) {
  return std::all_of(row.match().begin(), row.match().end(), [&](const k::AttributeMatch& match) {
    return Condition::Compile(k::THREAT_SUBJECT_SYSTEM, match)->Judge(system) == Truth::kYes;
  });
}

bool OfKinds(const k::RequiredAlert& row, const LogSource& source) {
  return row.kinds().empty() ||
         std::find(row.kinds().begin(), row.kinds().end(), source.kind->id()) != row.kinds().end();
}

bool InReach(const k::RequiredAlert& row, const LogSource& source) {
  switch (row.reach()) {
    case k::ALERT_REACH_PCI:
      return source.pci == PciScope::kCde || source.pci == PciScope::kConnected;
    case k::ALERT_REACH_CDE:
      return source.pci == PciScope::kCde;
    case k::ALERT_REACH_CRITICAL:
      return source.element.subject == k::THREAT_SUBJECT_COMPONENT &&
             IsTier0Or1(*source.element.component().facts->component);
    default:
      return true;
  }
}

bool HasTechnique(const k::RequiredAlert& row, const Threat& threat) {
  return std::any_of(row.attack().begin(), row.attack().end(), [&](const std::string& wanted) {
    return std::any_of(threat.rule->attack().begin(), threat.rule->attack().end(), [&](const std::string& technique) {
      return technique == wanted || absl::StartsWith(technique, absl::StrCat(wanted, "."));
    });
  });
}

class Builder {
 public:
  Builder(const Threats& threats, const LogSources& sources)
      : threats_(threats), model_(threats.landscape().model()), sources_(sources) {}

  std::vector<RequiredAlertFact> Build() const {
    const Element system = threats_.landscape().SystemElement();
    std::vector<RequiredAlertFact> facts;
    for (const k::RequiredAlert& row : knowledge::MonitoringRules().alerts()) {
      if (!Applies(system, row)) continue;
      RequiredAlertFact fact;
      fact.row = &row;
      AddElements(fact);
      if (fact.watched.empty() && fact.elsewhere.empty()) continue;
      AddDeclared(fact);
      AddThreats(fact);
      AddDue(fact);
      facts.push_back(std::move(fact));
    }
    return facts;
  }

 private:
  void AddElements(RequiredAlertFact& fact) const {
    std::set<std::string> watched;
    std::set<std::string> elsewhere;
    for (const LogSource& source : sources_.all()) {
      if (!OfKinds(*fact.row, source) || !InReach(*fact.row, source)) continue;
      const bool component = source.element.subject == k::THREAT_SUBJECT_COMPONENT;
      (component ? watched : elsewhere).insert(source.element_id);
    }
    fact.watched.assign(watched.begin(), watched.end());
    fact.elsewhere.assign(elsewhere.begin(), elsewhere.end());
  }

  void AddDeclared(RequiredAlertFact& fact) const {
    std::set<std::string> named;
    for (const Alert& alert : model_.proto().monitoring().alerts()) {
      if (!Mentions(absl::StrCat(alert.name(), " ", alert.condition()), fact.row->words())) continue;
      fact.declared.push_back(&alert);
      named.insert(alert.components().begin(), alert.components().end());
    }
    std::set_difference(fact.watched.begin(), fact.watched.end(), named.begin(), named.end(),
                        std::back_inserter(fact.missing_on));
    fact.state = fact.declared.empty()     ? AlertState::kMissing
                 : fact.missing_on.empty() ? AlertState::kDeclared
                                           : AlertState::kInPart;
  }

  void AddThreats(RequiredAlertFact& fact) const {
    std::set<std::string> elements(fact.watched.begin(), fact.watched.end());
    elements.insert(fact.elsewhere.begin(), fact.elsewhere.end());
    for (const Threat& threat : threats_.all()) {
      if (threat.open() && elements.count(threat.element_id()) > 0 && HasTechnique(*fact.row, threat)) {
        fact.threats.push_back(&threat);
      }
    }
  }

  void AddDue(RequiredAlertFact& fact) const {
    if (fact.state == AlertState::kDeclared) return;
    model::v1::Severity severity = fact.row->severity();
    for (const Threat* threat : fact.threats) severity = std::max(severity, threat->severity());
    fact.due = model::FormatDate(model_.as_of() + knowledge::GapTermDays(severity));
  }

  const Threats& threats_;
  const model::Model& model_;
  const LogSources& sources_;
};

}  // namespace

int LeaveOutWaiting(const model::Model& model, std::vector<RequiredAlertFact>& required) {
  const std::string& owner = model.proto().owner_team();
  const bool security_team =
      std::any_of(model.proto().roles().begin(), model.proto().roles().end(), [&owner](const model::v1::Role& role) {
        const bool security = role.kind() == model::v1::ROLE_KIND_SECURITY_LEAD ||
                              role.kind() == model::v1::ROLE_KIND_SECURITY_ENGINEER ||
                              role.kind() == model::v1::ROLE_KIND_CHIEF_INFORMATION_SECURITY_OFFICER;
        return security && !role.team().empty() && role.team() != owner;
      });
  if (security_team) return 0;
  const auto waits = [](const RequiredAlertFact& fact) {
    return fact.declared.empty() && std::none_of(fact.threats.begin(), fact.threats.end(), [](const Threat* threat) {
             return threat->severity() >= model::v1::SEVERITY_HIGH;
           });
  };
  const auto end = std::remove_if(required.begin(), required.end(), waits);
  const auto waiting = static_cast<int>(required.end() - end);
  required.erase(end, required.end());
  return waiting;
}

bool Mentions(absl::string_view text, const google::protobuf::RepeatedPtrField<std::string>& words) {
  const std::string lower = absl::AsciiStrToLower(text);
  return std::any_of(words.begin(), words.end(),
                     [&](const std::string& word) { return absl::StrContains(lower, word); });
}

std::vector<RequiredAlertFact> RequiredAlerts(const Threats& threats, const LogSources& sources) {
  return Builder(threats, sources).Build();
}

}  // namespace metapowers::analysis
