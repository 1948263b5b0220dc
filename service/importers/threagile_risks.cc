// Individual risks and risk tracking: see threagile_context.h.
#include <algorithm>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "service/importers/plain_text.h"
#include "service/importers/threagile_context.h"
#include "service/importers/threagile_words.h"

namespace metapowers::importers::threagile {

namespace pb = model::v1;
using model::Quote;

namespace {

// --- Individual risks: each category and each risk becomes a note that holds all that was said ---

// Adds "label: text" for a field that has a value.
void AddField(Part& part, const char* key, const char* label, std::vector<std::string>& facts) {
  const std::string text = part.Line(key);
  if (!text.empty()) facts.push_back(absl::StrCat(label, ": ", text));
}

void AddWord(Part& part, const char* key, const char* label, absl::Span<const Word> words,
             std::vector<std::string>& facts) {
  (void)part.Choice(key, words);  // reports a word that is none
  AddField(part, key, label, facts);
}

void ImportRisk(Titled& risk, const std::string& category, Context& context) {
  Part& part = risk.part;
  std::vector<std::string> facts;
  AddWord(part, "severity", "severity", kSeverity, facts);
  AddWord(part, "exploitation_likelihood", "likelihood", kLikelihood, facts);
  AddWord(part, "exploitation_impact", "impact", kImpact, facts);
  AddWord(part, "data_breach_probability", "data breach", kProbability, facts);
  const std::set<std::string> breached =
      context.assets.ResolveAll(part.Items("data_breach_technical_assets"), context.findings);
  if (!breached.empty()) facts.push_back(absl::StrCat("breached with it: ", absl::StrJoin(breached, ", ")));
  // In the order in which Threagile writes them into the risk's id.
  std::vector<std::string> id = {category};
  const auto about = [&](const char* key, const Ids* ids) {
    const Item item{part.Raw(key), part.PlaceOf(key)};
    if (item.text.empty()) return;
    id.push_back(item.text);
    if (ids != nullptr) {
      (void)ids->Resolve(item, context.findings);
    } else if (context.links.count(item.text) == 0) {
      context.findings.Fault(item.place, absl::StrCat(Quote(item.text), " is no communication link of this file"));
    }
  };
  about("most_relevant_technical_asset", &context.assets);
  about("most_relevant_communication_link", nullptr);
  about("most_relevant_trust_boundary", &context.boundaries);
  about("most_relevant_shared_runtime", &context.runtimes);
  about("most_relevant_data_asset", &context.data);
  part.ReportUnknown();
  context.findings.Keep(part.place(), absl::StrCat("individual risk ", absl::StrJoin(id, "@"), " (", risk.title,
                                                   "): ", absl::StrJoin(facts, "; ")));
}

void ImportCategory(Titled& category, Context& context) {
  Part& part = category.part;
  std::vector<std::string> facts;
  AddField(part, "description", "description", facts);
  AddField(part, "impact", "impact", facts);
  AddField(part, "asvs", "ASVS", facts);
  AddField(part, "cheat_sheet", "cheat sheet", facts);
  AddField(part, "action", "action", facts);
  AddField(part, "mitigation", "mitigation", facts);
  AddField(part, "check", "check", facts);
  AddWord(part, "function", "function", kFunction, facts);
  AddWord(part, "stride", "STRIDE", kStride, facts);
  AddField(part, "detection_logic", "detection logic", facts);
  AddField(part, "risk_assessment", "risk assessment", facts);
  AddField(part, "false_positives", "false positives", facts);
  AddField(part, "model_failure_possible_reason", "model failure possible", facts);
  AddField(part, "cwe", "CWE", facts);
  const std::string id = part.Raw("id");
  std::vector<Titled> risks = part.Elements("risks_identified");
  part.Ignore({"title"});
  part.ReportUnknown();
  context.findings.Keep(part.place(), absl::StrCat("individual risk category ", id.empty() ? "without id" : id, " (",
                                                   category.title, "): ", absl::StrJoin(facts, "; ")));
  for (Titled& risk : risks) ImportRisk(risk, id, context);
}

// --- Risk tracking ---

// Stands for any element in the ids of risks.
constexpr absl::string_view kAnyElement = "*";

// Whether a category is about the model as a whole: Threagile then names one asset as an example.
bool IsOfTheModel(absl::string_view category) {
  return category == "missing-build-infrastructure" || category == "missing-identity-store" ||
         category == "missing-vault";
}

class Tracking {
 public:
  explicit Tracking(Context& context) : context_(context) {}

