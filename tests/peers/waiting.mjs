// Waiting, never without a bound; for Node and for pages.

/** How long a single thing may take, in milliseconds. */
export const PATIENCE = 5000;

/** What `promise` gives, or an error that says what has been waited for in vain. */
export async function within(limit, promise, what) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(reject, limit, new Error(`waited ${limit / 1000} s in vain: ${what}`));
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}

/** Repeats `condition` until it holds. */
export async function until(condition, what) {
  for (const end = Date.now() + PATIENCE; !(await condition());) {
    if (Date.now() > end) throw new Error(`waited ${PATIENCE / 1000} s in vain: ${what}`);
    await new Promise(done => setTimeout(done, 25));
  }
}
