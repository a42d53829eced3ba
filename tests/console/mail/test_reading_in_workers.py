"""Readers: the same messages in the same order from workers as from this process, and stuck or dead workers replaced."""

import gc
import io
import os
import pickle
import select
import signal
import subprocess
import sys
import tempfile
import textwrap
import time

import pytest

from console.mail import reader
from console.mail.parse import Unreadable, body, language, quotes, tree
from console.mail.reading import Readers
from storage.kinds import QuarantineReason


def mail(number: int, body: str = "Bom dia.") -> bytes:
    return f"From: Ana <ana@example.org>\nSubject: {number}\nMessage-ID: <{number}@example.org>\n\n{body}\n".encode()


def test_workers_give_what_this_process_gives_in_order():
    raws = [mail(n, f"corpo {n}") for n in range(100)] + [b"\x00\x01 no mail at all"] + [mail(n) for n in range(7)]
    with Readers() as here, Readers(2) as there:
        one, other = list(here.read(raws)), list(there.read(raws))
    assert [getattr(each, "subject", each.__class__) for each in one] == [
        getattr(each, "subject", each.__class__) for each in other
    ]
    assert [each for each in one if not isinstance(each, Unreadable)] == [
        each for each in other if not isinstance(each, Unreadable)
    ]
    refused = other[100]
    assert isinstance(refused, Unreadable)
    assert refused.reason is QuarantineReason.NOT_MAIL


def test_a_message_that_takes_too_long_is_set_aside_and_the_others_are_read():
    with Readers(1, seconds=1.5) as readers:
        assert len(list(readers.read([mail(0)]))) == 1
        worker = readers._idle.get()
        os.kill(worker._process.pid, signal.SIGSTOP)  # as stuck as a process can be
        readers._idle.put(worker)
        results = list(readers.read([mail(1), mail(2), mail(3)]))
        assert worker._process.returncode == -signal.SIGKILL
    assert isinstance(results[0], Unreadable)
    assert results[0].reason is QuarantineReason.TOO_SLOW
    assert [each.subject for each in results[1:]] == ["2", "3"]


def test_a_worker_that_dies_is_replaced():
    with Readers(1) as readers:
        assert len(list(readers.read([mail(1)]))) == 1
        worker = readers._idle.get()
        os.kill(worker._process.pid, signal.SIGKILL)
        worker._process.wait()
        readers._idle.put(worker)
        results = list(readers.read([mail(1), mail(2)]))
    assert isinstance(results[0], Unreadable)
    assert results[0].reason is QuarantineReason.PARSER_FAILED
    assert results[1].subject == "2"


def test_of_a_worker_that_dies_nothing_is_left_to_the_collector():
    """What was on the line to it is a buffer that is lent out: collected in the wrong order it ends Python 3.12."""
    raws = [mail(n, "palavra " * 30_000) for n in range(16)]
    with Readers(1) as readers:
        list(readers.read(raws[:1]))
        worker = readers._idle.get()
        os.kill(worker._process.pid, signal.SIGKILL)
        worker._process.wait()
        readers._idle.put(worker)
        gc.collect()
        gc.set_debug(gc.DEBUG_SAVEALL)
        try:
            assert sum(isinstance(each, Unreadable) for each in readers.read(raws)) == 1
            del worker
            gc.collect()
            assert [each for each in gc.garbage if isinstance(each, io.BytesIO)] == []
        finally:
            gc.set_debug(0)
            gc.garbage.clear()


def test_of_a_batch_that_a_worker_dies_over_one_message_at_most_is_lost():
    raws = [mail(n, "palavra " * 3000) for n in range(200)]
    with Readers(1) as readers:
        assert len(list(readers.read(raws[:1]))) == 1
        worker = readers._idle.get()
        readers._idle.put(worker)
        results = readers.read(raws)
        subjects = [next(results).subject]
        os.kill(worker._process.pid, signal.SIGKILL)  # while it reads the next ones
        rest = list(results)
    assert [
        each for each in rest if isinstance(each, Unreadable) and each.reason is not QuarantineReason.PARSER_FAILED
    ] == []
    assert sum(isinstance(each, Unreadable) for each in rest) == 1
    subjects += [str(n) if isinstance(each, Unreadable) else each.subject for n, each in enumerate(rest, 1)]
    assert subjects == [str(n) for n in range(200)]


def test_messages_are_taken_as_they_are_needed():
    taken = 0

    def raws():
        nonlocal taken
        for number in range(10_000):
            taken += 1
            yield mail(number)

    with Readers(1) as readers:
        results = readers.read(raws())
        assert next(results).subject == "0"
        assert taken < 1000
        results.close()


@pytest.mark.skipif(not hasattr(os, "pidfd_open"), reason="watches a process as Linux does")
def test_workers_end_with_their_parent_however_it_dies():
    program = textwrap.dedent("""
        import os, signal
        from console.mail.reading import Readers
        with Readers(1) as readers:
            list(readers.read([b"From: a@example.org\\nSubject: x\\n\\nx"]))
            worker = readers._idle.get()
            print(worker._process.pid, flush=True)
            os.kill(os.getpid(), signal.SIGKILL)
    """)
    done = subprocess.run([sys.executable, "-c", program], check=False, capture_output=True, text=True, timeout=60)
    try:
        worker = os.pidfd_open(int(done.stdout))
    except ProcessLookupError:
        return  # gone already
    ended, _, _ = select.select([worker], [], [], 30)
    os.close(worker)
    assert ended


