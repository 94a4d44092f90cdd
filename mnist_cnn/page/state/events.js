// What the parts of the page share: a table of names, each with what its events say and what holds
// before the first one. Components hear of one another only through it, whichever mounts first.
//
// A place is {layer, cell, region}: a layer's name; [row, column, channel] or [unit]; and the part
// of the 28×28 picture that can influence that number, {left, top, right, bottom}. Marks are those of
// components/pad/drawing.js.
const values = {
  // The drawing, and the network's answer.

  /** An answer of reader/reading.js; the pad is empty if answer.empty. The frame says what was read:
   * {marks, moment, since, network, edition, guest}; guest: it is not this person's drawing, but the
   * teacher's, or the invitation's, whose edition is null. */
  answer: { answer: { empty: true }, frame: null },
  /** Undo, clear, a picture or a link has replaced the drawing. */
  past: { marks: [], edition: 0 },
  /** A stroke has begun, the last of the marks, or ended. */
  pen: { down: false, marks: [] },
  /** Show the drawing as it was at this moment; null: as it is. */
  scrub: { moment: null },
  /** Put {marks} on the pad. */
  strokes: undefined,
  /** Put ink, {width, height, pixels}, on the pad. */
  picture: undefined,
  /** Invite to draw: {marks, ink, invitation}, a digit drawn on the empty pad, or null; how strong its
   * ink is, 0 to 1; and the key of the words. */
  ghost: undefined,
  /** Other channels are muted, see muted.js. */
  muted: { count: 0 },

  // The network that reads.

  /** See choice.js; also for newer weights. file: the Network of reader/network.js. */
  network: null,
  /** The error, for locales/refusals.js, that says what is wrong with it, or null. */
  trouble: null,

  // What is looked at.

  /** The view beside the pad, see components/header/views.js. */
  view: { name: null },
  /** The place that is pointed at, or null. */
  point: null,
  /** The place that the lens explains, or null. */
  select: null,
  /** The {layer, channel} of a tile of the river that is pointed at or held, or null. */
  hold: null,
  /** The {layers} of the river, by their names, that a card of the lesson speaks of: the others are
   * dimmed; null: none. */
  spotlight: null,
  /** Show all channels of all layers, {layer} first; null: show the river. */
  unfold: null,
  /** Whether each channel has its own colour scale, or each layer. */
  scale: { perChannel: false },
  /** Whether the heat of the answer is shown. */
  why: false,
  /** The digit whose lead is explained; null: the answer's. */
  asked: { digit: null },
  /** Show only what this {layer, channel} adds to the lead, or null. */
  piece: null,
  /** A stroke that is pointed at: {marks, at}, all strokes and its index; or null. */
  stroke: null,
  /** The door that is open, {name, by}: "choice" of one, "fool", "lie" or "beat", or null; and who opened
   * it: "hand", "link" or "invitation". */
  door: { name: null },
  /** Whether a network of this person's own is being taught, {busy}. */
  teaching: { busy: false },
  /** Fill {recipe, digits, epochs} into the form of the Train view. */
  choices: undefined,
  /** Show the addresses of this page: {asked: true}. */
  share: undefined,
  /** Somebody has predicted on a card of the lesson: {chapter, card, choice, right}, names, the choice
   * from 0, a boolean. */
  predicted: undefined,
  /** A chapter's question was answered: {chapter, right}. */
  answered: undefined,
  /** A round of the survey is done, {round}; null: its sheets are forgotten. */
  surveyed: undefined,
  /** The language was switched to this tag; `current` of locales/language.js knows it before, too. */
  language: undefined,

  // The class, from the server.

  /** The server was started anew: the numbers of its changes begin anew. */
  restart: undefined,

  /** Whether this browser is the teacher's, {known}; if it should be and is not, why, a key of its words. */
  teacher: { known: false, why: null },
  /** What the teacher allows, see mnist_cnn/classroom/rules.py. */
  rules: undefined,
  /** The teacher's drawing, {drawing, edition, by, number}: see components/pad/sources/link.js, or null; by: the
   * page it is drawn on, see transport/session.js. */
  broadcast: undefined,
  /** The wall of the class: {ids, added, confusion}. */
  wall: undefined,
  /** The teacher brings everybody to a place of the page, {view, chapter, card, settings}. */
  call: undefined,

  // What the teacher's page hears besides, and does.

  /** How many pages are here besides the teacher's; null: not known yet. */
  here: { count: null },
  /** What the class has predicted, {predictions: {chapter: {card: counts of its choices}}}, and answered,
   * {answers: {chapter: [wrong, right]}}. */
  votes: { predictions: {}, answers: {} },
  /** Whether the class sees the drawing of this page. */
  showing: { on: false },
  /** Show the drawing of this page to the class, or no longer: {}. */
  show: undefined,
};

const happened = new Set();
const typeOf = (name) => `mnist_cnn:${name}`;

for (const name of Object.keys(values)) {
  document.addEventListener(typeOf(name), ({ detail }) => {
    values[name] = detail;
    happened.add(name);
  });
}

/** Tell everybody who listens, and keep the value; a newer server may know names that are not in the table. */
export const emit = (name, detail) =>
  document.dispatchEvent(new CustomEvent(typeOf(name), { detail }));

/** What the last event of this name said. */
export const valueOf = (name) => values[checked(name)];

/** Call `handler` with the value of every event, and of the last one if there was one. */
export function listen(name, handler) {
  document.addEventListener(typeOf(checked(name)), ({ detail }) => handler(detail));
  queueMicrotask(() => happened.has(name) && handler(values[name]));
}

/** Call `show` now, and again after every event of these names and every change of the language. */
export function follow(names, show) {
  for (const name of [...names, "language"]) {
    document.addEventListener(typeOf(checked(name)), () => show());
  }
  show();
}

function checked(name) {
  if (name in values) return name;
  throw new RangeError(`No event is called ${name}.`);
}
