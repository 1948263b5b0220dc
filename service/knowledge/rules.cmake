# The rules on assets and data (rules.h): embedded, and each file checked against its schema at build time.
set(rules asset_rules=AssetRules container_rules=ContainerRules dependency_rules=DependencyRules
          handling_rules=HandlingRules surface_rules=SurfaceRules vulnerability_rules=VulnerabilityRules words=Words)
set(rule_files "")
foreach(rule IN LISTS rules)
  string(REGEX MATCH "^([a-z_]+)=(.+)$" _ ${rule})
  set(file data/rules/${CMAKE_MATCH_1}.textproto)
  set(schema metapowers/knowledge/v1/${CMAKE_MATCH_1}.proto)
  set(rule_stamp ${CMAKE_CURRENT_BINARY_DIR}/${CMAKE_MATCH_1}.checked)
  list(APPEND rule_files ${file})
  add_custom_command(
    OUTPUT ${rule_stamp}
    COMMAND ${CMAKE_COMMAND} -DPROTOC=$<TARGET_FILE:protobuf::protoc> -DPROTOS=${PROJECT_SOURCE_DIR}/proto
            -DSCHEMA=${schema} -DMESSAGE=metapowers.knowledge.v1.${CMAKE_MATCH_2}
            -DROOT=${CMAKE_CURRENT_SOURCE_DIR} -DFILES=${file} -DSTAMP=${rule_stamp}
            -P ${CMAKE_CURRENT_SOURCE_DIR}/check_textproto.cmake
    DEPENDS ${file} check_textproto.cmake ${PROJECT_SOURCE_DIR}/proto/${schema}
    COMMENT "Checking ${file} against its schema"
    VERBATIM)
  target_sources(metapowers_knowledge PRIVATE ${rule_stamp})
endforeach()
metapowers_embed(metapowers_knowledge metapowers::knowledge kRuleFiles ${rule_files})
