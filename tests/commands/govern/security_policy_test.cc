#include "service/commands/govern/security_policy.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <set>

#include "tests/commands/command_fixture.h"

namespace metapowers::commands::govern {
namespace {

namespace pb = security::govern::v1;
using ::testing::AllOf;
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::UnorderedElementsAre;

pb::SecurityPolicyResult Generate(const std::string& yaml) {
  const Case test_case(yaml);
  return SecurityPolicy(test_case.input());
}

std::map<std::string, pb::PolicyClauseRow> Clauses(const pb::SecurityPolicyResult& result) {
  std::map<std::string, pb::PolicyClauseRow> clauses;
  for (const auto& policy : result.policies()) {
    for (const auto& clause : policy.clauses()) EXPECT_TRUE(clauses.emplace(clause.id(), clause).second) << clause.id();
  }
  return clauses;
}

std::set<std::string> Waiting(const pb::SecurityPolicyResult& result) {
  std::set<std::string> ids;
  for (const auto& policy : result.policies()) {
    for (const auto& clause : policy.waiting()) ids.insert(clause.id());
  }
  return ids;
}

// Ids of clauses that are in one result only or differ.
std::set<std::string> Differences(const pb::SecurityPolicyResult& a, const pb::SecurityPolicyResult& b) {
  const auto left = Clauses(a), right = Clauses(b);
  std::set<std::string> ids;
  for (const auto& [id, clause] : left) {
    const auto other = right.find(id);
    if (other == right.end() || other->second.SerializeAsString() != clause.SerializeAsString()) ids.insert(id);
  }
  for (const auto& [id, clause] : right) {
    if (left.count(id) == 0) ids.insert(id);
  }
  return ids;
}

TEST(SecurityPolicy, StatesTheFactsOfTheWalkthrough) {
  const auto clauses = Clauses(Generate(Example("api-platform")));
  EXPECT_THAT(clauses.at("encrypt-at-rest").requirement(), AllOf(HasSubstr("at rest"), HasSubstr("AES-256")));
  EXPECT_THAT(clauses.at("encrypt-at-rest").because(), HasSubstr("Cardholder data"));
  EXPECT_THAT(clauses.at("encrypt-in-transit").requirement(), HasSubstr("in transit with TLS 1.3"));
  EXPECT_THAT(clauses.at("no-sensitive-data-in-logs").requirement(), HasSubstr("writes PAN, SAD and SSN to a log"));
  EXPECT_THAT(clauses.at("mfa-infrastructure").requirement(), HasSubstr("(MFA)"));
  EXPECT_THAT(clauses.at("short-lived-service-tokens").requirement(),
              AllOf(HasSubstr("service account uses short-lived tokens"), HasSubstr("1 hour")));
  EXPECT_THAT(clauses.at("report-suspicions").requirement(), AllOf(HasSubstr("breach"), HasSubstr("within 1 hour")));
  EXPECT_THAT(clauses.at("escalate-pci-incident").requirement(),
              AllOf(HasSubstr("PCI incident"), HasSubstr("CISO"), HasSubstr("immediately")));
}

TEST(SecurityPolicy, NamesTheStoresThatAClauseBindsAndThoseThatBreakIt) {
  const auto clauses = Clauses(Generate(Example("patient-platform")));
  EXPECT_THAT(clauses.at("encrypt-at-rest").elements(), Contains("lab-database"));
  EXPECT_THAT(clauses.at("encrypt-at-rest").not_met(), Contains(AllOf(HasSubstr("lab-database"), HasSubstr("none"))));
  EXPECT_THAT(clauses.at("encrypt-at-rest").not_known(), Contains(HasSubstr("pacs-archive")));
}

TEST(SecurityPolicy, NamesTheCredentialsThatNoStoreKeeps) {
  const std::string yaml = Example("api-platform");
  const auto silent = Clauses(Generate(yaml)).at("secrets-in-store");
  EXPECT_THAT(silent.not_met(), IsEmpty());
  EXPECT_THAT(silent.not_known(), ::testing::ElementsAre(HasSubstr("reporting-db-account")));
  const std::string after =
      "{control: authz_source, state: implemented, observed_on: 2026-07-30}\n    business_function: reporting";
  const auto clear =
      Clauses(
          Generate(Edited(yaml, {{"secrets_external, state: implemented, observed_on: 2026-07-30}\n      - " + after,
                                  "secrets_external, state: absent, observed_on: 2026-07-30}\n      - " + after}})))
          .at("secrets-in-store");
  EXPECT_THAT(clear.not_met(),
              ::testing::ElementsAre(AllOf(HasSubstr("reporting-db-account"), HasSubstr("kept in store no"))));
  EXPECT_THAT(clear.not_known(), IsEmpty());
}

TEST(SecurityPolicy, NoClauseIsGivenToAVacantRoleButToTheOwnerOfItsPolicy) {
  const auto result = Generate(Vacated(Example("team-notes")));
  int clauses = 0;
  for (const auto& policy : result.policies()) {
    for (const auto& clause : policy.clauses()) EXPECT_EQ(clause.actor() + " (vacant)", policy.owner()) << clause.id();
    clauses += policy.clauses_size();
  }
  EXPECT_GT(clauses, 0);
}

TEST(SecurityPolicy, EveryClauseHasControlsEvidenceAndCadenceAndNoHoles) {
  for (const char* example : kExamples) {
    for (const auto& [id, clause] : Clauses(Generate(Example(example)))) {
      for (const std::string* text : {&clause.requirement(), &clause.because(), &clause.evidence(), &clause.cadence(),
                                      &clause.actor(), &clause.controls()}) {
        EXPECT_FALSE(text->empty()) << example << " " << id;
        EXPECT_THAT(*text, AllOf(Not(HasSubstr("{")), Not(HasSubstr("  ")), Not(HasSubstr("()"))))
            << example << " " << id;
      }
      EXPECT_GT(clause.references_size(), 0) << example << " " << id;
    }
  }
}

TEST(SecurityPolicy, ChangedParameterChangesItsClauseOnly) {
  const std::string yaml = Example("api-platform");
  const std::string changed = Edited(yaml, {{"password_min_length: 14", "password_min_length: 16"}});
  EXPECT_THAT(Differences(Generate(yaml), Generate(changed)), UnorderedElementsAre("password-length"));
}

TEST(SecurityPolicy, ClaimsNoRequirementThatAsksForMore) {
  const std::string yaml = Example("api-platform");
  const std::string requirement = "pci-dss-4.0.1:8.3.6";
  const auto enough =
      Clauses(Generate(Edited(yaml, {{"password_min_length: 14", "password_min_length: 12"}}))).at("password-length");
  EXPECT_THAT(enough.references(), Contains(requirement));
  EXPECT_EQ(enough.too_weak_for_size(), 0);
  const auto result = Generate(Edited(yaml, {{"password_min_length: 14", "password_min_length: 11"}}));
  const auto weak = Clauses(result).at("password-length");
  EXPECT_THAT(weak.references(), Not(Contains(requirement)));
  EXPECT_THAT(weak.references(), Contains("pci-dss-4.0.1:8.3.4")) << "the others stay";
  ASSERT_EQ(weak.too_weak_for_size(), 1);
  EXPECT_EQ(weak.too_weak_for(0).control(), "PCI DSS 4.0.1 8.3.6");
  EXPECT_EQ(weak.too_weak_for(0).asks(), "at least 12 characters");
}

TEST(SecurityPolicy, UnsetParameterBecomesAQuestionWithAnOwner) {
  const std::string yaml = Example("api-platform");
  const auto before = Generate(yaml);
  const auto after = Generate(Edited(yaml, {{"  dormant_account_days: 45\n", ""}}));
  EXPECT_THAT(Differences(before, after), UnorderedElementsAre("disable-dormant"));
  EXPECT_THAT(Waiting(after), UnorderedElementsAre("disable-dormant"));
  ASSERT_EQ(after.questions_size(), before.questions_size() + 1);
  for (const auto& question : after.questions()) {
    EXPECT_FALSE(question.text().empty()) << question.field();
    EXPECT_FALSE(question.owner().empty()) << question.field();
  }
}

TEST(SecurityPolicy, ParameterDeclaredNoIsLeftOutWithItsControls) {
  const auto result =
      Generate(Edited(Example("api-platform"), {{"mfa_all_infrastructure: yes", "mfa_all_infrastructure: no"}}));
  EXPECT_EQ(Clauses(result).count("mfa-infrastructure"), 0u);
  std::vector<std::string> left_out;
  for (const auto& policy : result.policies()) {
    for (const auto& declined : policy.declined()) {
      left_out.push_back(declined.id());
      EXPECT_THAT(declined.controls(), HasSubstr("8.4.2"));
    }
  }
  EXPECT_THAT(left_out, UnorderedElementsAre("mfa-infrastructure"));
}

TEST(SecurityPolicy, WithoutCardDataNoClauseAboutIt) {
  const std::string yaml = Example("api-platform");
  const std::string without =
      Edited(yaml, {{"categories: [pan, pii]", "categories: [pii]"}, {"categories: [sad]", "categories: [financial]"}});
  const auto before = Clauses(Generate(yaml)), after = Clauses(Generate(without));
  for (const char* id : {"encrypt-pan-beyond-disk", "discard-sad", "mask-pan", "pan-where-not-expected"}) {
    EXPECT_EQ(before.count(id), 1u) << id;
    EXPECT_EQ(after.count(id), 0u) << id;
  }
  EXPECT_EQ(after.count("encrypt-at-rest"), 1u);
}

TEST(SecurityPolicy, MerchantWithoutCardDataSeesReducedRequirements) {
  for (const auto& [id, clause] : Clauses(Generate(Example("team-notes")))) {
    for (const std::string& reference : clause.references()) {
      EXPECT_NE(reference, "pci-dss-4.0.1:3.5.1") << id;
      EXPECT_NE(reference, "pci-dss-4.0.1:8.4.2") << id;
    }
  }
}

TEST(SecurityPolicy, OrderOfTheModelDoesNotMatter) {
  std::string yaml = Example("api-platform");
  const std::string expected = Generate(yaml).SerializeAsString();
  for (const char* list : {"policies", "roles", "teams", "data_classes", "components", "flows", "third_parties"}) {
    yaml = Reversed(yaml, list);
  }
  EXPECT_EQ(Generate(yaml).SerializeAsString(), expected);
}

TEST(SecurityPolicy, CountsAreThoseOfTheRows) {
  for (const char* example : kExamples) {
    const auto result = Generate(Example(example));
    int clauses = 0, unmet = 0;
    for (const auto& policy : result.policies()) {
      if (!policy.in_force()) continue;
      clauses += policy.clauses_size();
      for (const auto& clause : policy.clauses()) unmet += clause.not_met_size() > 0;
    }
    EXPECT_EQ(result.clause_count(), clauses) << example;
    EXPECT_EQ(result.unmet_count(), unmet) << example;
    EXPECT_EQ(result.policy_count(), Case(Example(example)).model().proto().policies_size());
    EXPECT_EQ(result.subcategories_size() + result.subcategory_gaps_size(), 31) << "GOVERN has 31 subcategories";
  }
}

TEST(SecurityPolicy, ReviewDateIsLastReviewAndInterval) {
  const auto result = Generate(Example("api-platform"));
  EXPECT_THAT(result.overdue(), ::testing::ElementsAre("third-party-policy"));
  ASSERT_GT(result.reviews_size(), 0);
  EXPECT_EQ(result.reviews(0).policy(), "third-party-policy");
  EXPECT_EQ(result.reviews(0).counted_from(), "2025-08-25");
  EXPECT_EQ(result.reviews(0).due(), "2026-08-25");
  EXPECT_EQ(result.reviews(0).overdue_days(), 68);  // to 2026-11-01
}

TEST(SecurityPolicy, DraftMeetsNoRequirement) {
  const auto result = Generate(Example("api-platform"));
  for (const auto& mapping : result.mappings()) {
    if (mapping.id() != "gdpr") continue;
    std::set<std::string> met, open;
    for (const auto& row : mapping.requirements()) met.insert(row.id());
    for (const auto& row : mapping.open_requirements()) open.insert(row.id());
    EXPECT_THAT(met, Not(Contains("Art. 15")));
    EXPECT_THAT(open, Contains("Art. 15"));
    return;
  }
  FAIL() << "GDPR is in scope of the example";
}

TEST(SecurityPolicy, ExpiredExceptionIsNotInForce) {
  const std::string yaml = Example("api-platform");
  const auto running = Generate(yaml);
  ASSERT_EQ(running.exceptions_size(), 1);
  EXPECT_EQ(running.exceptions(0).days_left(), 91);
  EXPECT_THAT(running.exceptions(0).faults(), IsEmpty());
  const auto ended = Generate(Edited(yaml, {{"expires: 2027-01-31}\n\nrisk", "expires: 2026-10-31}\n\nrisk"}}));
  EXPECT_EQ(ended.exceptions_size(), 0);
  ASSERT_EQ(ended.expired_exceptions_size(), 1);
  EXPECT_EQ(ended.expired_exceptions(0).days_left(), -1);
}

TEST(SecurityPolicy, ExceptionBeyondTheLongestTermIsMarked) {
  const auto result =
      Generate(Edited(Example("api-platform"), {{"expires: 2027-01-31}\n\nrisk", "expires: 2027-10-31}\n\nrisk"}}));
  ASSERT_EQ(result.exceptions_size(), 1);
  EXPECT_THAT(result.exceptions(0).faults(), ::testing::ElementsAre(pb::EXCEPTION_FAULT_LONGER_THAN_ALLOWED));
}

// The example without its policies and the exceptions from them.
std::string WithoutPolicies(const std::string& example) {
  std::string yaml = Example(example);
  const size_t exceptions = yaml.find("\n  exceptions:\n");
  if (exceptions != std::string::npos) yaml.erase(exceptions, yaml.find("\n\n", exceptions) - exceptions);
  const size_t begin = yaml.find("\npolicies:\n");
  const size_t end = yaml.find("\npolicy_parameters:\n");
  EXPECT_LT(begin, end) << example;
  return yaml.substr(0, begin) + yaml.substr(end);
}

const pb::NeededClause* FindNeed(const pb::SecurityPolicyResult& result, const std::string& id) {
  for (const auto& gap : result.area_gaps()) {
    for (const auto& need : gap.clauses()) {
      if (need.id() == id) return &need;
    }
  }
  return nullptr;
}

TEST(SecurityPolicyNeeds, EachClauseStandsInItsPolicyOrAmongTheNeedsOfItsSubject) {
  for (const char* example : kExamples) {
    const auto declared = Generate(Example(example)), none = Generate(WithoutPolicies(example));
    int with_policy = 0;
    for (const auto& policy : declared.policies()) {
      with_policy += policy.clauses_size() + policy.waiting_size();
    }
    EXPECT_EQ(none.policies_size(), 0) << example;
    EXPECT_EQ(none.needed_count(), with_policy + declared.needed_count()) << example;
    EXPECT_EQ(none.area_gap_count(), none.area_gaps_size()) << example;
    int wanted = 0;
    for (const auto& gap : none.area_gaps()) {
      wanted += static_cast<int>(std::count_if(gap.clauses().begin(), gap.clauses().end(),
                                               [](const auto& need) { return need.declined().empty(); }));
    }
    EXPECT_EQ(none.needed_count(), wanted) << example;
  }
}

TEST(SecurityPolicyNeeds, SayWhyAndHowThingsStand) {
  const auto result = Generate(WithoutPolicies("team-notes"));
  const pb::NeededClause* at_rest = FindNeed(result, "encrypt-at-rest");
  ASSERT_NE(at_rest, nullptr);
  EXPECT_THAT(at_rest->because(), HasSubstr("Accounts and Notes of customers in notes-db"));
  EXPECT_EQ(at_rest->not_known_count(), 1);
  EXPECT_THAT(at_rest->not_known(), HasSubstr("notes-db (Founders: encryption at rest not declared)"));
  EXPECT_THAT(at_rest->controls(), HasSubstr("GDPR Art. 32(1)(a)"));
  const pb::NeededClause* passwords = FindNeed(result, "password-length");
  ASSERT_NE(passwords, nullptr);
  EXPECT_EQ(passwords->not_met(), "web-app (Founders: posture account lockout absent)");
  const pb::NeededClause* factors = FindNeed(result, "mfa-infrastructure");
  ASSERT_NE(factors, nullptr);
  EXPECT_EQ(factors->declined(), "policy_parameters.mfa_all_infrastructure");
  for (const auto& mapping : result.mappings()) {
    EXPECT_THAT(mapping.ShortDebugString(), Not(HasSubstr("mfa-infrastructure"))) << "no approval would meet it";
  }
  const pb::NeededClause* dormant = FindNeed(result, "disable-dormant");
  ASSERT_NE(dormant, nullptr);
  EXPECT_EQ(dormant->question(), "After how many unused days is an account disabled?");
  const pb::NeededClause* leavers = FindNeed(result, "revoke-leavers");
  ASSERT_NE(leavers, nullptr);
  EXPECT_THAT(leavers->to_show(), HasSubstr("time from leaving")) << "no attribute of a model is about it";
  EXPECT_EQ(leavers->kept_count(), 0);
}

TEST(SecurityPolicyNeeds, CountsAreThoseOfTheRows) {
  for (const char* example : kExamples) {
    const auto result = Generate(WithoutPolicies(example));
    int unmet = 0, unknown = 0, kept = 0, waiting = 0;
    for (const auto& gap : result.area_gaps()) {
      for (const auto& need : gap.clauses()) {
        EXPECT_FALSE(need.because().empty()) << need.id();
        const int states = (need.not_met_count() + need.not_known_count() > 0) + !need.question().empty() +
                           !need.declined().empty() + (need.kept_count() > 0) + !need.to_show().empty();
        EXPECT_EQ(states, 1) << example << " " << need.id();
        unmet += need.not_met_count() > 0;
        unknown += need.not_met_count() == 0 && need.not_known_count() > 0;
        kept += need.kept_count() > 0;
        waiting += !need.question().empty();
      }
    }
    EXPECT_EQ(result.needed_unmet_count(), unmet) << example;
    EXPECT_EQ(result.needed_unknown_count(), unknown) << example;
    EXPECT_EQ(result.needed_kept_count(), kept) << example;
    EXPECT_EQ(result.needed_waiting_count(), waiting) << example;
    EXPECT_EQ(unmet + unknown + kept + waiting + result.needed_unseen_count(), result.needed_count());
    EXPECT_EQ(result.clause_count(), 0);
    EXPECT_EQ(result.subcategories_size() + result.subcategory_gaps_size(), 31) << example;
  }
}

TEST(SecurityPolicyNeeds, AreDecidedByWhoeverHoldsARole) {
  EXPECT_EQ(Generate(WithoutPolicies("team-notes")).decider(), "Managing director");
  const auto vacant = Generate(Vacated(WithoutPolicies("team-notes")));
  EXPECT_EQ(vacant.decider(), "Founders") << "a vacant role cannot decide";
  EXPECT_EQ(vacant.vacant_decider(), "Managing director");
  EXPECT_EQ(vacant.exception_process().approver(), "Managing director (vacant)");
}

TEST(SecurityPolicyNeeds, GapsOfGovernNameTheClausesThatWouldCloseThem) {
  const auto result = Generate(WithoutPolicies("team-notes"));
  std::map<std::string, pb::SubcategoryRow> gaps;
  for (const auto& row : result.subcategory_gaps()) gaps[row.id()] = row;
  EXPECT_EQ(gaps.at("GV.PO-01").missing(), "no policy is declared");
  EXPECT_THAT(gaps.at("GV.PO-01").not_in_force(), Contains("acknowledge-policies"));
  EXPECT_THAT(gaps.at("GV.SC-04").not_in_force(), Contains("supplier-register"));
  EXPECT_EQ(gaps.at("GV.OC-01").not_in_force_count() + gaps.at("GV.OC-01").not_applying_count(), 0);
}

TEST(SecurityPolicy, TheCountriesThatDecideOnLawsAreAskedFor) {
  const auto asks = [](const std::string& yaml) {
    const auto result = Generate(yaml);
    return std::count_if(result.questions().begin(), result.questions().end(),
                         [](const auto& row) { return row.field() == "organization.countries"; });
  };
  EXPECT_EQ(asks(Example("team-notes")), 0);
  EXPECT_EQ(asks(Edited(Example("team-notes"), {{"  countries: [DE]\n", ""}})), 1);
}

TEST(SecurityPolicy, FrameworksThatNothingDecidesAreNotExcluded) {
  const std::string yaml = Example("team-notes");
  const auto ids = [](const auto& rows) {
    std::set<std::string> found;
    for (const auto& row : rows) found.insert(row.id());
    return found;
  };
  const auto result = Generate(yaml);
  EXPECT_THAT(ids(result.undecided_frameworks()), UnorderedElementsAre("ccpa", "nydfs-500"));
  EXPECT_THAT(ids(result.excluded_frameworks()), Contains("uk-gdpr"));
  for (const auto& row : result.undecided_frameworks()) {
    EXPECT_THAT(row.decided_by(), ::testing::ElementsAre("frameworks[" + row.id() + "].in_scope"));
  }
  for (const auto& row : result.excluded_frameworks()) EXPECT_EQ(row.decided_by_size(), 0) << row.id();
}

}  // namespace
}  // namespace metapowers::commands::govern
