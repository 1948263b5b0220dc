#!/usr/bin/env python3
"""OTM by the real client: what is written keeps to the schema of OTM 0.2, and what is read is written again."""
import json
import pathlib
import random
import sys
import tempfile
import unittest

try:
    import jsonschema
except ImportError:
    jsonschema = None

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2]))
from tests.support.binaries import ROOT, cli  # noqa: E402

EXAMPLES = sorted((ROOT / 'deploy/examples').glob('*/system-model.yaml'))
DRAGON = ROOT / 'tests/importers/threat_dragon/two_diagrams.json'


def of(required, **optional):
    """Facts of an object of the schema: members that it must and that it may have."""
    return {'type': 'object', 'required': list(required), 'properties': {**required, **optional},
            'additionalProperties': False}


def listed(item):
    return {'type': 'array', 'items': item}


TEXT, NUMBER, ANY = {'type': 'string'}, {'type': 'number'}, {'type': 'object'}
PARENT = {'oneOf': [of({'trustZone': TEXT}), of({'component': TEXT})]}
# Facts of the schema of OTM 0.2, and no members beside those that it names. What may be null there never is here.
OTM = of(
    {'otmVersion': {'const': '0.2.0'},
     'project': of({'id': TEXT, 'name': TEXT}, description=TEXT, owner=TEXT, ownerContact=TEXT, tags=listed(TEXT),
                   attributes=ANY)},
    representations=listed(of({'id': TEXT, 'name': TEXT, 'type': TEXT}, description=TEXT, attributes=ANY,
                              repository=of({'url': TEXT}), size=of({'width': NUMBER, 'height': NUMBER}))),
    assets=listed(of({'id': TEXT, 'name': TEXT, 'risk': of({'confidentiality': NUMBER, 'integrity': NUMBER,
                                                            'availability': NUMBER}, comment=TEXT)},
                     description=TEXT, attributes=ANY)),
    trustZones=listed(of({'id': TEXT, 'name': TEXT, 'risk': of({'trustRating': NUMBER})}, type=TEXT, description=TEXT,
                         parent=PARENT, attributes=ANY)),
    components=listed(of({'id': TEXT, 'name': TEXT, 'type': TEXT, 'parent': PARENT}, description=TEXT,
                         assets=of({}, processed=listed(TEXT), stored=listed(TEXT)), tags=listed(TEXT), attributes=ANY,
                         representations=listed(ANY), threats=listed(ANY))),
    dataflows=listed(of({'id': TEXT, 'name': TEXT, 'source': TEXT, 'destination': TEXT}, description=TEXT,
                        bidirectional={'type': 'boolean'}, assets=listed(TEXT), tags=listed(TEXT), attributes=ANY)),
    threats=listed(ANY), mitigations=listed(ANY))


def drawn(seed):
    """A threat model of all that OTM can say of an architecture, in the forms that the schema allows."""
    draw = random.Random(seed)
    # Ids that are names, UUIDs and anything else.
    ids = [f'web-{i}' for i in range(9)] + [f'{i:08d}-aaaa-4bbb-8ccc-000000000001' for i in range(9)] + \
          [f'X.{i} y' for i in range(9)]
    draw.shuffle(ids)

    def element(name, **more):
        out = {'id': ids.pop(), 'name': f'{name} {draw.randrange(90)}', **more}
        if draw.random() < 0.5:
            out['description'] = draw.choice(['Shows bikes.', 'Two lines.\nOf text: yes | no.'])
        if draw.random() < 0.4:
            out['attributes'] = {'cmdb': f'B-{draw.randrange(9)}', 'tier': 'gold'}
        return out

    assets = [element('Data', risk={key: draw.choice([0, 12.5, 25, 50, 75, 90, 100])
                                    for key in ('confidentiality', 'integrity', 'availability')}) for _ in range(3)]
    zones = [element('Zone', risk={'trustRating': draw.choice([0, 10, 66.6, 100])}) for _ in range(3)]
    zones[1]['type'] = 'b61d6911-338d-46a8-9f39-8dcd24abfe91'
    zones[2]['parent'] = {'trustZone': zones[0]['id']}
    named = [asset['id'] for asset in assets]
    components = []
    for i in range(6):
        inside = draw.random() < 0.3 and components
        parent = {'component': draw.choice(components)['id']} if inside else {'trustZone': draw.choice(zones)['id']}
        components.append(element('Part', type=draw.choice(['web-service', 'CD-Docker', 'aws-dynamodb']), parent=parent))
        if draw.random() < 0.6:
            # Of a data store, an import takes what it handles as kept.
            store = components[-1]['type'] == 'aws-dynamodb'
            components[-1]['assets'] = {'processed': [] if store else draw.sample(named, 2),
                                        'stored': draw.sample(named, 1)}
        if draw.random() < 0.5:
            components[-1]['tags'] = draw.sample(['external', 'Legacy', 'tier 1'], 2)
    flows = []
    for _ in range(6):
        source, target = draw.sample(components, 2)
        flows.append(element('Flow', source=source['id'], destination=target['id']))
        flows[-1]['bidirectional'] = draw.random() < 0.3
        if draw.random() < 0.6:
            flows[-1]['assets'] = draw.sample(named, 2)
    return {'otmVersion': '0.2.0', 'project': {'id': 'bikes', 'name': 'Bike hire', 'description': 'Lends bikes.'},
            'assets': assets, 'trustZones': zones, 'components': components, 'dataflows': flows}


