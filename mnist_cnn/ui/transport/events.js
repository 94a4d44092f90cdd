// How the components of the page hear of one another.
//
//   answer   {answer, frame}  the network has read a drawing, see reader/reading.js; answer.empty:
//                             the pad is empty; frame.marks had been drawn, up to frame.moment, of
//                             the drawing's frame.edition; frame.guest: it is the teacher's, or
//                             the ghost's, whose edition is null
//   past     {marks, edition} the drawing has become another: undo, clear, a picture, a link
//   pen      {down, marks}    a stroke begins, the last of the marks, or has ended
//   scrub    {moment}         the drawing is to be shown as it was; null: as it is
//   point    place | null     a number is pointed at
//   select   place | null     a number is looked into
//   hold     {layer, channel} | null  a map is held: what feeds it and what it feeds stays lit
//   scale    {perChannel}     each channel has its own colour scale, or a layer has one
//   strokes  {marks}          strokes that are to be put on the pad
//   ghost    {marks, ink, invitation}  a digit that is drawn on the empty pad to show how, and is
//                             no drawing; null: none; ink: how strongly it is seen, 0 to 1;
//                             invitation: the key of what the empty pad says
//   view     {name}           the right side of the page shows another view; header/views.js
//   network  {reference, layers, file, …}  another network reads the drawing, or newer weights of it;
//                             see network/choice.js; file: the reader's Network
//   trouble  key | null       why a network is not there; null: it is
//   choices  {recipe, digits, epochs}  what is to be filled into the form of the Train view
//   picture  {width, height, pixels}  ink that is to be put on the pad
//   teacher  {known}          whether the server knows the token of the teacher's link; on others' pages
//                             nothing is said of it
//   rules    {training, wall, network, …}  what the teacher has decided, as mnist_cnn/classroom.py
//                             has it; this and the next two come from the server
//   broadcast {drawing, edition, by, number}  the teacher's drawing, as pad/link.js has it; null:
//                             none is shown; by: the page it is drawn on, see transport/asking.js
//   wall     {ids, added, confusion}  the wall of the class's digits has changed
//   why      boolean          what speaks for the answer is to be shown, or no longer
//   asked    {digit}          the digit it is asked for; null: the answer's own
//   piece    {layer, channel} | null  a piece of the sum is pointed at: what this channel brings
//   muted    {count}          other channels are muted, so many in all; see network/muted.js
//   hold     {layer, channel} | null  a tile of the river is pointed at or held
//   unfold   {layer} | null   all channels of all layers are to be shown, that layer first, or the river
//   stroke   {marks, at} | null  one of the strokes is pointed at
//   share    {asked}          the addresses that open the page elsewhere are to be shown
//
// A place is {layer, cell, region}: a layer's name; [row, column, channel] or [unit]; and the part
// of the 28×28 picture that can influence that number, {left, top, right, bottom}.

const last = new Map(); // name: the detail of the last event

export function emit(name, detail) {
  last.set(name, detail);
  document.dispatchEvent(new CustomEvent(`mnist_cnn:${name}`, { detail }));
}

/** Call `handler` with every event, and with the last one: components mount in any order. */
export function listen(name, handler) {
  document.addEventListener(`mnist_cnn:${name}`, (event) => handler(event.detail));
  queueMicrotask(() => last.has(name) && handler(last.get(name)));
}

/** Call `listener` whenever the page turns light or dark, and again when its colours have faded over. */
export function onTheme(listener) {
  const turned = () => {
    listener();
    const fading = document.getAnimations().filter((one) => one instanceof CSSTransition);
    Promise.allSettled(fading.map((one) => one.finished)).then(listener);
  };
  new MutationObserver(turned).observe(document.body, { attributeFilter: ["class"] });
}
