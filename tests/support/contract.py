"""The commands of the contract in their order: tests/spec/commands.yaml, less what is planned."""
import re

from tests.support.binaries import ROOT

_SPEC = (ROOT / 'tests/spec/commands.yaml').read_text()
# Commands stand six columns in; phases two.
_BLOCKS = re.split(r'^      - id: ', _SPEC, flags=re.M)[1:]
ALL = [block.split('\n', 1)[0].strip() for block in _BLOCKS]
PLANNED = (ROOT / 'tests/architecture/planned_commands.txt').read_text().split()
BUILT = [command for command in ALL if command not in PLANNED]
IN_WALKTHROUGH = [command for command, block in zip(ALL, _BLOCKS) if re.search(r'^ +walkthrough: true$', block, re.M)]
WALKTHROUGH = [command for command in IN_WALKTHROUGH if command in BUILT]
