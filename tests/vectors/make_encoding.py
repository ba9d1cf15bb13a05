"""Vectors of `encoding`: one spelling for every value."""

from typing import Final

from tests.vectors.builder import Vector, known, refuse, success

ABOUT: Final = "Base64url, PAE, RFC 8785 JSON, identifiers, integers, times and dates, each in its one form."

B64_REFUSED: Final = {
    "padded with one equals sign": "AQI=",
    "padded with two equals signs": "AQ==",
    "the other alphabet's plus": "+__8",
    "the other alphabet's slash": "/__8",
    "a stray bit after one byte": "AR",
    "a stray bit after two bytes": "AQJ",
    "one symbol alone": "A",
    "five symbols": "AQIDB",
    "a space inside": "AQ ID",
    "a space behind": "AQID ",
    "a line feed behind": "AQID\n",
    "a line feed inside": "AQ\nID",
    "a letter from outside ASCII": "AQI\u0414",
    "a fullwidth letter": "\uff21QID",
    "a full stop": "AQ.D",
    "a zero byte": "AQID\0",
    "a lone surrogate": "AQI\ud800",
    "an equals sign in the middle": "AQ=IDAA",
    "only an equals sign": "=",
}

NOT_CANONICAL: Final[dict[str, bytes]] = {
    "nothing": b"",
    "white space before": b' {"a":1}',
    "white space after": b'{"a":1}\n',
    "white space inside": b'{"a": 1}',
    "keys in the wrong order": b'{"b":1,"a":2}',
    "a key twice": b'{"a":1,"a":1}',
    "a key twice, once escaped": b'{"a":1,"\\u0061":1}',
    "an escape that need not be": b'"\\u0061"',
    "an escaped slash": b'"\\/"',
    "an upper-case escape": b'"\\u000B"',
    "a long escape for a line feed": b'"\\u000a"',
    "an escaped letter from outside ASCII": b'"\\u00e9"',
    "an escaped surrogate pair": b'"\\ud83d\\ude00"',
    "a lone surrogate, escaped": b'"\\ud800"',
    "a lone low surrogate as a key": b'{"\\udc00":1}',
    "a surrogate as bytes": b'"\xed\xa0\x80"',
    "bytes that are not UTF-8": b'"\xff"',
    "an overlong zero": b'"\xc0\x80"',
    "a truncated character": b'"\xe2\x82"',
    "a byte order mark": b'\xef\xbb\xbf{"a":1}',
    "UTF-16": '{"a":1}'.encode("utf-16-le"),
    "a raw control character": b'"\x01"',
    "a raw tab in a string": b'"\t"',
    "minus zero": b"-0",
    "minus one": b"-1",
    "a leading zero": b"01",
    "a leading plus": b"+1",
    "a fraction": b"1.5",
    "a whole number with a fraction": b"1.0",
    "an exponent": b"1e2",
    "an exponent that is a whole number already": b"1e0",
    "2 to the 53rd": b"9007199254740992",
    "2 to the 53rd and one": b"9007199254740993",
    "a number of 4400 digits": b"9" * 4400,
    "an exponent beyond all numbers": b"1e999",
    "NaN": b"NaN",
    "Infinity": b"Infinity",
    "minus Infinity": b"-Infinity",
    "a hexadecimal number": b"0x10",
    "single quotes": b"{'a':1}",
    "a comment": b'{"a":1/**/}',
    "a comma behind": b'{"a":1,}',
    "a key without quotes": b"{a:1}",
    "an upper-case literal": b"True",
    "two values": b"1 2",
    "two objects": b'{"a":1}{"a":1}',
    "a zero byte behind": b'{"a":1}\0',
    "an open array": b"[",
    "33 arrays in each other": b"[" * 33 + b"]" * 33,
    "33 objects in each other": b'{"a":' * 32 + b"{}" + b"}" * 32,
    "2000 arrays in each other": b"[" * 2000,
}

CANONICAL: Final[dict[str, bytes]] = {
    "an empty object": b"{}",
    "an empty array": b"[]",
    "an empty string": b'""',
    "an empty key": b'{"":null}',
    "the literals": b"[true,false,null]",
    "the greatest number": b"9007199254740991",
    "zero": b"0",
    "the short escapes": b'"\\b\\t\\n\\f\\r\\"\\\\"',
    "the long escapes": b'"\\u0000\\u001f"',
    "delete and what follows are not escaped": '"\x7f\x80\u2028\ufeff"'.encode(),
    "beyond the basic plane": '"\U0001f600"'.encode(),
    # UTF-16 order: U+1F600 starts with U+D83D, so it stands before U+FB33 although its number is greater.
    "keys by UTF-16 code units": '{"1":1,"\u00f6":2,"\u20ac":3,"\U0001f600":4,"\ufb33":5}'.encode(),
    "a key called __proto__": b'{"__proto__":{"a":1},"constructor":1}',
    "keys that look like numbers": b'{"10":1,"2":2,"a":3}',
    "32 arrays in each other": b"[" * 32 + b"]" * 32,
    "not normalised": '"A\u030a"'.encode(),
}

