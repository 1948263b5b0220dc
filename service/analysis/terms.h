// Words for enum values in reasons, and the sets of values that analyses share.
#ifndef METAPOWERS_SERVICE_ANALYSIS_TERMS_H_
#define METAPOWERS_SERVICE_ANALYSIS_TERMS_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/string_view.h"
#include "google/protobuf/descriptor.h"
#include "service/model/model.h"

namespace metapowers::analysis {

// By number; kept for the life of the process.
const absl::flat_hash_map<int, std::string>& WordsOfValues(const google::protobuf::EnumDescriptor& type);

// "strictly confidential" for CONFIDENTIALITY_STRICTLY_CONFIDENTIAL; "unknown" for a number that the type lacks.
template <class E>
const std::string& Words(E value) {
  static const auto& words = WordsOfValues(*google::protobuf::GetEnumDescriptor<E>());
  const auto found = words.find(value);
  return found == words.end() ? words.at(0) : found->second;
}

// As people write it: "PAN", "special category data".
std::string CategoryName(model::v1::DataCategory category);

// "EU", "US", or "another jurisdiction".
std::string JurisdictionName(model::v1::Jurisdiction jurisdiction);

// The jurisdiction of a country code of ISO 3166-1; EU covers the European Economic Area.
model::v1::Jurisdiction JurisdictionOfCountry(absl::string_view country);

// "a", "a and b", "a, b and c"; with `last` = "or", "a, b or c".
std::string Enumerate(const std::vector<std::string>& words, absl::string_view last = "and");

// Whether the class has one of these categories.
bool HasCategory(const model::v1::DataClass& data, std::initializer_list<model::v1::DataCategory> categories);

// Account data in the sense of PCI DSS: PAN or sensitive authentication data, the PIN included.
bool IsAccountData(const model::v1::DataClass& data);

// About people: the categories that are so by nature, and financial data of a class that names where its
// subjects are.
bool IsPersonal(const model::v1::DataClass& data);

// Personal data, or financial data of whomever: what laws on transfers and suppliers are about.
bool IsRegulated(const model::v1::DataClass& data);

// Confidential or stricter.
bool IsConfidential(const model::v1::DataClass& data);

// Whether the loss of the component stops a main business function within hours.
bool IsTier0Or1(const model::v1::Component& component);

inline bool IsExternal(const model::v1::Component& component) {
  return component.kind() == model::v1::COMPONENT_KIND_EXTERNAL_ENTITY;
}

// "7 years", "18 months" or "90 days": years of 365 days and, above one year, months of 30 days where they divide;
// else days, as rotations and terms are agreed on.
std::string Days(int64_t days);

}  // namespace metapowers::analysis

#endif  // METAPOWERS_SERVICE_ANALYSIS_TERMS_H_
