# The commands that are built, as <phase>/<stem>; adding one is README's "Add a command".
set(METAPOWERS_COMMANDS
  govern/risk_appetite
  govern/security_policy
  govern/security_roles
  identify/asset_inventory
  identify/attack_surface
  identify/compliance_gap
  identify/data_classification
  identify/risk_assessment
  identify/threat_model
  identify/vulnerability_assessment
)
# Those of them that use Input::evidence: the evidence is read and parsed for them alone.
set(METAPOWERS_EVIDENCE_COMMANDS
  identify/vulnerability_assessment
)
