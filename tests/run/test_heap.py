import resource
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from engine.run.heap import give_back

ROOT = Path(__file__).parents[2]
LARGE = 20 * 2**20
PAGES = LARGE // resource.getpagesize()


def fill() -> int:
    """Fill a large buffer and let it go; the pages that the system had to give for it."""
    before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    bytearray(LARGE)
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before


def resident() -> int:
    """Bytes of this process in memory."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize()


def filled() -> list[int]:
    """Pages that two threads need for one buffer after the other, and bytes that go back in the end."""
    with ThreadPoolExecutor(1) as one, ThreadPoolExecutor(1) as two:
        pages = [thread.submit(fill).result() for thread in (one, two, one)]
    before = resident()
    give_back()
    return [*pages, before - resident()]


def test_threads_take_the_pages_that_others_let_go() -> None:
    begin = "from engine.run.heap import keep_heap; keep_heap()"
    code = f"{begin}; from tests.run.test_heap import filled; print(*filled())"
    printed = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, cwd=ROOT).stdout
    first, *others, back = map(int, printed.split())

    assert first > 0.9 * PAGES
    assert max(others) < 0.01 * PAGES
    assert back > 0.9 * LARGE
