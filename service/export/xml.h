// Text in markup that is HTML and well-formed XML 1.0 at once. Pure; thread-safe.
#ifndef METAPOWERS_SERVICE_EXPORT_XML_H_
#define METAPOWERS_SERVICE_EXPORT_XML_H_

#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"

namespace metapowers::exporting {

// Appends `text` as character data or as an attribute's value in double quotes. What is no UTF-8 or no character of XML
// becomes U+FFFD.
void AppendXml(absl::string_view text, std::string& out);
std::string Xml(absl::string_view text);

// Appends the character with this number, or U+FFFD.
void AppendCodePoint(uint32_t code_point, std::string& out);

}  // namespace metapowers::exporting

#endif  // METAPOWERS_SERVICE_EXPORT_XML_H_
