#Rows on algorithms, keys, credentials and configurations(key_and_access.h) : embedded, and checked against their schema
#at build time.
file(GLOB key_and_access_files CONFIGURE_DEPENDS RELATIVE ${CMAKE_CURRENT_SOURCE_DIR} data/keys_and_access/*.textproto)
set(key_and_access_stamp ${CMAKE_CURRENT_BINARY_DIR}/key_and_access_rules.checked)
add_custom_command(
  OUTPUT ${key_and_access_stamp}
  COMMAND ${CMAKE_COMMAND} -DPROTOC=$<TARGET_FILE:protobuf::protoc> -DPROTOS=${PROJECT_SOURCE_DIR}/proto
          -DSCHEMA=metapowers/knowledge/v1/key_and_access_rules.proto
          -DMESSAGE=metapowers.knowledge.v1.KeyAndAccessRules -DROOT=${CMAKE_CURRENT_SOURCE_DIR}
          "-DFILES=${key_and_access_files}" -DSTAMP=${key_and_access_stamp}
          -P ${CMAKE_CURRENT_SOURCE_DIR}/check_textproto.cmake
  DEPENDS ${key_and_access_files} check_textproto.cmake
          ${PROJECT_SOURCE_DIR}/proto/metapowers/knowledge/v1/key_and_access_rules.proto
  COMMENT "Checking the key and access rows against their schema"
  VERBATIM)
target_sources(metapowers_knowledge PRIVATE ${key_and_access_stamp})
metapowers_embed(metapowers_knowledge metapowers::knowledge kKeyAndAccessFiles ${key_and_access_files})
