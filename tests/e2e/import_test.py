#!/usr/bin/env python3
"""Files of other tools become a model, and changes of the files reach the model that people have edited."""
import json
import pathlib
import re
import shutil
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2]))
from tests.support.binaries import ROOT, cli, git  # noqa: E402

SHARED = next((folder for folder in (ROOT.parent / 'shared/testdata', ROOT.parent.parent / 'shared/testdata')
               if folder.is_dir()), None)
FORMATS = {'compose': 'compose', 'k8s': 'kubernetes', 'openapi': 'openapi', 'otm': 'otm', 'sbom': 'cyclonedx',
           'tfplan': 'terraform', 'threagile': 'threagile', 'threat-dragon': 'threat-dragon'}

MANIFESTS = '''
apiVersion: apps/v1
kind: Deployment
metadata: {name: orders}
spec:
  replicas: REPLICAS
  selector: {matchLabels: {app: orders}}
  template:
    metadata: {labels: {app: orders}}
    spec:
      containers:
        - name: server
          image: registry.example/orders:1.4
          env:
            - {name: DATABASE_HOST, value: "orders-db:5432"}
            - {name: DATABASE_PASSWORD, value: "hunter2-never-copied"}
---
apiVersion: v1
kind: Service
metadata: {name: orders}
spec: {type: LoadBalancer, selector: {app: orders}, ports: [{port: 443, targetPort: 8443}]}
---
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
---
apiVersion: v1
kind: Service
metadata: {name: orders-db}
spec: {selector: {app: orders-db}, ports: [{port: 5432}]}
'''


