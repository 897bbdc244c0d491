"""Clients of a Kinesis endpoint, each answer held against botocore's model of the service."""

import json
import urllib.request

import boto3
import botocore.session
from botocore.config import Config

import model

REGION = "us-east-1"
KEY = "UNSNAGTESTKEY"
SECRET = "unsnag-test-secret"

SERVICE = botocore.session.get_session().get_service_model("kinesis")


def client(url, problems=None, *, key=KEY, secret=SECRET, token=None, region=REGION, **config):
    """A real boto3 client that tries once, waits little and sends what it is told to.

    Where `problems` is a list, whatever an answer has that the model lacks, or lacks that the model has, goes there.
    """
    settings = {
        "retries": {"total_max_attempts": 1},
        "read_timeout": 20,
        "parameter_validation": False,
        **config,
    }
    made = boto3.session.Session().client(
        "kinesis",
        endpoint_url=url,
        region_name=region,
        aws_access_key_id=key,
        aws_secret_access_key=secret,
        aws_session_token=token,
        config=Config(**settings),
    )
    if problems is not None:

        def look(operation_model, response_dict, **_):
            problems.extend(model.problems(operation_model, response_dict))

        made.meta.events.register("before-parse.kinesis", look)
    return made


def code_of(call, **parameters):
    """The error code that a call ends in, or nothing."""
    try:
        call(**parameters)
    except Exception as error:
        response = getattr(error, "response", None)
        return response["Error"]["Code"] if response else type(error).__name__
    return ""


class Control:
    """The stub's own route."""

    def __init__(self, url):
        self.url = url + "/_stub/"

    def _ask(self, path, body=None):
        data = None if body is None else json.dumps(body).encode()
        with urllib.request.urlopen(urllib.request.Request(self.url + path, data=data), timeout=20) as answer:
            return answer.read().decode()

    def faults(self, *faults):
        self._ask("faults", {"faults": faults})

    def reset(self):
        self._ask("reset", {})

    def stats(self):
        return json.loads(self._ask("stats"))

    def stored(self, stream):
        """The data of all records as text, sorted."""
        lines = self._ask(f"records?stream={stream}&as=text").splitlines()
        return sorted(json.loads(line)["text"] for line in lines)
