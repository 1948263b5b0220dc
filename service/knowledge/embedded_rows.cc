#include "service/knowledge/embedded_rows.h"

#include <google/protobuf/io/coded_stream.h>

#include <cstdint>
#include <cstdio>
#include <cstdlib>

namespace metapowers::knowledge {

void BrokenRows(absl::string_view what) {
  std::fprintf(stderr, "embedded rows %.*s cannot be used\n", static_cast<int>(what.size()), what.data());
  std::abort();
}

void MergeRows(const EmbeddedFile& file, google::protobuf::Message& rows) {
  google::protobuf::io::CodedInputStream bytes(reinterpret_cast<const uint8_t*>(file.text.data()),
                                               static_cast<int>(file.text.size()));
  if (!rows.MergeFromCodedStream(&bytes) || !bytes.ConsumedEntireMessage()) BrokenRows(file.path);
}

}  // namespace metapowers::knowledge
