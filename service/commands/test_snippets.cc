#include "service/commands/test_snippets.h"

#include <map>
#include <string>
#include <vector>

#include "absl/algorithm/container.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "service/commands/naming.h"
#include "service/commands/test_wording.h"
#include "service/export/ci.h"
#include "service/knowledge/security_tests.h"

namespace metapowers::commands {
namespace {

namespace kb = knowledge::v1;
using analysis::SecurityTest;

// The platform of most pipelines that steps can be written for; nullptr: none is declared.
const kb::CiPlatform* PlatformOf(const std::map<std::string, int>& declared) {
  const kb::CiPlatform* best = nullptr;
  for (const kb::CiPlatform& platform : knowledge::SecurityTests().platforms()) {
    const auto found = declared.find(platform.name());
    if (found == declared.end()) continue;
    if (best == nullptr || found->second > declared.at(best->name())) best = &platform;
  }
  return best;
}

// Whether the test is a step in the pipeline of the repository: on it, on a component that it builds, or on
// infrastructure code in it.
bool IsIn(const SecurityTest& test, const std::string& repository) {
  if (test.element.subject == kb::THREAT_SUBJECT_REPOSITORY) return test.element_id == repository;
  if (test.element.subject == kb::THREAT_SUBJECT_COMPONENT) {
    return test.element.component().facts->component->repository() == repository;
  }
  if (test.element.subject != kb::THREAT_SUBJECT_IAC_SOURCE) return false;
  return static_cast<const model::v1::IacSource&>(*test.element.message).repository() == repository;
}

// The steps of one repository.
struct Job {
  std::vector<exporting::CiStep> steps;  // each name once
  bool nightly = false;
  bool images = false;  // a step is on the image of a component
};

Job JobOf(const analysis::SecurityTestPlan& plan, const std::string& repository) {
  Job job;
  for (const SecurityTest& test : plan.tests()) {
    if (test.tool == nullptr || test.tool->command().empty() || !IsIn(test, repository)) continue;
    const bool image = test.element.subject == kb::THREAT_SUBJECT_COMPONENT;
    const std::string name = image ? absl::StrCat(test.kind->name(), " (", test.element_id, ")") : test.kind->name();
    job.images |= image;
    if (absl::c_any_of(job.steps, [&name](const exporting::CiStep& each) { return each.name == name; })) continue;
    job.nightly |= test.interval_days == 1;
    job.steps.push_back({name, test.tool->install(), CommandFor(test.tool->command(), test.element_id)});
  }
  return job;
}

}  // namespace

void AddTestSnippets(const model::Model& model, const analysis::SecurityTestPlan& plan,
                     security::detect::v1::SecurityTestingResult& result) {
  std::map<std::string, int> declared;
  for (const model::v1::Pipeline& pipeline : model.proto().delivery().pipelines()) ++declared[pipeline.platform()];
  const kb::CiPlatform* platform = PlatformOf(declared);
  for (const auto& [name, count] : declared) {
    if (!name.empty() && (platform == nullptr || name != platform->name())) result.add_other_platforms(name);
  }
  if (platform == nullptr) return;
  for (const model::v1::Repository& repository : model.proto().delivery().repositories()) {
    const Job job = JobOf(plan, repository.id());
    if (job.steps.empty()) continue;
    metapowers::v1::ConfigSnippet& snippet = *result.add_snippets();
    snippet.set_title(platform->name());
    snippet.set_file(platform->file());
    snippet.add_elements(repository.id());
    if (job.images) snippet.set_note(knowledge::SecurityTests().image_note());
    snippet.set_owner(OwnerName(model, repository.owner_team()));
    snippet.set_yaml(
        std::string(absl::StripTrailingAsciiWhitespace(exporting::WriteCi(platform->form(), job.steps, job.nightly))));
  }
}

}  // namespace metapowers::commands
