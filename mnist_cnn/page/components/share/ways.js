// Which addresses open this page elsewhere.

const THIS_MACHINE = /^(localhost|127(\.\d+){3}|\[::1\])$/;

/** The address of a page, without what it shows. */
export const addressOf = ({ origin, pathname }) => origin + pathname;

/**
 * @param known {network, public}: what the server knows of itself
 * @param here the page's own location: behind a proxy it is all that is right
 * @returns [{kind, address, name}], the best first; kind is "public", "own", or what
 *   mnist_cnn/server/http/addresses.py says of an adapter, whose name the system shows
 */
export function bestFirst(known, here) {
  if (here.protocol === "file:") return [];
  const isHere = ({ address }) => new URL(address).origin === here.origin;
  const network = known.network ?? [];
  const ways = [
    ...(known.public ? [{ kind: "public", address: known.public }] : []),
    // That by which this page is open has let a device in already.
    ...network.filter(isHere),
    ...network.filter((way) => !isHere(way)),
  ];
  if (ways.some(isHere) || THIS_MACHINE.test(here.hostname)) return ways;
  return [{ kind: "own", address: addressOf(here) }];
}
