// The gate of `--fail-on`: open findings at or above a level end a run with an exit code of their own.
#ifndef METAPOWERS_CLIENT_COMMANDS_FINDINGS_GATE_H_
#define METAPOWERS_CLIENT_COMMANDS_FINDINGS_GATE_H_

#include <map>
#include <string>

#include "client/session.h"
#include "metapowers/v1/command.pb.h"

namespace metapowers::client {

class FindingsGate {
 public:
  // `level` is low, medium, high or critical; "" lets everything pass.
  explicit FindingsGate(const std::string& level);

  void Add(const metapowers::v1::CommandOutcome& outcome);

  // kExitChanges when there are findings at or above the level: prints each once, the worst first. A gate that has
  // seen no command that reports findings has checked nothing and does not pass: kExitPrecondition. Else kExitOk.
  int Conclude(Session& session, const std::string& target) const;

 private:
  const std::string name_;
  const metapowers::model::v1::Severity level_;
  bool reported_ = false;
  std::map<std::string, metapowers::v1::OpenFinding> findings_;  // by key
};

}  // namespace metapowers::client

#endif  // METAPOWERS_CLIENT_COMMANDS_FINDINGS_GATE_H_
