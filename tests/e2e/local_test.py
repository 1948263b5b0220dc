#!/usr/bin/env python3
"""Local mode: the client alone, in someone's own Git repository."""
import pathlib
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2]))
from tests.support.binaries import EXAMPLE, cli, git  # noqa: E402

TOPIC = '.metapowers/security/api-platform'


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

    def test_archetype(self):
        self.succeed('init', 'my-shop', '--archetype', 'fintech-api')
        self.succeed('run', 'security-policy', 'my-shop')
        done = self.cli('init', 'my-shop', '--archetype', 'fintech-api')
        self.assertEqual(done.returncode, 6, done.stderr)
        done = self.cli('init', 'other', '--archetype', 'fintec-api')
        self.assertEqual(done.returncode, 5, done.stderr)
        self.assertIn("did you mean 'fintech-api'", done.stderr)

    def test_help_has_examples_and_version_prints(self):
        self.assertIn('Examples:', self.cli('--help').stdout)
        self.assertIn('Examples:', self.cli('run', '--help').stdout)
        self.assertRegex(self.cli('version').stdout, r'^metapowers \d+\.\d+\.\d+\n$')


if __name__ == '__main__':
    unittest.main()
