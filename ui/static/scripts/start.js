// Keys, and what happens when the page opens.

// Where keys are written, and mean nothing else.
const FIELD = "textarea, select, input:not([type='checkbox'])";

function onKey(event) {
  if (event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === "Escape") return onEscape(event);
  if (event.target.closest(FIELD) || find("help").open) return;
  const act = shortcut(event);
  if (act) {
    event.preventDefault();
    act();
  } else if (/^[\p{L}\p{N}]$/u.test(event.key) && !dialog.contains(event.target)) {
    // Whoever starts to type is asking: the letter goes where the focus is now.
    box.focus();
  }
}

function shortcut({ key }) {
  if (key === "/") return () => box.focus();
  if (key === "?") return openHelp;
  const cite = /^[1-9]$/.test(key) && numbered(key);
  if (cite) return () => cite.click();
  if (key === "[" && room.open && room.open.previous) return () => stepTo(room.open.previous);
  if (key === "]" && room.open && room.open.next) return () => stepTo(room.open.next);
  return null;
}

function onEscape(event) {
  // The browser closes the list of keys itself.
  if (find("help").open) return;
  if (event.target !== box && event.target.closest(FIELD)) return event.target.blur();
  if (dialog.open) return closeSource();
  if (root.classList.contains("pc-listing")) {
    showList(false);
    find("show-list").focus();
  }
}

// The citation with a number, of the answer that is looked at: the one with the focus, or whose
// source is open, else the last.
function numbered(number) {
  const turns = find("turns").children;
  const near = room.opener && room.opener.closest(".pc-turn");
  const focused = document.activeElement && document.activeElement.closest(".pc-turn");
  const turn = focused || near || turns[turns.length - 1];
  return turn && turn.querySelector(`.pc-cite[data-number="${number}"]`);
}

// Earlier questions, as a terminal has them; what is being written is not replaced.
function recall(event) {
  const questions = [...room.asked, ""];
  const at = box.value === questions[room.recalled] ? room.recalled : questions.length - 1;
  if (box.value !== questions[at]) return;
  const wanted = event.key === "ArrowUp" ? at - 1 : at + 1;
  if (!(wanted in questions)) return;
  event.preventDefault();
  room.recalled = wanted;
  box.value = questions[wanted];
  fit();
}

function openHelp() {
  find("help").showModal();
}

function closeHelp() {
  find("help").close();
}

// The page has an account where there are users.
async function showAccount() {
  const { user } = await call(server.account, {});
  if (user) find("sign-out").setAttribute("aria-label", "Sign out " + user);
  show("sign-out", true);
}

async function signOut() {
  const headers = { "Content-Type": "application/json" };
  await fetch("sign-out", { method: "POST", headers, body: "{}" }).catch(() => null);
  location.assign("sign-in");
}

function wire() {
  box.addEventListener("input", fit);
  box.addEventListener("keydown", (event) => {
    if (event.isComposing || event.shiftKey) return;
    if (event.key === "ArrowUp" || event.key === "ArrowDown") return recall(event);
    if (event.key === "?" && !box.value) {
      event.preventDefault();
      return openHelp();
    }
    if (event.key !== "Enter") return;
    event.preventDefault();
    ask();
  });
  find("form").addEventListener("submit", (event) => {
    event.preventDefault();
    ask();
  });
  find("new").addEventListener("click", startAnew);
  find("skip").addEventListener("click", (event) => {
    event.preventDefault();
    box.focus();
  });
  find("show-list").addEventListener("click", () => {
    showList(!root.classList.contains("pc-listing"));
  });
  find("list-filter").addEventListener("input", filterSources);
  find("past-search").addEventListener("input", eventually(listConversations, 200));
  find("close").addEventListener("click", closeSource);
  find("previous").addEventListener("click", () => stepTo(room.open.previous));
  find("next").addEventListener("click", () => stepTo(room.open.next));
  find("exact-open").addEventListener("click", toggleSlice);
  find("help-open").addEventListener("click", openHelp);
  find("sign-out").addEventListener("click", signOut);
  find("help-close").addEventListener("click", closeHelp);
  dialog.addEventListener("cancel", (event) => {
    event.preventDefault();
    closeSource();
  });
  // Also where the focus is nowhere: on the page itself.
  document.addEventListener("keydown", onKey);
  narrow.addEventListener("change", refit);
  window.addEventListener("hashchange", openAddressed);
  wireAdding();
  fill("past-row", verdictsButton(), deleteAllButton());
  GRIPS.forEach(wireGrip);
}

wire();
listSources();
listConversations();
openAddressed();
awaitModel();
if (server.account) showAccount();
if (!narrow.matches) box.focus();
