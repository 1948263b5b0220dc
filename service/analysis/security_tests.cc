#include "service/analysis/security_tests.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "service/analysis/attributes.h"
#include "service/analysis/element_team.h"
#include "service/analysis/log_view.h"
#include "service/knowledge/security_tests.h"
#include "service/model/schema.h"

namespace metapowers::analysis {

namespace {

namespace k = knowledge::v1;

constexpr absl::string_view kPci = "pci-dss-4.0.1";

template <class Range, class Value>
bool Has(const Range& range, const Value& value) {
  return std::find(range.begin(), range.end(), value) != range.end();
}

// A population whose conditions are ready; the data is checked by a test.
struct Population {
  k::ThreatSubject subject;
  std::vector<Condition> where;
  std::vector<Condition> unless;

  explicit Population(const k::TestPopulation& row) : subject(row.subject()) {
    for (const k::AttributeMatch& match : row.where()) where.push_back(*Condition::Compile(subject, match));
    for (const k::AttributeMatch& match : row.unless()) unless.push_back(*Condition::Compile(subject, match));
  }

  bool Includes(const Element& element) const {
    const auto holds = [&element](const Condition& condition) { return condition.Judge(element) == Truth::kYes; };
    return std::all_of(where.begin(), where.end(), holds) && std::none_of(unless.begin(), unless.end(), holds);
  }
};

// What tools are chosen by: language of a repository or component, tool of infrastructure code.
std::string LanguageOf(const Element& element) {
  for (const char* name : {"language", "tool"}) {
    const auto* field = element.message->GetDescriptor()->FindFieldByName(name);
    if (field == nullptr || field->is_repeated()) continue;
    if (field->cpp_type() == google::protobuf::FieldDescriptor::CPPTYPE_STRING) {
      return model::StringAt(*element.message, *field, -1);
    }
  }
  return "";
}

// The last test of a kind that the model dates.
struct TestRecord {
  std::string date;
  std::string source;
  int interval_days = 0;  // 0: none declared
};

std::string NextOf(const TestRecord& record) {
  return model::FormatDate(model::ToCivilDay(record.date) + record.interval_days);
}

template <class Range>
bool Intersect(const Range& a, const Range& b) {
  return std::any_of(a.begin(), a.end(), [&b](const auto& value) { return Has(b, value); });
}

const k::TestTool* ToolFor(const k::TestKind& kind, const std::string& language) {
  for (const k::TestTool& tool : kind.tools()) {
    if (tool.languages().empty() || Has(tool.languages(), language)) return &tool;
  }
  return nullptr;
}

}  // namespace

class TestPlanBuilder {
 public:
  TestPlanBuilder(const Threats& threats, const LogSources& sources, const Detections& detections)
      : threats_(threats), detections_(detections), view_(threats.landscape(), sources) {}

  std::unique_ptr<const SecurityTestPlan> Build() {
    const model::Model& model = threats_.landscape().model();
    plan_->service_provider_ =
        Has(model.proto().organization().legal_roles(), model::v1::LEGAL_ROLE_PAYMENT_SERVICE_PROVIDER);
    for (const FrameworkFact& framework : threats_.landscape().facts().frameworks()) {
      if (framework.id == kPci) pci_ = framework.applies;
    }
    AddTests();
    AddControlChecks();
    AddChain();
    return std::unique_ptr<const SecurityTestPlan>(std::move(plan_));
  }

 private:
  void AddTests() {
    for (const k::TestKind& kind : knowledge::SecurityTests().kinds()) {
      if (kind.all_controls()) continue;
      std::map<std::string, SecurityTest> found;  // an element in two populations has one test
      for (const k::TestPopulation& row : kind.populations()) {
        const Population population(row);
        for (const Element& element : threats_.landscape().ElementsOf(population.subject)) {
          if (!population.Includes(element)) continue;
          SecurityTest& test = found[CurrentId(element)];
          if (!test.id.empty()) continue;
          Fill(kind, element, CurrentId(element), test);
          for (const Condition& condition : population.where) test.because.push_back(condition.Say(element));
        }
      }
      for (auto& [id, test] : found) plan_->tests_.push_back(std::move(test));
    }
  }

  void Fill(const k::TestKind& kind, const Element& element, const std::string& id, SecurityTest& test) const {
    test.kind = &kind;
    test.element = element;
    test.element_id = id;
    test.id = absl::StrCat(kind.id(), "@", test.element_id);
    test.tool = ToolFor(kind, LanguageOf(element));
    test.team = TeamOf(element);
    SetInterval(test);
  }

  TestRecord RecordOf(const SecurityTest& test) const {
    const model::v1::SystemModel& proto = threats_.landscape().model().proto();
    if (test.kind->id() == "phishing-exercise") return {"", "", proto.training().phishing_interval_days()};
    if (test.kind->id() == "restore-test") {
      const model::v1::BackupPolicy& backup = test.element.component().facts->component->backup();
      return {backup.last_restore_test(), "backup.last_restore_test", backup.restore_test_interval_days()};
    }
    TestRecord best;
    for (const model::v1::Control& control : proto.controls()) {
      if (control.last_tested().empty() || !IsRecord(control, test)) continue;
      TestRecord record{control.last_tested(), absl::StrCat("control ", control.id()), control.test_interval_days()};
      // Several declared controls put one of the catalogue in place together: each is tested, the next one first.
      const bool better =
          best.date.empty() || (test.kind->all_controls() ? NextOf(record) < NextOf(best) : record.date > best.date);
      if (better) best = std::move(record);
    }
    return best;
  }

