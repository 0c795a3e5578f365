// What the JavaScript tests share: cases run in order against each host, one line a case, nothing without a bound.

const HOSTS = { local: process.env.CHAT_LOCAL, workerd: process.env.CHAT_WORKERD };
const CASE_LIMIT = 20_000;

/**
 * Runs `cases`, a map from titles to functions, against every host that CHAT_LOCAL and CHAT_WORKERD name, and ends the
 * process. `open` gives what the cases of one host get; its `failed` and `close`, where it has them, are called after
 * each failed case and at the end.
 */
export async function suite(name, { cases, open, limit }) {
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
    const context = await open(new URL(address).origin);
    for (const [title, run] of Object.entries(cases)) {
      try {
        await within(CASE_LIMIT, run(context), "the case is done");
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
  console.log(`${name}: ${passed} passed, ${failed} failed`);
  process.exit(failed > 0 ? 1 : 0);
}

/** What `promise` gives, or an error that says what has been waited for in vain. */
export async function within(limit, promise, what) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(reject, limit, new Error(`waited ${limit / 1000} s in vain: ${what}`));
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}

/** Repeats `condition` until it holds. */
export async function until(condition, what, limit = 5000) {
  for (const end = Date.now() + limit; !(await condition());) {
    if (Date.now() > end) throw new Error(`waited ${limit / 1000} s in vain: ${what}`);
    await new Promise(done => setTimeout(done, 25));
  }
}

/** A name that no room has had yet. */
export const newRoom = (kind = "room") => `${kind}-${crypto.randomUUID().slice(0, 8)}`;

const indent = text => text.replaceAll(/^/gm, "    ");
