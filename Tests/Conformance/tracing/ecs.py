"""Those fields of Elastic Common Schema 8.11 that a pod writes, with their types and allowed values.

Names, types and values are those of github.com/elastic/ecs, generated/ecs/ecs_flat.yml; `problem`
says what is wrong with a field, and finds fields in ECS's own name spaces that ECS does not have.
"""

import datetime
import ipaddress
import re

KEYWORD, TEXT, LONG, DATE, IP, KEYWORDS = "keyword", "match_only_text", "long", "date", "ip", "[]"

FIELDS = {
    "@timestamp": DATE,
    "message": TEXT,
    "ecs.version": KEYWORD,
    "log.level": KEYWORD,
    "log.logger": KEYWORD,
    "event.action": KEYWORD,
    "event.category": KEYWORDS,
    "event.dataset": KEYWORD,
    "event.duration": LONG,
    "event.end": DATE,
    "event.kind": KEYWORD,
    "event.outcome": KEYWORD,
    "event.start": DATE,
    "event.type": KEYWORDS,
    "service.name": KEYWORD,
    "service.version": KEYWORD,
    "service.environment": KEYWORD,
    "service.node.name": KEYWORD,
    "trace.id": KEYWORD,
    "span.id": KEYWORD,
    "transaction.id": KEYWORD,
    "client.address": KEYWORD,
    "client.bytes": LONG,
    "client.ip": IP,
    "client.port": LONG,
    "client.user.name": KEYWORD,
    "server.bytes": LONG,
    "tls.client.subject": KEYWORD,
    "tls.client.hash.sha256": KEYWORD,
    "error.code": KEYWORD,
    "error.message": TEXT,
    "error.type": KEYWORD,
    "http.version": KEYWORD,
    "url.path": KEYWORD,
    "user_agent.original": KEYWORD,
}

VALUES = {
    "event.kind": {"alert", "asset", "enrichment", "event", "metric", "state", "signal"},
    "event.category": {"api", "authentication", "configuration", "database", "network", "web"},
    "event.type": {"access", "allowed", "denied", "end", "error", "info", "protocol", "start"},
    "event.outcome": {"failure", "success", "unknown"},
}

# First parts of names that belong to ECS.
RESERVED = {name.split(".")[0] for name in FIELDS}


def problem(name: str, value) -> str | None:
    """What is wrong with a field, if anything."""
    kind = FIELDS.get(name)
    if kind is None:
        # Names of one's own are allowed where ECS has none.
        return f"{name} is no field of ECS" if name.split(".")[0] in RESERVED else None
    if not _fits(kind, value):
        return f"{name} is {value!r}, no {kind}"
    allowed = VALUES.get(name)
    values = value if isinstance(value, list) else [value]
    if allowed and not set(values) <= allowed:
        return f"{name} is {value!r}, none of {sorted(allowed)}"
    return None


def _fits(kind: str, value) -> bool:
    if kind == LONG:
        return isinstance(value, int) and -(2**63) <= value < 2**63
    if kind == KEYWORDS:
        return isinstance(value, list) and all(isinstance(one, str) for one in value)
    if not isinstance(value, str):
        return False
    try:
        if kind == DATE:
            moment = datetime.datetime.fromisoformat(value)
            return bool(re.fullmatch(r"[-0-9T:.]+Z", value)) and moment.tzinfo is not None
        if kind == IP:
            ipaddress.ip_address(value)
    except ValueError:
        return False
    return True
