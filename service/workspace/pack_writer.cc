#include "service/workspace/pack_writer.h"

#include <fcntl.h>
#include <openssl/sha.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <future>
#include <thread>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "service/base/ids.h"
#include "service/base/status_macros.h"
#include "service/workspace/deflate.h"
#include "service/workspace/errors.h"
#include "service/workspace/files.h"
#include "service/workspace/thread_priority.h"

namespace metapowers::workspace {
namespace {

constexpr size_t kNone = absl::string_view::npos;
constexpr size_t kShortestCopy = 16;         // bytes; below that the copy costs as much as what it copies
constexpr size_t kLongestCopy = 0xffff;      // bytes; what all readers of version 2 take
constexpr size_t kLongestInsert = 0x7f;      // bytes
constexpr size_t kLongestChain = 33;         // versions, the first of them whole; Git allows 50 deltas on deltas
constexpr size_t kKindBytes = 24;            // objects of a type that start alike are versions of one thing
constexpr size_t kSmallestDeltaTarget = 64;  // bytes

enum PackType { kPackCommit = 1, kPackTree = 2, kPackBlob = 3, kPackOffsetDelta = 6 };

PackType TypeOf(ObjectType type) {
  if (type == ObjectType::kCommit) return kPackCommit;
  return type == ObjectType::kTree ? kPackTree : kPackBlob;
}

void AppendBigEndian(uint32_t value, std::string& out) {
  for (const int shift : {24, 16, 8, 0}) out += static_cast<char>(value >> shift);
}

std::string Sha1(absl::string_view bytes) {
  unsigned char digest[SHA_DIGEST_LENGTH];
  SHA1(reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(), digest);
  return {reinterpret_cast<const char*>(digest), sizeof(digest)};
}

// --- Deltas -------------------------------------------------------------------------------------------------

// Little-endian groups of seven bits.
void AppendSize(size_t size, std::string& out) {
  for (; size > 0x7f; size >>= 7) out += static_cast<char>(0x80 | (size & 0x7f));
  out += static_cast<char>(size);
}

void AppendInsert(absl::string_view text, std::string& out) {
  while (!text.empty()) {
    const absl::string_view piece = text.substr(0, kLongestInsert);
    out += static_cast<char>(piece.size());
    out.append(piece.data(), piece.size());
    text.remove_prefix(piece.size());
  }
}

void AppendCopy(size_t offset, size_t size, std::string& out) {
  while (size > 0) {
    const size_t piece = std::min(size, kLongestCopy);
    const size_t at = out.size();
    unsigned char given = 0x80;
    out += '\0';
    for (int i = 0; i < 4; ++i) {
      const auto byte = static_cast<char>(offset >> (8 * i));
      if (byte == 0) continue;
      given |= 1u << i;
      out += byte;
    }
    for (int i = 0; i < 2; ++i) {
      const auto byte = static_cast<char>(piece >> (8 * i));
      if (byte == 0) continue;
      given |= 0x10u << i;
      out += byte;
    }
    out[at] = static_cast<char>(given);
    offset += piece;
    size -= piece;
  }
}

size_t EqualStart(absl::string_view a, absl::string_view b) {
  const size_t most = std::min(a.size(), b.size());
  return static_cast<size_t>(std::mismatch(a.begin(), a.begin() + most, b.begin()).first - a.begin());
}

size_t EqualEnd(absl::string_view a, absl::string_view b) {
  const size_t most = std::min(a.size(), b.size());
  return static_cast<size_t>(std::mismatch(a.rbegin(), a.rbegin() + most, b.rbegin()).first - a.rbegin());
}

// The line at `at`, its end included.
absl::string_view LineAt(absl::string_view text, size_t at) {
  const size_t end = text.find('\n', at);
  return text.substr(at, end == kNone ? kNone : end + 1 - at);
}

// Copies runs of lines that stand in `base` from `from` on, inserts the rest.
void AppendByLines(absl::string_view base, size_t from, absl::string_view target, std::string& out) {
  absl::flat_hash_map<absl::string_view, size_t> where;  // of the first such line
  for (size_t at = from; at < base.size();) {
    const absl::string_view line = LineAt(base, at);
    if (line.size() >= kShortestCopy) where.try_emplace(line, at);
    at += line.size();
  }
  size_t inserted = 0;  // start of what is not copied
  for (size_t at = 0; at < target.size();) {
    const absl::string_view line = LineAt(target, at);
    const auto found = line.size() < kShortestCopy ? where.end() : where.find(line);
    if (found == where.end()) {
      at += line.size();
      continue;
    }
    const size_t size = EqualStart(base.substr(found->second), target.substr(at));
    AppendInsert(target.substr(inserted, at - inserted), out);
    AppendCopy(found->second, size, out);
    at += size;
    inserted = at;
  }
  AppendInsert(target.substr(inserted), out);
}

// --- Pack ---------------------------------------------------------------------------------------------------

// An object, and how it stands in the pack.
struct Entry {
  const Object* object = nullptr;
  const Entry* base = nullptr;  // version before it, which it may be a delta of
  std::string packed;           // deflated: the delta, or the object whole
  size_t delta_size = 0;        // 0 when it stands whole
  size_t offset = 0;            // in the pack
  uint32_t crc = 0;             // of its bytes in the pack
};

// Entries of the objects, each once. Every version of a thing is paired with the one before it.
std::vector<Entry> Arrange(const std::vector<const Object*>& objects) {
  absl::flat_hash_set<absl::string_view> seen;
  seen.reserve(objects.size());
  // By type and first bytes: the newest version, and how many there are.
  absl::flat_hash_map<std::pair<ObjectType, absl::string_view>, std::pair<const Entry*, size_t>> chains;
  std::vector<Entry> entries;
  entries.reserve(objects.size());  // addresses stay
  for (const Object* object : objects) {
    if (!seen.insert(object->id).second) continue;
    Entry& entry = entries.emplace_back();
    entry.object = object;
    auto& [newest, count] = chains[{object->type, absl::string_view(object->body).substr(0, kKindBytes)}];
    if (count % kLongestChain != 0) entry.base = newest;
    newest = &entry;
    ++count;
  }
  return entries;
}

// Fills what needs no other entry packed.
absl::Status Pack(Entry& entry) {
  const std::string& body = entry.object->body;
  std::string delta;
  if (entry.base != nullptr && body.size() >= kSmallestDeltaTarget) delta = EncodeDelta(entry.base->object->body, body);
  if (delta.size() < body.size() / 2) entry.delta_size = delta.size();
  ASSIGN_OR_RETURN(entry.packed, Deflate(entry.delta_size > 0 ? delta : body));
  return absl::OkStatus();
}

// Packs all on two threads: deltas and deflating are most of what a large commit costs.
absl::Status PackAll(std::vector<Entry>& entries) {
  std::atomic<size_t> next = 0;
  const auto work = [&]() -> absl::Status {
    for (size_t i; (i = next++) < entries.size();) RETURN_IF_ERROR(Pack(entries[i]));
    return absl::OkStatus();
  };
  // Callers come before it: it helps where a processor is idle. Without a thread to be had, runs in get().
  const std::thread::id own = std::this_thread::get_id();
  std::future<absl::Status> second = std::async([&] {
    if (std::this_thread::get_id() != own) LowerThreadPriority(10);
    return work();
  });
  absl::Status status = work();
  status.Update(second.get());
  return status;
}

class PackBuilder {
 public:
  PackBuilder() : pack_("PACK") { AppendBigEndian(2, pack_); }

