// Work that several jobs ask for at the same time, a card's picture and its prediction, done once: each job
// takes a step of it in its turn.

let running = null; // {name, network, given, steps, result}

/**
 * What a generator returns for a network and an array of numbers; a generator.
 * @param {string} name of the work
 * @param {Network} network
 * @param {Uint8Array} given
 * @param {() => Generator} start begins the work, if it is not the one that is running
 */
export function* shared(name, network, given, start) {
  if (running?.name !== name || running.network !== network || !isSame(running.given, given)) {
    running = { name, network, given, steps: start(), result: null };
  }
  const work = running;
  while (!work.result) {
    const { done, value } = work.steps.next();
    if (!done) yield value;
    else work.result = { value };
  }
  if (running === work) running = null; // who asks later sees it done anew
  return work.result.value;
}

const isSame = (one, other) =>
  one.length === other.length && one.every((number, i) => number === other[i]);
