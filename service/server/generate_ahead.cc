#include "service/server/generate_ahead.h"

#include <limits>
#include <utility>

namespace metapowers::server {
namespace {

constexpr size_t kWorthAThread = 4;

}  // namespace

GenerateAhead::GenerateAhead(Generator& generator, Inputs inputs, const std::vector<const CommandEntry*>& entries)
    : generator_(generator), inputs_(std::move(inputs)), entries_(entries) {
  if (entries_.size() < kWorthAThread) return;
  // Once, and not by both at the same time.
  if (const auto threats = generator_.LoadThreats(inputs_); !threats.ok()) return;
  thread_ = std::thread([this] { Work(); });
}

GenerateAhead::~GenerateAhead() {
  reached_ = std::numeric_limits<int>::max();
  if (thread_.joinable()) thread_.join();
}

void GenerateAhead::Work() {
  for (int i = static_cast<int>(entries_.size()) - 1; i > reached_; --i) {
    if (!generator_.Generate(*entries_[i], inputs_).ok()) return;
  }
}

}  // namespace metapowers::server
