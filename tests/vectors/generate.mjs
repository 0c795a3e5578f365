// Writes vectors.json: messages as `JSON.stringify` and msgpackr really write them, and which of them are refused.

import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { pack } from "msgpackr";

/**
 * What there is to read, each `{ name, message, json, only, means, refused }`: the JavaScript value, the value that
 * stands for it in JSON, the one format that it can be sent in, what it is once it was read (unknown fields gone, say), and
 * why it must be refused.
 */
export const cases = [];

function reads(name, message, { means = message, json = message, only } = {}) {
  cases.push({ name, message, json, only, means });
}

function refuses(name, message, code, path, only) {
  cases.push({ name, message, json: message, only, refused: { code, path } });
}

/** A field `value` of that type. */
const of = (type, value) => ({ type, value });
const wrong = (name, type, value, path = "value", only) =>
  refuses(`${type}: ${name}`, of(type, value), "invalid", path, only);
const right = (name, type, value, more) => reads(`${type}: ${name}`, of(type, value), more);
/** JavaScript sends it, but could not read it back exactly. */
const large = (name, type, value, only) => refuses(`${type}: ${name}`, of(type, value), "number", "value", only);
/** A value as a name. */
const show = value => value === undefined || Number.isNaN(value) ? `${value}` : JSON.stringify(value);
const times = (count, make) => Array.from({ length: count }, (_, n) => make(n));

// Booleans.
for (const value of [true, false]) right(`${value}`, "bool", value);
for (const value of [0, 1, "true", null, [], {}]) wrong(show(value), "bool", value);

// Integers, at their bounds and one past them.
const WIDTHS = { i8: 7, i16: 15, i32: 31, u8: 8, u16: 16, u32: 32 };
for (const [type, bits] of Object.entries(WIDTHS)) {
  const least = type.startsWith("i") ? -(2 ** bits) : 0;
  const most = 2 ** bits - 1;
  right(`the least, ${least}`, type, least);
  right(`the most, ${most}`, type, most);
  right("minus zero", type, -0);
  right("a BigInt", type, 5n, { only: "msgpack" });
  wrong(`one too small, ${least - 1}`, type, least - 1);
  wrong(`one too large, ${most + 1}`, type, most + 1);
  wrong("a BigInt, one too large", type, BigInt(most) + 1n, "value", "msgpack");
  wrong("a fraction", type, 1.5);
}
const EDGES = {
  "2^5 - 1": 31, "2^5": 32, "2^7 - 1": 127, "2^7": 128, "2^8 - 1": 255, "2^8": 256, "2^16 - 1": 65535, "2^16": 65536,
  "2^31 - 1": 2 ** 31 - 1, "2^31": 2 ** 31, "2^32 - 1": 2 ** 32 - 1, "2^32": 2 ** 32, "2^32 + 1": 2 ** 32 + 1,
  "now": 1764000000000, "2^53 - 1": Number.MAX_SAFE_INTEGER, "2^53": 2 ** 53,
};
for (const [name, value] of Object.entries(EDGES)) {
  right(name, "u64", value);
  right(name, "i64", value);
  right(`-(${name})`, "i64", -value);
}
for (const type of ["i64", "u64"]) {
  large("2^53 + 2", type, 2 ** 53 + 2);
  // Above 2^53, JSON.stringify rounds to what JavaScript reads back: 1152921504606847000, which is another integer.
  large("2^60, rounded by JSON.stringify", type, 2 ** 60, "json");
  large("2^60, a float", type, 2 ** 60, "msgpack");
  right("a BigInt, 5", type, 5n, { only: "msgpack" });
  right("a BigInt, 2^33", type, 2n ** 33n, { only: "msgpack" });
  right("a BigInt, 2^53", type, 2n ** 53n, { only: "msgpack" });
  large("a BigInt, 2^53 + 1", type, 2n ** 53n + 1n, "msgpack");
  large("a BigInt, 2^60", type, 2n ** 60n, "msgpack");
  right("minus zero", type, -0);
  large("1e+21", type, 1e21);
  for (const value of [0.5, -1.5, NaN, Infinity, -Infinity]) wrong(`${value}`, type, value);
  for (const value of ["5", true, null, [], {}]) wrong(show(value), type, value);
}
right("a BigInt, -5", "i64", -5n, { only: "msgpack" });
right("a BigInt, -(2^33)", "i64", -(2n ** 33n), { only: "msgpack" });
large("a BigInt, the least", "i64", -(2n ** 63n), "msgpack");
large("a BigInt, the most", "i64", 2n ** 63n - 1n, "msgpack");
large("the least, -(2^63)", "i64", -(2 ** 63));
large("a BigInt, the most", "u64", 2n ** 64n - 1n, "msgpack");
large("2^63", "i64", 2 ** 63);
large("a BigInt, 2^63", "i64", 2n ** 63n, "msgpack");
large("less than -(2^63)", "i64", -(2 ** 63) - 2048);
large("2^64", "u64", 2 ** 64);
wrong("-1", "u64", -1);
wrong("-(2^32)", "u64", -(2 ** 32));
wrong("a BigInt, -1", "u64", -1n, "value", "msgpack");
for (const type of ["u8", "i32"]) wrong("2^32, a float", type, 2 ** 32);

