#!/usr/bin/env python3
"""Exports of whole models by the real client, read with parsers that are not ours: XML, HTML, CSV, JSON."""
import base64
import collections
import csv
import datetime
import hashlib
import html.parser
import json
import pathlib
import re
import sys
import tempfile
import unittest
import xml.etree.ElementTree

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2]))
from tests.support.binaries import ROOT, cli, git  # noqa: E402

EXAMPLES = ('api-platform', 'patient-platform', 'team-notes')
FORMATS = ('csv', 'html', 'json', 'oscal', 'sigma')
HOSTILE = '=</style><script>alert(1)</script>"&<b>'

# Facts of the schemas of OSCAL 1.1 (component definition, plan of action and milestones).
UUID = re.compile(r'^[0-9a-f]{8}-[0-9a-f]{4}-[45][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$')
TIME = re.compile(r'^(19|2\d)\d\d-\d\d-\d\dT([01]\d|2[0-3]):[0-5]\d:[0-5]\dZ$')
LINE = re.compile(r'^[^\n]+\Z')  # Markdown of one line
TOKEN = re.compile(r'^[^\W\d][\w.-]*\Z')
STRING = re.compile(r'^\S(.*\S)?\Z')
CONTROL = {'SP800-53': re.compile(r'^[a-z]{2}-\d+(\.\d+)?$'), 'CSF': re.compile(r'^[A-Z]{2}\.[A-Z]{2}-\d\d$')}
REQUIRED = {
    'metadata': {'title', 'last-modified', 'version', 'oscal-version'},
    'components': {'uuid', 'type', 'title', 'description'},
    'control-implementations': {'uuid', 'source', 'description', 'implemented-requirements'},
    'implemented-requirements': {'uuid', 'control-id', 'description'},
    'parties': {'uuid', 'type', 'name'},
    'roles': {'id', 'title'},
    'props': {'name', 'value'},
    'responsible-roles': {'role-id'},
    'system-id': {'id'},
    'observations': {'uuid', 'description', 'methods', 'collected'},
    'subjects': {'subject-uuid', 'type'},
    'risks': {'uuid', 'title', 'description', 'statement', 'status'},
    'characterizations': {'origin', 'facets'},
    'facets': {'name', 'system', 'value'},
    'actors': {'type', 'actor-uuid'},
    'remediations': {'uuid', 'lifecycle', 'title', 'description'},
    'tasks': {'uuid', 'type', 'title'},
    'poam-items': {'uuid', 'title', 'description'},
    'document-ids': {'identifier'},
    'component-definition': {'uuid', 'metadata'},
    'plan-of-action-and-milestones': {'uuid', 'metadata', 'poam-items'},
    'origin': {'actors'},
    'on-date': {'date'},
    'related-observations': {'observation-uuid'},
    'related-risks': {'risk-uuid'},
    'status': {'state'},  # of a component
}
# Members that objects of these names may have beside the required ones: the schema allows no others. Left out are those
# that the export has no use for.
OPTIONAL = {
    'component-definition': {'components'},
    'plan-of-action-and-milestones': {'system-id', 'local-definitions', 'observations', 'risks'},
    'metadata': {'document-ids', 'props', 'roles', 'parties'},
    'components': {'props', 'responsible-roles', 'control-implementations', 'status'},
    'control-implementations': set(),
    'implemented-requirements': {'props'},
    'parties': {'member-of-organizations'},
    'roles': set(),
    'props': {'ns'},
    'responsible-roles': {'party-uuids'},
    'document-ids': {'scheme'},
    'system-id': {'identifier-type'},
    'local-definitions': {'components'},
    'observations': {'subjects', 'remarks'},
    'subjects': set(),
    'risks': {'props', 'characterizations', 'deadline', 'remediations', 'related-observations'},
    'characterizations': set(),
    'origin': set(),
    'actors': set(),
    'facets': set(),
    'remediations': {'tasks'},
    'tasks': {'timing', 'responsible-roles'},
    'timing': {'on-date'},
    'on-date': set(),
    'poam-items': {'props', 'related-observations', 'related-risks'},
    'related-observations': set(),
    'related-risks': set(),
    'status': set(),
}
# Values that the schema, or the constraints of the metaschema where a list is open, knows.
VALUES = {
    'components.type': {'software', 'service', 'process-procedure'},
    'parties.type': {'organization'},
    'status.state': {'under-development', 'operational', 'disposition', 'other'},
    'observations.methods': {'EXAMINE', 'INTERVIEW', 'TEST', 'UNKNOWN'},
    'subjects.type': {'component', 'inventory-item', 'location', 'party', 'user', 'resource'},
    'actors.type': {'tool', 'assessment-platform', 'party'},
    'risks.status': {'open', 'investigating', 'remediating', 'deviation-requested', 'deviation-approved', 'closed'},
    'remediations.lifecycle': {'recommendation', 'planned', 'completed'},
    'tasks.type': {'milestone', 'action'},
    'system-id.identifier-type': {'http://ietf.org/rfc/rfc4122'},
}
URI = re.compile(r'^[a-zA-Z][a-zA-Z0-9+.-]+:.+$')
URIS = {'ns', 'system', 'scheme', 'identifier-type', 'source'}
TOKENS = {'facets.name', 'props.name', 'roles.id', 'role-id', 'control-id', 'status', 'lifecycle', 'subjects.type',
          'actors.type', 'tasks.type', 'state'}
