# The rules on suppliers (supplier_rules.h): embedded, and checked against their schema at build time.
set(supplier_files data/suppliers/supplier_rules.textproto)
check_rows(supplier_rules supplier_rules SupplierRules ${supplier_files})
metapowers_embed(metapowers_knowledge metapowers::knowledge kSupplierFiles ${supplier_files})
