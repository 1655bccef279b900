"""What can still panic in a linked image, by the crate whose line of source it is."""

import collections
import re
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
# Functions of the language's own, also those of its types and of its traits for any type.
LANGUAGE = r"<?((&|mut )*[\w\[\]]+ as )?core::|<(bool|char|str|\[T\]|[iuf]\d+|[iu]size)>::"
PANICS = r"core::panicking|panic_|rust_begin_unwind|_fail\b|_failed\b|do_panic"


def output(*command):
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def symbols(image):
    """The names of all that is linked."""
    return [line.split(" ", 2)[2] for line in output("arm-none-eabi-nm", "--demangle", image).splitlines()]


def panics(image):
    """The names of what panics."""
    return [name for name in symbols(image) if re.search(PANICS, name)]


class Blame:
    """Who panics: `ours` names our own folders."""

    def __init__(self, image, ours):
        self.image, self.ours = image, ours

    def sites(self):
        """Every branch of somebody's to what panics: its crate, its line, and where it leads.

        What of the language's own libraries only leads there is theirs: the innermost line outside them is who panics.
        """
        calls = list(self.branches())
        panicking = {target for _, _, target in calls if target.startswith("core::panicking::")}
        while more := {f for _, f, t in calls
                       if t in panicking and re.match(LANGUAGE, f)} - panicking:
            panicking |= more
        found = [(address, target) for address, function, target in calls
                 if target in panicking and function not in panicking]
        for (_, target), (owner, line) in zip(found, self.owners([address for address, _ in found])):
            yield owner, "/".join(Path(line).parts[-2:]), target

    def branches(self):
        """Every branch to another function: where it is, from which function, to which."""
        function = None
        for line in output("arm-none-eabi-objdump", "-d", "-C", "--no-show-raw-insn", self.image).splitlines():
            if begun := re.match(r"[0-9a-f]+ <(.*)>:$", line):
                function = begun[1]
            elif branch := re.match(r"\s*([0-9a-f]+):\s+b\S*\s+[0-9a-f]+ <(.*)>$", line):
                if (target := branch[2]) != function and "+0x" not in target:
                    yield branch[1], function, target

    def owners(self, addresses):
        """The crate and the line that each address belongs to, after inlining is undone."""
        if not addresses:
            return
        frames = []
        for line in output("arm-none-eabi-addr2line", "-a", "-i", "-e", self.image, *addresses).splitlines():
            if line.startswith("0x"):
                frames.append([])
            else:
                frames[-1].append(re.sub(r" \(discriminator \d+\)$", "", line))
        for frame in frames:
            yield next(((self.crate(line), line) for line in frame if self.crate(line)), ("core", frame[0]))

    def crate(self, path):
        """The crate of a source file, None for the language's own."""
        if "/rustc/" in path or "/rustlib/" in path:
            return None
        if found := re.search(r"/registry/src/[^/]+/(.+?)-\d[^/]*/", path):
            return found[1]
        return next((name for folder, name in self.ours.items() if Path(path).is_relative_to(folder)), "somebody")


def told(sites):
    """The sites, as lines to be read: each owner, then its places."""
    found = collections.defaultdict(collections.Counter)
    for owner, place, target in sites:
        found[owner][f"{place}  {target}"] += 1
    for owner, places in sorted(found.items()):
        yield f"{owner}: {places.total()}"
        for place, times in sorted(places.items()):
            yield f"    {place}" + (f"  ({times} times)" if times > 1 else "")
