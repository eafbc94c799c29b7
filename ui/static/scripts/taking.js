// Taking it away: a citation, or the answer in the forms that other programs and people use.

// A form is copied or saved; some can tell of a refusal as well.
const FORMS = [
  { name: "markdown", text: "Copy Markdown", way: copyText, refusals: true },
  { name: "markdown", text: "Markdown", way: saveText, refusals: true },
  { name: "json", text: "JSON", way: saveText, refusals: true },
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
  const forms = FORMS.filter((form) => form.refusals || answer.quotes.length);
  const ways = forms.map((form) =>
    button("quiet form-" + form.name, () => take(answer, null, form.name, form.way, note), form.text),
  );
  const link = button("quiet", () => copyText({ text: addressOf(answer.id) }, note), "Copy link");
  const print = make("a", "quiet print", "Page to print");
  print.href = "print/" + answer.id;
  print.target = "_blank";
  print.rel = "noopener";
  const taken = make("div", "taken", link, ...(isWhole(answer) ? [print, ...ways] : []));
  const open = discloser("quiet", taken, "Take it away");
  const verdict = answer.quotes.length ? answerVerdict(answer) : [];
  return make("div", "tools answer-tools", open, verdict[0], verdict[2], taken, note, verdict[1]);
}

// What has lapsed is not taken away.
function isWhole(answer) {
  return !answer.lapsed.length && (answer.abstained || answer.quotes.length > 0);
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
  saveBlob(taken);
  tellTaken(note, "Saved as " + taken.name + ".", false);
}

function saveBlob(taken) {
  const link = make("a", "");
  link.href = URL.createObjectURL(new Blob([taken.text], { type: taken.type }));
  link.download = taken.name;
  link.click();
  URL.revokeObjectURL(link.href);
}

function tellTaken(note, text, isWrong) {
  note.replaceChildren(...asWritten(text));
  note.classList.toggle("pc-warning", isWrong);
  say(text);
}
