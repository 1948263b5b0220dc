// Reads XML that nobody vouches for, one element after the other. A document type is refused where it begins, so that
// there are no entities but characters by number and the five that XML has; nothing outside of the text is read;
// depth and number of elements and attributes are bounded. No exceptions leave it.
#ifndef METAPOWERS_SERVICE_EVIDENCE_XML_H_
#define METAPOWERS_SERVICE_EVIDENCE_XML_H_

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"
#include "service/model/faults.h"

namespace metapowers::evidence {

// Elements and attributes of one text that are read, those included that nobody keeps.
inline constexpr uint64_t kMaxXmlParts = 4'000'000;

// Where and why a text cannot be read.
struct XmlFault {
  model::Position at;
  std::string cause;
  std::string mend;
};

// Takes the elements of a text in their order.
class XmlHandler {
 public:
  virtual ~XmlHandler() = default;

  // An element begins. `space` is its namespace, `attributes` has those without one. False ends the reading.
  virtual bool Start(absl::string_view space, absl::string_view name,
                     const std::vector<std::pair<absl::string_view, absl::string_view>>& attributes,
                     model::Position at) = 0;
  // It ends; `text` is what stands in it outside of other elements, without outer white space. False ends the reading.
  virtual bool End(absl::string_view text) = 0;
};

// Whether a text is XML or nothing that is read here: its first character is `<`.
bool LooksLikeXml(absl::string_view text);

// Nothing when the text was read to its end, or as far as the handler wanted.
std::optional<XmlFault> ReadXml(absl::string_view text, XmlHandler& handler);

}  // namespace metapowers::evidence

#endif  // METAPOWERS_SERVICE_EVIDENCE_XML_H_
