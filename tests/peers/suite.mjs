// What the JavaScript tests share: cases run in order against each host, one line a case, nothing without a bound.

import { within } from "./waiting.mjs";

const HOSTS = { local: process.env.CHAT_LOCAL, workerd: process.env.CHAT_WORKERD };
const CASE_LIMIT = 20_000;

/**
 * Runs the cases of each part against every host that CHAT_LOCAL and CHAT_WORKERD name, and ends the process. The cases of
 * a part are a map from titles to functions; they get what its `open` has given for the host. Where that has a `finish`,
 * it belongs to each case; its `failed` and `close` are called after each failed case and at the end.
 */
export async function suite(name, { parts, limit }) {
  const hosts = Object.entries(HOSTS).filter(([, address]) => address);
  if (hosts.length === 0) {
    console.error("set CHAT_LOCAL or CHAT_WORKERD to the address of a chat, such as http://127.0.0.1:8787");
    process.exit(1);
  }
  setTimeout(() => {
    console.error(`FAILED ${name}: not done within ${limit / 1000} s`);
    process.exit(1);
  }, limit).unref();
  let passed = 0, failed = 0;
  for (const [host, address] of hosts) {
    for (const { cases, open } of parts) {
      const context = await open(new URL(address).origin);
      for (const [title, run] of Object.entries(cases)) {
        try {
          await within(CASE_LIMIT, Promise.resolve(run(context)).then(() => context.finish?.()), "the case is done");
          console.log(`ok ${name}/${host}: ${title}`);
          passed += 1;
        } catch (error) {
          console.log(`FAILED ${name}/${host}: ${title}\n${indent(error.stack ?? String(error))}`);
          failed += 1;
          await context.failed?.(`${host}: ${title}`);
        }
      }
      await context.close?.();
    }
  }
  console.log(`${name}: ${passed} passed, ${failed} failed`);
  process.exit(failed > 0 ? 1 : 0);
}

/** The same cases with a longer title. */
export const titled = (prefix, cases) =>
  Object.fromEntries(Object.entries(cases).map(([title, run]) => [`${prefix}: ${title}`, run]));

/** A name that no room has had yet. */
export const newRoom = (kind = "room") => `${kind}-${crypto.randomUUID().slice(0, 8)}`;

const indent = text => text.replaceAll(/^/gm, "    ");
