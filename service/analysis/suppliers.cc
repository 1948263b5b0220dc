#include "service/analysis/suppliers.h"

#include <algorithm>
#include <map>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "service/analysis/single_points.h"
#include "service/analysis/terms.h"

namespace metapowers::analysis {
namespace {

using model::v1::Criticality;
using model::v1::DataClass;
using model::v1::ThirdParty;

class Judge {
 public:
  Judge(const Facts& facts, const Restoration& restoration)
      : facts_(facts), restoration_(restoration), main_(MainTiers(facts.model())) {}

  SupplierFact Of(SupplierContinuity continuity) const {
    SupplierFact fact;
    fact.continuity = std::move(continuity);
    const ThirdParty& supplier = fact.supplier();
    // How much the data weighs is what is known of it.
    const model::Model& known = facts_.known().model();
    for (const std::string& id : supplier.data_shared()) fact.data.push_back(known.Find<DataClass>(id));
    std::sort(fact.data.begin(), fact.data.end(), [](const auto* a, const auto* b) { return a->id() < b->id(); });
    AddReport(fact);
    AddTransfers(fact);
    for (const model::v1::BusinessFunction& function : facts_.model().proto().recovery().functions()) {
      if (fact.continuity.functions.count(function.name()) > 0) fact.loss_per_hour += function.loss_per_hour();
    }
    Rate(fact);
    fact.tier = TierOf(fact);
    return fact;
  }

 private:
  void AddReport(SupplierFact& fact) const {
    const ThirdParty& supplier = fact.supplier();
    const bool report = supplier.attestation() != model::v1::ATTESTATION_UNSPECIFIED &&
                        supplier.attestation() != model::v1::ATTESTATION_NONE;
    if (!report || supplier.attestation_expires().empty()) return;
    const absl::CivilDay end = model::ToCivilDay(supplier.attestation_expires());
    fact.report_days_left = static_cast<int>(end - facts_.model().as_of());
  }

  void AddTransfers(SupplierFact& fact) const {
    const std::vector<std::string>& operated = fact.continuity.operates;
    const auto is_theirs = [&](const std::string& id) {
      return std::find(operated.begin(), operated.end(), id) != operated.end();
    };
    for (const CrossBorderFlow& flow : facts_.cross_border_flows()) {
      if (is_theirs(flow.flow->source()) || is_theirs(flow.flow->target())) fact.transfers.push_back(&flow);
    }
  }

  static void Raise(SupplierFact& fact, Criticality level, std::string because) {
    if (level <= fact.computed) return;
    fact.computed = level;
    fact.because = std::move(because);
  }

  void Rate(SupplierFact& fact) const {
    fact.because = "nothing that is declared stops without it, and it sees no confidential data";
    for (const std::string& id : fact.continuity.stops) {
      const model::v1::Tier tier = restoration_.Find(id)->component->tier();
      const bool main = std::find(main_.begin(), main_.end(), tier) != main_.end();
      if (tier == model::v1::TIER_TIER_0) {
        Raise(fact, model::v1::CRITICALITY_CRITICAL, absl::StrCat("stops ", id, " of tier 0"));
      } else if (main) {
        Raise(fact, model::v1::CRITICALITY_HIGH, absl::StrCat("stops ", id, " of ", Words(tier)));
      } else {
        Raise(fact, model::v1::CRITICALITY_MEDIUM, absl::StrCat("stops ", id));
      }
    }
    for (const DataClass* data : fact.data) {
      const bool strict = data->confidentiality() == model::v1::CONFIDENTIALITY_STRICTLY_CONFIDENTIAL;
      if (strict) Raise(fact, model::v1::CRITICALITY_HIGH, absl::StrCat("sees ", data->id()));
      if (IsConfidential(*data)) Raise(fact, model::v1::CRITICALITY_MEDIUM, absl::StrCat("sees ", data->id()));
    }
  }

  static int TierOf(const SupplierFact& fact) {
    const Criticality level = std::max(fact.computed, fact.supplier().criticality());
    if (level == model::v1::CRITICALITY_CRITICAL) return 1;
    const bool confidential =
        std::any_of(fact.data.begin(), fact.data.end(), [](const DataClass* data) { return IsConfidential(*data); });
    if (level == model::v1::CRITICALITY_HIGH) return confidential && !fact.continuity.stops.empty() ? 1 : 2;
    const bool regulated =
        std::any_of(fact.data.begin(), fact.data.end(), [](const DataClass* data) { return IsRegulated(*data); });
    return regulated ? 2 : 3;
  }

  const Facts& facts_;
  const Restoration& restoration_;
  const std::vector<model::v1::Tier> main_;
};

}  // namespace

std::vector<SupplierFact> SupplierFacts(const Facts& facts, const Restoration& restoration) {
  const Judge judge(facts, restoration);
  std::vector<SupplierFact> suppliers;
  for (SupplierContinuity& each : SupplierContinuities(facts, restoration)) {
    suppliers.push_back(judge.Of(std::move(each)));
  }
  return suppliers;
}

std::vector<Concentration> Concentrations(const std::vector<SupplierFact>& suppliers) {
  std::map<std::string, Concentration> behind;  // by name in lower case
  for (const SupplierFact& fact : suppliers) {
    std::vector<std::string> names = {fact.supplier().name()};
    names.insert(names.end(), fact.supplier().subprocessors().begin(), fact.supplier().subprocessors().end());
    for (const std::string& name : names) {
      Concentration& each = behind[absl::AsciiStrToLower(name)];
      if (each.name.empty()) each.name = name;
      const std::string& own = fact.supplier().name();
      if (std::find(each.suppliers.begin(), each.suppliers.end(), own) != each.suppliers.end()) continue;
      each.suppliers.push_back(own);
      each.functions.insert(fact.continuity.functions.begin(), fact.continuity.functions.end());
      for (const DataClass* data : fact.data) each.data.insert(data->id());
    }
  }
  std::vector<Concentration> found;
  for (auto& [name, each] : behind) {
    if (each.suppliers.size() < 2) continue;
    std::sort(each.suppliers.begin(), each.suppliers.end());
    found.push_back(std::move(each));
  }
  std::stable_sort(found.begin(), found.end(), [](const Concentration& a, const Concentration& b) {
    return a.suppliers.size() > b.suppliers.size();
  });
  return found;
}

}  // namespace metapowers::analysis
