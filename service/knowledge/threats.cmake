# The rows behind threats (threats.h): embedded, and checked against their schemas at build time.
file(GLOB threat_rule_files CONFIGURE_DEPENDS RELATIVE ${CMAKE_CURRENT_SOURCE_DIR} data/threats/*_rules.textproto)
file(GLOB control_files CONFIGURE_DEPENDS RELATIVE ${CMAKE_CURRENT_SOURCE_DIR} data/controls/*.textproto)
set(grid_files data/threats/risk_grid.textproto)
set(technology_files data/threats/technologies.textproto)
set(catalogue_files data/threats/cwe.textproto data/threats/capec.textproto data/threats/attack.textproto)
foreach(rows threat_rule=ThreatRules=threat_rules control=SecurityControls=security_controls grid=RiskGrid=threat_rules
             technology=Technologies=technologies catalogue=WeaknessCatalogue=weakness_catalogue)
  string(REPLACE "=" ";" rows ${rows})
  list(GET rows 0 kind)
  list(GET rows 1 message)
  list(GET rows 2 schema)
  encode_rows(${schema} ${message} ${${kind}_files})
endforeach()
embed_rows(kThreatFiles ${threat_rule_files} ${control_files}
                 ${grid_files} ${technology_files} ${catalogue_files})
