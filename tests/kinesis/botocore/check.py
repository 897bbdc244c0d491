"""Holds a running Kinesis stub against botocore's model, real boto3, and moto.

usage: check.py URL TEMPORARY_URL

URL is a stub with its usual credentials and the stream `unsnag`; TEMPORARY_URL one whose credentials need the session
token `unsnag-test-token`. Prints a line for each part; exit code 1 if one fails.
"""

import socket
import subprocess
import sys
import time
import traceback
import urllib.request
from datetime import timedelta
from unittest import mock

import botocore.auth
from botocore import UNSIGNED
from botocore.exceptions import ConnectionClosedError, ReadTimeoutError

import aws
import differences
import scenario

STREAM = "unsnag"
TOKEN = "unsnag-test-token"
MOTO_START_S = 60
# What the stub's own clock allows is 5 min.
CLOCKS = [(-6, "InvalidSignatureException"), (-4, ""), (4, ""), (6, "InvalidSignatureException")]
THROTTLED = "ProvisionedThroughputExceededException"


def put(client, *words):
    records = [{"Data": word.encode(), "PartitionKey": word} for word in words]
    return client.put_records(StreamName=STREAM, Records=records)


def equal(got, expected, what):
    assert got == expected, f"{what}: got {got!r}, expected {expected!r}"


def answers_match_the_model(url, _):
    """Every answer of the scenario, good and bad, has the shapes and codes of botocore's model."""
    problems = []
    scenario.run(aws.client(url, problems))
    equal(problems, [], "what the model does not allow")


def faults_reach_boto3(url, _):
    """Each fault is, to real boto3, what it is with the real service."""
    control = aws.Control(url)
    control.reset()
    problems = []
    once = aws.client(url, problems)

    control.faults({"what": "throttle", "times": 1})
    equal(aws.code_of(lambda: put(once, "a")), THROTTLED, "throttle")
    control.faults({"what": "error500", "times": 1})
    equal(aws.code_of(lambda: put(once, "a")), "InternalFailure", "error500")
    equal(control.stored(STREAM), [], "nothing is stored so far")

    control.faults({"what": "throttle", "times": 1}, {"what": "error500", "times": 1})
    stubborn = aws.client(url, problems, retries={"total_max_attempts": 3, "mode": "standard"})
    equal(put(stubborn, "a")["FailedRecordCount"], 0, "boto3 retries both")

    control.faults({"what": "partial", "times": 1, "every": 2})
    answer = put(once, "b", "c", "d", "e")
    equal(answer["FailedRecordCount"], 2, "partial")
    codes = [record.get("ErrorCode") for record in answer["Records"]]
    equal(codes, [None, THROTTLED, None, "InternalFailure"], "partial, record by record")
    equal(control.stored(STREAM), ["a", "b", "d"], "what partial stored")

    control.faults({"what": "cut_before", "times": 1}, {"what": "cut_after", "times": 1})
    for fault in ["cut_before", "cut_after"]:
        equal(aws.code_of(lambda fault=fault: put(once, fault)), ConnectionClosedError.__name__, fault)
    control.faults({"what": "slow", "times": 1, "ms": 300})
    start = time.monotonic()
    put(once, "slow")
    assert time.monotonic() - start >= 0.3, "slow waits"
    control.faults({"what": "timeout_after_apply", "times": 1, "ms": 60_000})
    hasty = aws.client(url, problems, read_timeout=1)
    equal(aws.code_of(lambda: put(hasty, "late")), ReadTimeoutError.__name__, "timeout_after_apply")
    equal(control.stored(STREAM), ["a", "b", "cut_after", "d", "late", "slow"], "what all of them stored")
    struck = {"throttle": 2, "error500": 2, "partial": 1, "cut_before": 1, "cut_after": 1, "slow": 1}
    equal(control.stats()["faults"], {**struck, "timeout_after_apply": 1}, "counts")
    equal(problems, [], "what the model does not allow")
    control.reset()


def signatures_are_checked(url, temporary):
    """Botocore's own signatures are taken; each way to spoil one has the code of the real service."""
    problems = []

    def code(url=url, **settings):
        return aws.code_of(aws.client(url, problems, **settings).list_streams)

    equal(code(), "", "botocore's signature")
    equal(code(secret="wrong"), "InvalidSignatureException", "another secret")
    equal(code(key="OTHER"), "UnrecognizedClientException", "another key")
    equal(code(region="eu-west-1"), "InvalidSignatureException", "another region")
    equal(code(signature_version=UNSIGNED), "MissingAuthenticationTokenException", "no signature")
    equal(code(token="any"), "UnrecognizedClientException", "a token nobody gave")
    equal(code(temporary, token=TOKEN), "", "temporary credentials")
    equal(code(temporary), "UnrecognizedClientException", "temporary credentials without their token")
    equal(code(temporary, token="other"), "UnrecognizedClientException", "temporary credentials with another token")
    now = botocore.auth.get_current_datetime
    for minutes, expected in CLOCKS:
        off = timedelta(minutes=minutes)
        with mock.patch.object(botocore.auth, "get_current_datetime", lambda off=off: now() + off):
            equal(code(), expected, f"a clock that is {minutes} min off")
    equal(problems, [], "what the model does not allow")


def agrees_with_moto(url, _):
    """The same client finds the same facts at moto, but for the differences that are listed with their reasons."""
    own = scenario.run(aws.client(url))
    with Moto() as moto:
        other = scenario.run(aws.client(moto.url))
    equal(sorted(other), sorted(own), "the facts that were found")
    wrong = []
    for fact, value in own.items():
        listed = differences.KNOWN.get(fact)
        expected = listed[:2] if listed else (value, value)
        if (value, other[fact]) != expected:
            wrong.append(f"{fact}: stub {value!r}, moto {other[fact]!r}, listed {listed!r}")
    wrong += [f"{fact}: listed, but nobody looked" for fact in differences.KNOWN if fact not in own]
    assert not wrong, "\n".join(wrong)
    print(f"     {len(own)} facts, {len(differences.KNOWN)} of them differ as listed")


class Moto:
    """moto's server on a free port, for as long as it is needed."""

    def __enter__(self):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        self.url = f"http://127.0.0.1:{port}"
        command = [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)]
        self.process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        until = time.monotonic() + MOTO_START_S
        while True:
            try:
                urllib.request.urlopen(self.url + "/moto-api/", timeout=5).close()
                return self
            except OSError:
                if self.process.poll() is not None or time.monotonic() > until:
                    self.__exit__()
                    raise RuntimeError(f"moto does not listen on {self.url}") from None
                time.sleep(0.1)

    def __exit__(self, *_):
        self.process.terminate()
        try:
            self.process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def main():
    _, url, temporary = sys.argv
    failed = False
    for part in [answers_match_the_model, faults_reach_boto3, signatures_are_checked, agrees_with_moto]:
        try:
            part(url, temporary)
            print(f"ok   {part.__name__}")
        except Exception:
            failed = True
            print(f"FAIL {part.__name__}\n{traceback.format_exc()}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
