#!/usr/bin/env python3
"""`metapowers watch`: through a kill of the server, beside other processes of local mode, and its ends."""
import json
import pathlib
import signal
import subprocess
import sys
import tempfile
import threading
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2]))
from tests.support.binaries import BIN, CLEAN, EXAMPLE, Server, cli, git, serving  # noqa: E402


class Watcher:
    """A watch that runs; its lines as they come."""

    def __init__(self, *words, cwd=None):
        self.process = subprocess.Popen([str(BIN / 'metapowers'), *words], stdout=subprocess.PIPE,
                                        stderr=subprocess.PIPE, text=True, env=CLEAN, cwd=cwd)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.communicate()

    def lines(self, count):
        killer = threading.Timer(60, self.process.kill)
        killer.start()
        lines = [self.process.stdout.readline() for _ in range(count)]
        killer.cancel()
        return lines

    def end(self):
        """Exit code and stderr of one that is interrupted."""
        self.process.send_signal(signal.SIGINT)
        _, errors = self.process.communicate(timeout=30)
        return self.process.returncode, errors


def line_of(repository):
    return git('-c', 'safe.directory=*', 'rev-list', '--first-parent', '--reverse', 'main', cwd=repository).split()


def prepare(server):
    for words in (['workspace', 'create', 'default'], ['init', 'api-platform', '--model', EXAMPLE],
                  ['run', 'govern', 'api-platform']):
        done = server.cli(*words)
        assert done.returncode == 0, done.stderr


class Remote(unittest.TestCase):
    def test_a_watch_outlives_the_server(self):
        with tempfile.TemporaryDirectory() as home:
            server = Server(home)
            prepare(server)
            with Watcher('--server', server.socket, 'watch', '--from', '1', '-o', 'json') as watcher:
                seen = [json.loads(line) for line in watcher.lines(len(line_of(server.repository())))]
                server.stop('kill')
                server = Server(home)
                self.assertEqual(server.cli('run', 'asset-inventory', 'api-platform').returncode, 0)
                line = line_of(server.repository())
                seen += [json.loads(text) for text in watcher.lines(len(line) - len(seen))]
                self.assertEqual([revision['commit'] for revision in seen], line)
                self.assertEqual([int(revision['revision']) for revision in seen], list(range(1, len(line) + 1)))
                self.assertEqual(seen[-1]['command'], 'asset-inventory')
                code, errors = watcher.end()
            self.assertEqual(code, 130, errors)
            self.assertIn(f'it goes on from revision {len(line)}', errors)
            self.assertEqual(server.stop(), 0)

    def test_a_stop_of_the_server_waits_for_no_watch(self):
        with serving() as server:
            prepare(server)
            with Watcher('--server', server.socket, 'watch', '--from', '1') as watcher:
                watcher.lines(1)
                self.assertEqual(server.stop(), 0)
                self.assertIsNone(watcher.process.poll())

    def test_it_prints_what_log_prints_and_ends_after_so_many(self):
        with serving() as server:
            prepare(server)
            for topic in ([], ['api-platform']):
                log = server.cli('log', *topic)
                count = len(json.loads(server.cli('log', *topic, '-o', 'json').stdout)['revisions'])
                done = server.cli('watch', *topic, '--from', '1', '-n', str(count))
                self.assertEqual(done.returncode, 0, done.stderr)
                squeeze = lambda text: sorted(' '.join(line.split()) for line in text.splitlines())
                self.assertEqual(squeeze(done.stdout), squeeze(log.stdout))
                self.assertIn('  model  ', done.stdout.splitlines()[0])
            done = server.cli('watch', '--from', '2', '-n', '1', '-o', 'yaml')
            self.assertTrue(done.stdout.startswith('---\n'), done.stdout)

    def test_it_ends_with_its_reader(self):
        with serving() as server:
            prepare(server)
            pipe = subprocess.Popen(f"'{BIN}/metapowers' --server {server.socket} watch --from 1 | head -1", shell=True,
                                    env=CLEAN, stdout=subprocess.PIPE, text=True)
            self.assertIn('  model  ', pipe.stdout.readline())
            self.assertEqual(server.cli('run', 'identify', 'api-platform').returncode, 0)  # the next line finds it gone
            pipe.communicate(timeout=30)

    def test_what_cannot_begin_is_told_at_once(self):
        with serving() as server:
            prepare(server)
            newest = len(line_of(server.repository()))
            done = server.cli('-v', 'watch', '--from', str(newest + 2))
            self.assertEqual(done.returncode, 9, done.stderr)
            self.assertIn('reason: REVISION_AHEAD', done.stderr)
            self.assertIn(f'begin with {newest + 1}', done.stderr)
            self.assertEqual(server.cli('watch', 'no-such-topic').returncode, 5)
            self.assertEqual(server.cli('--workspace', 'none', 'watch').returncode, 5)
            for bad in ('0', '-1', 'x'):
                self.assertEqual(server.cli('watch', '--from', bad).returncode, 2)
        done = cli('--server', 'unix:/nonexistent/socket', 'watch', timeout=30)
        self.assertEqual(done.returncode, 8, done.stderr)


class Local(unittest.TestCase):
    def test_commits_of_other_processes_are_seen(self):
        with tempfile.TemporaryDirectory() as repository:
            git('init', '-q', '-b', 'main', cwd=repository)
            self.assertEqual(cli('init', 'api-platform', '--model', EXAMPLE, cwd=repository).returncode, 0)
            with Watcher('watch', '--from', '1', '-o', 'json', cwd=repository) as watcher:
                seen = watcher.lines(1)
                git('commit', '-q', '--allow-empty', '-m', 'By hand', cwd=repository)
                seen += watcher.lines(1)
                self.assertEqual(cli('run', 'security-policy', 'api-platform', cwd=repository).returncode, 0)
                seen += watcher.lines(1)
                self.assertEqual([json.loads(text)['commit'] for text in seen], line_of(repository))
                code, errors = watcher.end()
            self.assertEqual(code, 130, errors)
            done = cli('watch', '--from', '1', '-n', '3', cwd=repository)
            self.assertEqual((done.returncode, len(done.stdout.splitlines())), (0, done.stdout.count('\n')))

    def test_another_branch_ends_it(self):
        with tempfile.TemporaryDirectory() as repository:
            git('init', '-q', '-b', 'main', cwd=repository)
            for message in ('One', 'Two'):
                git('commit', '-q', '--allow-empty', '-m', message, cwd=repository)
            git('branch', 'other', 'main~1', cwd=repository)
            with Watcher('watch', '--from', '1', cwd=repository) as watcher:
                watcher.lines(2)
                git('switch', '-q', 'other', cwd=repository)
                _, errors = watcher.process.communicate(timeout=30)
                self.assertEqual(watcher.process.returncode, 6, errors)
                self.assertIn('the branch was rewritten, or is another one', errors)


if __name__ == '__main__':
    unittest.main()
