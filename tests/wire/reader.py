"""Reads one direction of a session as docs/wire.md describes it, and prints its messages as JSON.

Written from that page alone, with nothing but the standard library: what it cannot read, the page does not
say.

    reader.py BYTES
"""
import json
import struct
import sys

HEADER = struct.Struct("<IBBHQ")
CALL_HEAD = struct.Struct("<QQQQIHH")
PIECE, BODY, UNFINISHED, BODIES = 65536, 67108864, 268435456, 1024
KINDS = {1: "hello", 2: "welcome", 3: "refuse", 4: "ping", 5: "pong", 6: "goodbye", 16: "call", 17: "reply",
         18: "failure", 19: "cancel", 20: "moved", 32: "drop", 33: "settled", 34: "forget",
         35: "signature"}
ERRORS = ["", "failed", "unreachable", "dead", "deadline", "cancelled", "refused", "overloaded", "invalid"]
ROLES = {1: "app", 2: "worker", 3: "agent"}
REFERENCE = 51001
FORMS = ["writers_own", "readers_own", "of_another", "permanent"]
ITEMS = [3, 3, 6, 4]
NESTING = 64
MASK = (1 << 64) - 1


class Refused(Exception):
    """What a reader must refuse."""


def check(held, text):
    if not held:
        raise Refused(text)


def signature_id(text):
    h = 0xcbf29ce484222325
    for byte in text.encode():
        h = (h ^ byte) * 0x100000001b3 & MASK
    for factor in (0xff51afd7ed558ccd, 0xc4ceb9fe1a85ec53):
        h ^= h >> 33
        h = h * factor & MASK
    h ^= h >> 33
    return h or 1


class Cbor:
    """Reads items from the front of some bytes."""

    def __init__(self, data, references=False):
        self.data, self.at, self.references = data, 0, references

    def take(self, size):
        check(size <= len(self.data) - self.at, "cut off")
        self.at += size
        return self.data[self.at - size:self.at]

    def head(self):
        first = self.take(1)[0]
        major, info = first >> 5, first & 31
        check(info < 28, "an item of indefinite length, or a reserved one")
        number = info if info < 24 else int.from_bytes(self.take(1 << (info - 24)), "big")
        return major, info, number

    def item(self, depth=0):
        check(depth <= NESTING, "nested too deep")
        major, info, number = self.head()
        if major == 0:
            return number
        if major == 1:
            return -1 - number
        if major == 2:
            data = self.take(number)
            return {"bytes": data.hex()} if number <= 64 else {"length": number}
        if major == 3:
            return self.take(number).decode()
        if major == 4:
            check(number <= len(self.data) - self.at, "cut off")
            return [self.item(depth + 1) for _ in range(number)]
        if major == 5:
            check(2 * number <= len(self.data) - self.at, "cut off")
            return [[self.item(depth + 1), self.item(depth + 1)] for _ in range(number)]
        if major == 6:
            inner = self.item(depth + 1)
            return self.reference(inner) if number == REFERENCE else {"tag": number, "value": inner}
        if info in (20, 21):
            return info == 21
        if info in (22, 23):
            return None
        check(info in (25, 26, 27), "an unknown simple value")
        layout = {25: ">e", 26: ">f", 27: ">d"}[info]
        return struct.unpack(layout, number.to_bytes(struct.calcsize(layout), "big"))[0]

    def reference(self, fields):
        check(self.references, "a reference in a message without the flag")
        known = isinstance(fields, list) and fields and fields[0] in range(len(FORMS))
        check(known and len(fields) == ITEMS[fields[0]], "a reference of an unknown form")
        out = {"reference": FORMS[fields[0]], "object": fields[1], "interface": fields[2]}
        if fields[0] == 2:
            check(len(fields[5]) <= 16, "too many givers")
            out.update(handover=fields[4], givers=fields[5])
        if fields[0] >= 2:
            out.update(owner=address(fields[3]))
        return out

    def whole(self):
        value = self.item()
        check(self.at == len(self.data), "something is left over")
        return value


