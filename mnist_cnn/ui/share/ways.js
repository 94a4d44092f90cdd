// Which addresses open this page elsewhere.

const THIS_MACHINE = /^(localhost|127(\.\d+){3}|\[::1\])$/;

/**
 * @param known {network, public}: what the server knows of itself
 * @param here the page's own location: behind a proxy it is all that is right
 * @returns [{kind: "public" | "network" | "own", address}], the best first
 */
export function bestFirst(known, here) {
  const own = here.origin + here.pathname;
  const ways = [
    { kind: "public", address: known.public },
    { kind: "network", address: known.network },
  ].filter((way) => way.address);
  const listed = ways.some((way) => new URL(way.address).origin === here.origin);
  if (!listed && !THIS_MACHINE.test(here.hostname)) return [{ kind: "own", address: own }];
  return ways;
}