class Repository(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.home = pathlib.Path(folder.name)
        self.repo = self.home / 'repo'
        git('init', '-q', '-b', 'main', str(self.repo), cwd='/')

    def run_cli(self, *words, code=0):
        done = cli(*words, cwd=self.repo)
        self.assertEqual(done.returncode, code, done.stdout + done.stderr)
        return done

    def result(self, command, topic):
        return json.loads(self.run_cli('run', command, topic, '-o', 'json', '--dry-run').stdout)

    def model(self, topic):
        return git('show', f'HEAD:.metapowers/security/{topic}/system-model.yaml', cwd=self.repo)


class Refreshed(Repository):
    def setUp(self):
        super().setUp()
        self.files = self.home / 'k8s'
        self.files.mkdir()
        self.write(2)
        self.run_cli('init', 'shop', '--from', self.files)

    def write(self, replicas):
        (self.files / 'shop.yaml').write_text(MANIFESTS.replace('REPLICAS', str(replicas)))

    def refresh(self, *words, code=0):
        return self.run_cli('model', 'refresh', 'shop', '--from', self.files, *words, code=code)

    def test_a_draft_says_what_was_observed_and_copies_no_secret(self):
        model = self.model('shop')
        self.assertRegex(model, r'replicas: 2  # observed \S*shop\.yaml:\d+')
        self.assertRegex(model, r'internet_facing: yes  # observed \S*shop\.yaml:\d+')
        self.assertIn('# assumed: ', model)
        whole = git('log', '-p', cwd=self.repo)
        self.assertNotIn('hunter2', whole)

    def test_without_changes_nothing_is_written(self):
        before = git('rev-parse', 'HEAD', cwd=self.repo)
        self.assertIn('nothing changed', self.refresh('--dry-run', '--exit-code').stderr)
        self.refresh()
        self.assertEqual(git('rev-parse', 'HEAD', cwd=self.repo), before)

    def test_lines_that_moved_are_no_change(self):
        before = git('rev-parse', 'HEAD', cwd=self.repo)
        self.assertIn('evidence: ', self.model('shop'))
        moved = '# a comment\n' * 10 + (self.files / 'shop.yaml').read_text()
        (self.files / 'shop.yaml').write_text(moved)
        self.assertIn('nothing changed', self.refresh('--dry-run', '--exit-code').stderr)
        self.refresh('--exit-code')
        self.assertEqual(git('rev-parse', 'HEAD', cwd=self.repo), before)
        (self.files / 'shop.yaml').write_text(moved.replace('replicas: 2', 'replicas: 4'))
        old = re.search(r'version: .*  # observed (\S+):(\d+)\n', self.model('shop'))
        self.assertEqual(len(self.refresh('--exit-code', code=10).stdout.splitlines()), 2)
        self.assertIn(f'# observed {old[1]}:{int(old[2]) + 10}\n', self.model('shop'))

    def test_a_namesake_in_another_namespace_changes_no_id(self):
        self.run_cli('model', 'questions', 'shop', '--answer', 'components[orders].tier=tier_1')
        before = {element['id'] for element in self.elements()}
        (self.files / 'another.yaml').write_text(MANIFESTS.split('---')[0].replace('REPLICAS', '1').replace(
            '{name: orders}', '{name: orders, namespace: bazaar}', 1))
        self.refresh('--exit-code', code=10)
        after = {element['id']: element for element in self.elements()}
        self.assertEqual(set(after) - before, {'bazaar-orders', 'bazaar'} & set(after))
        self.assertIn('bazaar-orders', after)
        self.assertEqual(before - set(after), set())
        self.assertEqual(after['orders']['tier'], 'TIER_TIER_1')
        self.assertEqual(after['orders']['replicas'], 2)
        self.refresh('--dry-run', '--exit-code')
        (self.files / 'another.yaml').unlink()
        self.refresh('--exit-code', code=10)
        self.assertEqual({element['id'] for element in self.elements()}, before)

    def elements(self):
        model = json.loads(self.run_cli('model', 'get', 'shop', '-o', 'json').stdout)['model']
        return [*model['components'], *model['flows'], *model['zones']]

    def test_a_topic_that_is_there_is_refreshed_not_started(self):
        done = self.run_cli('init', 'shop', '--from', self.files, code=6)
        self.assertIn(f"'metapowers model refresh shop --from {self.files}'", done.stderr)

    def test_what_changed_in_the_files_reaches_the_edited_model(self):
        self.run_cli('model', 'questions', 'shop', '--answer', 'components[orders].tier=tier_1')
        self.write(5)
        self.assertIn('~ ', self.refresh('--dry-run', '--exit-code', code=10).stdout)
        self.assertIn('replicas: 2', self.model('shop'), 'a dry run writes nothing')
        self.refresh('--exit-code', code=10)
        model = self.model('shop')
        self.assertRegex(model, r'replicas: 5  # observed')
        self.assertIn('tier: tier_1', model)
        self.refresh('--dry-run', '--exit-code')

    def test_what_people_changed_stands(self):
        edited = self.home / 'edited.yaml'
        edited.write_text(self.model('shop').replace('replicas: 2', 'replicas: 3'))
        self.run_cli('model', 'put', 'shop', edited)
        self.write(5)
        done = self.refresh('--exit-code', code=10)
        self.assertRegex(done.stdout, r'! .*people wrote 3')
        self.assertIn('replicas: 3', self.model('shop'))

    def test_a_broken_file_changes_nothing(self):
        before = git('rev-parse', 'HEAD', cwd=self.repo)
        (self.files / 'shop.yaml').write_text('apiVersion: apps/v1\nkind: Deployment\nmetadata: 7\nspec: [1]\n')
        done = self.refresh(code=9)
        self.assertIn('shop.yaml:', done.stderr)
        self.assertEqual(git('rev-parse', 'HEAD', cwd=self.repo), before)

    def test_a_file_that_cannot_be_read_is_not_taken_for_gone(self):
        before = self.model('shop')
        (self.files / 'shop.yaml').write_text('# ' + 'x' * (17 << 20) + '\n' + MANIFESTS)
        self.assertIn('taken for gone', self.refresh(code=9).stderr)
        (self.files / 'shop.yaml').write_text('{{ if .Values.on }}\nkind: [\n{{ end }}\n')
        self.refresh(code=9)
        self.assertEqual(self.model('shop'), before)

    def test_a_model_of_another_origin_has_nothing_to_refresh(self):
        self.run_cli('init', 'notes', '--archetype', 'saas-web')
        done = self.run_cli('model', 'refresh', 'notes', '--from', self.files, code=3)
        self.assertIn('not imported', done.stderr)


BOM = '''<?xml version="1.0"?>
<bom xmlns="http://cyclonedx.org/schema/bom/1.6" version="1">
  <metadata><component type="application"><name>orders</name></component></metadata>
  <components>
    <component type="library"><name>net</name><version>1</version></component>
  </components>
</bom>
'''


class Bills(Repository):
    def test_bills_of_materials_are_kept_as_they_are_unless_they_hold_a_secret(self):
        files = self.home / 'parts'
        files.mkdir()
        (files / 'orders.cdx.xml').write_text(BOM)
        (files / 'pom.xml').write_text('<project/>')
        (files / 'mail.spdx.json').write_text(json.dumps({
            'spdxVersion': 'SPDX-2.3', 'SPDXID': 'SPDXRef-DOCUMENT', 'name': 'mail',
            'documentDescribes': ['SPDXRef-m'],
            'packages': [{'SPDXID': 'SPDXRef-m', 'name': 'mail'}, {'SPDXID': 'SPDXRef-n', 'name': 'net'}]}))
        (files / 'web.cdx.xml').write_text(BOM.replace('orders', 'web').replace(
            '</version>', '</version><purl>pkg:npm/net@1?u=https://ci:hunter2@git.example.com/x</purl>'))
        done = self.run_cli('init', 'shop', '--from', files)
        self.assertRegex(done.stdout + done.stderr, r'web\.cdx\.xml \(the file as evidence\): line 5 holds a password')
        folder = '.metapowers/security/shop/sbom/'
        kept = git('ls-tree', '--name-only', 'HEAD', folder, cwd=self.repo).split()
        self.assertEqual(kept, [folder + 'mail.json', folder + 'orders.xml'])
        self.assertEqual(git('show', f'HEAD:{folder}orders.xml', cwd=self.repo), BOM)
        self.assertNotIn('hunter2', git('log', '-p', cwd=self.repo))
        shown = json.loads(self.run_cli('model', 'get', 'shop', '-o', 'json').stdout)['model']
        self.assertEqual([(e['path'], e['format'], e['component']) for e in shown['evidence']],
                         [('sbom/mail.json', 'EVIDENCE_FORMAT_SPDX', 'mail'),
                          ('sbom/orders.xml', 'EVIDENCE_FORMAT_CYCLONEDX', 'orders')])


@unittest.skipIf(SHARED is None, 'no folder ../shared with public files')
class PublicFiles(Repository):
    def test_each_file_and_each_folder_becomes_a_model(self):
        for folder, name in FORMATS.items():
            files = [path for path in sorted((SHARED / folder).rglob('*')) if path.suffix in ('.yaml', '.json')]
            for path in [SHARED / folder, *files]:
                with self.subTest(path=path.relative_to(SHARED)):
                    done = cli('model', 'import', '--from', path, '-o', 'json', cwd=self.repo)
                    if folder == 'k8s' and done.returncode == 9 and 'network-policies' in str(path):
                        self.assertIn('no component', done.stderr)  # as policies alone do
                        continue
                    self.assertEqual(done.returncode, 0, done.stderr)
                    imported = json.loads(done.stdout)
                    self.assertIn(name, imported['format'].split(','))

    def test_comments_before_all_that_the_files_say_are_no_change(self):
        for folder in ('k8s', 'compose'):
            with self.subTest(folder=folder):
                files = self.home / folder
                shutil.copytree(SHARED / folder, files)
                self.run_cli('init', f'moved-{folder}', '--from', files)
                before = git('rev-parse', 'HEAD', cwd=self.repo)
                manifests = [path for path in files.rglob('*.y*ml')]
                self.assertGreater(len(manifests), 0)
                for path in manifests:
                    path.write_text('# one more line\n' * 10 + path.read_text())
                self.run_cli('model', 'refresh', f'moved-{folder}', '--from', files, '--exit-code')
                self.assertEqual(git('rev-parse', 'HEAD', cwd=self.repo), before)

    def test_a_bill_of_materials_is_said_to_be_kept_where_it_is(self):
        done = self.run_cli('init', 'parts', '--from', SHARED / 'sbom')
        self.assertRegex(done.stdout, r'security/parts/sbom  \d+ files? committed')
        self.assertNotIn('report', done.stdout)

    def test_the_demo_shop(self):
        topic = 'boutique'
        self.run_cli('init', topic, '--from', SHARED / 'k8s/microservices-demo')
        self.run_cli('run', 'security-policy', topic)
        self.run_cli('run', 'asset-inventory', topic)
        self.run_cli('run', 'threat-model', topic)
        self.run_cli('run', 'attack-surface', topic)
        shown = json.loads(self.run_cli('model', 'get', topic, '-o', 'json').stdout)['model']
        own = [c for c in shown['components'] if c['kind'] != 'COMPONENT_KIND_EXTERNAL_ENTITY']
        stores = [c['id'] for c in own if c['kind'] == 'COMPONENT_KIND_DATASTORE']
        self.assertEqual(stores, ['redis-cart'])
        self.assertEqual(len(own) - len(stores), 11)
        self.assertEqual([c['id'] for c in own if c.get('internetFacing') == 'TRISTATE_YES'], ['frontend'])


if __name__ == '__main__':
    unittest.main()
