#include "service/analysis/attributes.h"

#include <algorithm>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "service/analysis/computed_attributes.h"
#include "service/analysis/control_posture.h"
#include "service/analysis/terms.h"
#include "service/base/error.h"
#include "service/base/strings.h"
#include "service/knowledge/rules.h"
#include "service/knowledge/threats.h"
#include "service/model/schema.h"

namespace metapowers::analysis {

namespace {

namespace k = knowledge::v1;
using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using k::AttributeMatch;
using k::ThreatSubject;

absl::Status Invalid(absl::string_view what, absl::string_view field) {
  return MakeError(absl::StatusCode::kInvalidArgument, what,
                   {"RULES_INVALID", {}, {{std::string(field), std::string(what), ""}}, ""});
}

const Descriptor* TypeOf(ThreatSubject subject) {
  switch (subject) {
    case k::THREAT_SUBJECT_COMPONENT:
    case k::THREAT_SUBJECT_EXTERNAL_ENTITY:
      return model::v1::Component::descriptor();
    case k::THREAT_SUBJECT_FLOW:
      return model::v1::Flow::descriptor();
    case k::THREAT_SUBJECT_THIRD_PARTY:
      return model::v1::ThirdParty::descriptor();
    case k::THREAT_SUBJECT_REPOSITORY:
      return model::v1::Repository::descriptor();
    case k::THREAT_SUBJECT_PIPELINE:
      return model::v1::Pipeline::descriptor();
    case k::THREAT_SUBJECT_REGISTRY:
      return model::v1::Registry::descriptor();
    case k::THREAT_SUBJECT_IAC_SOURCE:
      return model::v1::IacSource::descriptor();
    case k::THREAT_SUBJECT_API:
      return model::v1::Api::descriptor();
    case k::THREAT_SUBJECT_CREDENTIAL:
      return model::v1::Credential::descriptor();
    case k::THREAT_SUBJECT_KEY:
      return model::v1::CryptoKey::descriptor();
    case k::THREAT_SUBJECT_INFRASTRUCTURE:
      return model::v1::Infrastructure::descriptor();
    case k::THREAT_SUBJECT_SYSTEM:
      return model::v1::SystemModel::descriptor();
    case k::THREAT_SUBJECT_DATA_CLASS:
      return model::v1::DataClass::descriptor();
    case k::THREAT_SUBJECT_ZONE:
      return model::v1::Zone::descriptor();
    default:
      return nullptr;
  }
}

// --- Fields of the model -----------------------------------------------------------------------------

// A path of fields through singular messages.
struct FieldPath {
  std::vector<const FieldDescriptor*> parents;
  const FieldDescriptor* last = nullptr;

