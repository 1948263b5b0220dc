// The shipped rows on reviews: complete, and true to the catalogues that they cite.
#include "service/knowledge/reviews.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <regex>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/str_split.h"
#include "metapowers/model/v1/architecture.pb.h"
#include "service/knowledge/key_and_access.h"
#include "service/knowledge/knowledge.h"
#include "service/knowledge/threats.h"

namespace metapowers::knowledge {
namespace {

void ExpectAsvs(const google::protobuf::RepeatedPtrField<std::string>& ids) {
  EXPECT_GT(ids.size(), 0);
  for (const std::string& id : ids) EXPECT_NE(FindAsvs(id), nullptr) << id;
}

TEST(Reviews, RequirementsAreInOrderAndOfALevel) {
  std::set<std::string> ids;
  for (const v1::AsvsRequirement& requirement : Asvs().requirements()) {
    EXPECT_TRUE(ids.insert(requirement.id()).second) << requirement.id();
    EXPECT_GE(requirement.level(), 1) << requirement.id();
    EXPECT_LE(requirement.level(), 3) << requirement.id();
    EXPECT_FALSE(requirement.title().empty()) << requirement.id();
  }
  ASSERT_GT(Asvs().levels_size(), 0);
  const v1::AsvsLevel& last = Asvs().levels(Asvs().levels_size() - 1);
  EXPECT_EQ(last.level(), 1);
  EXPECT_TRUE(last.confidentiality() == 0 && last.tiers().empty() && !last.exposed()) << "some component has no level";
}

TEST(ApiReviewRows, HasTheTenRisksWithTestsAndControls) {
  ASSERT_EQ(ApiReview().risks_size(), 10);
  for (int i = 1; i <= 10; ++i) {
    const v1::ApiRiskRow& row = ApiReview().risks(i - 1);
    SCOPED_TRACE(row.id());
    EXPECT_EQ(row.risk(), i);
    EXPECT_EQ(row.id(), "API" + std::to_string(i));
    for (const std::string* text : {&row.name(), &row.applies(), &row.not_applies()}) EXPECT_FALSE(text->empty());
    EXPECT_GT(row.controls_size(), 0);
    for (const std::string& control : row.controls()) EXPECT_NE(FindControl(control), nullptr) << control;
    ExpectAsvs(row.asvs());
    std::set<int> wires;
    for (const v1::ApiTest& test : row.tests()) {
      EXPECT_FALSE(test.request().empty() || test.expected().empty());
      if (!test.asvs().empty()) ExpectAsvs(test.asvs());
      wires.insert(test.wires().begin(), test.wires().end());
    }
    EXPECT_EQ(wires.count(v1::API_WIRE_HTTP), 1u);
  }
}

// Every risk is named by some threat rule, so that its state can be open.
TEST(ApiReviewRows, EveryRiskIsTheSubjectOfAThreatRule) {
  for (const v1::ApiRiskRow& row : ApiReview().risks()) {
    bool named = false;
    for (const v1::ThreatRule& rule : ThreatRules().rules()) {
      for (const std::string& equivalent : rule.equivalents()) named |= equivalent == "owasp-api:" + row.id();
    }
    EXPECT_TRUE(named) << row.id();
  }
}

TEST(ApiReviewRows, EveryWayToAuthenticateIsJudged) {
  const auto* methods = model::v1::FlowAuthentication_descriptor();
  for (int i = 1; i < methods->value_count(); ++i) {
    const auto method = static_cast<model::v1::FlowAuthentication>(methods->value(i)->number());
    const v1::ConsumerMethod& row = ConsumerMethodOf(method);
    SCOPED_TRACE(methods->value(i)->name());
    for (const std::string* text : {&row.judgement(), &row.requirement(), &row.verification()}) {
      EXPECT_FALSE(text->empty());
    }
    ExpectAsvs(row.asvs());
    for (const std::string& standard : row.standards()) EXPECT_NE(FindStandard(standard), nullptr) << standard;
  }
  EXPECT_FALSE(ConsumerMethodOf(model::v1::FLOW_AUTHENTICATION_API_KEY).enough_alone());
  EXPECT_FALSE(ConsumerMethodOf(model::v1::FLOW_AUTHENTICATION_NONE).enough_alone());
}

TEST(ApiReviewRows, RestIsComplete) {
  for (const v1::AuthorizationLevel& level : ApiReview().levels()) {
    EXPECT_NE(FindControl(level.control()), nullptr) << level.control();
    ExpectAsvs(level.asvs());
  }
  for (const v1::RequestTest& test : ApiReview().request_tests()) ExpectAsvs(test.asvs());
  EXPECT_EQ(ApiReview().origins_size(), model::v1::CorsPolicy_descriptor()->value_count());
}

TEST(CodeReviewRows, CategoriesAreTheTenThatThreatRulesName) {
  ASSERT_EQ(CodeReview().categories_size(), 10);
  for (const v1::CodeCategory& category : CodeReview().categories()) {
    for (const std::string* text : {&category.name(), &category.newer(), &category.question()}) {
      EXPECT_FALSE(text->empty()) << category.id();
    }
    bool named = false;
    for (const v1::ThreatRule& rule : ThreatRules().rules()) {
      for (const std::string& equivalent : rule.equivalents()) named |= equivalent == "owasp-top10:" + category.id();
    }
    EXPECT_TRUE(named) << category.id();
  }
}

// Else a review of code says that nothing of the category is open while such a threat is.
TEST(CodeReviewRows, ThreatsToEveryProcessStandUnderTheirCategory) {
  const std::map<std::string, std::string> categories = {{"process-caller-impersonated", "A07"},
                                                         {"process-code-changed", "A08"},
                                                         {"action-denied", "A09"},
                                                         {"process-shows-internals", "A05"},
                                                         {"process-rights-exceeded", "A01"}};
  size_t found = 0;
  for (const v1::ThreatRule& rule : ThreatRules().rules()) {
    const auto expected = categories.find(rule.id());
    if (expected == categories.end()) continue;
    ++found;
    const auto& like = rule.equivalents();
    EXPECT_EQ(std::count(like.begin(), like.end(), "owasp-top10:" + expected->second), 1) << rule.id();
  }
  EXPECT_EQ(found, categories.size());
}

TEST(CodeReviewRows, RulesOfLanguagesCiteWhatIsInTheCatalogues) {
  std::set<std::string> ids;
  std::set<std::string> names;
  for (const v1::LanguageRules& language : CodeReview().languages()) {
    for (const std::string& name : language.names()) EXPECT_TRUE(names.insert(name).second) << name;
    for (const v1::LanguageRule& rule : language.rules()) {
      SCOPED_TRACE(rule.id());
      EXPECT_TRUE(ids.insert(rule.id()).second);
      EXPECT_FALSE(rule.look_for().empty() || rule.instead().empty());
      EXPECT_NE(FindWeakness(rule.cwe()), nullptr) << rule.cwe();
      EXPECT_NE(FindAsvs(rule.asvs()), nullptr) << rule.asvs();
      bool known = rule.category().empty();
      for (const v1::CodeCategory& category : CodeReview().categories()) known |= category.id() == rule.category();
      EXPECT_TRUE(known) << rule.category();
    }
  }
}

TEST(CodeReviewRows, ChecksGatesAndJobsAreCompleteAndSafe) {
  EXPECT_EQ(CodeReview().inputs_size(), model::v1::DataFormat_descriptor()->value_count() - 1);
  for (const v1::InputCheck& check : CodeReview().inputs()) {
    ExpectAsvs(check.asvs());
    for (const std::string& cwe : check.cwe()) EXPECT_NE(FindWeakness(cwe), nullptr) << cwe;
  }
  for (const v1::ErrorCheck& check : CodeReview().errors()) {
    ExpectAsvs(check.asvs());
    for (const std::string& cwe : check.cwe()) EXPECT_NE(FindWeakness(cwe), nullptr) << cwe;
  }
  for (const v1::ReviewGate& gate : CodeReview().gates()) {
    for (const std::string& reference : gate.references()) EXPECT_NE(FindRequirement(reference), nullptr) << reference;
  }
}

TEST(IacReviewRows, ToolsPoliciesAndJobsAreComplete) {
  std::set<std::string> tools;
  for (const v1::IacTool& tool : IacReview().tools()) {
    tools.insert(tool.name());
    EXPECT_FALSE(tool.plan().empty() || tool.drift().empty()) << tool.name();
    for (const std::string& name : tool.names()) EXPECT_EQ(FindIacTool(name), &tool) << name;
  }
  for (const v1::IacPolicy& policy : IacReview().policies()) {
    EXPECT_NE(FindControl(policy.control()), nullptr) << policy.control();
    for (const std::string& tool : policy.tools()) EXPECT_EQ(tools.count(tool), 1u) << tool;
  }
  for (const v1::IacJob& job : IacReview().jobs()) {
    for (const std::string& tool : job.tools()) EXPECT_EQ(tools.count(tool), 1u) << tool;
  }
  for (const v1::IacSetting& setting : IacReview().settings()) {
    EXPECT_GT(setting.controls_size(), 0) << setting.id();
    for (const std::string& control : setting.controls()) EXPECT_NE(FindControl(control), nullptr) << control;
  }
  for (const v1::IacGate& gate : IacReview().gates()) EXPECT_NE(FindControl(gate.control()), nullptr) << gate.control();
  for (const v1::IacFix& fix : IacReview().fixes()) EXPECT_NE(FindControl(fix.control()), nullptr) << fix.control();
}

// A tag can be moved to other code, which then runs with the rights of the job. The version stands beside the commit,
// where whoever changes the one sees the other, and in no name of a step, where it grows old.
void ExpectPinnedActions(const std::string& body) {
  const std::vector<std::string> lines = absl::StrSplit(body, '\n');
  for (const std::string& line : lines) {
    if (line.find("uses: ") != std::string::npos) {
      EXPECT_TRUE(std::regex_match(line, std::regex(".*uses: \"?[^@\\s]+@[0-9a-f]{40}\"?  # v[0-9]+(\\.[0-9]+)*")))
          << line;
    }
    if (line.find("name: ") != std::string::npos) {
      EXPECT_FALSE(std::regex_search(line, std::regex("[0-9]\\.[0-9]"))) << line;
    }
  }
}

TEST(PipelineJobs, NameActionsByCommitWithTheVersionBesideIt) {
  for (const v1::IacJob& job : IacReview().jobs()) ExpectPinnedActions(job.config().body());
  for (const v1::AnalysisJob& job : CodeReview().jobs()) ExpectPinnedActions(job.config().body());
  for (const v1::ProductConfig& config : KeyAndAccessRules().configs()) ExpectPinnedActions(config.config().body());
}

// What a gate of the document asks for must hold of the job that it prints.
TEST(PipelineJobs, ApplyThePlanThatWasReadAndLookForDriftEachDay) {
  int applying = 0;
  for (const v1::IacJob& job : IacReview().jobs()) {
    const std::string& body = job.config().body();
    if (body.find("apply") == std::string::npos) continue;  // a controller pulls
    ++applying;
    SCOPED_TRACE(job.config().file());
    for (const char* part : {"cron: ", "Drift", "checkov"}) EXPECT_NE(body.find(part), std::string::npos) << part;
    const size_t at = body.rfind("terraform apply") != std::string::npos ? body.rfind("terraform apply")
                                                                         : body.rfind("deployment sub create");
    ASSERT_NE(at, std::string::npos);
    const std::string apply = body.substr(at);
    EXPECT_TRUE(apply.find("plan.bin") != std::string::npos ||
                apply.find("--template-file main.json") != std::string::npos)
        << "applies something else than the plan that was kept";
  }
  EXPECT_GE(applying, 3);
}

}  // namespace
}  // namespace metapowers::knowledge