  absl::Status Build(const std::vector<const Object*>& objects) {
    entries_ = Arrange(objects);
    RETURN_IF_ERROR(PackAll(entries_));
    AppendBigEndian(static_cast<uint32_t>(entries_.size()), pack_);
    for (Entry& entry : entries_) Append(entry);
    pack_ += Sha1(pack_);
    return absl::OkStatus();
  }

  const std::string& pack() const { return pack_; }
  absl::string_view checksum() const { return absl::string_view(pack_).substr(pack_.size() - SHA_DIGEST_LENGTH); }

  std::string Index() const {
    std::vector<const Entry*> sorted;
    for (const Entry& entry : entries_) sorted.push_back(&entry);
    std::sort(sorted.begin(), sorted.end(),
              [](const Entry* a, const Entry* b) { return a->object->id < b->object->id; });
    std::string ids;
    std::string crcs;
    std::string offsets;
    uint32_t counts[256] = {};
    for (const Entry* entry : sorted) {
      const std::string id = absl::HexStringToBytes(entry->object->id);
      ++counts[static_cast<unsigned char>(id[0])];
      ids += id;
      AppendBigEndian(entry->crc, crcs);
      AppendBigEndian(static_cast<uint32_t>(entry->offset), offsets);
    }
    std::string index = "\377tOc";
    AppendBigEndian(2, index);
    uint32_t up_to = 0;
    for (const uint32_t count : counts) AppendBigEndian(up_to += count, index);
    absl::StrAppend(&index, ids, crcs, offsets, checksum());
    return index += Sha1(index);
  }

