#!/usr/bin/env python3
"""Runs what README.md and the walk in deploy/examples/README.md show.

Each ```console block is a session: lines that start with `$ ` are commands, the lines after one are what it
must print (stdout and stderr together), where `…` stands for any text on that line and a line of `…` alone for any
number of lines. All blocks run in order in one empty Git repository, with the built binaries on the PATH. The two
commands that build and test everything are not run again here. A command that ends in `\\` goes on in the next line.
One whose output ends in a prompt is asked on a terminal, and what it says before the prompt is compared word by word.
"""
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2]))
from tests.support.binaries import BIN, CLEAN, ROOT, git  # noqa: E402
from tests.support.terminal import Terminal  # noqa: E402

ELSEWHERE = ('deploy/quickstart', 'tests/run')
PROMPT = '>'
SHARED = next((folder for folder in (ROOT.parent / 'shared/testdata', ROOT.parent.parent / 'shared/testdata')
               if folder.is_dir()), None)


def sessions(text):
    """(line number, command, expected lines) of every command shown."""
    for block in re.finditer(r'^( *)```console\n(.*?)^\1```$', text, re.M | re.S):
        line = text.count('\n', 0, block.start(2)) + 1
        command = None
        for offset, row in enumerate(block.group(2).splitlines()):
            row = row.removeprefix(block.group(1))
            if row.startswith('$ '):
                if command:
                    yield command
                command = (line + offset, row[2:], [])
            elif command and command[1].endswith('\\'):
                command = (command[0], f'{command[1][:-1]}{row.strip()}', [])
            elif command:
                command[2].append(row)
        if command:
            yield command


def pattern(expected):
    rows = []
    for row in expected:
        if row.strip() == '…':
            rows.append(r'(?:.*\n)*?')
        else:
            rows.append('.*'.join(re.escape(part) for part in row.split('…')) + r'\n')
    return re.compile(''.join(rows) + r'\Z')


class Readme(unittest.TestCase):
    def test_shows_what_happens(self):
        readme = (ROOT / 'README.md').read_text()
        commands = [c for c in sessions(readme) if c[1].split()[0] not in ELSEWHERE]
        self.assertGreaterEqual(len(commands), 8)
        background = []
        with tempfile.TemporaryDirectory() as folder:
            home = pathlib.Path(folder)
            git('init', '-q', '-b', 'main', str(home / 'repo'), cwd='/')
            shutil.copytree(ROOT / 'deploy/examples', home / 'repo/examples')
            git('add', '.', cwd=home / 'repo')
            git('commit', '-q', '-m', 'Start', cwd=home / 'repo')
            env = {**CLEAN, 'PATH': f'{BIN}:{os.environ["PATH"]}'}
            try:
                for line, command, expected in commands:
                    with self.subTest(line=line, command=command):
                        if command.endswith('&'):
                            daemon = subprocess.Popen(['bash', '-c', 'exec ' + command[:-1]], cwd=home / 'repo', env=env,
                                                      stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
                            background.append(daemon)
                            output = daemon.stdout.readline()
                        else:
                            output = subprocess.run(['bash', '-c', command], cwd=home / 'repo', env=env, timeout=60,
                                                    stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True).stdout
                        self.assertRegex(output, pattern(expected), f'README.md:{line} shows something else')
            finally:
                for daemon in background:
                    daemon.terminate()
                    daemon.wait(timeout=20)
                    daemon.stdout.close()

    @unittest.skipUnless(SHARED, 'NOTE: no shared/testdata near this tree')
    def test_walk_from_an_import_shows_what_happens(self):
        walk = ROOT / 'deploy/examples/README.md'
        commands = list(sessions(walk.read_text()))
        self.assertGreaterEqual(len(commands), 12)
        with tempfile.TemporaryDirectory() as folder:
            home = pathlib.Path(folder)
            shutil.copytree(SHARED / 'k8s/microservices-demo', home / 'microservices-demo')
            git('init', '-q', '-b', 'main', str(home / 'repo'), cwd='/')
            shutil.copy(ROOT / 'deploy/examples/boutique-answers.txt', home / 'repo/answers.txt')
            for line, command, expected in commands:
                with self.subTest(line=line, command=command):
                    shown = f'deploy/examples/README.md:{line} shows something else'
                    if expected and expected[-1] == PROMPT:
                        self.assertEqual(asked(command, home / 'repo'), ' '.join(expected).split(), shown)
                        continue
                    done = subprocess.run(['bash', '-c', command], cwd=home / 'repo', timeout=60, text=True,
                                          env={**CLEAN, 'PATH': f'{BIN}:{os.environ["PATH"]}'},
                                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
                    self.assertRegex(done.stdout, pattern(expected), shown)


def asked(command, folder):
    """The words that a command says on a terminal up to its first prompt."""
    terminal = Terminal(*command.split()[1:], cwd=folder, columns=400)
    try:
        terminal.wait_for(r'\n *> ')
        words = ' '.join(terminal.screen()).split()
        terminal.type('.')
        terminal.end()
        return words
    finally:
        terminal.process.kill()
        terminal.process.wait()


if __name__ == '__main__':
    unittest.main()
