// Where the keyboard goes when the lens opens, and when it closes.

export class Focus {
  /** The element with which the lens was opened; null: it is not open. */
  opener = null;

  /** panel: the lens; title: what is read out when it opens */
  constructor(panel, title) {
    this.panel = panel;
    this.title = title;
  }

  /** Before the lens opens, and whenever something else is chosen on the page. */
  remember() {
    const { activeElement } = document;
    if (!this.panel.contains(activeElement)) this.opener = activeElement;
  }

  /** Once it is open: who came by keyboard goes on in it. */
  enter() {
    if (this.opener?.matches(":focus-visible")) this.title.focus({ preventScroll: true });
  }

  /** Before it closes: back to where one came from, unless one has gone elsewhere. */
  leave() {
    const { activeElement } = document;
    const here = activeElement === document.body || this.panel.contains(activeElement);
    if (here && this.opener?.isConnected) this.opener.focus({ preventScroll: true });
    this.opener = null;
  }
}
