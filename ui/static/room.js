// The reading room. gr.HTML runs this once, as a function of (element, trigger, props, server, ...).
//
// Everything that comes from the server is put on the page by `textContent`, in elements made here:
// there is no innerHTML and no template. Text is never measured or cut here either: offsets are
// code points, which these strings do not count in.

const find = (name) => element.querySelector(".pc-" + name);
const root = element.querySelector(".pc");
const narrow = window.matchMedia("(max-width: 63.99rem)");
const box = find("question");
const dialog = find("source");

const SEARCHING = "Searching…";
const FAILED =
  "Something went wrong, and there is no answer. Is Pincite still running? " +
  "The terminal that it runs in says more.";
const NOT_KEPT =
  "Something went wrong, and the verdict was not kept. Is Pincite still running? " +
  "The terminal that it runs in says more.";

// What can be said of a citation; those with a label want to know what is right.
const VERDICTS = [
  { name: "supports", text: "Supports" },
  { name: "does-not-support", text: "Does not support" },
  { name: "wrong-place", text: "Wrong place…", label: "The right place", example: "¶12" },
  {
    name: "wrong-speaker",
    text: "Wrong speaker…",
    label: "Whose words they are",
    example: "the mate, quoted by Anna Reed",
  },
];
const REFUSE = { name: "should-have-refused", text: "Should have said: not found" };

const room = { earlier: [], busy: false, opener: null, opening: 0 };

// -- elements ------------------------------------------------------------------------------------