// Other numbers.
const FLOATS = {
  "0": 0, "minus zero": -0, "1": 1, "-1": -1, "1.5": 1.5, "0.1": 0.1, "0.1 + 0.2": 0.1 + 0.2, "-1e-7": -1e-7, "1e21": 1e21,
  "1e20": 1e20, "pi": Math.PI, "2^32": 2 ** 32, "2^32 + 0.5": 2 ** 32 + 0.5, "2^53": 2 ** 53, "2^53 + 2": 2 ** 53 + 2,
  "2^60": 2 ** 60, "2^63": 2 ** 63, "2^64": 2 ** 64, "-(2^64)": -(2 ** 64), "1e300": 1e300, "epsilon": Number.EPSILON,
  "5e-324": 5e-324, "the least normal": 2 ** -1022, "the most": Number.MAX_VALUE, "the least": -Number.MAX_VALUE,
};
for (const [name, value] of Object.entries(FLOATS)) right(name, "f64", value);
right("a BigInt, 5", "f64", 5n, { only: "msgpack" });
right("a BigInt, 2^60", "f64", 2n ** 60n, { only: "msgpack" });
for (const value of [NaN, Infinity, -Infinity]) {
  wrong(`${value}`, "f32", value);
  wrong(`${value}`, "f64", value);
}
for (const value of ["1.5", true, null, [], {}]) wrong(show(value), "f64", value);
const SINGLES = {
  "1.5": 1.5, "-0.25": -0.25, "0.1": 0.1, "2^24": 2 ** 24, "2^24 + 1": 2 ** 24 + 1, "2^40": 2 ** 40, "minus zero": -0,
  "0.1 as it is in 32 bits": Math.fround(0.1), "1e-50": 1e-50, "the most": 3.4028234663852886e38,
};
for (const [name, value] of Object.entries(SINGLES)) right(name, "f32", value, { means: of("f32", Math.fround(value)) });
for (const value of [1e39, -Number.MAX_VALUE]) wrong(`${value}, which 32 bits cannot hold`, "f32", value);

