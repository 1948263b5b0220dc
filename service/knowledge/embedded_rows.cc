#include "service/knowledge/embedded_rows.h"

#include <google/protobuf/text_format.h>

#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>

namespace metapowers::knowledge {

void BrokenRows(absl::string_view what) {
  std::fprintf(stderr, "embedded rows %.*s cannot be used\n", static_cast<int>(what.size()), what.data());
  std::abort();
}

void MergeRows(const EmbeddedFile& file, google::protobuf::Message& rows) {
  const std::unique_ptr<google::protobuf::Message> part(rows.New());
  if (!google::protobuf::TextFormat::ParseFromString(std::string(file.text), part.get())) BrokenRows(file.path);
  rows.MergeFrom(*part);
}

}  // namespace metapowers::knowledge
