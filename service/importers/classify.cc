#include "service/importers/classify.h"

#include <algorithm>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "service/base/api_limits.h"
#include "service/base/error.h"
#include "service/evidence/cyclonedx_xml.h"
#include "service/evidence/xml.h"
#include "service/model/faults.h"

namespace metapowers::importers {
namespace {

constexpr char kWholeFile[] = "file";

// What makes a file no text; empty for one that is.
std::string WhyNoText(absl::string_view content) {
  if (absl::StartsWith(content, "\xff\xfe") || absl::StartsWith(content, "\xfe\xff")) {
    return "is UTF-16; save it as UTF-8";
  }
  if (content.find('\0') != absl::string_view::npos) return "is a binary file";
  return "";
}

std::string KnownFormats() {
  return absl::StrJoin(Formats(), ", ",
                       [](std::string* out, const Format& format) { absl::StrAppend(out, format.name); });
}

// Why no format claims a document.
std::string WhyUnknown(const model::YamlNode& root) {
  const model::YamlNode* kind = root.Find("kind");
  const bool manifest = kind != nullptr && !kind->text.empty() && root.Find("metadata") != nullptr;
  if (manifest && root.Find("apiVersion") == nullptr) {
    constexpr size_t kMaxKind = 64;
    return absl::StrCat("is of the kind ", model::Quote(kind->text.substr(0, kMaxKind)),
                        " and has no `apiVersion`, without which Kubernetes takes no object");
  }
  return absl::StrCat("is of no format that is known here (", KnownFormats(), ")");
}

// Whether the line of a fault, `file:line:col`, has a placeholder of a template.
bool IsAtPlaceholder(absl::string_view content, absl::string_view location) {
  const std::vector<absl::string_view> parts = absl::StrSplit(location, ':');
  size_t line = 0;
  if (parts.size() < 3 || !absl::SimpleAtoi(parts[parts.size() - 2], &line) || line == 0) return false;
  size_t begin = 0;
  for (; line > 1 && begin < content.size(); --line) {
    const size_t end = content.find('\n', begin);
    begin = end == absl::string_view::npos ? content.size() : end + 1;
  }
  return absl::StrContains(content.substr(begin, content.find('\n', begin) - begin), "{{");
}

class Classifier {
 public:
  Classifier(Inventory& inventory, FileFaults& faults) : inventory_(inventory), faults_(faults) {}

  void Take(const SourceFile& file) {
    if (file.content.size() > kMaxImportFileBytes) {
      return SkipFile(file, absl::StrCat("has ", file.content.size(), " bytes; the limit is ", kMaxImportFileBytes,
                                         " a file: leave out what is generated in it, or split it"));
    }
    if (const std::string why = WhyNoText(file.content); !why.empty()) return SkipFile(file, why);
    if (absl::StripAsciiWhitespace(file.content).empty()) return SkipFile(file, "is empty");
    const uint64_t rest = kMaxImportNodes - used_;
    if (evidence::LooksLikeXml(file.content)) return TakeXml(file, std::min(model::kMaxTreeNodes, rest));
    model::Faults read;
    auto trees = model::YamlTree::ParseAll(file.content, std::min(model::kMaxTreeNodes, rest), read);
    if (!read.empty()) return TakeFaults(file, trees, read, rest < model::kMaxTreeNodes);
    for (const auto& tree : trees) used_ += tree->root().weight;
    TakeDocuments(file, trees);
    std::move(trees.begin(), trees.end(), std::back_inserter(result_.trees));
  }

  Classified Result() && { return std::move(result_); }

 private:
  using Trees = std::vector<std::unique_ptr<const model::YamlTree>>;

  static const Format* FormatOf(const model::YamlNode& root) {
    if (root.kind != model::YamlNode::Kind::kMap) return nullptr;
    const auto formats = Formats();
    const auto found =
        std::find_if(formats.begin(), formats.end(), [&](const Format& format) { return format.claims(root); });
    return found == formats.end() ? nullptr : &*found;
  }

  void SkipFile(const SourceFile& file, std::string why) {
    inventory_.Skip({file.name, {0, 0}}, kWholeFile, std::move(why));
  }

