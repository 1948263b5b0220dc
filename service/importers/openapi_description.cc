#include "service/importers/openapi_description.h"

#include <iterator>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"

namespace metapowers::importers::openapi {
namespace {

constexpr int kMaxReferences = 32;  // that refer to one another

// `%7B` is `{`.
std::string Unescape(absl::string_view text) {
  std::string out;
  for (size_t i = 0; i < text.size(); ++i) {
    int code = 0;
    if (text[i] == '%' && i + 2 < text.size() && absl::SimpleHexAtoi(text.substr(i + 1, 2), &code)) {
      out += static_cast<char>(code);
      i += 2;
    } else {
      out += text[i];
    }
  }
  return absl::StrReplaceAll(out, {{"~1", "/"}, {"~0", "~"}});
}

std::string TitleOf(const Field& root) {
  const std::string title = root["info"]["title"].Line();
  if (!title.empty()) return title;
  const absl::string_view file = root.document().file;
  const absl::string_view name = file.substr(file.find_last_of("/\\") + 1);
  return std::string(name.substr(0, name.rfind('.')));
}

}  // namespace

Description::Description(const Document& document, Inventory& inventory, Reading& reading)
    : root_(document, reading), inventory_(&inventory), swagger_(root_["swagger"].exists()), title_(TitleOf(root_)) {}

Field Description::Resolve(const Field& field) {
  Field at = field;
  for (int i = 0; at.is_map() && at["$ref"].is_scalar(); ++i) {
    const Field reference = at["$ref"];
    const std::string target = reference.Text();
    const auto tell = [&](absl::string_view why) {
      if (told_.insert(target).second)
        inventory_->Skip(reference.spot(), absl::StrCat("reference ", target), std::string(why));
      return reference["none"];
    };
    if (i == kMaxReferences) return tell("references refer to one another in a circle");
    if (!absl::StartsWith(target, "#")) {
      return tell("it leads into another file, which is not followed; bundle the description into one file");
    }
    const Field next = At(reference, target.substr(1));
    if (!next.exists()) return tell("there is nothing of that name in the file");
    at = next;
  }
  return at;
}

Field Description::At(const Field& reference, absl::string_view pointer) {
  const auto known = known_.find(pointer);
  if (known != known_.end()) return *known->second;
  Field at = root_;
  for (const absl::string_view part : absl::StrSplit(absl::StripPrefix(pointer, "/"), '/')) {
    const std::string key = Unescape(part);
    size_t index = 0;
    if (at.is_list() && absl::SimpleAtoi(key, &index) && index < at.node().items.size()) {
      at = at.Items()[index];
    } else if (!at.is_map()) {
      return reference["none"];
    } else {
      auto [entries, is_new] = entries_.try_emplace(&at.node());
      if (is_new) {
        for (auto& [name, field] : at.Entries()) entries->second.emplace(name, field);
      }
      const auto found = entries->second.find(key);
      if (found == entries->second.end()) return reference["none"];
      at = found->second;
    }
    if (!at.exists()) return reference["none"];
  }
  known_.emplace(std::string(pointer), at);
  return at;
}

std::vector<Operation> OperationsOf(const Field& paths, Description& description) {
  static constexpr absl::string_view kMethods[] = {"get", "put", "post", "delete", "options", "head", "patch", "trace"};
  std::vector<Operation> operations;
  for (const auto& [path, field] : paths.Entries()) {
    if (absl::StartsWith(path, "x-")) continue;
    const Field item = description.Resolve(field);
    if (!item.exists()) continue;
    if (!item.is_map()) {
      item.Fault("must be a mapping of methods");
      continue;
    }
    for (const absl::string_view method : kMethods) {
      const Field operation = item[method];
      if (!operation.exists()) continue;
      if (operation.is_map()) {
        operations.push_back({absl::AsciiStrToUpper(method), path, operation, item});
      } else {
        operation.Fault("must be a mapping that describes the operation");
      }
    }
  }
  return operations;
}

}  // namespace metapowers::importers::openapi
