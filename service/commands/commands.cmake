# The commands that are built, as <phase>/<stem>; adding one is README's "Add a command".
set(METAPOWERS_COMMANDS
  identify/asset_inventory
)
