# What technologies and sectors bring with them, and how penetration tests are done (intel.h): embedded, and checked
# against their schemas at build time.
check_rows(threat_intel threat_intel ThreatIntelRules data/intel/threat_intel.textproto)
check_rows(pentest pentest PentestRules data/intel/pentest.textproto)
metapowers_embed(metapowers_knowledge metapowers::knowledge kIntelFiles data/intel/pentest.textproto
                 data/intel/threat_intel.textproto)