def fields(values, names):
    check(isinstance(values, list), "expected a struct")
    return dict(zip(names, values))


def address(values):
    out = fields(values, ["id", "incarnation", "host", "pid", "agent", "endpoint"])
    out["id"] = out["id"][0]
    return out


def hello(body):
    check(len(body) >= 16 and body[:4] == b"CIRC", "not Circuit's protocol")
    low, high, features = struct.unpack_from("<HHQ", body, 4)
    check(low <= 1 <= high, "another version")
    out = fields(Cbor(body[16:]).whole(), ["address", "role", "body_limit", "call_limit"])
    out["address"] = address(out["address"])
    check(out["address"]["id"] != 0, "no id")
    check(out["role"] in ROLES, "an unknown role")
    out["role"] = ROLES[out["role"]]
    return {"versions": [low, high], "features": features, **out}


def failure(body):
    out = fields(Cbor(body).whole(), ["error", "text", "type", "may_have_run"])
    out["error"] = ERRORS[out["error"]] if 0 < out["error"] < len(ERRORS) else "failed"
    return out


def call(body, references):
    check(len(body) >= CALL_HEAD.size, "a call that is cut off")
    names = ["object", "method", "chain", "parent", "remaining_ms", "depth"]
    *values, flags = CALL_HEAD.unpack_from(body)
    check(flags & ~3 == 0, "unknown flags set")
    arguments = Cbor(body[CALL_HEAD.size:], references).whole()
    check(isinstance(arguments, list), "expected the array of arguments")
    return {**dict(zip(names, values)), "to_result": bool(flags & 1), "keep_result": bool(flags & 2),
            "arguments": arguments}


def meaning(kind, body, references):
    if kind in ("hello", "welcome"):
        return hello(body)
    if kind in ("refuse", "failure"):
        return failure(body)
    if kind == "call":
        return call(body, references)
    if kind == "reply":
        return {"result": Cbor(body, references).whole()}
    if kind == "signature":
        text = Cbor(body).whole()
        check(isinstance(text, str), "expected the text of a signature")
        return {"signature": text}
    if kind == "drop":
        return {"drops": [fields(drop, ["object", "count"]) for drop in Cbor(body).whole()]}
    check(not body, "a body where none belongs")
    return {}


def messages(stream):
    """The messages of one direction in the order in which they are complete."""
    at, unfinished = 0, {}
    while at < len(stream):
        check(len(stream) - at >= HEADER.size, "a frame that is cut off")
        length, number, flags, reserved, call_id = HEADER.unpack_from(stream, at)
        check(length <= PIECE, "a frame that is too long")
        check(number in KINDS, "an unknown kind")
        check(flags & ~3 == 0 and reserved == 0, "reserved bits set")
        check(len(stream) - at - HEADER.size >= length, "a frame that is cut off")
        piece = stream[at + HEADER.size:at + HEADER.size + length]
        at += HEADER.size + length
        more, references, key = bool(flags & 1), bool(flags & 2), (number, call_id)
        if more:
            pieces = unfinished.setdefault(key, [])
            pieces.append(piece)
            check(sum(map(len, pieces)) <= BODY, "a body that is too long")
            check(len(unfinished) <= BODIES, "too many unfinished bodies")
            check(sum(len(p) for ps in unfinished.values() for p in ps) <= UNFINISHED, "too much unfinished")
            continue
        pieces = unfinished.pop(key, []) + [piece]
        kind = KINDS[number]
        yield {"kind": kind, "call": call_id, "pieces": len(pieces),
               **meaning(kind, b"".join(pieces), references)}
    check(not unfinished, "a body without its end")


def main():
    with open(sys.argv[1], "rb") as file:
        json.dump(list(messages(file.read())), sys.stdout, indent=1)


if __name__ == "__main__":
    main()
