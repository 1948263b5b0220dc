# Rows are written as text and embedded as bytes of the wire format, which a start reads ten times faster.

# A schema may import any of these.
file(GLOB row_schemas CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/proto/metapowers/knowledge/v1/*.proto
     ${PROJECT_SOURCE_DIR}/proto/metapowers/model/v1/*.proto)

# encode_rows(SCHEMA MESSAGE FILE...): encodes data files as a message of metapowers/knowledge/v1/SCHEMA.proto, so that a
# slip fails the build with file, line and column.
function(encode_rows schema message)
  set(schema metapowers/knowledge/v1/${schema}.proto)
  set(script ${CMAKE_CURRENT_FUNCTION_LIST_DIR}/encode_textproto.cmake)
  list(TRANSFORM ARGN PREPEND ${CMAKE_CURRENT_BINARY_DIR}/rows/ OUTPUT_VARIABLE encoded)
  add_custom_command(
    OUTPUT ${encoded}
    COMMAND ${CMAKE_COMMAND} -DPROTOC=$<TARGET_FILE:protobuf::protoc> -DPROTOS=${PROJECT_SOURCE_DIR}/proto
            -DSCHEMA=${schema} -DMESSAGE=metapowers.knowledge.v1.${message} -DROOT=${CMAKE_CURRENT_SOURCE_DIR}
            -DOUT=${CMAKE_CURRENT_BINARY_DIR}/rows "-DFILES=${ARGN}" -P ${script}
    DEPENDS ${ARGN} ${script} ${row_schemas}
    COMMENT "Encoding ${ARGN} by ${schema}"
    VERBATIM)
endfunction()

# embed_rows(NAME FILE...): metapowers_embed() of what encode_rows() made of the files.
function(embed_rows name)
  metapowers_embed_bytes(metapowers_knowledge metapowers::knowledge ${name} ${CMAKE_CURRENT_BINARY_DIR}/rows ${ARGN})
endfunction()
