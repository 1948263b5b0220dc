// What an event management platform must do for a system, and what the model says of the declared one. Short words
// only. Pure; thread-safe.
//
//   sources    every log source is collected centrally: met when all are, not met when the model says of one that it is
//              not, else not known
//   rules      the exported rules are converted: the model does not say it
//   retention  the binding duties, and met as they are; without duties not known
//   integrity, access   a rule of the log pipeline, and its state
//   volume     the sum of the declared rates; the model does not say what the product carries
//   paging     every declared alert calls a rotation with a tool: met when all do, not met when one calls nobody, else
//              not known
//   assurance  the suppliers of what collects the logs: not met where one has no report or no agreement, not known
//   where
//              the model does not say, and where it names no supplier
//   residency  the regions of the people in the logs, and those of these suppliers: people read the contract
//   cost       the price of the declared volume: people compare it with the plan
#ifndef METAPOWERS_SERVICE_COMMANDS_SIEM_CRITERIA_H_
#define METAPOWERS_SERVICE_COMMANDS_SIEM_CRITERIA_H_

#include <string>
#include <vector>

#include "metapowers/knowledge/v1/siem_rules.pb.h"
#include "service/analysis/detections.h"
#include "service/analysis/log_pipeline.h"
#include "service/commands/command.h"

namespace metapowers::commands {

struct SiemJudgement {
  const knowledge::v1::SiemCriterion* criterion = nullptr;
  std::string need;  // of this system
  std::string fact;  // what the model says; empty when it says nothing
  analysis::RuleState state = analysis::RuleState::kUnknown;
};

// In the order of the data.
std::vector<SiemJudgement> JudgeSiem(const Input& input, const analysis::LogSources& sources,
                                     const analysis::Detections& detections);

}  // namespace metapowers::commands

#endif  // METAPOWERS_SERVICE_COMMANDS_SIEM_CRITERIA_H_
