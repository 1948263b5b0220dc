#!/usr/bin/env python3
"""The history of documents at the command line: log, revision, blame, diff and revert, in files and on a terminal."""
import json
import pathlib
import re
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2]))
from tests.support.binaries import EXAMPLE, cli, git, serving  # noqa: E402
from tests.support.terminal import Terminal  # noqa: E402

TOPIC = '.metapowers/security/api-platform'
CHANGED = EXAMPLE.read_text().replace('    name: Partner portal\n', '    name: Portal of partners\n')


class History(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.repo = pathlib.Path(folder.name)
        git('init', '-q', '-b', 'main', str(self.repo), cwd='/')
        self.succeed('init', 'api-platform', '--model', EXAMPLE)
        self.succeed('run', 'govern', 'api-platform')
        self.succeed('run', 'asset-inventory', 'api-platform')
        self.succeed('run', 'asset-inventory', 'api-platform', '--model', '-', stdin=CHANGED)

    def succeed(self, *words, **options):
        done = cli(*words, cwd=self.repo, **options)
        self.assertEqual(done.returncode, 0, f'{words}: {done.stderr}')
        return done.stdout

    def fail_with(self, code, *words):
        done = cli(*words, cwd=self.repo)
        self.assertEqual((done.returncode, done.stdout), (code, ''), done.stderr)
        return done.stderr

    def head(self):
        return git('rev-parse', 'HEAD', cwd=self.repo).strip()

    def on_terminal(self, *words, **options):
        terminal = Terminal(*words, cwd=self.repo, **options)
        self.addCleanup(terminal.process.wait)
        self.addCleanup(terminal.process.kill)
        self.assertEqual(terminal.end(), 0, terminal.text)
        return terminal

    def test_the_log_has_one_line_a_commit(self):
        lines = self.succeed('log', 'api-platform').splitlines()
        self.assertEqual(len(lines), 9)
        for line in lines:
            self.assertRegex(line, r'^[0-9a-f]{7}  \d{4}-\d\d-\d\d \d\d:\d\d  [a-z-]+ +\S.*  \S')
        self.assertRegex(lines[0], r'  asset-inventory +\S.*  The inventory of ')
        self.assertRegex(lines[1], r'  model +\S.*  Components: changed partner-portal ')
        section = self.succeed('log', 'api-platform#asset-inventory').splitlines()
        self.assertEqual([line[:7] for line in section], [lines[0][:7], lines[2][:7]])
        listed = json.loads(self.succeed('log', 'api-platform#asset-inventory', '-o', 'json'))
        self.assertEqual([r['commit'][:7] for r in listed['revisions']], [line[:7] for line in section])
        self.assertRegex(self.succeed('log').splitlines()[0], r'  api-platform  asset-inventory ')

    def test_the_log_is_as_long_as_wanted_and_begins_where_wanted(self):
        lines = self.succeed('log', 'api-platform').splitlines()
        for words in (['-n', '2000'], ['-n', '0'], ['--all']):
            self.assertEqual(self.succeed('log', 'api-platform', *words).splitlines(), lines)
        short = cli('log', 'api-platform', '-n', '2', cwd=self.repo)
        self.assertEqual(short.stdout.count('\n'), 2)
        self.assertIn('more: metapowers log api-platform -n 4, or --all', short.stderr)
        section = self.succeed('log', 'api-platform#asset-inventory').splitlines()
        for address, expected in (('api-platform@HEAD~2', lines[2:]), (f'api-platform@{lines[3][:7]}', lines[3:]),
                                  ('api-platform#asset-inventory@HEAD~1', section[1:])):
            shown = self.succeed('log', address).splitlines()
            self.assertEqual([line[:7] for line in shown], [line[:7] for line in expected], address)
        self.assertIn('no revision', self.fail_with(5, 'log', 'api-platform@00000000'))

    def test_a_revert_of_the_first_commit_asks_first(self):
        self.succeed('init', 'team-notes', '--archetype', 'saas-web')
        head = self.head()
        first = git('rev-list', '--reverse', 'HEAD', '--', '.metapowers/security/team-notes', cwd=self.repo).split()[0]
        said = self.fail_with(9, 'revert', 'team-notes', first)
        self.assertIn('undoing it removes the model', said)
        self.assertIn(f'metapowers revert team-notes {first[:12]} --yes', said)
        self.assertEqual(self.head(), head)
        self.succeed('revert', 'team-notes', first, '--dry-run')
        self.succeed('revert', 'team-notes', first, '--yes')
        self.assertFalse((self.repo / '.metapowers/security/team-notes/system-model.yaml').exists())

    def test_errors_name_what_was_typed(self):
        said = self.fail_with(9, 'run', 'security-policy', 'api-platform', '--request-id', 'x', '--expected-head', 'y')
        self.assertIn('--request-id must be a UUID', said)
        self.assertIn('  --expected-head: must be a full commit id', said)
        self.assertNotIn('context.', said)

    def test_a_revision_is_told_in_full(self):
        told = self.succeed('revision', 'api-platform', self.head()[:8])
        self.assertTrue(told.startswith(f'commit {self.head()}\n'), told)
        self.assertIn('    Metapowers-Command: security:asset-inventory\n', told)
        self.assertIn(f'\n~  {TOPIC}/01-identify.md  +', told)
        self.assertIn('because component partner-portal: name Partner portal → Portal of partners\n', told)
        self.assertIn(' @@ ## Asset Inventory\n', told)
        detail = json.loads(self.succeed('revision', 'api-platform', 'HEAD~1', '-o', 'json'))
        self.assertEqual([r['command'] for r in detail['results']][-1], 'asset-inventory')
        self.assertEqual([f['path'] for f in detail['files']], [f'{TOPIC}/system-model.yaml'])

    def test_revisions_that_are_none(self):
        self.assertIn("'nope' is not a revision", self.fail_with(9, 'revision', 'api-platform', 'nope'))
        self.assertIn('HEAD or HEAD~N', self.fail_with(9, 'show', 'api-platform@abc'))
        self.assertIn("no revision '00000000'", self.fail_with(5, 'diff', 'api-platform', '00000000'))
        self.assertIn("no revision 'HEAD~99'", self.fail_with(5, 'revert', 'api-platform', 'HEAD~99'))

    def test_blame_names_commit_and_cause(self):
        lines = self.succeed('blame', 'api-platform#asset-inventory').splitlines()
        touched = [line for line in lines if 'Portal of partners' in line and '|' in line]
        self.assertTrue(touched)
        for line in touched:
            self.assertTrue(line.startswith(self.head()[:7]), line)
        self.assertRegex('\n'.join(lines), r'because of [0-9a-f]{7} model  Components: changed partner-portal ')
        first = git('log', '--format=%H', '--grep=: asset-inventory', cwd=self.repo).split()[-1]
        self.assertTrue(any(line.startswith(first[:7]) and line.endswith('## Asset Inventory') for line in lines))
        blame = json.loads(self.succeed('blame', 'api-platform#asset-inventory', '-o', 'json'))
        self.assertEqual([line['line'] for line in blame['lines']], list(range(1, len(blame['lines']) + 1)))
        self.assertIn('names no section', self.fail_with(2, 'blame', 'api-platform'))

    def test_revert_undoes_by_a_new_commit(self):
        document = self.repo / TOPIC / '01-identify.md'
        after = document.read_text()
        before = git('show', f'HEAD~1:{TOPIC}/01-identify.md', cwd=self.repo)
        undone = self.head()
        plan = self.succeed('revert', 'api-platform', 'HEAD', '--dry-run')
        self.assertIn('+++ b/', plan)
        self.assertEqual((self.head(), document.read_text()), (undone, after))
        said = self.succeed('revert', 'api-platform', 'HEAD')
        self.assertRegex(said, rf'^revert {undone[:7]}  committed [0-9a-f]{{7}}\n    Undoes {undone[:12]} ')
        self.assertEqual(document.read_text(), before)
        self.assertEqual(git('status', '--porcelain', cwd=self.repo), '')
        trailers = git('log', '-1', '--format=%(trailers:only)', cwd=self.repo)
        self.assertIn('Metapowers-Action: revert\n', trailers)
        self.assertIn(f'Metapowers-Reverts: {undone}\n', trailers)
        again = cli('revert', 'api-platform', undone, cwd=self.repo)
        self.assertEqual((again.returncode, again.stdout), (0, f'revert {undone[:7]}  unchanged\n'))
        self.succeed('run', 'asset-inventory', 'api-platform')
        self.assertEqual(document.read_text(), after)

    def test_a_revert_that_is_in_conflict_writes_nothing(self):
        self.succeed('model', 'put', 'api-platform', '-', stdin=CHANGED.replace('Portal of partners', 'Third name'))
        head = self.head()
        renamed = git('rev-parse', 'HEAD~2', cwd=self.repo).strip()
        said = self.fail_with(6, 'revert', 'api-platform', renamed)
        self.assertIn(f'{TOPIC}/system-model.yaml: was changed later by {head[:12]} ', said)
        self.assertIn(f'metapowers revert api-platform {head[:12]}', said)
        self.assertEqual(self.head(), head)

    def test_documents_are_laid_out_on_a_terminal(self):
        words = ('show', 'api-platform#asset-inventory', '--no-pager')
        shown = self.on_terminal(*words, columns=90)
        self.assertIn('\x1b[1mAsset Inventory\x1b[0m', shown.text)
        self.assertNotIn('| --- |', shown.text)
        wide = [line for line in shown.screen() if len(line) > 90 and not line.startswith('    ')]
        self.assertEqual(wide, [], 'but for code, which stands as it is')
        self.assertTrue(self.on_terminal(*words, '--raw').text.startswith('## Asset Inventory\r\n'))
        self.assertTrue(self.on_terminal(*words, '-o', 'markdown').text.startswith('## Asset Inventory\r\n'))
        self.assertNotIn('\x1b', self.on_terminal(*words, '--color', 'never').text)
        self.assertTrue(self.succeed(*words).startswith('## Asset Inventory\n'))

    def test_long_output_is_paged(self):
        for words in (['show', 'api-platform#asset-inventory'], ['revision', 'api-platform'],
                      ['blame', 'api-platform#asset-inventory']):
            env = {'PAGER': 'sed s/^/paged:/'}
            self.assertTrue(self.on_terminal(*words, env=env).text.startswith('paged:'), words)
            self.assertNotIn('paged:', self.on_terminal(*words, '--no-pager', env=env).text)
            self.assertNotIn('paged:', self.on_terminal(*words, '-o', 'json', env=env).text)
            whole = self.on_terminal(*words, '--no-pager').text
            self.assertEqual(self.on_terminal(*words, env={'PAGER': 'no-such-pager'}).text.splitlines()[1:],
                             whole.splitlines(), 'after the complaint of the shell')
            self.assertEqual(self.on_terminal(*words, env={'PAGER': 'head -1'}).text.splitlines(),
                             whole.splitlines()[:1])
        self.assertNotIn('paged:', self.on_terminal('log', 'api-platform', '-n', '3', env=env).text, 'it is short')
        for _ in range(60):
            git('commit', '-q', '--allow-empty', '-m', 'x', cwd=self.repo)
        self.assertTrue(self.on_terminal('log', '--all', env=env).text.startswith('paged:'))
        self.assertEqual(len(self.on_terminal('log', '--all', env={'PAGER': 'head -1'}).text.splitlines()), 1)

    def test_differences_are_grouped_on_a_terminal(self):
        shown = self.on_terminal('diff', 'api-platform', 'HEAD~1..HEAD', '--no-pager').screen()
        self.assertRegex(shown[0], rf'^{re.escape(TOPIC)}/01-identify.md  \+\d+  -\d+')
        self.assertEqual(shown[1], '## Asset Inventory')
        raw = self.on_terminal('diff', 'api-platform', 'HEAD~1..HEAD', '--raw', '--no-pager', '--color', 'never')
        self.assertEqual(raw.text.replace('\r\n', '\n'), self.succeed('diff', 'api-platform', 'HEAD~1..HEAD'))


class OnAServer(unittest.TestCase):
    def test_history_is_the_same(self):
        with serving() as server:
            for words in (['workspace', 'create', 'default'], ['init', 'api-platform', '--model', EXAMPLE],
                          ['run', 'govern', 'api-platform'], ['run', 'asset-inventory', 'api-platform'],
                          ['revision', 'api-platform'], ['blame', 'api-platform#asset-inventory'],
                          ['revert', 'api-platform', 'HEAD', '--dry-run'], ['revert', 'api-platform', 'HEAD']):
                done = server.cli(*words)
                self.assertEqual(done.returncode, 0, f'{words}: {done.stderr}')
            self.assertRegex(server.cli('log', 'api-platform').stdout, r'^[0-9a-f]{7}  \S+ \S+  revert asset-inventory ')
            done = server.cli('show', 'api-platform/identify')
            self.assertEqual(done.returncode, 5, 'the document was new')


if __name__ == '__main__':
    unittest.main()