  // The message that holds `last`; nullptr when one on the way is unset.
  const Message* Holder(const Message& root) const {
    const Message* at = &root;
    for (const FieldDescriptor* parent : parents) {
      const google::protobuf::Reflection& reflection = *at->GetReflection();
      if (!reflection.HasField(*at, parent)) return nullptr;
      at = &reflection.GetMessage(*at, parent);
    }
    return at;
  }
};

std::optional<FieldPath> FindField(const Descriptor& type, absl::string_view path) {
  FieldPath found;
  const Descriptor* at = &type;
  for (const absl::string_view name : absl::StrSplit(path, '.')) {
    if (found.last != nullptr) {
      if (found.last->is_repeated() || found.last->message_type() == nullptr) return std::nullopt;
      found.parents.push_back(found.last);
      at = found.last->message_type();
    }
    found.last = at->FindFieldByName(std::string(name));
    if (found.last == nullptr) return std::nullopt;
  }
  return found;
}

std::optional<uint64_t> ReadSet(const FieldPath& path, const Message& root) {
  const Message* holder = path.Holder(root);
  if (holder == nullptr) return std::nullopt;
  const google::protobuf::Reflection& reflection = *holder->GetReflection();
  if (path.last->has_presence() && !reflection.HasField(*holder, path.last)) return std::nullopt;
  if (path.last->cpp_type() == FieldDescriptor::CPPTYPE_BOOL) {
    return uint64_t{1} << (reflection.GetBool(*holder, path.last) ? 1 : 0);
  }
  if (!path.last->is_repeated()) {
    const int value = reflection.GetEnumValue(*holder, path.last);
    if (value == 0) return std::nullopt;
    return uint64_t{1} << value;
  }
  uint64_t bits = 0;
  for (int i = 0; i < reflection.FieldSize(*holder, path.last); ++i) {
    bits |= uint64_t{1} << reflection.GetRepeatedEnumValue(*holder, path.last, i);
  }
  return bits;
}

std::optional<double> ReadNumber(const FieldPath& path, const Message& root) {
  const Message* holder = path.Holder(root);
  if (path.last->is_repeated()) return holder == nullptr ? 0 : holder->GetReflection()->FieldSize(*holder, path.last);
  if (holder == nullptr || !model::IsSet(*holder, *path.last)) return std::nullopt;
  const google::protobuf::Reflection& reflection = *holder->GetReflection();
  switch (path.last->cpp_type()) {
    case FieldDescriptor::CPPTYPE_INT32:
      return reflection.GetInt32(*holder, path.last);
    case FieldDescriptor::CPPTYPE_INT64:
      return static_cast<double>(reflection.GetInt64(*holder, path.last));
    case FieldDescriptor::CPPTYPE_DOUBLE:
      return reflection.GetDouble(*holder, path.last);
    default:
      return std::nullopt;
  }
}

std::vector<std::string> ReadTexts(const FieldPath& path, const Message& root) {
  const Message* holder = path.Holder(root);
  if (holder == nullptr || !model::IsSet(*holder, *path.last)) return {};
  if (!path.last->is_repeated()) return {model::StringAt(*holder, *path.last, -1)};
  std::vector<std::string> texts;
  for (int i = 0; i < holder->GetReflection()->FieldSize(*holder, path.last); ++i) {
    texts.push_back(model::StringAt(*holder, *path.last, i));
  }
  return texts;
}

// "container image signed" for `container.image_signed`.
std::string InWords(absl::string_view attribute) {
  return absl::StrReplaceAll(knowledge::Word(attribute), {{".", " "}});
}

std::string Spaced(absl::string_view name) { return absl::StrReplaceAll(name, {{"_", " "}}); }

bool IsTruth(absl::string_view value) {
  return value == "yes" || value == "no" || value == "true" || value == "false" || value == "unknown";
}

// What stands between the words of an attribute and its value. It is no verb where the words are a statement ("deploys
// to", "serves API") or name a list that often has one entry ("formats accepted").
std::string LinkOf(absl::string_view words, const std::vector<std::string>& values) {
  static const auto* const verbless = new std::set<absl::string_view>{
      "deploys", "expires", "formats", "managers", "receives", "runs", "sends", "stores", "used"};
  const std::vector<absl::string_view> each = absl::StrSplit(words, ' ');
  const bool truth = !values.empty() && std::all_of(values.begin(), values.end(), IsTruth);
  if (truth || std::any_of(each.begin(), each.end(), [](absl::string_view word) { return verbless->contains(word); })) {
    return ": ";
  }
  const absl::string_view last = each.back();
  const bool plural = absl::EndsWith(last, "s") && !absl::EndsWith(last, "ss") && !absl::EndsWith(last, "us");
  if (each.front() == "number") return " is ";
  return plural ? " are " : " is ";
}

// Attributes whose names say too little to a reader.
std::string AttributeInWords(absl::string_view attribute) {
  static const auto* const words = new std::map<absl::string_view, std::string>{
      {"baa", "business associate agreement"}, {"dpa", "data processing agreement"},
      {"family", "protocol family"},           {"immutable_tags", "protection of tags"},
      {"min_tls", "lowest TLS version"},       {"state_encrypted", "encryption of the state"}};
  const auto found = words->find(attribute);
  return found == words->end() ? InWords(attribute) : found->second;
}

Truth ToTruth(bool value) { return value ? Truth::kYes : Truth::kNo; }

}  // namespace

// --- Compiled conditions -------------------------------------------------------------------------------

struct Condition::Compiled {
  using SetReader = std::function<std::optional<uint64_t>(const Element&)>;
  using NumberReader = std::function<std::optional<double>(const Element&)>;
  using TextReader = std::function<std::vector<std::string>(const Element&)>;

