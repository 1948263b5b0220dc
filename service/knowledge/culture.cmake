# The rules on security culture (culture.h): embedded, and checked against their schema at build time.
set(culture_files data/culture/culture_rules.textproto)
encode_rows(culture_rules CultureRules ${culture_files})
embed_rows(kCultureFiles ${culture_files})
