# The rows behind `lint` (lint_items.h): embedded, and checked against their schema at build time.
set(lint_files data/lint/lint_items.textproto)
check_rows(lint_items lint_items LintItems ${lint_files})
metapowers_embed(metapowers_knowledge metapowers::knowledge kLintFiles ${lint_files})