function make(tag, name, ...children) {
  const made = document.createElement(tag);
  if (name) made.className = name.split(" ").map((each) => "pc-" + each).join(" ");
  made.append(...children.filter((child) => child !== null));
  return made;
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

function show(name, visible) {
  find(name).hidden = !visible;
}

function say(text) {
  find("status").textContent = text;
}

// -- the list of sources ---------------------------------------------------------------------------

async function listSources() {
  const reply = await call(server.list_sources, {});
  const sources = reply.sources || [];
  const notice = reply.error || reply.notice;
  find("count").textContent = sources.length ? String(sources.length) : "";
  find("list").replaceChildren(...sources.map(sourceItem));
  find("list-notice").textContent = notice || "";
  show("list-notice", Boolean(notice));
  show("list-hint", sources.length > 1);
  show("empty", !reply.error && sources.length === 0);
}

function sourceItem(source) {
  const title = make("span", "list-title", source.title);
  const path = source.title === source.document ? null : make("span", "list-path", source.document);
  const open = button("list-open", (self) => openSource(source, "", self), title, path);
  return make("li", "list-item", pickBox(source), open);
}

function pickBox(source) {
  const pick = make("input", "pick");
  pick.type = "checkbox";
  pick.value = source.document;
  pick.setAttribute("aria-label", "Search in " + source.title);
  return pick;
}

// The documents that alone are searched; none ticked are all.
function picked() {
  return Array.from(find("list").querySelectorAll(".pc-pick:checked"), (pick) => pick.value);
}

function showList(visible) {
  root.classList.toggle("pc-listing", visible);
  find("show-list").setAttribute("aria-expanded", String(visible));
}

// -- questions and answers -------------------------------------------------------------------------

async function ask() {
  const question = box.value.trim();
  if (room.busy) return;
  setBusy(true);
  const answer = make("div", "answer", make("p", "framing pending", SEARCHING));
  const turn = make("li", "turn", make("h2", "asked", question), answer);
  if (question) {
    show("welcome", false);
    find("turns").append(turn);
    turn.scrollIntoView({ block: "start" });
    box.value = "";
    fit();
  }
  say(SEARCHING);
  const reply = await call(server.ask, {
    question,
    history: room.earlier,
    documents: picked(),
  });
  setBusy(false);
  settle(question, turn, answer, reply);
}

function settle(question, turn, answer, reply) {
  if (reply.error) {
    answer.replaceChildren(make("p", "error", reply.error));
    say(reply.error);
    box.value = box.value || question;
    fit();
    if (!question) hint(reply.error);
  } else if (reply.answer.reason === "no_question") {
    turn.remove();
    hint(reply.answer.heading);
    say(reply.answer.heading);
  } else {
    room.earlier.push(question);
    answer.replaceChildren(...answerParts(reply.answer));
    show("new", true);
    say(reply.answer.heading);
    turn.scrollIntoView({ block: "start" });
  }
}

function setBusy(busy) {
  room.busy = busy;
  find("ask").setAttribute("aria-disabled", String(busy));
  find("talk").setAttribute("aria-busy", String(busy));
}

async function call(serve, request, failed = FAILED) {
  // gradio 6.31 turns a failed call into undefined; should it come to reject, that is caught too.
  const reply = await Promise.resolve(serve(request)).catch(() => null);
  return reply || { error: failed };
}

function hint(text) {
  find("hint").textContent = text;
  find("hint").classList.add("pc-warning");
}

function answerParts(answer) {
  const parts = [];
  if (answer.searched_for) {
    parts.push(make("p", "searched", "Searched for: ", make("q", "", answer.searched_for)));
  }
  for (const notice of answer.notices) parts.push(make("p", "notice", notice));
  if (answer.searched_in) parts.push(make("p", "searched", answer.searched_in));
  if (answer.abstained) {
    parts.push(make("p", "refusal", answer.heading));
    if (answer.nearest.length) {
      parts.push(make("p", "framing", answer.nearest_heading));
      parts.push(make("ul", "nearest", ...answer.nearest.map((quote) => quoteItem(quote, false))));
    }
  } else {
    parts.push(make("p", "framing", answer.heading));
    parts.push(make("ol", "quotes", ...answer.quotes.map((quote) => citedItem(quote, answer))));
    if (server.judge) parts.push(answerVerdict(answer));
  }
  return parts;
}

function citedItem(quote, answer) {
  const item = quoteItem(quote, true);
  if (server.judge) item.append(quoteVerdicts(quote, answer));
  return item;
}

function quoteItem(quote, numbered) {
  const words = make("blockquote", "words", make("p", "", ...highlighted(quote)));
  const number = numbered ? make("span", "chip", String(quote.number)) : null;
  const section = quote.section ? make("span", "section", quote.section) : null;
  const place = make("span", "", make("span", "pin", quote.citation), section ? " · " : null, section);
  const open = button(
    "cite",
    (self) => openSource(quote, quote.locator, self),
    unseen(numbered ? "Open the source at quote " : "Open the source at this passage: "),
    number,
    place,
  );
  const damage = quote.oddities.length
    ? make("p", "also", make("span", "differs", "Perhaps damaged: " + quote.oddities.join(", ")))
    : null;
  const position = quote.position ? make("p", "also", "Position " + quote.position) : null;
  const asides = [...quote.notes.map(noteLine), damage, ...quote.witnesses.map(witnessLine)];
  return make("li", "quote", words, open, position, ...asides);
}

/* The quote with the words that answer set off. */
function highlighted(quote) {
  const answer = quote.answer ? quote.answer.display : "";
  const at = answer ? quote.display.indexOf(answer) : -1;
  if (at < 0) return [quote.display];
  const end = at + answer.length;
  return [quote.display.slice(0, at), make("mark", "exact", answer), quote.display.slice(end)];
}

function noteLine(note) {
  return make("p", "also", make("span", "note-marker", "n. " + note.marker), " ", note.display);
}

function witnessLine(witness) {
  const open = button(
    "cite also-cite",
    (self) => openSource(witness, witness.locator, self),
    unseen("Open the source at this passage: "),
    make("span", "pin", witness.citation),
  );
  const sense = witness.changes_sense ? "differs differs-in-sense" : "differs";
  const difference = witness.same ? null : make("span", sense, witness.difference);
  return make("p", "also", "Also in ", open, difference ? " " : null, difference);
}

function startAnew() {
  room.earlier = [];
  closeSource();
  find("turns").replaceChildren();
  show("welcome", true);
  show("new", false);
  box.focus();
}

// -- verdicts ----------------------------------------------------------------------------------------

// What is judged, by which question, and what the page says of it. `quote` is null for the answer.
function judgement(answer, quote, about) {
  const note = make("p", "verdict-note");
  return { question: answer.standalone_question, quote, about, note, chosen: null, busy: false };
}

function quoteVerdicts(quote, answer) {
  const judged = judgement(answer, quote, "Quote " + quote.number);
  const pairs = VERDICTS.map((verdict) => verdictParts(verdict, judged));
  const row = make("div", "verdict-row", ...pairs.map((pair) => pair.button));
  const choices = make("div", "verdicts", row, ...pairs.map((pair) => pair.form), judged.note);
  choices.setAttribute("role", "group");
  choices.setAttribute("aria-label", "Your verdict on quote " + quote.number);
  choices.hidden = true;
  const open = button(
    "judge",
    (self) => unfold(self, choices),
    "Judge this citation",
    ofQuote(quote),
  );
  open.setAttribute("aria-expanded", "false");
  return make("div", "judgement", open, choices);
}

function answerVerdict(answer) {
  const judged = judgement(answer, null, "The answer");
  const refuse = verdictButton(REFUSE, judged, (self) => judge(judged, REFUSE, self, ""));
  return make("div", "judgement answer-judgement", refuse, judged.note);
}

function verdictParts(verdict, judged) {
  if (!verdict.label) {
    const act = (self) => judge(judged, verdict, self, "");
    return { button: verdictButton(verdict, judged, act), form: null };
  }
  const field = make("input", "right");
  const open = verdictButton(verdict, judged, () => unfold(open, form, field));
  const form = rightForm(verdict, judged, field, open);
  open.setAttribute("aria-expanded", "false");
  return { button: open, form };
}

function verdictButton(verdict, judged, act) {
  const made = button("verdict", act, verdict.text, judged.quote && ofQuote(judged.quote));
  made.setAttribute("aria-pressed", "false");
  return made;
}

// It stays as it was typed until the page goes: an error, or another verdict, empties nothing.
function rightForm(verdict, judged, field, chosen) {
  field.type = "text";
  field.maxLength = 2000;
  field.autocomplete = "off";
  field.placeholder = verdict.example;
  const keep = make("button", "button keep", "Keep", unseen(": " + verdict.label), ofQuote(judged.quote));
  const label = make("label", "right-label", verdict.label, ofQuote(judged.quote), field);
  const form = make("form", "right-form", label, keep);
  form.noValidate = true;
  form.hidden = true;
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    judge(judged, verdict, chosen, field.value);
  });
  return form;
}

