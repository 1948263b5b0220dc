#include "service/evidence/xml.h"

#include <expat.h>

#include <limits>
#include <memory>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "service/evidence/evidence.h"

namespace metapowers::evidence {
namespace {

constexpr absl::string_view kByteOrderMark = "\xEF\xBB\xBF";
constexpr char kSeparator = ' ';  // between namespace and name, neither of which has one

// What the parser calls back. It knows texts that end with NUL alone.
class XmlReader {
 public:
  explicit XmlReader(XmlHandler& handler) : handler_(handler), parser_(XML_ParserCreateNS(nullptr, kSeparator)) {}

  std::optional<XmlFault> Read(absl::string_view text) {
    if (parser_ == nullptr) return XmlFault{{}, "there is no memory for a parser of XML", "try again"};
    XML_SetUserData(parser_.get(), this);
    XML_SetElementHandler(parser_.get(), &XmlReader::OnStart, &XmlReader::OnEnd);
    XML_SetCharacterDataHandler(parser_.get(), &XmlReader::OnText);
    XML_SetStartDoctypeDeclHandler(parser_.get(), &XmlReader::OnDoctype);
    if (text.size() > static_cast<size_t>(std::numeric_limits<int>::max())) {
      return XmlFault{{}, "is larger than XML is read", "split the file"};
    }
    // In one piece: pieces make the parser look at a long token again and again.
    const XML_Status status = XML_Parse(parser_.get(), text.data(), static_cast<int>(text.size()), XML_TRUE);
    if (fault_.has_value() || stopped_ || status == XML_STATUS_OK) return fault_;
    return XmlFault{At(),
                    absl::StrCat("the text is no XML from here on: ", XML_ErrorString(XML_GetErrorCode(parser_.get()))),
                    "export the file again"};
  }

 private:
  struct Free {
    void operator()(XML_Parser parser) const { XML_ParserFree(parser); }
  };

  static void OnStart(void* reader, const XML_Char* name, const XML_Char** attributes) {
    static_cast<XmlReader*>(reader)->Start(name, attributes);
  }
  static void OnEnd(void* reader, const XML_Char*) { static_cast<XmlReader*>(reader)->End(); }
  static void OnText(void* reader, const XML_Char* text, int size) {
    XmlReader& self = *static_cast<XmlReader*>(reader);
    if (!self.stopped_ && !self.texts_.empty()) self.texts_.back().append(text, static_cast<size_t>(size));
  }
  static void OnDoctype(void* reader, const XML_Char*, const XML_Char*, const XML_Char*, int) {
    static_cast<XmlReader*>(reader)->Fail(
        "a document type (<!DOCTYPE …>) is not read, since it can define entities without end",
        "take it out, or export the file again without it");
  }

  void Start(absl::string_view name, const XML_Char** attributes) {
    if (stopped_) return;
    attributes_.clear();
    for (size_t i = 0; attributes[i] != nullptr; i += 2) {
      ++parts_;
      if (!absl::StrContains(attributes[i], kSeparator)) attributes_.emplace_back(attributes[i], attributes[i + 1]);
    }
    if (++parts_ > kMaxXmlParts) {
      return Fail(absl::StrCat("the file holds more than ", kMaxXmlParts, " elements and attributes"),
                  "split the report by component");
    }
    if (texts_.size() == static_cast<size_t>(kMaxDepth)) {
      return Fail(absl::StrCat("nested deeper than ", kMaxDepth, " levels"), "export the report again");
    }
    texts_.emplace_back();
    const size_t separator = name.rfind(kSeparator);
    const bool has_space = separator != absl::string_view::npos;
    if (!handler_.Start(has_space ? name.substr(0, separator) : "", has_space ? name.substr(separator + 1) : name,
                        attributes_, At())) {
      Stop();
    }
  }

  void End() {
    if (stopped_) return;
    const std::string text = std::move(texts_.back());
    texts_.pop_back();
    if (!handler_.End(absl::StripAsciiWhitespace(text))) Stop();
  }

  model::Position At() const {
    return {static_cast<int>(XML_GetCurrentLineNumber(parser_.get())),
            static_cast<int>(XML_GetCurrentColumnNumber(parser_.get())) + 1};
  }

  void Fail(std::string cause, std::string mend) {
    if (stopped_) return;
    fault_ = {At(), std::move(cause), std::move(mend)};
    Stop();
  }

  void Stop() {
    stopped_ = true;
    XML_StopParser(parser_.get(), XML_FALSE);
  }

  XmlHandler& handler_;
  const std::unique_ptr<XML_ParserStruct, Free> parser_;
  std::vector<std::pair<absl::string_view, absl::string_view>> attributes_;
  std::vector<std::string> texts_;  // of the elements that are open
  uint64_t parts_ = 0;
  std::optional<XmlFault> fault_;
  bool stopped_ = false;  // the parser may call back once more
};

}  // namespace

bool LooksLikeXml(absl::string_view text) {
  absl::ConsumePrefix(&text, kByteOrderMark);
  return absl::StartsWith(absl::StripLeadingAsciiWhitespace(text), "<");
}

std::optional<XmlFault> ReadXml(absl::string_view text, XmlHandler& handler) { return XmlReader(handler).Read(text); }

}  // namespace metapowers::evidence
