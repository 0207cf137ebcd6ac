"""The broker without a server: while one writes, no reader ever takes a message that is not whole."""

from __future__ import annotations

import threading
from queue import Empty

from kombu import Connection

from lms.celery import app
from lms.core.broker import Transport

MESSAGES = 400


def options(folder):
    return {
        "data_folder_in": str(folder / "queue"),
        "data_folder_out": str(folder / "queue"),
        "control_folder": str(folder / "control"),
        "store_processed": False,
    }


def drain(transport, folder) -> tuple[int, list[str]]:
    """How many messages one reader takes while another thread writes them, and what went wrong."""
    (folder / "queue").mkdir(parents=True)
    connection = {"transport": transport, "transport_options": options(folder)}
    ended, faults, taken = threading.Event(), [], 0

    def write() -> None:
        with Connection(**connection) as made:
            channel = made.channel()
            for number in range(MESSAGES):
                channel._put("default", {"number": number, "body": "x" * 3000})
        ended.set()

    writer = threading.Thread(target=write)
    writer.start()
    with Connection(**connection) as made:
        channel = made.channel()
        while True:
            was_ended = ended.is_set()
            try:
                channel._get("default")
                taken += 1
            except Empty:
                if was_ended:
                    break
            except ValueError as error:
                faults.append(str(error))
    writer.join()
    return taken, faults


def test_every_message_arrives_whole(tmp_path):
    assert drain(Transport, tmp_path) == (MESSAGES, [])
    assert list((tmp_path / "queue").iterdir()) == []


def test_it_is_the_one_the_embedded_shape_uses():
    assert Connection("filesystem://").transport_cls == "filesystem"
    assert type(app.connection_for_write("filesystem://").transport) is Transport


def test_many_bind_their_queues_at_once(tmp_path):
    offices = 8
    faults, barrier = [], threading.Barrier(offices)

    def bind(number: int) -> None:
        with Connection(transport=Transport, transport_options=options(tmp_path)) as made:
            channel = made.channel()
            barrier.wait()
            try:
                channel._queue_bind("default", "default", "", f"q{number}")
            except ValueError as error:
                faults.append(str(error))

    threads = [threading.Thread(target=bind, args=(number,)) for number in range(offices)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    with Connection(transport=Transport, transport_options=options(tmp_path)) as made:
        bound = {each.queue for each in made.channel().get_table("default")}
    assert faults == [] and bound == {f"q{number}" for number in range(offices)}
