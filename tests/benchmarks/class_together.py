"""What a class that works together costs the server, far faster than any lesson goes.

    python -m tests.benchmarks.class_together [--people 30] [--seconds 20]

So many pages are open, each with its socket, all of them showing the wall. Each predicts every two
seconds, puts a digit up every ten, and hands in the survey before and after; the teacher, who is
told of every vote and looks at the answers every two seconds, brings all to another card every five
seconds. What is looked at is the processor time of the server.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import random
import re
import sys
import time

import httpx
import numpy as np
import psutil
from websockets.asyncio.client import connect

from tests.benchmarks.load import cpu_seconds
from tests.serving import as_teacher, serve_process

BAR = 0.1  # of a core
PREDICTS, PUTS_UP, BRINGS, LOOKS = 2.0, 10.0, 5.0, 2.0  # seconds from one to the next
CARDS = (("convolution", "slide"), ("network", "parameters"), ("filters", "kernels"))
QUESTIONS = 10
IMAGE = np.full(784, 128, np.uint8).tobytes()


def main() -> int:
    """Measure it and print it; return whether the bar was missed."""
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--people", type=int, default=30)
    options.add_argument("--seconds", type=float, default=20)
    chosen = options.parse_args()
    with serve_process() as (address, process):
        told = process.stdout.readline()
        while not (link := re.search(r"#teacher=([\w-]+)", told)):
            told = process.stdout.readline()
        server = psutil.Process(process.pid)
        share, votes, heard = asyncio.run(work(address, link[1], server, chosen))
    print(f"{chosen.people} people, {votes} votes, of which the teacher is told {heard} times: ")
    print(f"{share:.1%} of a core  ", end="")
    print(f"bar {BAR:.0%}  {'missed' if share > BAR else 'kept'}")
    return int(share > BAR)


async def work(
    address: str, token: str, server: psutil.Process, chosen: argparse.Namespace
) -> tuple[float, int, int]:
    """Return the share of a core that the server takes, and the numbers of votes and of news."""
    headers = as_teacher(address, token)
    news = f"{address.replace('http', 'ws')}/mnist_cnn/news"
    async with contextlib.AsyncExitStack() as stack:
        teacher = await stack.enter_async_context(
            connect(news, additional_headers={"Cookie": headers["Cookie"]}, ping_interval=None)
        )
        await teacher.send(json.dumps({"session": headers["X-Mnist-Cnn-Session"]}))
        end = time.monotonic() + chosen.seconds + 5
        people = [page(address, news, number, end) for number in range(chosen.people)]
        tasks = [asyncio.create_task(one) for one in people]
        async with httpx.AsyncClient(base_url=f"{address}/mnist_cnn", headers=headers) as client:
            asked = await client.post("/class", json={"rules": {"survey": "after"}})
            asked.raise_for_status()
        bringing = asyncio.create_task(bring(address, headers, end))
        looking = asyncio.create_task(look(address, headers, end))
        hearing = asyncio.create_task(count(teacher))
        await asyncio.sleep(5)  # all are there
        before, began = cpu_seconds(server), time.monotonic()
        votes = sum(await asyncio.gather(*tasks))
        share = (cpu_seconds(server) - before) / (time.monotonic() - began)
        await bringing
        await looking
        hearing.cancel()
        return share, votes, await hearing


async def page(address: str, news: str, number: int, end: float) -> int:
    """Be a page of the class until ``end``; return how often it has voted."""
    headers = {"X-Mnist-Cnn-Session": f"a-page-of-the-class-{number}"}
    async with (
        connect(news, ping_interval=None) as socket,
        httpx.AsyncClient(base_url=f"{address}/mnist_cnn", headers=headers) as client,
    ):
        await socket.send(
            json.dumps({"session": headers["X-Mnist-Cnn-Session"], "showsWall": True})
        )
        hearing = asyncio.create_task(count(socket))
        puts_up = time.monotonic() + random.random() * PUTS_UP
        await asyncio.sleep(random.random() * PREDICTS)
        await hand_in(client, number, "before")
        votes = 0
        while time.monotonic() < end:
            chapter, card = random.choice(CARDS)
            vote = {"chapter": chapter, "card": card, "choice": random.randrange(3)}
            answer = await client.put("/votes", json=vote)
            answer.raise_for_status()
            votes += 1
            if time.monotonic() > puts_up:
                puts_up += PUTS_UP
                content = IMAGE + np.eye(10, dtype="<f4")[number % 10].tobytes()
                put = await client.post("/wall", params={"meant": number % 10}, content=content)
                put.raise_for_status()
            await asyncio.sleep(PREDICTS)
        await hand_in(client, number, "after")
        hearing.cancel()
        return votes


async def hand_in(client: httpx.AsyncClient, number: int, when: str) -> None:
    """Hand in the answers of a page."""
    right = [random.random() < 0.5 for _ in range(QUESTIONS)]
    sheet = {"by": f"a-page-of-the-class-{number}", "form": 0, "chosen": [0] * QUESTIONS}
    put = await client.put("/survey", params={"round": when}, json=sheet | {"right": right})
    put.raise_for_status()


async def look(address: str, headers: dict[str, str], end: float) -> None:
    """Look at what the class has answered."""
    async with httpx.AsyncClient(base_url=f"{address}/mnist_cnn", headers=headers) as client:
        while time.monotonic() < end:
            (await client.get("/survey")).raise_for_status()
            await asyncio.sleep(LOOKS)


async def bring(address: str, headers: dict[str, str], end: float) -> None:
    """Bring all to a card, and to the next one."""
    async with httpx.AsyncClient(base_url=f"{address}/mnist_cnn", headers=headers) as client:
        number = 0
        while time.monotonic() < end:
            chapter, card = CARDS[number % len(CARDS)]
            place = {"view": "lesson", "chapter": chapter, "card": card}
            (await client.post("/class", json={"bring": place})).raise_for_status()
            number += 1
            await asyncio.sleep(BRINGS)


async def count(socket) -> int:
    """Return how many messages come until this is cancelled."""
    number = 0
    with contextlib.suppress(asyncio.CancelledError):
        async for _ in socket:
            number += 1
    return number


if __name__ == "__main__":
    sys.exit(main())
