// CycloneDX in XML as the tree that the same file in JSON is, so that all who read one read the other: attributes are
// members, `<components>` is a list, the namespace says `bomFormat` and `specVersion`.
#ifndef METAPOWERS_SERVICE_EVIDENCE_CYCLONEDX_XML_H_
#define METAPOWERS_SERVICE_EVIDENCE_CYCLONEDX_XML_H_

#include <cstdint>
#include <memory>
#include <optional>

#include "absl/strings/string_view.h"
#include "service/evidence/xml.h"
#include "service/model/yaml_tree.h"

namespace metapowers::evidence {

struct CycloneDxXml {
  // Whether the text says that it is CycloneDX, as far as it can be read.
  bool is_cyclonedx = false;
  // Nothing when the text is of something else or cannot be read. Parts that are read nowhere (properties, signatures,
  // texts of licences, elements of other namespaces, …) are not in it.
  std::unique_ptr<const model::YamlTree> tree;
  std::optional<XmlFault> fault;
};

// `max_nodes` bounds the values of the tree. Nodes have the places of their elements in the text.
CycloneDxXml ReadCycloneDxXml(absl::string_view text, uint64_t max_nodes);

}  // namespace metapowers::evidence

#endif  // METAPOWERS_SERVICE_EVIDENCE_CYCLONEDX_XML_H_
