# The rows behind gap assessments (compliance.h): embedded, and checked against their schema at build time.
file(GLOB compliance_files CONFIGURE_DEPENDS RELATIVE ${CMAKE_CURRENT_SOURCE_DIR} data/compliance/*.textproto)
encode_rows(compliance_evidence ComplianceRows ${compliance_files})
embed_rows(kComplianceFiles ${compliance_files})
