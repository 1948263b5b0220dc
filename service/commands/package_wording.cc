#include "service/commands/package_wording.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace metapowers::commands {

using analysis::BomFact;
using evidence::Package;
using knowledge::v1::LicenceDecision;

std::string WithVersion(const Package& package) {
  return package.version.empty() ? package.name : absl::StrCat(package.name, " ", package.version);
}

std::string PathText(const std::vector<const Package*>& path) {
  std::vector<std::string> names;
  for (const Package* package : path) names.push_back(WithVersion(*package));
  return absl::StrJoin(names, " > ");
}

std::string EcosystemLabel(const std::string& ecosystem) { return ecosystem.empty() ? "not stated" : ecosystem; }

std::string StateLabel(BomFact::State state) {
  switch (state) {
    case BomFact::State::kMissing:
      return "file missing";
    case BomFact::State::kUnreadable:
      return "unreadable";
    case BomFact::State::kOther:
      return "describes something else";
    case BomFact::State::kSuperseded:
      return "superseded";
    case BomFact::State::kOutdated:
      return "outdated";
    case BomFact::State::kCurrent:
      return "current";
  }
  return "";
}

std::string DecisionLabel(LicenceDecision decision) {
  switch (decision) {
    case knowledge::v1::LICENCE_DECISION_ALLOWED:
      return "allowed";
    case knowledge::v1::LICENCE_DECISION_REVIEW:
      return "review";
    case knowledge::v1::LICENCE_DECISION_REFUSED:
      return "refused";
    default:
      return "unknown";
  }
}

std::string ToolLabel(const BomFact& bom) {
  const evidence::Report& report = bom.source->entry->report;
  const std::string tool = report.tool.empty() ? bom.source->declaration->tool() : report.tool;
  return report.tool_version.empty() ? tool : absl::StrCat(tool, " ", report.tool_version);
}

const std::string& PackageTeam(const model::Model& model, const std::string& subject) {
  const auto* component = model.Find<model::v1::Component>(subject);
  if (component != nullptr && !component->owner_team().empty()) return component->owner_team();
  const auto* repository = model.Find<model::v1::Repository>(subject);
  if (repository != nullptr && !repository->owner_team().empty()) return repository->owner_team();
  return model.proto().owner_team();
}

}  // namespace metapowers::commands
