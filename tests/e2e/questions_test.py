#!/usr/bin/env python3
"""The open questions of a model, answered at a terminal and from a script."""
import json
import pathlib
import re
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2]))
from tests.support.binaries import cli, git  # noqa: E402
from tests.support.terminal import Terminal  # noqa: E402

MODEL = '.metapowers/security/team-notes/system-model.yaml'


class Questions(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.repo = pathlib.Path(folder.name)
        git('init', '-q', '-b', 'main', str(self.repo), cwd='/')
        done = cli('init', 'team-notes', '--archetype', 'saas-web', cwd=self.repo)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.before = self.model()

    def model(self):
        return git('show', f'HEAD:{MODEL}', cwd=self.repo)

    def asked(self):
        done = cli('model', 'questions', 'team-notes', '-o', 'json', cwd=self.repo)
        self.assertEqual(done.returncode, 0, done.stderr)
        return json.loads(done.stdout)['questions']

    def ask(self):
        terminal = Terminal('model', 'questions', 'team-notes', cwd=self.repo)
        self.addCleanup(terminal.process.wait)
        self.addCleanup(terminal.process.kill)
        terminal.wait_for(r'1/\d+  ')
        return terminal

    def test_answers_are_one_commit_and_every_other_line_stays(self):
        questions = self.asked()
        first, second = questions[0], questions[1]
        terminal = self.ask()
        terminal.wait_for(re.escape(first['question']['text']))
        terminal.type('?')
        terminal.wait_for(re.escape('Enter leaves it open'))
        terminal.type('no such word' if first.get('choices') else '-')
        terminal.type('1' if first.get('choices') else '7')
        terminal.wait_for(rf'2/{len(questions)}  ')
        terminal.type('')
        terminal.wait_for(rf'3/{len(questions)}  ')
        terminal.type('.')
        self.assertEqual(terminal.end(), 0, terminal.text)
        self.assertIn('1 answer  committed', '\n'.join(terminal.screen()))
        after = self.asked()
        fields = [question['question']['field'] for question in after]
        self.assertNotIn(first['question']['field'], fields)
        self.assertIn(second['question']['field'], fields)
        kept = self.model().splitlines()
        gone = [line for line in self.before.splitlines() if line not in kept]
        self.assertTrue(all('unknown' in line or '{' in line for line in gone), gone)
        self.assertEqual(git('log', '--format=%s', cwd=self.repo).splitlines()[0], 'security(team-notes): model')

    def test_an_interrupt_writes_nothing(self):
        terminal = self.ask()
        terminal.type('1')
        terminal.wait_for(r'2/\d+  ')
        terminal.press_interrupt()
        self.assertEqual(terminal.end(), 130, terminal.text)
        self.assertIn('1 answer not written', terminal.text)
        self.assertEqual(self.model(), self.before)

    def test_answers_from_a_script(self):
        question = next(question for question in self.asked() if question.get('choices'))
        field = question['question']['field']
        value = question['choices'][0]['value']
        done = cli('model', 'questions', 'team-notes', '--answer', f'{field}={value}', cwd=self.repo)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertNotIn(field, [question['question']['field'] for question in self.asked()])
        for wrong, hint in ((f'{field}=no such word', 'one of'), ('nothing[at].all=x', 'no field'), ('x', 'FIELD=VALUE')):
            done = cli('model', 'questions', 'team-notes', '--answer', wrong, cwd=self.repo)
            self.assertIn(done.returncode, (2, 9), done.stdout)
            self.assertIn(hint, done.stderr)

    def test_answers_from_a_file_and_an_element_declared_with_them(self):
        answers = self.repo / 'answers.txt'
        answers.write_text('# What we know.\n\ncomponents[web].regions = \n')
        done = cli('model', 'questions', 'team-notes', '--answers', answers, cwd=self.repo)
        self.assertEqual(done.returncode, 9, done.stdout)
        answers.write_text('# What we know.\n\nowner_team = night-shift\nteams[night-shift].name = Night shift\n'
                           'teams[night-shift].lead = Head of the night\n')
        done = cli('model', 'questions', 'team-notes', '--answers', answers, cwd=self.repo)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn('- id: night-shift\n', self.model())
        self.assertIn('\nowner_team: night-shift\n', self.model())
        answers.write_text('nonsense\n')
        self.assertEqual(cli('model', 'questions', 'team-notes', '--answers', answers, cwd=self.repo).returncode, 2)

    def test_without_a_terminal_they_are_listed(self):
        done = cli('model', 'questions', 'team-notes', '--owner', 'founders', cwd=self.repo)
        self.assertEqual(done.returncode, 0, done.stderr)
        rows = done.stdout.splitlines()
        self.assertTrue(rows)
        self.assertTrue(all('  founders  ' in row for row in rows), rows)


MANIFEST = '''
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: orders-db}
spec:
  selector: {matchLabels: {app: orders-db}}
  serviceName: orders-db
  template:
    metadata: {labels: {app: orders-db}}
    spec:
      containers: [{name: db, image: "postgres:15.4"}]
'''


class Imported(unittest.TestCase):
    def test_what_is_assumed_is_confirmed(self):
        with tempfile.TemporaryDirectory() as folder:
            repo = pathlib.Path(folder)
            git('init', '-q', '-b', 'main', str(repo), cwd='/')
            (repo / 'db.yaml').write_text(MANIFEST)
            (repo / 'cache.yaml').write_text(MANIFEST.replace('-db', '-cache').replace('postgres:15.4', 'redis:7.2'))
            self.assertEqual(cli('init', 'shop', '--from', 'db.yaml', 'cache.yaml', cwd=repo).returncode, 0)
            listed = cli('model', 'questions', 'shop', '-o', 'json', cwd=repo)
            questions = json.loads(listed.stdout)['questions']
            assumed = [question for question in questions if question.get('assumed')]
            self.assertEqual(assumed, questions[-len(assumed):], 'they come behind all that is missing')
            kind = next(q for q in assumed if q['question']['field'] == 'components[orders-db].kind')
            self.assertEqual(kind['assumed'], 'datastore')
            mark = f'    kind: datastore  # assumed: {kind["reason"]}\n'
            path = 'HEAD:.metapowers/security/shop/system-model.yaml'
            self.assertIn(mark, git('show', path, cwd=repo))
            terminal = Terminal('model', 'questions', 'shop', cwd=repo)
            self.addCleanup(terminal.process.wait)
            self.addCleanup(terminal.process.kill)
            terminal.wait_for(r'assumed attributes? to confirm')
            at = questions.index(kind) + 1
            for number in range(1, at):
                terminal.wait_for(rf'{number}/{len(questions)}  ')
                terminal.type('')
            terminal.wait_for(rf'{at}/{len(questions)}  ')
            terminal.wait_for(re.escape('=  confirms datastore'))
            terminal.type('=')
            if at < len(questions):
                terminal.wait_for(rf'{at + 1}/{len(questions)}  ')
                terminal.type('.')
            self.assertEqual(terminal.end(), 0, terminal.text)
            self.assertIn('    kind: datastore\n', git('show', path, cwd=repo))
            answers = repo / 'answers.txt'
            answers.write_text(''.join(f'{q["question"]["field"]}={q["assumed"]}\n' for q in assumed if q is not kind))
            done = cli('model', 'questions', 'shop', '--answers', answers, cwd=repo)
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertNotIn('to confirm', done.stderr)

    def test_a_walk_declares_what_no_file_knows(self):
        with tempfile.TemporaryDirectory() as folder:
            repo = pathlib.Path(folder)
            git('init', '-q', '-b', 'main', str(repo), cwd='/')
            (repo / 'db.yaml').write_text(MANIFEST)
            self.assertEqual(cli('init', 'shop', '--from', 'db.yaml', cwd=repo).returncode, 0)
            terminal = Terminal('model', 'questions', 'shop', cwd=repo)
            self.addCleanup(terminal.process.wait)
            self.addCleanup(terminal.process.kill)
            terminal.wait_for('Which team is accountable for shop')
            self.assertRegex(terminal.text, r'shop: \d+ open questions; \d+ of them decide \d+ threats')
            for prompt, answer in (('1/.* owner_team', '+'), ('Display name', 'Shop keepers'), ('Job title', 'Head of the shop'),
                                   ('Which organisation operates', 'Shop Inc.'), ('What data does orders-db keep', '+'),
                                   ('a new data class', 'Orders'), ('Enter takes shop-keepers', ''),
                                   ('Harm from disclosure', 'confidential'), ('Harm from a wrong value', ''),
                                   ('Harm from loss', ''), ('decide applicable law', 'pii, pan'),
                                   ('data class orders declared', '.')):
                terminal.wait_for(prompt)
                terminal.type(answer)
            self.assertEqual(terminal.end(), 0, terminal.text)
            model = git('show', 'HEAD:.metapowers/security/shop/system-model.yaml', cwd=repo)
            self.assertIn('    categories: [pii, pan]\n', model)
            self.assertIn('    stores: [orders]\n', model)
            self.assertIn('owner_team: shop-keepers\n', model)
            self.assertNotIn('Data to be named', model)
            self.assertNotIn('Team to be named', model)
            self.assertNotIn('import-organisation', model)


if __name__ == '__main__':
    unittest.main()
