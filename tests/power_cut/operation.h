// A change that a program made to a directory, as the shim (shim.cc) logs it and the disk (disk.h) replays it. Files
// and directories go by their inode, so that renames of what is above them do not matter.
#ifndef METAPOWERS_TESTS_POWER_CUT_OPERATION_H_
#define METAPOWERS_TESTS_POWER_CUT_OPERATION_H_

#include <cstdint>
#include <cstring>
#include <string>
#include <vector>

namespace metapowers::power_cut {

// The environment of a program that runs under the shim.
inline constexpr char kRootVariable[] = "METAPOWERS_POWER_CUT_ROOT";  // the directory that is watched
inline constexpr char kLogVariable[] = "METAPOWERS_POWER_CUT_LOG";    // the log, outside of it; appended to
// "KIND NAME COUNT": the program is killed after the operation of that kind on what is called so, when it has happened
// so often; before it when it is a sync.
inline constexpr char kKillVariable[] = "METAPOWERS_POWER_CUT_KILL";

// The shim's function by which a program puts a line into the log, in order with what it did before and after.
inline constexpr char kMarkFunction[] = "MetapowersPowerCutMark";
using MarkFunction = void(const char* line, size_t size);

enum class Kind : uint32_t {
  kMakeFile = 'c',
  kMakeDirectory = 'd',
  kLink = 'l',
  kRename = 'r',
  kRemove = 'u',
  kWrite = 'w',
  kTruncate = 't',
  kSyncFile = 's',
  kSyncDirectory = 'S',
  kSyncAll = 'A',
  kMark = 'm',
};

inline bool IsSync(Kind kind) {
  return kind == Kind::kSyncFile || kind == Kind::kSyncDirectory || kind == Kind::kSyncAll;
}

struct Operation {
  Kind kind = Kind::kMark;
  uint64_t inode = 0;    // the file; the directory that is synced; what is made or linked
  uint64_t parent = 0;   // inode of the directory that holds `name`
  uint64_t target = 0;   // of a rename: inode of the directory that holds `new_name`
  uint64_t offset = 0;   // of a write; the size that a truncation leaves
  std::string name;      // for a reader only when it is no change of a directory
  std::string new_name;  // of a rename
  std::string bytes;     // of a write; the line of a mark
};

inline void AppendNumber(uint64_t number, std::string& out) {
  out.append(reinterpret_cast<const char*>(&number), sizeof(number));
}

inline void AppendOperation(const Operation& operation, std::string& out) {
  AppendNumber(static_cast<uint64_t>(operation.kind), out);
  for (const uint64_t number : {operation.inode, operation.parent, operation.target, operation.offset}) {
    AppendNumber(number, out);
  }
  for (const std::string* text : {&operation.name, &operation.new_name, &operation.bytes}) {
    AppendNumber(text->size(), out);
    out += *text;
  }
}

// Of a whole log; a record that was cut short ends it.
inline std::vector<Operation> ParseOperations(const std::string& log) {
  std::vector<Operation> operations;
  size_t at = 0;
  bool whole = true;
  const auto number = [&]() -> uint64_t {
    uint64_t value = 0;
    whole &= at + sizeof(value) <= log.size();
    if (whole) std::memcpy(&value, log.data() + at, sizeof(value));
    at += sizeof(value);
    return value;
  };
  while (at < log.size()) {
    Operation operation;
    operation.kind = static_cast<Kind>(number());
    for (uint64_t* field : {&operation.inode, &operation.parent, &operation.target, &operation.offset}) {
      *field = number();
    }
    for (std::string* text : {&operation.name, &operation.new_name, &operation.bytes}) {
      const uint64_t size = number();
      whole &= at + size <= log.size();
      if (!whole) return operations;
      text->assign(log, at, size);
      at += size;
    }
    operations.push_back(std::move(operation));
  }
  return operations;
}

}  // namespace metapowers::power_cut

#endif  // METAPOWERS_TESTS_POWER_CUT_OPERATION_H_
