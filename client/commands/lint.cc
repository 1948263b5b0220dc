// lint.
#include <string>
#include <vector>

#include "absl/algorithm/container.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "client/commands.h"
#include "client/commands/shared.h"
#include "client/output.h"
#include "metapowers/v1/lint_service.grpc.pb.h"

namespace metapowers::client {
namespace {

using metapowers::v1::LintFinding;
using metapowers::v1::LintResult;

const char* VerdictText(metapowers::v1::LintVerdict verdict) {
  switch (verdict) {
    case metapowers::v1::LINT_VERDICT_PASS:
      return "pass";
    case metapowers::v1::LINT_VERDICT_FAIL:
      return "fail";
    case metapowers::v1::LINT_VERDICT_NOT_APPLICABLE:
      return "not applicable";
    case metapowers::v1::LINT_VERDICT_EXEMPTED:
      return "exempted";
    default:
      return "unknown";
  }
}

// "01-identify.md:38".
std::string PlaceOf(const LintFinding& finding) {
  return finding.line() > 0 ? absl::StrCat(finding.document(), ":", finding.line()) : finding.document();
}

void PrintItems(Session& session, const metapowers::v1::LintTopicResponse& response) {
  std::vector<std::vector<std::string>> rows;
  for (const LintResult& item : response.items()) {
    std::string what = item.reason().empty() ? item.asks() : item.reason();
    if (item.verdict() == metapowers::v1::LINT_VERDICT_EXEMPTED) {
      what = absl::StrCat("until ", item.exemption().expires_on(), " by ", item.exemption().approved_by(), ": ",
                          item.exemption().reason());
    }
    rows.push_back({item.id(), VerdictText(item.verdict()), ForTerminal(what)});
  }
  PrintTable(session.out(), rows);
}

void PrintFindings(Session& session, const LintResult& item) {
  session.out() << '\n' << item.id() << ": " << ForTerminal(item.asks()) << '\n';
  std::string mend;
  for (const LintFinding& finding : item.findings()) {
    const bool named = finding.element().empty() || absl::StrContains(finding.text(), finding.element());
    session.out() << "  " << ForTerminal(PlaceOf(finding)) << "  "
                  << (named ? "" : ForTerminal(absl::StrCat(finding.element(), ": "))) << ForTerminal(finding.text())
                  << '\n';
    if (finding.mend() != mend) session.out() << "    mend: " << ForTerminal(finding.mend()) << '\n';
    mend = finding.mend();
  }
  if (const int more = item.finding_count() - item.findings_size(); more > 0) {
    session.out() << "  … and " << more << " more\n";
  }
}

}  // namespace

int Lint(Session& session, const LintOptions& options) {
  metapowers::v1::LintTopicRequest request;
  request.set_topic(session.TopicName(options.topic));
  request.set_revision(options.revision);
  METAPOWERS_STUB(lint, session, metapowers::v1::LintService);
  metapowers::v1::LintTopicResponse response;
  const auto context = session.NewContext();
  if (const auto status = lint->LintTopic(context.get(), request, &response); !status.ok()) {
    return session.Fail(status);
  }
  const int exit_code = response.failed() > 0 ? kExitChanges : kExitOk;
  if (session.PrintMessage(response)) return exit_code;
  PrintItems(session, response);
  std::vector<std::string> run;
  for (const LintResult& item : response.items()) {
    if (item.verdict() == metapowers::v1::LINT_VERDICT_FAIL) PrintFindings(session, item);
    for (const std::string& command : item.run()) {
      if (!absl::c_linear_search(run, command)) run.push_back(command);
    }
  }
  for (const auto& ended : response.void_exemptions()) {
    session.out() << "\nexemption of " << ForTerminal(ended.exemption().item())
                  << " does not count: " << ForTerminal(ended.reason()) << '\n';
  }
  session.out() << '\n'
                << response.passed() << " pass, " << response.failed() << " fail, " << response.exempted()
                << " exempted, " << response.not_applicable() << " not applicable\n";
  if (!run.empty()) {
    session.err() << "next: metapowers run " << run.front() << ' ' << options.topic;
    if (run.size() > 1) session.err() << ", and " << run.size() - 1 << " more commands that items wait for";
    session.err() << '\n';
  }
  return exit_code;
}

}  // namespace metapowers::client
