#include "service/export/ci.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "service/export/yaml.h"
#include "service/knowledge/security_tests.h"

namespace metapowers::exporting {

namespace {

constexpr absl::string_view kNight = "17 2 * * *";
constexpr absl::string_view kReports = "**/*.sarif";
constexpr absl::string_view kKeep = "Keep the reports";

Yaml One(absl::string_view key, Yaml value) {
  Yaml map = Yaml::Map();
  map.Set(key, std::move(value));
  return map;
}

// What `uses` has: the action at its commit.
std::string ActionText(const knowledge::v1::PinnedAction& action) {
  return absl::StrCat(action.name(), "@", action.commit());
}

Yaml Action(absl::string_view name) {
  for (const knowledge::v1::PinnedAction& action : knowledge::SecurityTests().actions()) {
    if (action.name() == name) return Yaml::Text(ActionText(action));
  }
  return Yaml::Text(name);  // a test holds that all are listed
}

// The versions of pinned actions beside them, as comments: the emitter of YAML knows none.
std::string WithVersions(std::string workflow) {
  for (const knowledge::v1::PinnedAction& action : knowledge::SecurityTests().actions()) {
    const std::string text = absl::StrCat("'", ActionText(action), "'");
    absl::StrReplaceAll({{text, absl::StrCat(text, "  # ", action.version())}}, &workflow);
  }
  return workflow;
}

std::string Github(const std::vector<CiStep>& steps, bool nightly) {
  Yaml list = Yaml::List();
  // The whole history: a secret that a later commit took out is still in it.
  list.Add(One("uses", Action("actions/checkout")).Set("with", One("fetch-depth", Yaml::Number(0))));
  for (const CiStep& step : steps) {
    if (!step.install.empty()) {
      Yaml install = One("name", Yaml::Text("Install " + step.name));
      list.Add(std::move(install.Set("run", Yaml::Text(step.install))));
    }
    Yaml run = One("name", Yaml::Text(step.name));
    // Every test runs, also after one that has found something.
    list.Add(std::move(run.Set("if", Yaml::Text("always()")).Set("run", Yaml::Text(step.command))));
  }
  Yaml keep = One("name", Yaml::Text(kKeep));
  keep.Set("if", Yaml::Text("always()")).Set("uses", Action("actions/upload-artifact"));
  list.Add(std::move(keep.Set("with", One("name", Yaml::Text("security-tests")).Set("path", Yaml::Text(kReports)))));
  Yaml job = One("runs-on", Yaml::Text("ubuntu-latest"));
  job.Set("steps", std::move(list));
  Yaml on = One("pull_request", Yaml::Map());
  if (nightly) {
    Yaml times = Yaml::List();
    times.Add(One("cron", Yaml::Text(kNight)));
    on.Set("schedule", std::move(times));
  }
  Yaml root = One("name", Yaml::Text("security-tests"));
  root.Set("on", std::move(on));
  root.Set("permissions", One("contents", Yaml::Text("read")));
  root.Set("jobs", One("security-tests", std::move(job)));
  return WithVersions(root.Write());
}

std::string Gitlab(const std::vector<CiStep>& steps) {
  std::vector<std::string> script;
  for (const CiStep& step : steps) {
    if (!step.install.empty()) script.push_back(step.install);
    script.push_back(step.command);
  }
  Yaml job = One("stage", Yaml::Text("test"));
  job.Set("variables", One("GIT_DEPTH", Yaml::Text("0")));
  job.Set("script", Yaml::Texts(script));
  job.Set("artifacts", One("when", Yaml::Text("always")).Set("paths", Yaml::Texts({std::string(kReports)})));
  Yaml rules = Yaml::List();
  rules.Add(One("if", Yaml::Text("$CI_PIPELINE_SOURCE == \"merge_request_event\"")));
  rules.Add(One("if", Yaml::Text("$CI_PIPELINE_SOURCE == \"schedule\"")));
  job.Set("rules", std::move(rules));
  return One("security-tests", std::move(job)).Write();
}

// A directory is published, so that the reports are copied out of the sources first.
void AddAzureReports(Yaml& steps) {
  constexpr absl::string_view kFolder = "$(Build.ArtifactStagingDirectory)/security-tests";
  Yaml copy = One("task", Yaml::Text("CopyFiles@2"));
  copy.Set("displayName", Yaml::Text("Collect the reports")).Set("condition", Yaml::Text("always()"));
  steps.Add(
      std::move(copy.Set("inputs", One("Contents", Yaml::Text(kReports)).Set("TargetFolder", Yaml::Text(kFolder)))));
  Yaml publish = One("task", Yaml::Text("PublishPipelineArtifact@1"));
  publish.Set("displayName", Yaml::Text(kKeep)).Set("condition", Yaml::Text("always()"));
  steps.Add(std::move(
      publish.Set("inputs", One("targetPath", Yaml::Text(kFolder)).Set("artifact", Yaml::Text("security-tests")))));
}

std::string Azure(const std::vector<CiStep>& steps, bool nightly) {
  Yaml list = Yaml::List();
  list.Add(One("checkout", Yaml::Text("self")).Set("fetchDepth", Yaml::Number(0)));
  for (const CiStep& step : steps) {
    if (!step.install.empty()) {
      Yaml install = One("script", Yaml::Text(step.install));
      list.Add(std::move(install.Set("displayName", Yaml::Text("Install " + step.name))));
    }
    Yaml run = One("script", Yaml::Text(step.command));
    run.Set("displayName", Yaml::Text(step.name));
    list.Add(std::move(run.Set("condition", Yaml::Text("succeededOrFailed()"))));
  }
  AddAzureReports(list);
  Yaml root = One("trigger", Yaml::Text("none"));
  root.Set("pr", One("branches", One("include", Yaml::Texts({"main"}))));
  if (nightly) {
    Yaml night = One("cron", Yaml::Text(kNight));
    night.Set("branches", One("include", Yaml::Texts({"main"})));
    Yaml times = Yaml::List();
    times.Add(std::move(night));
    root.Set("schedules", std::move(times));
  }
  root.Set("steps", std::move(list));
  return root.Write();
}

}  // namespace

std::string WriteCi(knowledge::v1::CiForm form, const std::vector<CiStep>& steps, bool nightly) {
  switch (form) {
    case knowledge::v1::CI_FORM_GITHUB:
      return Github(steps, nightly);
    case knowledge::v1::CI_FORM_GITLAB:
      return Gitlab(steps);
    case knowledge::v1::CI_FORM_AZURE:
      return Azure(steps, nightly);
    default:
      return "";
  }
}

}  // namespace metapowers::exporting