  // The elements that the attribute is read from; any of them may decide.
  enum class Step { kSource, kTarget, kInbound, kOutbound, kSystem };
  std::vector<Step> steps;
  std::string words;    // the attribute as written, without steps, in words
  std::string link;     // between the words and the value
  std::string field;    // "Flow.authentication"; empty for those computed from others
  std::string control;  // of a posture condition
  k::MatchOperator op = k::MATCH_OPERATOR_UNSPECIFIED;
  bool says_why = true;  // an unknown attribute is refused with what was probably meant

  // One of these three is set.
  SetReader set;
  NumberReader number;
  TextReader text;

  std::vector<std::string> names;  // of the bits of `set`
  std::vector<std::string> shown;  // the same in words; computed ones are no values of the shipped list of words
  uint64_t mask = 0;               // wanted bits
  double bound = 0;                // wanted number
  std::set<std::string> wanted;    // wanted texts

  Truth JudgeHere(const Element& element) const;
  Truth JudgeText(const Element& element) const;
  std::string ValueHere(const Element& element) const;
  // Calls `visit` with each element at the end of the steps, until it returns true.
  void Visit(const Element& element, size_t step, const std::function<bool(const Element&)>& visit, bool& stop) const;

  absl::Status Resolve(ThreatSubject subject, const AttributeMatch& match);
  void PrepareWords();
  absl::Status ResolveName(ThreatSubject subject, absl::string_view name, const AttributeMatch& match);
  absl::Status ResolveField(const FieldPath& path, const AttributeMatch& match);
  absl::Status ResolveSet(const AttributeMatch& match);
  absl::Status ResolveBound(const AttributeMatch& match);
};

Truth Condition::Compiled::JudgeText(const Element& element) const {
  const std::vector<std::string> values = text(element);
  if (values.empty()) return op == k::MATCH_OPERATOR_SET ? Truth::kNo : Truth::kUnknown;
  switch (op) {
    case k::MATCH_OPERATOR_SET:
      return Truth::kYes;
    case k::MATCH_OPERATOR_AFTER_AS_OF:
      return ToTruth(model::IsDate(values[0]) && model::ToCivilDay(values[0]) > element.landscape->model().as_of());
    default: {
      const bool any =
          std::any_of(values.begin(), values.end(), [&](const std::string& value) { return wanted.count(value) > 0; });
      return ToTruth(any == (op == k::MATCH_OPERATOR_IN));
    }
  }
}

Truth Condition::Compiled::JudgeHere(const Element& element) const {
  if (text) return JudgeText(element);
  if (number) {
    const std::optional<double> value = number(element);
    if (op == k::MATCH_OPERATOR_SET) return ToTruth(value.has_value() && *value != 0);
    if (!value.has_value()) return Truth::kUnknown;
    return ToTruth(op == k::MATCH_OPERATOR_AT_LEAST ? *value >= bound : *value <= bound);
  }
  const std::optional<uint64_t> bits = set(element);
  if (op == k::MATCH_OPERATOR_SET) return ToTruth(bits.has_value() && *bits != 0);
  if (!bits.has_value()) return Truth::kUnknown;
  return ToTruth(((*bits & mask) != 0) == (op != k::MATCH_OPERATOR_NOT_IN));
}

std::string Condition::Compiled::ValueHere(const Element& element) const {
  if (text) {
    const std::vector<std::string> values = text(element);
    return values.empty() ? "unknown" : Enumerate(values);
  }
  if (number) {
    const std::optional<double> value = number(element);
    return value.has_value() ? absl::StrCat(*value) : "unknown";
  }
  const std::optional<uint64_t> bits = set(element);
  if (!bits.has_value()) return "unknown";
  // Of many values those that were asked for say why.
  const uint64_t told = (*bits & mask) != 0 && op != k::MATCH_OPERATOR_NOT_IN ? *bits & mask : *bits;
  std::vector<std::string> values;
  for (size_t i = 0; i < shown.size(); ++i) {
    if ((told >> i & 1) != 0) values.push_back(shown[i]);
  }
  return values.empty() ? "none" : Enumerate(values);
}

void Condition::Compiled::Visit(const Element& element, size_t step, const std::function<bool(const Element&)>& visit,
                                bool& stop) const {
  if (stop) return;
  if (step == steps.size()) {
    stop = visit(element);
    return;
  }
  const Landscape& landscape = *element.landscape;
  switch (steps[step]) {
    case Step::kSource:
      return Visit(landscape.ComponentElement(element.flow().source), step + 1, visit, stop);
    case Step::kTarget:
      return Visit(landscape.ComponentElement(element.flow().target), step + 1, visit, stop);
    case Step::kSystem:
      return Visit(landscape.SystemElement(), step + 1, visit, stop);
    case Step::kInbound:
    case Step::kOutbound: {
      const ComponentView& view = element.component();
      for (const int flow : steps[step] == Step::kInbound ? view.inbound : view.outbound) {
        Visit(landscape.FlowElement(flow), step + 1, visit, stop);
      }
    }
  }
}

absl::Status Condition::Compiled::Resolve(ThreatSubject subject, const AttributeMatch& match) {
  op = match.operator_();
  absl::string_view rest = match.attribute();
  for (;;) {
    const bool component = subject == k::THREAT_SUBJECT_COMPONENT || subject == k::THREAT_SUBJECT_EXTERNAL_ENTITY;
    const bool flow = subject == k::THREAT_SUBJECT_FLOW;
    if (flow && absl::ConsumePrefix(&rest, "source.")) {
      steps.push_back(Step::kSource);
      subject = k::THREAT_SUBJECT_COMPONENT;
    } else if (flow && absl::ConsumePrefix(&rest, "target.")) {
      steps.push_back(Step::kTarget);
      subject = k::THREAT_SUBJECT_COMPONENT;
    } else if (component && absl::ConsumePrefix(&rest, "inbound.")) {
      steps.push_back(Step::kInbound);
      subject = k::THREAT_SUBJECT_FLOW;
    } else if (component && absl::ConsumePrefix(&rest, "outbound.")) {
      steps.push_back(Step::kOutbound);
      subject = k::THREAT_SUBJECT_FLOW;
    } else if (absl::ConsumePrefix(&rest, "system.")) {
      steps.push_back(Step::kSystem);
      subject = k::THREAT_SUBJECT_SYSTEM;
    } else {
      break;
    }
  }
  const absl::Status status = ResolveName(subject, rest, match);
  if (status.ok()) PrepareWords();
  return status;
}

// Reasons are said for each threat: what does not depend on the element is put together once.
void Condition::Compiled::PrepareWords() {
  link = LinkOf(words, names);
  for (const std::string& name : names) {
    shown.push_back(name == "true"    ? "yes"
                    : name == "false" ? "no"
                    : field.empty()   ? Spaced(name)
                                      : knowledge::Word(name));
  }
}

absl::Status Condition::Compiled::ResolveName(ThreatSubject subject, absl::string_view attribute,
                                              const AttributeMatch& match) {
  words = AttributeInWords(attribute);
  absl::string_view key = attribute;
  if (absl::ConsumePrefix(&key, "posture.")) {
    control = std::string(key);
    if (knowledge::FindControl(key) == nullptr) {
      std::vector<std::string> keys;
      for (const auto& row : knowledge::SecurityControls().controls()) keys.push_back(row.id());
      return Invalid(absl::StrCat("'", key, "' is no control of the catalogue", DidYouMean(key, keys)),
                     match.attribute());
    }
    names = model::ValueNames(*model::v1::PostureState_descriptor());
    set = [control = control](const Element& element) -> std::optional<uint64_t> {
      const model::v1::PostureState state = PostureOf(element, control).state;
      if (state == model::v1::POSTURE_STATE_UNSPECIFIED) return std::nullopt;
      return uint64_t{1} << state;
    };
    return ResolveSet(match);
  }
  for (const SetAttribute& computed : ComputedSets(subject)) {
    if (computed.name != attribute) continue;
    set = computed.read;
    names = computed.values;
    field = computed.field;
    return ResolveSet(match);
  }
  for (const NumberAttribute& computed : ComputedNumbers(subject)) {
    if (computed.name != attribute) continue;
    number = computed.read;
    return ResolveBound(match);
  }
  const Descriptor* type = TypeOf(subject);
  const std::optional<FieldPath> path = type == nullptr ? std::nullopt : FindField(*type, attribute);
  if (!path.has_value()) {
    if (!says_why) return absl::NotFoundError("");
    return Invalid(absl::StrCat("'", attribute, "' is no attribute of a ",
                                absl::AsciiStrToLower(
                                    absl::StrReplaceAll(k::ThreatSubject_Name(subject).substr(15), {{"_", " "}})),
                                DidYouMean(attribute, AttributeNames(subject))),
                   match.attribute());
  }
  return ResolveField(*path, match);
}

absl::Status Condition::Compiled::ResolveField(const FieldPath& path, const AttributeMatch& match) {
  field = absl::StrCat(path.last->containing_type()->name(), ".", path.last->name());
  switch (path.last->cpp_type()) {
    case FieldDescriptor::CPPTYPE_ENUM:
      names = model::ValueNames(*path.last->enum_type());
      set = [path](const Element& element) { return ReadSet(path, *element.message); };
      return ResolveSet(match);
    case FieldDescriptor::CPPTYPE_BOOL:
      names = {"false", "true"};
      set = [path](const Element& element) { return ReadSet(path, *element.message); };
      return ResolveSet(match);
    case FieldDescriptor::CPPTYPE_STRING:
      if (!path.last->is_repeated() || (op != k::MATCH_OPERATOR_AT_LEAST && op != k::MATCH_OPERATOR_AT_MOST)) {
        text = [path](const Element& element) { return ReadTexts(path, *element.message); };
        wanted.insert(match.values().begin(), match.values().end());
        const bool compares = op == k::MATCH_OPERATOR_IN || op == k::MATCH_OPERATOR_NOT_IN;
        if (compares && wanted.empty()) return Invalid("needs values", match.attribute());
        if (compares || op == k::MATCH_OPERATOR_SET || op == k::MATCH_OPERATOR_AFTER_AS_OF) return absl::OkStatus();
        return Invalid("a text knows IN, NOT_IN, SET and AFTER_AS_OF", match.attribute());
      }
      [[fallthrough]];
    default:
      if (!path.last->is_repeated() && path.last->message_type() != nullptr) {
        return Invalid("is a group of fields; name one of them", match.attribute());
      }
      if (path.last->is_repeated()) words = absl::StrCat("number of ", words);
      number = [path](const Element& element) { return ReadNumber(path, *element.message); };
      return ResolveBound(match);
  }
}

absl::Status Condition::Compiled::ResolveSet(const AttributeMatch& match) {
  if (op == k::MATCH_OPERATOR_SET) return absl::OkStatus();
  const bool ordered = op == k::MATCH_OPERATOR_AT_LEAST || op == k::MATCH_OPERATOR_AT_MOST;
  if (!ordered && op != k::MATCH_OPERATOR_IN && op != k::MATCH_OPERATOR_NOT_IN) {
    return Invalid("a set of values knows IN, NOT_IN, SET, AT_LEAST and AT_MOST", match.attribute());
  }
  if (match.values().empty() || (ordered && match.values_size() > 1)) {
    return Invalid(ordered ? "needs one value" : "needs values", match.attribute());
  }
  for (const std::string& value : match.values()) {
    const auto found = std::find(names.begin(), names.end(), value);
    if (found == names.end() || value == "unknown") {
      return Invalid(absl::StrCat("'", value, "' is no value of ", match.attribute(), DidYouMean(value, names)),
                     match.attribute());
    }
    const int bit = static_cast<int>(found - names.begin());
    if (op == k::MATCH_OPERATOR_AT_LEAST) {
      mask = ~uint64_t{0} << bit;
    } else if (op == k::MATCH_OPERATOR_AT_MOST) {
      mask = (uint64_t{2} << bit) - 1;
    } else {
      mask |= uint64_t{1} << bit;
    }
  }
  return absl::OkStatus();
}

absl::Status Condition::Compiled::ResolveBound(const AttributeMatch& match) {
  if (op == k::MATCH_OPERATOR_SET) return absl::OkStatus();
  if (op != k::MATCH_OPERATOR_AT_LEAST && op != k::MATCH_OPERATOR_AT_MOST) {
    return Invalid("a number knows AT_LEAST, AT_MOST and SET", match.attribute());
  }
  if (match.values_size() != 1 || !absl::SimpleAtod(match.values(0), &bound)) {
    return Invalid("needs one number", match.attribute());
  }
  return absl::OkStatus();
}

// --- Condition -----------------------------------------------------------------------------------------

Condition::Condition(std::unique_ptr<Compiled> compiled) : compiled_(std::move(compiled)) {}
Condition::Condition(Condition&&) noexcept = default;
Condition& Condition::operator=(Condition&&) noexcept = default;
Condition::~Condition() = default;

absl::StatusOr<Condition> Condition::Compile(ThreatSubject subject, const AttributeMatch& match) {
  auto compiled = std::make_unique<Compiled>();
  const absl::Status status = compiled->Resolve(subject, match);
  if (!status.ok()) return status;
  return Condition(std::move(compiled));
}

std::optional<Condition> Condition::TryCompile(ThreatSubject subject, const AttributeMatch& match) {
  auto compiled = std::make_unique<Compiled>();
  compiled->says_why = false;
  if (!compiled->Resolve(subject, match).ok()) return std::nullopt;
  return Condition(std::move(compiled));
}

Truth Condition::Judge(const Element& element) const {
  if (compiled_->steps.empty()) return compiled_->JudgeHere(element);
  Truth truth = Truth::kNo;
  bool stop = false;
  compiled_->Visit(
      element, 0,
      [&](const Element& at) {
        truth = std::max(truth, compiled_->JudgeHere(at));
        return truth == Truth::kYes;
      },
      stop);
  return truth;
}

std::string Condition::Say(const Element& element) const {
  const std::string& words = compiled_->words;
  if (compiled_->steps.empty()) return absl::StrCat(words, compiled_->link, compiled_->ValueHere(element));
  // Of several elements the one that decides.
  Truth best = Truth::kNo;
  std::string said;
  bool stop = false;
  compiled_->Visit(
      element, 0,
      [&](const Element& at) {
        const Truth truth = compiled_->JudgeHere(at);
        if (said.empty() || truth > best) {
          const bool system = at.subject == k::THREAT_SUBJECT_SYSTEM;
          said = absl::StrCat(words, system ? "" : absl::StrCat(" of ", CurrentId(at)), compiled_->link,
                              compiled_->ValueHere(at));
          best = truth;
        }
        return truth == Truth::kYes;
      },
      stop);
  return said.empty() ? absl::StrCat("no flow has ", words) : said;
}

const std::string& Condition::Field() const { return compiled_->field; }
const std::string& Condition::Control() const { return compiled_->control; }

std::vector<std::string> AttributeNames(ThreatSubject subject) {
  std::set<std::string> names;
  for (const SetAttribute& attribute : ComputedSets(subject)) names.insert(attribute.name);
  for (const NumberAttribute& attribute : ComputedNumbers(subject)) names.insert(attribute.name);
  const std::function<void(const Descriptor&, const std::string&, int)> add =
      [&](const Descriptor& type, const std::string& prefix, int depth) {
        for (int i = 0; i < type.field_count(); ++i) {
          const FieldDescriptor& field = *type.field(i);
          if (field.message_type() != nullptr && !field.is_repeated()) {
            if (depth < 2) add(*field.message_type(), absl::StrCat(prefix, field.name(), "."), depth + 1);
          } else {
            names.insert(absl::StrCat(prefix, field.name()));
          }
        }
      };
  if (const Descriptor* type = TypeOf(subject)) add(*type, "", 0);
  return {names.begin(), names.end()};
}

}  // namespace metapowers::analysis
