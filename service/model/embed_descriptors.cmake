# Writes the bytes of IN as the array of model_descriptors.h to OUT.
file(READ "${IN}" hex HEX)
string(REGEX REPLACE "(..)" "0x\\1," bytes "${hex}")
file(WRITE "${OUT}" "// Made by service/model/embed_descriptors.cmake.
#include \"service/model/model_descriptors.h\"

namespace metapowers::model {

const unsigned char kModelDescriptors[] = {
${bytes}};
const size_t kModelDescriptorsSize = sizeof(kModelDescriptors);

}  // namespace metapowers::model
")
