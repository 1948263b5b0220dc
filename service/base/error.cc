#include "service/base/error.h"

#include <cstdint>

#include "absl/strings/cord.h"

namespace metapowers {
namespace {

constexpr char kPayloadUrl[] = "metapowers/error-details";

// The payload never leaves the process: length-prefixed fields in a fixed order are enough.
void Put(std::string& out, absl::string_view field) {
  const uint32_t size = static_cast<uint32_t>(field.size());
  out.append(reinterpret_cast<const char*>(&size), sizeof(size));
  out.append(field.data(), field.size());
}

class FieldReader {
 public:
  explicit FieldReader(std::string bytes) : bytes_(std::move(bytes)) {}

  bool done() const { return at_ >= bytes_.size(); }
  std::string Next() {
    uint32_t size = 0;
    if (bytes_.size() - at_ < sizeof(size)) return {};
    bytes_.copy(reinterpret_cast<char*>(&size), sizeof(size), at_);
    at_ += sizeof(size);
    std::string field = bytes_.substr(at_, size);
    at_ += field.size();
    return field;
  }

 private:
  std::string bytes_;
  size_t at_ = 0;
};

}  // namespace

absl::Status MakeError(absl::StatusCode code, absl::string_view message, const ErrorDetails& details) {
  std::string bytes;
  Put(bytes, details.reason);
  Put(bytes, details.next_step);
  Put(bytes, std::to_string(details.metadata.size()));
  for (const auto& [key, value] : details.metadata) {
    Put(bytes, key);
    Put(bytes, value);
  }
  for (const Violation& violation : details.violations) {
    Put(bytes, violation.field);
    Put(bytes, violation.description);
    Put(bytes, violation.location);
  }
  absl::Status status(code, message);
  status.SetPayload(kPayloadUrl, absl::Cord(bytes));
  return status;
}

ErrorDetails DetailsOf(const absl::Status& status) {
  ErrorDetails details;
  const auto payload = status.GetPayload(kPayloadUrl);
  if (!payload.has_value()) return details;
  FieldReader reader{std::string(*payload)};
  details.reason = reader.Next();
  details.next_step = reader.Next();
  for (int left = std::stoi(reader.Next()); left > 0; --left) {
    std::string key = reader.Next();
    details.metadata[key] = reader.Next();
  }
  while (!reader.done()) {
    Violation violation;
    violation.field = reader.Next();
    violation.description = reader.Next();
    violation.location = reader.Next();
    details.violations.push_back(std::move(violation));
  }
  return details;
}

}  // namespace metapowers