STRINGS = {'value', 'version', 'oscal-version', 'identifier', 'parties.name', 'system-id.id', 'components.type',
           'methods'}
# Objects that a member refers to.
REFERENCES = {'observation-uuid': 'observations', 'risk-uuid': 'risks', 'subject-uuid': 'components',
              'actor-uuid': 'components', 'party-uuids': 'parties', 'member-of-organizations': 'parties'}
TIMES = {'last-modified', 'collected', 'deadline', 'date'}


def setUpModule():
    """Topics of the examples with all their documents, and every export of each."""
    global FOLDER, REPO, OUT
    FOLDER = tempfile.TemporaryDirectory()
    REPO = pathlib.Path(FOLDER.name) / 'repo'
    OUT = pathlib.Path(FOLDER.name) / 'out'
    git('init', '-q', '-b', 'main', str(REPO), cwd='/')
    for topic in EXAMPLES:
        succeed('init', topic, '--model', ROOT / f'deploy/examples/{topic}/system-model.yaml')
    text = (ROOT / 'deploy/examples/team-notes/system-model.yaml').read_text()
    text = re.sub(r'^id: .*$', 'id: hostile', text, count=1, flags=re.M)
    text = re.sub(r'^(    |)name: .*$', lambda m: f"{m.group(1)}name: '{HOSTILE}'", text, flags=re.M)
    model = pathlib.Path(FOLDER.name) / 'hostile.yaml'
    model.write_text(text)
    succeed('init', 'hostile', '--model', model)
    for topic in topics():
        succeed('run', 'all', topic)
    for topic in topics():
        for name in FORMATS:
            succeed('export', name, topic, OUT / topic / name)


def tearDownModule():
    FOLDER.cleanup()


def topics():
    return EXAMPLES + ('hostile',)


def succeed(*words):
    done = cli(*words, cwd=REPO)
    assert done.returncode == 0, f'{words}: {done.stderr}'
    return done


class Balance(html.parser.HTMLParser):
    """Every element is closed, in order."""
    VOID = {'meta', 'br', 'hr'}

    def __init__(self):
        super().__init__()
        self.open, self.faults, self.tags = [], [], set()

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.tags.add(tag)

    def handle_endtag(self, tag):
        if not self.open or self.open.pop() != tag:
            self.faults.append((tag, self.getpos()))


def luminance(colour):
    digits = colour[1:] if len(colour) == 7 else ''.join(c + c for c in colour[1:])
    parts = [int(digits[i:i + 2], 16) / 255 for i in (0, 2, 4)]
    parts = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]


