// An answer: numbered quotes, side by side where they disagree, and what goes with each.

function answerParts(answer) {
  const parts = [];
  if (answer.lapsed.length) parts.push(lapsedPart(answer.lapsed));
  if (answer.searched_for) {
    parts.push(make("p", "searched", "Searched for: ", make("q", "", answer.searched_for)));
  }
  for (const notice of answer.notices) parts.push(make("p", "notice", notice));
  if (answer.searched_in) parts.push(make("p", "searched", answer.searched_in));
  parts.push(...(answer.abstained ? refusalParts(answer) : quotesParts(answer)));
  parts.push(answerTools(answer));
  return parts;
}

// Of an answer that is opened again: what its sources do not say any more.
function lapsedPart(lapsed) {
  const lines = lapsed.map((each) => make("li", "", make("b", "", each.citation), ": ", each.problem));
  const heading = make("p", "", "The sources have changed since. These citations no longer hold:");
  return make("div", "error lapsed", heading, make("ul", "", ...lines));
}

function refusalParts(answer) {
  const parts = [make("p", "refusal", answer.heading)];
  if (answer.nearest.length) {
    parts.push(make("p", "framing", answer.nearest_heading));
    const items = answer.nearest.map((quote) => quoteItem(quote, answer, false));
    parts.push(make("ul", "nearest", ...items));
  }
  return parts;
}

function quotesParts(answer) {
  const framing = make("p", "framing", answer.heading);
  if (answer.sureness) framing.append(" · ", sureness(answer.sureness));
  const numbered = new Map(answer.quotes.map((quote) => [quote.number, quote]));
  const list = (numbers) =>
    make("ol", "quotes", ...numbers.map((number) => quoteItem(numbered.get(number), answer, true)));
  if (!answer.positions.length) return [framing, list(answer.quotes.map((quote) => quote.number))];
  const columns = answer.positions.map((position) => positionPart(position, list));
  const parts = [framing, make("p", "framing", answer.disagreement)];
  parts.push(make("div", "positions", ...columns));
  if (answer.unplaced.length) {
    parts.push(make("p", "framing", "Without a position:"), list(answer.unplaced));
  }
  return parts;
}

function positionPart(position, list) {
  const heading = make("h3", "position-name", "Position " + position.name);
  const voices = position.voices.map((voice) => make("li", "", voice));
  const part = make("section", "position", heading, make("ul", "voices", ...voices), list(position.numbers));
  part.setAttribute("aria-label", "Position " + position.name);
  return part;
}

function sureness(measure) {
  const made = make("span", "sureness", measure.told);
  const bar = make("span", "sureness-bar");
  bar.style.setProperty("--pc-sure", measure.percent + "%");
  bar.setAttribute("aria-hidden", "true");
  made.prepend(bar);
  made.title = measure.meaning;
  return made;
}

// -- a quote -----------------------------------------------------------------------------------------

function quoteItem(quote, answer, numbered) {
  const words = make("blockquote", "words", make("p", "", ...highlighted(quote)));
  const parts = [words, citeButton(quote, numbered)];
  if (quote.oddities.length) parts.push(damageLine(quote));
  if (quote.notes.length) parts.push(notesLine(quote));
  if (quote.witnesses.length) parts.push(witnessesPart(quote));
  if (numbered && answer.id) parts.push(quoteTools(quote, answer));
  return make("li", "quote", ...parts);
}

function citeButton(quote, numbered) {
  const number = numbered ? make("span", "chip", String(quote.number)) : null;
  const section = quote.section ? [" · ", make("span", "section", quote.section)] : [];
  const place = make("span", "", make("span", "pin", quote.citation), ...section);
  const told = numbered ? "Open the source at quote " : "Open the source at this passage: ";
  const open = button("cite", (self) => openSource(quote, self), unseen(told), number, place);
  if (numbered) open.dataset.number = quote.number;
  return open;
}

/* The quote with the words that answer set off. */
function highlighted(quote) {
  const answer = quote.answer ? quote.answer.display : "";
  const at = answer ? quote.display.indexOf(answer) : -1;
  if (at < 0) return [quote.display];
  const end = at + answer.length;
  return [quote.display.slice(0, at), make("mark", "exact", answer), quote.display.slice(end)];
}

function damageLine(quote) {
  return make("p", "also", make("span", "differs", "Perhaps damaged: " + quote.oddities.join(", ")));
}

// The notes that the quote rests on, a click away.
function notesLine(quote) {
  const line = make("p", "also", "Notes: ");
  for (const note of quote.notes) {
    const target = { ...range(note), document: quote.document, sha256: quote.sha256 };
    const open = button("cite also-cite", (self) => openSource(target, self));
    open.append(unseen("Open the source at "), make("span", "pin", "n. " + note.marker));
    open.title = spelled(note.display);
    line.append(open);
  }
  return line;
}

function witnessesPart(quote) {
  const lines = make("ul", "witnesses", ...quote.witnesses.map((each) => witnessLine(quote, each)));
  const sense = quote.witnesses.some((each) => each.changes_sense) ? "also-open differs-in-sense" : "also-open";
  const told = discloser(sense, lines, quote.copies, ofQuote(quote));
  return make("div", "also", told, lines);
}

function witnessLine(quote, witness) {
  const open = button(
    "cite also-cite",
    (self) => openSource(witness, self),
    unseen("Open the source at this passage: "),
    make("span", "pin", witness.citation),
  );
  if (witness.same) return make("li", "", open, " the same words");
  const sense = witness.changes_sense ? "differs differs-in-sense" : "differs";
  const comparison = make("div", "comparison");
  const compare = discloser("quiet", comparison, "Compare", unseen(" with " + witness.citation));
  compare.addEventListener("click", () => fillComparison(comparison, quote, witness));
  return make("li", "", open, " ", make("span", sense, witness.difference), " ", compare, comparison);
}

async function fillComparison(comparison, quote, witness) {
  if (comparison.hidden || comparison.children.length) return;
  const reply = await call(server.compare, { ours: range(quote), theirs: range(witness) });
  if (reply.error) return comparison.replaceChildren(make("p", "error", reply.error));
  comparison.replaceChildren(
    comparedText("Quoted", reply.ours),
    comparedText(witness.citation, reply.theirs),
    reply.senses.length ? make("p", "framing", "Changed in sense: " + reply.senses.join(", ")) : "",
  );
}

function comparedText(title, parts) {
  const words = parts.map((part) => (part.changed ? make("mark", "changed", part.text) : part.text));
  return make("div", "compared", make("p", "label", title), make("p", "compared-words", ...words));
}

// For those who hear one button without the others around it.
function ofQuote(quote) {
  return unseen(" (quote " + quote.number + ")");
}
