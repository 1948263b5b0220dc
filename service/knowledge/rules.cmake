# The rules on assets and data (rules.h): embedded, and each file checked against its schema at build time.
set(rules asset_rules=AssetRules container_rules=ContainerRules dependency_rules=DependencyRules
          handling_rules=HandlingRules surface_rules=SurfaceRules vulnerability_rules=VulnerabilityRules words=Words)
set(rule_files "")
foreach(rule IN LISTS rules)
  string(REGEX MATCH "^([a-z_]+)=(.+)$" _ ${rule})
  set(file data/rules/${CMAKE_MATCH_1}.textproto)
  list(APPEND rule_files ${file})
  encode_rows(${CMAKE_MATCH_1} ${CMAKE_MATCH_2} ${file})
endforeach()
embed_rows(kRuleFiles ${rule_files})
