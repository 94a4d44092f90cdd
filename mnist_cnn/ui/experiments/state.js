// What a person has set in a chapter: it comes out of a link, so it is checked.

/** Something is set that cannot be used; `refused` is the key of what the page says. */
export class SettingError extends Error {
  constructor(message, refused = "lessonSetting") {
    super(message);
    this.refused = refused;
  }
}

/** The whole number `name`, from `least` to `most`. */
export function whole(state, name, standard, least, most) {
  const words = state[name] || String(standard); // a setting may be there and empty
  const number = Number(words);
  if (/^-?\d{1,5}$/.test(words) && number >= least && number <= most) return number;
  throw new SettingError(`${name} must be a whole number from ${least} to ${most}, got ${words}`);
}

/** The choice `name`; the first one where nothing is set. */
export function oneOf(state, name, choices) {
  const choice = state[name] ?? choices[0];
  if (choices.includes(choice)) return choice;
  throw new SettingError(`${name} must be one of ${choices.join(", ")}, got ${choice}`);
}
