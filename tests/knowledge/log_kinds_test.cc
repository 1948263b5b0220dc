// The shipped kinds of log sources: complete, consistent, and true to the catalogues.
#include <gtest/gtest.h>

#include <regex>
#include <set>
#include <string>

#include "service/knowledge/knowledge.h"
#include "service/knowledge/logging.h"
#include "service/knowledge/threats.h"

namespace metapowers::knowledge {
namespace {

const std::regex& Vague() {
  static const std::regex vague(
      "\\b(appropriate|adequate|proper|properly|sufficient|regularly|periodically|timely|as needed|where possible|"
      "best practice|robust|should|etc|if necessary|ensure)\\b",
      std::regex::icase);
  return vague;
}

TEST(LogKinds, FieldsAreNamedOnceAndCiteTheCatalogue) {
  std::set<std::string> names;
  for (const v1::LogField& field : LogKinds().fields()) {
    SCOPED_TRACE(field.name());
    EXPECT_TRUE(names.insert(field.name()).second);
    EXPECT_FALSE(field.meaning().empty());
    EXPECT_FALSE(field.example().empty());
    for (const std::string& reference : field.references()) EXPECT_NE(FindRequirement(reference), nullptr) << reference;
  }
  std::set<std::string> used;
  for (const v1::LogKind& kind : LogKinds().kinds()) used.insert(kind.fields().begin(), kind.fields().end());
  for (const v1::LogField& field : LogKinds().fields()) {
    EXPECT_NE(field.required(), used.count(field.name()) > 0) << field.name() << " is required or of some kind";
  }
}

TEST(LogKinds, RequiredFieldsAnswerWhatPciDssAsksOfEveryEntry) {
  int asked = 0;
  for (const v1::LogField& field : LogKinds().fields()) {
    for (const std::string& reference : field.references()) {
      if (reference != "pci-dss-4.0.1:10.2.2") continue;
      ++asked;
      EXPECT_TRUE(field.required()) << field.name();
    }
  }
  EXPECT_EQ(asked, 6) << "user, event, time, result, origin, resource";
}

TEST(LogKinds, EveryKindHasSourceEventsFieldsAndProof) {
  std::set<std::string> ids;
  for (const v1::LogKind& kind : LogKinds().kinds()) {
    SCOPED_TRACE(kind.id());
    EXPECT_TRUE(ids.insert(kind.id()).second);
    EXPECT_FALSE(kind.category().empty() && kind.product().empty() && kind.service().empty());
    EXPECT_GT(kind.emitters_size(), 0);
    EXPECT_TRUE(kind.control().empty() || FindControl(kind.control()) != nullptr);
    std::set<std::string> events;
    for (const v1::LogEvent& event : kind.events()) {
      EXPECT_TRUE(events.insert(event.id()).second) << event.id();
      EXPECT_GT(event.references_size(), 0) << event.id();
      for (const std::string& reference : event.references()) {
        EXPECT_NE(FindRequirement(reference), nullptr) << reference;
      }
      EXPECT_FALSE(std::regex_search(event.text(), Vague())) << event.text();
    }
    EXPECT_GE(events.size(), 2u);
    std::set<std::string> fields;
    for (const std::string& name : kind.fields()) {
      EXPECT_NE(FindLogField(name), nullptr) << name;
      EXPECT_TRUE(fields.insert(name).second) << name;
    }
    for (const std::string& text : {kind.name(), kind.transport(), kind.verification()}) {
      EXPECT_FALSE(text.empty());
      EXPECT_FALSE(std::regex_search(text, Vague())) << text;
    }
  }
}

// Each of the seven kinds of events of PCI DSS 10.2.1 is recorded by some kind.
TEST(LogKinds, CoverTheEventsOfPciDss) {
  std::set<std::string> cited;
  for (const v1::LogKind& kind : LogKinds().kinds()) {
    for (const v1::LogEvent& event : kind.events()) cited.insert(event.references().begin(), event.references().end());
  }
  for (const char* number : {"1", "2", "3", "4", "5", "6", "7"}) {
    EXPECT_EQ(cited.count(std::string("pci-dss-4.0.1:10.2.1.") + number), 1u) << number;
  }
}

}  // namespace
}  // namespace metapowers::knowledge
