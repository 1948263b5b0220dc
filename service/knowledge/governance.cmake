# The rows behind the Govern documents (governance.h): embedded, and checked against their schemas at build time.
file(GLOB clause_files CONFIGURE_DEPENDS RELATIVE ${CMAKE_CURRENT_SOURCE_DIR} data/govern/cla*.textproto)
set(activity_files data/govern/security_activities.textproto)
foreach(rows clause=PolicyClauses=policy_clauses activity=SecurityActivities=security_activities)
  string(REPLACE "=" ";" rows ${rows})
  list(GET rows 0 kind)
  list(GET rows 1 message)
  list(GET rows 2 schema)
  set(rows_stamp ${CMAKE_CURRENT_BINARY_DIR}/${schema}.checked)
  add_custom_command(
    OUTPUT ${rows_stamp}
    COMMAND ${CMAKE_COMMAND} -DPROTOC=$<TARGET_FILE:protobuf::protoc> -DPROTOS=${PROJECT_SOURCE_DIR}/proto
            -DSCHEMA=metapowers/knowledge/v1/${schema}.proto -DMESSAGE=metapowers.knowledge.v1.${message}
            -DROOT=${CMAKE_CURRENT_SOURCE_DIR} "-DFILES=${${kind}_files}" -DSTAMP=${rows_stamp}
            -P ${CMAKE_CURRENT_SOURCE_DIR}/check_textproto.cmake
    DEPENDS ${${kind}_files} check_textproto.cmake ${PROJECT_SOURCE_DIR}/proto/metapowers/knowledge/v1/${schema}.proto
    COMMENT "Checking the ${schema} rows against their schema"
    VERBATIM)
  target_sources(metapowers_knowledge PRIVATE ${rows_stamp})
endforeach()
metapowers_embed(metapowers_knowledge metapowers::knowledge kGovernanceFiles ${clause_files} ${activity_files})
