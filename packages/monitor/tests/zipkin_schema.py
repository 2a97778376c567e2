"""The model of a span in the Zipkin API (zipkin2-api.yaml), made strict."""

from typing import Any

_ENDPOINT = {
    "type": "object",
    "properties": {
        "serviceName": {"type": "string", "minLength": 1},
        "ipv4": {"type": "string", "format": "ipv4"},
        "ipv6": {"type": "string", "format": "ipv6"},
        "port": {"type": "integer", "minimum": 0, "maximum": 65535},
    },
    "additionalProperties": False,
}
SPANS: dict[str, Any] = {
    "type": "array",
    "items": {
        "type": "object",
        "required": ["traceId", "id", "name", "timestamp", "duration", "localEndpoint"],
        "properties": {
            "traceId": {"type": "string", "pattern": "^(?!0+$)([0-9a-f]{16}|[0-9a-f]{32})$"},
            "id": {"type": "string", "pattern": "^(?!0+$)[0-9a-f]{16}$"},
            "parentId": {"type": "string", "pattern": "^(?!0+$)[0-9a-f]{16}$"},
            "name": {"type": "string", "minLength": 1},
            "kind": {"enum": ["CLIENT", "SERVER", "PRODUCER", "CONSUMER"]},
            "timestamp": {"type": "integer", "minimum": 1},
            "duration": {"type": "integer", "minimum": 1},
            "debug": {"type": "boolean"},
            "shared": {"type": "boolean"},
            "localEndpoint": _ENDPOINT,
            "remoteEndpoint": _ENDPOINT,
            "annotations": {
                "type": "array",
                "items": {
                    "type": "object",
                    "properties": {"timestamp": {"type": "integer"}, "value": {"type": "string"}},
                },
            },
            "tags": {"type": "object", "additionalProperties": {"type": "string"}},
        },
        "additionalProperties": False,
    },
}
