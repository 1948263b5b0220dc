#!/usr/bin/env python3
"""The whole walkthrough, client start to exit without a server, against stock git making the same commits.

  walkthrough_bench.py HOME RUNS JSON_FILE

Both work in a repository of their own on the disk of HOME, in turns, with what each of them does by itself for
durability; the median of RUNS counts. METAPOWERS_BIN names the folder of the client.
"""
import json
import pathlib
import statistics
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2]))
from tests.support.binaries import cli, git  # noqa: E402
from tests.support.contract import WALKTHROUGH  # noqa: E402

TOPIC = 'api-platform'


def new_topic(home):
    """A repository whose head has the model and its evidence."""
    folder = pathlib.Path(tempfile.mkdtemp(dir=home))
    git('init', '-q', '-b', 'main', cwd=folder)
    done = cli('init', TOPIC, '--archetype', 'fintech-api', cwd=folder)
    assert done.returncode == 0, done.stderr
    return folder


def walkthrough(folder):
    start = time.perf_counter()
    done = cli('run', 'walkthrough', TOPIC, cwd=folder)
    seconds = time.perf_counter() - start
    assert done.returncode == 0, done.stderr
    return seconds


def commits_of(folder):
    """Of each commit of the walkthrough: message, and content by path."""
    commits = []
    for commit in git('rev-list', '--reverse', f'-n{len(WALKTHROUGH)}', 'HEAD', cwd=folder).split():
        paths = git('diff-tree', '--no-commit-id', '--name-only', '-r', commit, cwd=folder).split()
        commits.append((git('log', '-1', '--format=%B', commit, cwd=folder),
                        {path: git('show', f'{commit}:{path}', cwd=folder) for path in paths}))
    return commits


def replay(folder, commits):
    """What a script around git would do: write the documents, add them, commit."""
    start = time.perf_counter()
    for message, files in commits:
        for path, text in files.items():
            (folder / path).write_text(text)
        git('add', '--', *files, cwd=folder)
        git('commit', '-q', '-F', '-', cwd=folder, stdin=message)
    return time.perf_counter() - start


def main(home, runs, json_file):
    ours, theirs = [], []
    for _ in range(int(runs)):
        folder = new_topic(home)
        ours.append(walkthrough(folder))
        theirs.append(replay(new_topic(home), commits_of(folder)))
    seconds, git_seconds = statistics.median(ours), statistics.median(theirs)
    ratio = seconds / git_seconds
    name = f'walkthrough of {TOPIC}, {len(WALKTHROUGH)} commands and commits'
    print(f'{name:<62} {seconds * 1e3:10.2f} ms; git with the same commits {git_seconds * 1e3:.2f} ms')
    print(f'{"ratio of the two":<62} {ratio:10.2f} (aim at most 0.2)')
    pathlib.Path(json_file).write_text(json.dumps(
        {'walkthrough_ms': seconds * 1e3, 'git_ms': git_seconds * 1e3, 'ratio': ratio, 'commits': len(WALKTHROUGH)}))


if __name__ == '__main__':
    main(*sys.argv[1:])
