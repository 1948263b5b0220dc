#include "service/commands/people_tables.h"

#include <algorithm>
#include <set>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "service/commands/access_wording.h"
#include "service/commands/naming.h"

namespace metapowers::commands {
namespace {

namespace pb = security::protect::v1;
using analysis::FactorVerdict;
using analysis::PciScope;
using analysis::PeoplePath;
using model::v1::Component;

std::string PeopleLabel(analysis::People people) {
  switch (people) {
    case analysis::People::kPersonnel:
      return "personnel";
    case analysis::People::kSupplier:
      return "supplier";
    default:
      return "customer";
  }
}

const char* VerdictLabel(FactorVerdict verdict) {
  switch (verdict) {
    case FactorVerdict::kNotRequired:
      return "not required";
    case FactorVerdict::kMet:
      return "met";
    case FactorVerdict::kFails:
      return "fails";
    case FactorVerdict::kUnknown:
      return "unknown";
  }
  return "";
}

class PeopleTables {
 public:
  PeopleTables(const model::Model& model, const analysis::Facts& facts, const std::vector<PeoplePath>& paths,
               ProtectionGaps& gaps, pb::AccessControlResult& result)
      : model_(model), facts_(facts), proto_(model.proto()), paths_(paths), gaps_(gaps), result_(result) {}

  void Run() {
    AddPaths();
    AddCde();
  }

 private:
  std::string RequiredBy(const PeoplePath& path) const {
    if (!path.required) return "";
    if (path.cde) return "path into the CDE";
    const bool policy = proto_.policy_parameters().mfa_all_infrastructure() == model::v1::TRISTATE_YES;
    return policy ? "path into production, and policy" : "path into production";
  }

  void AddPaths() {
    std::vector<const PeoplePath*> order;
    for (const PeoplePath& path : paths_) order.push_back(&path);
    std::stable_sort(order.begin(), order.end(), [](const PeoplePath* a, const PeoplePath* b) {
      return std::make_pair(a->required, a->cde) > std::make_pair(b->required, b->cde);
    });
    for (const PeoplePath* path : order) {
      const Component& target = *path->target->component;
      pb::MfaPathRow& row = *result_.add_paths();
      row.set_flow(path->flow->id());
      row.set_who(path->source->component->id());
      row.set_people(PeopleLabel(path->people));
      row.set_way(path->through == nullptr ? absl::StrCat("into ", target.id())
                                           : absl::StrCat("into ", target.id(), " through ", path->through->target()));
      row.set_authentication(Label(path->flow->authentication()));
      row.set_several_factors(Label(path->several_factors));
      row.set_required(RequiredBy(*path));
      const std::string pci = PciScopeLabel(path->target->pci_scope);
      row.set_scope(absl::StrCat(Label(target.environment()), pci.empty() ? "" : ", ", pci));
      row.set_verdict(VerdictLabel(analysis::VerdictOn(*path)));
      row.set_owner(OwnerName(model_, target.owner_team()));
      AddPathGaps(*path);
    }
  }

  void AddPathGaps(const PeoplePath& path) {
    const std::string& team = path.target->component->owner_team();
    if (analysis::VerdictOn(path) == FactorVerdict::kFails) {
      gaps_.Add(path.cde ? "mfa-missing-cde" : "mfa-missing", path.flow->id(),
                absl::StrCat("proves itself by ", Label(path.flow->authentication()), " alone"), team);
    }
    const bool shared = path.flow->authorization() == model::v1::FLOW_AUTHORIZATION_TECHNICAL_USER;
    if (shared && path.people != analysis::People::kCustomer) {
      gaps_.Add("shared-account", path.flow->id(),
                absl::StrCat(path.target->component->id(), " decides on the rights of the calling service"), team);
    }
  }

  void AddCde() {
    for (const auto& [id, facts] : facts_.components()) {
      if (facts.pci_scope != PciScope::kCde) continue;
      pb::CdeAccessRow& row = *result_.add_cde();
      row.set_component(id);
      std::set<FactorVerdict> verdicts;
      for (const PeoplePath& path : paths_) {
        if (path.target != &facts) continue;
        const bool customer = path.people == analysis::People::kCustomer;
        const std::string text = absl::StrCat(path.flow->id(), " (several factors: ", Label(path.several_factors), ")");
        *(customer ? row.add_customers() : row.add_personnel()) = text;
        if (!customer) verdicts.insert(analysis::VerdictOn(path));
      }
      row.set_verdict(verdicts.empty()                             ? "no path of personnel declared"
                      : verdicts.contains(FactorVerdict::kFails)   ? "fails"
                      : verdicts.contains(FactorVerdict::kUnknown) ? "unknown"
                                                                   : "met");
    }
  }

  const model::Model& model_;
  const analysis::Facts& facts_;
  const model::v1::SystemModel& proto_;
  const std::vector<PeoplePath>& paths_;
  ProtectionGaps& gaps_;
  pb::AccessControlResult& result_;
};

}  // namespace

void AddPeopleTables(const model::Model& model, const analysis::Facts& facts,
                     const std::vector<analysis::PeoplePath>& paths, ProtectionGaps& gaps,
                     pb::AccessControlResult& result) {
  PeopleTables(model, facts, paths, gaps, result).Run();
}

}  // namespace metapowers::commands
