#include "service/knowledge/detections.h"

#include <string>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/match.h"
#include "service/knowledge/embedded_rows.h"

namespace metapowers::knowledge {

extern const EmbeddedFile kDetectFiles[];
extern const int kDetectFilesCount;

namespace {

template <class Rows>
auto* IndexById(const Rows& rows) {
  auto* const index = new absl::flat_hash_map<absl::string_view, const typename Rows::value_type*>();
  for (const auto& row : rows) index->emplace(row.id(), &row);
  return index;
}

template <class Index>
auto Look(const Index& index, absl::string_view id) -> typename Index::mapped_type {
  const auto found = index.find(id);
  return found == index.end() ? nullptr : found->second;
}

}  // namespace

const v1::Detections& Detections() {
  static const auto* const rows =
      LoadRows<v1::Detections>(absl::MakeConstSpan(kDetectFiles, kDetectFilesCount),
                               [](absl::string_view path) { return absl::EndsWith(path, "detections.textproto"); });
  return *rows;
}

const v1::Detection* FindDetection(absl::string_view id) {
  static const auto* const index = IndexById(Detections().detections());
  return Look(*index, id);
}

const v1::ResponseAction* FindResponseAction(absl::string_view id) {
  static const auto* const index = IndexById(Detections().actions());
  return Look(*index, id);
}

v1::LogReach ReachOf(absl::string_view log_kind) {
  static const auto* const index = [] {
    auto* const map = new absl::flat_hash_map<absl::string_view, v1::LogReach>();
    for (const v1::LogView& view : Detections().views()) {
      for (const std::string& kind : view.log_kinds()) map->emplace(kind, view.reach());
    }
    return map;
  }();
  const auto found = index->find(log_kind);
  return found == index->end() ? v1::LOG_REACH_UNSPECIFIED : found->second;
}

const std::string& SilenceOf(absl::string_view rule) {
  static const auto* const index = [] {
    auto* const map = new absl::flat_hash_map<absl::string_view, const std::string*>();
    for (const v1::SilentThreats& row : Detections().silent()) {
      for (const std::string& id : row.rules()) map->emplace(id, &row.reason());
    }
    return map;
  }();
  static const auto* const none = new std::string();
  const auto found = index->find(rule);
  return found == index->end() ? *none : *found->second;
}

}  // namespace metapowers::knowledge
