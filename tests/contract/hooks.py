"""What schemathesis cannot make by itself from the contract."""

import json

import schemathesis
from hypothesis import strategies

BATCH = {
    "v": 1, "batch_id": "contract-text-batch-01", "session": "s", "visitor": None, "tab": "t", "seq": 0, "sent_at": 0,
    "sdk": "0", "consent": "granted", "page": {"template": "/"},
    "features": {"v": 1, "scope": "session", "values": [0, 0, 0, 1, 0, 0, 0, 0.5, 50, 0, 1, 1, 1], "observed": 8191},
    "events": [],
}

# The SDK sends its batches as text; any other text is none.
schemathesis.openapi.media_type("text/plain", strategies.just(json.dumps(BATCH).encode()))


# Levels of a body, the outermost object included.
DEPTH = 8


@schemathesis.hook
def map_body(context, body):
    """Does what the contract asks for in words: whole numbers without a fraction, and nothing nested too deep.

    Only members that no schema names go so deep.
    """

    def plain(value, levels):
        match value:
            case float() if value.is_integer():
                return int(value)
            case list() | dict() if not levels:
                return None
            case list():
                return [plain(item, levels - 1) for item in value]
            case dict():
                return {name: plain(member, levels - 1) for name, member in value.items()}
        return value

    return plain(body, DEPTH)


@schemathesis.hook
def before_load_schema(context, raw_schema):
    """Says with alternatives what an event's data is; the contract says it with conditions, and bounds every string."""
    definitions = raw_schema["components"]["schemas"]["batch-v1"]["$defs"]
    event, common = definitions["event"], definitions["event"]["properties"]
    required = event["required"]
    definitions["event"] = {
        "anyOf": [
            {
                "type": "object",
                "required": [*required, *branch["then"].get("required", [])],
                "properties": {**common, **branch["if"]["properties"], **branch["then"]["properties"]},
            }
            for branch in event["allOf"]
        ]
    }
    del definitions["bounded"]