  // Whether a test of the declared control is one of this kind on this element.
  static bool IsRecord(const model::v1::Control& control, const SecurityTest& test) {
    if (test.kind->all_controls()) return Has(control.implements(), test.element_id);
    if (!control.components().empty() && !Has(control.components(), test.element_id)) return false;
    return Intersect(control.implements(), test.kind->record_controls()) ||
           Intersect(control.framework_refs(), test.kind->record_references());
  }

  void SetInterval(SecurityTest& test) const {
    const TestRecord record = RecordOf(test);
    test.interval_days = test.kind->interval_days();
    if (record.interval_days > 0) {
      test.interval_days = record.interval_days;
      test.interval_basis = "declared";
    }
    const auto shorten = [&test](int days, const char* basis) {
      if (days <= 0 || (test.interval_days > 0 && days >= test.interval_days)) return;
      test.interval_days = days;
      test.interval_basis = basis;
    };
    if (pci_) {
      shorten(test.kind->pci_interval_days(), "PCI DSS");
      if (plan_->service_provider_) shorten(test.kind->provider_interval_days(), "PCI DSS service provider");
    }
    if (test.interval_days == 0) return;
    const absl::CivilDay as_of = threats_.landscape().model().as_of();
    if (!record.date.empty()) {
      test.last = record.date;
      test.record = record.source;
    }
    const absl::CivilDay next = !test.last.empty()         ? model::ToCivilDay(test.last) + test.interval_days
                                : test.kind->due_at_once() ? as_of
                                                           : as_of + test.interval_days;
    test.next = model::FormatDate(next);
    test.overdue = !test.last.empty() && next < as_of;
  }

  // Tests by what they are done on; those of the whole system try everything.
  const std::vector<size_t>& TestsOn(const ElementRef& element) const {
    static const auto* const none = new std::vector<size_t>();
    const auto found = by_element_.find(element);
    return found == by_element_.end() ? *none : found->second;
  }

  std::set<size_t> TestsOf(const Threat& threat) {
    auto [parts, is_new] = parts_.try_emplace(threat.element.message);
    if (is_new) {
      parts->second = view_.PartsOf(threat.element);
      parts->second.insert(RefTo(threats_.landscape().SystemElement()));
    }
    std::set<size_t> tests;
    for (const ElementRef& part : parts->second) {
      for (const size_t index : TestsOn(part)) {
        const k::TestKind& kind = *plan_->tests_[index].kind;
        if (std::any_of(threat.controls.begin(), threat.controls.end(), [&kind](const ControlOnThreat& control) {
              return Has(kind.controls(), control.control->id());
            })) {
          tests.insert(index);
        }
      }
    }
    return tests;
  }

  // Finds the tests of each threat, and which of its controls none of them tries.
  void AddControlChecks() {
    for (size_t i = 0; i < plan_->tests_.size(); ++i) by_element_[RefTo(plan_->tests_[i].element)].push_back(i);
    std::map<std::string, std::vector<const Threat*>> unchecked;
    for (const ThreatSight& sight : detections_.sights()) {
      const Threat& threat = *sight.threat;
      tests_of_[&threat] = TestsOf(threat);
      for (const ControlOnThreat& control : threat.controls) {
        const std::set<size_t>& tests = tests_of_[&threat];
        if (std::none_of(tests.begin(), tests.end(), [&](size_t index) {
              return Has(plan_->tests_[index].kind->controls(), control.control->id());
            })) {
          unchecked[control.control->id()].push_back(&threat);
        }
      }
    }
    for (const k::TestKind& kind : knowledge::SecurityTests().kinds()) {
      if (!kind.all_controls()) continue;
      for (const auto& [control, threats] : unchecked) {
        SecurityTest test;
        Fill(kind, threats_.landscape().SystemElement(), control, test);
        for (const Threat* threat : threats) tests_of_[threat].insert(plan_->tests_.size());
        plan_->tests_.push_back(std::move(test));
      }
    }
  }

  void AddChain() {
    for (const ThreatSight& sight : detections_.sights()) {
      ChainLink& link = plan_->chain_.emplace_back();
      link.threat = sight.threat;
      link.sight = &sight;
      for (const size_t index : tests_of_[sight.threat]) {
        plan_->tests_[index].threats.push_back(sight.threat);
        link.tests.push_back(&plan_->tests_[index]);
      }
      std::sort(link.tests.begin(), link.tests.end(),
                [](const SecurityTest* a, const SecurityTest* b) { return a->id < b->id; });
    }
  }

  const Threats& threats_;
  const Detections& detections_;
  const LogView view_;
  bool pci_ = false;
  std::map<ElementRef, std::vector<size_t>> by_element_;
  std::map<const google::protobuf::Message*, std::set<ElementRef>> parts_;
  std::map<const Threat*, std::set<size_t>> tests_of_;
  std::unique_ptr<SecurityTestPlan> plan_{new SecurityTestPlan()};
};

std::unique_ptr<const SecurityTestPlan> SecurityTestPlan::Of(const Threats& threats, const LogSources& sources,
                                                             const Detections& detections) {
  return TestPlanBuilder(threats, sources, detections).Build();
}

}  // namespace metapowers::analysis
