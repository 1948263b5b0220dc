#!/usr/bin/env python3
"""metapowersd backup, restore, verify and signed commits, with the real binaries and stock git."""
import json
import os
import pathlib
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2]))
from tests.support.binaries import BIN, CLEAN, ROOT, Server, git, run  # noqa: E402

MODEL = ROOT / 'deploy/examples/team-notes/system-model.yaml'
CALLERS = 8
LONG = 'METAPOWERS_TEST_LONG' in os.environ


def daemon(*words, **options):
    return run(BIN / 'metapowersd', *words, timeout=120, **options)


def model(topic, minutes):
    """A model of the topic that differs from others by a number."""
    text = MODEL.read_text()
    assert 'id: team-notes\n' in text and 'session_idle_minutes: ' in text
    head, tail = text.split('session_idle_minutes: ', 1)
    rest = tail.split('\n', 1)[1]
    return head.replace('id: team-notes\n', f'id: {topic}\n', 1) + f'session_idle_minutes: {minutes}\n' + rest


def restored_repository(data):
    found = sorted((data / 'workspaces').glob('*.git'))
    assert len(found) == 1, found
    return found[0]


class Folder(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        self.home = pathlib.Path(self.folder.name)
        self.data, self.backup = self.home / 'data', self.home / 'backup'
        self.server = None
        self.addCleanup(self.stop)

    def serve(self, *flags, **options):
        self.server = Server(self.home, *flags, **options)

    def stop(self, how='terminate'):
        if self.server is not None and self.server.process.poll() is None:
            self.server.stop(how)

    def ok(self, *words, **options):
        done = self.server.cli(*words, **options)
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout

    def back_up(self, **options):
        done = daemon('backup', '--data-dir', self.data, '--to', self.backup, **options)
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout

    def assert_clean(self, repository):
        done = run('git', 'fsck', '--strict', '--no-dangling', '--no-progress', cwd=repository)
        self.assertEqual((done.returncode, done.stdout + done.stderr), (0, ''))


class WhileOthersWrite(Folder):
    def write(self, number, stop, answered, failures):
        rng = random.Random(number)
        topic = f'topic-{number}'
        while not stop.is_set():
            done = self.server.cli('model', 'put', topic, '-', '-o', 'json', stdin=model(topic, rng.randrange(1, 10**6)))
            if done.returncode != 0:
                failures.append(done.stderr)
                return
            answered.append(json.loads(done.stdout)['outcome']['commit'])

    def test_the_mark_holds_every_revision_answered_before_it(self):
        self.serve(visibility='deferred')
        self.ok('workspace', 'create', 'default')
        stop, answered, failures = threading.Event(), [], []
        callers = [threading.Thread(target=self.write, args=(n, stop, answered, failures)) for n in range(CALLERS)]
        for caller in callers:
            caller.start()
        try:
            for _ in range(10 if LONG else 4):
                time.sleep(1)
                before = list(answered)
                self.back_up()
                manifest = (self.backup / 'manifest').read_text()
                head, revision = manifest.split('\nworkspace default ', 1)[1].split(' ')[1:3]
                held = set(git('rev-list', head, cwd=restored_repository(self.backup)).split())
                self.assertEqual([c for c in before if c not in held], [])
                self.assertEqual(len(held), int(revision))
        finally:
            stop.set()
            for caller in callers:
                caller.join()
        self.assertEqual(failures, [])
        self.assertGreater(len(set(answered)), 20)
        restored = self.home / 'restored'
        done = daemon('restore', '--from', self.backup, '--data-dir', restored)
        self.assertEqual(done.returncode, 0, done.stderr)
        repository = restored_repository(restored)
        self.assert_clean(repository)
        self.assertEqual(git('rev-parse', 'main', cwd=repository).strip(), head)
        done = daemon('verify', '--data-dir', restored)
        self.assertEqual(done.returncode, 0, done.stdout)
        # A server goes on from there.
        self.stop()
        other = self.home / 'other'
        other.mkdir()
        restored.rename(other / 'data')
        self.home, self.data = other, other / 'data'
        self.serve()
        self.assertIn('topic-0', self.ok('status'))
        self.ok('model', 'put', 'topic-0', '-', stdin=model('topic-0', 5))


class CutOff(Folder):
    def make(self):
        self.serve(visibility='deferred')
        for name in ('default', 'second', 'third'):
            self.ok('workspace', 'create', name)
        for i in range(3):
            self.ok('model', 'put', f'topic-{i}', '-', stdin=model(f'topic-{i}', i + 1))
            self.ok('--workspace', 'second', 'model', 'put', f'topic-{i}', '-', stdin=model(f'topic-{i}', i + 1))

    def test_a_backup_that_is_killed_leaves_the_mark_and_the_next_one_ends_it(self):
        self.make()
        self.back_up()
        marked = (self.backup / 'manifest').read_text()
        rng = random.Random(7)
        for i in range(8):
            self.ok('model', 'put', 'topic-0', '-', stdin=model('topic-0', 100 + i))
            self.ok('--workspace', 'third', 'model', 'put', 'topic-0', '-', stdin=model('topic-0', 100 + i))
            # In a debug build at a point, else and in others at random.
            point = {'METAPOWERS_FAILPOINTS': ['backup_workspace=crash@2', 'backup_before_mark=crash'][i % 2]} if i < 4 else {}
            process = subprocess.Popen([str(BIN / 'metapowersd'), 'backup', '--data-dir', str(self.data), '--to',
                                        str(self.backup)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                                       env={**CLEAN, **point})
            try:
                process.wait(timeout=30 if point else rng.uniform(0, 0.15))
            except subprocess.TimeoutExpired:
                process.send_signal(signal.SIGKILL)
                process.wait()
            if process.returncode == -signal.SIGKILL:
                if point:  # at random it may be killed after the mark
                    self.assertEqual((self.backup / 'manifest').read_text(), marked)
                restored = self.home / f'restored-{i}'
                deadline = time.time() + 20  # git that outlives it has the backup in use
                while True:
                    done = daemon('restore', '--from', self.backup, '--data-dir', restored)
                    if done.returncode == 0 or 'in use' not in done.stderr or time.time() > deadline:
                        break
                    time.sleep(0.05)
                self.assertEqual(done.returncode, 0, done.stderr)
            marked = (self.backup / 'manifest').read_text()
        self.back_up()
        self.assertNotEqual((self.backup / 'manifest').read_text(), marked)
        done = daemon('verify', '--from', self.backup)
        self.assertEqual(done.returncode, 0, done.stdout)

    def test_without_a_server_the_journal_is_taken_up(self):
        self.make()
        newest = json.loads(self.ok('model', 'put', 'topic-0', '-', '-o', 'json', stdin=model('topic-0', 999)))
        self.stop('kill')
        self.back_up()
        self.assertIn(newest['outcome']['commit'], (self.backup / 'manifest').read_text())
        self.assertIn('changed 0', self.back_up())

    def test_misuse_is_told(self):
        self.make()
        self.back_up()

        def refused(code, why, *words):
            done = daemon(*words)
            self.assertEqual((done.returncode, done.stdout), (code, ''), done.stderr)
            self.assertIn(why, done.stderr)
        refused(1, 'in use by a running server', 'restore', '--from', self.backup, '--data-dir', self.data)
        full = self.home / 'full'
        full.mkdir()
        (full / 'notes').write_text('mine')
        refused(2, 'holds files', 'restore', '--from', self.backup, '--data-dir', full)
        refused(2, 'is no backup', 'backup', '--data-dir', self.data, '--to', full)
        refused(2, 'is no backup', 'restore', '--from', full, '--data-dir', self.home / 'new')
        refused(2, 'lie in each other', 'backup', '--data-dir', self.data, '--to', self.data / 'backup')
        refused(2, 'holds no metapowers data', 'backup', '--data-dir', full, '--to', self.home / 'b')
        refused(2, 'is no directory', 'verify', '--data-dir', self.home / 'absent')
        refused(2, 'one of --data-dir and --from', 'verify')
        refused(2, 'one of --data-dir and --from', 'verify', '--data-dir', self.data, '--from', self.backup)
        refused(2, 'there is no workspace', 'verify', '--data-dir', self.data, '--workspace', 'none')
        refused(2, 'is required', 'backup', '--to', self.backup)
        (self.data / 'control').rename(self.data / 'elsewhere')
        refused(1, 'does not answer', 'backup', '--data-dir', self.data, '--to', self.backup)
        (self.data / 'elsewhere').rename(self.data / 'control')
        refused(2, '--data-dir is required', '--listen', '127.0.0.1:0')
        self.stop()
        refused(2, 'holds the data of a server', 'restore', '--from', self.backup, '--data-dir', self.data)
        done = daemon('backup', '--data-dir', self.home / 'restored', '--to', self.backup)
        self.assertEqual(done.returncode, 2, done.stderr)


class Verify(Folder):
    """Each fault is put into a copy of one data directory."""

    @classmethod
    def setUpClass(cls):
        cls.origin = tempfile.TemporaryDirectory()
        server = Server(cls.origin.name)
        try:
            for words in (['workspace', 'create', 'default'], ['init', 'team-notes', '--model', MODEL],
                          ['run', 'govern', 'team-notes'], ['run', 'threat-model', 'team-notes'],
                          ['run', 'asset-inventory', 'team-notes']):
                done = server.cli(*words)
                assert done.returncode == 0, done.stderr
        finally:
            server.stop()

    @classmethod
    def tearDownClass(cls):
        cls.origin.cleanup()

    def setUp(self):
        super().setUp()
        shutil.copytree(pathlib.Path(self.origin.name) / 'data', self.data)
        self.repository = restored_repository(self.data)

    def verify(self, *words):
        done = daemon('verify', '--format', 'json', *(words or ['--data-dir', self.data]))
        found = json.loads(done.stdout)
        self.assertEqual(done.returncode, 1 if found['faults'] else 0, done.stderr)
        for fault in found['faults']:
            self.assertTrue(fault['place'] and fault['cause'] and fault['mend'], fault)
        return found

    def id(self, what):
        return git('rev-parse', what, cwd=self.repository).strip()

    def object_file(self, object_id):
        file = self.repository / 'objects' / object_id[:2] / object_id[2:]
        if not file.exists():  # it is in a pack: make all loose
            for pack in list((self.repository / 'objects/pack').glob('*.pack')):
                moved = self.home / pack.name
                shutil.move(pack, moved)
                pack.with_suffix('.idx').unlink()
                with open(moved, 'rb') as stream:
                    subprocess.run(['git', 'unpack-objects', '-q'], cwd=self.repository, env=CLEAN, stdin=stream, check=True)
        file.chmod(0o600)
        return file

    def test_finds_nothing_in_what_is_whole(self):
        found = self.verify()
        self.assertEqual((found['faults'], found['notes'], found['workspaces']), ([], [], 1))
        self.assertGreater(found['sections'], 4)
        self.assertEqual(int(found['commits']), int(git('rev-list', '--count', 'main', cwd=self.repository)))
        done = daemon('verify', '--data-dir', self.data, '--workspace', 'default')
        self.assertEqual(done.returncode, 0)
        self.assertRegex(done.stdout, r'^workspaces 1, commits \d+, sections derived again \d+, notes 0, faults 0\n$')
        self.assertIn('verifying 1/1  default', done.stderr)

    def test_finds_a_changed_blob(self):
        path = '.metapowers/security/team-notes/01-identify.md'
        blob, other = self.id(f'main:{path}'), self.id('main:.metapowers/security/team-notes/00-govern.md')
        self.object_file(blob).write_bytes(self.object_file(other).read_bytes())
        places = [f['place'] for f in self.verify()['faults']]
        self.assertIn(f'object {blob}', places)

    def test_finds_a_truncated_object(self):
        blob = self.id('main:.metapowers/security/team-notes/01-identify.md')
        file = self.object_file(blob)
        file.write_bytes(file.read_bytes()[:20])
        self.assertIn(f'object {blob}', [f['place'] for f in self.verify()['faults']])

    def test_finds_a_missing_object(self):
        path = '.metapowers/security/team-notes/01-identify.md'
        blob = self.id(f'main:{path}')
        self.object_file(blob).unlink()
        fault = next(f for f in self.verify()['faults'] if f['place'] == f'object {blob}')
        self.assertIn(path, fault['cause'])

    def test_finds_a_rewritten_ref(self):
        newest = self.id('main')
        git('update-ref', 'refs/heads/main', 'main~1', cwd=self.repository)
        below = self.id('main')
        fault = next(f for f in self.verify()['faults'] if f['place'] == 'branch main')
        self.assertIn(newest, fault['cause'])
        self.assertIn(f'git update-ref refs/heads/main {newest}', fault['mend'])
        # The server tells it once, keeps what was lost, and goes on.
        for minutes in (77, 78):
            self.serve()
            self.ok('model', 'put', 'team-notes', '-', stdin=model('team-notes', minutes))
            self.stop()
        log = [json.loads(line) for line in (self.home / 'server.log').read_text().splitlines()]
        lost = [line for line in log if 'rewrote' in line['msg']]
        self.assertEqual([(line['level'], line['uid']) for line in lost], [('error', self.repository.stem)])
        self.assertIn(f'is at {below} and does not contain {newest}', lost[0]['reason'])
        self.assertIn(f'git update-ref refs/heads/main {newest}', lost[0]['mend'])
        git('gc', '-q', '--prune=now', cwd=self.repository)
        git('cat-file', '-e', newest, cwd=self.repository)
        self.assert_clean(self.repository)
        faults = [f for f in self.verify()['faults'] if f['place'] == 'branch main']
        self.assertEqual(len(faults), 1)
        self.assertIn(newest, faults[0]['cause'])
        # What it says accepts the other line.
        git('update-ref', '-d', f'refs/metapowers/lost/{newest}', cwd=self.repository)
        self.assertEqual([f for f in self.verify()['faults'] if f['place'] == 'branch main'], [])

    def test_finds_a_rewritten_ref_in_a_backup(self):
        self.back_up()
        copy = restored_repository(self.backup)
        git('update-ref', 'refs/heads/main', 'main~1', cwd=copy)
        fault = self.verify('--from', self.backup)['faults'][0]
        self.assertEqual((fault['workspace'], fault['place']), ('default', 'branch main'))
        self.assertIn('the manifest has', fault['cause'])

    def test_finds_a_lost_registry_entry(self):
        (self.data / 'registry/default').unlink()
        fault = self.verify()['faults'][0]
        self.assertEqual((fault['workspace'], fault['place']), ('', f'workspaces/{self.repository.name}'))
        self.assertIn('no entry of the registry names it', fault['cause'])
        done = daemon('backup', '--data-dir', self.data, '--to', self.backup)
        self.assertEqual(done.returncode, 1)
        self.assertIn('no entry of the registry names it', done.stderr)
        # The backup holds nothing, and says so.
        fault = self.verify('--from', self.backup)['faults'][0]
        self.assertEqual((fault['workspace'], fault['place']), (self.repository.stem, 'manifest'))
        self.assertIn('it holds nothing of it', fault['cause'])
        # What verify says mends it.
        (self.data / 'registry/default').write_text(f'{self.repository.stem}\n{int(time.time())}\n\n')
        self.assertEqual(self.verify()['faults'], [])
        self.back_up()
        self.assertEqual(self.verify('--from', self.backup)['faults'], [])

    def test_one_damaged_workspace_is_named_and_the_rest_restored(self):
        self.serve()
        self.ok('workspace', 'create', 'second')
        self.ok('--workspace', 'second', 'model', 'put', 'team-notes', '-', stdin=model('team-notes', 5))
        self.stop()
        self.back_up()
        uid = (self.data / 'registry/default').read_text().splitlines()[0]
        shutil.rmtree(self.backup / f'workspaces/{uid}.git/objects')
        restored = self.home / 'restored'
        done = daemon('restore', '--from', self.backup, '--data-dir', restored)
        self.assertEqual(done.returncode, 1, done.stderr)
        self.assertRegex(done.stderr, r'(?m)^metapowersd: workspace default is not restored as it was: git cannot copy')
        self.assertRegex(done.stdout, r'^restored the backup of \S+: workspaces 1, problems 1\n$')
        found = self.verify('--data-dir', restored)
        self.assertEqual((found['faults'], found['workspaces']), ([], 1))

    def test_a_restored_directory_tells_where_it_comes_from(self):
        self.back_up()
        restored = self.home / 'restored'
        self.assertEqual(daemon('restore', '--from', self.backup, '--data-dir', restored).returncode, 0)
        found = self.verify('--data-dir', restored)
        origin = (self.data / 'id').read_text().strip()
        self.assertEqual([n['place'] for n in found['notes']], ['data directory'])
        self.assertIn(f'restored from the backup of {origin}', found['notes'][0]['cause'])
        done = daemon('backup', '--data-dir', restored, '--to', self.backup)
        self.assertEqual(done.returncode, 2, done.stderr)
        self.assertIn(f'the backup of {origin}, which this data directory was restored from', done.stderr)
        self.back_up()

    def commit_changed(self, path, change, message):
        """A commit on main of a changed file."""
        clone = self.home / 'clone'
        git('clone', '-q', self.repository, clone, cwd='/')
        file = clone / path
        file.write_text(change(file.read_text()))
        git('commit', '-q', '-a', '-m', message, cwd=clone)
        git('push', '-q', 'origin', 'main', cwd=clone)

    def test_finds_a_document_that_is_not_derivable_from_its_model(self):
        path = '.metapowers/security/team-notes/01-identify.md'
        message = git('log', '-1', '--format=%B', '--grep=team-notes): asset-inventory', 'main', cwd=self.repository)

        def forge(text):
            at = text.index('\n## Asset Inventory')
            return text[:at] + text[at:].replace('high', 'low', 1).replace('High', 'Low', 1)
        self.commit_changed(path, forge, message)
        fault = next(f for f in self.verify()['faults'])
        self.assertEqual(fault['place'], 'team-notes/01-identify.md#asset-inventory')
        self.assertIn('not what the service makes of its model', fault['cause'])

    def test_an_edit_of_a_person_is_a_note(self):
        path = '.metapowers/security/team-notes/01-identify.md'
        self.commit_changed(path, lambda text: text + '\n## Ours\n\nKept.\n', 'Add notes')
        self.assertEqual(self.verify()['notes'], [])
        shutil.rmtree(self.home / 'clone')
        self.commit_changed(path, lambda text: text.replace('\n## Asset Inventory\n', '\n## Asset Inventory\n\nMine.\n'), 'Edit')
        found = self.verify()
        self.assertEqual(found['faults'], [])
        self.assertEqual([n['place'] for n in found['notes']], ['team-notes/01-identify.md#asset-inventory'])
        self.assertIn('edited', found['notes'][0]['cause'])

    def test_another_version_is_a_note(self):
        message = git('log', '-1', '--format=%B', '--grep=team-notes): asset-inventory', 'main', cwd=self.repository)
        engine = next(l for l in message.splitlines() if l.startswith('Metapowers-Engine: '))
        self.commit_changed('.metapowers/security/team-notes/01-identify.md', lambda text: text + '\n## Ours\n',
                            message.replace(engine, 'Metapowers-Engine: 0.0.9'))
        found = self.verify()
        self.assertEqual(found['faults'], [])
        self.assertIn('another version', found['notes'][0]['cause'])

    def test_a_commit_whose_model_is_another_is_found(self):
        message = git('log', '-1', '--format=%B', '--grep=team-notes): asset-inventory', 'main', cwd=self.repository)
        self.commit_changed('.metapowers/security/team-notes/system-model.yaml', lambda text: text + '\n# more\n', message)
        self.assertIn(f"commit {self.id('main')}", [f['place'] for f in self.verify()['faults']])

    def test_damage_of_what_lies_beside_the_repositories(self):
        (self.data / 'history.sqlite').write_bytes(b'x' * 9000)
        (self.data / 'registry/other').write_text('no entry\n')
        places = {(f['workspace'], f['place']) for f in self.verify()['faults']}
        self.assertEqual(places, {('', 'history index'), ('other', 'registry entry')})
        shutil.rmtree(self.repository)
        self.assertIn(('default', 'repository'), {(f['workspace'], f['place']) for f in self.verify()['faults']})

    def test_while_the_server_runs(self):
        self.serve()
        found = self.verify()
        self.assertEqual((found['faults'], [n['place'] for n in found['notes']]), ([], ['journal']))


class Signing(Folder):
    def setUp(self):
        super().setUp()
        self.key = self.home / 'key'
        subprocess.run(['ssh-keygen', '-q', '-t', 'ed25519', '-N', '', '-f', str(self.key)], check=True)

    def assert_signed(self, signers):
        repository = self.server.repository()
        commits = git('rev-list', '--committer=metapowers@localhost', 'main', cwd=repository).split()
        for commit in commits:
            done = run('git', '-c', f'gpg.ssh.allowedSignersFile={signers}', 'verify-commit', commit, cwd=repository)
            self.assertEqual(done.returncode, 0, done.stderr)
            message = git('log', '-1', '--format=%B', commit, cwd=repository)
            parsed = run('git', 'interpret-trailers', '--parse', cwd=repository, stdin=message).stdout
            self.assertRegex(parsed, r'(?m)^Metapowers-(Command|Action): ')
            self.assertRegex(parsed, r'(?m)^Metapowers-Engine: ')
        return commits

    def test_git_verifies_every_commit_also_after_a_kill(self):
        done = daemon('allowed-signers', '--signing-key', self.key)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertRegex(done.stdout, r'^metapowers@localhost namespaces="git" ssh-ed25519 \S+\n$')
        signers = self.home / 'signers'
        signers.write_text(done.stdout)
        self.serve('--signing-key', str(self.key), visibility='deferred')
        self.ok('workspace', 'create', 'default')
        self.ok('init', 'team-notes', '--model', MODEL)
        self.ok('run', 'walkthrough', 'team-notes')
        last = json.loads(self.ok('model', 'put', 'team-notes', '-', '-o', 'json', stdin=model('team-notes', 77)))
        self.stop('kill')
        self.serve(visibility='immediate')  # what the journal holds needs no key
        self.ok('status', 'team-notes')
        deadline = time.time() + 10
        while last['outcome']['commit'] not in git('rev-parse', 'main', cwd=self.server.repository()):
            self.assertLess(time.time(), deadline)
            time.sleep(0.05)
        commits = self.assert_signed(signers)
        self.assertEqual(len(commits), int(git('rev-list', '--count', 'main', cwd=self.server.repository())))
        self.assertGreater(len(commits), 20)
        self.assert_clean(self.server.repository())
        self.stop()
        done = daemon('verify', '--data-dir', self.data)
        self.assertEqual(done.returncode, 0, done.stdout)

    def test_a_wrong_key_is_refused_at_the_start(self):
        def refused(key, why):
            for words in (['--data-dir', self.data, '--signing-key', key, '--listen', f'unix:{self.home}/s'],
                          ['allowed-signers', '--signing-key', key]):
                done = daemon(*words)
                self.assertEqual(done.returncode, 2)
                self.assertRegex(done.stderr, f"^metapowersd: signing key '{key}' .*\n  .*\n$")
                self.assertIn(why, done.stderr)
        refused(self.home / 'absent', 'cannot be read')
        refused(self.home / 'key.pub', 'is open to others')
        (self.home / 'key.pub').chmod(0o600)
        refused(self.home / 'key.pub', 'is a public key')
        self.key.chmod(0o640)
        refused(self.key, 'is open to others: its mode is 0640')
        rsa = self.home / 'rsa'
        subprocess.run(['ssh-keygen', '-q', '-t', 'rsa', '-b', '2048', '-N', '', '-f', str(rsa)], check=True)
        refused(rsa, 'is of type ssh-rsa')
        locked = self.home / 'locked'
        subprocess.run(['ssh-keygen', '-q', '-t', 'ed25519', '-N', 'a secret', '-f', str(locked)], check=True)
        refused(locked, 'has a passphrase')
        cut = self.home / 'cut'
        cut.write_text(locked.read_text()[:120])
        cut.chmod(0o600)
        refused(cut, 'is cut off or damaged')
        self.assertFalse(self.data.exists())


if __name__ == '__main__':
    unittest.main()