// For those who hear one button without the others around it.
function ofQuote(quote) {
  return unseen(" (quote " + quote.number + ")");
}

function unfold(opener, folded, field) {
  folded.hidden = !folded.hidden;
  opener.setAttribute("aria-expanded", String(!folded.hidden));
  if (field && !folded.hidden) field.focus();
}

async function judge(judged, verdict, chosen, correction) {
  if (judged.busy) return;
  judged.busy = true;
  const { question, quote } = judged;
  const request = { question, quote: quote && range(quote), verdict: verdict.name, correction };
  const reply = await call(server.judge, request, NOT_KEPT);
  judged.busy = false;
  if (!reply.error) choose(judged, chosen);
  const told = reply.error || reply.kept;
  judged.note.textContent = told;
  judged.note.classList.toggle("pc-warning", Boolean(reply.error));
  say(judged.about + ": " + told);
}

function choose(judged, chosen) {
  if (judged.chosen) judged.chosen.setAttribute("aria-pressed", "false");
  judged.chosen = chosen;
  chosen.setAttribute("aria-pressed", "true");
}

// -- the source panel --------------------------------------------------------------------------------

async function openSource(target, place, opener) {
  const opening = ++room.opening;
  setOpener(opener);
  showList(false);
  fillSource(target.title || target.document, target.document, place, "");
  find("text").replaceChildren(make("p", "loading", "Opening…"));
  showDialog();
  const reply = await call(server.read_source, range(target));
  if (opening !== room.opening) return;
  if (reply.error) showSourceError(reply.error);
  else showSource(reply, target, place);
}