// Characters and text.
for (const value of ["a", "é", "€", "🦀", "\0", "\"", "\u2028", "\u{10ffff}"]) right(show(value), "char", value);
for (const value of ["", "ab", "e\u0301", "👩‍🚀", 97, null]) wrong(show(value), "char", value);
for (const length of [0, 1, 31, 32, 63, 64, 255, 256]) right(`${length} letters`, "text", "x".repeat(length));
right("65536 letters", "text", "x".repeat(65536), { only: "msgpack" });
const TEXTS = {
  "ASCII's control characters": String.fromCharCode(...times(32, n => n), 127),
  "Unicode's control characters": String.fromCharCode(...times(32, n => 128 + n)),
  "NUL": "a\0b", "quotes and backslashes": "\"'`\\/\\u0041\\n", "line separators": "\u2028\u2029\u0085",
  "a byte order mark": "\ufeffx",
  "emoji": "🦀👩‍🚀🏳️‍🌈", "combining marks": "e\u0301 n\u0303", "right to left": "שלום \u202eabc",
  "HTML": "</script><!-- & -->",
  "no characters": "\ufffe\uffff", "the last scalar": "\u{10ffff}", "around the surrogates": "\ud7ff\ue000",
  "U+FFFD": "\ufffd",
  "31 bytes in fewer letters": "€".repeat(10) + "x", "33 bytes in 11 letters": "€".repeat(11),
  "256 bytes in 128 letters": "é".repeat(128), "600 bytes in 200 letters": "€".repeat(200),
  "400 bytes of crabs": "🦀".repeat(100),
};
for (const [name, value] of Object.entries(TEXTS)) right(name, "text", value);
right("a URL", "text", new URL("https://example.com/a?b=ü"), { means: of("text", "https://example.com/a?b=%C3%BC") });
for (const value of [5, true, null, ["a"], { a: 1 }]) wrong(show(value), "text", value);
right("bytes that are text", "text", Uint8Array.of(104, 105), { only: "msgpack", means: of("text", "hi") });
wrong("bytes that are no text", "text", Uint8Array.of(255), "value", "msgpack");
wrong("bytes, a list in JSON", "text", Uint8Array.of(104, 105), "value", "json");
right("a Date, a string in JSON", "text", new Date(0), { only: "json", means: of("text", "1970-01-01T00:00:00.000Z") });
wrong("a Date", "text", new Date(0), "value", "msgpack");
// JSON.stringify escapes half a pair. msgpackr writes three bytes that are not UTF-8, but in a text of 64 letters U+FFFD.
for (const value of ["\ud800", "\udc00x", "a\ud800b", "\udc00\ud800"]) {
  refuses(`text: half a surrogate pair, ${JSON.stringify(value)}`, of("text", value), "malformed", "");
}
const long = "x".repeat(63);
refuses("text: half a surrogate pair in a long text", of("text", `${long}\ud800`), "malformed", "", "json");
right("half a surrogate pair in a long text, replaced", "text", `${long}\ud800`, {
  only: "msgpack", means: of("text", `${long}\ufffd`),
});
refuses("char: half a surrogate pair", of("char", "\ud800"), "malformed", "");
refuses("map: half a surrogate pair as a key", of("map", { "\ud800": 1 }), "malformed", "");
refuses("an unknown field with half a surrogate pair", { extra: "\ud800", ...of("u8", 1) }, "malformed", "");

// Bytes: `bin` in MessagePack, a list of numbers in JSON.
const bytes = length => Uint8Array.from(times(length, n => n % 256));
for (const length of [0, 1, 2, 255, 256]) right(`${length} of them`, "bytes", bytes(length));
right("65536 of them", "bytes", bytes(65536), { only: "msgpack" });
right("a Buffer", "bytes", Buffer.from("naïve \0"));
right("part of a buffer", "bytes", bytes(16).subarray(5, 9));
right("an ArrayBuffer", "bytes", bytes(3).buffer, { means: of("bytes", bytes(3)), only: "msgpack" });
for (const value of ["", "hi", 5, true, null, {}]) wrong(show(value), "bytes", value);
for (const item of [256, -1, 1.5, "1", null]) {
  wrong(`${show(item)} among them`, "bytes", [0, item], "value[1]", "json");
}
wrong("a Uint8Array as JSON.stringify has it", "bytes", { ...bytes(3) }, "value", "json");
wrong("a Buffer as JSON.stringify has it", "bytes", Buffer.from("hi").toJSON(), "value", "json");

// What may be absent.
right("a value", "optional", -5);
right("a BigInt", "optional", 5n, { only: "msgpack" });
reads("optional: absent", { type: "optional" });
right("undefined", "optional", undefined);
for (const value of [null, NaN, Infinity]) right(`${value}`, "optional", value, { means: { type: "optional" } });
right("a function", "optional", () => 5, { means: { type: "optional" } });
for (const value of ["5", false, 2 ** 31, 0.5, [], {}]) wrong(show(value), "optional", value);

