#include "service/workspace/loose_objects.h"

#include <fcntl.h>
#include <unistd.h>
#include <zlib.h>

#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <set>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "service/base/ids.h"
#include "service/base/status_macros.h"
#include "service/workspace/deflate.h"
#include "service/workspace/errors.h"
#include "service/workspace/files.h"

namespace metapowers::workspace {
namespace {

constexpr size_t kMostBytes = size_t{256} << 20;  // of one object; documents are far smaller
// Up to here single syncs are cheaper than one of the whole file system.
constexpr size_t kFewFiles = 3;
constexpr size_t kFewDirectories = 12;
constexpr int kMostTries = 20;

// The plain bytes of a zlib stream that must be complete; nullopt when it is damaged or ends early.
std::optional<std::string> Inflate(absl::string_view packed) {
  z_stream stream = {};
  if (inflateInit(&stream) != Z_OK) return std::nullopt;
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(packed.data()));
  stream.avail_in = static_cast<uInt>(packed.size());
  std::string plain;
  int rc = Z_OK;
  while (rc == Z_OK && plain.size() <= kMostBytes) {
    char buffer[16384];
    stream.next_out = reinterpret_cast<Bytef*>(buffer);
    stream.avail_out = sizeof(buffer);
    rc = inflate(&stream, Z_NO_FLUSH);  // Z_BUF_ERROR when the input ends early
    plain.append(buffer, sizeof(buffer) - stream.avail_out);
  }
  const bool whole = rc == Z_STREAM_END && stream.avail_in == 0;
  inflateEnd(&stream);
  if (!whole) return std::nullopt;
  return plain;
}

// Splits "blob 12\0…"; false when the header is malformed or the size differs.
bool SplitHeader(absl::string_view plain, ObjectType& type, absl::string_view& body) {
  const size_t space = plain.substr(0, 16).find(' ');
  const size_t nul = plain.substr(0, 40).find('\0');
  if (space == absl::string_view::npos || nul == absl::string_view::npos || nul < space) return false;
  const absl::string_view name = plain.substr(0, space);
  bool known = false;
  for (const ObjectType each : {ObjectType::kBlob, ObjectType::kTree, ObjectType::kCommit}) {
    if (name != TypeName(each)) continue;
    type = each;
    known = true;
  }
  uint64_t size = 0;
  if (!known || !absl::SimpleAtoi(plain.substr(space + 1, nul - space - 1), &size)) return false;
  body = plain.substr(nul + 1);
  return body.size() == size;
}

std::string FanOut(const std::string& objects_dir, absl::string_view id) {
  return absl::StrCat(objects_dir, "/", id.substr(0, 2));
}

std::string LoosePath(const std::string& objects_dir, absl::string_view id) {
  return absl::StrCat(FanOut(objects_dir, id), "/", id.substr(2));
}

// Temporary files of one batch; unlinked unless published.
class Staging {
 public:
  explicit Staging(const std::string& objects_dir) : objects_dir_(objects_dir) {}
  ~Staging() {
    for (const File& file : files_) {
      if (!file.temporary.empty()) ::unlink(file.temporary.c_str());
    }
  }

  absl::Status Write(const Object& object) {
    const std::string header = absl::StrCat(TypeName(object.type), " ", object.body.size());
    ASSIGN_OR_RETURN(const std::string packed, Deflate(absl::StrCat(header, absl::string_view("\0", 1), object.body)));
    File file;
    const std::string temporary = absl::StrCat(objects_dir_, "/tmp_obj_", NewUuid());
    file.fd = UniqueFd(::open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0444));
    if (!file.fd.valid()) return StorageError(errno, "cannot store an object");
    file.temporary = temporary;
    file.id = object.id;
    const absl::Status written = WriteAll(file.fd.get(), packed);
    files_.push_back(std::move(file));
    // A batch may hold more objects than a process may hold files: keep descriptors only while few.
    if (files_.size() > kFewFiles) {
      for (File& each : files_) each.fd.Reset();
    }
    return written;
  }

  absl::Status Sync() {
    if (files_.size() > kFewFiles) return SyncAll();
    for (const File& file : files_) {
      if (::fsync(file.fd.get()) != 0) return StorageError(errno, "cannot sync an object");
    }
    return absl::OkStatus();
  }

  absl::Status Publish() {
    std::set<std::string> directories = {objects_dir_};  // a fan-out directory may be new in it
    for (File& file : files_) {
      RETURN_IF_ERROR(Failpoint("store_mid_objects"));
      RETURN_IF_ERROR(Place(file));
      file.temporary.clear();
      directories.insert(FanOut(objects_dir_, file.id));
    }
    if (directories.size() > kFewDirectories) return SyncAll();
    for (const std::string& directory : directories) {
      const absl::Status synced = SyncDirectory(directory);
      // One that is gone held nothing that is not in a pack.
      if (!synced.ok() && FileExists(directory)) return synced;
    }
    return absl::OkStatus();
  }

 private:
  struct File {
    std::string temporary;
    std::string id;
    UniqueFd fd;
  };

  // Git, when it packs, removes a fan-out directory that it finds empty, be it between the two calls.
  absl::Status Place(const File& file) const {
    for (int tries = 1;; ++tries) {
      RETURN_IF_ERROR(MakeDirectory(FanOut(objects_dir_, file.id), 0777));
      if (::rename(file.temporary.c_str(), LoosePath(objects_dir_, file.id).c_str()) == 0) return absl::OkStatus();
      if (errno != ENOENT || tries == kMostTries) return StorageError(errno, "cannot store an object");
    }
  }

  // One sync of the file system is one journal commit for any number of files.
  absl::Status SyncAll() const { return SyncFileSystem(objects_dir_); }

  const std::string objects_dir_;
  std::vector<File> files_;
};

}  // namespace

absl::StatusOr<std::optional<Object>> ReadLooseObject(const std::string& objects_dir, absl::string_view id) {
  ASSIGN_OR_RETURN(const std::optional<std::string> packed, ReadWholeFile(LoosePath(objects_dir, id)));
  if (!packed.has_value()) return std::nullopt;
  const std::optional<std::string> plain = Inflate(*packed);
  if (!plain.has_value()) return ObjectCorruptError(id, "its file is cut short or scrambled");
  ObjectType type = ObjectType::kBlob;
  absl::string_view body;
  if (!SplitHeader(*plain, type, body)) return ObjectCorruptError(id, "its header does not fit its content");
  Object object = MakeObject(type, std::string(body), Origin::kMade);  // the id guards against damage alone
  if (object.id != id) return ObjectCorruptError(id, "its content hashes to another id");
  return object;
}

absl::Status WriteLooseObjects(const std::string& objects_dir, const std::vector<const Object*>& objects) {
  Staging staging(objects_dir);
  for (const Object* object : objects) {
    // What a crash left without sync may be torn: only an intact file may stand for the object. It was not
    // necessarily synced either, so it is written again rather than trusted.
    RETURN_IF_ERROR(staging.Write(*object));
  }
  RETURN_IF_ERROR(staging.Sync());
  return staging.Publish();
}

}  // namespace metapowers::workspace
