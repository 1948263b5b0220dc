#!/usr/bin/env python3
"""The architecture as tests: who includes whom, and that a command is one stem everywhere.

Run from the top of the tree. Each failure names the file and the step to take.
"""
import pathlib
import re
import unittest

import yaml

ROOT = pathlib.Path(__file__).resolve().parents[2]
HERE = pathlib.Path(__file__).resolve().parent
SPEC = yaml.safe_load((ROOT / 'tests/spec/commands.yaml').read_text())
MODELS = sorted(p.name for p in (ROOT / 'tests/golden').iterdir())  # the other archetypes have no goldens
INCLUDE = re.compile(r'^\s*#include\s+[<"]([^>"]+)[>"]', re.M)


def sources(*folders):
    for folder in folders:
        for path in sorted((ROOT / folder).rglob('*')):
            if path.suffix in ('.h', '.cc'):
                yield path


def spec_commands():
    """(phase, command) of the contract, with document and gate resolved."""
    for phase in SPEC['phases']:
        for command in phase['commands']:
            yield phase, {'document': phase.get('document'), **command}


def stem(command_id):
    return command_id.replace('-', '_')


def camel(command_id):
    return ''.join(word.capitalize() for word in command_id.split('-'))


def built_stems():
    text = (ROOT / 'service/commands/commands.cmake').read_text()
    commands = re.search(r'METAPOWERS_COMMANDS([^)]*)\)', text).group(1)
    return sorted(re.findall(r'^\s+(\w+/\w+)\s*$', commands, re.M))


def service_options(phase):
    """RPC name -> text of its command option, from the phase's service file."""
    text = (ROOT / f'proto/metapowers/security/{phase}/v1/{phase}_service.proto').read_text()
    found = {}
    for block in re.split(r'^  rpc ', text, flags=re.M)[1:]:
        found[re.match(r'\w+', block).group()] = block
    return found


class IncludeTable(unittest.TestCase):
    def allowed(self, path):
        table = yaml.safe_load((HERE / 'include_table.yaml').read_text())
        relative = path.relative_to(ROOT)
        key = str(relative) if str(relative) in table else relative.parts[0]
        if relative.parts[0] == 'service':
            key = relative.parts[1]
        self.assertIn(key, table, f'{relative}: folder is not in include_table.yaml')
        return key, set(table[key])

    def test_layers_include_only_what_the_table_allows(self):
        faults = []
        for path in sources('service', 'client'):
            key, allowed = self.allowed(path)
            for include in INCLUDE.findall(path.read_text()):
                first = include.split('/')[0]
                if '/' not in include and '.' not in include:
                    continue  # the standard library
                if first == 'absl':
                    continue
                if first == 'service':
                    target = include.split('/')[1]
                    ok = target == key or target in allowed
                elif first == 'client':
                    ok = key.startswith('client')
                elif include.endswith('.pb.h') and first in ('metapowers', 'grpc'):
                    ok = 'proto' in allowed
                elif include.endswith('.pb.h') and include.startswith('google/rpc'):
                    ok = 'proto' in allowed
                elif re.fullmatch(r'(sys/\w+|unistd|fcntl|signal|dirent|poll|pwd|termios|errno|netdb|spawn)\.h', include):
                    ok = key in ('workspace', 'server', 'main.cc') or key.startswith('client')
                else:
                    ok = first in allowed
                if not ok:
                    faults.append(f'{path.relative_to(ROOT)} includes {include}: {key} may not (DESIGN: layers)')
        self.assertEqual(faults, [])

    def test_a_command_includes_no_other_command(self):
        faults = []
        for path in sources('service/commands'):
            own = path.relative_to(ROOT).with_suffix('')
            for include in INCLUDE.findall(path.read_text()):
                other = pathlib.Path(include).with_suffix('')
                if include.startswith('service/commands/') and len(other.parts) == 4 and other != own:
                    faults.append(f'{path.relative_to(ROOT)} includes {include}: move what they share to analysis/')
        self.assertEqual(faults, [])

    def test_pure_layers_have_no_clock_randomness_or_files(self):
        impure = re.compile(r'absl::Now|std::chrono|random_device|mt19937|\bgetenv\b|std::[io]?fstream|\bfopen\b|'
                            r'std::locale|setlocale|unordered_(map|set)')
        faults = [f'{path.relative_to(ROOT)}: {match.group()}'
                  for path in sources('service/model', 'service/importers', 'service/knowledge', 'service/analysis', 'service/commands',
                                      'service/render', 'service/document')
                  for match in impure.finditer(path.read_text())]
        self.assertEqual(faults, [])

    def test_only_absl_string_view(self):
        faults = [str(path.relative_to(ROOT)) for path in sources('service', 'client')
                  if 'std::string_view' in path.read_text()]
        self.assertEqual(faults, [], 'std::string_view and absl::string_view are different types here')


