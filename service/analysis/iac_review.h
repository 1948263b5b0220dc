// What infrastructure as code manages, and which declared settings are misconfigurations. Pure.
//
// A source manages an infrastructure element that its `manages` names, the zones and components that run on one, the
// source itself and the pipelines that deploy to one. What no source manages is set by hand.
//
// A setting is a misconfiguration when every condition of its shipped row holds; what is unknown holds nothing.
// Settings of components count where a source manages these: others are no matter of code. The team of a zone is that
// of the infrastructure that enforces it. Due: `as_of` plus the term of the row's severity.
//
// A shipped policy is for a source whose tool it names and which manages something of its providers and kinds; one that
// names none is for any. A job is for it likewise, on the platforms of the pipelines that deploy what it manages.
#ifndef METAPOWERS_SERVICE_ANALYSIS_IAC_REVIEW_H_
#define METAPOWERS_SERVICE_ANALYSIS_IAC_REVIEW_H_

#include <set>
#include <string>
#include <vector>

#include "metapowers/knowledge/v1/iac_review.pb.h"
#include "service/analysis/landscape.h"

namespace metapowers::analysis {

struct IacSettingFact {
  const knowledge::v1::IacSetting* setting = nullptr;
  std::string element;                  // id
  std::vector<std::string> because;     // "network_policy is allow"
  std::vector<std::string> managed_by;  // ids of sources, sorted
  std::string team;                     // id; never empty
  std::string due;
};

// Most severe first, then by setting and element.
std::vector<IacSettingFact> Misconfigurations(const Landscape& landscape);

// Ids of the elements that a source manages: infrastructure, zones, components, itself and pipelines.
std::set<std::string> ManagedBy(const model::Model& model, const model::v1::IacSource& source);

// Whether its tool writes a state; one that is not shipped may.
bool KeepsState(const model::v1::IacSource& source);

// Infrastructure that we run and code could describe, of no source, sorted by id.
std::vector<const model::v1::Infrastructure*> Unmanaged(const model::Model& model);

// Pipelines that apply the code of the source, sorted by id. Where it describes accounts, one that deploys to nothing
// but its clusters and machines brings applications there and is none of them.
std::vector<const model::v1::Pipeline*> PipelinesOf(const model::Model& model, const model::v1::IacSource& source);

// In the order of the rows; none for a tool that is not shipped.
std::vector<const knowledge::v1::IacPolicy*> PoliciesFor(const model::Model& model, const model::v1::IacSource& source);

// The first job for each platform of these pipelines, by platform.
std::vector<const knowledge::v1::IacJob*> JobsFor(const model::Model& model, const model::v1::IacSource& source);

}  // namespace metapowers::analysis

#endif  // METAPOWERS_SERVICE_ANALYSIS_IAC_REVIEW_H_
