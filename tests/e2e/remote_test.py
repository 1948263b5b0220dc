#!/usr/bin/env python3
"""The two binaries over a Unix socket: the main job, its history, and every bad input of the contract."""
import json
import pathlib
import re
import sys
import tempfile
import threading
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2]))
from tests.support.binaries import BIN, EXAMPLE, ROOT, Server, cli, git, run, serving  # noqa: E402
from tests.support.contract import (ALL, BUILT, FACTS, IN_WALKTHROUGH, PLANNED, WALKTHROUGH,  # noqa: E402
                                    missing_facts)

ZERO = '0' * 40


class MainJob(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.context = serving()
        cls.server = cls.context.__enter__()
        for words in (['workspace', 'create', 'default'], ['init', 'api-platform', '--model', EXAMPLE]):
            done = cls.server.cli(*words)
            assert done.returncode == 0, done.stderr
        cls.walkthrough = cls.server.cli('run', 'walkthrough', 'api-platform')

    @classmethod
    def tearDownClass(cls):
        cls.context.__exit__(None, None, None)

    def log(self, *words):
        return git('-c', 'safe.directory=*', 'log', *words, 'main', cwd=self.server.repository())

    def test_walkthrough_runs_what_is_built_and_names_what_is_planned(self):
        self.assertEqual(self.walkthrough.returncode, 0, self.walkthrough.stderr)
        for command in WALKTHROUGH:
            self.assertRegex(self.walkthrough.stdout, rf'\] {command}  committed [0-9a-f]{{7}}\n')
        for command in PLANNED:
            named = 'planned, not built yet' in self.walkthrough.stderr and command in self.walkthrough.stderr
            self.assertEqual(named, command in IN_WALKTHROUGH, f'{command}: {self.walkthrough.stderr}')

    def test_every_fact_of_the_reference_scenario_stands(self):
        for command, facts in FACTS.items():
            section = self.server.cli('show', f'api-platform#{command}').stdout
            self.assertEqual(missing_facts(section, facts), [], command)

    def test_one_commit_per_command_with_trailers(self):
        subjects = self.log('--format=%s').splitlines()
        expected = [f'security(api-platform): {c}' for c in WALKTHROUGH]
        self.assertEqual(sorted(s for s in subjects if s in expected), sorted(expected))
        message = self.log('--format=%s%n%(trailers)', '--grep=asset-inventory', '-n1')
        for key in ('Metapowers-Command: security:asset-inventory', 'Metapowers-Model: ', 'Metapowers-Catalogue: ',
                    'Metapowers-Engine: ', 'Metapowers-Request-Id: '):
            self.assertIn(key, message)
        model = self.log('--format=%(trailers:key=Metapowers-Model,valueonly)', '--grep=asset-inventory', '-n1').strip()
        blob = git('-c', 'safe.directory=*', 'rev-parse', 'main:.metapowers/security/api-platform/system-model.yaml',
                   cwd=self.server.repository()).strip()
        self.assertEqual(model, blob)
        self.assertIn('Metapowers-Action: model', self.log('--format=%B', '--reverse'))
        self.assertEqual(set(self.log('--format=%an <%ae>').splitlines()), {'Ada Tester <ada@example.com>'})

    def test_stock_git_finds_no_fault(self):
        done = run('git', '-c', 'safe.directory=*', 'fsck', '--strict', cwd=self.server.repository())
        self.assertEqual((done.returncode, done.stdout), (0, ''), done.stderr)

    def test_a_second_run_makes_no_commit(self):
        before = self.log('--format=%H')
        done = self.server.cli('run', 'walkthrough', 'api-platform')
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(done.stdout.count('unchanged'), len(WALKTHROUGH))
        self.assertEqual(self.log('--format=%H'), before)

    def test_show_log_diff_status_and_plan(self):
        document = self.server.cli('show', 'api-platform/identify').stdout
        self.assertTrue(document.startswith('# '))
        section = self.server.cli('show', 'api-platform#risk-appetite').stdout
        self.assertTrue(section.startswith('## Risk Appetite Statement\n'), section[:80])
        self.assertRegex(self.server.cli('log', 'api-platform').stdout, '(?m)^[0-9a-f]{7}  .*  risk-appetite ')
        self.assertNotIn('asset-inventory', self.server.cli('log', 'api-platform/govern').stdout)
        diff = self.server.cli('diff', 'api-platform', 'HEAD~1..HEAD').stdout
        self.assertIn('+++ b/', diff)
        status = self.server.cli('status', 'api-platform')
        self.assertEqual(len(re.findall(r'  current$', status.stdout, re.M)), len(WALKTHROUGH), status.stdout)
        plan = self.server.cli('plan', 'walkthrough', 'api-platform', '--exit-code')
        self.assertEqual((plan.returncode, plan.stdout), (0, ''), plan.stderr)

    def test_one_changed_attribute_touches_only_dependent_rows(self):
        text = EXAMPLE.read_text()
        self.assertIn('session_idle_minutes: 15', text)
        changed = text.replace('session_idle_minutes: 15', 'session_idle_minutes: 10')
        plan = self.server.cli('plan', 'walkthrough', 'api-platform', '--model', '-', '--exit-code', stdin=changed)
        self.assertEqual(plan.returncode, 10, plan.stderr)
        touched = [l for l in plan.stdout.splitlines() if re.match(r'[+-](?![+-])', l)]
        self.assertLessEqual(len(touched), 10, '\n'.join(touched))
        self.assertTrue(all('10' in l or '15' in l for l in touched), '\n'.join(touched))

    def test_a_difference_in_meaning_names_its_cause(self):
        with serving() as server:
            for words in (['workspace', 'create', 'default'], ['init', 'api-platform', '--model', EXAMPLE]):
                self.assertEqual(server.cli(*words).returncode, 0)
            text = EXAMPLE.read_text()
            self.assertIn('    name: Partner portal\n', text)
            done = server.cli('model', 'put', 'api-platform', '-',
                              stdin=text.replace('    name: Partner portal\n', '    name: Portal of partners\n'))
            self.assertEqual(done.returncode, 0, done.stderr)
            done = server.cli('diff', '--semantic', 'api-platform', 'HEAD~1..HEAD', 'asset-inventory')
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertIn('~ component_groups.components  partner-portal  Portal of partners\n'
                          '      name: Partner portal → Portal of partners\n'
                          '      because component partner-portal: name Partner portal → Portal of partners\n',
                          done.stdout)
            done = server.cli('diff', '--semantic', 'api-platform', 'HEAD~1..HEAD', '-o', 'json')
            self.assertIn('asset-inventory', [r['command'] for r in json.loads(done.stdout)['results']])
            done = server.cli('diff', '--semantic', 'api-platform', 'HEAD..HEAD')
            self.assertEqual((done.returncode, done.stdout), (0, ''), done.stderr)

    def test_plan_is_what_git_apply_takes(self):
        changed = EXAMPLE.read_text().replace('session_idle_minutes: 15', 'session_idle_minutes: 10')
        plan = self.server.cli('plan', 'security-policy', 'api-platform', '--model', '-', stdin=changed).stdout
        with tempfile.TemporaryDirectory() as folder:
            git('clone', '-q', '-c', 'safe.directory=*', str(self.server.repository()), folder, cwd='/')
            done = run('git', 'apply', '--check', '-', cwd=folder, stdin=plan)
            self.assertEqual(done.returncode, 0, done.stderr)

    def test_json_is_the_response(self):
        status = json.loads(self.server.cli('status', 'api-platform', '-o', 'json').stdout)
        self.assertEqual(status['topic'], 'workspaces/default/topics/api-platform')
        self.assertEqual(sum(c['state'] == 'SECTION_STATE_CURRENT' for c in status['commands']), len(WALKTHROUGH))
        self.assertNotIn('\x1b', self.server.cli('log', 'api-platform').stdout)

    def test_commands_lists_all_39(self):
        listed = json.loads(self.server.cli('commands', '-o', 'json').stdout)['commands']
        self.assertEqual([c['command']['id'] for c in listed], ALL)
        self.assertEqual(len(ALL), 39)
        self.assertEqual([c['command']['id'] for c in listed if not c.get('planned')], BUILT)


class ChangedModel(unittest.TestCase):
    """A fact comes from the model: with another value there, it is gone, and it alone."""

    CHANGES = (('monitoring-strategy', 'name: Security engineers, team: security, engineers: 2',
                'name: Security engineers, team: security, engineers: 3', [['2 security engineers', '15']]),
               ('recovery-plan', 'kind: tabletop, interval_days: 30', 'kind: tabletop, interval_days: 60',
                [['monthly', 'tabletop']]))

    def test_each_change_takes_its_fact_away(self):
        text = EXAMPLE.read_text()
        for _, old, new, _ in self.CHANGES:
            self.assertIn(old, text)
            text = text.replace(old, new)
        with serving() as server:
            for words in (['workspace', 'create', 'default'], ['init', 'api-platform', '--model', '-']):
                done = server.cli(*words, stdin=text)
                self.assertEqual(done.returncode, 0, done.stderr)
            for command, _, _, gone in self.CHANGES:
                done = server.cli('run', command, 'api-platform', '--skip-checks',
                                  '--reason', 'one section is looked at')
                self.assertEqual(done.returncode, 0, done.stderr)
                section = server.cli('show', f'api-platform#{command}').stdout
                self.assertEqual(missing_facts(section, FACTS[command]), gone, command)


class BadInput(unittest.TestCase):
    """Each: the exit code, a message that names place, cause and next step, and no commit."""

    @classmethod
    def setUpClass(cls):
        cls.context = serving()
        cls.server = cls.context.__enter__()
        assert cls.server.cli('workspace', 'create', 'default').returncode == 0
        assert cls.server.cli('init', 'api-platform', '--model', EXAMPLE).returncode == 0

    @classmethod
    def tearDownClass(cls):
        cls.context.__exit__(None, None, None)

    def head(self):
        return json.loads(self.server.cli('workspace', 'get', 'default', '-o', 'json').stdout)['workspace']['head']

    def refused(self, code, *words, says=(), **options):
        before = self.head()
        done = self.server.cli(*words, **options)
        self.assertEqual(done.returncode, code, f'{words}: {done.stdout}{done.stderr}')
        self.assertTrue(done.stderr.startswith('metapowers: '), done.stderr)
        for text in says:
            self.assertIn(text, done.stderr)
        self.assertNotIn(str(self.server.home), done.stderr, 'a path of the server leaks')
        self.assertEqual(self.head(), before)
        return done

    def test_unknown_commands_and_options(self):
        self.refused(2, 'staus', says=["did you mean 'status'"])
        self.refused(2, 'rnu', says=["unknown command 'rnu'"])
        self.refused(2, 'run', 'threat-model', 'api-platform', '--dryrun', says=['--dryrun', '--dry-run'])
        self.refused(2, 'run', 'threat-model', says=['TOPIC'])
        self.refused(5, 'run', 'thraet-model', 'api-platform', says=["did you mean 'threat-model'"])
        for command in PLANNED:
            self.refused(3, 'run', command, 'api-platform', says=['planned'])

    def test_hostile_topics(self):
        for topic in ('../x', '.git', 'a' * 64, 'a\nb', 'é', 'a/b', 'A', 'a_b', '%2e%2e', 'x\u200cy', '-'):
            with self.subTest(topic=topic):
                self.refused(9, 'run', '--', 'security-policy', topic, says=['topic'])

    def test_unknown_topic_and_workspace(self):
        self.refused(3, 'run', 'security-policy', 'nothing-here', says=['nothing-here', 'metapowers init'])
        done = self.server.cli('--workspace', 'nowhere', 'status', 'api-platform')
        self.assertEqual(done.returncode, 5)
        self.assertIn("nowhere", done.stderr)

    def test_gate(self):
        done = self.refused(3, 'run', 'asset-inventory', 'api-platform', says=['00-govern.md', '--skip-checks'])
        self.assertIn('metapowers run security-policy api-platform', done.stderr)
        self.refused(2, 'run', 'asset-inventory', 'api-platform', '--skip-checks', says=['--reason'])
        self.refused(2, 'run', 'asset-inventory', 'api-platform', '--reason', 'x', says=['--skip-checks'])

    def test_stale_head(self):
        self.refused(6, 'run', 'security-policy', 'api-platform', '--expected-head', '1' * 40, says=['1' * 7])

    def test_bad_models(self):
        good = EXAMPLE.read_text()
        cases = {
            'not yaml': ('a: [b', [':1:']),
            'unknown field': (good + '\nflavour: x\n', ['flavour', ':']),
            'duplicate key': (good + '\nid: api-platform\n', ['id', 'twice']),
            'anchor': (good.replace('id: api-platform', 'id: &x api-platform', 1), ['anchor']),
            'dangling': (good.replace('owner_team: ', 'owner_team: no-such-', 1), ['no-such-']),
            'another id': (good.replace('id: api-platform', 'id: other', 1), ['other', 'api-platform']),
            'deep': ('a: ' + '[' * 100000, ['levels deep']),
            'large': ('# ' + 'x' * (10 << 20), ['4 MiB', 'next:']),
            'empty': ('', ['is empty', 'next:']),
        }
        for name, (text, says) in cases.items():
            with self.subTest(name):
                before = self.head()
                done = self.server.cli('run', 'security-policy', 'api-platform', '--model', '-', stdin=text)
                self.assertEqual(done.returncode, 9, done.stderr)
                for word in says:
                    self.assertIn(word, done.stderr)
                self.assertEqual(self.head(), before)

    def test_attachments(self):
        with tempfile.TemporaryDirectory() as folder:
            scan = pathlib.Path(folder) / 'scan.json'
            scan.write_text('{}')
            done = self.refused(9, 'run', 'security-policy', 'api-platform', '--attach', scan,
                                says=['scan.json', 'declares'])
            self.assertIn('--attach FILE=PATH', done.stderr)
            self.refused(9, 'model', 'put', 'api-platform', '--attach', f'{scan}=../../x', says=['declares'])
            self.refused(9, 'model', 'put', 'api-platform', '--attach', f'{scan}=00-govern.md', says=['declares'])
            self.refused(9, 'model', 'put', 'api-platform', '--decisions', scan, says=['decisions.yaml:1:'])
            self.refused(9, 'model', 'put', 'api-platform', '--decisions', '/no/such/file', says=['/no/such/file'])
            self.refused(2, 'model', 'put', 'api-platform', says=['--decisions'])
            with open(scan, 'r+b') as large:
                large.truncate(200 << 20)
            self.refused(9, 'run', 'security-policy', 'api-platform', '--attach', scan, says=['200 MB', '64'])
        self.refused(5, 'model', 'get', 'api-platform', '--decisions', says=['no decisions.yaml', 'model put'])

    def test_a_gate_that_checks_nothing_does_not_pass(self):
        self.refused(2, 'run', 'govern', 'api-platform', '--fail-on', 'severe', says=['--fail-on'])
        done = self.server.cli('plan', 'security-policy', 'api-platform', '--fail-on', 'high')
        self.assertEqual(done.returncode, 3, done.stderr)
        self.assertIn('reports findings', done.stderr)

    def test_unreadable_model_file(self):
        for path in ('/no/such/file', '/', '/dev/zero', '/dev/null'):
            with self.subTest(path):
                self.refused(9, 'run', 'security-policy', 'api-platform', '--model', path, says=[path, 'next:'])

    def test_faults_name_the_file_of_the_user(self):
        with tempfile.NamedTemporaryFile('w', suffix='.yaml') as model:
            model.write('id: api-platform\nflavour: x\n')
            model.flush()
            self.refused(9, 'model', 'put', 'api-platform', model.name, says=[f"{model.name}:2:1: has no field 'flavour'"])

    def test_every_help_has_own_examples(self):
        commands = [[name] for name in ('init run plan status show log diff commands version').split()]
        commands += [['model', name] for name in ('get', 'put', 'validate', 'schema')]
        commands += [['workspace', name] for name in ('create', 'list', 'get')]
        for words in commands:
            with self.subTest(words):
                text = self.server.cli(*words, '--help').stdout
                examples = text.partition('Examples:\n')[2]
                self.assertRegex(examples, r'metapowers .*' + ' '.join(words))
                self.assertNotIn('Exit codes', text)

    def test_usage_errors_name_the_whole_command(self):
        self.refused(2, 'model', 'get', says=['metapowers model get --help'])
        self.refused(2, 'init', 'new-topic', says=['--archetype', '--model'])
        self.refused(5, 'show', 'api-platform#risk-apetite', says=["did you mean 'risk-appetite'"])

    def test_hostile_revisions(self):
        self.refused(9, 'show', 'api-platform#security-policy@../../etc', says=['revision'])
        self.refused(5, 'show', f'api-platform#security-policy@{ZERO}')
        self.refused(5, 'diff', 'api-platform', '0123abc..')


class Gate(unittest.TestCase):
    def test_skipping_it_is_recorded(self):
        with serving() as server:
            server.cli('workspace', 'create', 'default')
            server.cli('init', 'api-platform', '--model', EXAMPLE)
            done = server.cli('run', 'asset-inventory', 'api-platform', '--skip-checks', '--reason', 'pilot | run')
            self.assertEqual(done.returncode, 0, done.stderr)
            repository = server.repository()
            log = git('-c', 'safe.directory=*', 'show', 'main:.metapowers/security/api-platform/skip-log.md',
                      cwd=repository)
            self.assertRegex(log, r'\| asset-inventory \| 00-govern\.md \| .*Ada Tester.* \| pilot \\\| run \|')
            message = git('-c', 'safe.directory=*', 'log', '-1', '--format=%B', 'main', cwd=repository)
            self.assertIn('Passed over the missing 00-govern.md: pilot | run', message)
            self.assertIn('Metapowers-Skip-Checks: 00-govern.md', message)


class Process(unittest.TestCase):
    def test_drains_on_sigterm_and_logs_json(self):
        with serving() as server:
            server.cli('workspace', 'create', 'default')
            self.assertEqual(server.stop(), 0)
            lines = (server.home / 'server.log').read_text().splitlines()
            self.assertTrue(lines)
            entries = [json.loads(line) for line in lines]
            self.assertTrue(any('CreateWorkspace' in str(e.get('method')) for e in entries), lines)

    def test_nothing_is_lost_by_sigkill(self):
        with tempfile.TemporaryDirectory() as home:
            server = Server(home)
            server.cli('workspace', 'create', 'default')
            server.cli('init', 'api-platform', '--model', EXAMPLE)
            self.assertEqual(server.cli('run', 'security-policy', 'api-platform').returncode, 0)
            server.stop('kill')
            server = Server(home)
            try:
                self.assertIn('current', server.cli('status', 'api-platform').stdout)
                self.assertEqual(server.cli('run', 'risk-appetite', 'api-platform').returncode, 0)
            finally:
                server.stop()

    def test_a_threagile_model_is_imported(self):
        with serving() as server:
            server.cli('workspace', 'create', 'default')
            done = server.cli('init', 'desk', '--from', ROOT / 'deploy/examples/threagile.yaml')
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertEqual(done.stderr, "next: 'metapowers model questions desk' walks through what the files do not "
                             "say, then run 'metapowers run security-policy desk'\n")
            self.assertIn('id: web-shop-store-sales  # observed ', server.cli('model', 'get', 'desk').stdout)
            decisions = git('-c', 'safe.directory=*', 'show', 'main:.metapowers/security/desk/decisions.yaml',
                            cwd=server.repository())
            self.assertIn('finding: "unencrypted-storage@database"', decisions)
            done = server.cli('-o', 'json', 'init', 'json', '--from', ROOT / 'deploy/examples/threagile.yaml')
            self.assertIn('"format": "threagile"', done.stdout)

    def test_an_answer_outlives_a_kill_and_git_sees_it_soon(self):
        with tempfile.TemporaryDirectory() as home:
            with serving(home=home, visibility='deferred') as server:
                server.cli('workspace', 'create', 'default')
                done = server.cli('-o', 'json', 'init', 'api-platform', '--model', EXAMPLE)
                self.assertEqual(done.returncode, 0, done.stderr)
                commit = json.loads(done.stdout)['outcome']['commit']
                server.process.kill()
                server.process.wait()
            with serving(home=home, visibility='deferred') as server:
                log = json.loads(server.cli('-o', 'json', 'log', 'api-platform').stdout)
                self.assertEqual([revision['commit'] for revision in log['revisions']], [commit])
                seen = ''
                end = time.monotonic() + 20
                while seen.strip() != commit and time.monotonic() < end:
                    seen = run('git', '-c', 'safe.directory=*', 'rev-parse', 'main', cwd=server.repository()).stdout
                self.assertEqual(seen.strip(), commit)
                fsck = run('git', '-c', 'safe.directory=*', 'fsck', '--strict', cwd=server.repository())
                self.assertEqual(fsck.returncode, 0, fsck.stderr)

    def test_a_call_waits_for_a_server_that_restarts(self):
        with tempfile.TemporaryDirectory() as home:
            with serving(home=home) as server:
                server.cli('workspace', 'create', 'default')
                server.process.kill()
                server.process.wait()
            answers = []
            call = threading.Thread(target=lambda: answers.append(
                cli('--server', f'unix:{home}/socket', 'init', 'api-platform', '--model', EXAMPLE)))
            call.start()
            with serving(home=home) as server:
                call.join()
                self.assertEqual(answers[0].returncode, 0, answers[0].stderr)

    def test_the_same_request_is_done_once(self):
        request = '123e4567-e89b-42d3-a456-426614174000'
        with serving() as server:
            server.cli('workspace', 'create', 'default')
            server.cli('init', 'api-platform', '--model', EXAMPLE)
            words = ('-o', 'json', 'run', 'security-policy', 'api-platform', '--request-id', request)
            first, again = (server.cli(*words) for _ in range(2))
            self.assertEqual(first.returncode, 0, first.stderr)
            self.assertEqual(again.returncode, 0, again.stderr)
            self.assertIn('"replayed": true', again.stdout)
            self.assertNotIn('"replayed": true', first.stdout)
            done = server.cli('run', 'risk-appetite', 'api-platform', '--request-id', request)
            self.assertEqual(done.returncode, 9)
            self.assertIn('was used for another call', done.stderr)

    def test_two_callers_at_once(self):
        with serving() as server:
            server.cli('workspace', 'create', 'default')
            model = EXAMPLE.read_text()
            for topic in ('one', 'two'):
                done = server.cli('init', topic, '--model', '-', stdin=model.replace('id: api-platform', f'id: {topic}', 1))
                self.assertEqual(done.returncode, 0, done.stderr)
            results = {}

            def work(topic):
                results[topic] = server.cli('run', 'all', topic)

            threads = [threading.Thread(target=work, args=(t,)) for t in ('one', 'two')]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            for topic, done in results.items():
                self.assertEqual(done.returncode, 0, f'{topic}: {done.stderr}')
            history = git('-c', 'safe.directory=*', 'log', '--format=%s', 'main', cwd=server.repository()).splitlines()
            self.assertEqual(len(history), 2 + 2 * len(BUILT))
            self.assertEqual(len(set(history)), len(history))

    def test_second_server_on_the_same_data_is_refused(self):
        with serving() as server:
            done = run(BIN / 'metapowersd', '--data-dir', server.home / 'data', '--listen', 'unix:' + str(server.home / 's2'))
            self.assertEqual(done.returncode, 1)
            self.assertIn('another', done.stderr)

    def test_bad_starts(self):
        with tempfile.TemporaryDirectory() as home:
            (pathlib.Path(home) / 'file').write_text('x')
            cases = [((), 2, '--data-dir'), (('--data-dir', f'{home}/file/data'), 1, 'data'),
                     (('--data-dir', f'{home}/d', '--listen', 'nonsense:::'), 2, 'nonsense'),
                     (('--data-dir', f'{home}/d', '--no-such-flag'), 2, 'no-such-flag')]
            for flags, code, text in cases:
                with self.subTest(flags=flags):
                    done = run(BIN / 'metapowersd', *flags, timeout=20)
                    self.assertEqual(done.returncode, code, done.stderr)
                    self.assertIn(text, done.stderr)

    def test_port_in_use(self):
        with serving('--listen', '127.0.0.1:0') as server:
            second = server.process.stdout.readline()
            port = re.search(r':(\d+)$', second.strip()).group(1)
            with tempfile.TemporaryDirectory() as home:
                done = run(BIN / 'metapowersd', '--data-dir', f'{home}/d', '--listen', f'127.0.0.1:{port}', timeout=20)
                self.assertEqual(done.returncode, 1, done.stderr)
                self.assertIn(port, done.stderr)

    def test_no_server(self):
        done = cli('--server', '127.0.0.1:1', 'status', 'x')
        self.assertEqual(done.returncode, 8, done.stderr)
        self.assertIn('no server answers', done.stderr)


class Determinism(unittest.TestCase):
    def test_same_bytes_from_two_processes_two_locales_and_a_shuffled_model(self):
        import yaml

        def documents(model, env):
            with tempfile.TemporaryDirectory() as folder:
                git('init', '-q', '-b', 'main', folder, cwd='/')
                done = cli('init', 'api-platform', '--model', '-', stdin=model, cwd=folder, env=env)
                self.assertEqual(done.returncode, 0, done.stderr)
                done = cli('run', 'all', 'api-platform', cwd=folder, env=env)
                self.assertEqual(done.returncode, 0, done.stderr)
                topic = pathlib.Path(folder) / '.metapowers/security/api-platform'
                return {p.name: p.read_bytes() for p in topic.glob('0*.md')}

        def reverse(node):
            if isinstance(node, dict):
                return {k: reverse(v) if k != 'authentication' else v for k, v in reversed(node.items())}
            return [reverse(v) for v in reversed(node)] if isinstance(node, list) else node

        # All scalars stay text, written as plain as they were read.
        plain = yaml.load(EXAMPLE.read_text(), Loader=yaml.BaseLoader)
        dumper = type('Plain', (yaml.SafeDumper,), {'yaml_implicit_resolvers': {}})
        shuffled = yaml.dump(reverse(plain), Dumper=dumper, sort_keys=False, allow_unicode=True)
        first = documents(EXAMPLE.read_text(), {'LC_ALL': 'C'})
        self.assertLessEqual({'00-govern.md', '01-identify.md', '02-protect.md', '03-detect.md'}, set(first))
        self.assertEqual(documents(EXAMPLE.read_text(), {'LC_ALL': 'C.UTF-8', 'TZ': 'Asia/Tokyo'}), first)
        self.assertEqual(documents(shuffled, {'LC_ALL': 'C'}), first)


if __name__ == '__main__':
    unittest.main()
