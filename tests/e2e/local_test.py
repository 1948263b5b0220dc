#!/usr/bin/env python3
"""Local mode: the client alone, in someone's own Git repository."""
import pathlib
import re
import sys
import tempfile
import unittest

import yaml

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2]))
from tests.support.binaries import BIN, EXAMPLE, ROOT, cli, git, run  # noqa: E402

TOPIC = '.metapowers/security/api-platform'
DECISIONS = '''schema_version: "1"
decisions:
  - finding: no-tls/web
    status: accepted
    requested_by: security-lead
    approved_by: ciso
    authority: high
    rationale: Old devices go in June.
    decided_on: 2026-02-01
    expires_on: 2026-08-01
'''


class LocalMode(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        self.repo = pathlib.Path(self.folder.name) / 'repo'
        git('init', '-q', '-b', 'trunk', str(self.repo), cwd='/')
        (self.repo / 'a.txt').write_text('one\n')
        (self.repo / 'b.txt').write_text('one\n')
        git('add', '.', cwd=self.repo)
        git('commit', '-q', '-m', 'first', cwd=self.repo)

    def cli(self, *words, cwd=None, **options):
        return cli(*words, cwd=cwd or self.repo, **options)

    def succeed(self, *words, **options):
        done = self.cli(*words, **options)
        self.assertEqual(done.returncode, 0, f'{words}: {done.stderr}')
        return done

    def test_work_of_the_user_is_untouched(self):
        (self.repo / 'a.txt').write_text('staged\n')
        git('add', 'a.txt', cwd=self.repo)
        (self.repo / 'a.txt').write_text('staged and edited\n')
        (self.repo / 'b.txt').write_text('edited\n')
        (self.repo / 'new.txt').write_text('untracked\n')
        before = git('status', '--porcelain', cwd=self.repo)
        self.succeed('init', 'api-platform', '--model', EXAMPLE)
        self.succeed('run', 'all', 'api-platform')
        self.assertEqual(git('status', '--porcelain', cwd=self.repo), before)
        self.assertEqual(git('show', ':a.txt', cwd=self.repo), 'staged\n')
        self.assertEqual((self.repo / 'a.txt').read_text(), 'staged and edited\n')
        self.assertTrue((self.repo / TOPIC / '00-govern.md').exists())
        self.assertEqual(git('log', '--format=%s', 'trunk', cwd=self.repo).splitlines()[-1], 'first')
        self.assertEqual(git('fsck', '--strict', cwd=self.repo), '')

    def test_works_from_a_subfolder_and_an_unborn_branch(self):
        empty = self.repo.parent / 'empty'
        git('init', '-q', '-b', 'main', str(empty), cwd='/')
        (empty / 'deep').mkdir()
        self.succeed('init', 'api-platform', '--model', EXAMPLE, cwd=empty / 'deep')
        self.assertEqual(git('rev-list', '--count', 'main', cwd=empty).strip(), '1')
        self.assertEqual(git('status', '--porcelain', cwd=empty), '')

    def test_uncommitted_edits_of_a_document_are_refused(self):
        self.succeed('init', 'api-platform', '--model', EXAMPLE)
        self.succeed('run', 'govern', 'api-platform')
        document = self.repo / TOPIC / '00-govern.md'
        edited = document.read_text() + '\nA note.\n'
        document.write_text(edited)
        text = EXAMPLE.read_text().replace('session_idle_minutes: 15', 'session_idle_minutes: 10')
        done = self.cli('run', 'security-policy', 'api-platform', '--model', '-', stdin=text)
        self.assertEqual(done.returncode, 3, done.stderr)
        self.assertIn('00-govern.md', done.stderr)
        self.assertIn('commit', done.stderr)
        self.assertEqual(document.read_text(), edited)

    def test_committed_text_of_people_survives(self):
        self.succeed('init', 'api-platform', '--model', EXAMPLE)
        self.succeed('run', 'govern', 'api-platform')
        document = self.repo / TOPIC / '00-govern.md'
        document.write_text(document.read_text() + '\n## Our own notes\n\nKept  byte for byte. \n')
        git('commit', '-qam', 'notes', cwd=self.repo)
        text = EXAMPLE.read_text().replace('session_idle_minutes: 15', 'session_idle_minutes: 10')
        self.succeed('run', 'security-policy', 'api-platform', '--model', '-', stdin=text)
        self.assertTrue(document.read_text().endswith('\n## Our own notes\n\nKept  byte for byte. \n'))

    def test_decisions_and_evidence_stand_beside_the_model(self):
        folder = self.repo / TOPIC
        folder.mkdir(parents=True)
        model = EXAMPLE.read_text()
        declared = '  - {id: portal-scan, format: trivy, path: scans/portal.json, component: partner-portal}\n'
        model = model.replace('\nevidence:\n', '\nevidence:\n' + declared, 1) if '\nevidence:\n' in model \
            else model + '\nevidence:\n' + declared
        (folder / 'system-model.yaml').write_text(model)
        (folder / 'scans').mkdir()
        (folder / 'scans/portal.json').write_text('{}')
        (folder / 'decisions.yaml').write_text(DECISIONS)
        # As with the model: what is not committed is not read, and is committed when it is named.
        done = self.succeed('init', 'api-platform', '--model', folder / 'system-model.yaml')
        self.assertIn(f'hint: {folder}/decisions.yaml is not sent', done.stderr)
        self.assertIn('?? ' + TOPIC, git('status', '--porcelain', cwd=self.repo))
        self.succeed('run', 'security-policy', 'api-platform', '--decisions', folder / 'decisions.yaml',
                     '--attach', folder / 'scans/portal.json=scans/portal.json')
        self.assertEqual(git('status', '--porcelain', cwd=self.repo), '')
        self.assertEqual(git('log', '-1', '--skip=1', '--format=%s', cwd=self.repo).strip(),
                         'security(api-platform): decisions and evidence')
        self.assertEqual(self.succeed('model', 'get', 'api-platform', '--decisions').stdout, DECISIONS)
        # An edit that is not committed is neither read nor overwritten.
        (folder / 'decisions.yaml').write_text(DECISIONS + '# a note\n')
        self.assertEqual(self.succeed('model', 'get', 'api-platform', '--decisions').stdout, DECISIONS)
        other = self.repo.parent / 'other.yaml'
        other.write_text(DECISIONS.replace('Old devices', 'Older devices'))
        done = self.cli('model', 'put', 'api-platform', '--decisions', other)
        self.assertEqual(done.returncode, 3, done.stderr)
        self.assertIn('decisions.yaml', done.stderr)
        self.assertTrue((folder / 'decisions.yaml').read_text().endswith('# a note\n'))
        # Committed by hand, and faulty: nothing runs, and every fault has its place.
        (folder / 'decisions.yaml').write_text(DECISIONS.replace('status: accepted', 'status: maybe'))
        git('commit', '-qam', 'decide', cwd=self.repo)
        done = self.cli('run', 'security-policy', 'api-platform')
        self.assertEqual(done.returncode, 9, done.stderr)
        self.assertRegex(done.stderr, r'decisions\.yaml:4:\d+: decisions\[0\]\.status')

    def test_output_that_gets_lost_is_an_error(self):
        self.succeed('init', 'api-platform', '--model', EXAMPLE)
        said = 'metapowers: standard output could not be written to its end\n'
        for redirection in ('>/dev/full', '>&-'):
            done = run('sh', '-c', f'"$0" status api-platform {redirection}', BIN / 'metapowers', cwd=self.repo)
            self.assertEqual(done.returncode, 1, done.stderr)
            self.assertIn(said, done.stderr)
        # A reader that has read enough is none.
        done = run('sh', '-c', '"$0" model get api-platform | head -1', BIN / 'metapowers', cwd=self.repo)
        self.assertNotIn(said, done.stderr)
        # Nothing of the repository takes the place of a closed stream.
        run('sh', '-c', '"$0" run govern api-platform >&- 2>&-', BIN / 'metapowers', cwd=self.repo)
        self.assertEqual(git('fsck', '--strict', cwd=self.repo), '')

    def test_edits_of_the_model_that_are_not_committed_are_hinted_at(self):
        self.succeed('init', 'api-platform', '--model', EXAMPLE)
        self.assertNotIn('hint', self.succeed('status', 'api-platform').stderr)
        model = self.repo / TOPIC / 'system-model.yaml'
        model.write_text(model.read_text().replace('session_idle_minutes: 15', 'session_idle_minutes: 10'))
        hint = (f'hint: {TOPIC}/system-model.yaml has edits that are not committed and do not count yet: '
                f'metapowers model put api-platform {TOPIC}/system-model.yaml\n')
        self.assertIn(hint, self.succeed('status', 'api-platform').stderr)
        self.assertIn(hint, self.succeed('run', 'security-policy', 'api-platform').stderr)
        self.assertNotIn('after 10 minutes', (self.repo / TOPIC / '00-govern.md').read_text())
        self.succeed('model', 'put', 'api-platform', model)
        self.assertNotIn('hint', self.succeed('status', 'api-platform').stderr)
        self.assertRegex(self.succeed('status', 'api-platform').stdout, r'(?m)^security-policy +stale$')
        done = self.succeed('run', 'security-policy', 'api-platform', '--model', model)
        self.assertNotIn('hint', done.stderr)

    def test_not_a_repository(self):
        outside = self.repo.parent / 'plain'
        outside.mkdir()
        done = self.cli('status', cwd=outside)
        self.assertEqual(done.returncode, 3, done.stderr)
        self.assertIn('git init', done.stderr)
        self.assertEqual(self.cli('model', 'validate', EXAMPLE, cwd=outside).returncode, 0)
        self.assertEqual(self.cli('commands', cwd=outside).returncode, 0)
        self.assertEqual(self.cli('version', cwd=outside).returncode, 0)

    def test_detached_head_is_refused(self):
        git('checkout', '-q', '--detach', cwd=self.repo)
        done = self.cli('init', 'api-platform', '--model', EXAMPLE)
        self.assertEqual(done.returncode, 3, done.stderr)
        self.assertIn('branch', done.stderr)

    def test_import_of_a_folder(self):
        """Files of a folder make one model, whose draft is kept beside it; what is left out is told."""
        source = pathlib.Path(self.folder.name) / 'source'
        (source / 'b/.git').mkdir(parents=True)
        (source / 'a.yaml').write_text(
            'title: Shop\ntechnical_assets: {Web: {id: web, type: process, communication_links: {Q: {target: db}}},'
            ' DB: {id: db, type: datastore}}\ndata_assets: {Orders: {id: orders, confidentiality: internal}}\n')
        (source / 'b/more.json').write_text(
            '{"technical_assets": {"DB": {"id": "db", "type": "datastore", "redundant": true}},'
            ' "data_assets": {"Orders": {"id": "orders", "confidentiality": "internal"}}}')
        (source / 'b/.git/x.yaml').write_text('technical_assets: broken')
        (source / 'b/values.yml').write_text('replicas: 3\r\n')
        (source / 'b/chart.yaml').write_text('technical_assets: {{ .Values.x }}\n')
        (source / 'out.yaml').symlink_to(self.repo / 'a.txt')
        done = self.succeed('model', 'import', '--from', source)
        model = yaml.safe_load(done.stdout)
        self.assertEqual([c['id'] for c in model['components']], ['db', 'web'])
        self.assertTrue(model['components'][0]['redundant'])
        self.assertIn('# observed ', done.stdout)
        self.assertIn('not imported, 3 items:', done.stderr)
        self.assertEqual(git('log', '--format=%s', cwd=self.repo), 'first\n', 'nothing is stored')

        done = self.succeed('init', 'shop', '--from', source)
        self.assertIn('imported from threagile (2 files):', done.stdout)
        self.assertIn('out.yaml (link): leads out of the folder named', done.stdout)
        self.assertIn('is a template that was not rendered', done.stdout)
        draft = (self.repo / '.metapowers/security/shop/system-model.yaml').read_text()
        kept = (self.repo / '.metapowers/.generated/shop/imported-model.yaml').read_text()
        self.assertTrue(kept.startswith(draft), kept)
        self.assertIn('# --- Names in the files ---\n', kept[len(draft):])
        self.assertEqual(git('log', '--format=%s', cwd=self.repo).splitlines(), ['security(shop): model', 'first'])
        self.succeed('run', 'security-policy', 'shop')

        done = self.cli('init', 'other', '--from', source / 'b/values.yml')
        self.assertEqual(done.returncode, 9)
        self.assertIn('show no component', done.stderr)
        (source / 'b/broken.yaml').write_text('technical_assets:\n  A: [\n')
        done = self.cli('init', 'other', '--from', source)
        self.assertEqual(done.returncode, 9)
        self.assertIn('broken.yaml:3:1', done.stderr)
        self.assertFalse((self.repo / '.metapowers/security/other').exists())

    def test_archetype(self):
        done = self.succeed('init', 'my-shop', '--archetype', 'fintech-api')
        self.assertIn('my-shop/evidence  9 reports committed ', done.stdout)
        folder = self.repo / '.metapowers/security/my-shop'
        declared = {path.relative_to(EXAMPLE.parent) for path in (EXAMPLE.parent / 'evidence').iterdir()}
        self.assertEqual({path.relative_to(folder) for path in (folder / 'evidence').iterdir()}, declared)
        self.succeed('run', 'all', 'my-shop')
        self.assertNotIn('file missing', (folder / '01-identify.md').read_text())
        done = self.cli('show', 'my-shp')
        self.assertEqual(done.returncode, 5, done.stderr)
        self.assertIn("did you mean 'my-shop'", done.stderr)
        done = self.cli('init', 'my-shop', '--archetype', 'fintech-api')
        self.assertEqual(done.returncode, 6, done.stderr)
        done = self.cli('init', 'other', '--archetype', 'fintec-api')
        self.assertEqual(done.returncode, 5, done.stderr)
        self.assertIn("did you mean 'fintech-api'", done.stderr)

    def test_threagile_models_are_drafted_from(self):
        fixtures = ROOT / 'tests/importers/threagile'
        done = self.succeed('init', 'shop', '--from', fixtures / 'complete.yaml')
        self.assertRegex(done.stdout, r'(?m)^  components +19$')
        self.assertRegex(done.stdout, r'(?m)^  drafts +\d+$')
        self.assertIn('assumed, to be confirmed:\n', done.stdout)
        self.assertRegex(done.stdout, r'(?m)^\d+ questions about what the files do not say$')
        self.assertRegex(done.stdout, r'(?m)^\S+/shop/decisions\.yaml  committed ')
        self.assertIn("complete.yaml:159:", done.stderr)
        self.assertIn("next: ", done.stderr)
        folder = self.repo / '.metapowers/security/shop'
        self.assertEqual(git('status', '--porcelain', cwd=self.repo), '')
        self.assertEqual(git('rev-list', '--count', 'HEAD', cwd=self.repo).strip(), '2')
        self.assertIn('imported_id: "customer>buy-things"', (folder / 'system-model.yaml').read_text())
        self.succeed('model', 'validate', folder / 'system-model.yaml')
        self.succeed('run', 'all', 'shop')
        again = self.succeed('init', 'again', '--from', '-', stdin=(fixtures / 'bare.yaml').read_text())
        self.assertNotIn('decisions.yaml', again.stdout)

    def test_a_tracked_risk_of_threagile_becomes_a_decision_in_force(self):
        done = self.succeed('init', 'desk', '--from', ROOT / 'deploy/examples/threagile.yaml')
        self.assertRegex(done.stdout, r'(?m)^  unencrypted-asset +2 findings$')
        folder = self.repo / '.metapowers/security/desk'
        drafted = yaml.safe_load((folder / 'decisions.yaml').read_text())
        self.assertEqual([each['finding'] for each in drafted['drafts']],
                         ['kept-data-replaced@database', 'unencrypted-storage@database'])
        # A person completes the drafts: who asked, who approved, up to which level, until when.
        model = (folder / 'system-model.yaml').read_text()
        lead = '  - {id: desk-lead, title: Lead of the desk, kind: engineering_lead, team: desk-team}\n'
        (folder / 'system-model.yaml').write_text(re.sub(r'\nroles:.*\n', '\nroles:\n' + lead, model, count=1))
        kept = ('finding', 'status', 'rationale', 'ticket')
        decisions = [{**{key: draft[key] for key in kept}, 'requested_by': 'desk-lead', 'approved_by': 'system-owner',
                      'authority': 'critical', 'decided_on': '2026-02-11', 'expires_on': '2026-09-01'}
                     for draft in drafted['drafts']]
        (folder / 'decisions.yaml').write_text(yaml.safe_dump({'schema_version': '1', 'decisions': decisions}))
        git('commit', '-qam', 'Complete the decisions', cwd=self.repo)
        self.succeed('run', 'all', 'desk')
        document = (folder / '01-identify.md').read_text()
        self.assertRegex(document, r'(?m)^\| `?unencrypted-storage@database`? \| accepted ')
        self.assertNotIn('no such finding', document)

    def test_what_cannot_be_imported_writes_nothing(self):
        head = git('rev-parse', 'HEAD', cwd=self.repo)
        for name, text, expected in (
                ('empty', '', 'is empty'),
                ('other', 'services: {web: {port: 80}}\n', 'show no component'),
                ('dangling', 'data_assets: {D: {id: d, confidentiality: public}}\n'
                             'technical_assets: {A: {id: a, type: process, data_assets_stored: [e]}}\n',
                 "dangling.yaml:2:67: technical_assets.'A'.data_assets_stored[0]: 'e' is no data asset of this file"),
                ('deep', 'data_assets: ' + '[' * 5000, 'nested more than'),
                ('bomb', 'a: &a [x, x, x, x, x, x, x, x, x]\n' + ''.join(
                    f'{b}: &{b} [' + ', '.join([f'*{a}'] * 9) + ']\n' for a, b in zip('abcdefgh', 'bcdefghi')),
                 'with every alias written out'),
                ('large', '#' * (10 << 20), '')):
            with self.subTest(name=name):
                file = self.repo / f'{name}.yaml'
                file.write_text(text)
                done = self.cli('init', 'shop', '--from', file.name)
                self.assertIn(done.returncode, (8, 9) if name == 'large' else (9,), done.stderr)
                self.assertIn(expected, done.stderr)
                self.assertEqual(git('rev-parse', 'HEAD', cwd=self.repo), head)
                self.assertFalse((self.repo / '.metapowers').exists())
        self.assertEqual(self.cli('init', 'shop', '--from', 'missing.yaml').returncode, 9)
        self.assertEqual(self.cli('init', 'shop', '--from', 'x', '--archetype', 'fintech-api').returncode, 2)

    def test_help_has_examples_and_version_prints(self):
        self.assertIn('Examples:', self.cli('--help').stdout)
        self.assertIn('Examples:', self.cli('run', '--help').stdout)
        self.assertRegex(self.cli('version').stdout, r'^metapowers \d+\.\d+\.\d+\n$')


if __name__ == '__main__':
    unittest.main()
