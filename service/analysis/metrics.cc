#include "service/analysis/metrics.h"

#include <algorithm>
#include <set>

#include "service/analysis/terms.h"
#include "service/analysis/topology.h"

namespace metapowers::analysis {

namespace {

using MetricValue = Facts::MetricValue;
using model::v1::DataClass;

MetricValue Count(const std::set<std::string>& ids) {
  return {static_cast<int64_t>(ids.size()), {ids.begin(), ids.end()}};
}

MetricValue RecordsExposed(const Facts& facts) {
  const DataClass* most = nullptr;
  std::map<const DataClass*, std::set<std::string>> holders;
  for (const auto& [id, component] : facts.components()) {
    if (!component.exposed_to_internet) continue;
    for (const DataClass* data : component.stores) {
      if (!IsConfidential(*data) || !data->has_record_count()) continue;
      holders[data].insert(id);
    }
  }
  for (const DataClass& data : facts.model().proto().data_classes()) {
    if (holders.count(&data) > 0 && (most == nullptr || data.record_count() > most->record_count())) most = &data;
  }
  if (most == nullptr) return {};
  return {most->record_count(), {holders[most].begin(), holders[most].end()}};
}

MetricValue UnencryptedStores(const Facts& facts) {
  std::set<std::string> ids;
  for (const auto& [id, component] : facts.components()) {
    if (component.component->encryption_at_rest() == model::v1::ENCRYPTION_AT_REST_NONE &&
        std::any_of(component.stores.begin(), component.stores.end(),
                    [](const DataClass* data) { return IsConfidential(*data); })) {
      ids.insert(id);
    }
  }
  return Count(ids);
}

MetricValue SinglePoints(const Facts& facts) {
  std::set<std::string> ids;
  for (const SinglePoint& point : facts.single_points()) {
    if (point.kind == SinglePoint::Kind::kComponent && IsTier0Or1(*facts.Find(point.id)->component)) {
      ids.insert(point.id);
    }
  }
  return Count(ids);
}

MetricValue ExpiredAttestations(const Facts& facts) {
  std::set<std::string> ids;
  for (const model::v1::ThirdParty& supplier : facts.model().proto().third_parties()) {
    const bool regulated =
        std::any_of(supplier.data_shared().begin(), supplier.data_shared().end(),
                    [&](const std::string& id) { return IsRegulated(*facts.model().Find<DataClass>(id)); });
    const bool missing = supplier.attestation() == model::v1::ATTESTATION_NONE ||
                         supplier.attestation() == model::v1::ATTESTATION_SELF_ASSESSED;
    const bool expired = !supplier.attestation_expires().empty() &&
                         model::ToCivilDay(supplier.attestation_expires()) < facts.model().as_of();
    if (regulated && (missing || expired)) ids.insert(supplier.id());
  }
  return Count(ids);
}

MetricValue OverdueReviews(const Facts& facts) {
  std::set<std::string> ids;
  for (const model::v1::Policy& policy : facts.model().proto().policies()) {
    const std::optional<absl::CivilDay> due = NextReview(policy);
    const bool overdue = policy.status() == model::v1::POLICY_STATUS_APPROVED && due && *due < facts.model().as_of();
    if (overdue || policy.status() == model::v1::POLICY_STATUS_EXPIRED) ids.insert(policy.id());
  }
  return Count(ids);
}

MetricValue TransfersWithoutMechanism(const Facts& facts) {
  std::set<std::string> ids;
  for (const CrossBorderFlow& entry : facts.cross_border_flows()) {
    if (entry.lacks_mechanism()) ids.insert(entry.flow->id());
  }
  return Count(ids);
}

MetricValue CleartextFlows(const Facts& facts) {
  std::set<std::string> ids;
  for (const model::v1::Flow& flow : facts.model().proto().flows()) {
    if (flow.transport_security() != model::v1::TRANSPORT_SECURITY_NONE || flow.vpn()) continue;
    for (const std::string& data : Topology::DataOn(flow)) {
      if (IsConfidential(*facts.model().Find<DataClass>(data))) ids.insert(flow.id());
    }
  }
  return Count(ids);
}

MetricValue UnownedComponents(const Facts& facts) {
  std::set<std::string> ids;
  for (const model::v1::Component& component : facts.model().proto().components()) {
    if (!IsExternal(component) && component.owner_team().empty()) ids.insert(component.id());
  }
  return Count(ids);
}

MetricValue EndOfLifeAssets(const Facts& facts) {
  std::set<std::string> ids;
  for (const EndOfLifeFact& fact : facts.end_of_life()) {
    if (fact.days_left < 0) ids.insert(fact.id);
  }
  return Count(ids);
}

}  // namespace

std::optional<absl::CivilDay> NextReview(const model::v1::Policy& policy) {
  const std::string& since = policy.last_reviewed().empty() ? policy.effective_date() : policy.last_reviewed();
  if (since.empty() || !policy.has_review_interval_months()) return std::nullopt;
  const absl::CivilDay day = model::ToCivilDay(since);
  const absl::CivilMonth month = absl::CivilMonth(day) + policy.review_interval_months();
  // The last day of a shorter month stands for a day that it lacks.
  const int last = absl::CivilDay(absl::CivilDay(month + 1) - 1).day();
  return absl::CivilDay(month.year(), month.month(), std::min(day.day(), last));
}

MetricValue MeasureMetric(const Facts& all, model::v1::ThresholdMetric metric) {
  const Facts& facts = all.known();
  switch (metric) {
    case model::v1::THRESHOLD_METRIC_RECORDS_EXPOSED_MAX:
      return RecordsExposed(facts);
    case model::v1::THRESHOLD_METRIC_UNENCRYPTED_SENSITIVE_STORES:
      return UnencryptedStores(facts);
    case model::v1::THRESHOLD_METRIC_SINGLE_POINTS_OF_FAILURE:
      return SinglePoints(facts);
    case model::v1::THRESHOLD_METRIC_EXPIRED_ATTESTATIONS:
      return ExpiredAttestations(facts);
    case model::v1::THRESHOLD_METRIC_OVERDUE_POLICY_REVIEWS:
      return OverdueReviews(facts);
    case model::v1::THRESHOLD_METRIC_TRANSFERS_WITHOUT_MECHANISM:
      return TransfersWithoutMechanism(facts);
    case model::v1::THRESHOLD_METRIC_CLEARTEXT_SENSITIVE_FLOWS:
      return CleartextFlows(facts);
    case model::v1::THRESHOLD_METRIC_UNOWNED_COMPONENTS:
      return UnownedComponents(all);  // an owner who is only assumed is asked for, and none is missing
    case model::v1::THRESHOLD_METRIC_END_OF_LIFE_ASSETS:
      return EndOfLifeAssets(facts);
    default:
      return {};
  }
}

}  // namespace metapowers::analysis
