// Taking it away: a citation, or the answer in the forms that other programs and people use.

// A form is copied, saved or opened.
const FORMS = [
  { name: "markdown", text: "Copy Markdown", way: copyText },
  { name: "markdown", text: "Markdown", way: saveText },
  { name: "json", text: "JSON", way: saveText },
  { name: "annotations", text: "Web annotations", way: saveText },
  { name: "csl", text: "Sources as CSL-JSON", way: saveText },
  { name: "bibtex", text: "Sources as BibTeX", way: saveText },
];

function quoteTools(quote, answer) {
  const note = make("p", "tool-note");
  const copy = button("quiet", () => take(answer, quote, "note", copyText, note), "Copy citation");
  copy.append(ofQuote(quote));
  const [judgeOpen, choices] = quoteVerdicts(quote, answer);
  return make("div", "tools", copy, judgeOpen, note, choices);
}

function answerTools(answer) {
  if (!answer.id) return null;
  const note = make("p", "tool-note");
  const ways = FORMS.map((form) =>
    button("quiet form-" + form.name, () => take(answer, null, form.name, form.way, note), form.text),
  );
  const link = button("quiet", () => copyText({ text: addressOf(answer.id) }, note), "Copy link");
  const print = make("a", "quiet print", "Page to print");
  print.href = "print/" + answer.id;
  print.target = "_blank";
  print.rel = "noopener";
  const taken = make("div", "taken", link, ...(answer.quotes.length ? [print, ...ways] : []));
  const open = discloser("quiet", taken, "Take it away");
  const verdict = answer.quotes.length ? answerVerdict(answer) : [];
  return make("div", "tools answer-tools", open, verdict[0], taken, note, verdict[1]);
}

async function take(answer, quote, form, way, note) {
  const number = quote ? quote.number : null;
  const reply = await call(server.take, { answer: answer.id, number, form });
  if (reply.error) tellTaken(note, reply.error, true);
  else await way(reply, note);
}

async function copyText(taken, note) {
  try {
    await navigator.clipboard.writeText(taken.text);
    tellTaken(note, "Copied.", false);
  } catch {
    tellTaken(note, "This browser does not let the page copy. Save it instead.", true);
  }
}

function saveText(taken, note) {
  const link = make("a", "");
  link.href = URL.createObjectURL(new Blob([taken.text], { type: taken.type }));
  link.download = taken.name;
  link.click();
  URL.revokeObjectURL(link.href);
  tellTaken(note, "Saved as " + taken.name + ".", false);
}

function tellTaken(note, text, isWrong) {
  note.textContent = text;
  note.classList.toggle("pc-warning", isWrong);
  say(text);
}
