#include "service/commands/code_snippets.h"

#include <set>
#include <string>
#include <utility>

#include "absl/algorithm/container.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "service/commands/config_snippets.h"
#include "service/commands/evidence_wording.h"
#include "service/knowledge/reviews.h"

namespace metapowers::commands {
namespace {

namespace kb = knowledge::v1;
using analysis::CodeRepository;
using Snippets = google::protobuf::RepeatedPtrField<metapowers::v1::ConfigSnippet>;

// `tool` is in lower case.
void AddJobs(const CodeRepository& code, const std::string& platform, const std::string& tool, Snippets& out) {
  const kb::LanguageRules* own = analysis::RulesOf(code.repository->language());
  const kb::LanguageRules& language = own == nullptr ? *code.languages.front() : *own;
  for (const kb::AnalysisJob& job : knowledge::CodeReview().jobs()) {
    if (!absl::c_linear_search(job.platforms(), absl::AsciiStrToLower(platform))) continue;
    if (!absl::c_linear_search(job.tools(), tool)) continue;
    for (const kb::ToolArguments& arguments : language.tools()) {
      if (!absl::StartsWith(tool, arguments.tool())) continue;
      metapowers::v1::ConfigSnippet& snippet = *out.Add();
      snippet = FillConfig(job.config(), {{"repository", code.repository->id()}, {"arguments", arguments.arguments()}});
      snippet.set_title(platform);
      snippet.add_elements(code.repository->id());
    }
  }
}

}  // namespace

void AddCodeSnippets(const model::Model& model, const analysis::CodeScope& scope,
                     const analysis::VulnerabilityFacts& vulnerabilities, Snippets& out) {
  std::set<std::string> platforms;
  for (const model::v1::Pipeline& pipeline : model.proto().delivery().pipelines()) {
    platforms.insert(pipeline.platform());
  }
  std::set<std::pair<std::string, std::string>> made;  // by repository and platform
  for (const analysis::EvidenceFact& fact : vulnerabilities.evidence) {
    const CodeRepository* code = scope.FindRepository(fact.declaration->repository());
    if (code == nullptr || !analysis::IsCodeScan(fact) || code->languages.empty()) continue;
    for (const std::string& platform : platforms) {
      if (!made.emplace(code->repository->id(), platform).second) continue;
      AddJobs(*code, platform, absl::AsciiStrToLower(ToolOf(fact)), out);
    }
  }
}

}  // namespace metapowers::commands
