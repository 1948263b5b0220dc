"""The client on a terminal: a pseudo-terminal as its standard error, and as its output where wanted."""
import codecs
import contextlib
import fcntl
import os
import pty
import re
import select
import signal
import struct
import subprocess
import termios
import time

from tests.support.binaries import BIN, CLEAN

ESCAPES = re.compile(r'\x1b\[[0-9;]*[A-Za-z]')


class Terminal:
    """A running `metapowers WORDS` whose standard output and error are one terminal of `columns`."""

    def __init__(self, *words, cwd, columns=100, env=None):
        self.primary, secondary = pty.openpty()
        fcntl.ioctl(secondary, termios.TIOCSWINSZ, struct.pack('HHHH', 24, columns, 0, 0))

        def own_terminal():
            os.setsid()
            fcntl.ioctl(0, termios.TIOCSCTTY, 0)

        self.process = subprocess.Popen([str(BIN / 'metapowers'), *map(str, words)], cwd=cwd, stdin=secondary,
                                        stdout=secondary, stderr=secondary, preexec_fn=own_terminal,
                                        env={**CLEAN, 'TERM': 'xterm', **(env or {})})
        os.close(secondary)
        self.text = ''
        self.decoder = codecs.getincrementaldecoder('utf-8')('replace')  # a chunk may end inside a character

    def read(self, seconds):
        """What comes within this time; False at the end of the output."""
        if not select.select([self.primary], [], [], seconds)[0]:
            return True
        with contextlib.suppress(OSError):
            chunk = os.read(self.primary, 65536)
            self.text += self.decoder.decode(chunk)
            return bool(chunk)
        return False

    def wait_for(self, pattern, seconds=60):
        deadline = time.monotonic() + seconds
        while not re.search(pattern, self.text):
            if not self.read(0.1) or time.monotonic() > deadline:
                raise AssertionError(f'{pattern!r} never came: {self.text!r}')

    def type(self, line):
        os.write(self.primary, f'{line}\n'.encode())

    def press_interrupt(self):
        os.write(self.primary, b'\x03')

    def signal(self, number=signal.SIGTERM):
        self.process.send_signal(number)

    def end(self, seconds=60):
        """The exit code, after all output has been read."""
        deadline = time.monotonic() + seconds
        while self.read(0.1) and time.monotonic() < deadline:
            pass
        os.close(self.primary)
        return self.process.wait(timeout=seconds)

    def screen(self):
        """The lines as they stand at the end: a carriage return starts a line anew, an erasure empties it."""
        lines = []
        for line in self.text.replace('\r\n', '\n').split('\n'):
            shown = ''
            for part in line.split('\r'):
                shown = part.split('\x1b[K')[-1] if '\x1b[K' in part else part + shown[len(part):]
            lines.append(ESCAPES.sub('', shown))
        return lines
