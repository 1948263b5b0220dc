// Who is called by alerts, and where that falls short of the shipped rules (TierResponse, OnCallCheck). Pure.
//
// Staffing of a rotation is at any hour when its hours say 24x7 or 24/7, or are a span of the whole day; for a
// part of the time when they are another span, with days of the week or a time zone; other words are not judged.
//
// A tier needs an answer within the shipped time, and some tiers at any hour, by every rotation that an alert on a
// component of the tier calls. Without an alert nobody is called; not met when a rotation is slower or not there at any
// hour; unknown when its time or hours are not declared; else met.
//
// Gaps, by the id of their check:
//
//   unrouted       an alert calls nobody
//   no_runbook     an alert has no runbook
//   not_called     no alert calls a rotation
//   no_escalation  a rotation names nobody who is called next, or not after which time
//   one_person     one person at a time is called for a tier that needs any hour
//   slow           a rotation is slower than a tier needs that it is called for
//   not_any_hour   it is staffed for a part of the day where a tier needs any hour
#ifndef METAPOWERS_SERVICE_ANALYSIS_ON_CALL_H_
#define METAPOWERS_SERVICE_ANALYSIS_ON_CALL_H_

#include <string>
#include <vector>

#include "metapowers/knowledge/v1/monitoring_rules.pb.h"
#include "service/analysis/landscape.h"

namespace metapowers::analysis {

enum class Staffing { kAnyHour, kPartOfTheDay, kUnknown };
Staffing StaffingOf(const model::v1::OnCall& rotation);

enum class ResponseState { kNoAlert, kNotMet, kUnknown, kMet };

// A rotation that is called for a tier.
struct CalledRotation {
  const model::v1::OnCall* rotation = nullptr;
  bool late = false;
  bool absent = false;
};

struct TierResponseFact {
  const knowledge::v1::TierResponse* need = nullptr;
  int components = 0;
  int alerts = 0;
  std::vector<CalledRotation> called;  // sorted by id
  ResponseState state = ResponseState::kNoAlert;
};

// Of the tiers that components in scope have, in the order of the rules.
std::vector<TierResponseFact> TierResponses(const Landscape& landscape);

struct OnCallGap {
  const knowledge::v1::OnCallCheck* check = nullptr;
  const model::v1::Alert* alert = nullptr;      // exactly one of
  const model::v1::OnCall* rotation = nullptr;  // these two is set
  // The most important tier that the rotation falls short of; of `slow` and `not_any_hour` alone.
  model::v1::Tier tier = model::v1::TIER_UNSPECIFIED;
  std::string team;  // id; may be empty

  const std::string& subject() const { return alert != nullptr ? alert->id() : rotation->id(); }
};

// Of alerts, then of rotations, each in the order of the model; `responses` are of the same model.
std::vector<OnCallGap> OnCallGaps(const model::Model& model, const std::vector<TierResponseFact>& responses);

// The rotation that the alert calls; nullptr when it calls none.
const model::v1::OnCall* RotationOf(const model::Model& model, const model::v1::Alert& alert);

// Declared alerts that name the component, in the order of the model.
std::vector<const model::v1::Alert*> AlertsOn(const model::Model& model, absl::string_view component);

}  // namespace metapowers::analysis

#endif  // METAPOWERS_SERVICE_ANALYSIS_ON_CALL_H_
