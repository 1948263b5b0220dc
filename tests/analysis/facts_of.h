// Facts of small models: a test writes the lists that matter to it, one element a line.
#ifndef METAPOWERS_TESTS_ANALYSIS_FACTS_OF_H_
#define METAPOWERS_TESTS_ANALYSIS_FACTS_OF_H_

#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "service/analysis/facts.h"
#include "service/base/error.h"

namespace metapowers::analysis {

// The lists of a model as YAML, in lines such as "- {id: web, name: Web, kind: process}". `rest` holds any
// further top-level keys. The data classes `cards` (PAN), `people` (personal, subjects in eu and us),
// `accounts` (financial) and `notes` (internal) and a region for each jurisdiction stand ready.
struct ModelText {
  std::string components = "- {id: web, name: Web, kind: process}\n";
  std::string flows = {};
  std::string data_classes =
      "- {id: cards, name: Cards, owner: core, confidentiality: strictly_confidential, categories: [pan]}\n"
      "- {id: people, name: People, owner: core, confidentiality: confidential, categories: [pii], "
      "subject_regions: [eu, us]}\n"
      "- {id: accounts, name: Accounts, owner: core, confidentiality: restricted, categories: [financial]}\n"
      "- {id: notes, name: Notes, owner: core, confidentiality: internal}\n";
  std::string zones =
      "- {id: inside, name: Inside, type: vlan}\n"
      "- {id: vault, name: Vault, type: security_group}\n"
      "- {id: open, name: Open, type: internet}\n"
      "- {id: hosted, name: Hosted, type: saas}\n";
  std::string organization = "{name: Shop Inc.}";
  std::string rest = {};

  std::string Yaml() const {
    std::string yaml = absl::StrCat(
        "schema_version: \"1\"\nid: shop\nname: Shop\ndescription: Sells things.\nas_of: 2026-03-01\n"
        "organization: ",
        organization,
        "\nowner_team: core\n"
        "regions:\n"
        "- {id: eu, jurisdiction: eu}\n- {id: us, jurisdiction: us}\n- {id: uk, jurisdiction: uk}\n"
        "- {id: ch, jurisdiction: ch}\n- {id: us-west, jurisdiction: us}\n"
        "teams:\n- {id: core, name: Core, lead: Head of Core}\n"
        "roles:\n- {id: ciso, title: Security Officer, kind: chief_information_security_officer, team: core}\n"
        "- {id: lead, title: Lead, kind: engineering_lead, team: core}\n");
    const auto add = [&yaml](const char* key, const std::string& list) {
      if (!list.empty()) absl::StrAppend(&yaml, key, ":\n", list);
    };
    add("data_classes", data_classes);
    add("zones", zones);
    add("components", components);
    add("flows", flows);
    return absl::StrCat(yaml, rest);
  }
};

// The facts of `text`; the test fails and stops with the violations when it is no valid model.
inline std::shared_ptr<const Facts> FactsOf(const std::string& yaml) {
  auto model = model::Model::Parse(yaml, "model.yaml");
  if (!model.ok()) {
    std::string faults(model.status().message());
    for (const Violation& v : DetailsOf(model.status()).violations) {
      absl::StrAppend(&faults, "\n", v.location, ": ", v.field, ": ", v.description);
    }
    ADD_FAILURE() << faults << "\n" << yaml;
    std::abort();
  }
  return Facts::Compute(*std::move(model));
}
inline std::shared_ptr<const Facts> FactsOf(const ModelText& text) { return FactsOf(text.Yaml()); }

}  // namespace metapowers::analysis

#endif  // METAPOWERS_TESTS_ANALYSIS_FACTS_OF_H_
