#include "service/knowledge/key_and_access.h"

#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "service/knowledge/embedded_rows.h"

namespace metapowers::knowledge {

extern const EmbeddedFile kKeyAndAccessFiles[];
extern const int kKeyAndAccessFilesCount;

namespace {

// "AES-256 GCM" and "aes256gcm" are one name.
std::string Folded(absl::string_view text) {
  std::string folded;
  for (const char c : text) {
    if (absl::ascii_isalnum(c)) folded += absl::ascii_tolower(c);
  }
  return folded;
}

}  // namespace

const v1::KeyAndAccessRules& KeyAndAccessRules() {
  static const auto* const rows = LoadRows<v1::KeyAndAccessRules>(
      absl::MakeConstSpan(kKeyAndAccessFiles, kKeyAndAccessFilesCount), [](absl::string_view) { return true; });
  return *rows;
}

const v1::AlgorithmRule* FindAlgorithm(absl::string_view text) {
  const std::string folded = Folded(text);
  for (const v1::AlgorithmRule& rule : KeyAndAccessRules().algorithms()) {
    for (const std::string& prefix : rule.prefixes()) {
      if (absl::StartsWith(folded, prefix)) return &rule;
    }
  }
  return nullptr;
}

const v1::EncryptionModeRule* FindEncryptionMode(model::v1::EncryptionAtRest mode) {
  for (const v1::EncryptionModeRule& rule : KeyAndAccessRules().encryption_modes()) {
    if (rule.mode() == mode) return &rule;
  }
  return nullptr;
}

const v1::CredentialRule* FindCredentialRule(model::v1::CredentialKind kind) {
  for (const v1::CredentialRule& rule : KeyAndAccessRules().credentials()) {
    if (rule.kind() == kind) return &rule;
  }
  return nullptr;
}

const v1::LeakPlace& LeakPlaceOf(v1::LeakKind kind) {
  for (const v1::LeakPlace& place : KeyAndAccessRules().leak_places()) {
    if (place.kind() == kind) return place;
  }
  BrokenRows(v1::LeakKind_Name(kind));
}

const v1::ProtectionGapRule& ProtectionGapRuleOf(absl::string_view id) {
  for (const v1::ProtectionGapRule& rule : KeyAndAccessRules().gaps()) {
    if (rule.id() == id) return rule;
  }
  BrokenRows(id);
}

const v1::InventoryReason& InventoryReasonOf(absl::string_view id) {
  for (const v1::InventoryReason& reason : KeyAndAccessRules().reasons()) {
    if (reason.id() == id) return reason;
  }
  BrokenRows(id);
}

}  // namespace metapowers::knowledge
