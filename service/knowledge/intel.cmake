# What technologies and sectors bring with them, how penetration tests are done, which section meets what and what
# people are trained in (intel.h): embedded, and checked against their schemas at build time.
encode_rows(threat_intel ThreatIntelRules data/intel/threat_intel.textproto)
encode_rows(pentest PentestRules data/intel/pentest.textproto)
encode_rows(compliance_sections ComplianceSections data/intel/compliance_sections.textproto)
encode_rows(training TrainingRules data/intel/training.textproto)
embed_rows(kIntelFiles data/intel/compliance_sections.textproto data/intel/pentest.textproto
           data/intel/threat_intel.textproto data/intel/training.textproto)
