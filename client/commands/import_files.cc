#include "client/commands/import_files.h"

#include <algorithm>
#include <filesystem>
#include <memory>
#include <set>
#include <system_error>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "client/commands/shared.h"
#include "metapowers/v1/model_service.grpc.pb.h"
#include "service/base/api_limits.h"
#include "service/base/strings.h"

namespace metapowers::client {
namespace {

namespace fs = std::filesystem;
using metapowers::v1::SkippedItem;

// Folders below the one named; deeper ones are left out.
constexpr int kMaxFolders = 64;
// Entries of folders that are looked at.
constexpr int kMaxEntries = 200'000;

// Of XML, the names that CycloneDX gives its files: a folder of sources is full of other XML.
bool IsWanted(const fs::path& name) {
  const std::string extension = absl::AsciiStrToLower(name.extension().string());
  if (extension == ".xml") {
    const std::string file = absl::AsciiStrToLower(name.filename().string());
    return file == "bom.xml" || absl::EndsWith(file, ".cdx.xml");
  }
  return extension == ".yaml" || extension == ".yml" || extension == ".json";
}

bool IsPassedOver(const fs::path& name) { return absl::StartsWith(name.string(), ".") || name == "node_modules"; }

class Finder {
 public:
  explicit Finder(size_t limit) : limit_(limit) {}

  void Take(const std::string& path) {
    std::error_code error;
    if (path != "-" && fs::is_directory(path, error)) {
      root_ = fs::canonical(path, error);
      if (error) return Problem(path, error.message());
      named_ = path;
      return Walk(path, 0);
    }
    named_.clear();
    if (path != "-" && !fs::exists(path, error)) return Problem(path, "there is no such file or folder");
    AddFile(path);
  }

  ImportPaths Result() && { return std::move(found_); }
  bool failed() const { return !found_.problem.empty(); }

 private:
  void Problem(const std::string& path, const std::string& what) {
    found_.problem = absl::StrCat("cannot read '", path, "': ", what);
  }

  void AddFile(const std::string& path) {
    std::error_code error;
    const fs::path one = path == "-" ? fs::path("-") : fs::canonical(path, error);
    if (!error && !taken_.insert(one.string()).second) return;
    if (found_.files.size() == limit_) {
      found_.problem = absl::StrCat("there are more than ", limit_, " files to import", named_.empty() ? "" : " in '",
                                    named_, named_.empty() ? "" : "'");
      return;
    }
    found_.files.push_back(path == "-" ? path : fs::path(path).lexically_normal().string());
    std::string name = NameOf(found_.files.back());
    if (!names_.insert(name).second) name = found_.files.back();
    found_.names.push_back(OneLine(name));
  }

  std::string NameOf(const std::string& path) const {
    if (path == "-") return "standard input";
    const fs::path below = path;
    if (below.is_relative() && *below.begin() != "..") return path;
    if (named_.empty()) return below.filename().string();
    return (root_.filename() / below.lexically_relative(fs::path(named_).lexically_normal()))
        .lexically_normal()
        .string();
  }

  void Skip(const fs::path& path, const std::string& item, const std::string& reason) {
    SkippedItem& skipped = found_.skipped.emplace_back();
    skipped.set_location(OneLine(path.lexically_normal().string()));
    skipped.set_item(item);
    skipped.set_reason(reason);
  }

  void Walk(const fs::path& folder, int depth) {
    std::error_code error;
    std::vector<fs::directory_entry> entries;
    for (fs::directory_iterator at(folder, error), end; !error && at != end; at.increment(error)) {
      entries.push_back(*at);
      if (++entries_ > kMaxEntries) {
        found_.problem = absl::StrCat("'", named_, "' has more than ", kMaxEntries, " entries");
        return;
      }
    }
    if (error) return Skip(folder, "folder", absl::StrCat("cannot be read: ", error.message()));
    std::sort(entries.begin(), entries.end());
    for (const fs::directory_entry& entry : entries) {
      if (failed()) return;
      Look(entry, depth);
    }
  }

  void Look(const fs::directory_entry& entry, int depth) {
    std::error_code error;
    if (IsPassedOver(entry.path().filename())) return;
    if (entry.is_symlink(error)) return LookAtLink(entry.path());
    if (entry.is_directory(error)) {
      if (depth == kMaxFolders)
        return Skip(entry.path(), "folder", absl::StrCat("lies more than ", kMaxFolders, " folders deep"));
      return Walk(entry.path(), depth + 1);
    }
    if (entry.is_regular_file(error) && IsWanted(entry.path().filename())) AddFile(entry.path().string());
  }

