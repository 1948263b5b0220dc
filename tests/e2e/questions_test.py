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

    def test_without_a_terminal_they_are_listed(self):
        done = cli('model', 'questions', 'team-notes', '--owner', 'founders', cwd=self.repo)
        self.assertEqual(done.returncode, 0, done.stderr)
        rows = done.stdout.splitlines()
        self.assertTrue(rows)
        self.assertTrue(all('  founders  ' in row for row in rows), rows)


if __name__ == '__main__':
    unittest.main()
