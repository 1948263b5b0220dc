#include "service/base/file_path.h"

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"

namespace metapowers {
namespace {

// Windows keeps these names, with any extension, for devices.
bool IsDeviceName(absl::string_view lower) {
  const absl::string_view stem = lower.substr(0, lower.find('.'));
  for (const absl::string_view device : {"con", "prn", "aux", "nul"}) {
    if (stem == device) return true;
  }
  return stem.size() == 4 && absl::ascii_isdigit(stem[3]) &&
         (absl::StartsWith(stem, "com") || absl::StartsWith(stem, "lpt"));
}

// What is wrong with one component; "" when nothing is.
absl::string_view Objection(absl::string_view name) {
  if (name.empty()) return "it has an empty component";
  if (name.size() > 255) return "a component is longer than 255 bytes";
  for (const char c : name) {
    if (!absl::ascii_isalnum(c) && c != '.' && c != '_' && c != '-') {
      return "only letters, digits, '.', '_' and '-' may stand between slashes";
    }
  }
  if (name.front() == '-') return "a component starts with '-'";
  if (name.back() == '.') return "a component ends in '.'";
  const std::string lower = absl::AsciiStrToLower(name);
  if (absl::StartsWith(lower, ".git") && lower != ".gitattributes") return "names of Git's own files are reserved";
  if (IsDeviceName(lower)) return "a component is a device name on Windows";
  return "";
}

}  // namespace

std::string PathObjection(const std::vector<std::string>& components) {
  if (components.size() > kMaxPathComponents) return "it is too deep";
  for (const std::string& component : components) {
    const absl::string_view objection = Objection(component);
    if (!objection.empty()) return std::string(objection);
  }
  return "";
}

}  // namespace metapowers
