// The shipped rows behind gap assessments: every name in them exists, and no sentence is vague.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <regex>
#include <set>
#include <string>

#include "absl/strings/match.h"
#include "service/commands/model_query.h"
#include "service/knowledge/compliance.h"
#include "service/knowledge/knowledge.h"
#include "service/model/schema.h"

namespace metapowers::commands {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using knowledge::v1::AttributeMatch;
using knowledge::v1::ComplianceEvidence;
using knowledge::v1::ElementSelector;

const Descriptor& Root() { return *model::v1::SystemModel::descriptor(); }

void ExpectMatch(const AttributeMatch& match, const Descriptor* type, const std::string& id) {
  EXPECT_NE(match.operator_(), knowledge::v1::MATCH_OPERATOR_UNSPECIFIED) << id;
  const bool bare = match.operator_() == knowledge::v1::MATCH_OPERATOR_SET ||
                    match.operator_() == knowledge::v1::MATCH_OPERATOR_AFTER_AS_OF;
  EXPECT_EQ(match.values().empty(), bare) << id << ": " << match.attribute();
  if (absl::StartsWith(match.attribute(), "$")) {
    EXPECT_TRUE(IsComputedAttribute(match.attribute())) << id << ": " << match.attribute();
    return;
  }
  const FieldDescriptor* field = type == nullptr ? nullptr : FieldAt(*type, match.attribute());
  ASSERT_NE(field, nullptr) << id << ": " << match.attribute();
  for (const std::string& value : match.values()) {
    if (absl::StartsWith(value, "{")) {
      EXPECT_NE(FieldAt(Root(), value.substr(1, value.size() - 2)), nullptr) << id << ": " << value;
    } else if (field->enum_type() != nullptr) {
      EXPECT_NE(model::FindValue(*field->enum_type(), value), nullptr) << id << ": " << value;
    }
  }
}

const Descriptor* TypeOf(const ElementSelector& selector) {
  const FieldDescriptor* field = FieldAt(Root(), selector.collection());
  return field == nullptr ? nullptr : field->message_type();
}

void ExpectSelector(const ElementSelector& selector, const std::string& id) {
  const Descriptor* type = TypeOf(selector);
  EXPECT_TRUE(type != nullptr || IsComputedList(selector.collection())) << id << ": " << selector.collection();
  if (type != nullptr && !selector.label().empty()) {
    EXPECT_NE(FieldAt(*type, selector.label()), nullptr) << id;
  }
  for (const AttributeMatch& match : selector.where()) ExpectMatch(match, type, id);
  for (const AttributeMatch& match : selector.met()) ExpectMatch(match, type, id);
}

void ExpectReferences(const google::protobuf::RepeatedPtrField<std::string>& references, const std::string& id) {
  EXPECT_GT(references.size(), 0) << id;
  std::set<std::string> seen;
  for (const std::string& reference : references) {
    EXPECT_NE(knowledge::FindRequirement(reference), nullptr) << id << ": " << reference;
    EXPECT_TRUE(seen.insert(reference).second) << id << ": " << reference;
  }
}

TEST(ComplianceRows, EvidenceNamesFieldsAndRequirementsThatExist) {
  std::set<std::string> ids;
  for (const ComplianceEvidence& row : knowledge::ComplianceRows().evidence()) {
    EXPECT_TRUE(ids.insert(row.id()).second) << row.id();
    ExpectReferences(row.references(), row.id());
    ExpectSelector(row.shown_by(), row.id());
    for (const AttributeMatch& match : row.when()) ExpectMatch(match, &Root(), row.id());
    EXPECT_TRUE(row.shown_by().met_size() > 0 || row.absence_shows()) << row.id() << " asks for nothing";
    if (!row.has_current()) continue;
    const FieldDescriptor* date = FieldAt(*TypeOf(row.shown_by()), row.current().date());
    ASSERT_NE(date, nullptr) << row.id();
    EXPECT_EQ(model::RuleOf(*date).format(), model::v1::FORMAT_DATE) << row.id();
    EXPECT_GT(row.current().days(), 0) << row.id();
    if (row.current().interval().empty()) continue;
    const FieldDescriptor* interval = FieldAt(*TypeOf(row.shown_by()), row.current().interval());
    ASSERT_NE(interval, nullptr) << row.id();
    EXPECT_TRUE(absl::EndsWith(interval->name(), "_days") || absl::EndsWith(interval->name(), "_months")) << row.id();
  }
}

TEST(ComplianceRows, EvidenceSaysWhatToAskAndWhatToDo) {
  const std::regex vague(
      "\\b(appropriate|adequate|proper|sufficient|regularly|periodically|timely|as needed|where possible|"
      "best practice|if necessary|should|ensure)\\b",
      std::regex::icase);
  for (const ComplianceEvidence& row : knowledge::ComplianceRows().evidence()) {
    EXPECT_FALSE(row.title().empty()) << row.id();
    EXPECT_TRUE(absl::EndsWith(row.question(), "?")) << row.id() << ": " << row.question();
    EXPECT_NE(row.effort(), knowledge::v1::EFFORT_UNSPECIFIED) << row.id();
    EXPECT_NE(row.severity(), model::v1::SEVERITY_UNSPECIFIED) << row.id();
    EXPECT_GT(row.owners_size(), 0) << row.id();
    for (const std::string& text : {row.title(), row.question(), row.remedy(), row.verification()}) {
      EXPECT_FALSE(text.empty()) << row.id();
      EXPECT_FALSE(absl::EndsWith(text, ".")) << row.id() << ": " << text;
      EXPECT_FALSE(std::regex_search(text, vague)) << row.id() << ": " << text;
    }
  }
}

TEST(ComplianceRows, WhatDoesNotBindNamesWhatExistsAndSaysWhy) {
  for (const knowledge::v1::NotBinding& row : knowledge::ComplianceRows().not_binding()) {
    ExpectReferences(row.references(), row.reason());
    for (const AttributeMatch& match : row.when()) ExpectMatch(match, &Root(), row.reason());
    if (row.has_unless()) ExpectSelector(row.unless(), row.reason());
    EXPECT_GT(row.reason().size(), 20u);
    EXPECT_FALSE(absl::EndsWith(row.reason(), ".")) << row.reason();
  }
}

TEST(ComplianceRows, EverySourceHasItsQuestion) {
  std::set<std::string> sources;
  for (const auto& row : knowledge::ComplianceRows().questions()) {
    EXPECT_TRUE(sources.insert(row.source()).second) << row.source();
    EXPECT_TRUE(absl::EndsWith(row.text(), "?")) << row.text();
  }
  EXPECT_EQ(sources, (std::set<std::string>{"control", "handling", "posture", "silent", "supplier"}));
}

}  // namespace
}  // namespace metapowers::commands
