// Checks that vectors.json is what generate.mjs gives now, and that JavaScript reads what our Rust writes (ours.json).

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { unpack } from "msgpackr";
import { VECTORS, cases, vectors } from "./generate.mjs";

const OURS = new URL("ours.json", import.meta.url);

/** A value as a format carries it: what is undefined is absent, and each number is the one that JavaScript has for it. */
function carried(value, format) {
  if (typeof value === "bigint") return Number(value);
  if (value instanceof Date) return format === "json" ? value.toJSON() : value;
  if (value instanceof Uint8Array) return format === "json" ? Array.from(value) : Uint8Array.from(value);
  if (Array.isArray(value) || value instanceof Set) return Array.from(value, item => carried(item, format));
  if (value instanceof Map) return carried(Object.fromEntries(value), format);
  if (typeof value === "object" && value !== null) {
    // msgpackr takes no `__proto__` from a peer: it drops the last underscore.
    const entries = Object.entries(value).filter(([, item]) => item !== undefined);
    return Object.fromEntries(entries.map(([key, item]) => [key.replace(/^__proto__$/, "__proto_"), carried(item, format)]));
  }
  return value === 0 ? 0 : value;
}

/** Whether there is something that a strict schema takes for no number, or for a field too many. */
function isForeign(value) {
  if (typeof value === "object" && value !== null) return Object.values(value).some(isForeign);
  return value === undefined || typeof value === "bigint";
}

/** A 32-bit float may be written with the digits that it has: 0.1 is read as 0.1, not as 0.10000000149011612. */
const rounded = message => (message.type === "f32" ? { ...message, value: Math.fround(message.value) } : message);

function check({ json, msgpack }, means) {
  const text = carried(JSON.parse(json), "json");
  const unpacked = unpack(Buffer.from(msgpack, "hex"));
  assert.deepStrictEqual(rounded(text), carried(means, "json"), "as JSON");
  assert.ok(!isForeign(unpacked), "a BigInt or undefined");
  assert.deepStrictEqual(rounded(carried(unpacked, "msgpack")), carried(means, "msgpack"), "as MessagePack");
  assert.deepStrictEqual(carried(unpacked, "json"), text, "MessagePack and JSON are not the same");
}

function fail(reason) {
  console.error(`FAILED vectors: ${reason}`);
  process.exit(1);
}

function readOurs() {
  try {
    return new Map(JSON.parse(readFileSync(OURS, "utf8")).map(entry => [entry.name, entry]));
  } catch (error) {
    fail(`tests/vectors/ours.json cannot be read, which the Rust test of the vectors writes: ${error.message}`);
  }
}

if (readFileSync(VECTORS, "utf8") !== vectors()) fail("vectors.json is out of date: run `node tests/vectors/generate.mjs`");
const ours = readOurs();
const wanted = cases.filter(({ refused }) => !refused);
let failed = 0;
for (const { name, means } of wanted) {
  const entry = ours.get(name);
  ours.delete(name);
  try {
    assert.ok(entry, "is not in ours.json");
    check(entry, means);
  } catch (error) {
    console.log(`FAILED vectors: ${name}: ${error.message}\n    ${JSON.stringify(entry)?.slice(0, 400)}`);
    failed += 1;
  }
}
if (ours.size > 0) fail(`ours.json has what it should not: ${[...ours.keys()].join("; ")}`);
if (failed > 0) fail(`${failed} of ours are not there or not read as they should be`);
console.log(`vectors: ${cases.length} values, ${wanted.length} of ours read by msgpackr`);