def test_many_messages_are_handed_out_by_more_at_once_than_few(monkeypatch):
    sizes = []
    genuine = Readers._read_one_batch
    monkeypatch.setattr(
        Readers, "_read_one_batch", lambda self, batch: sizes.append(len(batch)) or genuine(self, batch)
    )
    with Readers(1) as readers:
        assert len(list(readers.read([mail(n) for n in range(70)]))) == 70
        assert sizes == [32, 32, 6]
        readers.expect(10_000)
        assert len(list(readers.read([mail(n) for n in range(70)]))) == 70
        assert sizes[3:] == [64, 6]


def test_a_few_messages_are_read_by_one_worker():
    with Readers(2) as readers:
        readers.expect(100)
        assert not [each for each in readers.read([mail(n) for n in range(100)]) if isinstance(each, Unreadable)]
        started = [worker for worker in readers._idle.queue if worker._process is not None]
        assert len(started) == 1


def test_workers_are_all_ready_where_many_messages_are_expected():
    with Readers(3) as readers:
        readers.expect(10_000)
        assert len(list(readers.read([mail(n) for n in range(600)]))) == 600


def test_who_reads_many_goes_behind_who_writes_and_who_reads_news_does_not():
    def urgency(readers: Readers) -> set[int]:
        workers = [readers._idle.get() for _ in range(2)]
        for worker in workers:
            readers._idle.put(worker)
        return {os.getpriority(os.PRIO_PROCESS, one._process.pid) for one in workers if one._process is not None}

    own = os.getpriority(os.PRIO_PROCESS, 0)
    with Readers(2) as readers:
        assert len(list(readers.read(mail(n) for n in range(100)))) == 100
        assert urgency(readers) == {own}
        assert len(list(readers.read(mail(n) for n in range(700)))) == 700
        assert min(19, own + 5) in urgency(readers)


def test_a_worker_loads_nothing_of_what_hands_out():
    loaded = subprocess.run(
        [sys.executable, "-c", "import sys, console.mail.reader; print(*sys.modules)"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split()
    assert "console.mail.parse" in loaded
    assert {"multiprocessing", "subprocess", "concurrent", "sqlalchemy", "email"}.isdisjoint(loaded)


@pytest.mark.parametrize("step", range(5))
def test_the_message_that_a_worker_is_lost_over_is_known_at_each_step(monkeypatch, step):
    """The place that was told last is the one that is worked on, whatever is done with it."""
    named = [
        (tree, "grow", lambda data, *_: data),
        (body, "read", lambda root, _: root.data),
        (quotes, "split", lambda page, _: page.text.encode()),
        (language, "guess", lambda text: text.encode()),
        (reader, "gist_of", lambda parsed: parsed.text.encode()),
    ][step]
    module, name, said = named
    genuine = getattr(module, name)
    places = []
    worked_on = []

    def watched(*args, **others):
        if b"corpo 20" in said(*args):
            worked_on.append(places[-1])
            raise ValueError
        return genuine(*args, **others)

    monkeypatch.setattr(module, name, watched)
    raws = [mail(n, f"corpo {n}") for n in range(70)]
    if step < 4:
        found = reader.read_each(raws, places.append)
        assert [n for n, one in enumerate(found) if isinstance(one, Unreadable)] == [20]
        assert found[20].reason is QuarantineReason.PARSER_FAILED
        assert found[20].detail == "ValueError: "
        assert set(places) == set(range(70))
    else:
        with pytest.raises(ValueError):
            reader.read_each(raws, places.append)
    assert worked_on == [20]


def test_progress_is_seen_by_who_shares_it():
    with tempfile.TemporaryFile() as file:
        file.truncate(reader.Progress.SIZE)
        here, there = reader.Progress(file.fileno()), reader.Progress(file.fileno())
    assert (here.told(), here.place()) == (0, 0)
    told = set()
    for place in (0, 5, 5, 31, 0):
        there.at(place)
        assert here.place() == place
        told.add(here.told())
    assert len(told) == 5
    here.clear()
    assert there.told() == 0
    here.close()
    there.close()


@pytest.mark.parametrize("long", [False, True])
def test_a_worker_understands_how_a_connection_frames(*, long: bool):
    data = pickle.dumps([b"one", b"two"])
    size = b"\xff\xff\xff\xff" + len(data).to_bytes(8) if long else len(data).to_bytes(4)
    assert reader._receive(io.BytesIO(size + data)) == [b"one", b"two"]
    for cut in (0, 3, len(size), len(size) + 5):
        with pytest.raises(EOFError):
            reader._receive(io.BytesIO((size + data)[:cut]))


@pytest.mark.slow
def test_a_message_that_was_being_read_when_all_was_stopped_is_read_once_all_goes_on():
    program = textwrap.dedent("""
        from console.mail.reading import Connection, Readers
        mail = b"From: a@example.org\\nSubject: x\\n\\nx"
        slow = mail + b"Em 02/01/2020 10:20, Ana escreveu\\numa linha de texto\\n" * 10_000  # a third of a second
        with Readers(1, seconds=4) as readers:
            list(readers.read([mail]))
            polls = Connection.poll
            Connection.poll = lambda line, seconds: print("waits", flush=True) or polls(line, seconds)
            print(*(type(each).__name__ for each in readers.read([slow])), flush=True)
    """)
    with subprocess.Popen(
        [sys.executable, "-c", program], stdout=subprocess.PIPE, text=True, start_new_session=True
    ) as process:
        assert process.stdout.readline() == "waits\n"
        os.killpg(process.pid, signal.SIGSTOP)
        time.sleep(5)  # longer than one message may take
        os.killpg(process.pid, signal.SIGCONT)
        assert process.communicate(timeout=60)[0].split()[-1] == "Parsed"
