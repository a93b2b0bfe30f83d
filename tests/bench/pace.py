"""How a page feels: frames, main-thread time, latency of input and memory, as Chromium itself counts them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from statistics import median, quantiles

from playwright.sync_api import CDPSession, Page

WATCH = """
(() => {
  const pace = { seen: 0, ready: 0, latencies: [], frames: 0 }
  window.pace = pace
  const painted = (then) => requestAnimationFrame(() => {
    const { port1, port2 } = new MessageChannel()
    port1.onmessage = then
    port2.postMessage(0)
  })
  // The first frame with the graph in it
  const observer = new MutationObserver(() => {
    if (!document.querySelector('[data-ready=true] :is(.far, .react-flow__node)')) return
    observer.disconnect()
    pace.seen = performance.now()
    painted(() => { pace.ready = performance.now() })
  })
  observer.observe(document, { attributes: true, childList: true, subtree: true })
  // From the input to the end of the frame that shows what it did
  for (const type of ['pointermove', 'keydown', 'wheel']) {
    addEventListener(type, (event) => {
      painted(() => pace.latencies.push(performance.now() - event.timeStamp))
    }, { capture: true, passive: true })
  }
  // Of React Flow's canvas
  pace.place = () => {
    const viewport = document.querySelector('.react-flow__viewport')
    const { x, y } = viewport.parentElement.getBoundingClientRect()
    const { e, f, a } = new DOMMatrix(getComputedStyle(viewport).transform)
    return [x + e, y + f, a]
  }
  pace.zoom = () => pace.place()[2]
  pace.count = () => {
    pace.frames = 0
    pace.counting = true
    const next = () => { pace.frames += 1; if (pace.counting) requestAnimationFrame(next) }
    requestAnimationFrame(next)
  }
})()
"""
"""Goes into the page before its own scripts."""
SCHEDULED = """
(() => {
  const ask = window.requestAnimationFrame
  window.asked = 0
  window.requestAnimationFrame = (then) => { window.asked += 1; return ask(then) }
})()
"""
"""Counts the frames that are asked for, whoever asks."""


@dataclass
class Spell:
    """What happened in a stretch of time.

    Attributes:
        busy: Milliseconds that the main thread worked; waiting for a processor is none.
        frames: Frames drawn.
        latencies: Milliseconds from each input to the end of the frame after it.
    """

    busy: float = 0.0
    frames: int = 0
    latencies: list[float] = field(default_factory=list[float])

    @property
    def a_frame(self) -> float:
        """Milliseconds of the main thread for each frame."""
        return self.busy / max(self.frames, 1)

    @property
    def middle(self) -> float:
        """The median latency."""
        return median(self.latencies)

    @property
    def slow(self) -> float:
        """The latency that one input in twenty exceeds."""
        return quantiles(self.latencies, n=20, method="inclusive")[-1]


class Pace:
    """Measures a page that was loaded with `WATCH`."""

    def __init__(self, page: Page) -> None:
        self._page = page
        self._session: CDPSession = page.context.new_cdp_session(page)
        self._session.send("Performance.enable")

    def first_paint(self) -> float:
        """Seconds from the start of loading to the first frame with the graph in it."""
        self._page.wait_for_function("() => window.pace.ready > 0")
        return self._page.evaluate("() => window.pace.ready") / 1000

    def scripts(self) -> list[str]:
        """Addresses of the scripts that were asked for before the graph was there."""
        self.first_paint()
        return self._page.evaluate(
            "() => performance.getEntriesByType('resource')"
            ".filter((one) => one.startTime < pace.seen && new URL(one.name).pathname.endsWith('.js'))"
            ".map((one) => one.name)"
        )

    @contextmanager
    def spell(self) -> Iterator[Spell]:
        """Measure while the context is open."""
        spell = Spell()
        self._page.evaluate("() => { window.pace.latencies.length = 0; window.pace.count() }")
        before = self._metric("ThreadTime")
        yield spell
        spell.busy = (self._metric("ThreadTime") - before) * 1000
        stop = "() => { window.pace.counting = false; return [window.pace.frames, window.pace.latencies] }"
        spell.frames, spell.latencies = self._page.evaluate(stop)

    def idle(self, seconds: float) -> tuple[int, int, float]:
        """Leave the page alone; frames asked for, animations, and the main thread's share of time."""
        self._page.evaluate("() => { window.asked = 0 }")
        before = self._metric("ThreadTime")
        self._page.wait_for_timeout(seconds * 1000)
        share = (self._metric("ThreadTime") - before) / seconds
        asked = self._page.evaluate("() => window.asked")
        running = "() => document.getAnimations().filter((one) => one.playState === 'running').length"
        return asked, self._page.evaluate(running), share

    def heap(self) -> float:
        """Bytes of JavaScript objects that are in use."""
        self._session.send("HeapProfiler.collectGarbage")
        return self._metric("JSHeapUsedSize")

    def _metric(self, name: str) -> float:
        metrics = self._session.send("Performance.getMetrics")["metrics"]
        return next(one["value"] for one in metrics if one["name"] == name)