 private:
  void Append(Entry& entry) {
    entry.offset = pack_.size();
    if (entry.delta_size > 0) {
      AppendHeader(kPackOffsetDelta, entry.delta_size);
      AppendDistance(entry.offset - entry.base->offset);
    } else {
      AppendHeader(TypeOf(entry.object->type), entry.object->body.size());
    }
    pack_ += entry.packed;
    const auto* bytes = reinterpret_cast<const Bytef*>(pack_.data() + entry.offset);
    entry.crc = static_cast<uint32_t>(crc32(0, bytes, static_cast<uInt>(pack_.size() - entry.offset)));
  }

  // Type and the low four bits of the size, then groups of seven.
  void AppendHeader(PackType type, size_t size) {
    const auto first = static_cast<unsigned char>(type << 4 | (size & 0xf));
    size >>= 4;
    pack_ += static_cast<char>(size > 0 ? 0x80 | first : first);
    if (size > 0) AppendSize(size, pack_);
  }

  // Big-endian groups of seven bits, each one more than it says.
  void AppendDistance(size_t distance) {
    std::string reversed(1, static_cast<char>(distance & 0x7f));
    while (distance >>= 7) reversed += static_cast<char>(0x80 | (--distance & 0x7f));
    pack_.append(reversed.rbegin(), reversed.rend());
  }

  std::string pack_;
  std::vector<Entry> entries_;
};

// Writes and syncs a temporary file.
absl::Status WriteSynced(const std::string& path, absl::string_view bytes) {
  const UniqueFd file(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0444));
  if (!file.valid()) return StorageError(errno, "cannot store a pack");
  RETURN_IF_ERROR(WriteAll(file.get(), bytes));
  return ::fsync(file.get()) == 0 ? absl::OkStatus() : StorageError(errno, "cannot sync a pack");
}

}  // namespace

std::string EncodeDelta(absl::string_view base, absl::string_view target) {
  const size_t start = EqualStart(base, target);
  const size_t end = EqualEnd(base.substr(start), target.substr(start));
  std::string delta;
  AppendSize(base.size(), delta);
  AppendSize(target.size(), delta);
  AppendCopy(0, start, delta);
  AppendByLines(base.substr(0, base.size() - end), start, target.substr(start, target.size() - end - start), delta);
  AppendCopy(base.size() - end, end, delta);
  return delta;
}

absl::Status WritePack(const std::string& objects_dir, const std::vector<const Object*>& objects) {
  PackBuilder builder;
  RETURN_IF_ERROR(builder.Build(objects));
  const std::string folder = objects_dir + "/pack";
  RETURN_IF_ERROR(MakeDirectory(folder, 0777));
  const std::string temporary = absl::StrCat(folder, "/tmp_pack_", NewUuid());
  const std::string index = absl::StrCat(folder, "/tmp_idx_", NewUuid());
  const std::string name = absl::StrCat(folder, "/pack-", absl::BytesToHexString(builder.checksum()));
  absl::Status status = WriteSynced(temporary, builder.pack());
  if (status.ok()) status = WriteSynced(index, builder.Index());
  if (status.ok()) status = Failpoint("pack_before_names");
  if (status.ok() && (::rename(temporary.c_str(), (name + ".pack").c_str()) != 0 ||
                      ::rename(index.c_str(), (name + ".idx").c_str()) != 0)) {
    status = StorageError(errno, "cannot store a pack");
  }
  if (status.ok()) return SyncDirectory(folder);
  ::unlink(temporary.c_str());
  ::unlink(index.c_str());
  return status;
}

}  // namespace metapowers::workspace
