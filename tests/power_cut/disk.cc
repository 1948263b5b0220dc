#include "tests/power_cut/disk.h"

#include <sys/stat.h>

#include <algorithm>
#include <fstream>
#include <utility>

namespace metapowers::power_cut {
namespace {

constexpr size_t kSector = 512;  // bytes that a disk writes wholly or not at all

size_t Below(size_t limit, Random& random) { return limit == 0 ? 0 : static_cast<size_t>(random() % limit); }
bool Coin(Random& random) { return (random() & 1) != 0; }

// Does a write or truncation. Of a write, only the bytes from `from` to `to` in the file, with its length.
void Do(const Operation& change, std::string& bytes, size_t from = 0, size_t to = SIZE_MAX) {
  if (change.kind == Kind::kTruncate) {
    bytes.resize(change.offset);
    return;
  }
  const size_t first = std::max<size_t>(change.offset, from);
  const size_t last = std::min<size_t>(change.offset + change.bytes.size(), to);
  if (first >= last) return;
  if (bytes.size() < last) bytes.resize(last);
  std::copy(change.bytes.begin() + static_cast<ptrdiff_t>(first - change.offset),
            change.bytes.begin() + static_cast<ptrdiff_t>(last - change.offset),
            bytes.begin() + static_cast<ptrdiff_t>(first));
}

// A first part of the changes, the last of them torn.
void DoInOrder(const std::vector<const Operation*>& changes, std::string& bytes, Random& random) {
  const size_t kept = Below(changes.size() + 1, random);
  for (size_t i = 0; i < kept; ++i) Do(*changes[i], bytes);
  if (kept == changes.size() || changes[kept]->kind != Kind::kWrite) return;
  const Operation& torn = *changes[kept];
  const size_t end = torn.offset + Below(torn.bytes.size() + 1, random);
  Do(torn, bytes, 0, end / kSector * kSector);
}

// Some sectors of the changes. The length that all of them would leave is there at times, with zeros.
void DoScattered(const std::vector<const Operation*>& changes, std::string& bytes, Random& random) {
  size_t whole_size = bytes.size();
  for (const Operation* change : changes) {
    const size_t end = change->offset + change->bytes.size();
    whole_size = change->kind == Kind::kTruncate ? end : std::max(whole_size, end);
    if (change->kind == Kind::kTruncate) {
      if (Coin(random)) Do(*change, bytes);
      continue;
    }
    for (size_t sector = change->offset / kSector * kSector; sector < end; sector += kSector) {
      if (Coin(random)) Do(*change, bytes, sector, sector + kSector);
    }
  }
  if (Coin(random)) bytes.resize(whole_size);
}

void SetName(std::map<std::string, size_t>& names, const std::string& name, size_t node) {
  if (node == 0) {
    names.erase(name);
  } else {
    names[name] = node;
  }
}

}  // namespace

const char* NameOf(Outage outage) {
  static constexpr const char* kNames[] = {"nothing more", "in order", "scattered", "names only", "bytes only", "all"};
  return kNames[static_cast<size_t>(outage)];
}

Disk::Disk(uint64_t root, std::string never_synced) : never_synced_(std::move(never_synced)) {
  MakeNode(root, "", true);
}

size_t Disk::MakeNode(uint64_t inode, const std::string& name, bool is_directory) {
  Node& node = nodes_.emplace_back();
  node.is_directory = is_directory;
  node.never_synced = !never_synced_.empty() && name.compare(0, never_synced_.size(), never_synced_) == 0;
  return by_inode_[inode] = nodes_.size() - 1;
}

void Disk::Apply(const Operation& operation) {
  switch (operation.kind) {
    case Kind::kMakeFile:
    case Kind::kMakeDirectory: {
      const size_t made = MakeNode(operation.inode, operation.name, operation.kind == Kind::kMakeDirectory);
      changes_.push_back({{{NodeOf(operation.parent), operation.name, made}}});
      return;
    }
    case Kind::kLink:
      changes_.push_back({{{NodeOf(operation.parent), operation.name, NodeOf(operation.inode)}}});
      return;
    case Kind::kRename:
      changes_.push_back({{{NodeOf(operation.parent), operation.name, 0},
                           {NodeOf(operation.target), operation.new_name, NodeOf(operation.inode)}}});
      return;
    case Kind::kRemove:
      changes_.push_back({{{NodeOf(operation.parent), operation.name, 0}}});
      return;
    case Kind::kWrite:
    case Kind::kTruncate:
      nodes_[NodeOf(operation.inode)].changes.push_back(&operation);
      return;
    case Kind::kMark:
      return;
    case Kind::kSyncFile:
    case Kind::kSyncDirectory:
    case Kind::kSyncAll:
      return Sync(operation);
  }
}

void Disk::Sync(const Operation& operation) {
  std::vector<bool> synced(nodes_.size());
  for (size_t i = 0; i < nodes_.size(); ++i) {
    Node& node = nodes_[i];
    if (node.never_synced || (operation.kind != Kind::kSyncAll && i != NodeOf(operation.inode))) continue;
    synced[i] = node.is_directory;
    for (const Operation* change : node.changes) Do(*change, node.bytes);
    node.changes.clear();
  }
  const std::vector<bool> sure = SureWith(std::move(synced));
  std::vector<NameChange> left;
  for (size_t i = 0; i < changes_.size(); ++i) {
    if (sure[i]) {
      for (const auto& [directory, name, node] : changes_[i].entries) SetName(nodes_[directory].names, name, node);
    } else {
      left.push_back(std::move(changes_[i]));
    }
  }
  changes_ = std::move(left);
}

std::vector<bool> Disk::SureWith(std::vector<bool> directories) const {
  std::vector<bool> sure(changes_.size());
  for (size_t i = changes_.size(); i-- > 0;) {
    const auto& entries = changes_[i].entries;
    sure[i] =
        std::any_of(entries.begin(), entries.end(), [&](const auto& entry) { return directories[entry.directory]; });
    if (!sure[i]) continue;
    for (const auto& entry : entries) directories[entry.directory] = true;
  }
  return sure;
}

std::vector<bool> Disk::Survivors(Outage outage, Random& random) const {
  std::vector<bool> kept(changes_.size(), outage == Outage::kNamesOnly || outage == Outage::kAll);
  if (outage == Outage::kInOrder) {
    std::fill_n(kept.begin(), Below(changes_.size() + 1, random), true);
  } else if (outage == Outage::kScattered) {
    std::vector<bool> written(nodes_.size());
    for (size_t i = 0; i < written.size(); ++i) written[i] = Coin(random);
    kept = SureWith(std::move(written));
  }
  return kept;
}

std::string Disk::BytesAfter(const Node& node, Outage outage, Random& random) const {
  std::string bytes = node.bytes;
  if (outage == Outage::kInOrder) DoInOrder(node.changes, bytes, random);
  if (outage == Outage::kScattered) DoScattered(node.changes, bytes, random);
  if (outage == Outage::kBytesOnly || outage == Outage::kAll) {
    for (const Operation* change : node.changes) Do(*change, bytes);
  }
  return bytes;
}

void Disk::Build(const std::string& directory, Outage outage, Random& random) const {
  std::vector<Names> names;
  for (const Node& node : nodes_) names.push_back(node.names);
  const std::vector<bool> kept = Survivors(outage, random);
  for (size_t i = 0; i < changes_.size(); ++i) {
    if (!kept[i]) continue;
    for (const auto& [above, name, node] : changes_[i].entries) SetName(names[above], name, node);
  }
  BuildBelow(directory, 0, names, outage, random);
}

void Disk::BuildBelow(const std::string& path, size_t directory, const std::vector<Names>& names, Outage outage,
                      Random& random) const {
  for (const auto& [name, node] : names[directory]) {
    const std::string below = path + "/" + name;
    if (nodes_[node].is_directory) {
      ::mkdir(below.c_str(), 0700);
      BuildBelow(below, node, names, outage, random);
    } else {
      std::ofstream(below, std::ios::binary) << BytesAfter(nodes_[node], outage, random);
    }
  }
}

}  // namespace metapowers::power_cut
