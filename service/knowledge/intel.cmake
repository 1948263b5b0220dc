# What technologies and sectors bring with them (intel.h): embedded, and checked against its schema at build time.
check_rows(threat_intel threat_intel ThreatIntelRules data/intel/threat_intel.textproto)
metapowers_embed(metapowers_knowledge metapowers::knowledge kIntelFiles data/intel/threat_intel.textproto)
