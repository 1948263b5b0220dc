#include "service/server/generate_ahead.h"

#include <limits>
#include <system_error>
#include <utility>

namespace metapowers::server {
namespace {

constexpr size_t kWorthAThread = 4;

}  // namespace

GenerateAhead::GenerateAhead(Generator& generator, Inputs inputs, const std::vector<const CommandEntry*>& entries)
    : generator_(generator), inputs_(std::move(inputs)), entries_(entries) {
  if (entries_.size() < kWorthAThread || !KeepsThreats()) return;
  try {
    thread_ = std::thread([this] { Work(); });
  } catch (const std::system_error&) {  // no thread to be had: the run goes on alone
  }
}

// Whether the cache is large enough for the threats of this model: else each section would compute them anew.
bool GenerateAhead::KeepsThreats() const {
  const auto first = generator_.LoadThreats(inputs_);
  const auto second = generator_.LoadThreats(inputs_);
  return first.ok() && second.ok() && *first == *second;
}

GenerateAhead::~GenerateAhead() {
  reached_ = std::numeric_limits<int>::max();
  if (thread_.joinable()) thread_.join();
}

void GenerateAhead::Work() {
  try {
    for (int i = static_cast<int>(entries_.size()) - 1; i > reached_; --i) {
      if (!generator_.Generate(*entries_[i], inputs_).ok()) return;
    }
  } catch (...) {  // the run meets it where its call contains it
  }
}

}  // namespace metapowers::server
