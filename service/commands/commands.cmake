# The commands that are built, as <phase>/<stem>; adding one is README's "Add a command".
set(METAPOWERS_COMMANDS
  govern/risk_appetite
  govern/security_policy
  govern/security_roles
  identify/asset_inventory
  identify/attack_surface
  identify/data_classification
)
