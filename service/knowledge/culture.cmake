# The rules on security culture (culture.h): embedded, and checked against their schema at build time.
set(culture_files data/culture/culture_rules.textproto)
check_rows(culture_rules culture_rules CultureRules ${culture_files})
metapowers_embed(metapowers_knowledge metapowers::knowledge kCultureFiles ${culture_files})
