# The rows on incident response (response.h): embedded, and each file checked against its schema at build time.
# An entry is <data file>=<proto>=<message>.
set(respond_rules plans=response_plans=ResponsePlans incident_classes=response_plans=ResponsePlans
                  notification_rules=notification_rules=NotificationRules messages=notification_rules=NotificationRules
                  containment_rules=containment_rules=ContainmentRules
                  forensic_rules=forensic_rules=ForensicRules lessons=lesson_rules=LessonRules)
set(respond_files "")
foreach(rule IN LISTS respond_rules)
  string(REGEX MATCH "^([a-z_]+)=([a-z_]+)=(.+)$" _ ${rule})
  set(file data/respond/${CMAKE_MATCH_1}.textproto)
  list(APPEND respond_files ${file})
  encode_rows(${CMAKE_MATCH_2} ${CMAKE_MATCH_3} ${file})
endforeach()
embed_rows(kRespondFiles ${respond_files})
