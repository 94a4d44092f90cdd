// Work that may take long: a generator, which rests every now and then. Whoever drives it decides when
// to go on, so that nobody has to wait for its end.

const SLICE = 8; // milliseconds of work, until the pen may have its turn

/** What a generator returns in the end, at once. */
export function finished(work) {
  for (;;) {
    const { done, value } = work.next();
    if (done) return value;
  }
}

/** Let it work for a slice; {done, value}: as a generator's. */
export function slice(work) {
  const end = performance.now() + SLICE;
  for (;;) {
    const step = work.next();
    if (step.done || performance.now() >= end) return step;
  }
}

/** Work that is the part `at` of so many: what it yields of its own progress, 0 to 1, is that of all. */
export function* part(work, at, parts) {
  for (;;) {
    const { done, value } = work.next();
    if (done) return value;
    yield typeof value === "number" ? (at + value) / parts : value;
  }
}
