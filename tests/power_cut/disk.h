// What a disk may hold after a power cut, worked out from the operations before it.
//
// The bytes of a file are sure up to its last fsync or syncfs. The names in a directory are sure up to its last fsync,
// or a syncfs: the fsync of a file says nothing of its name, nor that of a directory of its own name. A change that is
// sure takes those it is built on with it: earlier ones in the same directories. What is not sure is there or not, as
// the model says; a name that is there without its bytes is an empty file, or one of zeros.
#ifndef METAPOWERS_TESTS_POWER_CUT_DISK_H_
#define METAPOWERS_TESTS_POWER_CUT_DISK_H_

#include <cstdint>
#include <map>
#include <random>
#include <string>
#include <vector>

#include "tests/power_cut/operation.h"

namespace metapowers::power_cut {

// What becomes of changes that are not sure.
enum class Outage {
  kNothingMore,  // all are lost
  kInOrder,      // names: a first part of them, in the order made; bytes: a first part of each file's, torn in a sector
  kScattered,    // names: those of some directories; bytes: some sectors of each file, in any order
  kNamesOnly,    // names: all; bytes: none
  kBytesOnly,    // names: none; bytes: all
  kAll,          // all are there: not the power, the program was cut
};
inline constexpr Outage kOutages[] = {Outage::kNothingMore, Outage::kInOrder,   Outage::kScattered,
                                      Outage::kNamesOnly,   Outage::kBytesOnly, Outage::kAll};
const char* NameOf(Outage outage);

using Random = std::mt19937_64;

class Disk {
 public:
  // An empty directory that has the inode `root`. What was made with a name that starts with `never_synced`, unless
  // that is empty, is never sure: a disk that lies.
  explicit Disk(uint64_t root, std::string never_synced = "");

  // `operation` outlives the disk.
  void Apply(const Operation& operation);

  // Builds in `directory`, which exists and is empty, what is there after a power cut now.
  void Build(const std::string& directory, Outage outage, Random& random) const;

 private:
  using Names = std::map<std::string, size_t>;  // name in a directory -> node

  // A file or a directory. Nodes never go away; inodes are used again.
  struct Node {
    bool is_directory = false;
    bool never_synced = false;
    std::string bytes;                      // that are sure
    std::vector<const Operation*> changes;  // of the bytes, that are not
    Names names;                            // in it, that are sure
  };
  // A change of names: of one, or of two in a rename.
  struct NameChange {
    struct Entry {
      size_t directory = 0;
      std::string name;
      size_t node = 0;  // 0, which is the root's, when the name goes
    };
    std::vector<Entry> entries;
  };

  size_t NodeOf(uint64_t inode) const { return by_inode_.at(inode); }
  size_t MakeNode(uint64_t inode, const std::string& name, bool is_directory);
  void Sync(const Operation& operation);
  // Of changes_: those that are sure once `directories` are synced.
  std::vector<bool> SureWith(std::vector<bool> directories) const;
  std::vector<bool> Survivors(Outage outage, Random& random) const;
  std::string BytesAfter(const Node& node, Outage outage, Random& random) const;
  void BuildBelow(const std::string& path, size_t directory, const std::vector<Names>& names, Outage outage,
                  Random& random) const;

  const std::string never_synced_;
  std::vector<Node> nodes_;
  std::map<uint64_t, size_t> by_inode_;
  std::vector<NameChange> changes_;  // that are not sure, oldest first
};

}  // namespace metapowers::power_cut

#endif  // METAPOWERS_TESTS_POWER_CUT_DISK_H_
