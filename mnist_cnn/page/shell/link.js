// Runs before any other script, in the page and where one signs in first: takes a teacher's link out of the
// address.

/**
 * Take what makes a teacher out of the address, before any other script sees it or a person passes it on:
 * {token}, {old: true} for the query of earlier versions, or null where there is none.
 */
window.mnistCnnLink = () => {
  const address = new URL(location);
  const [, token] = address.hash.match(/^#teacher=(.*)$/) ?? [];
  const old = address.searchParams.has("teacher");
  if (token === undefined && !old) return null;
  if (old) address.searchParams.delete("teacher");
  else address.hash = "";
  history.replaceState(history.state, "", address.href.replace(/#$/, ""));
  return old ? { old } : { token };
};

/** Keep the link in this tab instead: where one signs in, which loads the page anew. */
window.mnistCnnKeepLink = () => {
  const storage = window.sessionStorage; // first: where a browser has none, the link stays in the address
  const link = window.mnistCnnLink();
  if (link) storage.setItem("mnist_cnn.link", JSON.stringify(link));
};

/** The link that this tab has kept while somebody signed in, or null; it is kept no longer. */
window.mnistCnnKeptLink = () => {
  const kept = sessionStorage.getItem("mnist_cnn.link");
  sessionStorage.removeItem("mnist_cnn.link");
  return JSON.parse(kept);
};

if (document.currentScript.dataset.page === undefined) {
  window.addEventListener("hashchange", window.mnistCnnKeepLink);
  window.mnistCnnKeepLink();
}
