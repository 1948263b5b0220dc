# What technologies and sectors bring with them, how penetration tests are done, which section meets what and what people
# are trained in (intel.h): embedded, and checked against their schemas at build time.
check_rows(threat_intel threat_intel ThreatIntelRules data/intel/threat_intel.textproto)
check_rows(pentest pentest PentestRules data/intel/pentest.textproto)
check_rows(compliance_sections compliance_sections ComplianceSections data/intel/compliance_sections.textproto)
check_rows(training training TrainingRules data/intel/training.textproto)
metapowers_embed(metapowers_knowledge metapowers::knowledge kIntelFiles data/intel/compliance_sections.textproto
                 data/intel/pentest.textproto data/intel/threat_intel.textproto data/intel/training.textproto)
