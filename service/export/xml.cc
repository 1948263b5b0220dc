#include "service/export/xml.h"

namespace metapowers::exporting {
namespace {

constexpr uint32_t kReplacement = 0xFFFD;

bool IsXmlCharacter(uint32_t c) {
  return c == '\t' || c == '\n' || c == '\r' || (c >= 0x20 && c < 0xD800) || (c >= 0xE000 && c < 0xFFFE) ||
         (c >= 0x10000 && c <= 0x10FFFF);
}

// The code point at `at`, which moves behind it; kReplacement, and one byte, where there is none.
uint32_t Next(absl::string_view text, size_t& at) {
  const auto byte = [&text](size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char first = byte(at++);
  if (first < 0x80) return first;
  const size_t more = first >= 0xF0 ? 3 : first >= 0xE0 ? 2 : 1;
  constexpr uint32_t kLeast[] = {0, 0x80, 0x800, 0x10000};
  if (first < 0xC2 || first > 0xF4 || at + more > text.size()) return kReplacement;
  uint32_t code = first & (0x3F >> more);
  for (size_t i = 0; i < more; ++i) {
    if ((byte(at + i) & 0xC0) != 0x80) return kReplacement;
    code = code << 6 | (byte(at + i) & 0x3F);
  }
  if (code < kLeast[more]) return kReplacement;
  at += more;
  return code;
}

void AppendUtf8(uint32_t c, std::string& out) {
  const auto add = [&out](uint32_t byte) { out += static_cast<char>(byte); };
  if (c < 0x80) return add(c);
  if (c < 0x800) {
    add(0xC0 | c >> 6);
  } else if (c < 0x10000) {
    add(0xE0 | c >> 12);
    add(0x80 | (c >> 6 & 0x3F));
  } else {
    add(0xF0 | c >> 18);
    add(0x80 | (c >> 12 & 0x3F));
    add(0x80 | (c >> 6 & 0x3F));
  }
  add(0x80 | (c & 0x3F));
}

}  // namespace

void AppendCodePoint(uint32_t code_point, std::string& out) {
  switch (code_point) {
    case '&':
      out += "&amp;";
      break;
    case '<':
      out += "&lt;";
      break;
    case '>':
      out += "&gt;";
      break;
    case '"':
      out += "&quot;";
      break;
    default:
      AppendUtf8(IsXmlCharacter(code_point) ? code_point : kReplacement, out);
  }
}

void AppendXml(absl::string_view text, std::string& out) {
  for (size_t at = 0; at < text.size();) AppendCodePoint(Next(text, at), out);
}

std::string Xml(absl::string_view text) {
  std::string out;
  AppendXml(text, out);
  return out;
}

}  // namespace metapowers::exporting