  void TakeXml(const SourceFile& file, uint64_t max_nodes) {
    evidence::CycloneDxXml xml = evidence::ReadCycloneDxXml(file.content, max_nodes);
    if (xml.fault.has_value()) {
      const std::string why = absl::StrCat(xml.fault->cause, "; ", xml.fault->mend);
      const Spot spot{file.name, xml.fault->at};
      return xml.is_cyclonedx ? faults_.Add(spot, "", why)
                              : SkipFile(file, absl::StrCat("cannot be read as XML: ", LocationOf(spot), ": ", why));
    }
    if (xml.tree == nullptr) return SkipFile(file, "is XML of another kind than CycloneDX, the one that is read");
    used_ += xml.tree->root().weight;
    Trees trees;
    trees.push_back(std::move(xml.tree));
    TakeDocuments(file, trees);
    result_.trees.push_back(std::move(trees.front()));
  }

  // A file that cannot be read as a whole is a fault when it is of a known format, as far as it can be told.
  void TakeFaults(const SourceFile& file, const Trees& trees, const model::Faults& read, bool shared) {
    const std::vector<Violation> violations = DetailsOf(read.ToStatus(file.name)).violations;
    const bool known =
        std::any_of(trees.begin(), trees.end(), [](const auto& tree) { return FormatOf(tree->root()) != nullptr; });
    // A file of a known format may have `{{` in its strings, and be wrong elsewhere.
    if (known ? IsAtPlaceholder(file.content, violations.front().location) : absl::StrContains(file.content, "{{")) {
      SkipFile(file,
               "is a template that was not rendered ({{ … }}): import what it renders to, e.g. the output of "
               "'helm template'");
    } else if (!known) {
      SkipFile(file, absl::StrCat("cannot be read as YAML or JSON: ", violations.front().location, ": ",
                                  violations.front().description));
    } else {
      faults_.Add(file.name, read);
      if (shared) {
        faults_.Add({file.name, {1, 1}}, "",
                    absl::StrCat("all files together may have ", kMaxImportNodes,
                                 " values, those before this one included: import fewer"));
      }
    }
  }

  void TakeDocuments(const SourceFile& file, const Trees& trees) {
    bool any = false;
    for (const auto& tree : trees) {
      const model::YamlNode& root = tree->root();
      if (root.kind == model::YamlNode::Kind::kNull) continue;
      any = true;
      const Format* format = FormatOf(root);
      if (format == nullptr) {
        const bool alone = trees.size() == 1;
        inventory_.Skip({file.name, alone ? model::Position{0, 0} : root.at}, alone ? kWholeFile : "document",
                        WhyUnknown(root));
        continue;
      }
      CheckTags(file.name, *tree, *format);
      result_.documents[format->name].push_back({file.name, &root, file.content, tree.get()});
      NoteImported(file.name, format->name);
    }
    if (!any) SkipFile(file, "has no document in it, only comments");
  }

  void CheckTags(const std::string& file, const model::YamlTree& tree, const Format& format) {
    for (const model::YamlTagged& tagged : tree.tagged()) {
      if (std::find(format.tags.begin(), format.tags.end(), tagged.tag) != format.tags.end()) continue;
      faults_.Add(
          {file, tagged.at}, tagged.path,
          absl::StrCat("the tag ", model::Quote(tagged.tag), " is not understood here: write what it stands for"));
    }
  }

  void NoteImported(const std::string& file, absl::string_view format) {
    for (auto at = result_.imported.rbegin(); at != result_.imported.rend() && at->name() == file; ++at) {
      if (at->format() == format) return;
    }
    v1::ImportedFile& imported = result_.imported.emplace_back();
    imported.set_name(file);
    imported.set_format(std::string(format));
  }

  Inventory& inventory_;
  FileFaults& faults_;
  Classified result_;
  uint64_t used_ = 0;  // nodes of the files so far
};

}  // namespace

Classified Classify(const std::vector<SourceFile>& files, Inventory& inventory, FileFaults& faults) {
  Classifier classifier(inventory, faults);
  for (const SourceFile& file : files) classifier.Take(file);
  return std::move(classifier).Result();
}

}  // namespace metapowers::importers
