// The serialised FileDescriptorSet of the model's protos with their comments, which generated code leaves
// out. Written at build time by embed_descriptors.cmake.
#ifndef METAPOWERS_SERVICE_MODEL_MODEL_DESCRIPTORS_H_
#define METAPOWERS_SERVICE_MODEL_MODEL_DESCRIPTORS_H_

#include <cstddef>

namespace metapowers::model {

extern const unsigned char kModelDescriptors[];
extern const size_t kModelDescriptorsSize;

}  // namespace metapowers::model

#endif  // METAPOWERS_SERVICE_MODEL_MODEL_DESCRIPTORS_H_
