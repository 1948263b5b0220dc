# The rules on recovery (recovery.h): embedded, and checked against their schema at build time.
file(GLOB recovery_files CONFIGURE_DEPENDS RELATIVE ${CMAKE_CURRENT_SOURCE_DIR} data/recover/*.textproto)
encode_rows(recovery_rules RecoveryRules ${recovery_files})
embed_rows(kRecoveryFiles ${recovery_files})
