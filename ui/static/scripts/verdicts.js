// What a person finds of a citation, kept for the eval set.

// Those with a label want to know what is right.
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

// What is judged, and what the page says of it. `quote` is null for the answer as a whole.
function judgement(answer, quote) {
  const kept = answer.verdicts.find((each) => each.number === (quote ? quote.number : null));
  const note = make("p", "verdict-note", kept ? kept.told : "");
  return { answer, quote, note, kept: kept || {}, chosen: null, back: null, busy: false };
}

function quoteVerdicts(quote, answer) {
  const judged = judgement(answer, quote);
  const pairs = VERDICTS.map((verdict) => verdictParts(verdict, judged));
  const row = make("div", "verdict-row", ...pairs.map((pair) => pair.button), takeBackButton(judged));
  const choices = make("div", "verdicts", row, ...pairs.map((pair) => pair.form), judged.note);
  choices.setAttribute("role", "group");
  choices.setAttribute("aria-label", "Your verdict on quote " + quote.number);
  const open = discloser("quiet judge", choices, "Judge this citation", ofQuote(quote));
  if (judged.chosen) unfold(open, choices);
  return [open, choices];
}

function answerVerdict(answer) {
  const judged = judgement(answer, null);
  const refuse = verdictButton(REFUSE, judged, (self) => judge(judged, REFUSE, self, ""));
  return [refuse, judged.note, takeBackButton(judged)];
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
  const isKept = judged.kept.verdict === verdict.name;
  made.setAttribute("aria-pressed", String(isKept));
  if (isKept) judged.chosen = made;
  return made;
}

// It stays as it was typed until the page goes: an error, or another verdict, empties nothing.
function rightForm(verdict, judged, field, chosen) {
  field.type = "text";
  field.maxLength = 2000;
  field.autocomplete = "off";
  field.placeholder = verdict.example;
  if (judged.kept.verdict === verdict.name) field.value = judged.kept.correction;
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

function takeBackButton(judged) {
  judged.back = button("quiet take-back", () => judge(judged, null, null, ""), "Take back");
  if (judged.quote) judged.back.append(ofQuote(judged.quote));
  judged.back.hidden = !judged.chosen;
  return judged.back;
}

// Without a verdict, the one that was given is taken back.
async function judge(judged, verdict, chosen, correction) {
  if (judged.busy) return;
  judged.busy = true;
  const number = judged.quote ? judged.quote.number : null;
  const request = { answer: judged.answer.id, number, verdict: verdict && verdict.name, correction };
  const reply = await call(server.judge, request);
  judged.busy = false;
  if (!reply.error) choose(judged, chosen);
  const told = reply.error || reply.kept;
  judged.note.replaceChildren(...asWritten(told));
  judged.note.classList.toggle("pc-warning", Boolean(reply.error));
  say((judged.quote ? "Quote " + number : "The answer") + ": " + told);
}

function choose(judged, chosen) {
  if (judged.chosen) judged.chosen.setAttribute("aria-pressed", "false");
  if (judged.back === document.activeElement) judged.chosen.focus();
  judged.chosen = chosen;
  judged.back.hidden = !chosen;
  if (chosen) chosen.setAttribute("aria-pressed", "true");
}
