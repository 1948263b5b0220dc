#include "service/model/canonical.h"

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

#include "service/model/schema.h"

namespace metapowers::model {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::MutableRepeatedFieldRef;
using google::protobuf::Reflection;

namespace {

template <class T>
int Order(const T& a, const T& b) {
  return a < b ? -1 : b < a ? 1 : 0;
}

// Compares one value of each message; the index is -1 outside lists.
int CompareValue(const Message& a, int i, const Message& b, int j, const FieldDescriptor& field) {
  const Reflection& r = *a.GetReflection();
  const bool list = field.is_repeated();
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_MESSAGE:
      return list ? Compare(r.GetRepeatedMessage(a, &field, i), r.GetRepeatedMessage(b, &field, j))
                  : Compare(r.GetMessage(a, &field), r.GetMessage(b, &field));
    case FieldDescriptor::CPPTYPE_STRING:
      return Order(StringAt(a, field, i), StringAt(b, field, j));
    case FieldDescriptor::CPPTYPE_ENUM:
      return list ? Order(r.GetRepeatedEnumValue(a, &field, i), r.GetRepeatedEnumValue(b, &field, j))
                  : Order(r.GetEnumValue(a, &field), r.GetEnumValue(b, &field));
    case FieldDescriptor::CPPTYPE_BOOL:
      return list ? Order(r.GetRepeatedBool(a, &field, i), r.GetRepeatedBool(b, &field, j))
                  : Order(r.GetBool(a, &field), r.GetBool(b, &field));
    case FieldDescriptor::CPPTYPE_INT32:
      return list ? Order(r.GetRepeatedInt32(a, &field, i), r.GetRepeatedInt32(b, &field, j))
                  : Order(r.GetInt32(a, &field), r.GetInt32(b, &field));
    case FieldDescriptor::CPPTYPE_INT64:
      return list ? Order(r.GetRepeatedInt64(a, &field, i), r.GetRepeatedInt64(b, &field, j))
                  : Order(r.GetInt64(a, &field), r.GetInt64(b, &field));
    case FieldDescriptor::CPPTYPE_UINT32:
      return list ? Order(r.GetRepeatedUInt32(a, &field, i), r.GetRepeatedUInt32(b, &field, j))
                  : Order(r.GetUInt32(a, &field), r.GetUInt32(b, &field));
    case FieldDescriptor::CPPTYPE_UINT64:
      return list ? Order(r.GetRepeatedUInt64(a, &field, i), r.GetRepeatedUInt64(b, &field, j))
                  : Order(r.GetUInt64(a, &field), r.GetUInt64(b, &field));
    case FieldDescriptor::CPPTYPE_FLOAT:
      return list ? Order(r.GetRepeatedFloat(a, &field, i), r.GetRepeatedFloat(b, &field, j))
                  : Order(r.GetFloat(a, &field), r.GetFloat(b, &field));
    case FieldDescriptor::CPPTYPE_DOUBLE:
      return list ? Order(r.GetRepeatedDouble(a, &field, i), r.GetRepeatedDouble(b, &field, j))
                  : Order(r.GetDouble(a, &field), r.GetDouble(b, &field));
  }
  return 0;
}

int CompareField(const Message& a, const Message& b, const FieldDescriptor& field) {
  const Reflection& reflection = *a.GetReflection();
  if (!field.is_repeated()) {
    if (field.has_presence()) {
      if (const int order = Order(IsSet(a, field), IsSet(b, field)); order != 0) return order;
    }
    return CompareValue(a, -1, b, -1, field);
  }
  const int a_size = reflection.FieldSize(a, &field);
  const int b_size = reflection.FieldSize(b, &field);
  for (int i = 0; i < std::min(a_size, b_size); ++i) {
    if (const int order = CompareValue(a, i, b, i, field); order != 0) return order;
  }
  return Order(a_size, b_size);
}

// Sorts by swapping elements in place, so that their addresses stay as they are or move together.
void SortList(Message& message, const FieldDescriptor& field) {
  const Reflection& reflection = *message.GetReflection();
  const int size = reflection.FieldSize(message, &field);
  std::vector<int> order(size);  // order[i]: where the i-th smallest element is now
  for (int i = 0; i < size; ++i) order[i] = i;
  std::stable_sort(order.begin(), order.end(),
                   [&](int i, int j) { return CompareValue(message, i, message, j, field) < 0; });
  for (int i = 0; i < size; ++i) {
    int from = order[i];
    while (from < i) from = order[from];  // an earlier swap moved it
    if (from != i) reflection.SwapElements(&message, &field, i, from);
  }
  if (field.cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE) return;
  int kept = std::min(size, 1);
  for (int i = 1; i < size; ++i) {
    if (CompareValue(message, kept - 1, message, i, field) == 0) continue;
    if (kept != i) reflection.SwapElements(&message, &field, kept, i);
    ++kept;
  }
  for (int i = kept; i < size; ++i) reflection.RemoveLast(&message, &field);
}

}  // namespace

int Compare(const Message& a, const Message& b) {
  const Descriptor& type = *a.GetDescriptor();
  if (const FieldDescriptor* id = IdField(type)) {
    if (const int order = CompareField(a, b, *id); order != 0) return order;
  }
  // Generated descriptors list fields as the file does, which in this model is by number.
  for (int i = 0; i < type.field_count(); ++i) {
    if (const int order = CompareField(a, b, *type.field(i)); order != 0) return order;
  }
  return 0;
}

void Canonicalise(Message& message) {
  const Descriptor& type = *message.GetDescriptor();
  const Reflection& reflection = *message.GetReflection();
  for (int i = 0; i < type.field_count(); ++i) {
    const FieldDescriptor& field = *type.field(i);
    if (field.cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE) {
      // Parts first: what compares them must see them in their order.
      for (int j = 0; field.is_repeated() && j < reflection.FieldSize(message, &field); ++j) {
        Canonicalise(*reflection.MutableRepeatedMessage(&message, &field, j));
      }
      if (!field.is_repeated() && IsSet(message, field)) Canonicalise(*reflection.MutableMessage(&message, &field));
    }
    if (field.is_repeated() && !RuleOf(field).ordered()) SortList(message, field);
  }
}

}  // namespace metapowers::model
