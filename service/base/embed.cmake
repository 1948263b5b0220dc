# Script of metapowers_embed(): writes FILES, named relative to ROOT, as C++ raw strings, or with BYTES as escaped ones,
# whatever they hold. Long files are cut into pieces, since compilers limit one literal.
list(SORT FILES)
set(texts "")
set(rows "")
set(n 0)
foreach(file IN LISTS FILES)
  cmake_path(ABSOLUTE_PATH file BASE_DIRECTORY "${ROOT}")
  file(RELATIVE_PATH path "${ROOT}" "${file}")
  if(BYTES)
    file(READ "${file}" text HEX)
    string(REGEX REPLACE "(..)" "\\\\x\\1" text "${text}")
    set(open "\"")
    set(close "\"")
  else()
    file(READ "${file}" text)
    set(open "R\"__mp__(")
    set(close ")__mp__\"")
  endif()
  string(LENGTH "${text}" length)
  string(APPEND texts "const char kText${n}[] =\n    \"\"")
  set(at 0)
  while(at LESS length)
    string(SUBSTRING "${text}" ${at} 12000 piece)
    string(APPEND texts "\n    ${open}${piece}${close}")
    math(EXPR at "${at} + 12000")
  endwhile()
  string(APPEND texts ";\n")
  string(APPEND rows "    {\"${path}\", absl::string_view(kText${n}, sizeof(kText${n}) - 1)},\n")
  math(EXPR n "${n} + 1")
endforeach()
file(WRITE "${OUT}" "// Made by service/base/embed.cmake.
#include \"service/base/embedded_file.h\"

namespace ${NAMESPACE} {
namespace {
${texts}}  // namespace

extern const metapowers::EmbeddedFile ${NAME}[] = {
${rows}};
extern const int ${NAME}Count = ${n};

}  // namespace ${NAMESPACE}
")
