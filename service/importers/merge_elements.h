// One element from what several files say of it.
#ifndef METAPOWERS_SERVICE_IMPORTERS_MERGE_ELEMENTS_H_
#define METAPOWERS_SERVICE_IMPORTERS_MERGE_ELEMENTS_H_

#include <map>
#include <string>

#include "absl/strings/string_view.h"
#include "google/protobuf/message.h"
#include "service/importers/inventory.h"

namespace metapowers::importers {

// Adds up what files say of an element, first to last. What was observed takes the place of what was assumed; where
// two files observed different things, the first stands, and a note names both. Lists are united; parts with a key
// (posture, endpoints) are merged by it. Not thread-safe.
class ElementMerger {
 public:
  // `path` of the element, e.g. `components[frontend]`.
  ElementMerger(std::string path, google::protobuf::Message& into, Inventory& inventory)
      : path_(std::move(path)), into_(into), inventory_(inventory) {}

  // `bases` by path in `from`; what has none was observed at `spot`.
  void Add(const google::protobuf::Message& from, const std::map<std::string, Basis>& bases, const Spot& spot);

  // What each attribute that is set rests on, by path in the element; parts of lists by their index.
  const std::map<std::string, Basis>& bases() const { return bases_; }

 private:
  struct Source {
    const std::map<std::string, Basis>& bases;
    const Spot& spot;
  };
  void MergeFields(const google::protobuf::Message& from, const std::string& from_path, const Source& source,
                   google::protobuf::Message& into, const std::string& into_path);
  void MergeParts(const google::protobuf::Message& from, const google::protobuf::FieldDescriptor& field,
                  const std::string& from_path, const Source& source, google::protobuf::Message& into,
                  const std::string& into_path);
  void MergeList(const google::protobuf::Message& from, const google::protobuf::FieldDescriptor& field,
                 const Basis& basis, google::protobuf::Message& into, const std::string& into_path);
  void MergeValue(const google::protobuf::Message& from, const google::protobuf::FieldDescriptor& field,
                  const Basis& basis, google::protobuf::Message& into, const std::string& into_path);

  const std::string path_;
  google::protobuf::Message& into_;
  Inventory& inventory_;
  std::map<std::string, Basis> bases_;
};

// Value of a field that is no message as people read it; `index` -1 outside lists.
std::string ValueText(const google::protobuf::Message& message, const google::protobuf::FieldDescriptor& field,
                      int index = -1);

}  // namespace metapowers::importers

#endif  // METAPOWERS_SERVICE_IMPORTERS_MERGE_ELEMENTS_H_
