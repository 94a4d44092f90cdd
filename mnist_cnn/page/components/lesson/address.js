// The lesson in the page's address, so a link opens the same:
//
//   ?view=lesson&chapter=translation   a chapter
//   &card=pooling                      a card of it
//   &dx=3&dy=-2                        what is set in it
//   &present=1                         presented
//   &embed=1                           without controls, for a frame in another page
//   &unit=1                            what is printed for a unit; "curriculum": how they meet curricula

const parameters = () => new URL(location).searchParams;

/** {chapter, card, present, unit}: names or null, and a boolean. */
export function placeInAddress() {
  const named = parameters();
  return {
    chapter: named.get("chapter"),
    card: named.get("card"),
    present: named.get("present") !== null,
    unit: named.get("unit"),
  };
}

/** What is set in a chapter: `defaults`, and over them what the address says. */
export function stateInAddress(defaults) {
  const named = parameters();
  const names = Object.keys(defaults);
  return Object.fromEntries(names.map((name) => [name, named.get(name) ?? defaults[name]]));
}

export const embedded = () => parameters().get("embed") === "1";

/** Name a place in the address as a new step of the browser's history; null leaves a name out. */
export function goTo(place, forget = []) {
  write({ ...Object.fromEntries(forget.map((name) => [name, null])), ...place }, "pushState");
}

/**
 * Name what is set in a chapter, as far as it has a default: going back does not undo each of a slider's moves.
 */
export function keepState(state, defaults) {
  const changed = Object.entries(defaults).map(([name, standard]) => [
    name,
    state[name] === standard ? null : state[name],
  ]);
  write(Object.fromEntries(changed), "replaceState");
}

function write(values, how) {
  const address = new URL(location);
  for (const [name, value] of Object.entries(values)) {
    if (value === null) address.searchParams.delete(name);
    else address.searchParams.set(name, value);
  }
  if (address.href !== location.href) history[how](history.state, "", address);
}
