#!/usr/bin/env python3
"""What people write into generated sections, with stock git: in a person's own repository, and pushed to a server."""
import json
import pathlib
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2]))
from tests.support.binaries import EXAMPLE, cli, git, serving  # noqa: E402

DOCUMENT = '.metapowers/security/api-platform/01-identify.md'
COPY = '.metapowers/.generated/api-platform/01-identify.md'
INTRO = 'The register lists every element'
RENAMED = EXAMPLE.read_text().replace('    name: Partner portal\n', '    name: Portal of partners\n')


def row(text, start):
    return next(line for line in text.splitlines() if line.startswith(start))


def last_message(text):
    decoder, message, at = json.JSONDecoder(), None, 0
    while at < len(text):
        message, at = decoder.raw_decode(text, at)
        at += len(text[at:]) - len(text[at:].lstrip())
    return message


class Workplace:
    """A repository that the documents are written to, and how two people change them there."""

    def succeed(self, *words, **options):
        done = self.cli(*words, **options)
        assert done.returncode == 0, f'{words}: {done.stderr}'
        return done


def commit(folder, who, change):
    path = folder / DOCUMENT
    before = path.read_bytes().decode()
    after = change(before)
    assert before != after, f'{who} changes nothing'
    path.write_bytes(after.encode())
    git('-c', f'user.name={who}', 'commit', '-qam', f'edit of {who}', cwd=folder,
        env={'GIT_AUTHOR_NAME': who, 'GIT_COMMITTER_NAME': who})


class Local(Workplace):
    def __init__(self, home):
        self.repo = home / 'repo'
        git('init', '-q', '-b', 'main', str(self.repo), cwd='/')

    def cli(self, *words, **options):
        return cli(*words, cwd=self.repo, **options)

    def join(self, *people):
        """All of them work in the one folder."""

    def edit(self, who, change):
        commit(self.repo, who, change)

    def document(self):
        return (self.repo / DOCUMENT).read_bytes().decode()

    def git(self, *words):
        return git(*words, cwd=self.repo)


class Remote(Workplace):
    def __init__(self, home, server):
        self.home = home
        self.server = server
        self.succeed('workspace', 'create', 'default')

    def cli(self, *words, **options):
        return self.server.cli(*words, **options)

    def join(self, *people):
        """Gives each a clone of their own, or brings it up to date."""
        for who in people:
            if (self.home / who).exists():
                git('-c', 'safe.directory=*', 'pull', '-q', '--rebase', 'origin', 'main', cwd=self.home / who)
            else:
                git('-c', 'safe.directory=*', 'clone', '-q', str(self.server.repository()), who, cwd=self.home)

    def edit(self, who, change):
        commit(self.home / who, who, change)
        self.join(who)  # others may have pushed meanwhile
        git('-c', 'safe.directory=*', 'push', '-q', 'origin', 'HEAD:main', cwd=self.home / who)

    def document(self):
        return self.git('show', f'main:{DOCUMENT}')

    def git(self, *words):
        return git('-c', 'safe.directory=*', *words, cwd=self.server.repository())