class Stems(unittest.TestCase):
    """commands.yaml = RPCs = files; a forgotten step fails here with its name."""

    def test_every_command_of_the_contract_has_an_rpc_and_a_proto(self):
        for phase, command in spec_commands():
            with self.subTest(command=command['id']):
                proto = ROOT / f'proto/metapowers/security/{phase["id"]}/v1/{stem(command["id"])}.proto'
                self.assertTrue(proto.exists(), f'add {proto.relative_to(ROOT)}')
                self.assertIn(camel(command['id']), service_options(phase['id']),
                              f'add the rpc block to {phase["id"]}_service.proto')

    def test_no_rpc_or_proto_beside_the_contract(self):
        for phase in SPEC['phases']:
            ids = {c['id'] for c in phase['commands']}
            self.assertEqual(set(service_options(phase['id'])), {camel(i) for i in ids})
            folder = ROOT / f'proto/metapowers/security/{phase["id"]}/v1'
            self.assertEqual({p.stem for p in folder.glob('*.proto')},
                             {stem(i) for i in ids} | {f'{phase["id"]}_service'})

    def test_method_options_say_what_the_contract_says(self):
        position = 0
        for phase, command in spec_commands():
            position += 1
            block = service_options(phase['id'])[camel(command['id'])]
            with self.subTest(command=command['id']):
                self.assertIn(f'id: "{command["id"]}"', block)
                self.assertIn(f'phase: "{phase["id"]}"', block)
                self.assertIn(f'document: "{command["document"]}"', block)
                self.assertIn(f'heading: "{command["heading"]}"', block)
                self.assertEqual(re.findall(r'sections: "([^"]*)"', block), command['sections'])
                self.assertEqual('gate: "00-govern.md"' in block, command['gate'] == 'govern')
                self.assertEqual('walkthrough: true' in block, command.get('walkthrough', False))
                self.assertIn(f'position: {position}\n', block)

    def test_built_commands_are_complete(self):
        for name in built_stems():
            phase, short = name.split('/')
            wanted = [f'service/commands/{name}.{suffix}' for suffix in ('h', 'cc', 'md')]
            wanted.append(f'tests/commands/{name}_test.cc')
            wanted += [f'tests/golden/{model}/{name}.md' for model in MODELS]
            for path in wanted:
                self.assertTrue((ROOT / path).exists(), f'{name} is in commands.cmake, but {path} is missing')

    def test_commands_that_use_evidence_say_so(self):
        text = (ROOT / 'service/commands/commands.cmake').read_text()
        listed = re.search(r'METAPOWERS_EVIDENCE_COMMANDS([^)]*)\)', text).group(1).split()
        # Input::evidence is a field; `.evidence()` is the list of declarations in the model.
        users = [name for name in built_stems()
                 if re.search(r'\b\w*input\w*\.evidence\b(?!\()', (ROOT / f'service/commands/{name}.cc').read_text())]
        self.assertEqual(sorted(listed), users, 'correct METAPOWERS_EVIDENCE_COMMANDS in commands.cmake: without it, a '
                                                'command is given no evidence')

    def test_no_file_of_a_command_that_is_not_listed(self):
        built = set(built_stems())
        for path in sorted((ROOT / 'service/commands').glob('*/*.md')):
            self.assertIn(f'{path.parent.name}/{path.stem}', built, f'add {path.stem} to commands.cmake')

    def test_templates_have_the_headings_of_the_contract(self):
        built = set(built_stems())
        for phase, command in spec_commands():
            name = f'{phase["id"]}/{stem(command["id"])}'
            if name not in built:
                continue
            text = (ROOT / f'service/commands/{name}.md').read_text()
            self.assertEqual(re.findall(r'^## (.*)$', text, re.M), [command['heading']], name)
            self.assertEqual(re.findall(r'^### (.*)$', text, re.M), command['sections'], name)

    def test_planned_commands_only_become_fewer(self):
        listed = (HERE / 'planned_commands.txt').read_text().split()
        built = set(built_stems())
        planned = [c['id'] for p, c in spec_commands() if f'{p["id"]}/{stem(c["id"])}' not in built]
        self.assertEqual(listed, planned, 'remove what is built now from planned_commands.txt; it never grows')

    def test_own_copies_of_the_specification_are_current(self):
        shared = ROOT.parent / 'shared/spec'
        if not shared.is_dir():
            self.skipTest('no ../shared beside this tree')
        for name in ('commands.yaml', 'walkthrough-facts.yaml'):
            self.assertEqual((ROOT / 'tests/spec' / name).read_text(), (shared / name).read_text(), name)


class Conventions(unittest.TestCase):
    def test_unavailable_is_reserved_to_the_drain(self):
        allowed = {'service/server/errors.cc', 'service/server/dispatch.cc', 'service/server/dispatch.h'}
        faults = [str(p.relative_to(ROOT)) for p in sources('service')
                  if re.search(r'kUnavailable|UnavailableError|StatusCode::UNAVAILABLE', p.read_text())
                  and str(p.relative_to(ROOT)) not in allowed]
        self.assertEqual(faults, [], 'clients retry UNAVAILABLE by themselves: a handler never returns it')

    def test_every_error_reason_used_is_declared(self):
        text = (ROOT / 'proto/metapowers/v1/error_reason.proto').read_text()
        declared = set(re.findall(r'ERROR_REASON_(\w+) = \d+', text))
        used = re.compile(r'(?:\.reason = |MakeError\([^;]*?\{)"([A-Z][A-Z_]+)"', re.S)
        for path in sources('service'):
            for reason in used.findall(path.read_text()):
                self.assertIn(reason, declared, f'{path.relative_to(ROOT)}: add it to error_reason.proto')

    def test_long_files_have_a_reason(self):
        reasons = yaml.safe_load((HERE / 'long_files.yaml').read_text()) or {}
        long = {str(p.relative_to(ROOT)) for p in [*sources('service', 'client', 'tests'), *(ROOT / 'proto').rglob('*.proto')]
                if len(p.read_text().splitlines()) > 400}
        self.assertEqual(long - set(reasons), set(), 'split the file, or say why not in long_files.yaml')
        self.assertEqual(set(reasons) - long, set(), 'no longer long: remove it from long_files.yaml')


if __name__ == '__main__':
    unittest.main()
