# The rules on logs, detections and tests (logging.h, detections.h): embedded, and each file checked against its schema
# at build time.
# An entry is <data file>=<proto>=<message>.
set(detect_rules log_kinds=log_sources=LogKinds logging_rules=logging_rules=LoggingRules
                 monitoring_rules=monitoring_rules=MonitoringRules detections=detections=Detections
                 access_detections=detections=Detections application_detections=detections=Detections
                 delivery_detections=detections=Detections platform_detections=detections=Detections
                 security_tests=security_tests=SecurityTests)
set(detect_files "")
foreach(rule IN LISTS detect_rules)
  string(REGEX MATCH "^([a-z_]+)=([a-z_]+)=(.+)$" _ ${rule})
  set(file data/detect/${CMAKE_MATCH_1}.textproto)
  set(schema metapowers/knowledge/v1/${CMAKE_MATCH_2}.proto)
  set(rule_stamp ${CMAKE_CURRENT_BINARY_DIR}/${CMAKE_MATCH_1}.checked)
  list(APPEND detect_files ${file})
  add_custom_command(
    OUTPUT ${rule_stamp}
    COMMAND ${CMAKE_COMMAND} -DPROTOC=$<TARGET_FILE:protobuf::protoc> -DPROTOS=${PROJECT_SOURCE_DIR}/proto
            -DSCHEMA=${schema} -DMESSAGE=metapowers.knowledge.v1.${CMAKE_MATCH_3}
            -DROOT=${CMAKE_CURRENT_SOURCE_DIR} -DFILES=${file} -DSTAMP=${rule_stamp}
            -P ${CMAKE_CURRENT_SOURCE_DIR}/check_textproto.cmake
    DEPENDS ${file} check_textproto.cmake ${PROJECT_SOURCE_DIR}/proto/${schema}
    COMMENT "Checking ${file} against its schema"
    VERBATIM)
  target_sources(metapowers_knowledge PRIVATE ${rule_stamp})
endforeach()
metapowers_embed(metapowers_knowledge metapowers::knowledge kDetectFiles ${detect_files})
