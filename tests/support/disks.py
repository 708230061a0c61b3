"""File systems of their own for a test, which can be broken. Mounting needs root."""

import shutil
import subprocess
from contextlib import contextmanager


def _run(*command):
    done = subprocess.run([str(word) for word in command], stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, check=False)
    assert done.returncode == 0, f"{command} needs root: {done.stdout.decode()}"
    return done.stdout.decode().strip()


class Disk:
    """An ext4 file system on a loop device over a file in memory, at `folder`."""

    def __init__(self, place, size_mib=64, memory_mib=None):
        self.place, self.folder, self.store = place, place / "disk", place / "memory"
        self.folder.mkdir(parents=True)
        self.store.mkdir()
        self.loop, self.mounted = None, False
        _run("mount", "-t", "tmpfs", "-o", f"size={memory_mib or size_mib + 16}m",
             "barnabas-test", self.store)
        image = self.store / "image"
        with image.open("wb") as file:
            file.truncate(size_mib << 20)
        self.loop = _run("losetup", "-f", "--show", image)
        _run("mkfs.ext4", "-q", "-E", "lazy_itable_init=1,lazy_journal_init=1", self.loop)
        self.mount()

    def mount(self):
        _run("mount", self.loop, self.folder)
        self.mounted = True

    def unmount(self):
        """Fails while a file of it is open."""
        _run("umount", self.folder)
        self.mounted = False

    def take_away(self):
        """Its place is empty at once, whoever has files of it open."""
        _run("umount", "--lazy", self.folder)
        self.mounted = False

    def fail(self):
        """From now on the kernel refuses every write, as after an error of the medium."""
        _run("mount", "-o", "remount,abort", self.folder)

    def mend(self):
        """As an administrator does it: off, checked, on again. Nobody may have files open."""
        self.unmount()
        subprocess.run(["fsck.ext4", "-y", self.loop], stdout=subprocess.DEVNULL,
                       stderr=subprocess.DEVNULL, check=False)
        self.mount()

    def close(self):
        if self.mounted:
            _run("umount", "--lazy", self.folder)
        if self.loop:
            _run("losetup", "-d", self.loop)
        _run("umount", "--lazy", self.store)
        shutil.rmtree(self.place, ignore_errors=True)


@contextmanager
def disk(place, **options):
    made = Disk(place, **options)
    try:
        yield made
    finally:
        made.close()
