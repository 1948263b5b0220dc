#!/usr/bin/env python3
"""All C++ is as clang-format leaves it."""
import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
files = [str(p) for folder in ('service', 'client', 'tests') for p in sorted((ROOT / folder).rglob('*'))
         if p.suffix in ('.h', '.cc')]
done = subprocess.run(['clang-format', '--dry-run', '--Werror', *files], capture_output=True, text=True)
if done.returncode:
    print('\n'.join(done.stderr.splitlines()[:40]))
    print('mend with: git ls-files "*.h" "*.cc" | xargs clang-format -i')
print(f'{len(files)} files looked at')
sys.exit(done.returncode)
