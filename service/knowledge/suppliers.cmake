# The rules on suppliers (supplier_rules.h): embedded, and checked against their schema at build time.
set(supplier_files data/suppliers/supplier_rules.textproto)
encode_rows(supplier_rules SupplierRules ${supplier_files})
embed_rows(kSupplierFiles ${supplier_files})
