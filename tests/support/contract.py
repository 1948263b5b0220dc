"""The commands of the contract in their order, and what the reference scenario must state (tests/spec)."""
import re

import yaml

from tests.support.binaries import ROOT

_COMMANDS = [command for phase in yaml.safe_load((ROOT / 'tests/spec/commands.yaml').read_text())['phases']
             for command in phase['commands']]
ALL = [command['id'] for command in _COMMANDS]
HEADINGS = {command['id']: command['heading'] for command in _COMMANDS}
PLANNED = (ROOT / 'tests/architecture/planned_commands.txt').read_text().split()
BUILT = [command for command in ALL if command not in PLANNED]
IN_WALKTHROUGH = [command['id'] for command in _COMMANDS if command.get('walkthrough')]
WALKTHROUGH = [command for command in IN_WALKTHROUGH if command in BUILT]

# Facts by command, each a list of words.
FACTS = {command: facts
         for sections in yaml.safe_load((ROOT / 'tests/spec/walkthrough-facts.yaml').read_text())['documents'].values()
         for command, facts in sections.items()}


def missing_facts(section, facts):
    """Those of which no paragraph, list entry or table row of the section has all words, in any case."""
    blocks = []
    for paragraph in re.split(r'\n\s*\n', section):
        lines = [line for line in paragraph.split('\n') if line.strip()]
        blocks += [*lines, ' '.join(lines)]
    plain = [re.sub(r'[*_`\\]', '', block).lower() for block in blocks]
    return [fact for fact in facts if not any(all(word.lower() in block for word in fact) for block in plain)]
