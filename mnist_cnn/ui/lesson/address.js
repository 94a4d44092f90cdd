// What of the lesson is in the page's address, so that a link opens just that:
//
//   ?view=lesson&chapter=translation   a chapter
//   &dx=3&dy=-2                        what is set in it
//   &present=4                         presented, at its fourth step
//   &embed=1                           without controls, for a frame in another page
//   &worksheet=1                       the printable sheet

const parameters = () => new URL(location).searchParams;

/** {chapter, present, worksheet}: the chapter's name or null, the step or null, a boolean. */
export function placeInAddress() {
  const named = parameters();
  const step = Number.parseInt(named.get("present"), 10);
  return {
    chapter: named.get("chapter"),
    present: step > 0 ? step - 1 : null,
    worksheet: named.get("worksheet") === "1",
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

/** Name what is set in a chapter: going back does not undo each of a slider's moves. */
export function keepState(state, defaults) {
  const changed = Object.entries(state).map(([name, value]) => [
    name,
    value === defaults[name] ? null : value,
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
