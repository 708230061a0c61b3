"""A proxy between clients and a broker, for what goes wrong on the way.

It passes on each byte as it is. It knows where requests and answers begin and end, and asks `faults`
about each of them before it passes it on. The broker is told to advertise the proxy:

    with Proxy() as proxy:
        broker = broker_factory.start(proxy.overrides())
        proxy.target = broker.address
        proxy.faults = Cutter(seed, every=20)
        client(proxy.bootstrap)
"""

import asyncio
import random
import socket
import struct
import threading
from collections import Counter, deque
from functools import cache
from typing import NamedTuple

from support import messages
from support.ports import free_port

_PIECE = 1 << 16
_REQUEST_HEAD = struct.Struct(">ihhi")  # size, API key, version, correlation id
_ANSWER_HEAD = struct.Struct(">ii")     # size, correlation id
_LINGER_NOT = struct.pack("ii", 1, 0)   # a close that resets
_ORDER_S = 10                           # for what a test tells the proxy's thread to do
_FOR_EVER_S = 86_400


class Frame(NamedTuple):
    """A request or an answer of which only the beginning has come so far."""

    api: str          # "Produce"; of an answer, what it answers
    is_answer: bool
    size: int         # with the length in front


class Cut(NamedTuple):
    """The connection ends, on both sides, when `after` bytes of the frame have been passed on."""

    after: int = 0
    reset: bool = False  # RST instead of FIN


class Hold(NamedTuple):
    """The frame, and what comes behind it, goes on so much later."""

    seconds: float


def pass_all(_frame):
    return None


class Cutter:
    """Cuts at one frame of `every`, before, within or behind it, as the lot falls.

    A cut before an answer leaves a client that does not know what became of its request. `cuts`
    counts them by (side, place).
    """

    PLACES = ("before", "within", "behind")

    def __init__(self, seed, every, apis=None):
        self.every, self.apis, self.cuts = every, apis, Counter()
        self._chance = random.Random(seed)
        self._places = {"request": [], "answer": []}  # that come before one comes again

    def __call__(self, frame):
        if (self.apis and frame.api not in self.apis) or self._chance.randrange(self.every):
            return None
        side = "answer" if frame.is_answer else "request"
        place = self._draw_place(self._places[side])
        after = {"before": 0, "within": self._chance.randrange(1, frame.size),
                 "behind": frame.size}[place]
        self.cuts[side, place] += 1
        return Cut(after, reset=self._chance.random() < 0.5)

    def _draw_place(self, left):
        if not left:
            left += self.PLACES
            self._chance.shuffle(left)
        return left.pop()

    def assert_cut(self, at_least, ways=6):
        """So often in all, and in so many ways."""
        seen = dict(self.cuts)
        print(f"cuts: {seen}")
        assert sum(seen.values()) >= at_least and len(seen) >= ways, \
            f"too few cuts for a test: {seen}"


class Slow:
    """A broker that takes its time: the answers of these APIs (None: of all) come later, each."""

    def __init__(self, seconds, apis=None):
        self.action, self.apis = Hold(seconds), apis

    def __call__(self, frame):
        late = frame.is_answer and (self.apis is None or frame.api in self.apis)
        return self.action if late else None


class Catcher:
    """Keeps the requests of one API for itself; `caught` is set when it has the first."""

    def __init__(self, api):
        self.api, self.caught = api, threading.Event()

    def __call__(self, frame):
        if frame.is_answer or frame.api != self.api:
            return None
        self.caught.set()
        return Hold(_FOR_EVER_S)


