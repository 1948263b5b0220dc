# The rules on logs, detections and tests (logging.h, detections.h): embedded, and each file checked against its schema
# at build time.
# An entry is <data file>=<proto>=<message>.
set(detect_rules log_kinds=log_sources=LogKinds logging_rules=logging_rules=LoggingRules
                 monitoring_rules=monitoring_rules=MonitoringRules detections=detections=Detections
                 access_detections=detections=Detections application_detections=detections=Detections
                 delivery_detections=detections=Detections platform_detections=detections=Detections
                 security_tests=security_tests=SecurityTests siem_rules=siem_rules=SiemRules)
set(detect_files "")
foreach(rule IN LISTS detect_rules)
  string(REGEX MATCH "^([a-z_]+)=([a-z_]+)=(.+)$" _ ${rule})
  set(file data/detect/${CMAKE_MATCH_1}.textproto)
  list(APPEND detect_files ${file})
  encode_rows(${CMAKE_MATCH_2} ${CMAKE_MATCH_3} ${file})
endforeach()
embed_rows(kDetectFiles ${detect_files})
