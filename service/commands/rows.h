// How generators put lists into rows. Thread-safe.
#ifndef METAPOWERS_SERVICE_COMMANDS_ROWS_H_
#define METAPOWERS_SERVICE_COMMANDS_ROWS_H_

#include <algorithm>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "metapowers/model/v1/vocabulary.pb.h"

namespace metapowers::commands {

// Order of rows by severity.
inline constexpr model::v1::Severity kWorstFirst[] = {model::v1::SEVERITY_CRITICAL, model::v1::SEVERITY_HIGH,
                                                      model::v1::SEVERITY_MEDIUM, model::v1::SEVERITY_LOW};

// Appends the values to a repeated field.
template <class Range, class Field>
void AddAll(const Range& values, Field* field) {
  for (const auto& value : values) *field->Add() = value;
}

// Appends the value unless the field has it.
template <class Value, class Field>
void AddOnce(const Value& value, Field* field) {
  if (std::find(field->begin(), field->end(), value) == field->end()) *field->Add() = value;
}

// Appends the first `most` values, and "3 more" for the rest.
template <class Field>
void AddFirst(std::vector<std::string> values, size_t most, Field* field) {
  const size_t more = values.size() > most ? values.size() - most : 0;
  if (more > 0) values.resize(most);
  AddAll(values, field);
  if (more > 0) *field->Add() = absl::StrCat(more, " more");
}

}  // namespace metapowers::commands

#endif  // METAPOWERS_SERVICE_COMMANDS_ROWS_H_