// A range as the server takes it.
function range({ document, start, end, sha256 }) {
  return { document, start, end, sha256 };
}

function showSource(source, target, place) {
  fillSource(source.title, source.document, place, proof(source, target));
  find("text").replaceChildren(...source.blocks.map(blockElement));
  focusSource();
}

function showSourceError(message) {
  find("text").replaceChildren(make("p", "error", message));
  say(message);
  find("source-title").focus({ preventScroll: true });
}

function fillSource(title, path, place, proven) {
  find("source-title").textContent = title;
  const pinned = place ? [" · ", make("span", "source-pin", place)] : [];
  find("source-place").replaceChildren(make("span", "source-path", path), ...pinned);
  find("proof").textContent = proven;
}

function proof(source, target) {
  const range = target.end ? "Characters " + target.start + " to " + target.end + ". " : "";
  return range + "SHA-256 " + source.sha256.slice(0, 16) + "…";
}

function blockElement(block) {
  const made = make(block.kind === "heading" ? "h3" : "p", "block " + block.kind);
  if (block.wrapped) made.classList.add("pc-wrapped");
  let mark = null;
  for (const part of block.parts) {
    if (part.mark && !mark) {
      mark = make("mark", "mark");
      mark.tabIndex = -1;
      made.append(mark);
    }
    const text = part.aside ? make("span", "aside", part.text) : part.text;
    (part.mark ? mark : made).append(text);
  }
  return made;
}

function focusSource() {
  const mark = find("mark");
  const text = find("text");
  if (mark) {
    const above = mark.getBoundingClientRect().top - text.getBoundingClientRect().top;
    const before = Math.max(24, (text.clientHeight - mark.offsetHeight) / 3);
    text.scrollTop += above - before;
  } else {
    text.scrollTop = 0;
  }
  (mark || find("source-title")).focus({ preventScroll: true });
}

function showDialog() {
  root.classList.add("pc-reading");
  if (dialog.open) return;
  if (narrow.matches) dialog.showModal();
  else dialog.show();
}

function closeSource() {
  room.opening += 1;
  if (!dialog.open) return;
  dialog.close();
  root.classList.remove("pc-reading");
  const opener = room.opener;
  setOpener(null);
  (opener && opener.isConnected && opener.offsetParent ? opener : box).focus();
}

function setOpener(opener) {
  if (room.opener) room.opener.removeAttribute("aria-current");
  room.opener = opener;
  if (opener) opener.setAttribute("aria-current", "true");
}

// A panel beside the answer on a wide screen, a sheet over it on a narrow one.
function refit() {
  if (!dialog.open) return;
  dialog.close();
  showDialog();
  focusSource();
}

// -- wiring ------------------------------------------------------------------------------------------

function fit() {
  box.style.height = "auto";
  box.style.height = Math.min(box.scrollHeight + 2, 160) + "px";
}

box.addEventListener("input", fit);
box.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
  event.preventDefault();
  ask();
});
find("form").addEventListener("submit", (event) => {
  event.preventDefault();
  ask();
  box.focus();
});
find("new").addEventListener("click", startAnew);
find("skip").addEventListener("click", (event) => {
  event.preventDefault();
  box.focus();
});
find("show-list").addEventListener("click", () => {
  showList(!root.classList.contains("pc-listing"));
});
find("close").addEventListener("click", closeSource);
dialog.addEventListener("cancel", (event) => {
  event.preventDefault();
  closeSource();
});
element.addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || event.isComposing) return;
  if (dialog.open) closeSource();
  else if (root.classList.contains("pc-listing")) {
    showList(false);
    find("show-list").focus();
  }
});
narrow.addEventListener("change", refit);

listSources();
if (!narrow.matches) box.focus();
