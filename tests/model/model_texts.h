// Model texts that tests start from.
#ifndef METAPOWERS_TESTS_MODEL_MODEL_TEXTS_H_
#define METAPOWERS_TESTS_MODEL_MODEL_TEXTS_H_

#include <ostream>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "service/base/error.h"
#include "service/model/model.h"

namespace metapowers::model {

// The smallest valid model: 41 lines, so that what a test appends starts on line 42.
inline constexpr absl::string_view kMinimal = R"(schema_version: "1"
id: shop
name: Shop
description: Sells things.
as_of: 2026-03-01
organization:
  name: Shop Inc.
owner_team: core
regions:
  - id: eu
    jurisdiction: eu
teams:
  - id: core
    name: Core
    lead: Head of Core
  - id: ops
    name: Operations
    lead: Head of Operations
roles:
  - id: ciso
    title: Security Officer
    kind: chief_information_security_officer
    team: core
  - id: lead
    title: Lead
    kind: engineering_lead
    team: ops
data_classes:
  - id: orders
    name: Orders
    owner: core
    confidentiality: internal
zones:
  - id: inside
    name: Inside
    type: vlan
components:
  - id: web
    name: Web
    kind: process
    zone: inside
)";

// Each violation as "location: field: description".
inline std::vector<std::string> Lines(const absl::Status& status) {
  std::vector<std::string> lines;
  for (const Violation& violation : DetailsOf(status).violations) {
    lines.push_back(absl::StrCat(violation.location, ": ", violation.field, ": ", violation.description));
  }
  return lines;
}

inline std::vector<std::string> FaultsOf(absl::string_view yaml) {
  return Lines(Model::Parse(yaml, "m.yaml").status());
}

// A text that must be refused, and how.
struct Case {
  const char* name;
  std::string appended;  // to kMinimal; starts on line 42
  std::vector<std::string> faults;
};

inline void PrintTo(const Case& test, std::ostream* out) { *out << test.name; }

}  // namespace metapowers::model

#endif  // METAPOWERS_TESTS_MODEL_MODEL_TEXTS_H_