  // What it leads to inside the folder is found there.
  void LookAtLink(const fs::path& link) {
    std::error_code error;
    const fs::path target = fs::canonical(link, error);
    const bool folder = !error && fs::is_directory(target, error);
    if (!folder && !IsWanted(link.filename())) return;
    if (error) return Skip(link, "link", "leads nowhere");
    const fs::path below = target.lexically_relative(root_);
    if (below.empty() || *below.begin() == "..") {
      Skip(link, "link", "leads out of the folder named: name what it leads to, if it is of the system");
    }
  }

  const size_t limit_;
  fs::path root_;
  std::string named_;
  std::set<std::string> taken_;
  std::set<std::string> names_;
  int entries_ = 0;
  ImportPaths found_;
};

}  // namespace

ImportPaths FindImportFiles(const std::vector<std::string>& paths, size_t limit) {
  Finder finder(limit);
  for (const std::string& path : paths) {
    if (!finder.failed()) finder.Take(path);
  }
  return std::move(finder).Result();
}

bool ReadImportFiles(Session& session, const std::vector<std::string>& paths,
                     google::protobuf::RepeatedPtrField<metapowers::v1::ImportFile>* files,
                     std::vector<SkippedItem>* skipped, int* exit_code) {
  ImportPaths found = FindImportFiles(paths, kMaxImportFiles);
  *skipped = std::move(found.skipped);
  if (found.problem.empty() && found.files.empty()) {
    found.problem =
        "no file to import was found: the names of YAML and JSON files end in .yaml, .yml or .json, those of "
        "CycloneDX XML are bom.xml or end in .cdx.xml";
  }
  if (!found.problem.empty()) {
    *exit_code =
        session.Fail(kExitInvalid, found.problem, "name the files and folders of one system, or - for standard input");
    return false;
  }
  size_t bytes = 0;
  for (size_t i = 0; i < found.files.size(); ++i) {
    const std::string& path = found.files[i];
    const std::string& name = found.names[i];
    std::string content;
    if (const std::string problem = ReadBytes(path, kMaxImportFileBytes, &content); !problem.empty()) {
      *exit_code = session.Fail(kExitInvalid, absl::StrCat("cannot read '", path, "': ", problem),
                                "name files that you may read, or - for standard input");
      return false;
    }
    if (content.size() > kMaxImportFileBytes) {
      SkippedItem& item = skipped->emplace_back();
      item.set_location(name);
      item.set_item("file");
      item.set_reason(absl::StrCat("has more than ", kMaxImportFileBytes >> 20,
                                   " MB, which is the limit a file: leave out what is generated in it, or split it"));
      continue;
    }
    bytes += content.size();
    if (bytes > kMaxImportBytes) {
      *exit_code = session.Fail(
          kExitInvalid, absl::StrCat("the files to import have more than ", kMaxImportBytes >> 20, " MB together"),
          "name fewer files: those that show services, stores and how they talk");
      return false;
    }
    auto& file = *files->Add();
    file.set_name(name);
    file.set_content(std::move(content));
  }
  return true;
}

bool ImportFrom(Session& session, const std::vector<std::string>& paths, const std::string& topic,
                metapowers::v1::ImportModelResponse* imported, int* exit_code) {
  metapowers::v1::ImportModelRequest request;
  request.set_topic_id(topic);
  std::vector<SkippedItem> skipped;
  if (!ReadImportFiles(session, paths, request.mutable_files(), &skipped, exit_code)) return false;
  if (request.files().empty()) {
    *exit_code =
        session.Fail(kExitInvalid, absl::StrCat(skipped.front().location(), " ", skipped.front().reason()), "");
    return false;
  }
  const std::shared_ptr<grpc::Channel> channel = session.Channel(exit_code);
  if (channel == nullptr) return false;
  const auto models = metapowers::v1::ModelService::NewStub(channel);
  const auto context = session.NewContext();
  if (const auto status = models->ImportModel(context.get(), request, imported); !status.ok()) {
    *exit_code = session.Fail(status);
    return false;
  }
  for (SkippedItem& item : skipped) *imported->add_skipped() = std::move(item);
  return true;
}

}  // namespace metapowers::client
