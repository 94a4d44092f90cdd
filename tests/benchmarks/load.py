"""Whether a class can draw at once: 1, 30 and 60 people, 200 pages of which 10 draw, and none.

    python -m tests.benchmarks.load [--seconds 15] [--rate 10] [--flood]

Each person draws ``--rate`` drawings a second and asks for all layers, which are 38 kB; a drawing's
time runs from when it was made until its whole answer is there. Generator and server share the
machine. ``--flood`` adds 30 people among whom one more sends as much as it can.

Where the machine was busy before, the bars in milliseconds and of the processor are printed, but
the exit status goes by ratios and errors alone.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
from dataclasses import dataclass

import numpy as np
import psutil

from tests.benchmarks.people import Counts, draw_together, gather, messages
from tests.serving import serve_process

FLOOD = 50  # drawings at once, every 50 ms: a thousand a second
LIMITS = {"30 draw": 4.0, "60 draw": 12.0}  # times the p95 of one who draws alone
LIMIT_200 = 40.0  # milliseconds
BARS = {"30 draw": 40.0, "60 draw": 100.0}  # milliseconds of p95, on a quiet machine
FLOODED = 4.0  # times the p95 of one who draws alone
IDLE = 0.02  # of a core, that 200 idle pages may take beside none
QUIET = 0.5  # load before, above which a machine is not judged in milliseconds


@dataclass(frozen=True)
class Row:
    """What a group met."""

    name: str
    counts: Counts
    seconds: float
    cpu: float  # of one core, taken by the server

    @property
    def p95(self) -> float:
        """Milliseconds within which 95 of 100 drawings were answered."""
        return float(np.percentile(self.counts.milliseconds, 95))


def main() -> int:
    """Measure, print the table; return how many limits were missed."""
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--seconds", type=float, default=15, help="each group draws")
    options.add_argument("--rate", type=float, default=10, help="drawings a second and person")
    options.add_argument("--flood", action="store_true", help="add one who floods among 30")
    chosen = options.parse_args()
    load = os.getloadavg()[0]
    print(f"{os.cpu_count()} cores, load {load:.1f} before", flush=True)
    with serve_process() as (address, process):
        rows = asyncio.run(measure(address, psutil.Process(process.pid), chosen))
    return judge({row.name: row for row in rows}, quiet=load <= QUIET)


async def measure(address: str, server: psutil.Process, chosen: argparse.Namespace) -> list[Row]:
    """Let one group after another draw; print a line for each."""
    frames = messages()
    print(f"{'':24}{'p50 ms':>9}{'p95 ms':>9}{'max ms':>9}{'answers/s':>11}", end="")
    print(f"{'superseded':>12}{'refused':>9}{'errors':>8}{'server CPU':>12}", flush=True)
    await group(address, server, frames, "warm-up", 1, 1, chosen.rate, 3)
    rows = [
        await group(address, server, frames, name, connected, drawing, chosen.rate, chosen.seconds)
        for name, connected, drawing in (
            ("1 draws", 1, 1),
            ("30 draw", 30, 30),
            ("60 draw", 60, 60),
            ("200 connected, 10 draw", 200, 10),
            ("200 connected, idle", 200, 0),
            ("nobody", 0, 0),
        )
    ]
    if chosen.flood:
        rows.append(
            await group(
                address, server, frames, "30 draw, 1 floods", 31, 30, chosen.rate, chosen.seconds, 1
            )
        )
    return rows


async def group(
    address: str,
    server: psutil.Process,
    frames: list[bytes],
    name: str,
    connected: int,
    drawing: int,
    rate: float,
    seconds: float,
    flooding: int = 0,
) -> Row:
    """Connect people, let some of them draw, print what they met."""
    counts, others = Counts(), Counts()
    people = await gather(address, drawing, counts, frames)
    rest = await gather(address, connected - drawing, others, frames)
    await asyncio.sleep(0.5)
    before = cpu_seconds(server)
    floods = [asyncio.create_task(flood(person)) for person in rest[:flooding]]
    await (draw_together(people, rate, seconds) if people else asyncio.sleep(seconds))
    cpu = (cpu_seconds(server) - before) / seconds
    for task in floods:
        task.cancel()
    for person in people + rest:
        person.close()
    counts.errors += others.errors if not flooding else []
    row = Row(name, counts, seconds, cpu)
    if name != "warm-up":
        print(line(row), flush=True)
    return row


async def flood(person) -> None:
    """Send without waiting for answers."""
    while True:
        person.flood(FLOOD)
        await asyncio.sleep(0.05)


def cpu_seconds(process: psutil.Process) -> float:
    """Return the processor time a process and its children have taken."""
    family = [process, *process.children(recursive=True)]
    return sum(times.user + times.system for times in (one.cpu_times() for one in family))


def line(row: Row) -> str:
    """Return a line of the table."""
    counts, times = row.counts, row.counts.milliseconds
    text = f"{row.name:24}"
    if times:
        p50, p95 = np.percentile(times, [50, 95])
        text += f"{p50:9.1f}{p95:9.1f}{max(times):9.1f}{len(times) / row.seconds:11.1f}"
    else:
        text += f"{'':38}"
    text += f"{counts.superseded:12}{counts.refused:9}{len(counts.errors):8}{row.cpu:12.1%}"
    return text + (f"  {counts.errors[0]}" if counts.errors else "")


def judge(rows: dict[str, Row], quiet: bool) -> int:
    """Print each limit with what was met; return how many were missed that count."""
    alone = rows["1 draws"].p95
    ratios = [
        (f"{name}: p95 / p95 of one alone", rows[name].p95 / alone, most)
        for name, most in LIMITS.items()
    ]
    if "30 draw, 1 floods" in rows:
        flooded = rows["30 draw, 1 floods"].p95 / alone
        ratios.append(("30 draw, 1 floods: p95 / one alone", flooded, FLOODED))
    ratios.append(("errors", sum(len(row.counts.errors) for row in rows.values()), 0))
    bars = [(f"{name}: p95 in ms", rows[name].p95, most) for name, most in BARS.items()]
    wide = rows["200 connected, 10 draw"].p95
    bars.append(("200 connected, 10 draw: p95 in ms", wide, LIMIT_200))
    idle = rows["200 connected, idle"].cpu - rows["nobody"].cpu
    bars.append(("200 idle: % of a core beside nobody", 100 * idle, 100 * IDLE))
    print()
    missed = show(ratios)
    if not quiet:
        print(f"the machine was busy (load over {QUIET}): these do not count")
    missed_bars = show(bars)
    return missed + (missed_bars if quiet else 0)


def show(limits: list[tuple[str, float, float]]) -> int:
    """Print what was met of each limit, and the limit; return how many were missed."""
    missed = 0
    for name, met, most in limits:
        missed += met > most
        print(f"{name:40}{met:8.1f}  limit {most:<6g}{'missed' if met > most else 'kept'}")
    return missed


if __name__ == "__main__":
    sys.exit(main())