TIMES_REFUSED: Final = {
    "no Z": "2031-05-06T07:08:09",
    "an offset": "2031-05-06T07:08:09+00:00",
    "a lower-case z": "2031-05-06T07:08:09z",
    "a lower-case t": "2031-05-06t07:08:09Z",
    "a space for the T": "2031-05-06 07:08:09Z",
    "fractions": "2031-05-06T07:08:09.0Z",
    "no seconds": "2031-05-06T07:08Z",
    "a leap second": "2030-12-31T23:59:60Z",
    "second 61": "2030-12-31T23:59:61Z",
    "minute 60": "2031-05-06T07:60:09Z",
    "hour 24": "2031-05-06T24:00:00Z",
    "the 30th of February": "2031-02-30T07:08:09Z",
    "the 29th of February in another year": "2031-02-29T07:08:09Z",
    "month 13": "2031-13-06T07:08:09Z",
    "month 0": "2031-00-06T07:08:09Z",
    "day 0": "2031-05-00T07:08:09Z",
    "one digit": "2031-5-06T07:08:09Z",
    "five digits": "12031-05-06T07:08:09Z",
    "the year 1999": "1999-12-31T23:59:59Z",
    "the year 3000": "3000-01-01T00:00:00Z",
    "the year 0": "0000-01-01T00:00:00Z",
    "a line feed behind": "2031-05-06T07:08:09Z\n",
    "a space before": " 2031-05-06T07:08:09Z",
    "digits from another script": "203\u0661-05-06T07:08:09Z",
    "a date": "2031-05-06",
    "nothing": "",
}

DATES_REFUSED: Final = {
    "the 31st of April": "2031-04-31",
    "the 29th of February in another year": "2031-02-29",
    "month 13": "2031-13-01",
    "day 0": "2031-05-00",
    "no hyphens": "20310506",
    "a week": "2031-W19-2",
    "a day of the year": "2031-126",
    "slashes": "2031/05/06",
    "one digit": "2031-5-6",
    "the year 1999": "1999-12-31",
    "the year 3000": "3000-01-01",
    "a line feed behind": "2031-05-06\n",
    "a time": "2031-05-06T07:08:09Z",
    "digits from another script": "203\u0661-05-06",
    "nothing": "",
}

NOT_TEXT: Final[dict[str, object]] = {
    "a number": 1,
    "null": None,
    "a boolean": True,
    "an array": ["AQID"],
    "an object": {},
}


def vectors() -> list[Vector]:
    """Every vector of this module."""
    return [*_b64(), *_pae(), *_canonical(), *_ids(), *_integers(), *_times(), *_dates()]


def _b64() -> list[Vector]:
    encoded = "encoding.b64", "encoding.unb64"
    samples = {
        "no bytes": b"",
        "one byte": b"\1",
        "two bytes": b"\1\2",
        "three bytes": b"\1\2\3",
        "all ones": b"\xff" * 4,
    }
    return [
        *(success(f"b64: {name}", encoded[0], data=data) for name, data in samples.items()),
        known("b64: the two symbols of its own", encoded[0], "-_-_", data=b"\xfb\xff\xbf"),
        known("unb64: the two symbols of its own", encoded[1], b"\xfb\xff\xbf", text="-_-_"),
        known("unb64: nothing", encoded[1], b"", text=""),
        known("unb64: of the size wanted", encoded[1], b"\1\2\3", text="AQID", size=3),
        *(refuse(f"unb64: {name}", encoded[1], "bad-base64", text=text) for name, text in B64_REFUSED.items()),
        *(refuse(f"unb64: {name} in place of text", encoded[1], "bad-base64", text=v) for name, v in NOT_TEXT.items()),
        refuse("unb64: a byte too few", encoded[1], "bad-length", text="AQI", size=3),
        refuse("unb64: a byte too many", encoded[1], "bad-length", text="AQIDBA", size=3),
        refuse("unb64: nothing where bytes are wanted", encoded[1], "bad-length", text="", size=32),
    ]


def _pae() -> list[Vector]:
    # The example of the DSSE specification, protocol.md of secure-systems-lab/dsse.
    example = b"DSSEv1 29 http://example.com/HelloWorld 11 hello world"
    pae = "encoding.pae"
    return [
        known("pae: the example of DSSE", pae, example, type="http://example.com/HelloWorld", message=b"hello world"),
        known("pae: nothing", pae, b"DSSEv1 0  0 ", type="", message=b""),
        known("pae: lengths count bytes", pae, "DSSEv1 2 é 3 €".encode(), type="é", message="€".encode()),
    ]