// Lists.
for (const length of [0, 1, 15, 16]) right(`${length} items`, "list", times(length, n => n - 8));
right("300 items", "list", times(300, n => (-1) ** n * n ** 3));
right("a Set", "list", new Set([3, 1, 2]), { only: "msgpack" });
wrong("a Set, an empty object in JSON", "list", new Set([3, 1, 2]), "value", "json");
for (const item of [undefined, null, NaN, "1", 0.5, 2 ** 31, []]) {
  wrong(`${show(item)} among them`, "list", [1, item, 3], "value[1]");
}
wrong("a hole", "list", [1, , 3], "value[1]");
for (const value of ["1", 1, null, { 0: 1 }]) wrong(show(value), "list", value);
right("bytes", "list", bytes(3), { means: of("list", [0, 1, 2]) });
for (const length of [0, 1, 16]) right(`${length} items`, "texts", times(length, n => "ä".repeat(n)));
wrong("undefined among them", "texts", ["a", undefined], "value[1]");
right("0 items", "floats", []);
right("integers and fractions", "floats", [0, -0, 0.5, 1, 2 ** 32, 2 ** 53, 1e21, -1e-7, 5e-324]);
wrong("NaN among them", "floats", [0.5, NaN], "value[1]");
// Of any sign and size; the same ones every time.
let state = 88172645463325252n;
const random = () => {
  for (const shift of [13n, -7n, 17n]) state ^= BigInt.asUintN(64, shift > 0n ? state << shift : state >> -shift);
  const value = new DataView(BigUint64Array.of(state).buffer).getFloat64(0);
  return Number.isFinite(value) ? value : random();
};
right("a hundred at random", "floats", times(100, random));
const fraction = () => Math.abs(random()) % 1 || Number(state % 1000003n) / 1000003;
right("a hundred fractions of 1 at random", "floats", times(100, fraction));
right("all there", "tuple", [255, "x", true]);
wrong("one short", "tuple", [255, "x"]);
wrong("one over", "tuple", [255, "x", true, 0]);
wrong("empty", "tuple", []);
wrong("the first too large", "tuple", [256, "x", true], "value[0]");
wrong("undefined in it", "tuple", [255, undefined, true], "value[1]");
wrong("not a list", "tuple", { 0: 255, 1: "x", 2: true });

// Maps. msgpackr writes each object with a 16-bit head.
const entries = count => Object.fromEntries(times(count, n => [`key ${n}`, n - 5]));
for (const count of [0, 1, 15, 16, 300]) right(`${count} entries`, "map", entries(count));
for (const count of [0, 15, 16]) {
  right(`a Map of ${count} entries`, "map", new Map(Object.entries(entries(count))), { only: "msgpack" });
}
right("undefined in it", "map", { a: 1, b: undefined, c: 3 });
right("an object without prototype", "map", Object.assign(Object.create(null), { a: 1 }));
right("keys of all kinds", "map", {
  "": 0, "a.b": 1, "[0]": 2, "ключ": 3, "🦀": 4, "\0": 5, "\"": 6, "1": 7, "type": 8, "value": 9,
});
right("large values", "map", { now: 1764000000000, least: Number.MIN_SAFE_INTEGER });
right("names that objects have", "map", JSON.parse('{"__proto__":1,"constructor":2,"toString":3,"hasOwnProperty":4}'));
wrong("null in it", "map", { a: 1, b: null }, "value.b");
wrong("a fraction in it", "map", { a: 0.5 }, "value.a");
wrong("a list", "map", [1]);
wrong("null", "map", null);
wrong("numbers as keys", "map", new Map([[1, 1]]), "value.1", "msgpack");
right("0 entries", "numbered", {});
right("keys as objects have them", "numbered", { 0: "zero", 1: "one", 4294967295: "the most" });
right("undefined in it", "numbered", { 1: "one", 2: undefined });
right("a Map", "numbered", new Map([[0, "zero"], [31, "a"], [128, "b"], [65536, "c"], [4294967295, "the most"]]), {
  only: "msgpack",
});
right("a Map with BigInts", "numbered", new Map([[7n, "seven"]]), { only: "msgpack" });
for (const key of ["-1", "1.5", "one", "", "4294967296", "01", "+1", "1e3"]) wrong(`the key ${show(key)}`, "numbered", { [key]: "x" }, key === "" ? "value" : `value.${key}`);
for (const key of [-1, 1.5, 4294967296, true]) {
  wrong(`a Map with the key ${key}`, "numbered", new Map([[key, "x"]]), `value.${key}`, "msgpack");
}
wrong("a number in it", "numbered", { 7: 7 }, "value.7");

