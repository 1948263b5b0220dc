# check_rows(STAMP SCHEMA MESSAGE FILE...): checks data files against a message of metapowers/knowledge/v1/SCHEMA.proto at
# build time, so that a slip fails the build with file, line and column. STAMP names the check and is unique.
function(check_rows stamp schema message)
  set(stamp ${CMAKE_CURRENT_BINARY_DIR}/${stamp}.checked)
  set(schema metapowers/knowledge/v1/${schema}.proto)
  set(script ${CMAKE_CURRENT_FUNCTION_LIST_DIR}/check_textproto.cmake)
  add_custom_command(
    OUTPUT ${stamp}
    COMMAND ${CMAKE_COMMAND} -DPROTOC=$<TARGET_FILE:protobuf::protoc> -DPROTOS=${PROJECT_SOURCE_DIR}/proto
            -DSCHEMA=${schema} -DMESSAGE=metapowers.knowledge.v1.${message} -DROOT=${CMAKE_CURRENT_SOURCE_DIR}
            "-DFILES=${ARGN}" -DSTAMP=${stamp} -P ${script}
    DEPENDS ${ARGN} ${script} ${PROJECT_SOURCE_DIR}/proto/${schema}
    COMMENT "Checking ${ARGN} against ${schema}"
    VERBATIM)
  target_sources(metapowers_knowledge PRIVATE ${stamp})
endfunction()