def contrast(a, b):
    light, dark = sorted((luminance(a), luminance(b)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


class Page(unittest.TestCase):
    def pages(self):
        for topic in topics():
            text = (OUT / topic / 'html/index.html').read_text()
            yield topic, text, xml.etree.ElementTree.fromstring(text)

    def test_is_well_formed_in_both_languages(self):
        for _, text, _ in self.pages():
            parser = Balance()
            parser.feed(text)
            parser.close()
            self.assertEqual((parser.faults[:3], parser.open), ([], []))

    def test_loads_and_runs_nothing(self):
        for _, text, page in self.pages():
            for element in page.iter():
                self.assertNotIn(element.tag, ('script', 'link', 'img', 'iframe', 'object', 'embed', 'form', 'base', 'use',
                                               'image', 'foreignObject', 'video', 'audio'))
                for name, value in element.attrib.items():
                    self.assertFalse(name.startswith('on') or name in ('style', 'src', 'srcset', 'action'), name)
                    if name == 'href':
                        self.assertEqual(element.tag, 'a')
                        self.assertRegex(value, r'^(#|https?://|mailto:)')
            style = re.search(r'<style>(.*?)</style>', text, re.S).group(1)
            self.assertNotRegex(style, r'url\(|@import|@font-face')
            policy = page.find('.//meta[@http-equiv="Content-Security-Policy"]').get('content')
            digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
            self.assertIn("default-src 'none'", policy)
            self.assertIn(f"style-src 'sha256-{digest}'", policy)
            self.assertNotIn('unsafe', policy)

    def test_links_inside_lead_somewhere(self):
        for _, _, page in self.pages():
            ids = [e.get('id') for e in page.iter() if e.get('id')]
            self.assertEqual(len(ids), len(set(ids)))
            for link in page.iter('a'):
                if link.get('href').startswith('#'):
                    self.assertIn(link.get('href')[1:], ids)
            for element in page.iter():
                for target in element.get('aria-labelledby', '').split():
                    self.assertIn(target, ids)

    def test_can_be_read_aloud(self):
        for topic, text, page in self.pages():
            self.assertEqual(page.get('lang'), 'en')
            self.assertEqual([len(page.findall(f'.//{tag}')) for tag in ('h1', 'header', 'nav', 'main')], [1, 1, 1, 1])
            body = page.find('body')
            self.assertEqual(body[0].get('href'), f'#{page.find(".//main").get("id")}')
            level = 0
            for element in page.iter():
                if re.fullmatch('h[1-6]', element.tag):
                    self.assertLessEqual(int(element.tag[1]), level + 1, element.get('id'))
                    level = int(element.tag[1])
                    self.assertTrue(''.join(element.itertext()).strip())
            for cell in page.iter('th'):
                self.assertIn(cell.get('scope'), ('col', 'row'))
            for table in page.iter('table'):
                self.assertTrue(table.findall('.//th'), f'{topic}: a table without headers: {list(table.itertext())[:20]}')
            drawings = list(page.iter('svg'))
            for drawing in drawings:
                labels = [drawing.find('title').get('id'), drawing.find('desc').get('id')]
                self.assertEqual(drawing.get('aria-labelledby').split(), labels)
                self.assertTrue(drawing.find('title').text and drawing.find('desc').text)
            documents = (REPO / '.metapowers/security' / topic).glob('*.md')
            self.assertEqual(len(drawings), sum(d.read_text().count('```mermaid') for d in documents))

    def test_colours_have_contrast(self):
        style = (ROOT / 'service/export/page.css').read_text()
        colours = dict(re.findall(r'--(\w+): (#\w+);', style))
        node = re.search(r'^\.node \{ fill: (#\w+)', style, re.M).group(1)
        outside = re.search(r'^\.node\.outside \{ fill: (#\w+)', style, re.M).group(1)
        label = re.search(r'\.edge-label \{ fill: (#\w+)', style).group(1)
        for text, back in (('text', '#fff'), ('quiet', '#fff'), ('link', '#fff'), ('text', colours['back']),
                           ('text', node), ('text', outside)):
            self.assertGreaterEqual(contrast(colours[text], back), 4.5, (text, back))
        self.assertGreaterEqual(contrast(label, '#fff'), 4.5)

    def test_names_stay_text(self):
        text = (OUT / 'hostile/html/index.html').read_text()
        self.assertNotIn('<script', text)
        self.assertNotIn('<b>', text)
        page = xml.etree.ElementTree.fromstring(text)
        self.assertIn(HOSTILE, ''.join(page.find('.//h1').itertext()))
        self.assertTrue(any('alert(1)' in ''.join(drawing.find('desc').itertext()) for drawing in page.iter('svg')))


class Tables(unittest.TestCase):
    def test_are_rectangular_and_listed(self):
        for topic in topics():
            folder = OUT / topic / 'csv'
            tables = {}
            for path in folder.iterdir():
                data = path.read_bytes()
                self.assertTrue(data.startswith(b'\xef\xbb\xbf') and data.endswith(b'\r\n'))
                rows = list(csv.reader(data.decode('utf-8-sig').splitlines(keepends=True), strict=True))
                self.assertEqual({len(row) for row in rows}, {len(rows[0])}, path)
                self.assertEqual(len(rows[0]), len(set(rows[0])), f'{path}: a column twice')
                tables[path.name] = rows
            listed = {row[0]: int(row[2]) for row in tables.pop('tables.csv')[1:]}
            self.assertEqual(listed, {name: len(rows) - 1 for name, rows in tables.items()})
            for name in ('questions.csv', 'open-findings.csv', 'risk-assessment-risks.csv', 'threat-model-findings.csv'):
                self.assertIn(name, tables.keys())

    def test_no_cell_is_a_formula(self):
        neutralised = 0
        for topic in topics():
            for path in (OUT / topic / 'csv').iterdir():
                for row in csv.reader(path.read_text('utf-8-sig').splitlines(keepends=True)):
                    for cell in row:
                        self.assertNotRegex(cell, r'^\s*[=+@\t\r＝＋－＠]')
                        self.assertTrue(not cell.startswith('-') or re.fullmatch(r'-[\d.]+', cell), cell)
                        neutralised += cell.startswith("'=")
        self.assertGreater(neutralised, 0)


class Results(unittest.TestCase):
    def test_index_lists_all_of_them(self):
        head = git('rev-parse', 'HEAD', cwd=REPO).strip()
        for topic in topics():
            folder = OUT / topic / 'json'
            index = json.loads((folder / 'index.json').read_text())
            files = {entry['file']: entry for entry in index['results']}
            self.assertEqual(set(files), {p.name for p in folder.iterdir()} - {'index.json'})
            self.assertRegex(index['commit'], '^[0-9a-f]{40}$')
            self.assertEqual(git('merge-base', '--is-ancestor', index['commit'], head, cwd=REPO), '')
            self.assertGreater(index['revision'], 0)
            for name, entry in files.items():
                result = json.loads((folder / name).read_text())
                self.assertEqual((result['topic'], result['command']), (topic, entry['command']))
                document = (REPO / '.metapowers/security' / topic / entry['document']).read_text()
                self.assertIn(f"\n## {entry['heading']}\n", document)
                self.assertTrue(result['result'])


class Oscal(unittest.TestCase):
    def documents(self):
        for topic in topics():
            for path in (OUT / topic / 'oscal').iterdir():
                (root, body), = json.loads(path.read_text()).items()
                self.assertEqual(path.stem, root)
                yield root, body

    def check(self, name, value, context=''):
        """One value of the document and all inside it."""
        if isinstance(value, list):
            self.assertTrue(value, f'{context}{name}: OSCAL knows no empty list')
            for each in value:
                self.check(name, each, context)
        elif isinstance(value, dict):
            required = REQUIRED.get(name, set())
            self.assertEqual(required - set(value), set(), f'{context}{name}')
            self.assertEqual(set(value) - required - OPTIONAL[name], set(), f'{context}{name}')
            # Components of a system, which a plan defines, have a state; those that a definition offers have none.
            if name == 'components':
                self.assertEqual('status' in value, context.endswith('local-definitions.'), value['title'])
            for key, each in value.items():
                self.check(key, each, f'{context}{name}.')
        else:
            self.assertIsInstance(value, str)
            self.assertTrue(value.strip(), f'{context}{name}')
            if name == 'uuid' or name.endswith(('-uuid', '-uuids')):
                self.assertRegex(value, UUID)
            if name in TIMES:
                self.assertRegex(value, TIME)
                datetime.datetime.strptime(value, '%Y-%m-%dT%H:%M:%SZ')
            if name == 'title':
                self.assertRegex(value, LINE, f'{context}{name}')
            if name in URIS:
                self.assertRegex(value, URI)
            member = f"{context.rstrip('.').rpartition('.')[2]}.{name}"
            if member in VALUES:
                self.assertIn(value, VALUES[member], f'{context}{name}')
            if STRINGS & {name, member}:
                self.assertRegex(value, STRING, f'{context}{name}')
            if TOKENS & {name, member}:
                self.assertRegex(value, TOKEN, f'{context}{name}')

    def test_documents_keep_to_the_schema(self):
        roots = collections.Counter(root for root, _ in self.documents())
        self.assertEqual(roots, {root: len(topics()) for root in ('component-definition', 'plan-of-action-and-milestones')})
        for root, body in self.documents():
            self.check(root, body)
            self.assertRegex(body['uuid'], UUID)
            self.assertRegex(body['metadata']['oscal-version'], r'^1\.1\.\d+$')

    def test_ids_are_unique_and_references_known(self):
        for _, body in self.documents():
            ids, references = [], []

            def walk(name, value):
                if isinstance(value, list):
                    for each in value:
                        walk(name, each)
                elif isinstance(value, dict):
                    ids.extend([(name, value['uuid'])] if 'uuid' in value else [])
                    for key, each in value.items():
                        walk(key, each)
                elif name in REFERENCES:
                    references.append((REFERENCES[name], value))
                else:
                    self.assertFalse(name.endswith(('-uuid', '-uuids')), name)

            walk('', body)
            uuids = [uuid for _, uuid in ids]
            self.assertEqual(len(uuids), len(set(uuids)))
            self.assertEqual(set(references) - set(ids), set())
            roles = {role['id'] for role in body['metadata']['roles']}
            used = set(re.findall(r'"role-id": "([^"]+)"', json.dumps(body)))
            self.assertEqual(used - roles, set())

    def test_controls_are_those_of_the_catalogues(self):
        controls = 0
        for root, body in self.documents():
            for component in body.get('components', []):
                for implementation in component.get('control-implementations', []):
                    form = next(f for key, f in CONTROL.items() if key in implementation['source'])
                    ids = [r['control-id'] for r in implementation['implemented-requirements']]
                    self.assertEqual(len(ids), len(set(ids)))
                    for each in ids:
                        self.assertRegex(each, form)
                    controls += len(ids)
        self.assertGreater(controls, 100)

    def test_plan_has_what_is_open(self):
        for topic in topics():
            plan = json.loads((OUT / topic / 'oscal/plan-of-action-and-milestones.json').read_text())
            plan = plan['plan-of-action-and-milestones']
            keys = {prop['value'] for item in plan['poam-items'] for prop in item['props']}
            result = json.loads((OUT / topic / 'json/risk-assessment.json').read_text())['result']
            self.assertEqual(keys, {finding['key'] for finding in result['openFindings']})
            risks = {risk['uuid']: risk for risk in plan['risks']}
            seen = {observation['uuid'] for observation in plan['observations']}
            for item in plan['poam-items']:
                (risk,), (observation,) = item['related-risks'], item['related-observations']
                self.assertEqual(risks[risk['risk-uuid']]['props'], item['props'])
                self.assertEqual(risks[risk['risk-uuid']]['related-observations'], [observation])
                seen.discard(observation['observation-uuid'])
            self.assertEqual(seen, set(), 'observations that no item is about')
            for risk in plan['risks']:
                task = risk['remediations'][0]['tasks'][0]
                self.assertTrue(risk['deadline'] and task['responsible-roles'])


class Folder(unittest.TestCase):
    def test_exports_replace_their_own_files_and_no_others(self):
        for name in FORMATS:
            folder = OUT / 'team-notes' / name
            succeed('export', name, 'team-notes', folder)  # the head may have moved since
            self.assertIn('0 files written', succeed('export', name, 'team-notes', folder).stderr)
            foreign = pathlib.Path(FOLDER.name) / f'foreign-{name}'
            foreign.mkdir()
            taken = sorted(folder.iterdir())[0].name
            (foreign / taken).write_text('mine\n')
            done = cli('export', name, 'team-notes', foreign, cwd=REPO)
            self.assertEqual(done.returncode, 6, done.stderr)
            self.assertEqual([p.name for p in foreign.iterdir()], [taken])
            self.assertEqual((foreign / taken).read_text(), 'mine\n')
            succeed('export', name, 'team-notes', foreign, '--force')
            self.assertNotEqual((foreign / taken).read_text(), 'mine\n')

    def test_what_cannot_be_written_leaves_the_folder_as_it_was(self):
        names = sorted(p.name for p in (OUT / 'team-notes/csv').iterdir())
        folder = pathlib.Path(FOLDER.name) / 'blocked'
        (folder / f'{names[-1]}.part' / 'in-the-way').mkdir(parents=True)
        done = cli('export', 'csv', 'team-notes', folder, cwd=REPO)
        self.assertEqual(done.returncode, 1, done.stderr)
        self.assertRegex(done.stderr, f"cannot write '{folder}/{names[-1]}': .+; nothing was written\n  next: ")
        self.assertEqual(done.stdout, '')
        self.assertEqual([p.name for p in folder.iterdir()], [f'{names[-1]}.part'])
        file = pathlib.Path(FOLDER.name) / 'a-file'
        file.write_text('mine')
        done = cli('export', 'csv', 'team-notes', file, cwd=REPO)
        self.assertEqual(done.returncode, 2, done.stderr)
        self.assertRegex(done.stderr, f"cannot make the folder '{file}': Not a directory\n  next: ")
        self.assertEqual(file.read_text(), 'mine')

    def test_topics_do_not_overwrite_each_other(self):
        folder = pathlib.Path(FOLDER.name) / 'shared'
        succeed('export', 'html', 'team-notes', folder)
        self.assertEqual(cli('export', 'html', 'api-platform', folder, cwd=REPO).returncode, 6)

    def test_help_names_every_format(self):
        text = succeed('export', '--help').stdout
        for name in FORMATS:
            self.assertIn(name, text)
            self.assertIn('TOPIC', succeed('export', name, '--help').stdout)


if __name__ == '__main__':
    unittest.main()