// Time: an extension in MessagePack, a string in JSON.
const TIMES = {
  "the epoch": 0, "a second": 1000, "a millisecond": 1, "now": 1764000000000, "now with milliseconds": 1764000000123,
  "a millisecond before the epoch": -1, "a second before the epoch": -1000, "1900": Date.UTC(1900, 0),
  "32 bits of seconds": (2 ** 32 - 1) * 1000,
  "its last millisecond": 2 ** 32 * 1000 - 1, "one second more": 2 ** 32 * 1000, "34 bits of seconds": 2 ** 34 * 1000 - 1,
  "a leap day": Date.UTC(2024, 1, 29),
  "the end of 9999": Date.UTC(9999, 11, 31, 23, 59, 59, 999), "year 10000": Date.UTC(10000, 0), "year 0": -62167219200000,
  "before year 0": -62167219200001, "the last": 8.64e15, "the first": -8.64e15,
};
for (const [name, value] of Object.entries(TIMES)) right(name, "time", new Date(value));
wrong("an invalid Date", "time", new Date(NaN));
for (const value of ["yesterday", "", null, true, {}]) wrong(show(value), "time", value);

// Structs.
right("all there", "point", { x: 1, y: -2.5, label: "here" });
right("without its label", "point", { x: 1e-7, y: 0 });
right("labels that are none", "points", [{ x: 1, y: 2, label: undefined }, { x: 3, y: 4, label: null }], {
  means: of("points", [{ x: 1, y: 2 }, { x: 3, y: 4 }]),
});
right("in another order, with more", "point", { label: "", z: [0, { a: null }], y: 2, x: 1 }, {
  means: of("point", { x: 1, y: 2, label: "" }),
});
refuses("point: y missing", of("point", { x: 1 }), "missing", "value.y");
refuses("point: y undefined", of("point", { x: 1, y: undefined }), "missing", "value.y");
wrong("y null", "point", { x: 1, y: null }, "value.y");
wrong("y NaN", "point", { x: 1, y: NaN }, "value.y");
wrong("a number as label", "point", { x: 1, y: 2, label: 3 }, "value.label");
wrong("null", "point", null);
wrong("text", "point", "here");
const point = n => ({ x: n, y: n / 3, label: "x".repeat(n) });
for (const count of [0, 1, 20]) right(`${count} items`, "points", times(count, point));
refuses("points: the second without y", of("points", [{ x: 1, y: 2 }, { x: 3 }]), "missing", "value[1].y");
wrong("undefined among them", "points", [{ x: 1, y: 2 }, undefined], "value[1]");
reads("place: all there", { type: "place", x: 1, y: 2.5, label: "here" });
reads("place: without its label, the tag in the middle", { y: 2.5, type: "place", x: 1 });
reads("place: an undefined label, the tag last", { label: undefined, y: 2.5, x: 2 ** 40, type: "place" });
refuses("place: y missing", { type: "place", x: 1 }, "missing", "y");
refuses("place: text as x, before the tag", { x: "1", type: "place", y: 2 }, "invalid", "x");

// serde's own enums.
right("a name", "choice", "empty");
right("with fields", "choice", { circle: { radius: 1.5 } });
right("an integral radius", "choice", { circle: { radius: 2 ** 40 } });
right("with a value", "choice", { named: "x" });
for (const value of ["square", "circle", { square: 1 }, {}, { empty: null, named: "x" }, 5, null, []]) {
  wrong(show(value), "choice", value);
}
refuses("choice: radius missing", of("choice", { circle: {} }), "missing", "value.circle.radius");
wrong("radius NaN", "choice", { circle: { radius: NaN } }, "value.circle.radius");
wrong("a number as name", "choice", { named: 5 }, "value.named");

