#!/usr/bin/env python3
"""The tools over models: validate, fmt, diff, export and schema, on files and on topics."""
import json
import os
import pathlib
import re
import stat
import sys
import tempfile
import unittest

import yaml

try:
    import jsonschema
except ImportError:
    jsonschema = None

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2]))
from tests.support.binaries import ROOT, cli, git  # noqa: E402

EXAMPLES = sorted((ROOT / 'deploy/examples').glob('*/system-model.yaml'))
NOTES = ROOT / 'deploy/examples/team-notes/system-model.yaml'


class ModelTools(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.repo = pathlib.Path(folder.name) / 'repo'
        git('init', '-q', '-b', 'main', str(self.repo), cwd='/')

    def cli(self, *words, expect=0, **options):
        done = cli(*words, **{'cwd': self.repo, **options})
        self.assertEqual(done.returncode, expect, f'{words}: {done.stdout}{done.stderr}')
        return done

    def write(self, name, text):
        path = self.repo / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        return name

    def test_validate_tells_the_faults_of_all_files(self):
        good = self.write('good.yaml', NOTES.read_text())
        bad = self.write('sub/bad.yaml', NOTES.read_text().replace('replicas: 1\n', 'replica: 1\n') + 'nonsense: 1\n')
        done = self.cli('model', 'validate', bad, 'gone.yaml', good, expect=9)
        self.assertIn('sub/bad.yaml: ', done.stderr)
        self.assertIn("did you mean 'replicas'", done.stderr)
        self.assertIn("'gone.yaml'", done.stderr)
        self.assertRegex(done.stdout, r'^good.yaml: valid, \d+ open question')
        responses = json.loads(self.cli('model', 'validate', bad, good, '-o', 'json', expect=9).stdout)
        self.assertGreaterEqual(len(responses[0]['faults']), 2)
        self.assertNotIn('faults', responses[1])
        self.assertIn('faults', json.loads(self.cli('model', 'validate', bad, '-o', 'json', expect=9).stdout))
        self.cli('model', 'validate', good)

    def test_validate_takes_topics(self):
        self.cli('init', 'team-notes', '--model', NOTES)
        self.assertRegex(self.cli('model', 'validate', 'team-notes', NOTES).stdout,
                         r'^team-notes: valid, \d+ open questions\n\S*system-model.yaml: valid')
        self.cli('model', 'validate', 'nothing-here', expect=3)

    def test_sarif_points_at_lines_from_the_top_of_the_repository(self):
        self.write('good.yaml', NOTES.read_text())
        self.write('sub/bad.yaml', NOTES.read_text() + 'nonsense: 1\n')
        done = self.cli('model', 'validate', 'bad.yaml', '../good.yaml', '-o', 'sarif', '--questions', expect=9,
                        cwd=self.repo / 'sub')
        run = json.loads(done.stdout)['runs'][0]
        places = [(result['ruleId'], result['locations'][0]['physicalLocation']) for result in run['results']]
        fault = [place for rule, place in places if rule == 'model-fault']
        self.assertEqual(len(fault), 1)
        self.assertEqual(fault[0]['artifactLocation']['uri'], 'sub/bad.yaml')
        self.assertEqual(fault[0]['region'], {'startLine': len(NOTES.read_text().splitlines()) + 1, 'startColumn': 1})
        notes = [place for rule, place in places if rule == 'model-question']
        self.assertGreater(len(notes), 0)
        self.assertEqual({note['artifactLocation']['uri'] for note in notes}, {'good.yaml'})
        self.cli('model', 'schema', '-o', 'sarif', expect=2)

    def test_fmt_of_a_file(self):
        messy = '# Ours.\n\n' + NOTES.read_text().replace('schema_version: "1"\n', '') + "schema_version: '1'  # old\n"
        name = self.write('m.yaml', messy)
        os.chmod(self.repo / name, 0o640)
        done = self.cli('model', 'fmt', name, '--check', expect=10)
        self.assertIn("-schema_version: '1'  # old\n", done.stdout)
        self.assertIn('+schema_version: "1"  # old\n', done.stdout)
        self.assertEqual((self.repo / name).read_text(), messy)
        printed = self.cli('model', 'fmt', stdin=messy).stdout
        self.assertEqual(self.cli('model', 'fmt', name, '--write').stdout, 'm.yaml: formatted\n')
        self.assertEqual((self.repo / name).read_text(), printed)
        self.assertEqual(stat.S_IMODE(os.stat(self.repo / name).st_mode), 0o640)
        self.assertEqual(sorted(os.listdir(self.repo)), ['.git', 'm.yaml'])
        self.assertEqual(self.cli('model', 'fmt', name, '--write').stdout, 'm.yaml: unchanged\n')
        self.assertEqual(self.cli('model', 'fmt', name, '--check').stdout, '')
        self.cli('model', 'diff', name, NOTES, '--exit-code')
        self.write('bad.yaml', 'nonsense: 1\n')
        self.assertIn('bad.yaml:1:1', self.cli('model', 'fmt', 'bad.yaml', '--write', expect=9).stderr)
        self.assertEqual((self.repo / 'bad.yaml').read_text(), 'nonsense: 1\n')
        self.cli('model', 'fmt', name, '--check', '--write', expect=2)
        self.cli('model', 'fmt', '--write', expect=2, stdin=messy)

    def test_the_examples_are_in_the_usual_layout(self):
        examples = sorted((ROOT / 'deploy/examples').glob('*/system-model.yaml'))
        self.assertGreaterEqual(len(examples), 7)
        for example in examples:
            with self.subTest(example=example.parent.name):
                self.assertEqual(self.cli('model', 'fmt', example, '--check').stdout, '')

    def test_fmt_and_diff_of_a_topic(self):
        name = self.write('m.yaml', NOTES.read_text().replace("  - id: notes-db\n    name: Notes database\n",
                                                              "  - name: Notes database\n    id: notes-db\n"))
        self.cli('init', 'team-notes', '--model', name)
        self.cli('model', 'fmt', 'team-notes', '--check', expect=10)
        self.assertIn('committed', self.cli('model', 'fmt', 'team-notes', '--write').stdout)
        self.cli('model', 'fmt', 'team-notes', '--check')
        self.assertEqual(self.cli('model', 'diff', 'team-notes@HEAD~1', 'team-notes', '--exit-code').stdout, '')
        changed = self.write('n.yaml', NOTES.read_text().replace('    replicas: 1\n', '    replicas: 3\n', 1))
        done = self.cli('model', 'diff', 'team-notes', changed)
        self.assertRegex(done.stdout, r'^~ component \S+: replicas 1 → 3\n\Z')
        self.cli('model', 'diff', 'team-notes', changed, '--exit-code', expect=10)
        self.assertIn('\x1b[33m', self.cli('model', 'diff', 'team-notes', changed, '--color', 'always').stdout)
        differences = json.loads(self.cli('model', 'diff', 'team-notes', changed, '-o', 'json').stdout)['differences']
        self.assertEqual((differences[0]['before'], differences[0]['after']), ('1', '3'))
        self.cli('model', 'diff', 'nothing-here', changed, expect=3)

    def test_export(self):
        self.cli('init', 'team-notes', '--model', NOTES)
        for form, start in (('otm', '{'), ('mermaid', 'flowchart LR\n'), ('dot', 'digraph "team-notes"'), ('json', '{')):
            done = self.cli('model', 'export', 'team-notes', '--format', form)
            self.assertTrue(done.stdout.startswith(start), form)
            self.assertEqual('left out' in done.stderr, form != 'json')
            self.assertEqual(self.cli('model', 'export', NOTES, '--format', form, '--out', f'x.{form}').stdout, f'x.{form}\n')
            self.assertEqual((self.repo / f'x.{form}').read_text(), done.stdout)
        self.cli('model', 'diff', 'team-notes', 'x.json', '--exit-code')
        self.cli('model', 'export', NOTES, '--format', 'word', expect=2)
        self.assertIn("did you mean 'otm'?", self.cli('model', 'export', NOTES, '--format', 'otmm', expect=2).stderr)
        self.cli('model', 'export', NOTES, '--format', 'otm', '--out', 'no/such/folder/x', expect=9)

    @unittest.skipUnless(jsonschema, 'python3-jsonschema is not installed')
    def test_the_schema_fits_the_examples(self):
        schema = json.loads(self.cli('model', 'schema').stdout)
        jsonschema.Draft202012Validator.check_schema(schema)
        checker = jsonschema.Draft202012Validator(schema)
        self.assertGreaterEqual(len(EXAMPLES), 3)
        for example in EXAMPLES:
            # As editors read YAML 1.2: dates, yes and no are text.
            model = yaml.load(example.read_text(), Loader=Yaml12)
            self.assertEqual([error.message for error in checker.iter_errors(model)], [], example)
            del model['components'][0]['kind']
            model['flows'][0]['prot'] = 'https'
            self.assertEqual(len(list(checker.iter_errors(model))), 2)


class Yaml12(yaml.SafeLoader):
    """The core schema of YAML 1.2."""


Yaml12.yaml_implicit_resolvers = {}
for tag, pattern, starts in (('bool', r'^(?:true|false)$', 'tf'), ('int', r'^-?[0-9]+$', '-0123456789'),
                             ('float', r'^-?[0-9]+\.[0-9]+$', '-0123456789')):
    Yaml12.add_implicit_resolver(f'tag:yaml.org,2002:{tag}', re.compile(pattern), list(starts))

if __name__ == '__main__':
    unittest.main()
