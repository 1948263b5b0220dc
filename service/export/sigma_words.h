// How Sigma writes log sources, values, spans, kinds of correlation and tags. Pure; thread-safe.
#ifndef METAPOWERS_SERVICE_EXPORT_SIGMA_WORDS_H_
#define METAPOWERS_SERVICE_EXPORT_SIGMA_WORDS_H_

#include <compare>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "metapowers/knowledge/v1/detections.pb.h"

namespace metapowers::exporting {

// Log source in the sense of Sigma.
struct SigmaSource {
  std::string category;
  std::string product;
  std::string service;

  auto operator<=>(const SigmaSource&) const = default;

  // "aws-cloudtrail".
  std::string Slug() const;
};

// `text` without wildcards of Sigma in it.
std::string SigmaLiteral(absl::string_view text);

// "90m", "1h", "2d".
std::string SigmaTimespan(int minutes);

// "event_count".
std::string SigmaCorrelationType(knowledge::v1::CorrelationKind kind);

// Tactics, then techniques of ATT&CK: "attack.t1110.003".
std::vector<std::string> SigmaTags(const knowledge::v1::Detection& row);

}  // namespace metapowers::exporting

#endif  // METAPOWERS_SERVICE_EXPORT_SIGMA_WORDS_H_