// The tag, its place, and what nobody asked for.
reads("unit", { type: "unit" });
reads("unit: a value that it has not", of("unit", 5), { means: { type: "unit" } });
reads("a Map as message", new Map([["type", "u8"], ["value", 1]]), { only: "msgpack" });
reads("the tag last", { value: 1764000000000, type: "u64" });
reads("the tag last, after a long list", { value: times(100, n => n * 1000), type: "list" });
reads("the tag last, after bytes", { value: bytes(20), type: "bytes" });
reads("the tag last, after a Date", { value: new Date(1764000000123), type: "time" });
reads("the tag last, after a choice", { value: { circle: { radius: 1.5 } }, type: "choice" });
reads("the tag last, after numbered", { value: { 7: "seven" }, type: "numbered" });
const EXTRAS = {
  "null": null, "undefined": undefined, "a function": () => 5, "NaN": NaN, "text": "🦀",
  "a list": [1, [undefined, "two"]], "an object": { type: "f64", a: { b: {} } },
  "bytes": bytes(3), "a Date": new Date(1764000000123), "an early Date": new Date(-1), "a Map": new Map([["a", 1]]),
  "a Set": new Set([1]),
  "an Error": new TypeError("wrong"), "a RegExp": /a/g, "deep lists": times(100, n => n).reduce(deep => [deep], 0),
};
for (const [name, extra] of Object.entries(EXTRAS)) {
  reads(`an unknown field: ${name}`, { ...of("u8", 1), extra }, { means: of("u8", 1) });
  reads(`an unknown field before the tag: ${name}`, { extra, ...of("u8", 1) }, { means: of("u8", 1) });
}
const MAP = new Map([[1, 2], [true, 3], [null, 4], [0.5, 5]]);
for (const [name, extra] of Object.entries({ "a BigInt": 2n ** 64n - 1n, "a Map with keys of any kind": MAP })) {
  reads(`an unknown field: ${name}`, { ...of("u8", 1), extra }, { means: of("u8", 1), only: "msgpack" });
  reads(`an unknown field before the tag: ${name}`, { extra, ...of("u8", 1) }, { means: of("u8", 1), only: "msgpack" });
}
reads("an unknown field: an invalid Date", { ...of("u8", 1), extra: new Date(NaN) }, { means: of("u8", 1) });
for (const type of ["dance", "", "U8", "Bool", "toString", "__proto__"]) {
  refuses(`a tag of no message, ${show(type)}`, of(type, 1), "unknown_type", "type");
}
for (const type of [5, null, true, ["u8"], { u8: 1 }]) {
  refuses(`a tag that is no string, ${show(type)}`, of(type, 1), "invalid", "type");
}
refuses("no tag", { value: 1 }, "missing", "type");
refuses("an undefined tag", of(undefined, 1), "missing", "type");
refuses("an empty object", {}, "missing", "type");
for (const value of [[], ["u8", 1], "u8", 5, 1.5, true, null, NaN]) {
  refuses(`no object but ${show(value)}`, value, "invalid", "");
}
refuses("no object but bytes", bytes(2), "invalid", "", "msgpack");
refuses("no object but undefined", undefined, "invalid", "", "msgpack");
const REQUIRED = ["bool", "i8", "u64", "f64", "char", "text", "bytes", "list", "tuple", "map", "time", "point", "choice"];
for (const type of REQUIRED) {
  refuses(`${type}: the value missing`, { type }, "missing", "value");
  refuses(`${type}: the value undefined`, of(type, undefined), "missing", "value");
}

/** Bytes are lists of numbers in JSON; `JSON.stringify` has its own idea of them. */
function listed(key, value) {
  return this[key] instanceof Uint8Array ? Array.from(this[key]) : value;
}

/** The text of vectors.json: an entry a line. */
export function vectors() {
  const lines = cases.map(({ name, message, json, only, refused }) => JSON.stringify({
    name,
    ...(only !== "msgpack" && { json: JSON.stringify(json, listed) }),
    ...(only !== "json" && { msgpack: pack(message).toString("hex") }),
    refused,
  }));
  return `[\n${lines.join(",\n")}\n]\n`;
}

const names = cases.map(({ name }) => name);
const twice = names.find((name, n) => names.indexOf(name) < n);
if (twice !== undefined) throw new Error(`two vectors are called ${twice}`);

export const VECTORS = new URL("vectors.json", import.meta.url);
if (process.argv[1] === fileURLToPath(import.meta.url)) writeFileSync(VECTORS, vectors());
