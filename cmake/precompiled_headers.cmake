# metapowers_precompiled(TARGET SET): TARGET's sources find the headers of SET read already. Half of a build is reading
# them: from nothing it takes half as long. They are of the system's packages or made from protos, so that a change of
# our own headers makes no set anew. A file still includes what it uses: -DMETAPOWERS_PRECOMPILE=OFF shows one that does not.
#
# Sets: light (std, Abseil), messages (and Protobuf, the model), services (and gRPC); those that end in _tests add
# GoogleTest.
set(METAPOWERS_HEADERS_light
    <algorithm> <cstdint> <functional> <map> <memory> <optional> <set> <string> <utility> <vector>
    <absl/container/flat_hash_map.h> <absl/container/flat_hash_set.h> <absl/status/status.h> <absl/status/statusor.h>
    <absl/strings/ascii.h> <absl/strings/match.h> <absl/strings/numbers.h> <absl/strings/str_cat.h>
    <absl/strings/str_format.h> <absl/strings/str_join.h> <absl/strings/str_replace.h> <absl/strings/str_split.h>
    <absl/strings/strip.h> <absl/synchronization/mutex.h> <absl/time/clock.h> <absl/time/time.h>)
set(METAPOWERS_HEADERS_messages
    ${METAPOWERS_HEADERS_light} <google/protobuf/descriptor.h> <google/protobuf/message.h>
    <google/protobuf/repeated_field.h> <metapowers/model/v1/system_model.pb.h>
    <metapowers/knowledge/v1/catalogue.pb.h>)
set(METAPOWERS_HEADERS_services ${METAPOWERS_HEADERS_messages} <grpcpp/grpcpp.h> <metapowers/v1/model_service.pb.h>)
foreach(set light messages services)
  set(METAPOWERS_HEADERS_${set}_tests ${METAPOWERS_HEADERS_${set}} <gmock/gmock.h> <gtest/gtest.h>)
endforeach()

function(metapowers_precompiled target set)
  if(NOT METAPOWERS_PRECOMPILE)
    return()
  endif()
  if(NOT TARGET metapowers_headers_${set})
    set(source ${CMAKE_BINARY_DIR}/precompiled/${set}.cc)
    file(CONFIGURE OUTPUT ${source} CONTENT "")
    add_library(metapowers_headers_${set} OBJECT ${source})
    metapowers_strict(metapowers_headers_${set})
    target_link_libraries(metapowers_headers_${set} PRIVATE absl::flat_hash_map absl::statusor absl::synchronization)
    if(set MATCHES "messages|services")
      target_link_libraries(metapowers_headers_${set} PRIVATE metapowers_proto)
    endif()
    if(set MATCHES "tests")
      target_link_libraries(metapowers_headers_${set} PRIVATE GTest::gmock)
    endif()
    target_compile_options(metapowers_headers_${set} PRIVATE -fpch-preprocess)  # ccache asks for it
    target_precompile_headers(metapowers_headers_${set} PRIVATE ${METAPOWERS_HEADERS_${set}})
  endif()
  target_compile_options(${target} PRIVATE -fpch-preprocess)
  target_precompile_headers(${target} REUSE_FROM metapowers_headers_${set})
endfunction()