class Proxy:
    """Listens on `port` of 127.0.0.1 while it is entered; its work is done by a thread of its own.

    `faults` and `target` may be set at any time; `faults` is called on the proxy's thread, with a
    Frame, and answers Cut, Hold or None. Left, it must have met no error but those of sockets.
    """

    def __init__(self, faults=pass_all):
        self.host, self.port = "127.0.0.1", free_port()
        self.target, self.faults = None, faults
        self.accepted = 0
        self.failures = []
        self._links = set()
        self._listener = None
        self._loop = asyncio.new_event_loop()
        self._flowing = asyncio.Event()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)

    @property
    def bootstrap(self):
        return f"{self.host}:{self.port}"

    def overrides(self):
        """What makes a broker send its clients here."""
        return {"advertised.listeners": f"PLAINTEXT://{self.bootstrap}"}

    def __enter__(self):
        self._flowing.set()
        self._thread.start()
        self.accept()
        return self

    def __exit__(self, *_):
        self.refuse()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()
        assert not self.failures, self.failures

    def refuse(self):
        """No connection is taken from here on, and those that are there are cut."""
        self._do(self._refuse())

    def accept(self):
        self._do(self._accept())

    def cut_all(self):
        self._do(self._cut_all())

    def stall(self):
        """Connections stay and new ones are taken, but nothing moves until go_on()."""
        self._do(self._set_flowing(False))

    def go_on(self):
        self._do(self._set_flowing(True))

    def _do(self, coroutine):
        asyncio.run_coroutine_threadsafe(coroutine, self._loop).result(_ORDER_S)

    # --- on the proxy's thread ---------------------------------------------------------------

    async def _accept(self):
        if self._listener is None:
            self._listener = await asyncio.start_server(self._serve, self.host, self.port,
                                                        limit=_PIECE)

    async def _refuse(self):
        if self._listener is not None:
            self._listener.close()
            self._listener = None
        await self._cut_all()

    async def _cut_all(self):
        links = list(self._links)
        for link in links:
            link.end(reset=True)
        for link in links:
            await link.over.wait()

    async def _set_flowing(self, flowing):
        if flowing:
            self._flowing.set()
        else:
            self._flowing.clear()

    async def _serve(self, reader, writer):
        self.accepted += 1
        if self.target is None:
            writer.transport.abort()  # there is no broker yet
            return
        try:
            towards = await asyncio.open_connection(*self.target, limit=_PIECE)
        except OSError:
            writer.transport.abort()  # the broker is away
            return
        link = _Link(self, (reader, writer), towards)
        self._links.add(link)
        try:
            await link.run()
        except Exception as error:
            self.failures.append(repr(error))
        finally:
            link.end(reset=False)
            self._links.discard(link)
            link.over.set()

    async def flow(self):
        """Returns when bytes may move."""
        await self._flowing.wait()


class _Link:
    """One connection of a client, and the one to the broker that belongs to it."""

    def __init__(self, proxy, client, broker):
        self.proxy, self.over = proxy, asyncio.Event()
        self._client, self._broker = client, broker
        self._asked = deque()  # (correlation id, API) of requests that are not answered yet
        self._pumps = []
        for _, writer in (client, broker):
            writer.transport.set_write_buffer_limits(high=0)  # drain() waits for the last byte
            writer.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    async def run(self):
        self._pumps = [asyncio.ensure_future(self._pump(self._client[0], self._broker[1], False)),
                       asyncio.ensure_future(self._pump(self._broker[0], self._client[1], True))]
        done, left = await asyncio.wait(self._pumps, return_when=asyncio.FIRST_COMPLETED)
        resets = [pump.result() for pump in done if not pump.cancelled()]
        self.end(reset=any(resets))
        if left:
            await asyncio.wait(left)

    def end(self, reset):
        for pump in self._pumps:
            pump.cancel()
        for _, writer in (self._client, self._broker):
            if reset and not writer.is_closing():
                writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER,
                                                           _LINGER_NOT)
            writer.close()

    async def _pump(self, reader, writer, is_answer):
        """Until an end of the connection, or a cut; whether that is to be a reset."""
        try:
            while True:
                head_size = (_ANSWER_HEAD if is_answer else _REQUEST_HEAD).size
                head = await reader.readexactly(head_size)
                frame = self._answer(head) if is_answer else self._request(head)
                action = self.proxy.faults(frame)
                if isinstance(action, Hold):
                    await asyncio.sleep(action.seconds)
                limit = action.after if isinstance(action, Cut) else frame.size
                await self._pass_on(reader, writer, head, limit)
                if isinstance(action, Cut):
                    return action.reset
        except (asyncio.IncompleteReadError, OSError):
            return False

    async def _pass_on(self, reader, writer, head, limit):
        piece, passed = head[:limit], 0
        while piece:
            await self.proxy.flow()
            writer.write(piece)
            await writer.drain()
            passed += len(piece)
            piece = await self._read_some(reader, limit - passed)

    @staticmethod
    async def _read_some(reader, left):
        if left <= 0:
            return b""
        piece = await reader.read(min(left, _PIECE))
        if not piece:
            raise asyncio.IncompleteReadError(b"", left)
        return piece

    def _request(self, head):
        size, key, _version, correlation = _REQUEST_HEAD.unpack(head)
        api = _names().get(key, str(key))
        self._asked.append((correlation, api))
        return Frame(api, False, size + 4)

    def _answer(self, head):
        """Answers come in the order of their requests; Produce without acks has none."""
        size, correlation = _ANSWER_HEAD.unpack(head)
        while self._asked:
            asked, api = self._asked.popleft()
            if asked == correlation:
                return Frame(api, True, size + 4)
        raise AssertionError(f"an answer to request {correlation}, which nobody sent")


@cache
def _names():
    return {api.key: api.name for api in messages.apis().values()}
