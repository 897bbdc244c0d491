"""Answers held against a service model: botocore itself reads answers generously and checks nothing."""

import base64
import binascii
import json
import re

# What any AWS service with this protocol can answer; the model lists only what an operation adds.
COMMON = {
    "IncompleteSignatureException",
    "InternalFailure",
    "InvalidSignatureException",
    "MissingAuthenticationTokenException",
    "RequestEntityTooLargeException",
    "SerializationException",
    "UnknownOperationException",
    "UnrecognizedClientException",
    "ValidationException",
}

# Where the service itself does not keep to its model.
EXCEPTIONS = {
    # "min": 1, but the service's own examples answer 0 where nothing failed.
    ("FailedRecordCount", "min"),
    # "min": 1, but the service's own examples answer an empty list where no metric is on.
    ("ShardLevelMetrics", "min"),
}

CONTENT_TYPE = "application/x-amz-json-1.1"


def problems(operation, response):
    """Everything about an HTTP answer that the operation's model does not allow."""
    where = operation.name
    headers = {name.lower(): value for name, value in response["headers"].items()}
    found = []
    if headers.get("content-type") != CONTENT_TYPE:
        found.append(f"{where}: content type {headers.get('content-type')}")
    if not re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", headers.get("x-amzn-requestid", "")):
        found.append(f"{where}: request id {headers.get('x-amzn-requestid')}")
    body = response["body"]
    if response["status_code"] >= 300:
        return found + _error(operation, response["status_code"], headers, json.loads(body))
    if operation.output_shape is None:
        return found + ([f"{where}: a body where none belongs"] if body else [])
    return found + _value(json.loads(body), operation.output_shape, where)


def _error(operation, status, headers, body):
    where, code = operation.name, body.get("__type")
    declared = {shape.name for shape in operation.error_shapes}
    found = []
    if code not in declared | COMMON:
        found.append(f"{where}: error {code} is not declared")
    if set(body) != {"__type", "message"} or not isinstance(body["message"], str):
        found.append(f"{where}: error body {body}")
    if headers.get("x-amzn-errortype") != code:
        found.append(f"{where}: error type {headers.get('x-amzn-errortype')} beside {code}")
    expected = {"InternalFailure": 500, "RequestEntityTooLargeException": 413}.get(code, 400)
    if status != expected:
        found.append(f"{where}: {code} with status {status}")
    return found


def _value(value, shape, where):
    kind = shape.type_name
    if kind == "structure":
        if not isinstance(value, dict):
            return [f"{where}: {value!r} is no structure"]
        found = [f"{where}: {name} is missing" for name in shape.required_members if value.get(name) is None]
        found += [f"{where}: {name} is not in the model" for name in value if name not in shape.members]
        for name, member in shape.members.items():
            if value.get(name) is not None:
                found += _value(value[name], member, f"{where}.{name}")
        return found
    if kind == "list":
        if not isinstance(value, list):
            return [f"{where}: {value!r} is no list"]
        found = _range(len(value), shape, where)
        for item in value:
            found += _value(item, shape.member, f"{where}[]")
        return found
    return _scalar(value, shape, where)


def _scalar(value, shape, where):
    kind = shape.type_name
    if kind == "string":
        if not isinstance(value, str):
            return [f"{where}: {value!r} is no string"]
        found = _range(len(value), shape, where)
        if getattr(shape, "enum", None) and value not in shape.enum:
            found.append(f"{where}: {value} is not one of {shape.enum}")
        pattern = shape.metadata.get("pattern")
        if pattern and not re.fullmatch(pattern, value):
            found.append(f"{where}: {value} does not match {pattern}")
        return found
    if kind == "blob":
        try:
            return _range(len(base64.b64decode(value, validate=True)), shape, where)
        except (TypeError, binascii.Error) as error:
            return [f"{where}: {error}"]
    if kind in ("integer", "long"):
        if not isinstance(value, int) or isinstance(value, bool):
            return [f"{where}: {value!r} is no whole number"]
        return _range(value, shape, where)
    if kind == "boolean":
        return [] if isinstance(value, bool) else [f"{where}: {value!r} is no boolean"]
    if kind == "timestamp":
        return [] if isinstance(value, (int, float)) else [f"{where}: {value!r} is no timestamp"]
    return [f"{where}: a {kind} is not known to this check"]


def _range(number, shape, where):
    least, most = shape.metadata.get("min"), shape.metadata.get("max")
    name = where.rsplit(".", 1)[-1]
    found = []
    if least is not None and number < least and (name, "min") not in EXCEPTIONS:
        found.append(f"{where}: {number} is below {least}")
    if most is not None and number > most and (name, "max") not in EXCEPTIONS:
        found.append(f"{where}: {number} is above {most}")
    return found
