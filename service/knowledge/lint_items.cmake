# The rows behind `lint` (lint_items.h): embedded, and checked against their schema at build time.
set(lint_files data/lint/lint_items.textproto)
encode_rows(lint_items LintItems ${lint_files})
embed_rows(kLintFiles ${lint_files})
