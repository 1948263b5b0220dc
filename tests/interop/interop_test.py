#!/usr/bin/env python3
"""Clients not built from this code: buf (lint, and curl through reflection), grpc-js, stock git."""
import base64
import json
import pathlib
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2]))
from tests.support.binaries import EXAMPLE, ROOT, git, run, serving  # noqa: E402

MODULES = ROOT / 'build/interop/node_modules'
BUF = MODULES / '.bin/buf'


def setUpModule():
    # Not a skip: a run without these clients would prove nothing.
    assert BUF.exists(), 'run tests/interop/install first (tests/run does)'


class Buf(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.context = serving('--listen', '127.0.0.1:0')
        cls.server = cls.context.__enter__()
        cls.address = cls.server.process.stdout.readline().split()[1]
        assert cls.server.cli('workspace', 'create', 'default').returncode == 0
        assert cls.server.cli('init', 'api-platform', '--model', EXAMPLE).returncode == 0
        assert cls.server.cli('run', 'security-policy', 'api-platform').returncode == 0

    @classmethod
    def tearDownClass(cls):
        cls.context.__exit__(None, None, None)

    def curl(self, *words):
        # No schema is given: buf learns it from the server's reflection.
        with tempfile.TemporaryDirectory() as folder:
            return run(BUF, 'curl', '--protocol', 'grpc', '--http2-prior-knowledge', *words, cwd=folder,
                       env={'HOME': folder})

    def test_lint(self):
        done = run(BUF, 'lint', cwd=ROOT / 'proto', env={'HOME': tempfile.gettempdir()})
        self.assertEqual((done.returncode, done.stdout), (0, ''), done.stdout)

    def test_reflection_lists_every_service(self):
        done = self.curl('--list-services', f'http://{self.address}')
        self.assertEqual(done.returncode, 0, done.stderr)
        services = set(done.stdout.split())
        expected = {f'metapowers.security.{p}.v1.{p.capitalize()}Service'
                    for p in ('govern', 'identify', 'protect', 'detect', 'respond', 'recover', 'utility')}
        expected |= {f'metapowers.v1.{s}Service' for s in ('Workspace', 'Document', 'Model', 'Workflow', 'ServerInfo')}
        self.assertEqual(expected - services, set())

    def test_health_is_describable(self):
        done = self.curl(f'http://{self.address}/grpc.health.v1.Health/Check')
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(json.loads(done.stdout)['status'], 'SERVING')

    def test_unary_and_error_details(self):
        done = self.curl('-d', '{"name": "workspaces/default"}',
                         f'http://{self.address}/metapowers.v1.WorkspaceService/GetWorkspace')
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(json.loads(done.stdout)['workspace']['topics'], ['workspaces/default/topics/api-platform'])
        done = self.curl('-d', '{"name": "workspaces/none"}',
                         f'http://{self.address}/metapowers.v1.WorkspaceService/GetWorkspace')
        self.assertEqual(done.returncode, 5 * 8, done.stderr)
        detail = json.loads(done.stderr)['details'][0]
        self.assertEqual(detail['type'], 'google.rpc.ErrorInfo')
        self.assertIn(b'WORKSPACE_NOT_FOUND', base64.b64decode(detail['value'] + '=='))

    def test_a_client_of_another_major_version_is_refused(self):
        method = 'metapowers.v1.WorkspaceService/ListWorkspaces'
        done = self.curl('-H', 'metapowers-api-version: 2.0', '-d', '{}', f'http://{self.address}/{method}')
        self.assertEqual(done.returncode, 9 * 8, done.stderr)
        self.assertIn("version '2.0'", done.stderr)
        done = self.curl('-H', 'metapowers-api-version: 1.7', '-d', '{}', f'http://{self.address}/{method}')
        self.assertEqual(done.returncode, 0, done.stderr)

    def test_grpc_js(self):
        done = subprocess.run(['node', str(ROOT / 'tests/interop/grpc_js_client.mjs'), str(MODULES), str(ROOT / 'proto'),
                               self.address, 'workspaces/default/topics/api-platform'], capture_output=True, text=True,
                              timeout=60)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)

    def test_stock_git_clones_and_reads(self):
        with tempfile.TemporaryDirectory() as folder:
            git('clone', '-q', '-c', 'safe.directory=*', str(self.server.repository()), folder, cwd='/')
            self.assertEqual(git('fsck', '--strict', cwd=folder), '')
            self.assertTrue((pathlib.Path(folder) / '.metapowers/security/api-platform/00-govern.md').exists())


if __name__ == '__main__':
    unittest.main()
