// The reading room. gr.HTML runs these files, one after the other, as one function of (element,
// trigger, props, server, ...).
//
// Everything that comes from the server is put on the page by `textContent`, in elements made here:
// there is no innerHTML and no template. Text is never measured or cut here either: offsets are
// code points, which these strings do not count in.

const find = (name) => element.querySelector(".pc-" + name);
const root = element.querySelector(".pc");
const narrow = window.matchMedia("(max-width: 63.99rem)");
const box = find("question");
const dialog = find("source");

const FAILED =
  "Something went wrong. Is Pincite still running? The terminal that it runs in says more.";

// The conversation that is open (its id, once something was asked), and what the page is doing.
const room = { conversation: null, asked: [], recalled: 0, busy: false, opener: null, open: null };

// Of each kind of request only the last counts: an earlier one may be answered after it.
const latest = { talk: 0, source: 0, list: 0, past: 0 };

function begin(kind) {
  const number = ++latest[kind];
  return () => latest[kind] === number;
}

function make(tag, name, ...children) {
  const made = document.createElement(tag);
  if (name) made.className = name.split(" ").map((each) => "pc-" + each).join(" ");
  made.append(...nodes(children));
  return made;
}

function nodes(children) {
  const given = children.filter((child) => child !== null && child !== undefined);
  return given.flatMap((child) => (typeof child === "string" ? asWritten(child) : [child]));
}

// A part of the page that is there already gets other contents.
function fill(name, ...children) {
  find(name).replaceChildren(...nodes(children));
}

// Marks that turn the order of letters around: a source, its title or its name could make words read
// otherwise than they stand there. Each is shown by its code, and kept from what follows it.
const TURNING = /([\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069])/;

function asWritten(text) {
  if (!TURNING.test(text)) return [text];
  return text.split(TURNING).map((piece) => (TURNING.test(piece) ? turningMark(piece) : piece));
}

function turningMark(character) {
  const made = document.createElement("span");
  made.className = "pc-turning";
  made.textContent = character;
  made.dataset.code = codeOf(character);
  return made;
}

function codeOf(character) {
  return "U+" + character.codePointAt(0).toString(16).toUpperCase().padStart(4, "0");
}

// For attributes, in which nothing can be set apart.
function spelled(text) {
  return text.split(TURNING).map((piece) => (TURNING.test(piece) ? codeOf(piece) : piece)).join("");
}

function button(name, act, ...children) {
  const made = make("button", name, ...children);
  made.type = "button";
  made.addEventListener("click", () => act(made));
  return made;
}

function unseen(text) {
  return make("span", "unseen", text);
}

// A button that shows and hides something beside it.
function discloser(name, folded, ...children) {
  folded.hidden = true;
  const opener = button(name + " discloser", () => unfold(opener, folded), ...children);
  opener.setAttribute("aria-expanded", "false");
  return opener;
}

function unfold(opener, folded, field) {
  folded.hidden = !folded.hidden;
  opener.setAttribute("aria-expanded", String(!folded.hidden));
  if (field && !folded.hidden) field.focus();
}

function show(name, visible) {
  find(name).hidden = !visible;
}

// For those who do not see the page change.
function say(text) {
  find("status").textContent = spelled(text);
}

async function call(serve, request) {
  // gradio 6.31 turns a failed call into undefined; should it come to reject, that is caught too.
  const reply = await Promise.resolve(serve(request)).catch(() => null);
  return reply || { error: FAILED };
}

function after(milliseconds) {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

// The first call of a burst waits until the burst is over.
function eventually(act, milliseconds) {
  let waiting = null;
  return () => {
    clearTimeout(waiting);
    waiting = setTimeout(act, milliseconds);
  };
}

// A range as the server takes it.
function range({ document, start, end, sha256 }) {
  return { document, start, end, sha256 };
}