def _canonical() -> list[Vector]:
    parse, write = "encoding.parse_canonical", "encoding.canonical"
    return [
        *(success(f"parse_canonical: {name}", parse, data=data) for name, data in CANONICAL.items()),
        *(refuse(f"parse_canonical: {name}", parse, "not-canonical", data=d) for name, d in NOT_CANONICAL.items()),
        known(
            "canonical: sorts keys",
            write,
            b'{"a":{"c":[1,true,null],"d":""},"b":"\xc3\xa9"}',
            value={"b": "é", "a": {"d": "", "c": [1, True, None]}},
        ),
        refuse("canonical: a fraction", write, "bad-json", value=1.5),
        refuse("canonical: a negative number", write, "bad-json", value=[-1]),
        refuse("canonical: a number too great", write, "bad-json", value={"a": 2**53}),
        refuse("canonical: a lone surrogate", write, "bad-json", value="\udc00"),
        refuse("canonical: a lone surrogate in a key", write, "bad-json", value={"\ud800": 1}),
        refuse("canonical: 33 arrays in each other", write, "bad-json", value=_nested(33)),
    ]


def _nested(depth: int) -> list[object]:
    value: list[object] = []
    for _ in range(depth - 1):
        value = [value]
    return value


def _ids() -> list[Vector]:
    check = "encoding.check_id"
    good = "AAECAwQFBgcICQoLDA0ODw"
    return [
        known("check_id: an id", check, good, value=good),
        refuse("check_id: 15 bytes", check, "bad-id", value=good[:20]),
        refuse("check_id: 17 bytes", check, "bad-id", value=f"{good[:-1]}wA"),
        refuse("check_id: padded", check, "bad-id", value=f"{good}=="),
        refuse("check_id: a stray bit", check, "bad-id", value=f"{good[:-1]}x"),
        refuse("check_id: nothing", check, "bad-id", value=""),
        *(refuse(f"check_id: {name}", check, "bad-id", value=value) for name, value in NOT_TEXT.items()),
    ]


def _integers() -> list[Vector]:
    le64, be32 = "encoding.le64", "encoding.be32"
    return [
        known("le64: one", le64, b"\1" + bytes(7), number=1),
        known("le64: the greatest", le64, b"\xff" * 6 + b"\x1f\0", number=2**53 - 1),
        known("be32: one", be32, b"\0\0\0\1", number=1),
        known("be32: the greatest", be32, b"\xff" * 4, number=2**32 - 1),
        refuse("le64: 2 to the 53rd", le64, "bad-integer", number=2**53),
        refuse("le64: negative", le64, "bad-integer", number=-1),
        refuse("le64: text", le64, "bad-integer", number="1"),
        refuse("be32: 2 to the 32nd", be32, "bad-integer", number=2**32),
        refuse("be32: negative", be32, "bad-integer", number=-1),
        refuse("be32: a fraction", be32, "bad-integer", number=1.5),
        refuse("be32: a boolean", be32, "bad-integer", number=True),
        refuse("be32: null", be32, "bad-integer", number=None),
    ]


def _times() -> list[Vector]:
    parse, write = "encoding.parse_time", "encoding.format_time"
    return [
        known("parse_time: a time", parse, 1_935_990_489, text="2031-05-08T07:08:09Z"),
        known("parse_time: the first", parse, 946_684_800, text="2000-01-01T00:00:00Z"),
        known("parse_time: the last", parse, 32_503_679_999, text="2999-12-31T23:59:59Z"),
        success("parse_time: the 29th of February in a leap year", parse, text="2032-02-29T07:08:09Z"),
        *(refuse(f"parse_time: {name}", parse, "bad-time", text=text) for name, text in TIMES_REFUSED.items()),
        *(refuse(f"parse_time: {name} in place of text", parse, "bad-time", text=v) for name, v in NOT_TEXT.items()),
        known("format_time: a time", write, "2031-05-08T07:08:09Z", seconds=1_935_990_489),
        known("format_time: a fraction is cut off", write, "2000-01-01T00:00:00Z", seconds=946_684_800.999),
        refuse("format_time: before 2000", write, "bad-time", seconds=946_684_799),
        refuse("format_time: after 2999", write, "bad-time", seconds=32_503_680_000),
    ]


def _dates() -> list[Vector]:
    parse, write = "encoding.parse_date", "encoding.format_date"
    return [
        known("parse_date: a date", parse, 1_935_964_800, text="2031-05-08"),
        success("parse_date: the 29th of February in a leap year", parse, text="2032-02-29"),
        *(refuse(f"parse_date: {name}", parse, "bad-date", text=text) for name, text in DATES_REFUSED.items()),
        *(refuse(f"parse_date: {name} in place of text", parse, "bad-date", text=v) for name, v in NOT_TEXT.items()),
        known("format_date: a date", write, "2031-05-08", seconds=1_935_964_800),
        refuse("format_date: before 2000", write, "bad-date", seconds=946_684_799),
        refuse("format_date: after 2999", write, "bad-date", seconds=32_503_680_000),
    ]
