// Keys, and what happens when the page opens.

const FIELD = "input, textarea, select";

function onKey(event) {
  if (event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === "Escape") return onEscape();
  if (event.target.closest(FIELD) || find("help").open) return;
  const act = shortcut(event);
  if (act) {
    event.preventDefault();
    act();
  } else if (/^\p{L}$/u.test(event.key) && !dialog.matches(":modal")) {
    // Whoever starts to type is asking: the letter goes where the focus is now.
    box.focus();
  }
}

function shortcut({ key }) {
  if (key === "/") return () => box.focus();
  if (key === "?") return openHelp;
  if (/^[1-9]$/.test(key)) return () => openNumber(Number(key));
  if (key === "[" && room.open && room.open.previous) return () => stepTo(room.open.previous);
  if (key === "]" && room.open && room.open.next) return () => stepTo(room.open.next);
  return null;
}

function onEscape() {
  if (find("help").open) return closeHelp();
  if (dialog.open) return closeSource();
  if (root.classList.contains("pc-listing")) {
    showList(false);
    find("show-list").focus();
  }
}

// A quote of the answer that is looked at: the one whose source is open, else the last.
function openNumber(number) {
  const turns = find("turns").children;
  const near = room.opener && room.opener.closest(".pc-turn");
  const focused = document.activeElement && document.activeElement.closest(".pc-turn");
  const turn = focused || near || turns[turns.length - 1];
  const cite = turn && turn.querySelector(`.pc-cite[data-number="${number}"]`);
  if (cite) cite.click();
}

function recall(event) {
  const last = room.asked.length - 1;
  const at = room.asked.lastIndexOf(box.value);
  if (box.value && at < 0) return;
  const wanted = event.key === "ArrowUp" ? (box.value ? at - 1 : last) : at + 1;
  if (wanted < 0 || (event.key === "ArrowDown" && at < 0)) return;
  event.preventDefault();
  box.value = room.asked[wanted] || "";
  fit();
}

function openHelp() {
  find("help").showModal();
}

function closeHelp() {
  find("help").close();
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
  GRIPS.forEach(wireGrip);
}

wire();
listSources();
listConversations();
openAddressed();
awaitModel();
if (!narrow.matches) box.focus();
