// The vocabulary of Threagile model files (schema 1.0.0 and what later versions add) in terms of ours.
#ifndef METAPOWERS_SERVICE_IMPORTERS_THREAGILE_WORDS_H_
#define METAPOWERS_SERVICE_IMPORTERS_THREAGILE_WORDS_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "metapowers/model/v1/system_model.pb.h"
#include "service/importers/threagile_part.h"

namespace metapowers::importers::threagile {

// Each value is that of our enum which the field becomes.
extern const absl::Span<const Word> kUsage;            // Usage
extern const absl::Span<const Word> kQuantity;         // DataQuantity
extern const absl::Span<const Word> kConfidentiality;  // Confidentiality
extern const absl::Span<const Word> kCriticality;      // Importance
extern const absl::Span<const Word> kType;             // ComponentKind
extern const absl::Span<const Word> kSize;             // ComponentSize
extern const absl::Span<const Word> kMachine;          // Machine
extern const absl::Span<const Word> kEncryption;       // EncryptionAtRest
extern const absl::Span<const Word> kDataFormat;       // DataFormat
extern const absl::Span<const Word> kAuthentication;   // FlowAuthentication
extern const absl::Span<const Word> kAuthorization;    // FlowAuthorization
extern const absl::Span<const Word> kBoundaryType;     // ZoneType

// What the name of a protocol says of protection in transit: TransportSecurity. Unset for `unknown-protocol` and for
// protocols that Threagile has under one name, with or without encryption (mqtt, jms, nfs, nrpe, xmpp).
extern const absl::Span<const Word> kProtocol;

// Words that say that a value is not known.
inline constexpr absl::string_view kUnknownTechnology = "unknown-technology";
inline constexpr absl::string_view kUnknownProtocol = "unknown-protocol";

// Names and aliases of technologies, sorted.
const std::vector<std::string>& Technologies();

// Status of a tracked risk: DecisionStatus, unset for `unchecked` and `in-discussion`.
extern const absl::Span<const Word> kRiskStatus;

// Words of individual risks; kept as words, so the values mean nothing.
extern const absl::Span<const Word> kSeverity;
extern const absl::Span<const Word> kLikelihood;
extern const absl::Span<const Word> kImpact;
extern const absl::Span<const Word> kProbability;
extern const absl::Span<const Word> kStride;
extern const absl::Span<const Word> kFunction;

}  // namespace metapowers::importers::threagile

#endif  // METAPOWERS_SERVICE_IMPORTERS_THREAGILE_WORDS_H_
