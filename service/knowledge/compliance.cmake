#The rows behind gap assessments(compliance.h) : embedded, and checked against their schema at build time.
file(GLOB compliance_files CONFIGURE_DEPENDS RELATIVE ${CMAKE_CURRENT_SOURCE_DIR} data/compliance/*.textproto)
set(rows_stamp ${CMAKE_CURRENT_BINARY_DIR}/compliance_evidence.checked)
add_custom_command(
  OUTPUT ${rows_stamp}
  COMMAND ${CMAKE_COMMAND} -DPROTOC=$<TARGET_FILE:protobuf::protoc> -DPROTOS=${PROJECT_SOURCE_DIR}/proto
          -DSCHEMA=metapowers/knowledge/v1/compliance_evidence.proto -DMESSAGE=metapowers.knowledge.v1.ComplianceRows
          -DROOT=${CMAKE_CURRENT_SOURCE_DIR} "-DFILES=${compliance_files}" -DSTAMP=${rows_stamp}
          -P ${CMAKE_CURRENT_SOURCE_DIR}/check_textproto.cmake
  DEPENDS ${compliance_files} check_textproto.cmake
          ${PROJECT_SOURCE_DIR}/proto/metapowers/knowledge/v1/compliance_evidence.proto
  COMMENT "Checking the compliance rows against their schema"
  VERBATIM)
target_sources(metapowers_knowledge PRIVATE ${rows_stamp})
metapowers_embed(metapowers_knowledge metapowers::knowledge kComplianceFiles ${compliance_files})
