#include "client/commands/exported_files.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <deque>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>
#include <system_error>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "client/output.h"
#include "service/base/file_path.h"

namespace metapowers::client {
namespace {

namespace fs = std::filesystem;
using metapowers::v1::ExportedFile;

enum class Present { kNone, kSame, kOurs, kForeign };

// What stands where the file goes. What is no plain file, a link included, is somebody else's.
Present WhatIsAt(const fs::path& path, const ExportedFile& file) {
  std::error_code error;
  const fs::file_status status = fs::symlink_status(path, error);
  if (!fs::exists(status)) return Present::kNone;
  if (!fs::is_regular_file(status)) return Present::kForeign;
  std::ifstream in(path, std::ios::binary);
  const std::string text((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
  if (text == file.text()) return Present::kSame;
  return !file.mark().empty() && absl::StrContains(text, file.mark()) ? Present::kOurs : Present::kForeign;
}

// Files that are written beside their places and then put there all at once, so that none is half there, a full disk
// leaves the folder as it was, and no link is followed.
class Parts {
 public:
  ~Parts() {
    std::error_code ignored;
    for (const fs::path& path : paths_) fs::remove(PartOf(path), ignored);
  }

  // False, with the cause in errno, when the text cannot be written.
  bool Write(const fs::path& path, const std::string& text) {
    std::error_code ignored;
    fs::remove(PartOf(path), ignored);
    errno = 0;
    std::ofstream out(PartOf(path), std::ios::binary);
    if (!out.is_open()) return false;
    paths_.push_back(path);
    out << text;
    out.close();
    return !out.fail();
  }

  // Puts the file that was written first of those that wait; false, with the cause in errno, when it cannot be.
  bool Put() {
    std::error_code error;
    fs::rename(PartOf(paths_.front()), paths_.front(), error);
    errno = error.value();
    if (!error) paths_.pop_front();
    return !error;
  }

 private:
  static fs::path PartOf(const fs::path& path) { return path.string() + ".part"; }

  std::deque<fs::path> paths_;
};

int CannotWrite(Session& session, const fs::path& path, const char* what_stands) {
  const std::string cause = errno == 0 ? "" : absl::StrCat(": ", std::strerror(errno));
  return session.Fail(kExitInternal, absl::StrCat("cannot write '", path.string(), "'", cause, what_stands),
                      "make room there, or choose another folder, and export again");
}

// Files of earlier exports that this one does not have any more.
std::vector<std::string> Stale(const fs::path& folder, const std::set<std::string>& names, const std::string& mark) {
  std::set<fs::path> endings;
  for (const std::string& name : names) endings.insert(fs::path(name).extension());
  std::vector<std::string> stale;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(folder, error)) {
    const std::string name = entry.path().filename().string();
    if (names.contains(name) || !endings.contains(entry.path().extension()) || !entry.is_regular_file(error)) continue;
    std::ifstream in(entry.path(), std::ios::binary);
    const std::string text((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
    if (!mark.empty() && absl::StrContains(text, mark)) stale.push_back(name);
  }
  std::sort(stale.begin(), stale.end());
  return stale;
}

std::string Files(size_t count) { return absl::StrCat(count, count == 1 ? " file" : " files"); }

}  // namespace

int WriteExported(Session& session, const metapowers::v1::ExportResponse& exported, const std::string& folder_name,
                  bool force) {
  const auto& files = exported.files();
  const fs::path folder = folder_name;
  std::error_code error;
  fs::create_directories(folder, error);
  if (error) {
    return session.Fail(kExitUsage, absl::StrCat("cannot make the folder '", folder_name, "': ", error.message()),
                        "choose a folder that you may write to");
  }

  std::set<std::string> names;
  std::vector<const ExportedFile*> wanted;
  std::vector<std::string> foreign;
  for (const ExportedFile& file : files) {
    if (const std::string objection = PathObjection({file.name()}); !objection.empty()) {
      return session.Fail(kExitInternal, absl::StrCat("the server sent a file '", ForTerminal(file.name()),
                                                      "' that cannot be written: ", objection));
    }
    names.insert(file.name());
    const Present present = WhatIsAt(folder / file.name(), file);
    if (present == Present::kForeign) foreign.push_back(file.name());
    if (present != Present::kSame) wanted.push_back(&file);
  }
  if (!foreign.empty() && !force) {
    return session.Fail(kExitConflict,
                        absl::StrCat(Files(foreign.size()), " in '", folder_name,
                                     "' were not written by an export, or have lost their id: ",
                                     absl::StrJoin(foreign, ", "), "; nothing was written"),
                        "move them away, choose another folder, or overwrite them with --force");
  }
  Parts parts;
  for (const ExportedFile* file : wanted) {
    const fs::path path = folder / file->name();
    if (!parts.Write(path, file->text())) return CannotWrite(session, path, "; nothing was written");
  }
  for (const ExportedFile* file : wanted) {
    const fs::path path = folder / file->name();
    if (!parts.Put()) return CannotWrite(session, path, "");
    session.out() << path.string() << '\n';
  }
  session.err() << Files(wanted.size()) << " written, " << Files(static_cast<size_t>(files.size()) - wanted.size())
                << " as before\n";
  for (const std::string& name : Stale(folder, names, exported.family_mark())) {
    session.err() << "no longer part of it: " << (folder / name).string() << '\n';
  }
  return kExitOk;
}

}  // namespace metapowers::client
