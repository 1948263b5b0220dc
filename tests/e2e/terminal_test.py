#!/usr/bin/env python3
"""Runs on a terminal: the progress bar, and what an interrupt or a failing command leaves behind."""
import pathlib
import re
import signal
import sys
import tempfile
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2]))
from tests.support.binaries import EXAMPLE, cli, git, serving  # noqa: E402
from tests.support.contract import BUILT  # noqa: E402
from tests.support.terminal import Terminal  # noqa: E402

TOPIC = '.metapowers/security/api-platform'
TOTAL = len(BUILT)
ATTEMPTS = 5  # a run may end before it is interrupted
BAR = re.compile(rf'(?:\[[#-]{{24}}\] )?(\d+)/{TOTAL}  ([a-z-]+)  \d+s')


class OnATerminal(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.repo = pathlib.Path(folder.name)
        git('init', '-q', '-b', 'main', str(self.repo), cwd='/')
        done = cli('init', 'api-platform', '--model', EXAMPLE, cwd=self.repo)
        self.assertEqual(done.returncode, 0, done.stderr)

    def commits(self):
        return git('log', '--format=%s', cwd=self.repo).splitlines()

    def run_all(self, *words, **options):
        terminal = Terminal('run', 'all', 'api-platform', *words, cwd=self.repo, **options)
        self.addCleanup(terminal.process.wait)
        self.addCleanup(terminal.process.kill)
        return terminal

    def test_the_bar_says_how_far_and_leaves_whole_lines(self):
        terminal = self.run_all()
        self.assertEqual(terminal.end(), 0)
        shown = [match.groups() for match in BAR.finditer(terminal.text)]
        self.assertEqual([command for _, command in dict.fromkeys(shown)], BUILT)
        self.assertEqual([int(done) for done, _ in dict.fromkeys(shown)], list(range(TOTAL)))
        screen = [line for line in terminal.screen() if line.startswith('[')]
        self.assertEqual(len(screen), TOTAL, 'one line each, and no bar left')
        for position, (command, line) in enumerate(zip(BUILT, screen), 1):
            self.assertRegex(line, rf'^\[{position}/{TOTAL}\] {command}  committed [0-9a-f]{{7}}$')
        self.assertNotIn('\x1b[?25l', terminal.text, 'the cursor is never hidden')

    def test_the_bar_keeps_to_the_width(self):
        terminal = self.run_all(columns=30)
        self.assertEqual(terminal.end(), 0)
        painted = [part.split('\r')[0].split('\n')[0] for part in terminal.text.split('\r\x1b[K')[1:]]
        bars = [part for part in painted if re.match(rf'\d+/{TOTAL}  ', part)]
        self.assertGreaterEqual(len(bars), TOTAL)
        self.assertLess(max(map(len, bars)), 30)

    def test_no_bar_where_none_is_wanted(self):
        for words, env in (([], {'NO_COLOR': '1'}), ([], {'TERM': 'dumb'}), (['--color', 'never'], {}),
                           (['-o', 'json'], {})):
            with self.subTest(words=words, env=env):
                terminal = self.run_all(*words, env=env)
                self.assertEqual(terminal.end(), 0)
                self.assertNotIn('\x1b', terminal.text)
                self.assertNotRegex(terminal.text, r'\[#*-+\]')
        done = cli('run', 'all', 'api-platform', cwd=self.repo)
        self.assertNotIn('\x1b', done.stdout + done.stderr, 'no terminal')

    def interrupted(self, stop):
        before = self.commits()
        for _ in range(ATTEMPTS):
            terminal = self.run_all()
            terminal.wait_for(rf'1/{TOTAL}  ')
            start = time.monotonic()
            stop(terminal)
            code = terminal.end()
            if self.commits() == before:
                break
            git('reset', '-q', '--hard', f'HEAD~{TOTAL}', cwd=self.repo)  # it was faster than the interrupt
        self.assertEqual(code, 130)
        self.assertLess(time.monotonic() - start, 5)
        self.assertEqual(self.commits(), before)
        self.assertEqual(git('status', '--porcelain', cwd=self.repo), '')
        said = '\n'.join(terminal.screen())
        self.assertIn('metapowers: interrupted\n', said)
        self.assertIn(f'  committed: 0 of {TOTAL} commands\n', said)
        self.assertIn('  not run: ' + ', '.join(BUILT) + '\n', said)
        self.assertIn('  to go on: metapowers run all api-platform\n', said)
        self.assertNotRegex(said, BAR)
        done = cli('run', 'all', 'api-platform', cwd=self.repo)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(len(self.commits()), len(before) + TOTAL)

    def test_an_interrupt_says_what_was_committed(self):
        self.interrupted(Terminal.press_interrupt)

    def test_so_does_a_request_to_end(self):
        self.interrupted(lambda terminal: terminal.signal(signal.SIGTERM))

    def test_a_failing_command_keeps_what_was_committed(self):
        self.assertEqual(cli('run', 'all', 'api-platform', cwd=self.repo).returncode, 0)
        document = self.repo / TOPIC / '01-identify.md'
        edited = document.read_text().replace('## Threat Model\n', '## Threat Model\n\n<<<<<<< HEAD\nMine.\n', 1)
        self.assertIn('Mine.', edited)
        document.write_text(edited)
        git('commit', '-qam', 'edit', cwd=self.repo)
        model = EXAMPLE.read_text().replace('session_idle_minutes: 15', 'session_idle_minutes: 10')
        before = self.commits()
        done = cli('run', 'all', 'api-platform', '--model', '-', cwd=self.repo, stdin=model)
        self.assertEqual(done.returncode, 3, done.stderr)
        made = self.commits()[:len(self.commits()) - len(before)]
        commands = [subject.partition(': ')[2] for subject in made]
        self.assertIn('metapowers: threat-model: ', done.stderr)
        self.assertIn(f'  committed: {len(made) - 1} of {TOTAL} commands, and the model; last: ', done.stderr)
        self.assertRegex(done.stderr, rf'last: [0-9a-f]{{7}} {commands[0]}\n')
        self.assertIn('  failed: threat-model\n', done.stderr)
        rest = BUILT[BUILT.index('threat-model') + 1:]
        self.assertIn('  not run: ' + ', '.join(rest) + '\n', done.stderr)
        self.assertIn('  to go on: metapowers run all api-platform\n', done.stderr)
        # What was committed is not committed again.
        again = cli('run', 'all', 'api-platform', cwd=self.repo)
        self.assertEqual(again.returncode, 3, again.stderr)
        self.assertIn(f'  committed: 0 of {TOTAL} commands\n', again.stderr)
        self.assertIn(f"  unchanged: {BUILT.index('threat-model')}\n", again.stderr)

    def test_a_gate_that_is_missing_stops_the_first_command(self):
        done = cli('run', 'identify', 'api-platform', cwd=self.repo)
        self.assertEqual(done.returncode, 3, done.stderr)
        self.assertIn('metapowers: asset-inventory needs 00-govern.md', done.stderr)
        self.assertRegex(done.stderr, r'\n  committed: 0 of \d+ commands\n  failed: asset-inventory\n'
                                      r'  not run: threat-model, .*\n  to go on: metapowers run identify api-platform\n')


class OnAServer(unittest.TestCase):
    def interrupted(self):
        """Whether the interrupt came in time; then all that it must say has been looked at."""
        with serving() as server:
            server.cli('workspace', 'create', 'default')
            self.assertEqual(server.cli('init', 'api-platform', '--model', EXAMPLE).returncode, 0)
            terminal = Terminal('--server', server.socket, 'run', 'all', 'api-platform', cwd='/')
            terminal.wait_for(rf'1/{TOTAL}  ')
            terminal.press_interrupt()
            code = terminal.end()
            log = git('-c', 'safe.directory=*', 'log', '--format=%s', 'main', cwd=server.repository()).splitlines()
            if len(log) > 1:
                return False
            self.assertEqual(code, 130)
            said = '\n'.join(terminal.screen())
            self.assertIn(f'  committed: 0 of {TOTAL} commands\n', said)
            self.assertIn(f'  to go on: metapowers --server {server.socket} run all api-platform\n', said)
            self.assertEqual(server.cli('run', 'all', 'api-platform').returncode, 0)
            return True

    def test_an_interrupt_says_what_was_committed(self):
        self.assertTrue(any(self.interrupted() for _ in range(ATTEMPTS)))


if __name__ == '__main__':
    unittest.main()
