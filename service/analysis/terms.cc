#include "service/analysis/terms.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"

namespace metapowers::analysis {

const absl::flat_hash_map<int, std::string>& WordsOfValues(const google::protobuf::EnumDescriptor& type) {
  auto* const words = new absl::flat_hash_map<int, std::string>();
  for (int i = 0; i < type.value_count(); ++i) {
    words->emplace(type.value(i)->number(), absl::StrReplaceAll(model::YamlName(*type.value(i)), {{"_", " "}}));
  }
  return *words;
}

std::string CategoryName(model::v1::DataCategory category) {
  switch (category) {
    case model::v1::DATA_CATEGORY_SPECIAL_PII:
      return "special category data";
    case model::v1::DATA_CATEGORY_FINANCIAL:
      return "financial data";
    case model::v1::DATA_CATEGORY_PII:
    case model::v1::DATA_CATEGORY_PHI:
    case model::v1::DATA_CATEGORY_PAN:
    case model::v1::DATA_CATEGORY_SAD:
    case model::v1::DATA_CATEGORY_PIN:
    case model::v1::DATA_CATEGORY_SSN: {
      std::string name = model::YamlName(category);
      std::transform(name.begin(), name.end(), name.begin(), [](char c) { return static_cast<char>(c - 'a' + 'A'); });
      return name;
    }
    default:
      return Words(category);
  }
}

std::string JurisdictionName(model::v1::Jurisdiction jurisdiction) {
  switch (jurisdiction) {
    case model::v1::JURISDICTION_US:
      return "US";
    case model::v1::JURISDICTION_EU:
      return "EU";
    case model::v1::JURISDICTION_UK:
      return "UK";
    case model::v1::JURISDICTION_CH:
      return "CH";
    case model::v1::JURISDICTION_CA:
      return "CA";
    case model::v1::JURISDICTION_OTHER:
      return "another jurisdiction";
    default:
      return "an unknown jurisdiction";
  }
}

model::v1::Jurisdiction JurisdictionOfCountry(absl::string_view country) {
  // The 27 member states, then Iceland, Liechtenstein and Norway.
  static constexpr const char* kEea[] = {"AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI",
                                         "FR", "GR", "HR", "HU", "IE", "IT", "LT", "LU", "LV", "MT",
                                         "NL", "PL", "PT", "RO", "SE", "SI", "SK", "IS", "LI", "NO"};
  if (std::find(std::begin(kEea), std::end(kEea), country) != std::end(kEea)) return model::v1::JURISDICTION_EU;
  if (country == "GB") return model::v1::JURISDICTION_UK;
  if (country == "US") return model::v1::JURISDICTION_US;
  if (country == "CH") return model::v1::JURISDICTION_CH;
  if (country == "CA") return model::v1::JURISDICTION_CA;
  return country.empty() ? model::v1::JURISDICTION_UNSPECIFIED : model::v1::JURISDICTION_OTHER;
}

std::string Enumerate(const std::vector<std::string>& words, absl::string_view last) {
  if (words.size() < 2) return words.empty() ? "" : words.front();
  return absl::StrCat(absl::StrJoin(words.begin(), words.end() - 1, ", "), " ", last, " ", words.back());
}

bool HasCategory(const model::v1::DataClass& data, std::initializer_list<model::v1::DataCategory> categories) {
  return std::any_of(data.categories().begin(), data.categories().end(), [&](int category) {
    return std::find(categories.begin(), categories.end(), category) != categories.end();
  });
}

bool IsAccountData(const model::v1::DataClass& data) {
  return HasCategory(data, {model::v1::DATA_CATEGORY_PAN, model::v1::DATA_CATEGORY_SAD, model::v1::DATA_CATEGORY_PIN});
}

bool IsPersonal(const model::v1::DataClass& data) {
  return HasCategory(data, {model::v1::DATA_CATEGORY_PII, model::v1::DATA_CATEGORY_SPECIAL_PII,
                            model::v1::DATA_CATEGORY_PHI, model::v1::DATA_CATEGORY_PAN, model::v1::DATA_CATEGORY_SAD,
                            model::v1::DATA_CATEGORY_PIN, model::v1::DATA_CATEGORY_SSN}) ||
         (HasCategory(data, {model::v1::DATA_CATEGORY_FINANCIAL}) && data.subject_regions_size() > 0);
}

bool IsRegulated(const model::v1::DataClass& data) {
  return IsPersonal(data) || HasCategory(data, {model::v1::DATA_CATEGORY_FINANCIAL});
}

bool IsConfidential(const model::v1::DataClass& data) {
  return data.confidentiality() >= model::v1::CONFIDENTIALITY_CONFIDENTIAL;
}

bool IsTier0Or1(const model::v1::Component& component) {
  return component.tier() == model::v1::TIER_TIER_0 || component.tier() == model::v1::TIER_TIER_1;
}

std::string Days(int64_t days) {
  const auto unit = [](int64_t count, absl::string_view name) {
    return absl::StrCat(count, " ", name, count == 1 ? "" : "s");
  };
  if (days >= 365 && days % 365 == 0) return unit(days / 365, "year");
  if (days > 365 && days % 30 == 0) return unit(days / 30, "month");
  return unit(days, "day");
}

}  // namespace metapowers::analysis