  void Import(Titled& tracked) {
    Part& part = tracked.part;
    const std::string risk = OneLineOf(tracked.raw);
    pb::DecisionDraft draft;
    if (!part.Has("status")) {
      context_.findings.Fault(part.PlaceOf("status"), absl::StrCat("must be one of ", ListOf(kRiskStatus)));
    }
    draft.set_status(static_cast<pb::DecisionStatus>(part.Choice("status", kRiskStatus)));
    draft.set_said_as(absl::AsciiStrToLower(part.Line("status")));
    draft.set_rationale(part.Text("justification"));
    draft.set_ticket(part.Line("ticket"));
    draft.set_said_by(part.Line("checked_by"));
    draft.set_said_on(part.Date("date"));
    draft.set_imported_id(risk);
    part.ReportUnknown();
    context_.draft.AddTracked(RiskOf(risk, part.place()), std::move(draft), part.place());
  }

 private:
  // What `category@element@…` is about. What Threagile names is an element of ours, or the data class that the risk is
  // about.
  TrackedRisk RiskOf(absl::string_view id, const Place& place) {
    const std::vector<std::string> parts = absl::StrSplit(id, '@');
    TrackedRisk risk{absl::StrCat("threagile:", parts[0]), {}, ""};
    for (size_t i = 1; i < parts.size(); ++i) {
      const std::string part(absl::StripAsciiWhitespace(parts[i]));
      std::string element = part == kAnyElement ? part : ElementOf(part);
      if (element.empty() && risk.data_class.empty()) risk.data_class = context_.data.Find(part);
      if (element.empty() && risk.data_class.empty()) {
        context_.findings.Warn(place,
                               absl::StrCat("tracks a risk of ", Quote(part), ", which this file does not have; ",
                                            "the draft of the decision keeps that id"));
        element = part;
      }
      if (!element.empty()) risk.elements.push_back(std::move(element));
    }
    if (risk.elements.empty() && risk.data_class.empty()) {
      context_.findings.Warn(place, "names no element: Threagile's ids of risks are category@element");
    }
    if (IsOfTheModel(parts[0])) risk.elements = {std::string(kAnyElement)};
    return risk;
  }

  std::string ElementOf(const std::string& part) const {
    if (const auto link = context_.links.find(part); link != context_.links.end()) return link->second;
    for (const Ids* ids : {&context_.assets, &context_.boundaries, &context_.runtimes}) {
      if (std::string id = ids->Find(part); !id.empty()) return id;
    }
    // Of an access by way of a proxy, later versions name both links.
    const size_t arrow = part.find("->");
    return arrow == std::string::npos ? "" : ElementOf(part.substr(0, arrow));
  }

  Context& context_;
};

}  // namespace

void ImportIndividualRisks(Part& root, Context& context) {
  for (Titled& category : root.Elements("individual_risk_categories")) ImportCategory(category, context);
  // Later versions have a list, whose elements have their title inside.
  for (Titled& category : root.Listed("custom_risk_categories", "title")) ImportCategory(category, context);
}

void ImportTracking(Part& root, Context& context) {
  Tracking tracking(context);
  for (Titled& tracked : root.Elements("risk_tracking")) tracking.Import(tracked);
}

}  // namespace metapowers::importers::threagile
