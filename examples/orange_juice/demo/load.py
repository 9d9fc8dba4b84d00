"""Clients that ask the target all the time and keep what they were told."""

import collections
import http.client
import json
import threading
import time

CLIENTS = 8
RATE = 40  # requests a second of each client
BULK_CLIENTS = 3  # each asks for BULK_ROWS predictions at once, again and again
BULK_ROWS = 2000

Answer = collections.namedtuple("Answer", "at done question status revision body error")


class Load:
    """CLIENTS and BULK_CLIENTS keep-alive connections; no request is ever sent twice. The last of the questions
    is that of the bulk clients."""

    def __init__(self, port, questions):
        self._port = port
        self._questions = questions
        self._stop = threading.Event()
        self._answers = [[] for _ in range(CLIENTS + BULK_CLIENTS)]
        self._threads = [threading.Thread(target=self._client if i < CLIENTS else self._bulk_client, args=(i,))
                         for i in range(CLIENTS + BULK_CLIENTS)]
        self.began = self.ended = 0.0

    def __enter__(self):
        self.began = time.monotonic()
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self._stop.set()
        for thread in self._threads:
            thread.join()
        self.ended = time.monotonic()

    def answers(self):
        return [answer for answers in self._answers for answer in answers]

    def lost(self):
        return [answer for answer in self.answers() if answer.status != 200]

    def rate(self):
        return len(self.answers()) / (self.ended - self.began)

    def _client(self, number):
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=10)
        due, at = time.monotonic(), number
        while not self._stop.is_set():
            self._answers[number].append(self._ask(connection, at % (len(self._questions) - 1)))
            at += 1
            due = max(due + 1 / RATE, time.monotonic() - 1)
            self._stop.wait(max(0, due - time.monotonic()))
        connection.close()

    def _bulk_client(self, number):
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=30)
        while not self._stop.is_set():
            self._answers[number].append(self._ask(connection, len(self._questions) - 1))
        connection.close()

    def _ask(self, connection, question):
        at = time.monotonic()
        try:
            connection.request("POST", "/invocations", self._questions[question], {"Content-Type": "application/json"})
            answer = connection.getresponse()
            body = answer.read()
            return Answer(at, time.monotonic(), question, answer.status, answer.headers.get("x-sluice-revision"), body,
                          None)
        except (OSError, http.client.HTTPException) as error:
            connection.close()
            return Answer(at, time.monotonic(), question, 0, None, b"", f"{type(error).__name__}: {error}")


def questions(rows):
    """One request body for each row, and one for BULK_ROWS of them."""
    many = [rows[i % len(rows)] for i in range(BULK_ROWS)]
    return [json.dumps({"dataframe_records": asked}) for asked in ([[row] for row in rows] + [many])]
