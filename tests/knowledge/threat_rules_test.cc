// The rows behind threats: every id and name in them exists, every text is one plain sentence, and what other tools
// find is found.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <regex>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "metapowers/knowledge/v1/threat_rules.pb.h"
#include "service/knowledge/rules.h"
#include "service/knowledge/threats.h"

namespace metapowers::knowledge {
namespace {

using ::testing::IsEmpty;

const auto& Rules() { return ThreatRules().rules(); }
const auto& QualityRules() { return ThreatRules().model_quality(); }

TEST(ThreatRulesTest, CataloguesKnowEveryIdAndControl) {
  for (const v1::ThreatRule& rule : Rules()) {
    SCOPED_TRACE(rule.id());
    EXPECT_FALSE(rule.cwe().empty()) << "names no weakness";
    for (const std::string& id : rule.cwe()) {
      EXPECT_TRUE(absl::StartsWith(id, "CWE-") && FindWeakness(id) != nullptr) << id;
    }
    for (const std::string& id : rule.capec()) {
      EXPECT_TRUE(absl::StartsWith(id, "CAPEC-") && FindWeakness(id) != nullptr) << id;
    }
    for (const std::string& id : rule.attack()) {
      EXPECT_TRUE(absl::StartsWith(id, "T") && FindWeakness(id) != nullptr) << id;
    }
    EXPECT_LE(rule.cwe_size(), 3) << "more weaknesses than anyone reads";
    EXPECT_LE(rule.capec_size(), 3) << "more attack patterns than anyone reads";
    EXPECT_LE(rule.attack_size(), 3) << "more techniques than anyone reads";
    std::set<std::string> controls;
    for (const v1::ThreatControl& row : rule.controls()) {
      EXPECT_NE(FindControl(row.control()), nullptr) << row.control();
      EXPECT_TRUE(controls.insert(row.control()).second) << row.control() << " stands twice";
    }
  }
}

TEST(ThreatRulesTest, CatalogueNamesWeaknessesOnly) {
  // Views and categories, which others cite as if they were weaknesses.
  for (const char* id : {"CWE-16", "CWE-1008", "CWE-264", "CWE-310", "CWE-699", "CWE-1000"}) {
    EXPECT_EQ(FindWeakness(id), nullptr) << id;
  }
}

// Placeholders of a text that are none.
std::vector<std::string> UnknownPlaceholders(const std::string& text, bool of_flow) {
  std::set<std::string> known = {"{element}", "{name}", "{data}", "{zone}", "{system}", "{team}"};
  if (of_flow) known.insert({"{source}", "{target}", "{protocol}"});
  std::vector<std::string> unknown;
  const std::regex placeholder("\\{[^}]*\\}?");
  for (std::sregex_iterator at(text.begin(), text.end(), placeholder), end; at != end; ++at) {
    if (!known.contains(at->str())) unknown.push_back(at->str());
  }
  return unknown;
}

// What is wrong with a text that documents print; empty when nothing is.
std::vector<std::string> FaultsOf(const std::string& text, bool sentence, bool of_flow) {
  static const auto* const vague = new std::regex(
      "\\b(appropriate|appropriately|adequate|adequately|proper|properly|sufficient|sufficiently|regularly|"
      "periodically|"
      "timely|as needed|where possible|robust|best practices?|etc)\\b",
      std::regex::icase);
  std::vector<std::string> faults;
  if (text.empty()) return {"is missing"};
  std::smatch word;
  if (std::regex_search(text, word, *vague)) faults.push_back(absl::StrCat("is vague: ", word.str()));
  if (absl::StrContains(text, "  ") || text.front() == ' ' || text.back() == ' ') faults.push_back("has stray spaces");
  static const auto* const end = new std::regex("[.!?] +[A-Z]|\n");  // "Art. 28" ends none
  if (std::regex_search(text, *end)) faults.push_back("is more than one sentence");
  const bool ends = absl::EndsWith(text, ".");
  if (ends != sentence) faults.push_back(sentence ? "must end in a full stop" : "must not end in a full stop");
  for (const std::string& each : UnknownPlaceholders(text, of_flow)) {
    faults.push_back(absl::StrCat("has the unknown placeholder ", each));
  }
  return faults;
}

TEST(ThreatRulesTest, TextsAreOnePlainSentenceEach) {
  for (const v1::ThreatRule& rule : Rules()) {
    const bool flow = rule.subject() == v1::THREAT_SUBJECT_FLOW;
    const std::vector<std::tuple<const char*, const std::string*, bool>> texts = {
        {"title", &rule.title(), false},
        {"scenario", &rule.scenario(), true},
        {"precondition", &rule.precondition(), false},
        {"consequence", &rule.consequence(), true},
        {"mitigation", &rule.mitigation(), true},
    };
    for (const auto& [field, text, sentence] : texts) {
      EXPECT_THAT(FaultsOf(*text, sentence, flow), IsEmpty()) << rule.id() << "." << field << ": " << *text;
    }
    for (const std::string* reason : {&rule.likelihood().adjust_reason(), &rule.impact().adjust_reason()}) {
      if (reason->empty()) continue;
      EXPECT_THAT(FaultsOf(*reason, false, flow), IsEmpty()) << rule.id() << ".adjust_reason: " << *reason;
    }
  }
  for (const v1::QualityRule& rule : QualityRules()) {
    const bool flow = rule.subject() == v1::THREAT_SUBJECT_FLOW;
    EXPECT_THAT(FaultsOf(rule.title(), false, flow), IsEmpty()) << rule.id() << ".title: " << rule.title();
    EXPECT_THAT(FaultsOf(rule.advice(), true, flow), IsEmpty()) << rule.id() << ".advice: " << rule.advice();
  }
}

TEST(ThreatRulesTest, FaultsOfTextsAreSeen) {
  EXPECT_THAT(FaultsOf("Set a limit on {element}.", true, false), IsEmpty());
  EXPECT_THAT(FaultsOf("Set a proper limit.", true, false), testing::SizeIs(1));
  EXPECT_THAT(FaultsOf("Set a limit. Then wait.", true, false), testing::SizeIs(1));
  EXPECT_THAT(FaultsOf("Set a limit on {source}.", true, false), testing::SizeIs(1));
  EXPECT_THAT(FaultsOf("Set a limit on {source}.", true, true), IsEmpty());
  EXPECT_THAT(FaultsOf("Set a limit", true, false), testing::SizeIs(1));
}

TEST(ThreatRulesTest, TitlesAreTheirOwn) {
  std::map<std::string, std::string> titles;
  for (const v1::ThreatRule& rule : Rules()) {
    const auto [first, is_new] = titles.emplace(rule.title(), rule.id());
    EXPECT_TRUE(is_new) << rule.id() << " and " << first->second << " have the title " << rule.title();
  }
}

// --- What other tools find -------------------------------------------------------------------------------

// By tool: its rules that some row here says the same as.
std::map<std::string, std::set<std::string>> Covered() {
  std::map<std::string, std::set<std::string>> covered;
  const auto add = [&](const auto& rule) {
    for (const std::string& each : rule.equivalents()) {
      const std::vector<std::string> parts = absl::StrSplit(each, absl::MaxSplits(':', 1));
      ASSERT_EQ(parts.size(), 2u) << rule.id() << ": " << each << " is no tool:rule";
      covered[parts[0]].insert(parts[1]);
    }
  };
  for (const v1::ThreatRule& rule : Rules()) add(rule);
  for (const v1::QualityRule& rule : QualityRules()) add(rule);
  return covered;
}

// `PREFIX01` to `PREFIXcount`.
void AddRange(const std::string& prefix, int count, std::set<std::string>& ids) {
  for (int i = 1; i <= count; ++i) ids.insert(absl::StrCat(prefix, i < 10 ? "0" : "", i));
}

std::set<std::string> PytmThreats() {
  std::set<std::string> ids;
  for (const auto& [prefix, count] : std::map<std::string, int>{{"INP", 41},
                                                                {"AC", 24},
                                                                {"CR", 8},
                                                                {"DS", 6},
                                                                {"SC", 5},
                                                                {"DO", 5},
                                                                {"AA", 4},
                                                                {"DE", 4},
                                                                {"HA", 4},
                                                                {"API", 2},
                                                                {"LB", 1},
                                                                {"DR", 1}}) {
    AddRange(prefix, count, ids);
  }
  return ids;
}

const std::set<std::string>& ThreagileCategories() {
  static const auto* const ids = new std::set<std::string>{"accidental-secret-leak",
                                                           "code-backdooring",
                                                           "container-baseimage-backdooring",
                                                           "container-platform-escape",
                                                           "cross-site-request-forgery",
                                                           "cross-site-scripting",
                                                           "dos-risky-access-across-trust-boundary",
                                                           "incomplete-model",
                                                           "ldap-injection",
                                                           "missing-authentication",
                                                           "missing-authentication-second-factor",
                                                           "missing-build-infrastructure",
                                                           "missing-cloud-hardening",
                                                           "missing-file-validation",
                                                           "missing-hardening",
                                                           "missing-identity-propagation",
                                                           "missing-identity-provider-isolation",
                                                           "missing-identity-store",
                                                           "missing-network-segmentation",
                                                           "missing-vault",
                                                           "missing-vault-isolation",
                                                           "missing-waf",
                                                           "mixed-targets-on-shared-runtime",
                                                           "path-traversal",
                                                           "push-instead-of-pull-deployment",
                                                           "search-query-injection",
                                                           "server-side-request-forgery",
                                                           "service-registry-poisoning",
                                                           "sql-nosql-injection",
                                                           "unchecked-deployment",
                                                           "unencrypted-asset",
                                                           "unencrypted-communication",
                                                           "unguarded-access-from-internet",
                                                           "unguarded-direct-datastore-access",
                                                           "unnecessary-communication-link",
                                                           "unnecessary-data-asset",
                                                           "unnecessary-data-transfer",
                                                           "unnecessary-technical-asset",
                                                           "untrusted-deserialization",
                                                           "wrong-communication-link-content",
                                                           "wrong-trust-boundary-content",
                                                           "xml-external-entity"};
  return *ids;
}

std::set<std::string> OwaspApiRisks() {
  std::set<std::string> ids;
  for (int i = 1; i <= 10; ++i) ids.insert(absl::StrCat("API", i));
  return ids;
}

std::set<std::string> OwaspTop10() {
  std::set<std::string> ids;
  AddRange("A", 10, ids);
  return ids;
}

// Gaps of our own inventory, which a rule may say too.
std::set<std::string> AssetGaps() {
  std::set<std::string> names;
  for (const v1::AssetGapKind& kind : AssetRules().gaps()) {
    names.insert(absl::AsciiStrToLower(absl::StripPrefix(v1::AssetGap_Name(kind.gap()), "ASSET_GAP_")));
  }
  return names;
}

TEST(ThreatRulesTest, CoverWhatOtherToolsFindAndNameNothingElse) {
  ASSERT_EQ(ThreagileCategories().size(), 42u);
  ASSERT_EQ(PytmThreats().size(), 105u);
  const std::map<std::string, std::set<std::string>> known = {{"threagile", ThreagileCategories()},
                                                              {"pytm", PytmThreats()},
                                                              {"owasp-api", OwaspApiRisks()},
                                                              {"owasp-top10", OwaspTop10()}};
  std::map<std::string, std::set<std::string>> covered = Covered();
  for (const std::string& gap : covered["gap"]) EXPECT_TRUE(AssetGaps().contains(gap)) << gap;
  covered.erase("gap");
  for (const auto& [tool, ids] : known) {
    for (const std::string& id : ids) {
      EXPECT_TRUE(covered[tool].contains(id))
          << "no rule says the same as " << tool << ":" << id << "; add it to the equivalents of one, or write one";
    }
  }
  for (const auto& [tool, ids] : covered) {
    ASSERT_TRUE(known.contains(tool)) << tool << " is no tool whose rules we know";
    for (const std::string& id : ids) {
      EXPECT_TRUE(known.at(tool).contains(id)) << tool << " has no rule " << id;
    }
  }
}

// --- Technologies ------------------------------------------------------------------------------------------

TEST(TechnologiesTest, NamesOfOtherToolsAreKnown) {
  for (const char* name : {"unknown-technology",
                           "client-system",
                           "browser",
                           "desktop",
                           "mobile-app",
                           "devops-client",
                           "web-server",
                           "web-application",
                           "application-server",
                           "database",
                           "file-server",
                           "local-file-system",
                           "erp",
                           "cms",
                           "web-service-rest",
                           "web-service-soap",
                           "ejb",
                           "search-index",
                           "search-engine",
                           "service-registry",
                           "reverse-proxy",
                           "load-balancer",
                           "build-pipeline",
                           "sourcecode-repository",
                           "artifact-registry",
                           "code-inspection-platform",
                           "monitoring",
                           "ldap-server",
                           "container-platform",
                           "batch-processing",
                           "event-listener",
                           "identity-provider",
                           "identity-store-ldap",
                           "identity-store-database",
                           "tool",
                           "cli",
                           "task",
                           "function",
                           "gateway",
                           "iot-device",
                           "message-queue",
                           "stream-processing",
                           "service-mesh",
                           "data-lake",
                           "big-data-platform",
                           "report-engine",
                           "ai",
                           "mail-server",
                           "vault",
                           "hsm",
                           "waf",
                           "ids",
                           "ips",
                           "scheduler",
                           "mainframe",
                           "block-storage",
                           "library",
                           "hmi",
                           "plc",
                           "scada",
                           "operational-historian"}) {
    EXPECT_NE(FindTechnology(name), nullptr) << name;
  }
  for (const char* name : {"unknown-protocol",
                           "http",
                           "https",
                           "ws",
                           "wss",
                           "reverse-proxy-web-protocol",
                           "reverse-proxy-web-protocol-encrypted",
                           "mqtt",
                           "jdbc",
                           "jdbc-encrypted",
                           "odbc",
                           "odbc-encrypted",
                           "sql-access-protocol",
                           "sql-access-protocol-encrypted",
                           "nosql-access-protocol",
                           "nosql-access-protocol-encrypted",
                           "binary",
                           "binary-encrypted",
                           "text",
                           "text-encrypted",
                           "ssh",
                           "ssh-tunnel",
                           "smtp",
                           "smtp-encrypted",
                           "pop3",
                           "pop3-encrypted",
                           "imap",
                           "imap-encrypted",
                           "ftp",
                           "ftps",
                           "sftp",
                           "scp",
                           "ldap",
                           "ldaps",
                           "jms",
                           "nfs",
                           "smb",
                           "smb-encrypted",
                           "local-file-access",
                           "nrpe",
                           "xmpp",
                           "iiop",
                           "iiop-encrypted",
                           "jrmp",
                           "jrmp-encrypted",
                           "in-process-library-call",
                           "inter-process-communication",
                           "container-spawning"}) {
    EXPECT_NE(FindProtocol(name), nullptr) << name;
  }
}

TEST(TechnologiesTest, NamesAreReadInAnyCaseAndByAlias) {
  EXPECT_EQ(FindTechnology("PostgreSQL"), FindTechnology("postgres"));
  EXPECT_EQ(FindProtocol("HTTP/2"), FindProtocol("https"));
  EXPECT_EQ(FindTechnology("flux-capacitor"), nullptr);
  ASSERT_NE(FindLanguage("C++"), nullptr);
  EXPECT_FALSE(FindLanguage("C++")->memory_safe());
  EXPECT_TRUE(FindLanguage("Go")->memory_safe());
}

}  // namespace
}  // namespace metapowers::knowledge
