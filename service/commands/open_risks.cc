#include "service/commands/open_risks.h"

#include <utility>

#include "service/analysis/risk_register.h"
#include "service/commands/compliance_assessment.h"
#include "service/commands/risk_wording.h"
#include "service/model/model.h"

namespace metapowers::commands {

std::vector<exporting::OpenRisk> OpenRisks(const Input& input) {
  const analysis::Threats& threats = input.threats.Get();
  const analysis::Compliance compliance = AssessCompliance(input, threats.landscape());
  const analysis::RiskRegister all = analysis::BuildRiskRegister(threats, compliance, input.threats.decisions());
  std::vector<exporting::OpenRisk> open;
  for (const analysis::Risk& risk : all.risks) {
    if (risk.treatment != analysis::RiskTreatment::kMitigate) continue;
    exporting::OpenRisk& out = open.emplace_back();
    out.key = risk.key;
    out.title = RiskTitle(risk);
    out.statement = RiskStatement(input, risk);
    out.consequence = RiskConsequence(risk);
    out.remedy = RiskMitigation(input, risk);
    out.likelihood = risk.current.likelihood;
    out.impact = risk.current.impact;
    out.severity = model::YamlName(risk.severity());
    if (risk.role.empty()) {
      out.team = risk.team;
    } else {
      out.role = risk.role;
    }
    out.due = risk.due;
    out.elements = risk.elements;
    out.decided = risk.decision != nullptr;
  }
  return open;
}

}  // namespace metapowers::commands
