# The rows behind gap assessments (compliance.h): embedded, and checked against their schema at build time.
file(GLOB compliance_files CONFIGURE_DEPENDS RELATIVE ${CMAKE_CURRENT_SOURCE_DIR} data/compliance/*.textproto)
check_rows(compliance_evidence compliance_evidence ComplianceRows ${compliance_files})
metapowers_embed(metapowers_knowledge metapowers::knowledge kComplianceFiles ${compliance_files})
