# The rules on recovery (recovery.h): embedded, and checked against their schema at build time.
file(GLOB recovery_files CONFIGURE_DEPENDS RELATIVE ${CMAKE_CURRENT_SOURCE_DIR} data/recover/*.textproto)
check_rows(recovery_rules recovery_rules RecoveryRules ${recovery_files})
metapowers_embed(metapowers_knowledge metapowers::knowledge kRecoveryFiles ${recovery_files})