def said(otm):
    """What a threat model says of its elements, by id: without order, and what means the same in one form."""
    out = {}
    for kind in ('assets', 'trustZones', 'components', 'dataflows'):
        for element in otm.get(kind, []):
            facts = {key: value for key, value in element.items() if value or key == 'risk'}
            for key in ('tags', 'assets'):
                if isinstance(facts.get(key), list):
                    facts[key] = sorted(facts[key])
            if isinstance(facts.get('assets'), dict):
                # What is stored is processed too, whether that is said or not.
                stored = set(facts['assets'].get('stored', []))
                facts['assets'] = {'stored': sorted(stored),
                                   'processed': sorted(set(facts['assets'].get('processed', [])) - stored)}
            out[kind, element['id']] = facts
    return out


class OtmRoundTrip(unittest.TestCase):
    maxDiff = None

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def cli(self, *words):
        done = cli(*words, cwd=self.folder)
        self.assertEqual(done.returncode, 0, f'{words}: {done.stdout}{done.stderr}')
        return done.stdout

    def exported(self, model):
        return json.loads(self.cli('model', 'export', model, '--format', 'otm'))

    def imported(self, source):
        """The model that a file makes."""
        model = self.folder / 'model.yaml'
        model.write_text(self.cli('model', 'import', '--from', source))
        return model

    def check(self, otm):
        if jsonschema is None:
            self.skipTest('python3-jsonschema is not installed')
        faults = [f'{error.json_path}: {error.message}' for error in jsonschema.Draft7Validator(OTM).iter_errors(otm)]
        self.assertEqual(faults, [])

    def test_exports_keep_to_the_schema(self):
        self.assertGreaterEqual(len(EXAMPLES), 3)
        for example in EXAMPLES:
            with self.subTest(example.parent.name):
                self.check(self.exported(example))

    def test_the_facts_of_the_schema_refuse_what_it_refuses(self):
        otm = drawn(0)
        self.check(otm)
        del otm['components'][0]['parent']
        otm['trustZones'][0]['risk']['trustRating'] = '1'
        self.assertEqual(len(list(jsonschema.Draft7Validator(OTM).iter_errors(otm))), 2)

    def test_what_is_read_is_written_again(self):
        for seed in range(12):
            with self.subTest(seed=seed):
                before = drawn(seed)
                source = self.folder / f'{seed}.otm'
                source.write_text(json.dumps(before))
                after = self.exported(self.imported(source))
                self.check(after)
                self.assertEqual(said(after), said(before))
                self.assertEqual({key: after['project'].get(key) for key in ('name', 'description')},
                                 {key: before['project'][key] for key in ('name', 'description')})
                # And once more, from our own file.
                again = self.folder / f'{seed}.again.otm'
                again.write_text(json.dumps(after))
                self.assertEqual(said(self.exported(self.imported(again))), said(after))

    def test_a_model_of_threat_dragon_goes_out_as_otm(self):
        cells = [cell for diagram in json.loads(DRAGON.read_text())['detail']['diagrams'] for cell in diagram['cells']]
        otm = self.exported(self.imported(DRAGON))
        self.check(otm)
        ids = {cell['id'] for cell in cells}
        names = {element['name'] for element in otm['components']}
        for cell in cells:
            if cell.get('data', {}).get('type') in ('tm.Actor', 'tm.Process', 'tm.Store') and cell['data'].get('name'):
                self.assertIn(cell['data']['name'], names)
        self.assertLessEqual({element['id'] for element in otm['dataflows']}, ids)


if __name__ == '__main__':
    unittest.main()
