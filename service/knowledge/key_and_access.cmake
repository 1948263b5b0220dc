# Rows on algorithms, keys, credentials and configurations (key_and_access.h): embedded, and checked against their schema
# at build time.
file(GLOB key_and_access_files CONFIGURE_DEPENDS RELATIVE ${CMAKE_CURRENT_SOURCE_DIR} data/keys_and_access/*.textproto)
encode_rows(key_and_access_rules KeyAndAccessRules ${key_and_access_files})
embed_rows(kKeyAndAccessFiles ${key_and_access_files})