class HandEdits(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        self.home = pathlib.Path(self.folder.name)

    def begin(self, at):
        at.succeed('init', 'api-platform', '--model', EXAMPLE)
        at.succeed('run', 'asset-inventory', 'api-platform', '--skip-checks', '--reason', 'pilot')
        at.join('Ann', 'Bob')
        return at

    def run_changed(self, at, *words):
        return at.cli('run', 'asset-inventory', 'api-platform', '--model', '-', '--skip-checks', '--reason', 'pilot',
                      *words, stdin=RENAMED)

    def check_one_document_with_all_three(self, at):
        gateway = row(at.document(), '| api-gateway | microservice |')
        kept = gateway.replace('| Payments engineering |', '| Payments engineering, says Bob |')
        at.edit('Ann', lambda text: text.replace('\n#### Services\n', '\nAnn counted them in May.\n\n#### Services\n'))
        at.edit('Bob', lambda text: text.replace(gateway, kept))
        done = self.run_changed(at)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn('2 edits by hand kept', done.stderr)
        text = at.document()
        for part in ('\nAnn counted them in May.\n\n#### Services\n', kept + '\n', '| Portal of partners |'):
            self.assertIn(part, text)
        self.assertIn('## Asset Inventory\n', at.git('show', f'main:{COPY}'))
        self.assertEqual(at.git('show', 'main:.metapowers/.generated/.gitattributes'), '* linguist-generated\n')
        self.assertEqual(at.git('fsck', '--strict'), '')
        # Again, with nothing new.
        done = at.succeed('run', 'asset-inventory', 'api-platform', '--skip-checks', '--reason', 'pilot')
        self.assertIn('unchanged', done.stdout)
        status = at.succeed('status', 'api-platform').stdout
        self.assertRegex(status, r'asset-inventory +current +edited by hand')
        commands = json.loads(at.succeed('status', 'api-platform', '-o', 'json').stdout)['commands']
        self.assertEqual([c['command'] for c in commands if c.get('handEdited')], ['asset-inventory'])
        # What both changed is asked about, and nothing that people wrote is gone by lint or a run of all.
        at.cli('lint', 'api-platform')
        at.succeed('run', 'all', 'api-platform', '--skip-checks', '--reason', 'pilot')
        self.assertIn('Ann counted them in May.', at.document())

    def check_a_conflict_names_both(self, at):
        portal = row(at.document(), '| partner-portal | Partner portal |')
        at.edit('Ann', lambda text: text.replace(portal, portal.replace('Partner portal', 'Our portal')))
        intro = row(at.document(), INTRO)
        at.edit('Bob', lambda text: text.replace(intro, 'The register is what Bob knows.'))
        changed = RENAMED.replace('name: Northlane Payments API Platform\n', 'name: Northlane\n')
        self.assertNotEqual(changed, RENAMED)
        head = at.git('rev-parse', 'main')
        words = ['run', 'asset-inventory', 'api-platform', '--model', '-', '--skip-checks', '--reason', 'pilot']
        done = at.cli(*words, stdin=changed)
        self.assertEqual(done.returncode, 6, done.stderr)
        self.assertRegex(done.stderr, r'2 edits of (Ann, Bob|Bob, Ann)')
        self.assertRegex(done.stderr, r'01-identify\.md:\d+: Asset Register: Bob wrote "The register is what Bob knows')
        self.assertRegex(done.stderr, r'01-identify\.md:\d+: .*: Ann wrote "\| partner-portal \| Our portal .*'
                                      r'generated now: "\| partner-portal \| Portal of partners')
        self.assertRegex(done.stderr, r'metapowers .*run asset-inventory api-platform --model - --edits keep')
        as_json = at.cli(*words, '-o', 'json', stdin=changed)
        self.assertEqual(as_json.returncode, 6, as_json.stderr)
        conflict = last_message(as_json.stdout)['conflict']
        self.assertEqual([place['authors'] for place in conflict['places']], [['Bob'], ['Ann']])
        self.assertIn('The register is what Bob knows.', conflict['places'][0]['standing'])
        self.assertIn('| partner-portal | Portal of partners |', conflict['places'][1]['generated'])
        self.assertEqual(at.git('rev-parse', 'main'), head)
        plan = at.cli('plan', *words[1:], '--edits', 'markers', stdin=changed)
        self.assertEqual(plan.returncode, 0, plan.stderr)
        self.assertIn('+<<<<<<< edited by hand\n', plan.stdout)
        self.assertRegex(plan.stderr, r'git apply; .* commit, then: metapowers .*--edits keep')
        self.assertEqual(at.cli('run', *words[1:], '--edits', 'markers', stdin=changed).returncode, 2)
        done = at.cli(*words, '--edits', 'keep', stdin=changed)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn('2 conflicts: what was written by hand was kept', done.stderr)
        for part in ('The register is what Bob knows.', '| partner-portal | Our portal |'):
            self.assertIn(part, at.document())
        at.join('Ann')
        at.edit('Ann', lambda text: text.replace('The register is what Bob knows.', '<<<<<<< HEAD\n=======\n>>>>>>> x'))
        at.succeed('model', 'put', 'api-platform', EXAMPLE)
        done = at.cli('run', 'asset-inventory', 'api-platform', '--skip-checks', '--reason', 'pilot')
        self.assertEqual(done.returncode, 3, done.stderr)
        self.assertIn("Git's conflict markers stand in section", done.stderr)

    def test_in_ones_own_repository(self):
        local = self.begin(Local(self.home))
        self.check_one_document_with_all_three(local)
        self.assertEqual(local.git('status', '--porcelain'), '')

    def test_conflict_in_ones_own_repository(self):
        self.check_a_conflict_names_both(self.begin(Local(self.home)))

    def test_a_replacement_in_all_files_is_an_edit(self):
        local = self.begin(Local(self.home))
        local.edit('Ann', lambda text: text.replace('\n#### Services\n', '\nAnn counted them.\n\n#### Services\n'))
        self.assertEqual(self.run_changed(local).returncode, 0)
        for name in local.git('ls-files').splitlines():
            path = local.repo / name
            path.write_bytes(path.read_bytes().replace(b'The register lists', b'THE REGISTER LISTS'))
        self.assertIn('THE REGISTER LISTS', (local.repo / COPY).read_text())
        local.git('commit', '-qam', 'shout')
        local.succeed('run', 'asset-inventory', 'api-platform', '--model', EXAMPLE, '--skip-checks', '--reason', 'pilot')
        for part in ('THE REGISTER LISTS', '\nAnn counted them.\n', '| Partner portal |'):
            self.assertIn(part, local.document())

    def test_what_was_merged_by_hand_stands(self):
        local = self.begin(Local(self.home))
        before = row(local.document(), '| partner-portal | Partner portal |')
        words = ['asset-inventory', 'api-platform', '--skip-checks', '--reason', 'pilot']
        for _ in range(2):
            # Ann writes, the model changes, and she decides on neither version, but on what stood there before.
            local.edit('Ann', lambda text: text.replace(before, before.replace('Partner portal', 'Our portal')))
            plan = local.succeed('plan', *words, '--model', '-', '--edits', 'markers', '--raw', stdin=RENAMED)
            patch = self.home / 'merge.patch'
            patch.write_text(plan.stdout)
            local.git('apply', '--index', str(patch))
            path = local.repo / DOCUMENT
            merged, marked = [], False
            for line in path.read_text().splitlines():
                marked = marked or line.startswith('<<<<<<<')
                if line.startswith('>>>>>>>'):
                    merged.append(before)
                if not marked:
                    merged.append(line)
                marked = marked and not line.startswith('>>>>>>>')
            path.write_text('\n'.join(merged) + '\n')
            local.git('commit', '-qam', 'merge by hand')
            for choice in (['--edits', 'keep'], []):
                local.succeed('run', *words, *choice)
                self.assertEqual(row(local.document(), '| partner-portal | P'), before)
            # The second time there is a copy that the service has written.
            local.succeed('run', *words, '--model', EXAMPLE, '--edits', 'take')
            local.edit('Ann', lambda text: text.replace('\n#### Services\n', '\nCounted.\n\n#### Services\n'))
            local.succeed('run', *words, '--model', '-', stdin=EXAMPLE.read_text().replace(
                'name: Northlane Payments API Platform\n', 'name: Northlane\n'))
            local.succeed('run', *words, '--model', EXAMPLE)
            self.assertTrue((local.repo / COPY).exists())

    def test_a_section_that_stands_twice_is_told_and_hides_nothing(self):
        local = self.begin(Local(self.home))
        local.edit('Ann', lambda text: text + '\n## Asset Inventory\n\nAnn has a copy.\n')
        lines = [i for i, line in enumerate(local.document().splitlines(), 1) if line == '## Asset Inventory']
        status = local.succeed('status', 'api-platform').stdout
        self.assertRegex(status, r'asset-inventory +in conflict')
        told = f"01-identify.md: the heading '## Asset Inventory' stands in lines {lines[0]}, {lines[1]}"
        self.assertEqual([line for line in status.splitlines() if line.startswith(told) and '; to mend it: ' in line],
                         [line for line in status.splitlines() if '## Asset Inventory' in line])
        self.assertIn('1 to mend by hand: metapowers status api-platform', local.succeed('status').stdout)
        self.assertIn(f'stands in lines {lines[0]}, {lines[1]}', local.succeed('report', '--dry-run').stdout)

    def test_pushed_to_a_server(self):
        with serving() as server:
            self.check_one_document_with_all_three(self.begin(Remote(self.home, server)))

    def test_conflict_pushed_to_a_server(self):
        with serving() as server:
            self.check_a_conflict_names_both(self.begin(Remote(self.home, server)))


if __name__ == '__main__':
    unittest.main()
