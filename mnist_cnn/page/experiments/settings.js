// The settings of a chapter, texts by name. They may come from a link, so they are checked.

/** A setting cannot be used; `refused` is the key of the text that says so. */
export class SettingError extends Error {
  constructor(message, refused = "lessonSetting") {
    super(message);
    this.refused = refused;
  }
}

/** The setting `name`, a whole number from `least` to `most`; `standard` if it is not set. */
export function whole(state, name, standard, least, most) {
  const words = state[name] || String(standard); // a setting may be empty
  const number = Number(words);
  if (/^-?\d{1,5}$/.test(words) && number >= least && number <= most) return number;
  throw new SettingError(`${name} must be a whole number from ${least} to ${most}, got ${words}`);
}

/** The setting `name`, one of `choices`; the first one if it is not set. */
export function oneOf(state, name, choices) {
  const choice = state[name] ?? choices[0];
  if (choices.includes(choice)) return choice;
  throw new SettingError(`${name} must be one of ${choices.join(", ")}, got ${choice}`);
}
