"""Runs the two binaries for the e2e and interop tests: a server on a Unix socket, the client, stock git.

The folder of the binaries comes from METAPOWERS_BIN.
"""
import contextlib
import os
import pathlib
import subprocess
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
BIN = pathlib.Path(os.environ.get('METAPOWERS_BIN', ROOT / 'build/dev/bin'))
EXAMPLE = ROOT / 'deploy/examples/api-platform/system-model.yaml'
# What a test's outcome must not depend on is left out of the environment.
CLEAN = {'PATH': os.environ['PATH'], 'HOME': '/nonexistent', 'GIT_CONFIG_NOSYSTEM': '1', 'GIT_CONFIG_GLOBAL': '/dev/null',
         'GIT_AUTHOR_NAME': 'Ada Tester', 'GIT_AUTHOR_EMAIL': 'ada@example.com',
         'GIT_COMMITTER_NAME': 'Ada Tester', 'GIT_COMMITTER_EMAIL': 'ada@example.com'}


def run(*words, cwd=None, env=None, stdin=None, timeout=60):
    """A finished process with text output; never raises on its exit code."""
    return subprocess.run([str(w) for w in words], cwd=cwd, env={**CLEAN, **(env or {})}, input=stdin,
                          capture_output=True, text=True, timeout=timeout)


def cli(*words, **options):
    return run(BIN / 'metapowers', *words, **options)


def git(*words, cwd, **options):
    done = run('git', *words, cwd=cwd, **options)
    assert done.returncode == 0, f'git {words}: {done.stderr}'
    return done.stdout


class Server:
    """metapowersd in a folder of its own. Stock git sees what it answered, unless `visibility` says otherwise."""

    def __init__(self, home, *flags, env=None, visibility='immediate'):
        self.home = pathlib.Path(home)
        self.socket = f'unix:{self.home}/socket'
        self.log = open(self.home / 'server.log', 'a')
        self.process = subprocess.Popen([str(BIN / 'metapowersd'), '--data-dir', str(self.home / 'data'), '--listen',
                                         self.socket, '--commit-visibility', visibility, *flags],
                                        stdout=subprocess.PIPE, stderr=self.log, text=True,
                                        env={**CLEAN, **(env or {})})
        self.ready = self.process.stdout.readline()
        assert self.ready.startswith('listening '), (self.home / 'server.log').read_text()

    def cli(self, *words, **options):
        return cli('--server', self.socket, *words, **options)

    def repository(self):
        found = sorted((self.home / 'data/workspaces').glob('*.git'))
        assert len(found) == 1, found
        return found[0]

    def stop(self, how='terminate'):
        getattr(self.process, how)()
        code = self.process.wait(timeout=30)
        self.process.stdout.close()
        self.log.close()
        return code


@contextlib.contextmanager
def serving(*flags, home=None, visibility='immediate'):
    """A server on a new folder, or on `home`."""
    with tempfile.TemporaryDirectory() as new:
        server = Server(home or new, *flags, visibility=visibility)
        try:
            yield server
        finally:
            if server.process.poll() is None:
                server.stop()
