#include "service/analysis/applicability.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "absl/strings/str_replace.h"
#include "tests/analysis/facts_of.h"

namespace metapowers::analysis {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::NotNull;
using ::testing::StartsWith;

FrameworkFact Fact(const ModelText& text, absl::string_view id) {
  const auto facts = FactsOf(text);
  for (FrameworkFact fact : facts->frameworks()) {
    fact.declaration = nullptr;  // the model ends with `facts`
    if (fact.id == id) return fact;
  }
  ADD_FAILURE() << id << " is missing";
  return {};
}

ModelText With(const std::string& organization, const std::string& data_classes) {
  return {.data_classes = data_classes, .organization = organization};
}

constexpr char kNotes[] = "- {id: notes, name: N, owner: core, confidentiality: internal, categories: [telemetry]}\n";
constexpr char kCards[] =
    "- {id: cards, name: C, owner: core, confidentiality: confidential, categories: [pan, sad]}\n";
constexpr char kPeopleInEu[] =
    "- {id: people, name: P, owner: core, confidentiality: confidential, categories: [pii], subject_regions: [eu]}\n";
constexpr char kHealthInUs[] =
    "- {id: charts, name: C, owner: core, confidentiality: confidential, categories: [phi], subject_regions: [us]}\n";

TEST(Applicability, ListsEveryShippedFrameworkAndDeclaredOnesSortedById) {
  const auto facts = FactsOf(ModelText{.rest = "frameworks:\n- {id: zz-contract, in_scope: true}\n"});
  std::vector<std::string> ids;
  for (const FrameworkFact& fact : facts->frameworks()) ids.push_back(fact.id);
  EXPECT_TRUE(std::is_sorted(ids.begin(), ids.end()));
  EXPECT_THAT(ids, testing::IsSupersetOf({"csf-2.0", "gdpr", "pci-dss-4.0.1", "zz-contract"}));
  const FrameworkFact& contract = facts->frameworks().back();
  EXPECT_EQ(contract.framework, nullptr);
  ASSERT_THAT(contract.declaration, NotNull());
  EXPECT_EQ(contract.label, "zz-contract");
  EXPECT_TRUE(contract.applies);
  EXPECT_EQ(contract.reason, "declared in scope; not in the catalogue");
}

TEST(Applicability, PciDssByData) {
  const FrameworkFact fact = Fact(With("{name: S}", kCards), "pci-dss-4.0.1");
  EXPECT_TRUE(fact.applies);
  EXPECT_TRUE(fact.triggered);
  EXPECT_EQ(fact.reason, "data class cards holds PAN and SAD");
  EXPECT_THAT(fact.because, ElementsAre(StartsWith("PCI DSS 4.0.1 section 2")));
}

TEST(Applicability, PciDssByRoleOfAMerchantThatOutsourcesAll) {
  const FrameworkFact fact = Fact(With("{name: S, legal_roles: [merchant]}", kNotes), "pci-dss-4.0.1");
  EXPECT_TRUE(fact.applies);
  EXPECT_EQ(fact.reason, "organisation is a merchant");
}

TEST(Applicability, PciDssNamesAllThatIsAbsent) {
  const FrameworkFact fact = Fact(With("{name: S, legal_roles: [controller]}", kNotes), "pci-dss-4.0.1");
  EXPECT_FALSE(fact.applies);
  EXPECT_EQ(fact.reason,
            "no data class holds PAN, SAD or PIN; organisation is not declared a merchant; organisation is not "
            "declared a payment service provider");
}

TEST(Applicability, GdprBySubjectsUsersOrEstablishment) {
  EXPECT_EQ(Fact(With("{name: S}", kPeopleInEu), "gdpr").reason, "data class people holds PII; data subjects in eu");
  const std::string anywhere =
      "- {id: people, name: P, owner: core, confidentiality: confidential, categories: [pii]}\n";
  EXPECT_EQ(Fact(With("{name: S, countries: [IE, DE, US]}", anywhere), "gdpr").reason,
            "data class people holds PII; establishment in DE and IE");
  const std::string abroad = absl::StrReplaceAll(anywhere, {{"[pii]", "[pii], subject_regions: [us]"}});
  const FrameworkFact none = Fact(With("{name: S, countries: [US]}", abroad), "gdpr");
  EXPECT_FALSE(none.applies);
  EXPECT_EQ(none.reason, "no data subjects, users or establishment in the EU");
}

TEST(Applicability, WhatTheModelDoesNotSayIsOpenAndNotAbsent) {
  const std::string anywhere =
      "- {id: people, name: P, owner: core, confidentiality: confidential, categories: [pii]}\n";
  const std::string in_us = absl::StrReplaceAll(anywhere, {{"[pii]", "[pii], subject_regions: [us]"}});
  const struct {
    std::string organization, classes, framework, reason;
    std::vector<std::string> fields;
  } cases[] = {
      {"{name: S}",
       anywhere,
       "gdpr",
       "not declared whether data subjects, users or an establishment are in the EU",
       {"data_classes[people].subject_regions", "regions.customers", "organization.countries"}},
      {"{name: S, countries: [US]}",
       anywhere,
       "gdpr",
       "not declared whether data subjects or users are in the EU",
       {"data_classes[people].subject_regions", "regions.customers"}},
      {"{name: S}", in_us, "gdpr", "not declared whether an establishment is in the EU", {"organization.countries"}},
      {"{name: S, countries: [US]}", in_us, "gdpr", "no data subjects, users or establishment in the EU", {}},
      {"{name: S}",
       kNotes,
       "gdpr",
       "no data class holds PII, special category data, PHI, PAN, SAD, SSN or financial data",
       {}},
      {"{name: S}",
       kNotes,
       "pci-dss-4.0.1",
       "organisation is not declared a merchant; organisation is not declared a payment service provider",
       {"organization.legal_roles"}},
      {"{name: S}",
       kNotes,
       "dora",
       "not declared whether an establishment is in the EU; organisation is not declared a financial entity",
       {"organization.countries", "organization.legal_roles"}},
      {"{name: S, countries: [US]}", kNotes, "dora", "no establishment in the EU", {}},
      {"{name: S, countries: [FR], legal_roles: [merchant]}",
       kNotes,
       "dora",
       "organisation is not declared a financial entity",
       {}},
      {"{name: S}",
       "- {id: notes, name: N, owner: core, confidentiality: internal}\n",
       "hipaa",
       "not declared whether a data class holds PHI; not declared whether data subjects, users or an establishment "
       "are in the US; organisation is not declared a covered entity; organisation is not declared a business "
       "associate",
       {"data_classes.categories", "regions.customers", "organization.countries", "organization.legal_roles"}},
      {"{name: S, countries: [US]}",
       in_us,
       "glba-safeguards",
       "sector of the organisation is not declared",
       {"organization.sector"}},
      {"{name: S, countries: [US]}",
       kNotes,
       "sec-8k",
       "not declared whether shares of the organisation are listed",
       {"organization.publicly_traded"}},
      {"{name: S, countries: [US], publicly_traded: false}",
       kNotes,
       "sec-8k",
       "shares of the organisation are not listed",
       {}},
      {"{name: S, countries: [DE]}", kNotes, "sec-8k", "no establishment in the US", {}},
      {"{name: S}",
       kNotes,
       "nydfs-500",
       "not declared in scope, and no fact of the model decides it",
       {"frameworks[nydfs-500].in_scope"}},
  };
  for (const auto& each : cases) {
    const auto facts = FactsOf(With(each.organization, each.classes));
    const auto& all = facts->frameworks();
    const auto fact = std::find_if(all.begin(), all.end(), [&](const auto& f) { return f.id == each.framework; });
    ASSERT_NE(fact, all.end());
    EXPECT_EQ(fact->reason, each.reason) << each.organization << each.classes;
    EXPECT_EQ(UndecidedBy(facts->model(), *fact), each.fields) << each.framework << each.organization << each.classes;
  }
}

TEST(Applicability, WhatIsDeclaredIsDecided) {
  ModelText text = With("{name: S}", kNotes);
  text.rest = "frameworks:\n- {id: dora, in_scope: false}\n- {id: nis2, in_scope: true}\n";
  const auto facts = FactsOf(text);
  for (const FrameworkFact& fact : facts->frameworks()) {
    if (!fact.declared) continue;
    EXPECT_THAT(UndecidedBy(facts->model(), fact), IsEmpty()) << fact.id;
  }
}

TEST(Applicability, GdprNeedsDataAboutPeople) {
  EXPECT_FALSE(Fact(With("{name: S, countries: [DE]}", kNotes), "gdpr").applies);
  // Financial data is about people only where the class says whose.
  const std::string financial =
      "- {id: books, name: B, owner: core, confidentiality: confidential, categories: [financial]";
  EXPECT_FALSE(Fact(With("{name: S, countries: [DE]}", financial + "}\n"), "gdpr").applies);
  EXPECT_TRUE(Fact(With("{name: S}", financial + ", subject_regions: [eu]}\n"), "gdpr").applies);
}

TEST(Applicability, SubjectsOfOtherDataDoNotCount) {
  const std::string classes =
      "- {id: people, name: P, owner: core, confidentiality: internal, categories: [pii], subject_regions: [us]}\n"
      "- {id: stats, name: S, owner: core, confidentiality: internal, categories: [telemetry], subject_regions: "
      "[eu]}\n";
  EXPECT_FALSE(Fact(With("{name: S}", classes), "gdpr").applies);
  EXPECT_FALSE(Fact(With("{name: S}", classes), "uk-gdpr").applies);
}

TEST(Applicability, HipaaNeedsHealthDataRoleAndCountry) {
  const FrameworkFact covered = Fact(With("{name: S, legal_roles: [covered_entity]}", kHealthInUs), "hipaa");
  EXPECT_TRUE(covered.applies);
  EXPECT_EQ(covered.reason, "data class charts holds PHI; data subjects in us; organisation is a covered entity");
  EXPECT_THAT(covered.because, ElementsAre(StartsWith("45 CFR 160.102(a)")));
  EXPECT_TRUE(Fact(With("{name: S, legal_roles: [business_associate]}", kHealthInUs), "hipaa").applies);
  const FrameworkFact no_role = Fact(With("{name: S}", kHealthInUs), "hipaa");
  EXPECT_FALSE(no_role.applies);
  EXPECT_EQ(no_role.reason,
            "organisation is not declared a covered entity; organisation is not declared a business associate");
  EXPECT_THAT(Fact(With("{name: S, countries: [US], legal_roles: [covered_entity]}", kNotes), "hipaa").reason,
              "no data class holds PHI");
}

TEST(Applicability, DoraAndNis2ByRoleInTheEu) {
  EXPECT_TRUE(Fact(With("{name: S, countries: [FR], legal_roles: [financial_entity]}", kNotes), "dora").applies);
  const FrameworkFact abroad =
      Fact(With("{name: S, countries: [US], legal_roles: [financial_entity]}", kNotes), "dora");
  EXPECT_FALSE(abroad.applies);
  EXPECT_EQ(abroad.reason, "no establishment in the EU");
  EXPECT_FALSE(Fact(With("{name: S, countries: [US], legal_roles: [financial_entity]}", kPeopleInEu), "dora").applies)
      << "customers in the EU establish nobody there";
  const FrameworkFact sector = Fact(With("{name: S, countries: [FR], sector: financial_services}", kNotes), "dora");
  EXPECT_FALSE(sector.applies) << "a sector alone makes no financial entity";
  EXPECT_TRUE(Fact(With("{name: S, countries: [FR], legal_roles: [essential_entity]}", kNotes), "nis2").applies);
  EXPECT_EQ(Fact(With("{name: S, countries: [FR]}", kNotes), "nis2").reason,
            "organisation is not declared an essential entity");
}

TEST(Applicability, Form8KByListingInTheUs) {
  EXPECT_TRUE(Fact(With("{name: S, countries: [US], publicly_traded: true}", kNotes), "sec-8k").applies);
  EXPECT_EQ(Fact(With("{name: S, countries: [US], publicly_traded: false}", kNotes), "sec-8k").reason,
            "shares of the organisation are not listed");
  EXPECT_FALSE(Fact(With("{name: S, countries: [US]}", kNotes), "sec-8k").applies);
}

TEST(Applicability, SafeguardsRuleBySector) {
  const std::string people =
      "- {id: people, name: P, owner: core, confidentiality: internal, categories: [pii], subject_regions: [us]}\n";
  EXPECT_TRUE(Fact(With("{name: S, sector: financial_services}", people), "glba-safeguards").applies);
  EXPECT_EQ(Fact(With("{name: S, sector: retail}", people), "glba-safeguards").reason,
            "sector of the organisation is retail, not financial services");
  EXPECT_EQ(Fact(With("{name: S}", people), "glba-safeguards").reason, "sector of the organisation is not declared");
}

TEST(Applicability, WithoutTriggersOnlyADeclarationCounts) {
  ModelText text;
  EXPECT_FALSE(Fact(text, "nydfs-500").applies);
  EXPECT_EQ(Fact(text, "nydfs-500").reason, "not declared in scope, and no fact of the model decides it");
  text.rest = "frameworks:\n- {id: nydfs-500, in_scope: true}\n- {id: soc2, in_scope: false}\n";
  EXPECT_TRUE(Fact(text, "nydfs-500").applies);
  EXPECT_EQ(Fact(text, "nydfs-500").reason, "declared in scope");
  EXPECT_FALSE(Fact(text, "soc2").applies);
  EXPECT_EQ(Fact(text, "soc2").reason, "declared out of scope");
}

TEST(Applicability, ADeclarationNeverOverrulesTheFacts) {
  ModelText text = With("{name: S}", kCards);
  text.rest = "frameworks:\n- {id: pci-dss-4.0.1, in_scope: false, reason: outsourced}\n- {id: gdpr, in_scope: true}\n";
  const FrameworkFact pci = Fact(text, "pci-dss-4.0.1");
  EXPECT_TRUE(pci.applies);
  EXPECT_TRUE(pci.conflict);
  EXPECT_EQ(pci.reason, "conflict, declared out of scope; data class cards holds PAN and SAD");
  const FrameworkFact gdpr = Fact(text, "gdpr");
  EXPECT_TRUE(gdpr.applies);
  EXPECT_FALSE(gdpr.triggered);
  EXPECT_FALSE(gdpr.conflict);
  EXPECT_EQ(gdpr.reason,
            "declared in scope; not declared whether data subjects, users or an establishment are in the EU");
}

TEST(Applicability, AReasonStaysOneLineWithManyClasses) {
  std::string classes;
  for (const char* id : {"a", "b", "c", "d", "e"}) {
    absl::StrAppend(&classes, "- {id: ", id, ", name: N, owner: core, confidentiality: internal, categories: [pan]}\n");
  }
  EXPECT_EQ(Fact(With("{name: S}", classes), "pci-dss-4.0.1").reason,
            "data class a holds PAN, data class b holds PAN, data class c holds PAN, 2 more data classes");
}

}  // namespace
}  // namespace metapowers::analysis
